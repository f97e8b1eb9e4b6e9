"""A batch as one JUnit file: a suite for each release, so that a build server shows them side by side."""

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree

from synthaudit.report.numbers import shown
from synthaudit.types.batch import AsFailure, BatchCase, BatchRecord, BatchRelease

_ELEMENTS: Mapping[AsFailure, Mapping[str, str]] = {
    "fail": {"fail": "failure", "inconclusive": "failure", "not_run": "skipped"},
    "skip": {"fail": "failure", "inconclusive": "skipped", "not_run": "skipped"},
}
"""What became of a case, by what is made of an inconclusive one; a pass has no element."""
_CLASSES = {"gate": "synthaudit", "claim": "synthaudit", "coverage": "synthaudit.coverage"}
_COUNTS = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
_MOST_NAME = 200


def batch_junit(record: BatchRecord, inconclusive: AsFailure = "fail") -> str:
    """JUnit XML of a batch.

    Parameters
    ----------
    record : BatchRecord
        Every text in it may be hostile: what XML cannot hold is written out, and the rest is escaped.
    inconclusive : {"fail", "skip"}
        Whether an inconclusive gate is a failure or skipped. What could not be read is an error in any case.

    Returns
    -------
    str
        One ``testsuite`` for each release, in the order of ``record``, one more for what stopped the whole batch or
        that it is not finished, and one for releases that were not audited.

    Examples
    --------
    >>> from synthaudit.runtime.batch_file import EXAMPLE, from_json
    >>> print(batch_junit(from_json(EXAMPLE)).splitlines()[1])
    <testsuites name="synthaudit batch" tests="1" failures="0" errors="1" skipped="0" time="1.500">
    """
    root = ElementTree.Element("testsuites", name="synthaudit batch")
    for release in record.releases:
        _release(root, release, record, inconclusive)
    if record.error:
        suite = _suite(root, "synthaudit batch", record.created_utc, record.seconds)
        _case(suite, "synthaudit", "batch", "error", record.error, record.code)
    elif record.status == "running":
        # It stays so where the run is killed: the releases that are missing must not look like a pass.
        suite = _suite(root, "synthaudit batch", record.created_utc, record.seconds)
        said = f"not finished: {len(record.releases):,} of {record.n_releases:,} releases are done"
        _case(suite, "synthaudit", "batch", "error", said)
    _left(root, record)
    for count, kind in _COUNTS:
        root.set(count, str(len(root.findall(f"testsuite/testcase/{kind}"))))
    root.attrib = {
        "name": root.attrib["name"],
        "tests": str(len(root.findall("testsuite/testcase"))),
        **{count: root.attrib[count] for count, _ in _COUNTS},
        "time": f"{record.seconds:.3f}",
    }
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _release(root: ElementTree.Element, release: BatchRelease, record: BatchRecord, inconclusive: AsFailure) -> None:
    suite = _suite(root, release.name, release.created_utc or record.created_utc, release.seconds)
    about = {
        "file": release.file,
        "outcome": release.outcome,
        "exit_code": str(release.exit_code),
        "policy": record.policy,
        "profile": record.profile,
        "seed": str(record.seed),
        "synthaudit_version": record.synthaudit_version,
        "release_sha256": release.release_sha256,
        "evidence_sha256": release.evidence_sha256,
        "resumed": "true" if release.resumed else "false",
        "change": release.change,
    }
    _properties(suite, {name: value for name, value in about.items() if value})
    if release.outcome == "error":
        _case(suite, "synthaudit", "audit", "error", release.reason, release.code)
    for case in release.cases:
        _case(suite, _CLASSES[case.kind], case.name, _ELEMENTS[inconclusive].get(case.outcome, ""), case.reason)
    if _says_less(release.cases, release):
        kind = _ELEMENTS[inconclusive][release.outcome]
        _case(suite, "synthaudit", "verdict", kind, release.reason)
    _count(suite)


def _says_less(cases: Iterable[BatchCase], release: BatchRelease) -> bool:
    """Whether no gate says what the verdict says: it must not be lost."""
    return release.outcome in ("fail", "inconclusive") and not any(case.outcome == release.outcome for case in cases)


def _left(root: ElementTree.Element, record: BatchRecord) -> None:
    """What is there, or was, and was not audited."""
    left = [(item.file, item.reason) for item in record.skipped]
    left += [(item.name, f"its file is gone; it was {item.outcome} in the batch before") for item in record.removed]
    if left:
        suite = _suite(root, "not audited", record.created_utc, 0.0)
        for name, reason in left:
            _case(suite, "synthaudit.batch", name, "skipped", reason)
        _count(suite)


def _suite(root: ElementTree.Element, name: str, timestamp: str, seconds: float) -> ElementTree.Element:
    suite = ElementTree.SubElement(root, "testsuite", name=shown(name, _MOST_NAME), time=f"{seconds:.3f}")
    if timestamp:
        # The schema of JUnit knows no time zone: it is UTC.
        suite.set("timestamp", shown(timestamp, 40).removesuffix("Z"))
    return suite


def _properties(suite: ElementTree.Element, values: Mapping[str, str]) -> None:
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in values.items():
        ElementTree.SubElement(properties, "property", name=name, value=shown(value, _MOST_NAME))


def _case(suite: ElementTree.Element, classname: str, name: str, kind: str, message: str, code: str = "") -> None:
    case = ElementTree.SubElement(suite, "testcase", classname=classname, name=shown(name, _MOST_NAME), time="0.000")
    if kind:
        element = ElementTree.SubElement(case, kind, message=shown(message))
        if code:
            element.set("type", code)
    _count(suite)


def _count(suite: ElementTree.Element) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    for count, kind in _COUNTS:
        suite.set(count, str(len(suite.findall(f"testcase/{kind}"))))

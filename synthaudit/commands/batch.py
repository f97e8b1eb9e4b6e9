"""Many releases of one source: audited one by one, the real tables read once.

A bad release is reported and the rest is done. What is finished is kept and not done again while inputs, settings,
seed and version agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from synthaudit._version import __version__
from synthaudit.adapters.alignment.align import RealTables
from synthaudit.adapters.readers.parts import source_hash
from synthaudit.commands.audit import audit_release, open_real, render_outputs, with_store
from synthaudit.commands.request import Request
from synthaudit.errors import InputError, SynthauditError
from synthaudit.evidence import read_evidence
from synthaudit.files import leaves_its_folder, prepare_output_folder, printable, write_atomic
from synthaudit.report.components import IndexEntry
from synthaudit.report.render import render_index
from synthaudit.settings import Progress
from synthaudit.types import AuditReport, Outcome, Policy

_WORST_FIRST = (4, 2, 1, 3, 0)
_EXIT: Mapping[str, int] = {"pass": 0, "fail": 1, "inconclusive": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEntry:
    """What became of one release."""

    name: str
    outcome: Outcome | Literal["error"]
    reason: str
    exit_code: int
    resumed: bool
    report: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """All releases, and the exit code of the worst: could not finish, bad input, fail, inconclusive, pass."""

    entries: tuple[BatchEntry, ...]
    index: Path

    @property
    def exit_code(self) -> int:
        """The worst exit code in the order 4, 2, 1, 3, 0."""
        return min((entry.exit_code for entry in self.entries), key=_WORST_FIRST.index)


def run_batch(
    releases: Path,
    request: Request,
    folder: Path,
    *,
    progress: Progress | None = None,
) -> BatchResult:
    """Audit every table directly in ``releases``.

    Parameters
    ----------
    releases : Path
        Each file that can be read as a table is a release, and so is each folder of parts; anything else is reported
        as a bad one.
    folder : Path
        Gets ``<release>/`` as ``audit`` writes it, as soon as it is finished, and ``index.html``.

    Raises
    ------
    InputError
        No release, or real tables that cannot be audited.
    """
    where = f"releases {printable(releases.name, 80)}"
    if not releases.is_dir():
        raise InputError("SA-101", where, "is not a folder", "Give the folder of the releases.")
    sources = sorted(path for path in releases.iterdir() if not path.name.startswith("."))
    if not sources:
        raise InputError("SA-102", where, "0 releases", "Put one table per release into it.")
    prepare_output_folder(folder)
    request = with_store(request, folder)
    real = open_real(request)
    entries = []
    for source, name in zip(sources, _names(sources), strict=True):
        entries.append(_entry(source, name, real, request, folder, progress))
        # The index always shows what is finished, also when the next release kills the process.
        write_atomic(folder / "index.html", render_index([_shown(entry) for entry in entries]))
    return BatchResult(entries=tuple(entries), index=folder / "index.html")


def _entry(
    source: Path,
    name: str,
    real: RealTables,
    request: Request,
    folder: Path,
    progress: Progress | None,
) -> BatchEntry:
    target = folder / name
    try:
        _refuse_outside(source)
        report = None if request.fresh else finished(target, source, real, request)
        resumed = report is not None
        if report is None:
            report = audit_release(real, source, request, target, progress, config={"synthetic": source.name})
    except SynthauditError as error:
        return _error(name, str(error), error.exit_code)
    except Exception as error:
        # One release must not stop the others; the message may quote a cell, its type cannot.
        return _error(name, f"SA-399 internal error: {type(error).__name__}; nothing was judged.", 4)
    return BatchEntry(
        name=name,
        outcome=report.outcome,
        reason=report.reasons[0],
        exit_code=_EXIT[report.outcome],
        resumed=resumed,
        report=target / "report.html",
    )


def _error(name: str, reason: str, exit_code: int) -> BatchEntry:
    return BatchEntry(name=name, outcome="error", reason=reason, exit_code=exit_code, resumed=False, report=None)


def _refuse_outside(source: Path) -> None:
    """A release is a file or a folder of its folder: no link to elsewhere, no pipe that never ends."""
    where = f"synthetic {printable(source.name)}"
    if leaves_its_folder(source):
        raise InputError("SA-105", where, "a link that leaves the folder of the releases", "Put the file itself there.")
    if not source.is_file() and not source.is_dir():
        raise InputError("SA-104", where, "not a regular file", "Give one table per release.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeKey:
    """What must agree, beside the release itself, for a finished release to be kept."""

    version: str
    seed: int
    settings: Any
    """The value of every option that decides; see ``synthaudit.adapters.options``."""
    policy: Policy
    sha256: Mapping[str, str]
    """Role of a real table -> its hash."""

    @classmethod
    def asked(cls, request: Request, real: RealTables) -> Self:
        """Of what is asked for now."""
        settings = request.settings
        return cls(
            version=__version__,
            seed=settings.seed,
            settings=settings.config.get("audit"),
            policy=settings.policy,
            sha256=dict(real.sha256),
        )

    @classmethod
    def of(cls, report: AuditReport) -> Self:
        """Of what was done earlier."""
        made = report.provenance
        return cls(
            version=made.synthaudit_version,
            seed=made.seed,
            settings=made.config.get("audit"),
            policy=report.policy,
            sha256={role: sha256 for role, sha256 in made.sha256.items() if role != "synthetic"},
        )


def finished(target: Path, source: Path, real: RealTables, request: Request) -> AuditReport | None:
    """The report of an earlier run with the same inputs, settings, seed and version; None = to be done."""
    evidence = target / "evidence.json"
    if not evidence.is_file():
        return None
    try:
        report = read_evidence(evidence)
    except SynthauditError:
        return None
    if ResumeKey.of(report) != ResumeKey.asked(request, real):
        return None
    if report.provenance.sha256.get("synthetic") != source_hash(source, "synthetic"):
        return None
    # What names rows cannot be made again from the evidence.
    asked = {"scores.parquet": request.scores, "report.internal.html": request.internal}
    if any(is_asked and not (target / name).is_file() for name, is_asked in asked.items()):
        return None
    if not (target / "report.html").is_file():
        render_outputs(report, target)
    return report


def _names(sources: Sequence[Path]) -> list[str]:
    """Folder names: the file's name up to its first dot, the whole name where that is taken twice."""
    short = [source.name.split(".", 1)[0] for source in sources]
    # The index page and a release must not fight for one name.
    short = ["" if name == "index" else name for name in short]
    return [
        name
        if short.count(name) == 1 and name
        else f"release-{source.name}"
        if source.name == "index.html"
        else source.name
        for name, source in zip(short, sources, strict=True)
    ]


def _shown(entry: BatchEntry) -> IndexEntry:
    link = None if entry.report is None else f"{entry.report.parent.name}/report.html"
    return IndexEntry(name=entry.name, outcome=entry.outcome, reason=entry.reason, link=link)

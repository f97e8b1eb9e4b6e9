"""What is made of a batch: one JUnit file, one page, one record, whatever its texts say."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from example_batch import BATCH, broken, named, record
from example_report import EXAMPLES, FAIL, PASS
from payloads import PAYLOADS

import synthaudit
from synthaudit.report.batch_figures import batch_release
from synthaudit.report.batch_junit import batch_junit
from synthaudit.report.index_page import gravity, index_page
from synthaudit.report.reasons import chosen_gates
from synthaudit.runtime.batch_file import from_json, json_schema, to_json
from synthaudit.types.batch import BatchRecord, BatchShare

ROOT = Path(__file__).parents[1]


# --- batch.json -----------------------------------------------------------------------------------------------


def test_a_record_is_read_back_as_it_was_written() -> None:
    """Names that JSON cannot hold are written out, everything else is the same."""
    assert from_json(to_json(BATCH)) == BATCH
    assert from_json(to_json(named("\udcff"))) == named("\\udcff")


@pytest.mark.parametrize("text", ["", "[]", "{}", "\udcff", "[" * 100_000, to_json(BATCH).replace("1,", "2,", 1)])
def test_what_is_no_record_is_not_believed(text: str) -> None:
    """Another version included; nothing is raised."""
    assert from_json(text) is None


def test_a_record_fits_its_published_schema() -> None:
    """The schema in the wheel is current, fits every batch, and refuses what is none."""
    schema = json.loads((Path(synthaudit.__file__).parent / "batch.schema.json").read_text("utf-8"))
    assert schema == json_schema() == json.loads((ROOT / "docs" / "batch.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    written = json.loads(to_json(BATCH))
    for batch in (BATCH, record(), named("<b>")):
        jsonschema.validate(json.loads(to_json(batch)), schema)
    for change in ({"extra": 1}, {"schema_version": 2}, {"exit": "best"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(written | change, schema)


def test_the_schema_is_what_its_command_prints() -> None:
    """``make schemas`` writes it."""
    printed = subprocess.run(
        [sys.executable, "-m", "synthaudit.runtime.batch_file"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert (ROOT / "docs" / "batch.schema.json").read_text("utf-8") == printed


def test_no_name_opens_a_tag_in_the_record() -> None:
    """A record may be pasted into a page."""
    text = to_json(named("</script><b>&"))
    assert not set("<>&") & set(text)
    assert text.isascii()


# --- junit.xml ------------------------------------------------------------------------------------------------


def suites(batch: BatchRecord, **options: Any) -> dict[str, ElementTree.Element]:
    """Name -> suite."""
    return {str(s.get("name")): s for s in ElementTree.fromstring(batch_junit(batch, **options)).findall("testsuite")}


def test_every_release_has_a_suite_with_its_gates() -> None:
    """Named by it, with its time and its hashes; each gate is a case under its own name."""
    release = batch_release(FAIL, "v1", "v1.csv", "cd" * 32)
    suite = suites(record(release))["v1"]
    assert float(suite.get("time", "")) == FAIL.provenance.seconds
    assert suite.get("timestamp") == FAIL.provenance.created_utc.removesuffix("Z")
    told = {str(p.get("name")): p.get("value") for p in suite.findall("properties/property")}
    assert told["evidence_sha256"] == "cd" * 32
    assert told["release_sha256"] == FAIL.provenance.sha256["synthetic"]
    assert (told["outcome"], told["exit_code"], told["policy"]) == ("fail", "1", "partner")
    cases = {str(case.get("name")): case for case in suite.findall("testcase")}
    for gate in chosen_gates(FAIL).values():
        assert (cases[gate.name].find("failure") is not None) == (gate.outcome != "pass")


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("inconclusive", ["fail", "skip"])
def test_no_verdict_is_lost_in_junit(name: str, inconclusive: Any) -> None:
    """A fail has a failure, a pass none; what is inconclusive is a failure or skipped, as asked."""
    report = EXAMPLES[name]
    suite = suites(record(batch_release(report, "v1", "v1.csv", "")), inconclusive=inconclusive)["v1"]
    n_failures, n_errors = int(suite.get("failures", "")), int(suite.get("errors", ""))
    assert n_errors == 0
    if report.outcome == "pass":
        assert n_failures == 0
    elif report.outcome == "fail" or inconclusive == "fail":
        assert n_failures > 0
    else:
        assert n_failures == 0
        assert int(suite.get("skipped", "")) > 0


def test_what_could_not_be_read_is_an_error() -> None:
    """Of one release, and of the whole batch, with the code as its type."""
    found = suites(record(broken("bad"), error="SA-101 train t.csv: cannot be opened."))
    for name in ("bad", "synthaudit batch"):
        assert found[name].get("errors") == "1"
    error = found["bad"].find("testcase/error")
    assert error is not None
    assert (error.get("type"), error.get("message")) == ("SA-102", "SA-102 synthetic s.csv: 0 bytes.")


def test_the_counts_of_junit_add_up() -> None:
    """Of the root, the suites and their cases."""
    root = ElementTree.fromstring(batch_junit(BATCH))
    for count, path in (("tests", ""), ("failures", "/failure"), ("errors", "/error"), ("skipped", "/skipped")):
        found = [suite.findall(f"testcase{path}") for suite in root.findall("testsuite")]
        assert [int(suite.get(count, "")) for suite in root.findall("testsuite")] == [len(each) for each in found]
        assert int(root.get(count, "")) == sum(map(len, found))


@pytest.mark.parametrize("payload", [*PAYLOADS, "]]>", "\ufffe\uffff\x00\udcff", "a" * 100_000])
def test_no_text_is_xml(payload: str) -> None:
    """The elements are those of a plain name, and the file can be read."""
    plain = [element.tag for element in ElementTree.fromstring(batch_junit(named("a"))).iter()]
    assert [element.tag for element in ElementTree.fromstring(batch_junit(named(payload))).iter()] == plain


# --- index.html -----------------------------------------------------------------------------------------------


def test_the_gravest_release_comes_first() -> None:
    """Fails before errors, errors before what is not decided, that before passes; of fails the worst."""
    fail = batch_release(FAIL, "fail", "f.csv", "")
    worse = replace(fail, name="worse", found=BatchShare(value=0.9, low=0.8, high=0.95))
    less = replace(fail, name="less", found=BatchShare(value=0.2, low=0.1, high=0.3))
    open_ = replace(fail, name="open", outcome="inconclusive", exit_code=3)
    good = batch_release(PASS, "good", "g.csv", "")
    page = index_page(record(good, open_, broken("bad"), less, worse))
    assert [row.name for row in page.rows] == ["worse", "less", "bad", "open", "good"]
    inverted = replace(fail, found=None, guessed=BatchShare(value=0.1, low=0.05, high=0.15))
    plain = replace(fail, found=None, guessed=BatchShare(value=0.6, low=0.55, high=0.65))
    assert gravity(inverted) < gravity(plain)


def test_the_index_tells_the_figures_of_the_evidence() -> None:
    """Worst attack with its interval, copies, people at risk, the day, and why."""
    row = index_page(record(batch_release(FAIL, "v1", "v1.csv", ""))).rows[0]
    assert FAIL.worst is not None
    assert FAIL.exposure is not None
    people = FAIL.copies.single or FAIL.copies
    assert row.copied.replace("\u00a0", " ") == f"{people.train:,} of {people.n_train:,}"
    assert row.at_risk.replace("\u00a0", " ") == f"{FAIL.exposure.n_exposed:,} of {FAIL.exposure.n_members:,}"
    assert row.date == FAIL.provenance.created_utc[:10]
    assert row.worst.count("%") == 3
    assert row.reason


def test_a_verdict_that_changed_is_told_with_its_direction() -> None:
    """From fail to pass is good, the other way bad; anything else is neither."""
    good = replace(batch_release(PASS, "v1", "v1.csv", ""), change="another_verdict", earlier_outcome="fail")
    bad = replace(batch_release(FAIL, "v2", "v2.csv", ""), change="another_verdict", earlier_outcome="pass")
    new = replace(batch_release(PASS, "v3", "v3.csv", ""), change="new")
    changes = [row.change for row in index_page(record(good, bad, new)).rows]
    assert [(change.word, change.tone) for change in changes if change] == [
        ("was: pass", "bad"),
        ("was: fail", "good"),
        ("new", "plain"),
    ]

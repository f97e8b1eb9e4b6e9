"""Evidence: what is written is read back, and nothing else is accepted."""

import html
import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from example_report import EXAMPLES, HOSTILE, HOSTILE_TEXT, PASS

import synthaudit
from synthaudit.errors import InputError
from synthaudit.evidence import from_json, json_schema, to_json
from synthaudit.report.exports import summary_md
from synthaudit.report.render import render_report

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_written_is_read_back(name: str) -> None:
    """Reading is the exact inverse of writing, and writing again gives the same bytes."""
    text = to_json(EXAMPLES[name])
    assert from_json(text) == EXAMPLES[name]
    assert to_json(from_json(text)) == text


@pytest.mark.parametrize("name", EXAMPLES)
def test_evidence_fits_its_published_schema(name: str) -> None:
    """Another program can validate the file with the schema in the wheel alone."""
    schema = json.loads((Path(synthaudit.__file__).parent / "evidence.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(to_json(EXAMPLES[name])), schema)


@pytest.mark.parametrize("copy", ["synthaudit/evidence.schema.json", "docs/evidence.schema.json"])
def test_committed_schemas_are_current(copy: str) -> None:
    """Both copies are what the command prints; if this fails, run the command in evidence.py's docstring."""
    printed = subprocess.run(
        [sys.executable, "-m", "synthaudit.evidence"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert (ROOT / copy).read_text(encoding="utf-8") == printed
    assert json.loads(printed) == json_schema()


def test_the_schema_refuses_what_reading_refuses() -> None:
    """An unknown field and another version are errors in the schema, too."""
    evidence = json.loads(to_json(PASS))
    for change in ({"extra": 1}, {"schema_version": 1}, {"outcome": "ok"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(evidence | change, json_schema())


def test_metrics_are_written_under_their_published_names() -> None:
    """The share of members found carries its false-alarm rate in its name."""
    evidence = json.loads(to_json(PASS))
    assert evidence["worst"]["tpr_at_fpr_0.01"]["value"] == 0.017
    assert evidence["policy"]["tpr_at_fpr_0.01"] == 0.05
    assert evidence["smallest_detectable"]["tpr_at_fpr_0.01"] == 0.031
    assert list(evidence)[:3] == ["schema_version", "outcome", "leakage_detected"]


def test_the_text_can_be_pasted_into_a_page() -> None:
    """No angle bracket, ampersand, line separator, or anything beyond ASCII stands in the file as itself."""
    text = to_json(HOSTILE_TEXT)
    assert text.isascii()
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text)["vendor"]["name"] == HOSTILE


def test_equal_reports_give_equal_bytes_whatever_the_order_of_their_mappings() -> None:
    """The order in which a mapping was filled does not show."""
    provenance = PASS.provenance
    turned = replace(
        PASS,
        findings=tuple(replace(f, estimates=dict(reversed(list(f.estimates.items())))) for f in PASS.findings),
        provenance=replace(provenance, config=dict(reversed(list(provenance.config.items())))),
    )
    assert to_json(turned) == to_json(PASS)


def test_numpy_scalars_are_written_as_plain_numbers() -> None:
    """A count that came from an array is a number like any other."""
    as_numpy: Any = np.int64(3)
    assert to_json(replace(PASS, copies=replace(PASS.copies, train=as_numpy))) == to_json(PASS)


@pytest.mark.parametrize("bad", [math.nan, math.inf, np.float64("nan")])
def test_a_number_that_is_not_finite_is_refused(bad: float) -> None:
    """A verdict never rests on NaN: writing it is a programming error."""
    with pytest.raises(ValueError, match="a number of the report is not finite"):
        to_json(replace(PASS, copies=replace(PASS.copies, pvalue=bad)))


GOOD = to_json(PASS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "SA-401 evidence: not valid JSON. Give an evidence.json written by synthaudit."),
        ("[1]", "SA-401 evidence: not a JSON object. Give an evidence.json written by synthaudit."),
        (
            "[" * 100_000,
            "SA-401 evidence: lists within lists, 65 deep or more. Give an evidence.json written by synthaudit.",
        ),
        (
            GOOD.replace("0.43", "NaN"),
            "SA-401 evidence: NaN or Infinity, which are not JSON. Give an evidence.json written by synthaudit.",
        ),
        ("{}", "SA-402 evidence: no schema_version. Give an evidence.json written by synthaudit."),
        (
            GOOD.replace('"schema_version": 2', '"schema_version": 7'),
            "SA-402 evidence: schema_version 7. This release reads schema_version 1 to 2.",
        ),
        (
            GOOD.replace('"schema_version": 2', '"schema_version": "<b>"'),
            "SA-402 evidence: a schema_version that is no whole number. This release reads schema_version 1 to 2.",
        ),
        (
            GOOD.replace('"outcome": "pass",\n "leak', '"outcome": "ok",\n "leak'),
            "SA-403 evidence: outcome is none of the allowed words. Give the file as synthaudit wrote it.",
        ),
        (
            GOOD.replace('"seed": 0', '"seed": "SECRET"'),
            "SA-403 evidence: provenance.seed has the wrong type. Give the file as synthaudit wrote it.",
        ),
        (
            GOOD.replace('"seed": 0,', '"seed": 0, "\\u202eseed": 1,'),
            "SA-403 evidence: provenance.\\u202eseed is no field of this file. Give the file as synthaudit wrote it.",
        ),
        (
            GOOD.replace('"profile": "standard",\n "unit"', '"unit"'),
            "SA-403 evidence: profile is missing. Give the file as synthaudit wrote it.",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_told_in_words(text: str, message: str) -> None:
    """Code, place and one thing to do; no traceback of a library and no value of the file."""
    with pytest.raises(InputError) as caught:
        from_json(text)
    assert str(caught.value) == message
    assert caught.value.exit_code == 2
    assert caught.value.__context__ is None


@pytest.mark.parametrize("name", ["fail", "inconclusive", "without-holdout"])
def test_evidence_of_version_1_is_read_and_shown_as_it_was(name: str) -> None:
    """Written by release 0.1.0 before version 2: every figure, limit and reason is its own, and the page says so."""
    text = (Path(__file__).parent / "evidence_v1" / f"{name}.json").read_text("utf-8")
    report = from_json(text)
    assert report.schema_version == 1
    written = json.loads(to_json(report))
    old = json.loads(text)
    assert [written["copies"].pop(field) for field in ("single", "strangers")] == [None, None]
    if written["controls"] is not None:
        assert (written["controls"].pop("stand_in"), written["controls"].pop("near_copies")) == (None, [])
    if written["without_holdout"] is not None:
        assert written["without_holdout"].pop("against_train") is None
    if written["exposure"] is not None:
        assert (written["exposure"].pop("view"), written["exposure"].pop("crosswise")) == ("cells", False)
    assert written.pop("rows_read") == []
    newer = written.keys() - old.keys()
    assert {name: written.pop(name) for name in newer} == dict.fromkeys(newer)
    assert written == old
    page = render_report(report)
    assert "Made by an older release (evidence version 1): its limits and its words are of that time." in page
    assert f"- {old['reasons'][0]}\n" in html.unescape(summary_md(report)).replace("`", "")
    assert "Made by an older release" not in render_report(PASS)

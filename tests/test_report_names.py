"""Who, what, of which data, for what, by whom, when: in every output that an audit writes."""

import csv
import html
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from example_report import FAIL, PASS
from tables import three
from test_cli import call

import synthaudit
from synthaudit.report.exports import junit_xml, metrics_csv, summary_md
from synthaudit.report.names import day, names, title
from synthaudit.report.render import render_report
from synthaudit.types import Engagement, Vendor

ENGAGEMENT = Engagement(dataset="Patients 2025", purpose="for the partner", auditor="Data protection office")
NAMED = replace(PASS, engagement=ENGAGEMENT)
GIVEN = {"vendor": "Acme", "dataset": "Patients 2025", "purpose": "for the partner", "auditor": "the office"}
FLAGS = [part for name, text in GIVEN.items() for part in (f"--{name}", text)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small real tables and two releases."""
    path = tmp_path_factory.mktemp("named")
    (path / "releases").mkdir()
    train, holdout, first, second = three((120, 160, 120, 120), np.random.default_rng(0))
    tables = {"train": train, "holdout": holdout, "releases/first": first, "releases/second": second}
    for name, table in tables.items():
        table.to_csv(path / f"{name}.csv", index=False)
    return path


def evidence_names(folder: Path) -> dict[str, str]:
    """The names in a folder's evidence."""
    evidence = json.loads((folder / "evidence.json").read_text("utf-8"))
    return {"vendor": evidence["vendor"]["name"], "release": evidence["vendor"]["release"], **evidence["engagement"]}


def test_the_page_names_everything_above_the_verdict() -> None:
    """In the order release, vendor, dataset, purpose, auditor, date; the title names vendor, release and verdict."""
    page = render_report(NAMED)
    above = page[: page.index('class="verdict"')]
    expected = (
        *(("Release", "2026-11"), ("Vendor", "Vendor A"), ("Dataset", "Patients 2025")),
        *(("Purpose", "for the partner"), ("Auditor", "Data protection office"), ("Date", "2026-11-20 09:41 UTC")),
    )
    assert names(NAMED) == expected
    places = [above.index(f"<dt>{label}</dt> <dd>{name}</dd>") for label, name in expected]
    assert places == sorted(places)
    verdict = "Pass for partner use: no leakage detected above the limit"
    assert page.count(f"<title>{verdict} · Privacy audit of Vendor A 2026-11</title>") == 1


def test_what_nobody_named_is_left_out() -> None:
    """Evidence from before names, or without any: no empty label, in no output."""
    nameless = replace(PASS, vendor=Vendor(), engagement=None, provenance=replace(PASS.provenance, created_utc="x"))
    assert names(nameless) == ()
    assert (title(nameless), day(nameless)) == ("", "")
    page = html.unescape(render_report(nameless))
    assert '<dl class="names">' not in page
    assert "Privacy audit of a synthetic table" in page
    assert ElementTree.fromstring(junit_xml(nameless)).get("name") == f"synthaudit {PASS.policy.name}"


def test_the_other_files_name_it_too() -> None:
    """Name of the JUnit suite, list in the summary, and three columns in each line of the figures."""
    assert ElementTree.fromstring(junit_xml(NAMED)).get("name") == f"synthaudit {PASS.policy.name}: Vendor A 2026-11"
    summary = summary_md(NAMED).replace("`", "")
    assert all(f"- {label}: {name}\n" in summary for label, name in names(NAMED))
    lines = list(csv.DictReader(io.StringIO(metrics_csv(replace(FAIL, engagement=ENGAGEMENT)))))
    assert {(line["release"], line["date"], line["verdict"]) for line in lines} == {("2026-11", "2026-11-20", "fail")}


def test_names_of_the_command_line(folder: Path, tmp_path: Path) -> None:
    """They reach the evidence and the terminal; what a flag says beats the file, and a release has its file's name."""
    config = tmp_path / "c.toml"
    config.write_text('[vendor]\nname = "V"\n[audit]\nauditor = "of the file"\ndataset = "D"\n')
    tables = ("--train", folder / "train.csv", "--holdout", folder / "holdout.csv")
    run = ("--profile", "quick", "--jobs", 1, "--quiet", "--no-color", "--config", config)
    one = folder / "releases" / "first.csv"
    done = call("audit", *tables, "--synthetic", one, *run, *FLAGS, "-o", tmp_path / "a")
    assert evidence_names(tmp_path / "a") == {**GIVEN, "release": "first.csv"}
    said = "release: first.csv, vendor: Acme, dataset: Patients 2025, purpose: for the partner, auditor: the office"
    assert done.stdout.splitlines()[1] == f"  {said}"
    both = ("--synthetic", one, "--synthetic", folder / "releases" / "second.csv")
    call("audit", *tables, *both, *run, "-o", tmp_path / "b")
    expected = {
        "vendor": "V",
        "release": "first.csv, second.csv",
        "dataset": "D",
        "purpose": "",
        "auditor": "of the file",
    }
    assert evidence_names(tmp_path / "b") == expected
    call("audit", *tables, "--synthetic", one, *run, "--release", "November", "-o", tmp_path / "c")
    assert evidence_names(tmp_path / "c")["release"] == "November"


def test_a_batch_calls_each_release_by_its_file(folder: Path, tmp_path: Path) -> None:
    """Whatever else was said; another name has finished releases done again, the same one has not."""
    vendor = Vendor(name="Acme", release="one for all")
    tables = (folder / "releases", folder / "train.csv", folder / "holdout.csv")

    def batch(auditor: str) -> list[bool]:
        result = synthaudit.audit_batch(
            *tables, output=tmp_path / "out", vendor=vendor, auditor=auditor, profile="quick", jobs=1
        )
        return [entry.resumed for entry in result.entries]

    assert batch("A") == [False, False]
    assert [evidence_names(tmp_path / "out" / name)["release"] for name in ("first", "second")] == [
        *("first.csv", "second.csv"),
    ]
    assert batch("A") == [True, True]
    assert batch("B") == [False, False]
    assert evidence_names(tmp_path / "out" / "first") == {
        "vendor": "Acme",
        "release": "first.csv",
        "dataset": "",
        "purpose": "",
        "auditor": "B",
    }


def test_a_release_without_a_file_has_no_name(folder: Path) -> None:
    """A frame is called nothing, unless somebody says."""
    import pandas as pd

    frames = [pd.read_csv(folder / f"{name}.csv") for name in ("train", "releases/first", "holdout")]
    options: dict[str, Any] = {"profile": "quick", "jobs": 1}
    assert synthaudit.audit(*frames, **options).vendor == Vendor()
    named = synthaudit.audit(*frames, vendor="Acme", release="1", **options)
    assert (named.vendor, named.engagement) == (Vendor(name="Acme", release="1"), Engagement())

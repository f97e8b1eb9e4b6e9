"""Promise: a path whose bytes are no text works like any other wherever one may be given, and is shown written out."""

import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from tables import three
from test_cli import call

BYTES = "bad\udcff\udc9b"
"""As Python gives the bytes ff and 9b of a name."""
SHOWN = "bad\\udcff\\udc9b"

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode there")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three tables, a policy and a configuration, all under such names."""
    folder = tmp_path_factory.mktemp("paths") / BYTES
    (folder / f"releases{BYTES}").mkdir(parents=True)
    for name, table in zip(("t", "h", "s"), three((250, 250, 250), np.random.default_rng(0)), strict=True):
        table.to_csv(os.fsencode(folder / f"{name}{BYTES}.csv").decode("utf-8", "surrogateescape"), index=False)
    shutil.copy(folder / f"s{BYTES}.csv", folder / f"releases{BYTES}" / f"one{BYTES}.csv")
    (folder / f"c{BYTES}.toml").write_text('[run]\nprofile = "quick"\n')
    (folder / f"p{BYTES}.toml").write_text(
        'name = "own"\nsource = "x"\nauc = 0.6\n"tpr_at_fpr_0.01" = 0.05\ncopies_excess = 0.005\n'
        "exposed_allowed = true\n"
    )
    (folder / f"m{BYTES}.json").write_text(
        json.dumps(
            {
                "METADATA_SPEC_VERSION": "SINGLE_TABLE_V1",
                "columns": {
                    str(name): {"sdtype": "numerical" if str(name).startswith("x") else "categorical"}
                    for name in pd.read_csv(folder / f"t{BYTES}.csv").columns
                },
            }
        )
    )
    return folder


def checked_outputs(folder: Path) -> None:
    """Every file of an audit is there, whole, and none holds half a character."""
    for name in ("evidence.json", "report.html", "metrics.csv", "metrics.prom", "junit.xml", "summary.md", "badge.svg"):
        text = (folder / name).read_bytes().decode("utf-8")
        assert text
        assert not any("\ud800" <= char <= "\udfff" for char in text)
    config = json.loads((folder / "evidence.json").read_text())["provenance"]["config"]
    assert SHOWN in json.dumps(config).replace("\\\\", "\\")
    ElementTree.parse(folder / "junit.xml")


def printed(*lines: str) -> str:
    text = "".join(lines)
    assert not any("\ud800" <= char <= "\udfff" for char in text)
    return text


def test_an_audit_under_such_names(tables: Path, tmp_path: Path) -> None:
    """Tables, configuration, policy, metadata, store and output: a verdict, all files, and ``report`` redoes them."""
    t, h, s = (tables / f"{name}{BYTES}.csv" for name in "ths")
    out = tmp_path / BYTES / "out"
    done = call(
        "audit", "--train", t, "--holdout", h, "--synthetic", s, "-o", out, "--config", tables / f"c{BYTES}.toml",
        "--policy", tables / f"p{BYTES}.toml", "--sdv-metadata", tables / f"m{BYTES}.json", "--jobs", 1,
        "--shadow-store", tmp_path / f"store{BYTES}", "--scores", "--internal",
    )  # fmt: skip
    assert done.returncode in (0, 1, 3), done.stderr
    checked_outputs(out)
    assert (out / "scores.parquet").stat().st_size
    assert SHOWN in printed(done.stdout, done.stderr)
    again = call("report", out)
    assert again.returncode == 0, again.stderr
    assert SHOWN in printed(again.stdout)


def test_a_batch_under_such_names(tables: Path, tmp_path: Path) -> None:
    """Folder, release and output; finished the second time, with a link that leads to the report."""
    arguments: Sequence[object] = (
        "batch", tables / f"releases{BYTES}", "--train", tables / f"t{BYTES}.csv",
        "--holdout", tables / f"h{BYTES}.csv", "-o", tmp_path / f"out{BYTES}", "--profile", "quick", "--jobs", 1,
    )  # fmt: skip
    done = call(*arguments)
    assert done.returncode in (0, 1, 3), done.stderr
    checked_outputs(tmp_path / f"out{BYTES}" / f"one{BYTES}")
    index = (tmp_path / f"out{BYTES}" / "index.html").read_text("utf-8")
    assert 'href="./onebad%FF%9B/report.html"' in index
    assert SHOWN in index
    assert "finished earlier" in printed(call(*arguments).stdout)


def test_other_commands_under_such_names(tables: Path, tmp_path: Path) -> None:
    """``split`` with its audit, ``query``, ``schema infer``, ``check-inputs``: each works or refuses with a code."""
    t, h, s = (tables / f"{name}{BYTES}.csv" for name in "ths")
    pd.read_csv(t)[:1].to_csv(tmp_path / f"r{BYTES}.csv", index=False)
    sealed = tmp_path / f"split{BYTES}"
    for arguments in (
        ("split", t, "--out", sealed),
        ("check-inputs", "--manifest", sealed / "manifest.json", "--synthetic", s),
        ("query", "--record", tmp_path / f"r{BYTES}.csv", "--train", t, "--holdout", h, "--synthetic", s),
        ("schema", "infer", t),
        ("check-inputs", "--train", t, "--holdout", h, "--reference", s, "--deleted", s, "--synthetic", s,
         "--allow-overlap"),
        ("check-inputs", "--train", tables / f"t*{BYTES}.csv", "--synthetic", s),
        ("check-inputs", "--train", tables / f"releases{BYTES}", "--synthetic", s),
    ):  # fmt: skip
        done = call(*arguments)
        assert done.returncode == 0, (arguments, done.stderr)
        printed(done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("check-inputs", "--train", "{}.csv", "--synthetic", "{}.csv"), "SA-101 train "),
        (("report", "{}"), "SA-101 evidence "),
        (("policy", "show", "{}.toml"), "SA-101 "),
        (("batch", "{}", "--train", "{}.csv"), "SA-101 "),
        (("check-inputs", "--train", "{}.pkl", "--synthetic", "{}.csv"), "SA-107 train "),
        (("check-inputs", "--manifest", "{}", "--synthetic", "{}.csv"), "SA-101 manifest "),
        (("check-inputs", "--train", "file:///{}.csv", "--synthetic", "{}.csv"), "SA-101 train "),
        (("check-inputs", "--train", "sqlite:///{}.db#t", "--synthetic", "{}.csv"), "SA-101 train "),
        (("check-inputs", "--train", "s3://{}/t.csv", "--synthetic", "{}.csv"), "SA-101 train "),
        (("check-inputs", "--train", "t.csv", "--synthetic", "s.csv", "--columns", "{}"), "SA-180 "),
        (("check-inputs", "--train", "t.csv", "--synthetic", "s.csv", "--entity", "{}"), "SA-180 "),
        (("check-inputs", "--train", "t.csv", "--synthetic", "s.csv", "--engine", "{}"), "SA-180 "),
        (("check-inputs", "--train", "t.csv", "--synthetic", "s.csv", "--generator", "{}"), "SA-206 "),
        (("check-inputs", "--train", "t.csv", "--synthetic", "s.csv", "--sep", "\udcff"), "SA-180 "),
        (("check-inputs", "--train", "t.csv", "--synthetic", "s.csv", "--profile", "{}"), "SA-180 "),
        (("split", "{}.csv", "--out", "x"), "SA-101 train "),
    ],
)
def test_what_is_refused_is_refused_with_its_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: str
) -> None:
    """Before anything is read; the name is written out."""
    monkeypatch.chdir(tmp_path)
    done = call(*(text.format(BYTES) for text in arguments))
    assert done.returncode == 2, done.stderr
    assert code in printed(done.stdout, done.stderr)
    assert "SA-399" not in done.stderr

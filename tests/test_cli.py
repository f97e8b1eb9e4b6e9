"""The command line as a newcomer meets it: exit codes, messages, files; never a traceback for a mistake."""

import io
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tables import three

from synthaudit.cli.main import main

Start = Callable[..., subprocess.CompletedProcess[str]]
SECRET = "Qxv-Secret-7341"


def process(*arguments: object, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
    """The program as a shell starts it."""
    command = [sys.executable, "-P", "-W", "ignore", "-m", "synthaudit", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, input=stdin, check=False)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def call(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The same entry point in this process: most of a short command is its imports."""
    command = ["synthaudit", *map(str, arguments)]
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit) as ended:
            main()
    assert isinstance(ended.value.code, int)
    return subprocess.CompletedProcess(command, ended.value.code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real tables with a secret in one cell, a clean release and a copy."""
    path = tmp_path_factory.mktemp("cli")
    train, holdout, fresh = three((300, 500, 300), np.random.default_rng(0))
    train.loc[0, "c0"] = SECRET
    for name, table in (("train", train), ("holdout", holdout), ("fresh", fresh)):
        table.to_csv(path / f"{name}.csv", index=False)
    return path


def audit(
    folder: Path, out: Path, *more: object, start: Start = call, **tables: object
) -> subprocess.CompletedProcess[str]:
    given = {
        "train": folder / "train.csv",
        "holdout": folder / "holdout.csv",
        "synthetic": folder / "fresh.csv",
        **tables,
    }
    flags = [part for name, path in given.items() if path is not None for part in (f"--{name}", path)]
    return start("audit", *flags, "-o", out, "--profile", "quick", "--jobs", 1, *more)


def test_exit_codes_and_what_is_printed(folder: Path, tmp_path: Path) -> None:
    """0 pass, 1 fail, 3 inconclusive; the verdict, the reason and the path of the report on standard output."""
    copy = audit(folder, tmp_path / "copy", synthetic=folder / "train.csv", start=process)
    assert copy.returncode == 1
    assert copy.stdout.startswith("FAIL for partner use: leakage detected, above the limit")
    assert str(tmp_path / "copy" / "report.html") in copy.stdout
    alone = audit(folder, tmp_path / "alone", holdout=None)
    assert alone.returncode == 3
    assert alone.stdout.startswith("INCONCLUSIVE for partner use")
    fresh = audit(folder, tmp_path / "fresh", "--policy", "internal")
    evidence = json.loads((tmp_path / "fresh" / "evidence.json").read_text())
    assert fresh.returncode == {"pass": 0, "inconclusive": 3}[evidence["outcome"]]
    assert SECRET not in fresh.stdout + fresh.stderr + (tmp_path / "fresh" / "report.html").read_text()


def test_no_chance_of_a_pass_is_told_where_a_gap_rules_it_out(folder: Path, tmp_path: Path) -> None:
    """Attacks chosen by hand: said before anything runs and after, and no number of people is promised to help."""
    told = audit(folder, tmp_path / "out", "--attacks", "dcr", "--policy", "public")
    assert told.returncode == 3
    assert "300 members, 500 non-members; a pass is ruled out beforehand by a gap: attack suite" in told.stderr
    assert "Mend first what rules out a pass, however many people there are: attack suite." in told.stdout
    assert "would make it 80 %" not in told.stdout
    assert "chance of a pass" not in told.stderr


def broken(folder: Path, tmp_path: Path, name: str) -> tuple[Path, str]:
    """A bad release and the words that its error must hold."""
    fresh = pd.read_csv(folder / "fresh.csv")
    bad = tmp_path / "bad.csv"
    tables = {
        "missing column": (fresh.drop(columns="x1"), "'x1'"),
        "extra column": (fresh.assign(note="n"), "'note'"),
        "renamed column": (fresh.rename(columns={"x1": "X1"}), "--rename X1=x1"),
        "empty table": (fresh.iloc[:0], "0 rows"),
        "one row": (fresh.iloc[:1], "1 row"),
        "column all missing": (fresh.assign(x1=np.nan), "x1"),
        "text where numbers were": (fresh.assign(x1=SECRET), "0 of 300 cells"),
    }
    if name in tables:
        tables[name][0].to_csv(bad, index=False)
        return bad, tables[name][1]
    text = (folder / "fresh.csv").read_text()
    raw = {
        "duplicate names": (text.replace("x1", "x0", 1).encode(), "have the same name"),
        "ragged rows": (text.encode() + b"1,2\n", "fields"),
        "not what its name says": (b"PK\x03\x04" + b"0" * 100, "content"),
        "wrong encoding": (text.encode("utf-16"), "--encoding"),
        "empty file": (b"", "0 bytes"),
    }
    bad.write_bytes(raw[name][0])
    return bad, raw[name][1]


@pytest.mark.parametrize(
    "name",
    [
        "missing column",
        "extra column",
        "renamed column",
        "empty table",
        "one row",
        "column all missing",
        "text where numbers were",
        "duplicate names",
        "ragged rows",
        "not what its name says",
        "wrong encoding",
        "empty file",
    ],
)
def test_bad_releases_get_a_clear_error(folder: Path, tmp_path: Path, name: str) -> None:
    """Exit code 2, one line that says what, where, got, do; no traceback, no cell, nothing half written."""
    bad, words = broken(folder, tmp_path, name)
    done = audit(folder, tmp_path / "out", "--quiet", synthetic=bad)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("synthaudit: SA-")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert SECRET not in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_overlapping_real_tables_are_refused(folder: Path, tmp_path: Path) -> None:
    """A holdout that is train, or shares rows with it, is an error before anything is attacked."""
    train, holdout = pd.read_csv(folder / "train.csv"), pd.read_csv(folder / "holdout.csv")
    same = audit(folder, tmp_path / "out", holdout=folder / "train.csv")
    assert (same.returncode, "SA-172" in same.stderr) == (2, True)
    pd.concat([holdout, train[:50]]).to_csv(tmp_path / "mixed.csv", index=False)
    shared = audit(folder, tmp_path / "out", holdout=tmp_path / "mixed.csv")
    assert (shared.returncode, "SA-173" in shared.stderr) == (2, True)
    allowed = audit(folder, tmp_path / "out", "--allow-overlap", holdout=tmp_path / "mixed.csv")
    assert allowed.returncode == 3


def test_usage_errors(folder: Path, tmp_path: Path) -> None:
    """Unknown options, names and values end with 2 and say what there is to choose from."""
    assert call("audit", "--train", "x").returncode == 2
    attack = audit(folder, tmp_path / "out", "--attacks", "dcrr")
    assert (attack.returncode, "dcr" in attack.stderr, "Traceback" in attack.stderr) == (2, True, False)
    for flags in (
        ["--policy", "publik"],
        ["--generator", "gpt"],
        ["--shadows", -1],
        ["--jobs", 0],
        ["--entity", "who"],
    ):
        done = audit(folder, tmp_path / "out", *flags)
        assert done.returncode == 2, flags
        assert done.stderr.startswith(("synthaudit: SA-", "Usage")) or "synthaudit: SA-" in done.stderr


def test_no_space_and_no_folder(folder: Path, tmp_path: Path) -> None:
    """The machine's fault is exit code 4, in words."""
    (tmp_path / "file").write_text("x")
    done = audit(folder, tmp_path / "file" / "out")
    assert done.returncode in (2, 4)
    assert done.stderr.startswith("synthaudit: ")
    assert "Traceback" not in done.stderr


def test_config_file_flags_and_environment(folder: Path, tmp_path: Path) -> None:
    """Flags beat the environment, which beats the file; an unknown key is an error with a hint."""
    config = tmp_path / "audit.toml"
    config.write_text(
        "version = 1\n"
        f"[data]\ntrain = '{folder / 'train.csv'}'\nholdout = '{folder / 'holdout.csv'}'\n"
        f"synthetic = '{folder / 'fresh.csv'}'\nmissing = ['?']\n"
        "[columns.c1]\nsensitive = true\n"
        "[run]\nprofile = 'quick'\nseed = 4\n[policy]\nuse = 'public'\n[vendor]\nname = 'Vendor A'\n"
    )
    done = call("audit", "--config", config, "-o", tmp_path / "out", "--seed", 9, "--quiet")
    assert done.returncode in (0, 3), done.stderr
    evidence = json.loads((tmp_path / "out" / "evidence.json").read_text())
    assert evidence["provenance"]["seed"] == 9
    assert evidence["profile"] == "quick"
    assert evidence["policy"]["name"] == "public"
    assert evidence["vendor"]["name"] == "Vendor A"
    config.write_text("version = 1\n[policy]\nuze = 'public'\n")
    wrong = call("audit", "--config", config, "--train", "t", "--synthetic", "s")
    assert wrong.returncode == 2
    assert "did you mean 'use'" in wrong.stderr


def test_a_misspelt_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would have set a limit; those that any command reads, and those of others, are no matter."""
    for name in ("SYNTHAUDIT_POLCY", "SYNTHAUDIT_SEED", "SYNTHAUDIT_DATA_DIR", "SYNTHAUDIT_SIGN_PASSPHRASE", "POLCY"):
        monkeypatch.setenv(name, "1")
    done = call("policy", "list")
    assert done.returncode == 0
    assert done.stderr == "synthaudit: the variable SYNTHAUDIT_POLCY is not read: it sets no option\n"
    # An option that must be typed: what needs it says so.
    monkeypatch.delenv("SYNTHAUDIT_POLCY")
    monkeypatch.setenv("SYNTHAUDIT_ALLOW_COMMANDS", "1")
    assert call("policy", "list").stderr == ""


def test_other_commands(folder: Path, tmp_path: Path) -> None:
    """Schemas, policies, input checks and re-rendering work from the shell."""
    schema = call("schema", "infer", folder / "train.csv")
    assert schema.returncode == 0
    assert 'kind = "numeric"' in schema.stdout
    assert [line.split()[0] for line in call("policy", "list").stdout.splitlines()] == ["internal", "partner", "public"]
    assert "0.05" in call("policy", "show", "partner").stdout
    checked = call("check-inputs", "--train", folder / "train.csv", "--synthetic", folder / "fresh.csv")
    assert "train 300 rows, synthetic 300 rows" in checked.stdout
    audit(folder, tmp_path / "out", holdout=None)
    page = (tmp_path / "out" / "report.html").read_bytes()
    (tmp_path / "out" / "report.html").unlink()
    assert call("report", tmp_path / "out").returncode == 0
    assert (tmp_path / "out" / "report.html").read_bytes() == page


def test_the_internal_edition_is_written_on_request_only(folder: Path, tmp_path: Path) -> None:
    """Private, named on standard output, moved away by a later run; the evidence alone cannot make it."""
    out, config = tmp_path / "out", tmp_path / "audit.toml"
    config.write_text("version = 1\n[output]\ninternal = true\n")
    done = audit(folder, out, "--config", config, holdout=None)
    page = out / "report.internal.html"
    assert (done.returncode, str(page) in done.stdout) == (3, True), done.stderr
    assert page.stat().st_mode & 0o777 == 0o600
    assert "No record can be flagged without people who were not in the data." in page.read_text()
    again = call("report", out, "--edition", "internal")
    assert again.returncode == 2
    assert "run audit with --internal" in again.stderr
    assert str(page) not in audit(folder, out, holdout=None).stdout
    assert not page.exists()


def test_a_table_from_standard_input(folder: Path, tmp_path: Path) -> None:
    """``-`` reads the release from a pipe."""
    done = process(
        "audit",
        "--train",
        folder / "train.csv",
        "--synthetic",
        "-",
        "-o",
        tmp_path / "out",
        "--quiet",
        stdin=(folder / "train.csv").read_bytes(),
    )
    assert done.returncode == 1


def test_an_internal_error_names_no_value(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 4 with the type and the place, never the message, which may quote a cell."""
    from synthaudit.cli import main

    def fail(**_: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(main.cli, "main", fail)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 4
    message = capsys.readouterr().err
    assert "ValueError at" in message
    assert SECRET not in message


def test_a_full_disk_is_said_and_tears_nothing(folder: Path, tmp_path: Path) -> None:
    """Exit code 4 and one line when a file cannot be written; what stands in the folder is whole."""

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (70_000, 70_000))

    command = [sys.executable, "-P", "-W", "ignore", "-m", "synthaudit", "audit", "--train", str(folder / "train.csv")]
    more = ["--synthetic", str(folder / "train.csv"), "--holdout", str(folder / "holdout.csv"), "--profile", "quick"]
    done = subprocess.run(
        [*command, *more, "--quiet", "-o", str(tmp_path / "out")],
        capture_output=True,
        preexec_fn=small_files,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    assert done.stderr.startswith(b"synthaudit: SA-301")
    assert b"Traceback" not in done.stderr
    assert json.loads((tmp_path / "out" / "evidence.json").read_text())["outcome"] == "fail"
    assert not (tmp_path / "out" / "report.html").exists()
    assert all(
        p.name in ("evidence.json", "metrics.csv", "metrics.prom", "junit.xml", "summary.md", "badge.svg", "seal.json")
        for p in (tmp_path / "out").iterdir()
    )

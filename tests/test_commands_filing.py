"""An audit is signed, recorded and held against an earlier one in one run, from Python and on the command line."""

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from example_report import PASS
from tables import three
from test_cli import call

import synthaudit
from synthaudit.commands.report import report_again
from synthaudit.commands.seal import Seal, write_sealed
from synthaudit.commands.verify import verify_folder
from synthaudit.errors import InputError
from synthaudit.evidence import to_json
from synthaudit.runtime.history_file import read

Call = dict[str, Any]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train, holdout, and two releases: train itself, and strangers."""
    folder = tmp_path_factory.mktemp("tables")
    train, holdout, strangers = three((120, 160, 120), np.random.default_rng(0))
    for name, table in (("train", train), ("holdout", holdout), ("copy", train), ("strangers", strangers)):
        table.to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private key."""
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    path = tmp_path_factory.mktemp("key") / "key.pem"
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.touch(mode=0o600)
    path.write_bytes(ed25519.Ed25519PrivateKey.generate().private_bytes(*pem))
    return path


@pytest.fixture(scope="module")
def audited(tables: Path, key: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two audits from Python, of the copy and then of the strangers, and a batch of both, all signed and recorded."""
    folder = tmp_path_factory.mktemp("audits")
    given: Call = {"profile": "quick", "jobs": 1, "policy": "internal", "sign": key, "history": folder / "h.db"}
    real = tables / "train.csv", tables / "holdout.csv"
    synthaudit.audit(real[0], tables / "copy.csv", real[1], output=folder / "first", **given)
    again: Call = {"output": folder / "second", "previous": folder / "first"}
    synthaudit.audit(real[0], tables / "strangers.csv", real[1], **again, **given)
    (folder / "releases").mkdir()
    shutil.copy(tables / "copy.csv", folder / "releases")
    synthaudit.audit_batch(folder / "releases", *real, output=folder / "batch", **given)
    return folder


def test_python_signs_and_records(audited: Path) -> None:
    """Every file of the three audits is signed by one key, and each is in the history once."""
    for name in ("first", "second", "batch", "batch/copy"):
        seal = Seal.read(audited / name)
        assert isinstance(seal, Seal)
        assert seal.signed_by
        checked = verify_folder(audited / name, {}).checked
        # Where the tables are is not in the evidence of an audit from Python.
        assert {item.state for item in checked if "table " not in item.name} == {"as written"}
    # Audits of one second have no order of their own.
    assert sorted(audit.release for audit in read(audited / "h.db")) == ["copy.csv", "copy.csv", "strangers.csv"]


def test_the_first_report_says_what_became_of_the_findings(audited: Path, tmp_path: Path) -> None:
    """As `report --previous` would say it later, byte by byte, and sealed with the rest; without one there is none."""
    changes = audited / "second" / "report.changes.html"
    text = re.sub(r"<[^>]+>", " ", changes.read_text("utf-8"))
    assert "fixed" in text
    seal = Seal.read(audited / "second")
    assert isinstance(seal, Seal)
    assert seal.states(audited / "second")["report.changes.html"] == "as written"
    shutil.copy(audited / "second" / "evidence.json", tmp_path)
    again, _ = report_again(tmp_path, previous=audited / "first")
    assert again.read_bytes() == changes.read_bytes()
    assert not (audited / "first" / "report.changes.html").exists()


def test_the_command_counts_them(tables: Path, audited: Path, tmp_path: Path) -> None:
    """On the terminal, with where the page is; the command that repeats this audit does not name the earlier one."""
    first = audited / "first" / "evidence.json"
    done = call(
        *("audit", "--train", tables / "train.csv", "--holdout", tables / "holdout.csv", "--profile", "quick"),
        *("--synthetic", tables / "copy.csv", "--policy", "internal", "--previous", first, "--quiet"),
        *("-o", tmp_path / "out"),
    )
    assert done.returncode == 1, done.stderr
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("since the audit before: "))
    assert re.fullmatch(rf"since the audit before: [1-9]\d* open: {tmp_path}/out/report\.changes\.html", line)
    repeated = re.findall(r"synthaudit audit [^<]*NEW_RELEASE", (tmp_path / "out" / "report.html").read_text("utf-8"))
    assert repeated
    assert not any("--previous" in command for command in repeated)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"sign": "key.pem"}, "SA-427"),
        ({"history": "h.db"}, "SA-427"),
        ({"previous": "out"}, "SA-427"),
        ({"previous": "other", "output": "out"}, "SA-406"),
        ({"previous": "none", "output": "out"}, "SA-101"),
        ({"history": "other/evidence.json", "output": "out"}, "SA-424"),
    ],
)
def test_what_cannot_be_done_is_refused_before_the_audit(tables: Path, tmp_path: Path, given: Call, code: str) -> None:
    """Without a folder to write into, with an audit of another table, or with a file that is no history."""
    (tmp_path / "other").mkdir()
    write_sealed(PASS, [("evidence.json", to_json(PASS))], tmp_path / "other")
    paths = {name: tmp_path / path for name, path in given.items()}
    asked: Call = {"profile": "quick", "policy": PASS.policy, "progress": never}
    with pytest.raises(InputError) as error:
        synthaudit.audit(tables / "train.csv", tables / "copy.csv", tables / "holdout.csv", **paths, **asked)
    assert error.value.code == code
    assert not (tmp_path / "out" / "evidence.json").exists()
    assert not (tmp_path / "h.db").exists()


def never(stage: str, done: int, total: int) -> None:
    """Told of the first attack, where there is one."""
    raise AssertionError(stage)


def test_an_earlier_audit_that_nobody_sealed_is_told(tables: Path, audited: Path, tmp_path: Path) -> None:
    """Before the audit begins."""
    shutil.copy(audited / "first" / "evidence.json", tmp_path)
    notes: list[str] = []
    real = tables / "train.csv", tables / "copy.csv", tables / "holdout.csv"
    given: Call = {"profile": "quick", "policy": "partner", "notify": notes.append}
    with pytest.raises(InputError, match="SA-406 option --previous: it was judged by other limits"):
        synthaudit.audit(*real, output=tmp_path / "out", previous=tmp_path, **given)
    assert notes[0].startswith("of the earlier audit: no seal.json stands beside the evidence")

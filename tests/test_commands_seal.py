"""What an audit wrote is known again: an altered byte is named, and nothing altered is believed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tables import three
from test_cli import call

from synthaudit.commands.batch import doubtful
from synthaudit.commands.seal import SEAL, Seal, sha256
from synthaudit.commands.verify import verify_folder
from synthaudit.files import dated_folders
from synthaudit.runtime import user_key
from synthaudit.runtime.store import Store

FILES = (
    *("evidence.json", "report.html", "metrics.csv", "metrics.prom", "junit.xml", "summary.md", "badge.svg"),
    *("report.internal.html", "seal.json"),
)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real tables, and a release that is the training table itself."""
    folder = tmp_path_factory.mktemp("tables")
    (folder / "releases").mkdir()
    train, holdout = three((200, 300), np.random.default_rng(0))
    for name, table in (("train", train), ("holdout", holdout), ("releases/vendor", train)):
        table.to_csv(folder / f"{name}.csv", index=False)
    return folder


def batch(tables: Path, out: Path) -> str:
    """What ``batch`` prints; it fails, for the release is a copy."""
    done = call(
        *("batch", tables / "releases", "--train", tables / "train.csv", "--holdout", tables / "holdout.csv"),
        *("-o", out, "--profile", "quick", "--jobs", 1, "--no-color", "--quiet", "--internal"),
    )
    assert done.returncode == 1, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def written(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a batch."""
    out = tmp_path_factory.mktemp("written") / "out"
    batch(tables, out)
    return out


@pytest.fixture
def out(written: Path, tmp_path: Path) -> Path:
    """The same, to be altered."""
    return Path(shutil.copytree(written, tmp_path / "out"))


def altered(folder: Path) -> list[str]:
    """What ``verify`` says is not as it was written."""
    return sorted({item.name for item in verify_folder(folder, {}).checked if item.is_altered})


def edit_evidence(vendor: Path) -> None:
    evidence = json.loads((vendor / "evidence.json").read_text())
    evidence |= {"outcome": "pass", "leakage_detected": False, "reasons": ["Nothing was found."]}
    (vendor / "evidence.json").write_text(json.dumps(evidence, indent=1) + "\n")


def seal_anew(vendor: Path) -> None:
    """As somebody would who has everything but the key."""
    sealed = json.loads((vendor / SEAL).read_text())
    files = {name: sha256((vendor / name).read_bytes()) for name in sealed["files"]}
    content = {**sealed, "files": files}
    del content["sha256"]
    content["sha256"] = sha256(json.dumps(content, sort_keys=True, separators=(",", ":")))
    (vendor / SEAL).write_text(json.dumps(content, indent=1) + "\n")


def another_key(vendor: Path) -> None:
    """As an attacker who knows the program and has a key of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(user_key, "_key", lambda folder: bytes(32))
        report = Seal.read(vendor)
        assert isinstance(report, Seal)
        files = {name: sha256((vendor / name).read_bytes()) for name in report.files}
        Seal(
            synthaudit_version=report.synthaudit_version, policy=report.policy, inputs=report.inputs, files=files
        ).write(vendor)


def edited_and_sealed_anew(vendor: Path) -> None:
    edit_evidence(vendor)
    seal_anew(vendor)


def edited_and_of_another_key(vendor: Path) -> None:
    edit_evidence(vendor)
    another_key(vendor)


def as_link(vendor: Path) -> None:
    path = vendor.parent / "elsewhere.json"
    path.write_bytes((vendor / "evidence.json").read_bytes())
    (vendor / "evidence.json").unlink()
    (vendor / "evidence.json").symlink_to(path)


SEAL_EDITED = "seal.json is not as it was written"
FORGERIES: tuple[tuple[str, Callable[[Path], object], str], ...] = (
    ("evidence edited", edit_evidence, "evidence.json not as written"),
    ("evidence is a link", as_link, "evidence.json not as written"),
    ("report edited", lambda v: (v / "report.html").write_text("<p>pass"), "report.html not as written"),
    ("summary edited", lambda v: (v / "summary.md").write_text("pass"), "summary.md not as written"),
    ("badge edited", lambda v: (v / "badge.svg").write_text("<svg/>"), "badge.svg not as written"),
    (
        "evidence edited and sealed anew without the key",
        edited_and_sealed_anew,
        "it was sealed by another user or on another machine",
    ),
    (
        "sealed with another key",
        edited_and_of_another_key,
        "it was sealed by another user or on another machine",
    ),
    (
        "seal edited",
        lambda v: (v / SEAL).write_text((v / SEAL).read_text() + " "),
        "seal.json is not as it was written",
    ),
    ("seal of another format", lambda v: (v / SEAL).write_text('{"format": 2}'), SEAL_EDITED),
    ("seal is no JSON", lambda v: (v / SEAL).write_bytes(b"\xff" * 9), SEAL_EDITED),
    ("seal removed", lambda v: (v / SEAL).unlink(), "evidence.json has no seal beside it"),
)


@pytest.mark.parametrize(("name", "forge", "doubt"), FORGERIES, ids=[name for name, _, _ in FORGERIES])
def test_a_batch_believes_nothing_that_was_altered(
    out: Path, name: str, forge: Callable[[Path], object], doubt: str
) -> None:
    """Each way of altering a finished release is a reason to do it again, and the reason is told."""
    assert doubtful(out / "vendor") == ""
    forge(out / "vendor")
    assert doubtful(out / "vendor") == doubt


def test_an_edited_release_is_done_again_and_kept_aside(tables: Path, out: Path) -> None:
    """The forged pass lies in previous/, what stands is the failure, and the line says why."""
    genuine = json.loads((out / "vendor" / "evidence.json").read_text())
    assert "finished earlier" in batch(tables, out)
    edit_evidence(out / "vendor")
    printed = batch(tables, out)
    assert printed.startswith("FAIL vendor: ")
    assert "  done again: evidence.json not as written; what was there is in vendor/previous/" in printed
    again = json.loads((out / "vendor" / "evidence.json").read_text())
    assert all(again[key] == genuine[key] for key in ("outcome", "reasons", "copies"))
    (earlier,) = dated_folders(out / "vendor")
    assert json.loads((earlier / "evidence.json").read_text())["outcome"] == "pass"
    # As long as it is kept.
    assert altered(out) == [f"vendor/previous/{earlier.name}/evidence.json"]
    shutil.rmtree(out / "vendor" / "previous")
    assert altered(out) == []


def test_a_seal_of_another_release_is_none(tables: Path, out: Path, tmp_path: Path) -> None:
    """A whole folder that this user's audit wrote of one release says nothing of another."""
    other = tmp_path / "other"
    shutil.copytree(tables, other)
    _, fresh = three((200, 200), np.random.default_rng(5))
    fresh.to_csv(other / "releases" / "vendor.csv", index=False)
    assert doubtful(out / "vendor") == ""
    done = call(
        *("batch", other / "releases", "--train", other / "train.csv", "--holdout", other / "holdout.csv"),
        *("-o", out, "--profile", "quick", "--jobs", 1, "--no-color", "--quiet", "--internal"),
    )
    assert "finished earlier" not in done.stdout
    assert not done.stdout.startswith("FAIL")


# --- verify ---------------------------------------------------------------------------------------------------


def test_what_nobody_touched_is_as_written(out: Path) -> None:
    """Exit code 0, and every file and table is listed."""
    done = call("verify", out)
    assert done.returncode == 0, done.stdout
    lines = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert {line[2] for line in lines} >= {"index.html", *(f"vendor/{name}" for name in FILES), "vendor/table train"}
    assert {tuple(line[:2]) for line in lines} == {("as", "written")}
    plain = json.loads(call("verify", out, "--json").stdout)
    assert plain["outcome"] == "as written"
    assert {"name": "vendor/evidence.json", "state": "as written", "why": ""} in plain["checked"]


@pytest.mark.parametrize("name", ["index.html", "seal.json", *(f"vendor/{name}" for name in FILES)])
def test_an_altered_byte_is_named(out: Path, name: str) -> None:
    """In whichever file it is, anywhere in it; a file that is gone is named too."""
    data = (out / name).read_bytes()
    place = int(np.random.default_rng(len(name)).integers(len(data)))
    (out / name).write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    assert altered(out) == [name]
    (out / name).unlink()
    result = verify_folder(out, {})
    assert result.exit_code == (3 if name.endswith(SEAL) else 1)


@pytest.mark.parametrize("role", ["train", "holdout", "synthetic"])
def test_an_altered_table_is_named(tables: Path, out: Path, tmp_path: Path, role: str) -> None:
    """Also where it is said to be somewhere else; one that is not there is no proof of anything."""
    source = tables / {"synthetic": "releases/vendor.csv"}.get(role, f"{role}.csv")
    moved = tmp_path / "moved.csv"
    moved.write_bytes(source.read_bytes())
    assert call("verify", out, f"--{role}", moved).returncode == 0
    data = moved.read_bytes()
    moved.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
    done = call("verify", out, f"--{role}", moved)
    assert done.returncode == 1
    assert f"changed       vendor/table {role}\n" in done.stdout
    done = call("verify", out, f"--{role}", tmp_path / "nowhere.csv")
    assert done.returncode == 3
    assert f"not looked at vendor/table {role}: no file is where the audit found it; say where" in done.stdout


def test_a_report_that_says_something_else_is_named_whoever_sealed_it(out: Path) -> None:
    """Reports are drawn again from the evidence: a forged one is found without any key."""
    (out / "vendor" / "report.html").write_text("<p>pass</p>")
    another_key(out / "vendor")
    result = verify_folder(out, {})
    assert [item.name for item in result.checked if item.is_altered] == ["vendor/report.html"]
    assert result.exit_code == 1


def test_a_seal_of_another_user_is_not_enough(out: Path) -> None:
    """Exit code 3: all agrees, and whoever altered it could have made it agree."""
    another_key(out / "vendor")
    done = call("verify", out)
    assert done.returncode == 3
    assert "not looked at vendor/seal.json: by another user or on another machine" in done.stdout


def test_a_folder_without_an_audit_is_an_error(tmp_path: Path) -> None:
    """Exit code 2 and what to do."""
    done = call("verify", tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        f"synthaudit: SA-405 folder {tmp_path.name}: no audit wrote into it. Give the output folder of an audit or a"
        " batch.\n",
    )
    assert call("verify", tmp_path / "none").returncode == 2


# --- what an earlier run left, and the audited copy ------------------------------------------------------------

RUN = (*FILES, "scores.parquet")
EARLIER = "2026-11-30T09-41-00Z"
STORED = (
    *RUN,
    "again.parquet",
    "copy.csv",
    *(f"previous/{EARLIER}/{name}" for name in RUN),
    *(f".shadows/{place}{'0' * 64}.fit" for place in ("", "previous/")),
)
"""Every file of an output folder in which two audits were made, each with a copy."""


def audit(tables: Path, out: Path, *more: object, release: Path | None = None) -> int:
    """The exit code of an audit of a release, by default of the one that is a copy."""
    return call(
        *("audit", "--train", tables / "train.csv", "--holdout", tables / "holdout.csv", "-o", out, *more),
        *("--synthetic", release or tables / "releases" / "vendor.csv", "--profile", "quick", "--jobs", 1, "--quiet"),
    ).returncode


@pytest.fixture(scope="module")
def audited(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Audits of a release and its successor in one folder, with all that is written, and shadows, one set aside."""
    folder = tmp_path_factory.mktemp("audited")
    out, release = folder / "out", folder / "release.csv"
    for name, rows in (("copy.csv", 150), ("again.parquet", 200)):
        pd.read_csv(tables / "train.csv").head(rows).to_csv(release, index=False)
        more = ("--scores", "--internal", "--audited-copy", out / name)
        assert audit(tables, out, *more, release=release) == 1
    (earlier,) = dated_folders(out)
    earlier.rename(earlier.with_name(EARLIER))
    for folder in (out / ".shadows", out / ".shadows" / "previous"):
        Store(folder=folder).write("0" * 64, three((50,), np.random.default_rng(0), categories=0)[0])
    return out


@pytest.fixture
def twice(audited: Path, tmp_path: Path) -> Path:
    """The same, to be altered."""
    return Path(shutil.copytree(audited, tmp_path / "twice"))


def test_all_of_two_audits_is_as_written(twice: Path) -> None:
    """Every stored file is in the table above, and each is looked at; the first release, long replaced, is not."""
    assert {path.relative_to(twice).as_posix() for path in twice.rglob("*") if path.is_file()} == set(STORED)
    result = verify_folder(twice, {})
    assert result.exit_code == 0
    tables_now = {f"table {role}" for role in ("train", "holdout", "synthetic")}
    # Of shadows only those are listed that were altered.
    assert {item.name for item in result.checked} == {name for name in STORED if ".fit" not in name} | tables_now


@pytest.mark.parametrize("name", STORED)
def test_a_byte_of_any_stored_file_is_named(twice: Path, name: str) -> None:
    """The audited copies, what an earlier run left and shadows that were set aside included."""
    data = (twice / name).read_bytes()
    place, bit = np.random.default_rng(len(name)).integers((len(data), 8))
    (twice / name).write_bytes(data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :])
    assert altered(twice) == [name]


def test_the_audited_copy_is_looked_for_where_it_may_be(tables: Path, tmp_path: Path) -> None:
    """Where it was written, where it is said to be, or nowhere: then it is not looked at."""
    out, copy = tmp_path / "out", tmp_path / "copy.csv"
    assert audit(tables, out, "--audited-copy", copy) == 1
    assert verify_folder(out, {}).exit_code == 0
    data = copy.read_bytes()
    copy.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
    assert altered(out) == ["audited copy"]
    copy.unlink()
    (tmp_path / "moved.csv").write_bytes(data)
    assert call("verify", out, "--audited-copy", tmp_path / "moved.csv").returncode == 0
    done = call("verify", out)
    assert done.returncode == 3
    assert "not looked at audited copy: no file is where the audit wrote it; say where it is with --audited-copy" in (
        done.stdout
    )


def test_a_copy_under_the_name_of_another_file_is_refused(tables: Path, tmp_path: Path) -> None:
    """It would be written over; elsewhere it may have that name."""
    assert audit(tables, tmp_path / "out", "--audited-copy", tmp_path / "out" / "metrics.csv") == 2
    assert audit(tables, tmp_path / "out", "--audited-copy", tmp_path / "metrics.csv") == 1


def test_a_link_in_place_of_what_an_earlier_run_left_is_named(out: Path, twice: Path) -> None:
    """It is not followed."""
    (out / "vendor" / "previous").symlink_to(twice / "previous")
    assert altered(out) == ["vendor/previous"]


def test_what_broke_off_is_sealed_as_far_as_it_came(tables: Path, tmp_path: Path) -> None:
    """After each file: nothing that stands there, or was set aside by the next run, is of unknown origin."""
    out = tmp_path / "out"

    def broken(*_: object) -> str:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("synthaudit.commands.audit.junit_xml", broken)
        assert audit(tables, out) == 130
    assert sorted(path.name for path in out.iterdir()) == ["evidence.json", "metrics.csv", "metrics.prom", "seal.json"]
    assert verify_folder(out, {}).exit_code == 0
    assert audit(tables, out) == 1
    assert [(folder / "metrics.csv").is_file() for folder in dated_folders(out)] == [True]
    assert verify_folder(out, {}).exit_code == 0


# --- report ---------------------------------------------------------------------------------------------------


def test_a_report_is_not_drawn_of_edited_evidence(out: Path) -> None:
    """SA-404, and the report that stands is left alone; of evidence without a seal it is drawn, and that is said."""
    vendor = out / "vendor"
    page = (vendor / "report.html").read_bytes()
    assert call("report", vendor).stderr == ""
    assert altered(out) == []
    edit_evidence(vendor)
    done = call("report", vendor)
    assert done.returncode == 2
    assert done.stderr == (
        "synthaudit: SA-404 evidence evidence.json: not what seal.json beside it was made of: one of the two was"
        " changed. Run the audit again.\n"
    )
    assert (vendor / "report.html").read_bytes() == page
    (vendor / SEAL).unlink()
    done = call("report", vendor)
    assert done.returncode == 0
    assert "no seal.json stands beside the evidence" in done.stderr
    assert not (vendor / SEAL).exists()


def test_drawing_again_gives_no_seal_of_this_user_to_what_others_wrote(out: Path) -> None:
    """Evidence from elsewhere can be read; it does not become this user's by that."""
    another_key(out / "vendor")
    done = call("report", out / "vendor")
    assert done.returncode == 0
    assert "sealed by another user or on another machine" in done.stderr
    assert doubtful(out / "vendor") == "it was sealed by another user or on another machine"

"""Whenever a run is ended, whoever else writes there, and whatever byte flips: nothing is torn, lost or believed."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from figures import Record
from tables import three

from synthaudit.commands.seal import Seal
from synthaudit.commands.verify import verify_folder
from synthaudit.evidence import from_json
from synthaudit.runtime.batch_file import from_json as from_record
from synthaudit.runtime.store import Store

N_POINTS = 50
N_KILLS = 20
AT_ONCE = 10
"""Batches that are killed side by side."""
FLIPS = 10
SEED = 1000


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real tables and two releases, one of them a copy."""
    folder = tmp_path_factory.mktemp("tables")
    (folder / "releases").mkdir()
    train, holdout, fresh = three((150, 200, 150), np.random.default_rng(SEED))
    for name, table in (("train", train), ("holdout", holdout), ("releases/clean", fresh), ("releases/copy", train)):
        table.to_csv(folder / f"{name}.csv", index=False)
    return folder


# Python runs a file of this name first. What comes before the program is begun is Python's own to answer.
SITE = """
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

class Begun(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "synthaudit.cli.main":
            Path(__file__).with_name("begun").touch()
        return None

sys.meta_path.insert(0, Begun())
"""


def started(tables: Path, out: Path, temporary: Path) -> subprocess.Popen[bytes]:
    """A batch as a shell starts it; the program is begun, and has still to be imported."""
    temporary.mkdir(exist_ok=True)
    (temporary / "sitecustomize.py").write_text(SITE)
    paths = os.pathsep.join(filter(None, [str(temporary), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-P", "-W", "ignore", "-m", "synthaudit", "batch", str(tables / "releases")]
    real = ["--train", str(tables / "train.csv"), "--holdout", str(tables / "holdout.csv"), "-o", str(out)]
    quick = ["--profile", "quick", "--attacks", "dcr", "--jobs", "1", "--quiet", "--scores"]
    process = subprocess.Popen(
        [*command, *real, *quick],
        env={**os.environ, "TMPDIR": str(temporary), "OMP_NUM_THREADS": "1", "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while process.poll() is None and not (temporary / "begun").exists():
        time.sleep(0.01)
    return process


def torn(out: Path, temporary: Path) -> list[str]:
    """What a run that was ended should not have left."""
    wrong = [str(path.relative_to(out)) for path in out.rglob(".tmp-*")]
    wrong += [path.name for path in temporary.glob("synthaudit-*")]
    for evidence in out.rglob("evidence.json"):
        from_json(evidence.read_text("utf-8"))
    for folder in {path.parent for path in out.rglob("seal.json")}:
        seal = Seal.read(folder)
        if not isinstance(seal, Seal) or not seal.is_own or "changed" in seal.states(folder).values():
            wrong.append(f"{folder.name}/seal.json")
    return wrong


@pytest.mark.statistics
def test_ended_at_any_point_nothing_is_torn(tables: Path, tmp_path: Path, record_figure: Record) -> None:
    """SIGINT and SIGTERM at random points, imports and end too: code 130, whole files, no temporary copy; resumed."""
    began = time.monotonic()
    whole = started(tables, tmp_path / "whole", tmp_path / "tmp")
    begun = time.monotonic()
    assert b"index: " in whole.communicate()[0]
    seconds = time.monotonic() - begun
    codes: Counter[int] = Counter()
    wrong: list[str] = []
    for i, point in enumerate(np.random.default_rng(SEED).uniform(0, seconds, N_POINTS)):
        out, temporary = tmp_path / "out", tmp_path / f"tmp{i}"
        process = started(tables, out, temporary)
        time.sleep(float(point))
        process.send_signal((signal.SIGINT, signal.SIGTERM)[i % 2])
        _, errors = process.communicate(timeout=120)
        codes[process.returncode] += 1
        wrong += torn(out, temporary)
        if b"Traceback" in errors:
            wrong.append(f"a traceback at {point:.2f} s")
        if process.returncode != 130:
            shutil.rmtree(out, ignore_errors=True)
    done = started(tables, tmp_path / "out", tmp_path / "last")
    done.communicate()
    wrong += [item.name for item in verify_folder(tmp_path / "out", {}).checked if item.state != "as written"]
    record_figure(
        "interruptions: exit codes",
        dict(sorted(codes.items())),
        "130, or 1 of a finished batch",
    )
    record_figure("interruptions: torn files, temporary copies, tracebacks", len(wrong), "0")
    record_figure("interruptions: seconds of the study", round(time.monotonic() - began), "-")
    assert wrong == []
    # Where all was written when the signal came, the verdict stands.
    assert codes.keys() <= {130, 1}


def worked(pid: int) -> float:
    """Seconds of the processor that a process, and the children that it waited for, have had."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    return sum(map(int, stat.rpartition(")")[2].split()[11:15])) / os.sysconf("SC_CLK_TCK")


def plain(evidence: Path) -> object:
    """Evidence without what two runs may differ in."""

    def kept(value: object) -> object:
        if isinstance(value, dict):
            return {k: kept(v) for k, v in value.items() if k not in ("seconds", "created_utc", "config")}
        return [kept(item) for item in value] if isinstance(value, list) else value

    return kept(json.loads(evidence.read_text("utf-8")))


def resumed_like(tables: Path, whole: Path, out: Path, temporary: Path) -> list[str]:
    """Run a batch again that was killed; what is not as in one that was not."""
    kept = {path: path.stat().st_mtime_ns for path in out.rglob("evidence.json") if "previous" not in path.parts}
    done = started(tables, out, temporary)
    printed, errors = (text.decode() for text in done.communicate())
    wrong = [] if done.returncode == 1 else [f"exit code {done.returncode}: {errors[-300:]}"]
    evidence = {path.relative_to(whole) for path in whole.rglob("evidence.json")}
    wrong += [f"{name} differs" for name in evidence if plain(whole / name) != plain(out / name)]
    wrong += [item.name for item in verify_folder(out, {}).checked if item.is_altered]
    wrong += torn(out, temporary)
    # What was finished is kept: its evidence is the same file.
    again = [path.parent.name for path, moment in kept.items() if path.stat().st_mtime_ns != moment]
    wrong += [f"{name} was done again" for name in again if "done again: " not in printed]
    record = from_record((out / "batch.json").read_text())
    if record is None or record.status != "finished" or len(record.releases) != len(evidence):
        wrong.append("batch.json is not of all releases")
    return wrong


@pytest.mark.statistics
def test_killed_at_any_point_a_batch_resumes_to_the_same_evidence(
    tables: Path, tmp_path: Path, record_figure: Record
) -> None:
    """SIGKILL at 20 random points of a batch: run again, it gives the evidence of one that nobody killed."""
    whole = tmp_path / "whole"
    # The first one may have to compile: it says nothing of how long others work.
    started(tables, whole, tmp_path / "tmp").communicate()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started(tables, tmp_path / "second", tmp_path / "tmp2").communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def killed(i: int, point: float) -> tuple[int, int, list[str]]:
        """The exit code, how many releases were finished, and what was wrong once it was run again."""
        out, temporary = tmp_path / f"out{i}", tmp_path / f"killed{i}"
        process = started(tables, out, temporary)
        # Seconds of the processor: on a busy machine those of the clock say little of where a run is.
        while process.poll() is None and worked(process.pid) < point:
            time.sleep(0.005)
        process.kill()
        process.communicate()
        n_finished = len(list(out.rglob("evidence.json")))
        return process.returncode, n_finished, resumed_like(tables, whole, out, temporary)

    # Side by side, so that they also kill each other's pace.
    points = np.random.default_rng(SEED + 1).uniform(0, seconds, N_KILLS).tolist()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        ends = list(threads.map(killed, range(N_KILLS), points))
    codes = [code for code, _, _ in ends]
    finished = Counter(n for code, n, _ in ends if code == -signal.SIGKILL)
    same = sum(not wrong for _, _, wrong in ends)
    record_figure("killed -9: runs that were still at it", f"{codes.count(-signal.SIGKILL)} of {N_KILLS}", "-")
    record_figure("killed -9: how many with so many releases finished", dict(sorted(finished.items())), "-")
    record_figure("killed -9: batches that resume to the same evidence", f"{same} of {N_KILLS}", f"{N_KILLS}")
    assert [wrong for _, _, wrong in ends if wrong] == []


@pytest.mark.statistics
def test_two_batches_in_one_folder_do_each_release_once(tables: Path, tmp_path: Path, record_figure: Record) -> None:
    """The second waits for the first and keeps what it finished; everything is sealed and whole."""
    repeats, again = 3, 0
    for i in range(repeats):
        out = tmp_path / f"out{i}"
        both = [started(tables, out, tmp_path / f"tmp{i}{k}") for k in range(2)]
        printed = [process.communicate()[0].decode() for process in both]
        assert [process.returncode for process in both] == [1, 1]
        again += 2 - sum(text.count("finished earlier") for text in printed)
        assert [item.name for item in verify_folder(out, {}).checked if item.state != "as written"] == []
    record_figure(f"two batches at once, {repeats} times: releases done twice", again, "0")
    assert again == 0


@pytest.mark.statistics
def test_a_flipped_byte_is_named_in_every_stored_file(tables: Path, tmp_path: Path, record_figure: Record) -> None:
    """Any bit of any file of a batch, stored fits and scores included."""
    out = tmp_path / "out"
    started(tables, out, tmp_path / "tmp").communicate()
    Store(folder=out / ".shadows").write("0" * 64, three((50,), np.random.default_rng(SEED), categories=0)[0])
    rng = np.random.default_rng(SEED)
    stored = sorted(path for path in out.rglob("*") if path.is_file() and "previous" not in path.parts)
    missed = []
    for path in stored:
        data = path.read_bytes()
        for place, bit in zip(rng.integers(len(data), size=FLIPS), rng.integers(8, size=FLIPS), strict=True):
            path.write_bytes(data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :])
            # What is named is the file itself, wherever it lies; asked of its folder alone, for speed.
            asked = out if path.suffix == ".fit" else path.parent
            named = [item.name for item in verify_folder(asked, {}).checked if item.is_altered]
            missed += [] if str(path.relative_to(asked)) in named else [f"{path.relative_to(out)} at {place}"]
        path.write_bytes(data)
    record_figure("flipped bits: files", len(stored), "every stored file")
    record_figure("flipped bits: not named", f"{len(missed)} of {FLIPS * len(stored)}", "0")
    assert missed == []
    assert json.loads((out / "copy" / "evidence.json").read_text())["outcome"] == "fail"

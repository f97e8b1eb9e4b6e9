"""Whatever lies in a temporary folder is private from its first byte, and a killed run's is swept at the next start."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_adapters_readers_excel import workbook
from test_adapters_readers_objects import store
from test_generators_command import MEMORISE, program

from synthaudit.adapters.readers.large import opened
from synthaudit.adapters.readers.objects import read_from
from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.api import split
from synthaudit.attacker.candidates import Scores
from synthaudit.commands.audit import scores_parquet
from synthaudit.commands.audited_copy import WRITERS
from synthaudit.errors import CannotFinishError
from synthaudit.files import only_one, prepare_output_folder, private_temporary, set_aside, write_atomic, writing
from synthaudit.runtime.store import Store

ROWS = pd.DataFrame({"zip": ["00501", "10001"] * 20, "age": [34.5, 51.0] * 20})


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of this test's own for temporary files, under a umask that hides nothing."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    old = os.umask(0)
    yield folder
    os.umask(old)


def modes(folder: Path) -> dict[str, int]:
    """Rights of others on everything below a folder."""
    return {str(path.relative_to(folder)): path.lstat().st_mode & 0o077 for path in folder.rglob("*")}


# --- private from the first byte ------------------------------------------------------------------------------


def csv(folder: Path, name: str = "t.csv") -> Path:
    ROWS.to_csv(folder / name, index=False)
    return folder / name


def parquet(folder: Path) -> Path:
    ROWS.to_parquet(folder / "t.parquet")
    return folder / "t.parquet"


def jsonl(folder: Path) -> Path:
    ROWS.to_json(folder / "t.jsonl", orient="records", lines=True)
    return folder / "t.jsonl"


def parts(folder: Path) -> Path:
    (folder / "parts").mkdir()
    csv(folder / "parts", "p0.csv")
    csv(folder / "parts", "p1.csv")
    return folder / "parts"


def xlsx(folder: Path) -> Path:
    return workbook(folder / "t.xlsx", list(ROWS.columns), *ROWS.values.tolist())


def read(make: Callable[[Path], Any], folder: Path) -> None:
    read_table(make(folder), "train")


def stream(make: Callable[[Path], Path], folder: Path) -> None:
    with opened(make(folder), "synthetic", ReadOptions(), 5) as table:
        assert not hasattr(table, "frame")


def an_object(folder: Path) -> None:
    read_from(store(folder / "store", b_of_t__csv=csv(folder).read_bytes()), "b/t.csv", "train", ReadOptions())


def a_program(folder: Path) -> None:
    program(folder, MEMORISE).fit_sample(ROWS, 5, np.random.default_rng(0))


def a_split(make: Callable[[Path], Any], folder: Path) -> None:
    split(make(folder), folder / "split")


def scores(folder: Path) -> None:
    rows, unit = np.zeros((1, 3)), np.arange(3)
    scores_parquet(Scores(names=("dcr/cells",), train=rows, holdout=rows, train_unit=unit, holdout_unit=unit))


def audited_copy(folder: Path) -> None:
    assert WRITERS[".parquet"](ROWS)


KINDS: dict[str, Callable[[Path], None]] = {
    "csv": partial(read, csv),
    "csv.gz": partial(read, lambda folder: csv(folder, "t.csv.gz")),
    "csv.zst": partial(read, lambda folder: csv(folder, "t.csv.zst")),
    "parquet": partial(read, parquet),
    "jsonl": partial(read, jsonl),
    "xlsx": partial(read, xlsx),
    "parts": partial(read, parts),
    "frame": partial(read, lambda folder: __import__("pyarrow").Table.from_pandas(ROWS)),
    "object": an_object,
    "streamed csv": partial(stream, csv),
    "streamed parquet": partial(stream, parquet),
    "streamed parts": partial(stream, parts),
    "program": a_program,
    "split csv": partial(a_split, csv),
    "split parquet": partial(a_split, parquet),
    "split frame": partial(a_split, lambda folder: ROWS),
    "split workbook": partial(a_split, xlsx),
    "scores": scores,
    "audited copy": audited_copy,
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_temporary_file_can_be_read_by_others(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Whatever is read, streamed, split or exchanged: 0600 in 0700, and at the end nothing is left."""
    seen: dict[str, int] = {}

    def remove(folder: Path, **options: Any) -> None:
        seen.update(modes(temporary))
        rmtree(folder, **options)

    rmtree = shutil.rmtree
    monkeypatch.setattr(shutil, "rmtree", remove)
    KINDS[kind](tmp_path)
    assert any(not name.endswith(writing._LOCK) for name in seen if "/" in name), "no file was seen"
    assert {name: mode for name, mode in seen.items() if mode} == {}
    assert list(temporary.iterdir()) == []


# --- swept ----------------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from synthaudit.files import private_temporary\nfrom synthaudit.files.writing import _unfinished
with private_temporary(".csv") as path:
    path.write_text("a person")
    _unfinished(Path(sys.argv[1]))
    print(path.parent, flush=True)
    if sys.argv[2] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    sys.stdin.read()
"""


def start(temporary: Path, output: Path, how: str) -> tuple[subprocess.Popen[str], Path]:
    """A process that holds a temporary folder and an unfinished file, and where its folder is."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", KILLED, str(output / "report.html"), how],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_what_a_killed_run_left_is_swept_and_what_a_living_one_holds_is_not(tmp_path: Path, temporary: Path) -> None:
    """By the next process that needs such a folder, and for an output folder by the next that writes there."""
    output = tmp_path / "out"
    output.mkdir(mode=0o700)
    living, held = start(temporary, output, "live")
    dead, left = start(temporary, output, "kill")
    dead.communicate()
    assert dead.returncode == -signal.SIGKILL
    assert (left / "table.csv").is_file()
    writing.sweep_temporaries.cache_clear()
    with private_temporary():
        assert not left.exists()
        assert (held / "table.csv").is_file()
    prepare_output_folder(output)
    assert len(list(output.glob(".tmp-*"))) == 1
    living.communicate("")
    assert not held.exists()
    prepare_output_folder(output)
    assert list(output.iterdir()) == []


def test_nothing_else_is_swept(tmp_path: Path, temporary: Path) -> None:
    """Not a folder of the same beginning without the mark, no link, and nothing of another user's."""
    (temporary / "synthaudit-out").mkdir()
    (temporary / "synthaudit-out" / "evidence.json").write_text("{}")
    target = tmp_path / "target"
    target.mkdir()
    (target / writing._LOCK).write_text("")
    (temporary / "synthaudit-link").symlink_to(target)
    theirs = [temporary / "synthaudit-theirs"] if not os.geteuid() else []
    for folder in theirs:
        folder.mkdir(0o700)
        (folder / writing._LOCK).write_text("")
        os.chown(folder, 12345, 12345)
    writing.sweep_temporaries.cache_clear()
    with private_temporary():
        pass
    assert (temporary / "synthaudit-out" / "evidence.json").exists()
    assert (target / writing._LOCK).exists()
    assert all((folder / writing._LOCK).exists() for folder in theirs)


def test_one_at_a_time(tmp_path: Path) -> None:
    """Who comes second waits until the first has written, or has died."""
    code = "import sys, time\nfrom pathlib import Path\nfrom synthaudit.files import only_one\n"
    code += "with only_one(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
    first = subprocess.Popen([sys.executable, "-P", "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert first.stdout is not None
    first.stdout.readline()
    began = time.monotonic()
    kill = subprocess.Popen([sys.executable, "-S", "-c", f"import os,time; time.sleep(1); os.kill({first.pid}, 9)"])
    with only_one(tmp_path):
        assert time.monotonic() - began > 0.9
    kill.wait()
    first.communicate()


# --- links and folders of others ------------------------------------------------------------------------------

LINK = "SA-304 output {}: a symbolic link is at this name. Remove it or choose another folder."
THEIRS = "SA-308 output {}: another user owns this folder. Choose a folder of your own."
OPEN = "SA-308 output {}: everybody may write to this folder. Run chmod 700 on it, or: Choose a folder of your own."


@pytest.mark.parametrize("dangling", [False, True])
@pytest.mark.parametrize("name", ["previous", "release", "report.html", ".shadows"])
def test_no_planted_link_is_followed(tmp_path: Path, name: str, dangling: bool) -> None:
    """Nothing is written, moved or read through it, whether or not it leads anywhere."""
    out, elsewhere = prepare_output_folder(tmp_path / "out"), tmp_path / "elsewhere"
    if not dangling:
        elsewhere.mkdir(mode=0o700)
    (out / name).symlink_to(elsewhere)
    write_atomic(out / "evidence.json", "old")
    if name == ".shadows":
        shadows = Store(folder=out / name)
        shadows.write("k", ROWS)
        assert shadows.read("k") is None
    else:
        actions: dict[str, Callable[[], object]] = {
            "previous": lambda: set_aside(out, ["evidence.json"]),
            "release": lambda: prepare_output_folder(out / name, within=True),
            "report.html": lambda: write_atomic(out / name, "x"),
        }
        with pytest.raises(CannotFinishError) as refused:
            actions[name]()
        assert str(refused.value) == LINK.format(out / name)
    assert (out / "evidence.json").read_text() == "old"
    assert list(elsewhere.iterdir()) == [] if not dangling else not elsewhere.exists()


@pytest.mark.parametrize(
    ("mode", "owner", "message"),
    [
        (0o777, None, OPEN),
        (0o702, None, OPEN),
        (0o1777, None, None),
        (0o775, None, None),
        (0o700, 12345, THEIRS),
        (0o1777, 12345, THEIRS),
    ],
)
def test_an_output_folder_of_others_is_refused(
    tmp_path: Path, mode: int, owner: int | None, message: str | None
) -> None:
    """Whoever may put files there decides what the next run reads; nothing is written."""
    if owner is not None and os.geteuid():
        pytest.skip("only root can give a folder away")
    folder = tmp_path / "out"
    folder.mkdir()
    folder.chmod(mode)
    if owner is not None:
        os.chown(folder, owner, owner)
    link = tmp_path / "link"
    link.symlink_to(folder)
    for path in (folder, link):
        if message is None:
            prepare_output_folder(path)
            continue
        with pytest.raises(CannotFinishError) as refused:
            prepare_output_folder(path)
        assert str(refused.value) == message.format(path)
    assert list(folder.iterdir()) == []


def test_folders_on_the_way_are_private_too(tmp_path: Path, temporary: Path) -> None:
    """Whatever is made is made 0700, also under a umask of 0."""
    prepare_output_folder(tmp_path / "a" / "b" / "c")
    assert [stat.S_IMODE((tmp_path / path).stat().st_mode) for path in ("a", "a/b", "a/b/c")] == [0o700] * 3

"""Promises of synthaudit.files."""

import errno
import os
import stat
from pathlib import Path

import pytest

from synthaudit import files
from synthaudit.errors import CannotFinishError, InputError
from synthaudit.files import open_input, prepare_output_folder, printable, private_temporary, sha256_of, write_atomic


def test_write_atomic_replaces_whole_file_privately(tmp_path: Path) -> None:
    """The new content stands alone, readable by its owner only, with no temporary file left."""
    target = tmp_path / "evidence.json"
    target.write_text("old")
    write_atomic(target, "nü")
    assert target.read_bytes() == "nü".encode()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (
            errno.ENOSPC,
            "SA-301 output {}: no space left on the device. Free some space and run the same command again.",
        ),
        (
            errno.EIO,
            "SA-302 output {}: the device reports a read or write error. Check the disk or choose another folder.",
        ),
        (errno.EACCES, "SA-303 output {}: permission denied. Choose a folder that you may write to."),
        (errno.EROFS, "SA-303 output {}: the file system is read-only. Choose a folder that you may write to."),
    ],
)
def test_write_atomic_keeps_the_old_file_when_the_machine_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, message: str
) -> None:
    """A fault at fsync leaves the old content, no temporary file, and a message of what to do."""
    target = tmp_path / "report.html"
    target.write_text("old")

    def fails(_: int) -> None:
        raise OSError(number, "fault")

    monkeypatch.setattr("synthaudit.files.writing.os.fsync", fails)
    with pytest.raises(CannotFinishError) as caught:
        write_atomic(target, "new")
    assert str(caught.value) == message.format(target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_write_atomic_to_a_full_device() -> None:
    """A full device is told as such."""
    with (
        pytest.raises(CannotFinishError, match="SA-301 output /dev/full: no space left"),
        files.machine_faults("output /dev/full"),
    ):
        Path("/dev/full").write_bytes(b"x")


def test_write_atomic_refuses_planted_names(tmp_path: Path) -> None:
    """A symlink or folder at the output's name is refused and what it points to is left alone."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    link = tmp_path / "report.html"
    link.symlink_to(victim)
    with pytest.raises(CannotFinishError, match=r"SA-304 .* a symbolic link is at this name"):
        write_atomic(link, "x")
    with pytest.raises(CannotFinishError, match=r"SA-304 .* a folder is at this name"):
        write_atomic(tmp_path, "x")
    assert victim.read_text() == "mine"


def test_prepare_output_folder(tmp_path: Path) -> None:
    """The folder is made private and left empty; a file in its place is a clear error."""
    folder = prepare_output_folder(tmp_path / "a" / "b")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == []
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(CannotFinishError, match=r"SA-304 .*: not a folder\."):
        prepare_output_folder(file)
    with pytest.raises(CannotFinishError, match=r"SA-304 .* a file is where a folder is needed"):
        prepare_output_folder(file / "below")


def test_prepare_output_folder_fails_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes no byte is found by the write test."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("synthaudit.files.writing.os.fsync", full)
    with pytest.raises(CannotFinishError, match="SA-301"):
        prepare_output_folder(tmp_path / "out")


def test_private_temporary_is_private_and_goes_away_after_an_error() -> None:
    """The folder is 0700 and removed with its content, error or not."""
    paths: list[Path] = []

    def use() -> None:
        with private_temporary(".csv") as path:
            paths.append(path)
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
            path.write_text("x")
            raise KeyError

    with pytest.raises(KeyError):
        use()
    assert not paths[0].parent.exists()


def test_sha256_of(tmp_path: Path) -> None:
    """The hash is that of FIPS 180-4's example."""
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_open_input_refuses_what_is_no_file(tmp_path: Path) -> None:
    """A missing file, a folder and a FIFO are told apart without waiting."""
    fifo = tmp_path / "f.csv"
    os.mkfifo(fifo)
    for path, message in [
        (tmp_path / "no", "SA-101 w: cannot be opened (ENOENT). Check the path and its permissions."),
        (tmp_path, "SA-104 w: not a regular file (folder). Give the path of one table."),
        (fifo, "SA-104 w: not a regular file (fifo). Give the path of one table."),
        (Path("/dev/null"), "SA-104 w: not a regular file (device). Give the path of one table."),
    ]:
        with pytest.raises(InputError) as caught:
            open_input(path, "w")
        assert str(caught.value) == message


def test_printable_shows_what_cannot_be_seen() -> None:
    """Control, bidi and zero-width characters are written out; long text is cut."""
    assert printable("a\x1b[31m\u202eb") == "a\\u001b[31m\\u202eb"
    assert printable("x" * 50) == "x" * 39 + "…"
    assert printable("\uffff\U0010ffff") == "\\uffff\\U0010ffff"
    assert printable("x" * 40) == "x" * 40
    assert printable("\u202e" * 20) == "\\u202e" * 20

"""The user's key is the user's alone."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from synthaudit.runtime import user_key
from synthaudit.runtime.user_key import keyed_digest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for state in which nothing is yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    user_key._key.cache_clear()
    yield tmp_path / "synthaudit"
    user_key._key.cache_clear()


def later(content: bytes = b"x") -> str:
    """What another process would say."""
    user_key._key.cache_clear()
    return keyed_digest(content)


def test_it_is_made_privately_once(folder: Path) -> None:
    """0600 in a folder of 0700 under any umask, with nothing beside it; it lasts."""
    old = os.umask(0)
    try:
        first = keyed_digest(b"x")
    finally:
        os.umask(old)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in folder.iterdir()] == [("seal.key", 0o600)]
    assert later() == first != later(b"y")


@pytest.mark.parametrize("how", ["readable", "writable", "short", "long", "link", "folder", "foreign"])
def test_a_key_that_others_may_know_is_none(folder: Path, tmp_path: Path, how: str) -> None:
    """It is replaced where that is possible; whatever it sealed is not believed any more."""
    first = keyed_digest(b"x")
    path = folder / "seal.key"
    if how in ("readable", "writable"):
        path.chmod(0o604 if how == "readable" else 0o620)
    elif how in ("short", "long"):
        path.write_bytes(bytes(31 if how == "short" else 33))
    elif how == "link":
        path.rename(tmp_path / "key")
        path.symlink_to(tmp_path / "key")
    elif how == "folder":
        path.unlink()
        path.mkdir()
    elif os.geteuid():
        pytest.skip("only root can give a file away")
    else:
        os.chown(path, 12345, 12345)
    second = later()
    assert second != first
    # Nothing can stand at the name of a folder: then no key lasts, and nothing that was written is known again.
    assert (later() == second) is (how != "folder")


@pytest.mark.parametrize("how", ["writable folder", "no folder", "relative"])
def test_without_a_place_no_key_lasts(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str) -> None:
    """An audit goes on all the same; within a process the key is one."""
    if how == "writable folder":
        folder.mkdir()
        folder.chmod(0o770)
    else:
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("XDG_STATE_HOME", "state" if how == "relative" else str(tmp_path / "file"))
        monkeypatch.setenv("HOME", str(tmp_path / "file"))
    first = keyed_digest(b"x")
    assert keyed_digest(b"x") == first != later()
    assert not list(tmp_path.rglob("seal.key"))

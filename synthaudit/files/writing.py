"""Files that are written: whole or not at all, private ones for what is held for a while, folders of one's own.

A machine's fault (no space, no permission, a broken disk) is a :class:`~synthaudit.errors.CannotFinishError`.
"""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO

from synthaudit.errors import CannotFinishError
from synthaudit.files.catalogue import N_
from synthaudit.files.system import HAS_LOCKS, hold, is_open_to_others, is_own, open_folder, sync_folder
from synthaudit.files.text import printable

_MACHINE_FAULTS = {
    errno.ENOSPC: ("SA-301", N_("no space left on the device"), N_("Free some space and run the same command again.")),
    errno.EDQUOT: ("SA-301", N_("the disk quota is used up"), N_("Free some space and run the same command again.")),
    errno.EFBIG: (
        "SA-301",
        N_("the file size limit is reached"),
        N_("Raise the limit and run the same command again."),
    ),
    errno.EIO: (
        "SA-302",
        N_("the device reports a read or write error"),
        N_("Check the disk or choose another folder."),
    ),
    errno.EACCES: ("SA-303", N_("permission denied"), N_("Choose a folder that you may write to.")),
    errno.EPERM: ("SA-303", N_("permission denied"), N_("Choose a folder that you may write to.")),
    errno.EROFS: ("SA-303", N_("the file system is read-only"), N_("Choose a folder that you may write to.")),
}

_TEMPORARY, _LOCK = "synthaudit-", ".synthaudit-lock"
"""Beginning of the names of private temporary folders, and the file in them that their owner holds locked."""
PREVIOUS = "previous"
"""Folder, within that of a run, for what an earlier one left there."""
_UNFINISHED = ".tmp-"
"""Beginning of the names of files that are not wholly written."""


@contextmanager
def machine_faults(what: str = N_("temporary file")) -> Iterator[None]:
    """Turn the operating system's faults while handling ``what`` into a clear ``CannotFinishError``."""
    try:
        yield
    except OSError as error:
        code, got, do = _MACHINE_FAULTS.get(
            error.errno or 0,
            ("SA-302", errno.errorcode.get(error.errno or 0, N_("input/output error")), N_("Try again.")),
        )
        raise CannotFinishError(f"{code} {what}: {got}. {do}") from None


def write_atomic(path: str | os.PathLike[str], data: bytes | str) -> Path:
    """Write ``data`` so that ``path`` holds all of the old or all of the new content, whatever happens.

    Parameters
    ----------
    path : path
        The output; its folder must exist. A symlink at this name is refused.
    data : bytes or str
        Text is written as UTF-8.

    Returns
    -------
    Path
        ``path``, mode 0600.

    Raises
    ------
    CannotFinishError
        SA-301 no space, SA-302 device error, SA-303 no permission, SA-304 a symlink or folder at this name.
    """
    target = Path(path)
    what = N_("output {name}").format(name=printable(str(target), 200))
    payload = data.encode("utf-8") if isinstance(data, str) else data
    with machine_faults(what):
        _refuse_planted(target, what)
        temporary, descriptor = _unfinished(target)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(payload)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(target.parent)
    return target


def _unfinished(target: Path) -> tuple[Path, int]:
    """A new private file beside the target, locked so that nobody takes it for a dead run's."""
    while True:
        descriptor, name = tempfile.mkstemp(prefix=_UNFINISHED, suffix=f"-{target.name}"[-40:], dir=target.parent)
        if _hold(descriptor):
            return Path(name), descriptor
        os.close(descriptor)


def _refuse_planted(target: Path, what: str) -> None:
    if target.is_symlink():
        raise CannotFinishError(
            N_("SA-304 {what}: a symbolic link is at this name. Remove it or choose another folder.").format(what=what)
        )
    if target.is_dir():
        raise CannotFinishError(
            N_("SA-304 {what}: a folder is at this name. Remove it or choose another folder.").format(what=what)
        )


def prepare_output_folder(path: str | os.PathLike[str], *, within: bool = False) -> Path:
    """Make the output folder (0700) and write to it once, so that a full or closed disk shows before any work.

    What a killed run left half written in it is removed.

    Parameters
    ----------
    path : path
        A link of the user's own is followed, for it was named by the user.
    within : bool, default False
        Whether it is a folder within an output folder, whose name was not chosen by the user: no link is followed.

    Raises
    ------
    CannotFinishError
        SA-301 to SA-303 as in `write_atomic`, SA-304 where something other than a folder is at this name, SA-308 where
        others own the folder or may write to it.
    """
    folder = Path(path)
    what = N_("output {name}").format(name=printable(str(folder), 200))
    with machine_faults(what):
        _make_private(folder, what, within=within)
        for leftover in folder.glob(f"{_UNFINISHED}*"):
            with suppress(OSError):
                if is_own(leftover.lstat()) and stat.S_ISREG(leftover.lstat().st_mode):
                    _sweep(leftover, leftover)
        probe = write_atomic(folder / f"write-test-{os.getpid()}", b"synthaudit\n")
        probe.unlink()
    return folder


def _make_private(folder: Path, what: str, *, within: bool) -> None:
    """Make a folder where there is none, and refuse one that is not this user's alone."""
    if within and folder.is_symlink():
        raise CannotFinishError(
            N_("SA-304 {what}: a symbolic link is at this name. Remove it or choose another folder.").format(what=what)
        )
    if folder.exists() and not folder.is_dir():
        raise CannotFinishError(N_("SA-304 {what}: not a folder. Choose another output folder.").format(what=what))
    try:
        for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
            missing.mkdir(mode=0o700, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise CannotFinishError(
            N_("SA-304 {what}: a file is where a folder is needed. Choose another output folder.").format(what=what)
        ) from None
    _refuse_foreign(folder, what)


def _refuse_foreign(folder: Path, what: str) -> None:
    """Refuse a folder in which others may change what is written, or read, or decide where it goes."""
    do = N_("Choose a folder of your own.")
    if not (is_own(folder.stat()) and (is_own(folder.lstat()) or not folder.lstat().st_uid)):
        raise CannotFinishError(N_("SA-308 {what}: another user owns this folder. {do}").format(what=what, do=do))
    mode = folder.stat().st_mode
    # In a sticky folder nobody touches the files of others.
    if is_open_to_others(mode, stat.S_IWOTH) and not mode & stat.S_ISVTX:
        raise CannotFinishError(
            N_("SA-308 {what}: everybody may write to this folder. Run chmod 700 on it, or: {do}").format(
                what=what, do=do
            )
        )


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Wait until no other process writes to a folder, and hold it; where folders cannot be locked nobody waits.

    Examples
    --------
    >>> with private_temporary() as path, only_one(path.parent):
    ...     path.parent.is_dir()
    True
    """
    with machine_faults(N_("output {name}").format(name=printable(str(folder), 200))):
        descriptor = open_folder(folder)
    if descriptor is None:
        yield
        return
    try:
        hold(descriptor)
        yield
    finally:
        os.close(descriptor)


def set_aside(folder: Path, names: Sequence[str]) -> None:
    """Move what an earlier run left under these names into ``previous/``, replacing what stood there.

    Raises
    ------
    CannotFinishError
        SA-304 ``previous`` is a link or no folder, SA-308 it belongs to others.

    Examples
    --------
    >>> with private_temporary() as path:
    ...     _ = write_atomic(path.parent / "a.txt", "old")
    ...     set_aside(path.parent, ["a.txt", "b.txt"])
    ...     (path.parent / "a.txt").exists(), (path.parent / "previous" / "a.txt").read_text()
    (False, 'old')
    """
    leftovers = [folder / name for name in names if (folder / name).is_file() or (folder / name).is_symlink()]
    if not leftovers:
        return
    previous = folder / PREVIOUS
    what = N_("output {name}").format(name=printable(str(previous), 200))
    with machine_faults(what):
        _make_private(previous, what, within=True)
        for name in names:
            (previous / name).unlink(missing_ok=True)
        for path in leftovers:
            path.replace(previous / path.name)


@contextmanager
def private_temporary(suffix: str = "") -> Iterator[Path]:
    """A file name in a private folder (0700) of its own, removed with all that lies there at the end.

    The first of a process removes what killed runs of this user left behind.

    Examples
    --------
    >>> with private_temporary(".csv") as path:
    ...     _ = path.write_text("a")
    >>> path.exists()
    False
    """
    with machine_faults(N_("temporary folder")):
        sweep_temporaries(tempfile.gettempdir())
        folder, lock = _temporary_folder()
    try:
        yield folder / f"table{suffix}"
    finally:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def create_private(path: Path) -> BinaryIO:
    """Open a file for writing that nobody else can read from its first byte on; a link at its name is refused.

    Examples
    --------
    >>> with private_temporary() as path, create_private(path) as file:
    ...     oct(path.stat().st_mode & 0o777)
    '0o600'
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "w+b")


@cache
def sweep_temporaries(within: str) -> None:
    """Remove the private temporary folders in ``within`` that killed runs of this user left; once in a process.

    A folder is left alone while its owner lives, who holds a file in it locked, and wherever that cannot be told.
    """
    for folder in Path(within).glob(f"{_TEMPORARY}*"):
        with suppress(OSError):
            status = folder.lstat()
            if stat.S_ISDIR(status.st_mode) and is_own(status):
                _sweep(folder / _LOCK, folder)


def _temporary_folder() -> tuple[Path, int]:
    """A new private folder, and the lock that says that its owner lives."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_TEMPORARY))
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        if _hold(descriptor):
            return folder, descriptor
        os.close(descriptor)


def _hold(descriptor: int) -> bool:
    """Lock an open file for as long as it is open; False where it was swept away before that."""
    # Where a system or a file system has no locks, nothing is swept either.
    hold(descriptor)
    return not HAS_LOCKS or os.fstat(descriptor).st_nlink > 0


def _sweep(lock: Path, leftover: Path) -> None:
    """Remove a file, or a folder with all that it holds, unless the process that holds ``lock`` lives."""
    if not HAS_LOCKS:
        # Where there are none, an open file cannot be removed.
        lock.unlink()
        shutil.rmtree(leftover, ignore_errors=True)
        return
    descriptor = os.open(lock, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        if not hold(descriptor, wait=False, needs_lock=True):
            return
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink()
    finally:
        os.close(descriptor)


def leaves_its_folder(path: Path) -> bool:
    """Whether a path is a link to something outside of the folder that it stands in."""
    try:
        return path.is_symlink() and path.resolve().parent != path.parent.resolve()
    except (OSError, RuntimeError):
        return True

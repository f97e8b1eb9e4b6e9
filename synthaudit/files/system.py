"""What only some operating systems have: owners of files, locks, groups of processes. Nobody else asks for them.

Windows has none of these. There a file is its user's own by the rights of its folder, an open file cannot be removed,
and a process is ended by itself.
"""

import errno
import os
import signal
import stat
import subprocess
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any


def _module(name: str) -> Any:
    """A module of the standard library that not every system has; None where it has not."""
    with suppress(ImportError):
        module: ModuleType = import_module(name)
        return module
    return None


fcntl: Any = _module("fcntl")
_effective_user: Any = getattr(os, "geteuid", None)
_end_group: Any = getattr(os, "killpg", None)
HAS_OWNERS = _effective_user is not None
"""Whether files have an owner and modes that keep others out."""
HAS_LOCKS = fcntl is not None


def is_own(status: os.stat_result) -> bool:
    """Whether a file belongs to this user, as far as the system tells."""
    return _effective_user is None or bool(status.st_uid == _effective_user())


def is_open_to_others(mode: int, others: int = stat.S_IWGRP | stat.S_IWOTH) -> bool:
    """Whether others have these rights on a file; never where a system has no such modes."""
    return HAS_OWNERS and bool(mode & others)


def hold(descriptor: int, *, wait: bool = True, needs_lock: bool = False) -> bool:
    """Lock an open file for as long as it is open.

    Parameters
    ----------
    descriptor : int
    wait : bool, default True
        Until whoever holds it lets go.
    needs_lock : bool, default False
        Whether it counts as held by another where a system or a file system has no locks.

    Returns
    -------
    bool
        False where another process holds it.
    """
    if fcntl is None:
        return not needs_lock
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return not needs_lock
    return True


def open_folder(folder: Path) -> int | None:
    """A descriptor of a folder, to lock it or to write it out; None where folders cannot be opened."""
    if not hasattr(os, "O_DIRECTORY"):
        return None
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY)


def sync_folder(folder: Path) -> None:
    """See to it that a renamed file stands in its folder after a power cut, where a system can promise that."""
    descriptor = open_folder(folder)
    if descriptor is None:
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems cannot sync a folder; the rename stands there all the same.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


def of_its_own(umask: int | None = None) -> dict[str, Any]:
    """Options of ``subprocess.Popen`` for a program that is ended with all that it starts."""
    if _end_group is None:
        return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    return {"start_new_session": True} if umask is None else {"start_new_session": True, "umask": umask}


def end_at_once(program: "subprocess.Popen[Any]") -> None:
    """End a program that was started with :func:`of_its_own`, and all that it started."""
    if _end_group is None:
        program.kill()
        return
    with suppress(OSError):
        _end_group(program.pid, getattr(signal, "SIGKILL", signal.SIGTERM))

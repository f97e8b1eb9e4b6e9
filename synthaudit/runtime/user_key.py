"""A key that only this user of this machine has: by it an audit knows again what it wrote itself."""

import hashlib
import hmac
import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from synthaudit.files.system import is_open_to_others, is_own

_BYTES = 32
_NAME = "seal.key"


def keyed_digest(content: bytes) -> str:
    """Hexadecimal HMAC-SHA256 of ``content`` under the user's key.

    The key is made on first use, in ``seal.key`` (0600) of the user's folder for state: ``$XDG_STATE_HOME/synthaudit``,
    ``~/.local/state/synthaudit``, or ``%LOCALAPPDATA%\\synthaudit``. One that belongs to others, or that others may
    read, is worth nothing and is replaced. Where none can be kept, this process has one of its own, and nothing that it
    wrote is known again later.

    Examples
    --------
    >>> keyed_digest(b"a") == keyed_digest(b"a"), keyed_digest(b"a") == keyed_digest(b"b"), len(keyed_digest(b"a"))
    (True, False, 64)
    """
    return hmac.new(_key(_folder()), content, hashlib.sha256).hexdigest()


def _folder() -> Path | None:
    """The user's folder for state; None where there is none."""
    for variable in ("LOCALAPPDATA",) if sys.platform == "win32" else ("XDG_STATE_HOME",):
        base = os.environ.get(variable, "")
        # By the specification of XDG a relative path is none.
        if os.path.isabs(base):  # noqa: PTH117
            return Path(base) / "synthaudit"
    try:
        return Path.home() / ".local" / "state" / "synthaudit"
    except RuntimeError:
        return None


@cache
def _key(folder: Path | None) -> bytes:
    if folder is not None:
        with suppress(OSError):
            key = _trusted(folder / _NAME) or _made(folder)
            if key is not None:
                return key
    return secrets.token_bytes(_BYTES)


def _trusted(path: Path) -> bytes | None:
    """The key in a file that this user alone can read or write."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        if not _is_private(os.fstat(descriptor), stat.S_ISREG, 0o077):
            return None
        key = file.read(_BYTES + 1)
    return key if len(key) == _BYTES else None


def _made(folder: Path) -> bytes | None:
    """A new key in place of one that cannot be trusted; that of another process where it was first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_private(folder.lstat(), stat.S_ISDIR, 0o022):
        return None
    path = folder / _NAME
    path.unlink(missing_ok=True)
    # Under its name it is whole from the first moment, and never takes the place of another's.
    descriptor, temporary = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink()
    return _trusted(path)


def _is_private(status: os.stat_result, is_kind: Callable[[int], bool], others: int) -> bool:
    """Whether a file or folder is this user's, and nobody else has any of the rights ``others``."""
    return is_kind(status.st_mode) and is_own(status) and not is_open_to_others(status.st_mode, others)

"""Links that open the page: each is good once, and buys a cookie.

A link's token is never kept: a file named by its hash says that it was given out, in a folder that nobody else can
read. Whoever can write there may give out links: so a second ``synthaudit serve`` opens the page of the first.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

from synthaudit.files import write_atomic

_SECONDS = 24 * 3600
"""A link that nobody used by then is void."""


def give_out(folder: Path) -> str:
    """A new token, 256 bits from the operating system."""
    token = secrets.token_urlsafe(32)
    write_atomic(folder / _name(token), b"")
    return token


def use_up(folder: Path, token: str) -> bool:
    """Whether a token was given out and never used; it is void from here on.

    Examples
    --------
    >>> from synthaudit.files import private_temporary
    >>> with private_temporary() as path:
    ...     token = give_out(path.parent)
    ...     [use_up(path.parent, text) for text in ("another", token, token)]
    [False, True, False]
    """
    path = folder / _name(token)
    try:
        is_young = time.time() - path.stat().st_mtime < _SECONDS
        path.unlink()
    except OSError:
        return False
    return is_young


def _name(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True)
class Sessions:
    """Who has opened the page since the server was started."""

    _hashes: set[str] = field(default_factory=set)

    def open(self) -> str:
        """The value of a new cookie."""
        value = secrets.token_urlsafe(32)
        self._hashes.add(_name(value))
        return value

    def know(self, value: str) -> bool:
        """Whether a cookie is one of these; compared by hash, so that the time taken tells nothing."""
        return _name(value) in self._hashes

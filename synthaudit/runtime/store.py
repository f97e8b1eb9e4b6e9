"""Finished fits on disk, each under the SHA-256 of everything that decides it, so that none is paid for twice.

An entry is data alone: plain arrays and JSON, never a pickle. It carries a digest over key and content, under the key
of the user of this machine; what is damaged, cut short, belongs to another key or was not written by this user is set
aside and made again.
"""

import hashlib
import hmac
import io
import json
import platform
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthaudit import _version
from synthaudit.errors import CannotFinishError, InputError
from synthaudit.files import PREVIOUS, prepare_output_folder, printable, set_aside, write_atomic
from synthaudit.files.catalogue import N_
from synthaudit.files.system import is_open_to_others, is_own
from synthaudit.runtime.user_key import keyed_digest

Value = pd.DataFrame | tuple[np.ndarray, ...]
"""What can be stored: canonical cells (see ``AuditData``), or arrays of numbers."""

_MAGIC = b"synthaudit finished fit 1\n"
_HEAD = len(_MAGIC) + 65
_SUFFIX = ".fit"
_PLAIN = "fiubM"
"""Kinds of arrays that are bytes and nothing else."""
LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn", "numba")
"""What every generator of this package computes with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A folder of finished fits.

    Parameters
    ----------
    folder : Path
        Made (0700) with the first entry. It may hold real people's values. No link is followed.
    fresh : bool
        Believe only what this object wrote itself.

    Examples
    --------
    >>> from synthaudit.files import private_temporary
    >>> with private_temporary() as path:
    ...     store = Store(folder=path.parent / "shadows")
    ...     store.write(key_of("a"), pd.DataFrame({"x": [1.5]}))
    ...     store.read(key_of("a")), store.read(key_of("b"))
    (     x
    0  1.5, None)
    """

    folder: Path
    fresh: bool = False
    _written: set[str] = field(default_factory=set, repr=False, compare=False)
    _full: list[str] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def given(cls, folder: str | Path, *, fresh: bool = False) -> "Store":
        """A store that a user named: made and tried now, before any work.

        Raises
        ------
        InputError
            SA-217 others may write to it.
        CannotFinishError
            SA-301 to SA-304 it cannot be made or written to.
        """
        # The user may name a link; a later one at its place is none of the user's.
        store = cls(folder=Path(folder).resolve(), fresh=fresh)
        if store.folder.is_dir() and not store.is_private():
            where, got = f"--shadow-store {printable(str(folder), 200)}", N_("others may write to this folder")
            raise InputError("SA-217", where, got, N_("Run chmod 700 on it, or choose a folder of your own."))
        prepare_output_folder(folder)
        return store

    def is_private(self) -> bool:
        """Whether nobody else can have put something there; a folder that does not exist yet is private."""
        try:
            status = self.folder.lstat()
        except OSError:
            return True
        return stat.S_ISDIR(status.st_mode) and is_own(status) and not is_open_to_others(status.st_mode)

    def read(self, key: str) -> Value | None:
        """The entry of this key; None where there is none that can be believed."""
        if (self.fresh and key not in self._written) or not self.is_private():
            return None
        path = self._path(key)
        try:
            # A link or a pipe was not written here.
            data = path.read_bytes() if stat.S_ISREG(path.lstat().st_mode) else b""
        except OSError:
            return None
        value = _opened(key, data)
        if value is None:
            set_aside(self.folder, [path.name])
        return value

    def write(self, key: str, value: Value) -> None:
        """Keep a finished fit. Where that is not possible nothing is kept from then on: storing is a convenience."""
        if self._full or not self.is_private():
            return
        try:
            if not self._written:
                prepare_output_folder(self.folder, within=True)
            if self.is_private():
                write_atomic(self._path(key), _sealed(key, value))
                self._written.add(key)
        except CannotFinishError as error:
            self._full.append(str(error))

    def altered(self) -> tuple[str, ...]:
        """Names of entries that are not as this user wrote them, those that were set aside among them."""
        places = (self.folder, self.folder / PREVIOUS) if self.is_private() else ()
        paths = [path for place in places for path in sorted(place.glob(f"*{_SUFFIX}"))]
        altered = [path for path in paths if path.is_symlink() or not _is_whole(path.stem, path.read_bytes())]
        return tuple(path.relative_to(self.folder).as_posix() for path in altered)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_SUFFIX}"


def _sealed(key: str, value: Value) -> bytes:
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **_arrays(value))
    payload = content.getvalue()
    return _MAGIC + _seal(key, payload) + payload


def _seal(key: str, payload: bytes) -> bytes:
    return keyed_digest(key.encode() + payload).encode() + b"\n"


def _is_whole(key: str, data: bytes) -> bool:
    return hmac.compare_digest(data[:_HEAD], _MAGIC + _seal(key, data[_HEAD:]))


def _opened(key: str, data: bytes) -> Value | None:
    """The value of an entry, None where its bytes are not those that were written under this key."""
    if not _is_whole(key, data):
        return None
    payload = data[_HEAD:]
    try:
        with np.load(io.BytesIO(payload), allow_pickle=False) as arrays:
            return _value(dict(arrays))
    except Exception:  # whatever is wrong with it, it is made again
        return None


def _arrays(value: Value) -> dict[str, np.ndarray]:
    """A value as named arrays of plain numbers; text stands as JSON."""
    if isinstance(value, tuple):
        return {f"a{i}": _plain(part) for i, part in enumerate(value)}
    arrays = {"names": _json([str(name) for name in value.columns])}
    for j in range(value.shape[1]):
        column = value.iloc[:, j]
        if column.dtype != object:
            arrays[f"n{j}"] = _plain(column.to_numpy())
            continue
        codes, levels = pd.factorize(column)
        arrays[f"c{j}"], arrays[f"l{j}"] = codes.astype(np.int32), _json([str(level) for level in levels])
    return arrays


def _value(arrays: Mapping[str, np.ndarray]) -> Value:
    if "names" not in arrays:
        return tuple(arrays[f"a{i}"] for i in range(len(arrays)))
    columns = {}
    for j, name in enumerate(json.loads(arrays["names"].tobytes())):
        if f"n{j}" in arrays:
            columns[name] = pd.Series(arrays[f"n{j}"])
            continue
        # Missing has the code -1, which is the last of these.
        levels = np.array([*json.loads(arrays[f"l{j}"].tobytes()), None], dtype=object)
        columns[name] = pd.Series(levels[arrays[f"c{j}"]], dtype=object)
    return pd.DataFrame(columns)


def _json(texts: list[str]) -> np.ndarray:
    return np.frombuffer(json.dumps(texts).encode(), dtype=np.uint8)


def _plain(array: np.ndarray) -> np.ndarray:
    if array.dtype.kind not in _PLAIN:
        raise TypeError(f"no array of {array.dtype} can be stored")
    return array


# --- keys ---------------------------------------------------------------------------------------------------


def key_of(*parts: Any) -> str:
    """Hexadecimal SHA-256 of values: equal exactly where the values are, in any process and on any day.

    Parameters
    ----------
    *parts
        None, numbers, text, bytes, paths, sequences, mappings, arrays, tables of canonical cells, dataclasses, and
        random generators with their whole state.

    Examples
    --------
    >>> key_of(1, "a") == key_of(1, "a"), key_of("1") == key_of(1), key_of(("a", "b")) == key_of(("ab",))
    (True, False, False)
    """
    digest = hashlib.sha256()
    _feed(digest, parts)
    return digest.hexdigest()


def _feed(digest: Any, value: Any) -> None:
    """Kind, length and content, so that no two values run into one stream of bytes."""
    if isinstance(value, np.ndarray) and value.dtype != object:
        _bytes(digest, f"array {value.dtype.str} {value.shape}", np.ascontiguousarray(value).tobytes())
    elif isinstance(value, pd.DataFrame):
        _bytes(digest, f"table {len(value)}", b"")
        _feed(digest, _arrays(value))
    elif isinstance(value, pd.Index | np.ndarray):
        _feed(digest, ["levels", *value.tolist()])
    elif isinstance(value, np.random.Generator):
        seeds = value.bit_generator.seed_seq
        spawned = [getattr(seeds, name, None) for name in ("entropy", "spawn_key", "n_children_spawned")]
        _feed(digest, ["stream", value.bit_generator.state, spawned])
    elif is_dataclass(value) and not isinstance(value, type):
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        _feed(digest, [kind, {member.name: getattr(value, member.name) for member in fields(value)}])
    elif isinstance(value, Mapping):
        _bytes(digest, f"mapping {len(value)}", b"")
        for name in sorted(value, key=repr):
            _feed(digest, name)
            _feed(digest, value[name])
    elif isinstance(value, tuple | list):
        _bytes(digest, f"sequence {len(value)}", b"")
        for part in value:
            _feed(digest, part)
    elif isinstance(value, bytes):
        _bytes(digest, "bytes", value)
    elif isinstance(value, np.generic):
        _feed(digest, value.item())
    elif value is None or isinstance(value, bool | int | float | str | Path):
        _bytes(digest, type(value).__name__, repr(value).encode())
    else:
        raise TypeError(f"a {type(value).__name__} has no key")


def _bytes(digest: Any, kind: str, content: bytes) -> None:
    digest.update(f"{kind} {len(content)}\n".encode())
    digest.update(content)


@cache
def versions(libraries: tuple[str, ...] = LIBRARIES) -> tuple[tuple[str, str], ...]:
    """What computes here: synthaudit and its code, Python, the kind of machine, libraries by name or "none"."""

    def version(library: str) -> str:
        try:
            return metadata.version(library)
        except metadata.PackageNotFoundError:
            return "none"

    # Whoever edits a generator in place keeps the version.
    code = hashlib.sha256()
    for file in sorted(Path(_version.__file__).parent.rglob("*.py")):
        code.update(file.read_bytes())
    ours = (("synthaudit", _version.__version__), ("code", code.hexdigest()), ("python", platform.python_version()))
    return (*ours, ("machine", platform.machine()), *((library, version(library)) for library in libraries))

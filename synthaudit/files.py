"""All file work: atomic writes, private temporary files, regular files opened, documents read within limits.

Nothing else in the package opens a file for writing, so that a fault injected here is a fault injected everywhere.
A machine's fault (no space, no permission, a broken disk) becomes :class:`~synthaudit.errors.CannotFinishError`; an
input that cannot be read becomes :class:`~synthaudit.errors.InputError`.
"""

import errno
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from synthaudit.errors import CannotFinishError, InputError

_MACHINE_FAULTS = {
    errno.ENOSPC: ("SA-301", "no space left on the device", "Free some space and run the same command again."),
    errno.EDQUOT: ("SA-301", "the disk quota is used up", "Free some space and run the same command again."),
    errno.EFBIG: ("SA-301", "the file size limit is reached", "Raise the limit and run the same command again."),
    errno.EIO: ("SA-302", "the device reports a read or write error", "Check the disk or choose another folder."),
    errno.EACCES: ("SA-303", "permission denied", "Choose a folder that you may write to."),
    errno.EPERM: ("SA-303", "permission denied", "Choose a folder that you may write to."),
    errno.EROFS: ("SA-303", "the file system is read-only", "Choose a folder that you may write to."),
}

# Cc control, Cf invisible format (bidi, zero-width), Cs surrogates, Co private use, Cn unassigned, Zl/Zp line ends.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JSON_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
MOST_DEEP = 64
"""Lists and objects within each other."""
MOST_DIGITS = 400
"""Of one number: float64 has no more than 309 before its point."""
_LONG_NUMBER = re.compile(rf"[0-9_]{{{MOST_DIGITS + 1}}}")
_BACKSLASH, _QUOTE = "\\", '"'


def written_out(text: str) -> str:
    """Text with every character that hides, turns or acts (control, bidi, surrogate, unassigned) as ``\\u....``.

    Examples
    --------
    >>> print(written_out("ab\\u202ec\\x07"))
    ab\\u202ec\\u0007
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(c) if unicodedata.category(c) in _HIDDEN else c for c in text)


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def printable(text: str, limit: int = 40) -> str:
    """Text that is safe on a terminal and in a message: `written_out`, and cut to ``limit`` characters.

    Examples
    --------
    >>> print(printable("inc\\u200bome"))
    inc\\u200bome
    """
    shown = written_out(text[: limit + 1])
    return shown if len(text) <= limit and len(shown) <= 6 * limit else shown[: limit - 1] + "…"


def toml_text(text: str) -> str:
    """A text as a TOML string, quotes included.

    Examples
    --------
    >>> print(toml_text('a "b" é\\x7f'))
    "a \\"b\\" é\\u007f"
    """
    return f'"{written_out(text.replace(_BACKSLASH, 2 * _BACKSLASH).replace(_QUOTE, _BACKSLASH + _QUOTE))}"'


@contextmanager
def machine_faults(what: str) -> Iterator[None]:
    """Turn the operating system's faults while handling ``what`` into a clear ``CannotFinishError``."""
    try:
        yield
    except OSError as error:
        code, got, do = _MACHINE_FAULTS.get(
            error.errno or 0, ("SA-302", errno.errorcode.get(error.errno or 0, "input/output error"), "Try again.")
        )
        raise CannotFinishError(f"{code} {what}: {got}. {do}") from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems cannot sync a folder; the rename stands there all the same.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


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
    what = f"output {printable(str(target), 200)}"
    payload = data.encode("utf-8") if isinstance(data, str) else data
    with machine_faults(what):
        _refuse_planted(target, what)
        descriptor, name = tempfile.mkstemp(prefix=".tmp-", suffix=f"-{target.name}"[-40:], dir=target.parent)
        temporary = Path(name)
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
        _sync_folder(target.parent)
    return target


def _refuse_planted(target: Path, what: str) -> None:
    if target.is_symlink():
        raise CannotFinishError(f"SA-304 {what}: a symbolic link is at this name. Remove it or choose another folder.")
    if target.is_dir():
        raise CannotFinishError(f"SA-304 {what}: a folder is at this name. Remove it or choose another folder.")


def prepare_output_folder(path: str | os.PathLike[str]) -> Path:
    """Make the output folder (0700) and write to it once, so that a full or closed disk shows before any work.

    Raises
    ------
    CannotFinishError
        SA-301 to SA-303 as in `write_atomic`, SA-304 where something other than a folder is at this name.
    """
    folder = Path(path)
    what = f"output {printable(str(folder), 200)}"
    with machine_faults(what):
        if folder.exists() and not folder.is_dir():
            raise CannotFinishError(f"SA-304 {what}: not a folder. Choose another output folder.")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise CannotFinishError(
                f"SA-304 {what}: a file is where a folder is needed. Choose another output folder."
            ) from None
        probe = write_atomic(folder / f"write-test-{os.getpid()}", b"synthaudit\n")
        probe.unlink()
    return folder


def set_aside(folder: Path, names: Sequence[str]) -> None:
    """Move what an earlier run left under these names into ``previous/``, replacing what stood there.

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
    with machine_faults(f"output {printable(str(folder), 200)}"):
        previous = folder / "previous"
        previous.mkdir(mode=0o700, exist_ok=True)
        for name in names:
            (previous / name).unlink(missing_ok=True)
        for path in leftovers:
            path.replace(previous / path.name)


@contextmanager
def private_temporary(suffix: str = "") -> Iterator[Path]:
    """A file name in a private folder (0700) of its own, removed with all that lies there at the end.

    Examples
    --------
    >>> with private_temporary(".csv") as path:
    ...     _ = path.write_text("a")
    >>> path.exists()
    False
    """
    with machine_faults("temporary folder"):
        folder = tempfile.mkdtemp(prefix="synthaudit-")
    try:
        yield Path(folder) / f"table{suffix}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sha256_of(path: str | os.PathLike[str]) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_input(path: Path, where: str) -> BinaryIO:
    """Open a regular file for reading; anything else is SA-101 or SA-104."""
    try:
        # Asked before opening: opening a FIFO would wait for its writer.
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            return path.open("rb")
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "error")
        raise InputError("SA-101", where, f"cannot be opened ({name})", "Check the path and its permissions.") from None
    except ValueError:
        raise InputError("SA-101", where, "cannot be opened (EINVAL)", "Check the path.") from None
    kinds = {stat.S_ISDIR: "folder", stat.S_ISFIFO: "fifo", stat.S_ISSOCK: "socket"}
    kind = next((name for is_kind, name in kinds.items() if is_kind(mode)), "device")
    raise InputError("SA-104", where, f"not a regular file ({kind})", "Give the path of one table.")


def read_document(path: Path, where: str, most_bytes: int, code: str, do: str) -> bytes:
    """The bytes of a small file, such as a configuration; ``code`` where it is larger than such a file is."""
    with open_input(path, where) as file:
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise InputError(code, where, f"larger than {most_bytes} bytes", do)
    return data


def excess(structure: str, most_values: int) -> str | None:
    """What goes beyond all that a document needs, by its text without strings and comments; None where nothing does.

    Parsers take minutes, gigabytes or all of the stack for what this tells at once.

    Examples
    --------
    >>> excess("[[1, 2], [3]]", 10), excess("[" * 99, 1_000), excess("1" * 500, 10), excess("1,2,3,4", 2)
    (None, 'lists within lists, 65 deep or more', 'a number of more than 400 digits', 'more than 2 values')
    """
    if max(sum(map(structure.count, marks)) for marks in (",[{", "]}")) > most_values:
        return f"more than {most_values:,} values"
    if _LONG_NUMBER.search(structure):
        return f"a number of more than {MOST_DIGITS} digits"
    depth = 0
    for bracket in _BRACKET.findall(structure):
        depth += 1 if bracket in "[{" else -1
        if depth > MOST_DEEP:
            return f"lists within lists, {MOST_DEEP + 1} deep or more"
    return None


def json_structure(text: str) -> str:
    """A JSON text without its strings."""
    return _JSON_STRING.sub("", text)


def parsed_json(text: str, most_values: int) -> Any:
    """What a JSON text says, where it is one that a program would write.

    Raises
    ------
    ValueError
        Not JSON, NaN or Infinity, a name twice in one object, or beyond what `excess` allows; the message is safe.

    Examples
    --------
    >>> parsed_json('{"a": [1, 2.5, "x"]}', 10)
    {'a': [1, 2.5, 'x']}
    """
    beyond = excess(json_structure(text), most_values)
    if beyond is not None:
        raise ValueError(beyond)
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_named_once)
    except (json.JSONDecodeError, RecursionError):
        # Its error holds the whole text, and would hang on to one that is raised here.
        pass
    raise ValueError("not valid JSON")


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN or Infinity, which are not JSON")


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("the same name twice in one object")
    return named


def leaves_its_folder(path: Path) -> bool:
    """Whether a path is a link to something outside of the folder that it stands in."""
    try:
        return path.is_symlink() and path.resolve().parent != path.parent.resolve()
    except (OSError, RuntimeError):
        return True

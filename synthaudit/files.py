"""All file work: atomic writes, private temporary files, bounded reading.

Nothing else in the package opens a file for writing, so that a fault injected here is a fault injected everywhere.
A machine's fault (no space, no permission, a broken disk) becomes :class:`~synthaudit.errors.CannotFinishError`; an
input that cannot be read becomes :class:`~synthaudit.errors.InputError`.
"""

import errno
import gzip
import hashlib
import os
import shutil
import stat
import tempfile
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from synthaudit.errors import CannotFinishError, InputError

CHUNK = 1 << 20
DEFAULT_MAX_BYTES = 2 << 30
MAX_RATIO = 200
RATIO_FLOOR = 64 << 20
"""Below this size a high compression ratio is no threat."""

_MACHINE_FAULTS = {
    errno.ENOSPC: ("SA-301", "no space left on the device", "Free some space and run the same command again."),
    errno.EDQUOT: ("SA-301", "the disk quota is used up", "Free some space and run the same command again."),
    errno.EFBIG: ("SA-301", "the file size limit is reached", "Raise the limit and run the same command again."),
    errno.EIO: ("SA-302", "the device reports a read or write error", "Check the disk or choose another folder."),
    errno.EACCES: ("SA-303", "permission denied", "Choose a folder that you may write to."),
    errno.EPERM: ("SA-303", "permission denied", "Choose a folder that you may write to."),
    errno.EROFS: ("SA-303", "the file system is read-only", "Choose a folder that you may write to."),
}

_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PAR1", "parquet"),
    (b"PARE", "encrypted parquet"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"ARROW1", "arrow"),
    (b"FEA1", "feather"),
    (b"\x93NUMPY", "npy"),
    (b"RDX2\n", "rds"),
    (b"RDX3\n", "rds"),
    (b"X\n\x00\x00\x00", "rds"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"%PDF-", "pdf"),
    *((bytes([0x80, protocol]), "pickle") for protocol in range(2, 6)),
)


def printable(text: str, limit: int = 40) -> str:
    """Text that is safe on a terminal and in a message: control, bidi and invisible characters as ``\\u....``.

    Examples
    --------
    >>> print(printable("inc\\u200bome"))
    inc\\u200bome
    """
    shown = "".join(
        f"\\u{ord(c):04x}" if unicodedata.category(c)[0] == "C" or unicodedata.category(c) in ("Zl", "Zp") else c
        for c in text[: limit + 1]
    )
    return shown if len(text) <= limit and len(shown) <= 6 * limit else shown[: limit - 1] + "…"


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
    found = [folder / name for name in names if (folder / name).is_file() or (folder / name).is_symlink()]
    if not found:
        return
    with machine_faults(f"output {printable(str(folder), 200)}"):
        previous = folder / "previous"
        previous.mkdir(mode=0o700, exist_ok=True)
        for name in names:
            (previous / name).unlink(missing_ok=True)
        for path in found:
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


def content_of(head: bytes) -> str:
    """What the first bytes of a file say it is; ``"text"`` where they say nothing.

    Examples
    --------
    >>> content_of(b"PAR1...."), content_of(b"a,b")
    ('parquet', 'text')
    """
    return next((name for magic, name in _MAGIC if head.startswith(magic)), "text")


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


def leaves_its_folder(path: Path) -> bool:
    """Whether a path is a link to something outside of the folder that it stands in."""
    try:
        return path.is_symlink() and path.resolve().parent != path.parent.resolve()
    except (OSError, RuntimeError):
        return True


class ReadsBytes(Protocol):
    """A stream that is read front to back."""

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; none at the end."""
        ...


class HashingReader:
    """A byte stream that remembers the hash and the count of what went through it."""

    def __init__(self, raw: ReadsBytes, head: bytes = b"") -> None:
        self._raw = raw
        self._head = head
        self._hash = hashlib.sha256()
        self.n_bytes = 0

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes, the given head first."""
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
        else:
            data = self._raw.read(size)
        self._hash.update(data)
        self.n_bytes += len(data)
        return data

    def hexdigest(self) -> str:
        """Hash of the whole stream; what was not read yet is read now."""
        while self.read(CHUNK):
            pass
        return self._hash.hexdigest()


def decoded_chunks(
    source: HashingReader, compression: str, where: str, max_bytes: int | None, spent: int = 0
) -> Iterator[bytes]:
    """The stream's decompressed bytes, never more than the limit.

    Parameters
    ----------
    source : HashingReader
        Where the bytes come from.
    compression : {"gzip", "zstd", "none"}
        How they are packed.
    where : str
        Role and file name, for messages.
    max_bytes : int, optional
        Limit of decoded bytes; 2 GiB and 200 times the packed size if not given.
    spent : int
        Decoded bytes of earlier parts, which count towards the limit.

    Raises
    ------
    InputError
        SA-111 expands too far, SA-112 too large, SA-116 damaged.
    """
    limit = DEFAULT_MAX_BYTES if max_bytes is None else max_bytes
    total = 0
    try:
        reader = _decompressor(source, compression)
        while chunk := reader.read(CHUNK):
            total += len(chunk)
            if spent + total > limit:
                got = f"larger than the limit of {size_text(limit)}"
                if compression != "none":
                    raise InputError(
                        "SA-111",
                        where,
                        f"expands beyond the limit of {size_text(limit)}",
                        "Raise --max-bytes only if you trust the file.",
                    )
                raise InputError("SA-112", where, got, "Raise --max-bytes.")
            if (
                max_bytes is None
                and compression != "none"
                and total > RATIO_FLOOR
                and total > MAX_RATIO * source.n_bytes
            ):
                got = f"expands beyond {MAX_RATIO} times its size"
                raise InputError("SA-111", where, got, "Pass --max-bytes only if you trust the file.")
            yield chunk
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise InputError(
            "SA-116", where, f"not valid {compression}, damaged or cut short", "Export it again."
        ) from None
    except OSError as error:
        raise CannotFinishError(
            f"SA-302 {where}: reading stopped ({errno.errorcode.get(error.errno or 0, 'error')}). Check the disk."
        ) from None


def _decompressor(source: HashingReader, compression: str) -> ReadsBytes:
    if compression == "gzip":
        return gzip.GzipFile(fileobj=cast("Any", source))
    return _ZstdReader(source) if compression == "zstd" else source


def packed_as(data: bytes, compression: str) -> bytes:
    """``data`` packed as ``gzip`` or ``zstd``, or as it is; the same bytes every time.

    Examples
    --------
    >>> gzip.decompress(packed_as(b"a,b", "gzip")), packed_as(b"a,b", "none")
    (b'a,b', b'a,b')
    """
    if compression == "gzip":
        return gzip.compress(data, mtime=0)
    if compression == "zstd":
        import zstandard

        return zstandard.ZstdCompressor().compress(data)
    return data


class _ZstdReader:
    """Reads Zstandard frames one after another; a frame that is cut short raises ``EOFError``."""

    # A packed block of four bytes can stand for 128 KiB: small bites bound what one call may return.
    _BITE = 1 << 11

    def __init__(self, source: HashingReader) -> None:
        import zstandard

        self._error = zstandard.ZstdError
        # The window is bounded, so that a frame header cannot ask for gigabytes.
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 27)
        self._source = source
        self._frame: Any = None

    def read(self, size: int, /) -> bytes:
        parts: list[bytes] = []
        n = 0
        while n < size:
            data = self._source.read(self._BITE)
            if not data:
                if self._frame is not None:
                    raise EOFError
                break
            while data:
                part, data = self._decompress(data)
                parts.append(part)
                n += len(part)
        return b"".join(parts)

    def _decompress(self, data: bytes) -> tuple[bytes, bytes]:
        if self._frame is None:
            self._frame = self._decompressor.decompressobj()
        try:
            part: bytes = self._frame.decompress(data)
        except self._error:
            raise EOFError from None
        rest = b""
        if self._frame.eof:
            rest = self._frame.unused_data
            self._frame = None
        return part, rest


def size_text(n: int) -> str:
    """A number of bytes in the largest fitting unit."""
    for unit, scale in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if n >= scale:
            return f"{n / scale:.3g} {unit}"
    return f"{n} bytes"

"""Streams that are hashed while they are read, and decompressed within a limit."""

import errno
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from typing import Any, Protocol

from synthaudit.errors import CannotFinishError, InputError
from synthaudit.files.catalogue import N_

CHUNK = 1 << 20
DEFAULT_MAX_BYTES = 2 << 30
MAX_RATIO = 200
RATIO_FLOOR = 64 << 20
"""Below this size a high compression ratio is no threat."""


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
        self.n_beside = 0
        """Comments, further fields and frames to be skipped, which packed data carries beside the file."""

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
                raise _too_large(where, limit, is_packed=compression != "none")
            if (
                max_bytes is None
                and compression != "none"
                and total > RATIO_FLOOR
                and total > MAX_RATIO * source.n_bytes
            ):
                got = N_("expands beyond {n} times its size").format(n=MAX_RATIO)
                raise InputError("SA-111", where, got, N_("Pass --max-bytes only if you trust the file."))
            yield chunk
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise InputError(
            "SA-116",
            where,
            N_("not valid {compression}, damaged or cut short").format(compression=compression),
            N_("Export it again."),
        ) from None
    except OSError as error:
        raise CannotFinishError(
            N_("SA-302 {where}: reading stopped ({name}). Check the disk.").format(
                where=where, name=errno.errorcode.get(error.errno or 0, "error")
            )
        ) from None


def _decompressor(source: HashingReader, compression: str) -> ReadsBytes:
    if compression == "gzip":
        return _GzipReader(source)
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


class _GzipReader:
    """Reads gzip members one after another (RFC 1952); zlib checks their headers, lengths and sums."""

    _BITE = 1 << 16
    _COMMENT, _EXTRA = 16, 4

    def __init__(self, source: HashingReader) -> None:
        self._source = source
        self._member: Any = None
        self._n_members = 0

    def read(self, size: int, /) -> bytes:
        while True:
            data = self._member.unconsumed_tail if self._member is not None else b""
            if self._member is None or self._member.eof:
                data = self._next_member(b"" if self._member is None else self._member.unused_data)
                if not data:
                    return b""
            data = data or self._source.read(self._BITE)
            part: bytes = self._member.decompress(data, size)
            if part:
                return part
            if not data and not self._member.eof:
                raise EOFError

    def _next_member(self, ahead: bytes) -> bytes:
        """The first bytes of the next member; none where only zeros follow, which pad tapes."""
        while len(ahead) < 4 and (more := self._source.read(self._BITE)):
            ahead += more
        if self._n_members and not ahead.strip(b"\0"):
            while (more := self._source.read(self._BITE)) and not more.strip(b"\0"):
                ahead += more
            self._source.n_beside += bool(ahead)
            if more:
                raise EOFError
            self._member = None
            return b""
        if len(ahead) < 4:
            raise EOFError
        self._source.n_beside += bool(ahead[3] & self._COMMENT) + bool(ahead[3] & self._EXTRA)
        self._n_members += 1
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return ahead


class _ZstdReader:
    """Reads Zstandard frames one after another; a frame that is cut short raises ``EOFError``."""

    # A packed block of four bytes can stand for 128 KiB: small bites bound what one call may return.
    _BITE = 1 << 11
    _SKIPPED = b"\x2a\x4d\x18"
    """Behind a byte from 0x50 to 0x5f: a frame that is to be skipped (RFC 8878)."""

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
                if self._frame is None:
                    while len(data) < 4 and (more := self._source.read(self._BITE)):
                        data += more
                    self._source.n_beside += data[1:4] == self._SKIPPED and data[0] >> 4 == 5
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


def _too_large(where: str, limit: int, *, is_packed: bool) -> InputError:
    if is_packed:
        got = N_("expands beyond the limit of {limit}").format(limit=size_text(limit))
        return InputError("SA-111", where, got, N_("Raise --max-bytes only if you trust the file."))
    got = N_("larger than the limit of {limit}").format(limit=size_text(limit))
    return InputError("SA-112", where, got, N_("Raise --max-bytes."))


def size_text(n: int) -> str:
    """A number of bytes in the largest fitting unit."""
    for unit, scale in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if n >= scale:
            return f"{n / scale:.3g} {unit}"
    return N_("{n} bytes").format(n=n)

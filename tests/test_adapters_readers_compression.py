"""Promises of synthaudit.adapters.readers.compression."""

import gzip
import io

import pytest
import zstandard

from synthaudit.adapters.readers.compression import HashingReader, decoded_chunks
from synthaudit.errors import InputError

PLAIN = b"a,b\n" + b"1,2\n" * 100_000


@pytest.mark.parametrize(
    ("packed", "compression"),
    [
        (PLAIN, "none"),
        (gzip.compress(PLAIN[:9], mtime=0) + gzip.compress(PLAIN[9:], mtime=0), "gzip"),
        (zstandard.compress(PLAIN[:9]) + zstandard.compress(PLAIN[9:]), "zstd"),
    ],
)
def test_decoded_chunks_round_trip(packed: bytes, compression: str) -> None:
    """Every member or frame is read; the hash is that of the packed bytes."""
    source = HashingReader(io.BytesIO(packed))
    assert b"".join(decoded_chunks(source, compression, "w", None)) == PLAIN
    again = HashingReader(io.BytesIO(packed))
    assert source.hexdigest() == again.hexdigest()


@pytest.mark.parametrize(("pack", "compression"), [(gzip.compress, "gzip"), (zstandard.compress, "zstd")])
def test_decoded_chunks_refuse_a_file_that_was_cut_short(pack: "type", compression: str) -> None:
    """Half a download is an error, not half a table."""
    packed = pack(PLAIN)
    for cut in (5, len(packed) // 2, len(packed) - 4):
        with pytest.raises(InputError) as caught:
            list(decoded_chunks(HashingReader(io.BytesIO(packed[:cut])), compression, "w", None))
        assert str(caught.value) == f"SA-116 w: not valid {compression}, damaged or cut short. Export it again."


@pytest.mark.parametrize(("pack", "compression"), [(gzip.compress, "gzip"), (zstandard.compress, "zstd")])
def test_decoded_chunks_stop_a_bomb(pack: "type", compression: str) -> None:
    """What grows beyond 200 times its size, or beyond the limit, stops early."""
    bomb = pack(bytes(100 << 20))
    source = HashingReader(io.BytesIO(bomb))
    with pytest.raises(InputError, match=r"SA-111 w: expands beyond 200 times its size\. Pass --max-bytes"):
        list(decoded_chunks(source, compression, "w", None))
    with pytest.raises(InputError, match=r"SA-111 w: expands beyond the limit of 1 MiB\. Raise --max-bytes"):
        list(decoded_chunks(HashingReader(io.BytesIO(bomb)), compression, "w", 1 << 20))

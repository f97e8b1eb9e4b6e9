"""Promises of synthaudit.adapters.readers.formats."""

import pytest

from synthaudit.adapters.readers.formats import content_of


@pytest.mark.parametrize(
    ("head", "content"),
    [
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"PAR1", "parquet"),
        (b"PK\x03\x04", "zip"),
        (b"\x80\x05\x95", "pickle"),
        (b"ARROW1", "arrow"),
        (b"\x89HDF\r\n\x1a\n", "hdf5"),
        (b"a,b\n", "text"),
    ],
)
def test_content_of(head: bytes, content: str) -> None:
    """Content is told by its first bytes, whatever the name says."""
    assert content_of(head) == content

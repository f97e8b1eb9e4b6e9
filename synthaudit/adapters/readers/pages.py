"""Pages of a Parquet file, counted without DuckDB: it reads as many values as the footer says, and no more.

A page begins with a header in Thrift's compact protocol; of a header only numbers are taken.
https://parquet.apache.org/docs/file-format/
"""

import mmap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_DATA = {0: 5, 3: 8}
"""Types of pages that hold values, and the field of their header that counts them."""
_TYPE, _SIZE, _N_VALUES = 1, 3, 1
_DEEPEST = 8

_SLACK = 1 << 10
"""Bytes that a chunk may go on: some writers forget to count the header of a dictionary."""

Struct = dict[int, Any]


class DamagedError(Exception):
    """No page where one must be."""


def count_values(path: Path, chunks: Sequence[tuple[int, int, int]]) -> list[int]:
    """Values in the pages of each chunk of a column.

    Parameters
    ----------
    chunks : sequence of tuples of int
        By chunk, where it starts, its bytes, and its values as the footer has them.

    Raises
    ------
    DamagedError
        The pages end before there are as many values, or chunks overlap.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        # Chunks that share their pages would be walked again and again.
        if min((min(chunk) for chunk in chunks), default=0) < 0 or sum(size for _, size, _ in chunks) > len(data):
            raise DamagedError
        return [_in_chunk(data, *chunk) for chunk in chunks]


def _in_chunk(data: mmap.mmap, start: int, n_bytes: int, expected: int) -> int:
    position, end, n = start, start + n_bytes, 0
    while position < (end if n >= expected else end + _SLACK):
        try:
            header, position = _struct(data, position, 0)
            kind, size = header[_TYPE], header[_SIZE]
            n_values = header[_DATA[kind]][_N_VALUES] if kind in _DATA else 0
        except (IndexError, KeyError, TypeError):
            break
        if min(size, n_values) < 0:
            break
        n += n_values
        position += size
    if n < expected:
        raise DamagedError
    return n


def _varint(data: mmap.mmap, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position
        if shift > 63:
            raise IndexError


def _struct(data: mmap.mmap, position: int, depth: int) -> tuple[Struct, int]:
    """The numbers and structures of a structure by their field, and where it ends."""
    fields: Struct = {}
    field = 0
    while byte := data[position]:
        position += 1
        step, kind = byte >> 4, byte & 0x0F
        if step:
            field += step
        else:
            number, position = _varint(data, position)
            field = _signed(number)
        if kind == 12 and depth < _DEEPEST:
            fields[field], position = _struct(data, position, depth + 1)
        elif kind in (4, 5, 6):
            number, position = _varint(data, position)
            fields[field] = _signed(number)
        elif kind == 8:
            number, position = _varint(data, position)
            position += number
        elif kind in (3, 7):
            position += 1 if kind == 3 else 8
        elif kind not in (1, 2):
            raise KeyError
    return fields, position + 1


def _signed(number: int) -> int:
    return (number >> 1) ^ -(number & 1)

"""Pages of a Parquet file, counted without DuckDB: it reads as many values as the footer says, and no more.

A page begins with a header in Thrift's compact protocol; of a header only numbers are taken.
https://parquet.apache.org/docs/file-format/
"""

import mmap
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_DATA = {0: 5, 3: 8}
"""Types of pages that hold values, and the field of their header that counts them."""
_TYPE, _SIZE, _N_VALUES = 1, 3, 1
_DEEPEST = 8
_ROW_GROUPS, _CHUNKS, _ABOUT, _PAGES, _N_BYTES = 4, 1, 3, (9, 11), 7
"""Fields of the footer, of a group of rows, of a chunk, and of what is said about that."""

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


def table_bytes(path: Path) -> int:
    """Bytes that belong to the table: pages, what finds them, and the footer with its frame.

    Raises
    ------
    DamagedError
        The footer cannot be read.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            size = len(data)
            start = size - 8 - int.from_bytes(data[-8:-4], "little")
            footer, _ = _struct(data, max(start, 0), 0)
            parts = [part for group in footer[_ROW_GROUPS] for chunk in group[_CHUNKS] for part in _parts(data, chunk)]
        except (IndexError, KeyError, TypeError, AttributeError, ValueError):
            raise DamagedError from None
    n, done = 4, 4
    for first, end in sorted(parts):
        n += max(end - max(first, done), 0)
        done = max(done, end)
    return n + size - max(start, 0)


def _parts(data: mmap.mmap, chunk: Struct) -> Iterator[tuple[int, int]]:
    """Where the pages of a chunk, its two indexes and its Bloom filter begin and end."""
    about = chunk[_ABOUT]
    first = min(about[field] for field in _PAGES if about.get(field))
    end = first + about[_N_BYTES]
    yield first, end
    # Some writers repeat behind the pages what the footer says of them.
    with suppress(IndexError, KeyError, TypeError):
        copy, copied_to = _struct(data, end, 0)
        if copy == about:
            yield end, copied_to
    yield from ((other[at], other[at] + other[n]) for other, at, n in _spans(chunk, about) if other.get(n))


def _spans(chunk: Struct, about: Struct) -> tuple[tuple[Struct, int, int], ...]:
    return (chunk, 4, 5), (chunk, 6, 7), (about, 14, 15)


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
    """The numbers, structures and lists of structures of a structure by their field, and where it ends."""
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
        # A truth value is in its kind.
        fields[field], position = (None, position) if kind in (1, 2) else _value(data, position, kind, depth)
    return fields, position + 1


def _value(data: mmap.mmap, position: int, kind: int, depth: int) -> tuple[Any, int]:
    """A value of this kind, None for what is no number or structure, and where it ends."""
    if kind == 12 and depth < _DEEPEST:
        return _struct(data, position, depth + 1)
    if kind in (4, 5, 6):
        number, position = _varint(data, position)
        return _signed(number), position
    if kind == 8:
        number, position = _varint(data, position)
        return None, position + number
    if kind in (1, 2, 3, 7):
        return None, position + (8 if kind == 7 else 1)
    if kind != 9:
        raise KeyError
    kind, size = data[position] & 0x0F, data[position] >> 4
    position += 1
    if size == 15:
        size, position = _varint(data, position)
    items = []
    for _ in range(size):
        item, position = _value(data, position, kind, depth + 1)
        items.append(item)
    return items, position


def _signed(number: int) -> int:
    return (number >> 1) ^ -(number & 1)

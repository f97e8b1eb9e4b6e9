"""Rows to agree with, 128 at a time: enough for what is done once a person not to count."""

from typing import NamedTuple

import numpy as np

from synthaudit.linkage.people import FAR
from synthaudit.runtime.jit import bare, jit
from synthaudit.types import FloatArray

TILE = 128
"""Rows that meet everybody at a time."""
TILES = 4
"""Tiles that a block of people meets while it is in the cache."""


class RowFactors(NamedTuple):
    """Rows to agree with, column by column, in the order of the people's columns."""

    codes: FloatArray
    """(p, m) of the numbers."""
    rank: FloatArray
    """(p, m) mid-rank, -1 where missing."""
    other_codes: FloatArray
    """(q, m)"""


class Tiles(NamedTuple):
    """Some of the rows as :class:`People` meet them, 128 to a tile: column c of tile g in line ``g p + c``."""

    codes: FloatArray
    rank: FloatArray
    up: FloatArray
    down: FloatArray
    other_codes: FloatArray


@jit
def empty_tiles(p: int, q: int) -> Tiles:
    """Room for rows of p numbers and q other columns."""
    shape = p * TILES, TILE
    others = np.full((q * TILES, TILE), np.nan)
    return Tiles(np.full(shape, np.nan), np.full(shape, FAR), np.zeros(shape), np.zeros(shape), others)


@jit
def fill(tiles: Tiles, rows: RowFactors, g: int, start: int, bandwidth: float) -> None:
    """Write the rows from ``start`` on into tile g."""
    tiles, rows = bare(tiles), bare(rows)
    p, q, m = len(rows.codes), len(rows.other_codes), max(rows.codes.shape[1], rows.other_codes.shape[1])
    for c in range(q):
        for j in range(min(TILE, m - start)):
            tiles.other_codes[g * q + c, j] = rows.other_codes[c, start + j]
    for c in range(p):
        for j in range(min(TILE, m - start)):
            rank, line = rows.rank[c, start + j], g * p + c
            tiles.codes[line, j] = rows.codes[c, start + j]
            tiles.rank[line, j] = 2.0 * rank if rank >= 0.0 else FAR
            tiles.up[line, j] = np.exp(rank / bandwidth) if rank >= 0.0 else 0.0
            tiles.down[line, j] = np.exp(-rank / bandwidth) if rank >= 0.0 else 0.0

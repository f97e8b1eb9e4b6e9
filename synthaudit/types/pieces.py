"""Rare pieces of real cells, and where a release holds them: hashes and counts, no cell."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from synthaudit.types.estimate import Measured
from synthaudit.types.tables import STRICT, BoolArray, CodeArray, IntArray

PieceKind = Literal["cell", "inside", "run_8", "run_16", "run_32", "pair", "text"]
"""Whole cells; cells of 5 to 16 characters, or the digits of numbers, within a longer text; runs of characters; two
cells of a row joined; and nearness of whole texts, which has no pieces."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PieceGroup:
    """The rare pieces of one kind in one column: P times that a row holds one."""

    kind: PieceKind
    column: int
    row: CodeArray
    """(P,) ascending."""
    piece: CodeArray
    """(P,) place in ``Pieces.hashes``."""
    count: CodeArray
    """(P,) other people who hold it in this column."""
    stratum: CodeArray
    """(P,) pieces that are compared with each other, beside those of one count."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """What is looked for in a release; which side a person stands on decides nothing of it."""

    hashes: npt.NDArray[np.uint64]
    """Ascending, each once."""
    groups: tuple[PieceGroup, ...]
    columns: tuple[str, ...]
    source: IntArray
    """(n_rows,) place in train followed by holdout of each row that is asked about."""
    unit: IntArray
    """(n_rows,) person of each row, ascending."""
    is_member: BoolArray
    """(n_units,)"""
    by_person: bool
    n_others: int
    """People whom a piece may be shared with."""
    cell_lengths: tuple[int, ...]
    """Lengths of the pieces that are looked for within a cell, ascending."""
    row_lengths: tuple[int, ...]
    """And across the border of two cells of a row."""
    counters: tuple[str, ...]
    """Columns that count the rows: not looked for."""
    without: tuple[str, ...]
    """Columns without a rare piece."""
    is_sample: bool
    """Whether there are more people than are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoundPieces:
    """Which pieces stand in a release."""

    bits: npt.NDArray[np.uint8]
    """(N,) 1 within a cell, 2 backwards, 4 across cells of a row, 8 that backwards."""
    places: npt.NDArray[np.uint64]
    """(N,) one bit for each column of the release; the last is that of all columns from the 64th on."""
    names: tuple[str, ...]
    """Columns of the release, as train names them."""
    unread: tuple[str, ...]
    """Those in which no two cells differ."""
    n_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CellSearch:
    """Whether rare pieces of members' cells stand in the release more often than strangers'."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    detected: bool
    """``pvalue`` is at most .005."""
    pvalue: float
    """Of the larger of two maxima over all scores, that of the rank sum and that of the count at the top; one-sided."""
    n_scores: int
    """Scores that were tried: kinds of pieces in columns."""
    n_pieces: int
    """Different pieces that were looked for."""
    n_members: int
    """Members asked about."""
    n_nonmembers: int
    """Non-members asked about."""
    kind: PieceKind | None
    """Of the strongest score; None where nothing was found at all."""
    columns_from: tuple[str, ...]
    """Columns that the pieces come from, the strongest first; empty where nothing is detected."""
    columns_in: tuple[str, ...]
    """Columns of the release that hold them."""
    auc: Measured
    """Of the strongest score, chosen on one half of the people and measured on the other."""
    tpr_at_fpr: Measured
    """At 1 % FPR, of the score that finds most members on one half, measured on the other."""
    tpr_lower_bound: float | None
    """Too high in at most one audit of 200; None where there are too few non-members."""
    counters: tuple[str, ...] = ()
    """Columns that count the rows; not looked for."""

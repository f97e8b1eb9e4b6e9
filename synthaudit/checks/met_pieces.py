"""Without a holdout: whether rare pieces of people's texts stand in a release more often than in other people's texts.

Train is cut in halves by people; what one person of a half has alone is searched in the release, and in the other half,
which plays the release.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthaudit.linkage.shingles.people import people_of
from synthaudit.linkage.shingles.pieces import pieces_of
from synthaudit.linkage.shingles.score import WAYS
from synthaudit.linkage.shingles.search import searched
from synthaudit.statistics.meetings import kept_too_often
from synthaudit.types import BoolArray, FoundPieces, IntArray, PieceGroup, PieceKind, Pieces, Schema

KINDS = ("text", "categorical")
"""Columns whose pieces are searched. Chance finds digits of numbers and keys in any column with many digits, which no
half of train has."""
_OF_TEXT = ("cell", "run_8", "run_16", "run_32")


@dataclass(frozen=True, slots=True, kw_only=True)
class MetPieces:
    """People by one rare piece of each: how many are found in the release, and in the other half of train."""

    kind: PieceKind
    column: str
    n_people: int
    in_release: int
    in_train: int
    pvalue: float


def met_pieces(
    schema: Schema, train: pd.DataFrame, synthetic: pd.DataFrame, person: IntArray, seed: int, rng: np.random.Generator
) -> list[MetPieces]:
    """Search rare pieces of each half's texts in the release and in the other half.

    Parameters
    ----------
    schema : Schema
    train, synthetic : DataFrame
        Canonical cells, train in an order of its content.
    person : (n,) int
        Of each row of train, numbered from 0.
    seed : int
        Of the sample of people, where there are very many.
    rng : numpy.random.Generator
        Draws the halves.

    Returns
    -------
    list of MetPieces
        By kind of piece, column and way of standing; nothing where no piece is found.
    """
    texts = Schema(columns=tuple(column for column in schema.columns if column.kind in KINDS))
    n_people = int(person.max(initial=-1)) + 1
    if not texts.columns or n_people < 4 or not len(synthetic):
        return []
    in_first = (rng.permutation(n_people) < n_people // 2)[person]
    counts: dict[tuple[PieceKind, str, str], IntArray] = {}
    for half in (in_first, ~in_first):
        asked, others = (train.loc[rows].reset_index(drop=True) for rows in (half, ~half))
        pieces = pieces_of(people_of({"train": asked[texts.names]}, {"train": person[half]}, seed), texts)
        if not len(pieces.hashes):
            continue
        found = searched(pieces, synthetic), searched(pieces, others)
        times = max(1.0, len(synthetic) / len(others))
        for group in (group for group in pieces.groups if group.kind in _OF_TEXT):
            place, n_asked = _one_each(group, pieces)
            for way in WAYS:
                name = group.kind, pieces.columns[group.column], way
                met = [int(_is_found(each, place, way).sum()) for each in found]
                counts[name] = counts.get(name, 0) + np.array([n_asked, round(times * n_asked), *met])
    return [
        MetPieces(
            kind=kind,
            column=column,
            n_people=int(n),
            in_release=int(in_release),
            in_train=int(in_train),
            pvalue=kept_too_often(int(n_rows), int(in_release), int(n), int(in_train)),
        )
        for (kind, column, _), (n, n_rows, in_release, in_train) in counts.items()
        if in_release
    ]


def _one_each(group: PieceGroup, pieces: Pieces) -> tuple[IntArray, int]:
    """One piece of everybody who has any alone, that of the smallest hash, and how many people that are."""
    is_single = group.count == 0
    unit, place = pieces.unit[group.row[is_single]], group.piece[is_single]
    order = np.lexsort((place, unit))
    chosen = place[order[np.unique(unit[order], return_index=True)[1]]]
    return chosen.astype(np.int64), len(chosen)


def _is_found(found: FoundPieces, place: IntArray, way: str) -> BoolArray:
    ahead, back = WAYS[way]
    return np.asarray((found.bits[place] & (ahead | back)) > 0, dtype=np.bool_)

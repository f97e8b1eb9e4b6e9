"""Rare pieces of cells: what is looked for, what is found, and the scores, against a search in plain Python."""

import itertools
import math
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthaudit.cells import number_text
from synthaudit.linkage.shingles import search as search_module
from synthaudit.linkage.shingles.counters import counts_rows
from synthaudit.linkage.shingles.people import people_of
from synthaudit.linkage.shingles.pieces import pieces_of
from synthaudit.linkage.shingles.score import WAYS, cell_scores
from synthaudit.linkage.shingles.search import Search, searched
from synthaudit.linkage.shingles.texts import code_points, folded, run_hashes, text_column_of, whole_hashes
from synthaudit.types import Column, FoundPieces, PieceGroup, Pieces, Schema

KINDS = {"age": "numeric", "pay": "numeric", "born": "datetime", "town": "categorical", "key": "identifier"}
SCHEMA = Schema(columns=tuple(Column(name=name, kind=kind) for name, kind in KINDS.items()))  # type: ignore[arg-type]


def people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """A small table of all kinds, with missing cells."""
    pay = np.round(rng.lognormal(10, 0.5, n), 2)
    pay[rng.random(n) < 0.1] = np.nan
    towns = [f"{a} {b}" for a in ("Ober", "Unter", "Neu") for b in ("Dorf am See", "berg", "tal 7")]
    return pd.DataFrame(
        {
            "age": rng.integers(8, 100, n).astype(float),
            "pay": pay,
            "born": pd.Timestamp("1990-01-01") + pd.to_timedelta(rng.integers(0, 9000, n), "D"),
            "town": pd.Series(rng.choice(towns, n).tolist(), dtype=object),
            "key": pd.Series([f"Zoë-{k:09}/{k % 7}" for k in rng.integers(0, 10**9, n)], dtype=object),
        }
    ).astype({"born": "datetime64[us]"})


def plain(text: str) -> str:
    """Letters and digits of a text, folded."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())


def spelled(cell: object) -> str | None:
    """A cell as text."""
    if cell is None or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.date().isoformat()
    return number_text(cell) if isinstance(cell, float) else str(cell)


def held(row: dict[str, object], kind: str, column: str) -> Iterator[tuple[str, object]]:
    """The pieces of one kind that a row holds, each with what it is compared within."""
    text = spelled(row[column])
    if text is None:
        return
    if kind == "cell":
        yield plain(text), 0
    elif kind == "inside":
        part = plain(text)
        if KINDS[column] == "numeric":
            part = text.replace(".", "").lstrip("0")[:16]
        if 5 <= len(part) <= 16:
            yield part, len(part)
    elif kind.startswith("run"):
        length = int(kind.partition("_")[2])
        for i in range(len(plain(text)) - length + 1):
            yield plain(text)[i : i + length], 0
    else:
        for other in KINDS:
            second = spelled(row[other])
            if other == column or second is None:
                continue
            widths = {"age": 2}
            padded = plain(text).zfill(widths.get(column, 0)) + plain(second).zfill(widths.get(other, 0))
            for joined in dict.fromkeys([padded, plain(text) + plain(second)]):
                if 6 <= len(joined) <= 14:
                    yield joined, (other, joined == padded)


def places(piece: str, kind: str, way: str, rows: list[list[str]]) -> bool:
    """Whether a piece stands within a cell of any row, or across the border of two."""
    if way == "cells":
        return any((piece == cell) if kind == "cell" else (piece in cell) for row in rows for cell in row)
    for row in rows:
        joined, owner = "".join(row), [i for i, cell in enumerate(row) for _ in cell]
        at = joined.find(piece)
        while at >= 0:
            if owner[at] != owner[at + len(piece) - 1]:
                return True
            at = joined.find(piece, at + 1)
    return False


def planted(n: int, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Train, holdout, and a release as delivered: fresh, but for keys forwards, backwards and cut over two columns."""
    train, holdout, release = people(n, rng), people(n, rng), people(n, rng)
    half = n // 3
    keys: list[Any] = list(train["key"][:half]) + [key[::-1] for key in train["key"][half : 2 * half]]
    release["key"] = pd.Series(keys + list(release["key"][2 * half :]), dtype=object)
    for i in range(half):
        key = holdout["key"][i]
        release.loc[2 * half + i % (n - 2 * half), ["town", "key"]] = [key[:7], key[7:]]
    pay: list[Any] = [f"{x:,.2f} EUR" if x == x else None for x in release["pay"]]
    delivered = release.assign(pay=pay, extra=train["age"])
    return train, holdout, delivered.astype({"pay": object})


def looked_for(n: int = 105, seed: int = 0) -> tuple[Pieces, FoundPieces, list[dict[str, object]], pd.DataFrame]:
    """Pieces of a small case, what was found, the rows in the order of the pieces, and the release."""
    train, holdout, release = planted(n, np.random.default_rng(seed))
    pieces = pieces_of(people_of({"train": train, "holdout": holdout}, {}, 0), SCHEMA)
    both = pd.concat([train, holdout], ignore_index=True).iloc[pieces.source]
    return pieces, searched(pieces, release), both.to_dict("records"), release  # type: ignore[return-value]


def group_of(pieces: Pieces, kind: str, column: str) -> PieceGroup | None:
    """The pieces of one kind in one column."""
    groups = [g for g in pieces.groups if g.kind == kind and pieces.columns[g.column] == column]
    return groups[0] if groups else None


@pytest.mark.parametrize("column", list(KINDS))
@pytest.mark.parametrize("kind", ["cell", "inside", "run_8", "run_16", "run_32", "pair"])
def test_pieces_counts_and_scores_are_those_of_a_plain_search(kind: str, column: str) -> None:
    """Which pieces are rare, how many others hold each, where each is found, and every person's score."""
    pieces, found, rows, release = looked_for()
    cells = [[plain(text) for cell in row if (text := spelled(cell))] for row in release.to_numpy(dtype=object)]
    own = [list(dict.fromkeys(held(row, kind, column))) for row in rows]
    if kind.startswith("run") and KINDS[column] in ("numeric", "datetime"):
        own = [[] for _ in rows]
    times = Counter(piece for row in own for piece in {piece for piece, _ in row})
    limit = int(0.005 * (len(rows) - 1))
    rare = [[(piece, within, times[piece] - 1) for piece, within in row if times[piece] - 1 <= limit] for row in own]
    group = group_of(pieces, kind, column)
    if group is None:
        assert not any(rare)
        return
    assert np.bincount(group.row, minlength=len(rows)).tolist() == [len(row) for row in rare]
    for way in WAYS if kind not in ("cell", "pair") else ("cells",):
        flags = {}
        for piece in {piece for row in rare for piece, _, _ in row}:
            flags[piece] = [places(turned, kind, way, cells) for turned in (piece, piece[::-1])]
        within = {(w, c) for row in rare for _, w, c in row}
        rate = {key: np.mean([flags[p] for row in rare for p, w, c in row if (w, c) == key], axis=0) for key in within}
        expected = []
        for row in rare:
            weights = [-math.log((c + 1) / len(rows)) for _, _, c in row]
            gains = [(np.array(flags[p]) - rate[w, c]).sum() for p, w, c in row]
            expected.append(np.dot(weights, gains) / (2 * sum(weights)) if row else 0.0)
        np.testing.assert_allclose(cell_scores(group, pieces, found, way), expected, atol=1e-9)


def test_what_was_planted_is_found_where_it_stands() -> None:
    """Keys of members within cells of the key column, forwards or backwards; cut keys across town and key."""
    pieces, found, _rows, _ = looked_for()
    group = group_of(pieces, "run_8", "key")
    assert group is not None
    bits = found.bits[group.piece]
    assert set(np.unique(bits)) == {0, 1, 2, 4} | ({5, 6} & set(np.unique(bits)))
    names = np.array(found.names)
    columns = {
        name for i, name in enumerate(names) if ((found.places[group.piece[bits == 1]] >> np.uint64(i)) & 1).any()
    }
    assert columns == {"key"}
    across = {
        name for i, name in enumerate(names) if ((found.places[group.piece[bits == 4]] >> np.uint64(i)) & 1).any()
    }
    assert across == {"town", "key"}


@pytest.mark.parametrize("sizes", [(1,) * 105, (7, 98), (104, 1)])
def test_a_release_in_parts_gives_the_same_to_the_bit(sizes: tuple[int, ...]) -> None:
    """However it is cut; numbers in one part may be whole and in another not."""
    pieces, found, _, release = looked_for()
    search, start = Search(pieces), 0
    for size in sizes:
        search.read({str(name): release[name].iloc[start : start + size] for name in release})
        start += size
    again = search.found()
    np.testing.assert_array_equal(again.bits, found.bits)
    np.testing.assert_array_equal(again.places, found.places)
    assert (again.names, again.unread, again.n_rows) == (found.names, found.unread, found.n_rows)


def test_a_release_is_read_in_parts_of_so_many_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    """One frame, read a few rows at a time: the same to the bit."""
    pieces, found, _, release = looked_for()
    monkeypatch.setattr(search_module, "_AT_ONCE", 500)
    again = searched(pieces, release)
    np.testing.assert_array_equal(again.bits, found.bits)
    np.testing.assert_array_equal(again.places, found.places)


@pytest.mark.parametrize("jobs", [2, 3, 200])
def test_threads_find_the_same_to_the_bit(monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    """Rows divided among any number of threads, also where there are fewer rows than threads."""
    pieces, found, _, release = looked_for()
    monkeypatch.setattr(search_module, "_ROWS_EACH", 1)
    search = Search(pieces, jobs)
    search.read({str(name): release[name] for name in release})
    np.testing.assert_array_equal(search.found().bits, found.bits)
    np.testing.assert_array_equal(search.found().places, found.places)


def test_of_long_texts_the_beginnings_are_looked_for() -> None:
    """All cells of a column cut alike, and nothing cut where they are short enough."""
    cells = pd.Series(["abcdef", "gh", "ijklmnop", None], dtype=object)
    assert text_column_of(cells, 16).texts.length.tolist() == [6, 2, 8]
    assert text_column_of(cells, 15).texts.length.tolist() == [5, 2, 5]


def test_the_order_of_rows_in_a_file_changes_nothing() -> None:
    """Pieces, and people in the order of their content."""
    train, holdout, _release = planted(30, np.random.default_rng(1))
    one = pieces_of(people_of({"train": train, "holdout": holdout}, {}, 0), SCHEMA)
    turned = {"train": train[::-1].reset_index(drop=True), "holdout": holdout[::-1].reset_index(drop=True)}
    other = pieces_of(people_of(turned, {}, 0), SCHEMA)
    np.testing.assert_array_equal(one.hashes, other.hashes)
    for a, b in zip(one.groups, other.groups, strict=True):
        np.testing.assert_array_equal(a.row, b.row)
        np.testing.assert_array_equal(a.piece, b.piece)


def test_of_more_people_a_sample_of_each_side_is_asked_about() -> None:
    """So many units of each, whole persons; the same whatever the order of the rows."""
    train, holdout, _ = planted(60, np.random.default_rng(2))
    entity = {"train": np.arange(60) // 2, "holdout": 100 + np.arange(60) // 2}
    some = people_of({"train": train, "holdout": holdout}, entity, 0, most=10)
    assert (some.is_member.tolist(), some.is_sample) == ([True] * 10 + [False] * 10, True)
    assert np.bincount(some.unit).tolist() == [2] * 20
    assert len({int(row) // 2 for row in some.source}) == 20
    everybody = people_of({"train": train, "holdout": holdout}, entity, 0)
    assert (len(everybody.is_member), everybody.is_sample) == (60, False)


def test_a_piece_that_one_person_holds_in_many_rows_is_rare() -> None:
    """Others are people, not rows: ten visits of one person do not make a value common."""
    table = pd.DataFrame({"key": pd.Series([f"longkey{i // 10:04}" for i in range(400)], dtype=object)})
    schema = Schema(columns=(Column(name="key", kind="categorical"),))
    entity = {"train": np.arange(400) // 10, "holdout": 100 + np.arange(400) // 10}
    other = table.assign(key=pd.Series([f"other{i // 10:04}x" for i in range(400)], dtype=object))
    pieces = pieces_of(people_of({"train": table, "holdout": other}, entity, 0), schema)
    group = group_of(pieces, "cell", "key")
    assert group is not None
    assert (len(group.row), set(group.count.tolist())) == (800, {0})


@pytest.mark.parametrize(("each", "others"), [(2, {3}), (3, set())])
def test_cells_that_read_alike_are_counted_together(each: int, others: set[int]) -> None:
    """Two spellings, each of which few hold: of 800 people at most three others may hold what is rare."""
    cells = ["K-7712"] * each + ["k 7712"] * each + [f"cell{i:05}" for i in range(400 - 2 * each)]
    table = pd.DataFrame({"key": pd.Series(cells, dtype=object)})
    other = pd.DataFrame({"key": pd.Series([f"other{i:05}" for i in range(400)], dtype=object)})
    schema = Schema(columns=(Column(name="key", kind="categorical"),))
    pieces = pieces_of(people_of({"train": table, "holdout": other}, {}, 0), schema)
    for kind in ("cell", "inside"):
        group = group_of(pieces, kind, "key")
        assert group is not None
        assert set(group.count[pieces.source[group.row] < 2 * each].tolist()) == others


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        (np.arange(100.0), "numeric", True),
        (np.arange(0, 300.0, 3), "numeric", True),
        (np.arange(0, 500.0, 5), "numeric", False),
        (np.arange(100.0) // 2, "numeric", False),
        (np.arange(100.0) / 2, "numeric", False),
        (np.r_[np.arange(100.0), 10_000 + np.arange(100.0)], "numeric", True),
        ([f"E{i // 3:06}" for i in range(300)], "identifier", True),
        ([f"E{i:06}" for i in range(300)], "categorical", True),
        ([f"{'EF'[i % 2]}{i:06}" for i in range(300)], "identifier", False),
        ([f"{i * 7919 % 999_983:06}" for i in range(300)], "identifier", False),
        (["x"] * 50, "categorical", False),
    ],
)
def test_a_column_that_counts_the_rows(cells: object, kind: str, expected: bool) -> None:
    """One number a row, or a key a person, in stretches whose range is under four times their count."""
    dtype = float if kind == "numeric" else object
    assert counts_rows(pd.Series(cells, dtype=dtype), kind) is expected  # type: ignore[arg-type]


def test_texts_are_folded_alike_however_they_are_written() -> None:
    """Full width, accents, other digits, look-alikes, punctuation; a cell that ends like an end is no end."""
    texts = ["Zoë K-7.", "x\x00y", "ＡＢ٣", "", "Straße", "РАУЅ"]
    points, start = code_points(texts)
    joined = "".join(map(chr, points))
    assert [joined[a:b] for a, b in itertools.pairwise(start)] == [
        "zoek7",
        "xy",
        "ab3",
        "",
        "strasse",
        "pays",
    ]


def test_a_run_has_the_hash_of_the_same_letters_alone() -> None:
    """Whatever stands before or behind."""
    hashes, first = run_hashes(folded(["abcdef", "x", "bcd"]), 3)
    assert first.tolist() == [0, 4, 4, 5]
    alone = whole_hashes(folded(["abc", "bcd", "cde", "def"]))
    assert hashes.tolist() == [*alone.tolist(), int(alone[1])]

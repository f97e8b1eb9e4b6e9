"""Made-up people for a sealed split: rare but valid rows that nobody is, in or out of the training table by coins.

A canary is built cell by cell: numbers and times from the tails of their column, rare levels as often as common ones,
names, addresses and the like by Faker, keys in the shape of the column's own, missing as often as the column is.
Nothing ties the cells of one canary together; whether such rows are acceptable in a training table is agreed with the
vendor before. Whoever holds the training file should not be able to tell which rows they are by how they are written.
"""

import re
import string
from collections.abc import Callable, Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np
import pandas as pd

from synthaudit.adapters.readers.raw import RawTable
from synthaudit.cells import as_text
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.types import Column, IntArray, Schema

_TAIL = 0.02
"""Share of the rows at either end of a column that lend a canary its number."""
_TRIES = 100
_LONGER = 6
"""Digits that a key may grow by until it is nobody's."""
_HINTS: dict[str, str] = {
    **dict.fromkeys(("email", "mail"), "email"),
    **dict.fromkeys(("phone", "mobile", "tel", "telephone"), "phone_number"),
    **dict.fromkeys(("firstname", "given", "forename"), "first_name"),
    **dict.fromkeys(("lastname", "surname"), "last_name"),
    **dict.fromkeys(("company", "employer"), "company"),
    **dict.fromkeys(("street", "address"), "street_address"),
    **dict.fromkeys(("city", "town"), "city"),
    "country": "country",
    **dict.fromkeys(("zip", "postcode", "zipcode"), "postcode"),
    "ssn": "ssn",
    "iban": "iban",
    "name": "name",
}
"""Words of a column's name, and what Faker makes of them."""


def make_canaries(
    table: RawTable,
    marked: pd.DataFrame,
    schema: Schema,
    canonical: pd.DataFrame,
    donors: IntArray,
    n: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Make rows that nobody is.

    Parameters
    ----------
    table : RawTable
        The real table.
    marked : DataFrame
        Its cells with every spelling of missing as missing.
    schema : Schema
        Its columns as they are understood; columns that it lacks, the entity among them, are taken as keys.
    canonical : DataFrame
        The table's canonical cells.
    donors : (d,) int
        Rows that cells are taken from, and no others.
    n : int
        Rows wanted.

    Returns
    -------
    (n, d) DataFrame of str or None
        With the columns of ``table``, spelled as its cells are.

    Raises
    ------
    InputError
        SA-245 where every key of a column's shape is somebody's.
    """
    from faker import Faker

    faker = Faker()
    faker.seed_instance(int(rng.integers(2**31)))
    known = {column.name: column for column in schema.columns}
    columns = {}
    for name in map(str, table.frame.columns):
        raw = (as_text(table.frame[name]) if table.typed else table.frame[name]).to_numpy(dtype=object)
        gone = donors[marked[name].isna().to_numpy()[donors]]
        column = known.get(name)
        if len(gone) == len(donors):
            cells = raw[rng.choice(donors, size=n)]
        elif column is None or column.kind in ("text", "identifier"):
            cells = _fresh(name, raw, np.setdiff1d(donors, gone), n, faker, rng, table)
        else:
            cells = raw[_rows(column, canonical[name], donors, n, rng)]
        is_gone = rng.random(n) < len(gone) / len(donors)
        cells[is_gone] = raw[rng.choice(gone, size=int(is_gone.sum()))] if len(gone) else None
        columns[name] = cells
    return pd.DataFrame(columns, columns=list(map(str, table.frame.columns)), dtype=object)


def _rows(column: Column, cells: pd.Series, donors: IntArray, n: int, rng: np.random.Generator) -> IntArray:
    """(n,) donors whose cell a canary takes over."""
    present = donors[cells.notna().to_numpy()[donors]]
    if column.kind in ("numeric", "datetime"):
        down = present[np.argsort(cells.to_numpy()[present], kind="stable")]
        size = max(1, round(_TAIL * len(down)))
        return rng.choice(np.concatenate([down[:size], down[-size:]]), size=n)
    codes, _ = pd.factorize(cells.to_numpy(dtype=object)[present])
    # Each level as often as every other, so that a rare one is overrepresented as much as it is rare.
    weight = 1.0 / np.bincount(codes)[codes]
    return rng.choice(present, size=n, p=weight / weight.sum())


def _fresh(name: str, raw: Any, donors: IntArray, n: int, faker: Any, rng: np.random.Generator, table: RawTable) -> Any:
    """(n,) cells that nobody has, neither a donor nor anybody else."""
    taken = {cell for cell in raw if cell is not None}
    shapes = sorted({raw[row] for row in donors})
    words = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).casefold())
    joined = [*("".join(pair) for pair in pairwise(words)), *words]
    method = next((_HINTS[word] for word in joined if word in _HINTS), None)
    make: Callable[[], str] = getattr(faker, method) if method and not _are_numbers(shapes) else _keys(shapes, rng)
    cells = np.empty(n, dtype=object)
    for i in range(n):
        drawn = (str(make()).replace("\n", ", ") for _ in range(_TRIES))
        # Keys numbered without a gap leave none of their own kind free.
        beyond = (_of_shape(shapes[int(rng.integers(len(shapes)))], rng) for _ in range(_TRIES))
        cell = next((text for text in chain(drawn, beyond) if text not in taken), None)
        if cell is None:
            cell = _longer(str(make()), taken, rng)
        if cell is None:
            got = N_("no key of the shape of column '{name}' is free for a made-up person").format(name=name)
            raise InputError("SA-245", table.where, got, N_("Split without canaries."))
        cells[i] = cell
        taken.add(cell)
    return cells


def _are_numbers(texts: Sequence[str]) -> bool:
    return all(text.isdigit() for text in texts[:100])


def _keys(shapes: Sequence[str], rng: np.random.Generator) -> Callable[[], str]:
    """Makes texts of a column's shape: at each place a character that another text of that length has there."""
    by_length: dict[int, list[str]] = {}
    for text in shapes:
        by_length.setdefault(len(text), []).append(text)
    letters = {n: [sorted({text[i] for text in texts}) for i in range(n)] for n, texts in by_length.items()}

    def make() -> str:
        shape = shapes[int(rng.integers(len(shapes)))]
        if len(by_length[len(shape)]) < 3:
            return _of_shape(shape, rng)
        return "".join(chars[int(rng.integers(len(chars)))] for chars in letters[len(shape)])

    return make


def _longer(text: str, taken: set[str], rng: np.random.Generator) -> str | None:
    for _ in range(_LONGER):
        text += str(rng.integers(10))
        if text not in taken:
            return text
    return None


def _of_shape(text: str, rng: np.random.Generator) -> str:
    """A text with the letters and digits of another one drawn anew."""

    def other(c: str) -> str:
        if c.isdigit():
            return str(rng.integers(10))
        if c.isalpha():
            letter = string.ascii_lowercase[int(rng.integers(26))]
            return letter.upper() if c.isupper() else letter
        return c

    # A first digit of 0 would be another kind of number.
    drawn = "".join(map(other, text)) or str(rng.integers(10**9))
    return "1" + drawn[1:] if drawn[0] == "0" and text[:1] != "0" else drawn

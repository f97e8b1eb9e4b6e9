"""Made-up people for a sealed split: rare but valid rows that nobody is, in or out of the training table by coins.

A canary is built cell by cell: numbers and times from the tails of their column, rare levels more often than common
ones, names, addresses and the like by Faker, keys in the shape of the column's own. Nothing ties the cells of one
canary together; whether such rows are acceptable in a training table is agreed with the vendor before.
"""

import re
import string
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from synthaudit.adapters.cells import as_text
from synthaudit.adapters.raw import RawTable
from synthaudit.types import Column, Schema

_TAIL = 0.02
"""Share of the rows at either end of a column that lend a canary its number."""
_HINTS: tuple[tuple[str, str], ...] = (
    (r"e.?mail", "email"),
    (r"phone|mobile|tel", "phone_number"),
    (r"first.?name|given", "first_name"),
    (r"last.?name|surname|family.?name", "last_name"),
    (r"company|employer", "company"),
    (r"street|address", "street_address"),
    (r"city|town", "city"),
    (r"country", "country"),
    (r"zip|post.?code", "postcode"),
    (r"ssn|social", "ssn"),
    (r"iban", "iban"),
    (r"name", "name"),
)


def make_canaries(
    table: RawTable, schema: Schema, canonical: pd.DataFrame, n: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Make rows that nobody is.

    Parameters
    ----------
    table : RawTable
        The real table.
    schema : Schema
        Its columns as they are understood; columns that it lacks, the entity among them, are taken as keys.
    canonical : DataFrame
        The table's canonical cells.
    n : int
        Rows wanted.

    Returns
    -------
    (n, d) DataFrame of str or None
        With the columns of ``table``, spelled as its cells are; no row equals one of the table.
    """
    from faker import Faker

    faker = Faker()
    faker.seed_instance(int(rng.integers(2**31)))
    known = {column.name: column for column in schema.columns}
    made = {}
    for name in map(str, table.frame.columns):
        raw = as_text(table.frame[name]) if table.typed else table.frame[name]
        column = known.get(name)
        if column is None or column.kind in ("text", "identifier"):
            made[name] = _fresh(name, raw, n, faker, rng)
        else:
            made[name] = raw.to_numpy(dtype=object)[_rows(column, canonical[name], n, rng)]
    return pd.DataFrame(made, columns=list(map(str, table.frame.columns)), dtype=object)


def _rows(column: Column, cells: pd.Series, n: int, rng: np.random.Generator) -> Any:
    """(n,) rows whose cell a canary takes over."""
    present = np.flatnonzero(cells.notna().to_numpy())
    if not len(present):
        return rng.integers(len(cells), size=n)
    if column.kind in ("numeric", "datetime"):
        down = present[np.argsort(cells.to_numpy()[present], kind="stable")]
        size = max(1, round(_TAIL * len(down)))
        return rng.choice(np.concatenate([down[:size], down[-size:]]), size=n)
    codes, _ = pd.factorize(cells.to_numpy(dtype=object)[present])
    count = np.bincount(codes)
    # Each level as often as every other, so that a rare one is overrepresented as much as it is rare.
    weight = 1.0 / count[codes]
    return rng.choice(present, size=n, p=weight / weight.sum())


def _fresh(name: str, raw: pd.Series, n: int, faker: Any, rng: np.random.Generator) -> Any:
    taken = set(raw.dropna())
    method = next((method for pattern, method in _HINTS if re.search(pattern, name, re.IGNORECASE)), None)
    shapes = list(taken) or [""]
    make: Callable[[], str]
    if method is not None and not all(shape.isdigit() for shape in shapes[:100]):
        make = getattr(faker, method)
    else:
        shapes = sorted(shapes)

        def make() -> str:
            return _of_shape(shapes[int(rng.integers(len(shapes)))], rng)

    cells = np.empty(n, dtype=object)
    for i in range(n):
        for _ in range(100):
            cells[i] = str(make()).replace("\n", ", ")
            if cells[i] not in taken:
                break
        taken.add(cells[i])
    return cells


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
    made = "".join(map(other, text)) or str(rng.integers(10**9))
    return "1" + made[1:] if made[0] == "0" and text[:1] != "0" else made

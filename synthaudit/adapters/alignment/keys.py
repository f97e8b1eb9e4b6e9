"""Columns that look like a key, which a release has to invent anew, and what a user should say of them."""

import re
import shlex
from collections.abc import Iterable

import numpy as np
import pandas as pd

from synthaudit.adapters.alignment.schema import KEY_WORDS, PERSON_WORDS, words_of
from synthaudit.cells import text_column
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.types import Coverage, IntArray, Schema

FEWEST_VALUES = 20
MANY_VALUES = 0.2
"""Share of different values among the rows from which on a column may hold keys, names or places that are made up."""
_MOST_DIGITS = 16
_DIGITS = re.compile(r"[0-9]+")


def is_named_like_a_key(name: str) -> bool:
    """Whether a column's name says that it is a key.

    Examples
    --------
    >>> [is_named_like_a_key(name) for name in ("encounterId", "patient", "site_no", "ward")]
    [True, True, True, False]
    """
    words = words_of(name)
    return bool(words) and (
        words[-1] in KEY_WORDS | {"no", "nr", "number"} or (len(words) == 1 and words[0] in PERSON_WORDS)
    )


def has_many_values(train: pd.Series) -> bool:
    """Whether a column has so many different values that they may be made up."""
    n = int(train.nunique())
    return n >= FEWEST_VALUES and n >= MANY_VALUES * int(train.notna().sum())


def declare(name: str, *, has_entity: bool) -> str:
    """What to pass for a key: the person's, where none is named yet, or one among others.

    Examples
    --------
    >>> declare("visit no", has_entity=True)
    'Declare it: [columns."visit no"] kind = "identifier".'
    """
    declared = N_('[columns."{name}"] kind = "identifier"').format(name=printable(name))
    if has_entity:
        return N_("Declare it: {declared}.").format(declared=declared)
    return N_("Pass --entity {column} if it names a person, else declare it: {declared}.").format(
        column=shlex.quote(printable(name)), declared=declared
    )


class RunningNumber:
    """Whether the values of a column, taken up part by part, count up from 0 or 1 within the same letters.

    Parameters
    ----------
    n_rows : int
        Rows of the column: a number that they cannot reach by counting ends the search, and what is held for it.

    Examples
    --------
    >>> numbers = RunningNumber(4)
    >>> numbers.read(["E01", "E02"]).read(["E03"]).holds, numbers.read(["E07"]).holds
    (True, False)
    """

    def __init__(self, n_rows: int) -> None:
        self._n_rows = n_rows
        self._rest: str | None = None
        self._numbers: list[IntArray] | None = []

    def read(self, values: Iterable[str]) -> "RunningNumber":
        """Take up the next values."""
        if self._numbers is None:
            return self
        numbers = []
        for value in values:
            rest, digits = _DIGITS.sub("", value), "".join(_DIGITS.findall(value))
            self._rest = rest if self._rest is None else self._rest
            if rest != self._rest or not 0 < len(digits) <= _MOST_DIGITS:
                self._numbers = None
                return self
            numbers.append(int(digits))
        if numbers and max(numbers) - min(numbers) >= self._n_rows:
            self._numbers = None
        else:
            self._numbers.append(np.array(numbers, dtype=np.int64))
        return self

    @property
    def holds(self) -> bool:
        """Whether all of them so far are a running number."""
        return self.leaves_no_gap and min(int(part.min()) for part in self._numbers or () if len(part)) in (0, 1)

    @property
    def leaves_no_gap(self) -> bool:
        """The same from any start on."""
        if not self._numbers:
            return False
        numbers = np.unique(np.concatenate(self._numbers))
        return len(numbers) > 1 and int(numbers[-1] - numbers[0]) == len(numbers) - 1


def without_running_numbers(release: pd.DataFrame, schema: Schema) -> tuple[pd.DataFrame, list[Coverage]]:
    """A canonical release whose identifiers are empty where it merely numbers its rows, and what is said of that.

    Such a number is nobody's: that it meets those who were numbered in the same way would be taken for a leak.
    """
    names = schema.of_kind("identifier")
    if len(names) == len(schema.columns):
        return release, []
    running = [name for name in names if RunningNumber(len(release)).read(release[name].dropna().unique()).holds]
    emptied = {name: text_column(np.full(len(release), None)) for name in running}
    return release.assign(**emptied), [running_note(name) for name in running]


def running_note(name: str) -> Coverage:
    """What is said of an identifier that only numbers the rows of a release."""
    reason = N_("The identifier '{name}' of the release is a running number; it was not compared.").format(
        name=printable(name)
    )
    return Coverage(test=N_("identifier"), status="not_run", reason=reason)

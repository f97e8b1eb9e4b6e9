"""Columns that look like a key, which a release has to invent anew, and what a user should say of them."""

import re
import shlex

import pandas as pd

from synthaudit.adapters.alignment.schema import KEY_WORDS, PERSON_WORDS
from synthaudit.files import printable

FEWEST_VALUES = 20
MANY_VALUES = 0.2
"""Share of different values among the rows from which on a column may hold keys, names or places that are made up."""
_WORDS = re.compile(r"[\W_]+|(?<=[a-z0-9])(?=[A-Z])")


def is_named_like_a_key(name: str) -> bool:
    """Whether a column's name says that it is a key.

    Examples
    --------
    >>> [is_named_like_a_key(name) for name in ("encounterId", "patient", "site_no", "ward")]
    [True, True, True, False]
    """
    words = [word.casefold() for word in _WORDS.split(name) if word]
    return bool(words) and (words[-1] in KEY_WORDS | {"no", "nr", "number"} or (len(words) == 1 and words[0] in PERSON_WORDS))


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
    declared = f'[columns."{printable(name)}"] kind = "identifier"'
    if has_entity:
        return f"Declare it: {declared}."
    return f"Pass --entity {shlex.quote(printable(name))} if it names a person, else declare it: {declared}."

"""Columns of one table under the names of another: the same letters and digits, however they are written."""

import re
import shlex
import unicodedata
from collections.abc import Callable, Collection, Mapping

from synthaudit.cells import fold_text
from synthaudit.files import printable
from synthaudit.files.catalogue import N_

MOST_PROPOSED = 100
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "œ": "oe", "å": "aa"})
_PLAIN = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def letters_and_digits(name: str) -> str:
    """A name without case, marks and accents.

    Examples
    --------
    >>> [letters_and_digits(name) for name in ("Body mass (kg)", "BODY_MASS_KG", "Größe", "naïve")]
    ['bodymasskg', 'bodymasskg', 'grosse', 'naive']
    """
    folded = unicodedata.normalize("NFKD", fold_text(name).translate(_PLAIN))
    return "".join(c for c in folded if c.isalnum())


def _spelled_out(name: str) -> str:
    """The same with ä as ae, as where a program takes ASCII alone."""
    return letters_and_digits(unicodedata.normalize("NFC", fold_text(name)).translate(_GERMAN))


def _without_x(name: str) -> str:
    """The same without the X that R puts before a name that does not begin with a letter."""
    return letters_and_digits(re.sub(r"^X(?=[\d._])", "", name))


_FOLDS: tuple[Callable[[str], str], ...] = (fold_text, letters_and_digits, _spelled_out, _without_x)
"""The closest first."""


def proposed(lacking: Collection[str], others: Collection[str]) -> dict[str, str]:
    """Columns that are there under another name: theirs -> the one that is looked for.

    Only where there is one of each; two that could be meant are none.

    Examples
    --------
    >>> proposed(["age", "Body mass", "Größe", "2nd visit"], ["AGE", "Body.mass", "GROESSE", "X2nd.visit", "note"])
    {'AGE': 'age', 'Body.mass': 'Body mass', 'GROESSE': 'Größe', 'X2nd.visit': '2nd visit'}
    >>> proposed(["a b"], ["a.b", "a_b"])
    {}
    """
    pairs: dict[str, str] = {}
    for fold in _FOLDS:
        mine = _by_key([name for name in lacking if name not in pairs.values()], fold)
        theirs = _by_key([name for name in others if name not in pairs], fold)
        for key, names in mine.items():
            there = theirs.get(key, [])
            if key and len(names) == len(there) == 1:
                pairs[there[0]] = names[0]
    place = {name: i for i, name in enumerate(lacking)}
    return dict(sorted(pairs.items(), key=lambda pair: place[pair[1]]))


def _by_key(names: Collection[str], fold: Callable[[str], str]) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for name in names:
        keys.setdefault(fold(name), []).append(name)
    return keys


def rename_flags(pairs: Mapping[str, str]) -> str:
    """What to type for them, as a shell takes it.

    Examples
    --------
    >>> rename_flags({"AGE": "age", "Body.mass": "Body mass"})
    "--rename AGE=age --rename 'Body.mass=Body mass'"
    """
    flags = [f"--rename {shlex.quote(f'{printable(old)}={printable(new)}')}" for old, new in pairs.items()]
    more = N_(" and {n} more").format(n=len(flags) - MOST_PROPOSED) if len(flags) > MOST_PROPOSED else ""
    return " ".join(flags[:MOST_PROPOSED]) + more

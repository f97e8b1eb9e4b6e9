"""Levels of two real tables that differ in spelling alone: a trailing point, case, blanks, accents, leading zeros.

Two tables drawn from one are exchangeable: each spelling of a level falls on either side by chance. One that a table
never uses, though it has the level and the other table uses it often, is a difference between files and not between
people; whoever compares members with non-members would find it.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log1p, sqrt

from synthaudit.cells import MAX_NORMALISED, fold_text
from synthaudit.files.catalogue import N_

_KEPT = set("+<>=%#")
"""Signs that make another level, as in A+, < 5 and C#."""
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


def _without_point(text: str) -> str:
    return fold_text(text).rstrip(". ")


def _without_blanks(text: str) -> str:
    return "".join(fold_text(text).split())


def _without_marks(text: str) -> str:
    """Letters, digits and signs; a minus at either end stays, as in A-."""
    folded = fold_text(text)
    inner = "".join(c for c in folded if c.isalnum() or c in _KEPT)
    return f"{'-' * folded.startswith('-')}{inner}{'-' * folded.endswith('-')}" if inner else folded


def _without_accents(text: str) -> str:
    folded = fold_text(text)
    if len(folded) > MAX_NORMALISED:
        return folded
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))


def _without_zeros(text: str) -> str:
    return _ZEROS.sub("", fold_text(text))


def _bare(text: str) -> str:
    """What is left of a level under all of these."""
    return _ZEROS.sub("", _without_marks(_without_accents(text)))


FOLDS: tuple[tuple[str, Callable[[str], str]], ...] = (
    (N_("but for case, blanks around them or Unicode composition"), fold_text),
    (N_("once a trailing point is taken off"), _without_point),
    (N_("but for blanks"), _without_blanks),
    (N_("but for punctuation"), _without_marks),
    (N_("but for accents"), _without_accents),
    (N_("but for leading zeros"), _without_zeros),
    (N_("but for spelling"), _bare),
)
"""How a difference is named, the plainest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Respelled:
    """Cells of one table whose spelling the other never uses.

    Attributes
    ----------
    n : int
        Of them.
    words : str
        What tells them from a spelling of the other table.
    log_pvalue : float
        Bound on the chance that two tables drawn from one differ so, as a logarithm.
    is_folded : bool
        Whether cells are compared without this difference anyway.
    """

    n: int
    words: str
    log_pvalue: float
    is_folded: bool


def respelled(cells: Sequence[str], others: Sequence[str]) -> Respelled | None:
    """What of the cells is a level of the other table in a spelling that it never uses.

    Parameters
    ----------
    cells, others : sequences of str
        One cell for each person and spelling: what one person repeats is no evidence.

    Notes
    -----
    Given how often a level occurs in both tables together, the chance p that all cells of one of its spellings fall on
    this side is hypergeometric. The score of a column adds -log p over the spellings that do. It exceeds x with a
    chance of at most exp(-x / 2) times the product of 1 + sqrt(p) over all spellings (Chernoff).

    Examples
    --------
    >>> from math import exp
    >>> apart = respelled(["Ulm."] * 20 + ["Bonn."] * 20, ["Ulm"] * 20 + ["Bonn"] * 20)
    >>> apart.n, apart.words, exp(apart.log_pvalue) < 1e-9
    (40, 'once a trailing point is taken off', True)
    >>> respelled(["Ulm", "Bonn"], ["Ulm", "Köln"]) is None
    True
    """
    mine, theirs = Counter(cells), Counter(others)
    if mine.keys() <= theirs.keys():
        return None
    spellings: dict[str, list[str]] = defaultdict(list)
    for text in dict.fromkeys((*mine, *theirs)):
        spellings[_bare(text)].append(text)
    score = bound = 0.0
    own: list[str] = []
    for texts in spellings.values():
        n_mine, n_theirs = sum(mine[text] for text in texts), sum(theirs[text] for text in texts)
        if not n_theirs:
            continue
        for text in texts:
            log_chance = _log_all_here(mine[text] + theirs[text], n_mine, n_theirs)
            bound += log1p(sqrt(exp(log_chance)))
            if not theirs[text]:
                score -= log_chance
                own.append(text)
    if not own:
        return None
    words = _named(own, spellings, theirs)
    return Respelled(
        n=sum(mine[text] for text in own),
        words=words,
        log_pvalue=bound - score / 2,
        is_folded=words == FOLDS[0][0],
    )


def _log_all_here(n: int, n_here: int, n_there: int) -> float:
    """Logarithm of the chance that n of all cells, drawn at random, are all on one side."""
    if n > n_here:
        return -float("inf")
    whole = n_here + n_there
    return lgamma(n_here + 1) - lgamma(n_here - n + 1) - lgamma(whole + 1) + lgamma(whole - n + 1)


def _named(own: Sequence[str], spellings: Mapping[str, Sequence[str]], theirs: Mapping[str, int]) -> str:
    for words, fold in FOLDS:
        if all(any(theirs[other] and fold(other) == fold(text) for other in spellings[_bare(text)]) for text in own):
            return words
    return FOLDS[-1][0]

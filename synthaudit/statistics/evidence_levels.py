"""How strong the evidence about one person is: levels fixed beforehand, and what each of them is surely worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from synthaudit.files.catalogue import N_
from synthaudit.statistics.advantage import ppv
from synthaudit.statistics.intervals import clopper_pearson_high, clopper_pearson_low
from synthaudit.types import AtLeast, NotEstimable

LevelName = Literal["word_for_word", "top_1_in_1000", "top_1_in_100", "top_1_in_20"]

ERROR = 0.05
"""Of the bounds of all levels together."""
_PARTS: dict[LevelName, int] = {"word_for_word": 3, "top_1_in_1000": 1, "top_1_in_100": 1, "top_1_in_20": 1}
"""How the error is shared: a record held word for word is what people ask about, so half of it is for that."""
_OF_STRANGERS = 0.8
"""Of a level's error, what its bound for strangers has: they are few, so that this bound moves the answer most."""
_ONE_IN: dict[LevelName, int] = {
    "word_for_word": 100,
    "top_1_in_1000": 1000,
    "top_1_in_100": 100,
    "top_1_in_20": 20,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Who reaches a level: of the others a count on both sides."""

    record: bool
    """The person asked about."""
    members: int
    n_members: int
    strangers: int
    n_strangers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of evidence: who reaches it, and the bounds of both shares."""

    name: LevelName
    met: bool
    """Whether the person asked about reaches it."""
    one_in: int
    """At most one in so many strangers reaches it, whatever the release is."""
    members: int
    """Members who reach it."""
    n_members: int
    strangers: int
    n_strangers: int
    tpr_low: float
    """Lower bound of the share of members who reach it, in [0, 1]; see :func:`levels_of` for its error."""
    fpr_high: float
    """Upper bound of the share of strangers, in (0, 1]."""

    def worth(self, prior: float) -> AtLeast | NotEstimable:
        """Share of members among those who reach the level, if a share ``prior`` of those asked about are members.

        Examples
        --------
        >>> held = Reached(record=True, members=200, n_members=1500, strangers=0, n_strangers=1500)
        >>> word_for_word = levels_of(2.0, np.zeros(1500), np.zeros(1500), held)[0]
        >>> [round(word_for_word.worth(prior).at_least, 3) for prior in (0.5, 0.1, 0.01)]
        [0.977, 0.826, 0.302]
        """
        bound = ppv(self.tpr_low, self.fpr_high, prior)
        if bound <= prior:
            return NotEstimable(not_estimable=N_("tells nothing: as many strangers may reach this level as members do"))
        return AtLeast(at_least=bound, confidence_level=1 - ERROR, n=self.n_members + self.n_strangers)


def levels_of(score: float, members: npt.ArrayLike, strangers: npt.ArrayLike, held: Reached) -> tuple[Level, ...]:
    """Every level that so many strangers allow, and whether the person asked about reaches it.

    Parameters
    ----------
    score : float
        Of the person asked about, by the same rule as the others.
    members, strangers : (n1,) and (n0,) arrays of float
        Scores of the people compared with.
    held : Reached
        Whom the release holds word for word; more people than have a score may be counted here.

    Returns
    -------
    tuple of Level
        The strongest first: held word for word, where at most one stranger in 100 is; a score among the top 1 in 1,000,
        100 and 20 of the strangers. A level of one in N needs N - 1 strangers, and is left out where there are fewer.

    Notes
    -----
    A score is among the top 1 in N if fewer than k = floor((n0 + 1) / N) strangers score at least as high, so that a
    stranger reaches it with a chance of k / (n0 + 1) at most (conformal, Vovk et al. 2005). The k-th highest stranger
    is a threshold with a share of strangers above it that is Beta(k, n0 - k + 1) at most, whose quantile is the
    upper bound of Clopper and Pearson for k - 1; given the threshold, members above it are binomial. All bounds hold
    together with probability 0.95: the error is shared over the levels by fixed parts, and within a level between
    strangers (four fifths) and members.

    Examples
    --------
    >>> strangers = np.arange(200.0)
    >>> held = Reached(record=False, members=0, n_members=99, strangers=0, n_strangers=200)
    >>> [(level.name, level.met, level.strangers) for level in levels_of(195.0, np.arange(99.0), strangers, held)]
    [('word_for_word', False, 0), ('top_1_in_100', False, 1), ('top_1_in_20', True, 9)]
    """
    own, other = (np.asarray(scores, dtype=np.float64) for scores in (members, strangers))
    n0 = {name: held.n_strangers if name == "word_for_word" else len(other) for name in _ONE_IN}
    allowed = {name: (n0[name] + 1) // one_in for name, one_in in _ONE_IN.items()}
    parts = {name: part for name, part in _PARTS.items() if allowed[name] > 0}
    levels = []
    for name, part in parts.items():
        k, error = allowed[name], ERROR * part / sum(parts.values())
        if name == "word_for_word":
            levels.append(_level(name, held.record and held.strangers < k, held, held.strangers, error))
            continue
        threshold = np.sort(other)[-k]
        above = Reached(
            record=bool(score > threshold),
            members=int((own > threshold).sum()),
            n_members=len(own),
            strangers=int((other > threshold).sum()),
            n_strangers=len(other),
        )
        # Where strangers are tied fewer are above it, but the threshold was chosen to have k - 1 of them there.
        levels.append(_level(name, above.record, above, k - 1, error))
    return tuple(levels)


def _level(name: LevelName, met: bool, who: Reached, strangers_at_most: int, error: float) -> Level:
    return Level(
        name=name,
        met=met,
        one_in=_ONE_IN[name],
        members=who.members,
        n_members=who.n_members,
        strangers=who.strangers,
        n_strangers=who.n_strangers,
        tpr_low=clopper_pearson_low(who.members, who.n_members, error * (1 - _OF_STRANGERS)),
        fpr_high=clopper_pearson_high(strangers_at_most, who.n_strangers, error * _OF_STRANGERS),
    )


def strongest(levels: Sequence[Level]) -> Level | None:
    """Of the levels that are reached, the one that surely says most; None where none is.

    All bounds hold together, so the choice costs nothing. A score may be among the top 1 in 1,000 where too few members
    are to say more than that of the top 1 in 100 does; where none says anything, the first is taken.
    """
    return max(
        (level for level in levels if level.met),
        key=lambda level: max(level.tpr_low / level.fpr_high, 1.0),
        default=None,
    )


def share_of_strangers(levels: Sequence[Level]) -> float:
    """Share of strangers who reach any of these levels, at most: those by score lie within each other.

    Examples
    --------
    >>> held = Reached(record=False, members=0, n_members=99, strangers=0, n_strangers=200)
    >>> round(share_of_strangers(levels_of(0.0, np.arange(99.0), np.arange(200.0), held)), 3)
    0.06
    """
    by_score = [1 / level.one_in for level in levels if level.name != "word_for_word"]
    word_for_word = [1 / level.one_in for level in levels if level.name == "word_for_word"]
    return max(by_score, default=0.0) + sum(word_for_word)

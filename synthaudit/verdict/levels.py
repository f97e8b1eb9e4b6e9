"""Error levels and counts that the verdict and what stands beside it in a report share: each rule stands once."""

import math
from dataclasses import dataclass

ERROR = 0.05
"""Of ``leakage_detected`` and of a fail together, over all of their ways, where nothing leaks."""
PASS_ERROR = 0.05
"""Of one upper bound, which a pass needs below its limit."""
PASS_CHANCE = 0.8
"""Chance of a pass, if nothing leaks, that makes a sample large enough."""
COPIES_ALPHA = 0.005
"""p of the verbatim copies below which they are more than chance explains."""
LISTED_ALPHA = 0.005
"""Of people said to be deleted, canaries, and single releases, shared by those that there are."""
ATTRIBUTES_ALPHA = 0.005
"""Of all secrets that are guessed."""
STACK_ALPHA = 0.001
"""Error of a detection by the stack, which is that of a fail by it; that of the attack on single records, of groups at
risk, of values of single people, and of rows of non-members as well."""
RELEASE_DOUBT = 0.05
"""Adjusted p of one of several releases below which no pass is given."""
CELLS_ALPHA = 0.005
"""p of the search of rare pieces of cells at which leakage is detected, and the error of its bound of members found."""
ALONE_ALPHA = 0.01
"""Without a holdout: of what single people of train have, and of rows that keep to them; pieces of texts have that of
:data:`CELLS_ALPHA`. Together with copies, lists and values of single people less than :data:`ERROR`."""
REUSE_ALPHA = 0.01
"""Adjusted p of a column below which reused rare values rule out a pass where nobody may be exposed."""
SEEN_ALPHA = 0.001
"""p of non-members' rows in the release below which the holdout counts as seen; leakage is detected where it holds of
a release three times as sharp as life."""
TWINS = 25
"""The share of people with a twin may be at most limit^2 n / 25: chance copies would hide others beyond that."""
PLANTINGS, PLANTINGS_NEEDED = 10, 8
"""How often a leak is planted, and how often it has to be found before a pass means anything."""
NEAR_COPIES_KNOWN = 0.5
"""Share of planted near copies that not even who knows how they were made may see, where the attacks see too few."""
NEAR_COPIES_FEWEST = 100
"""People below whom that attacker must surely not exceed it."""


def near_copies_seen(limit: float, fpr: float = 0.01) -> float:
    """Share of near copies that attacks have to see, so that of twice the limit's people more than it are found.

    Of near copies of a share s of the members, of which q are seen, s q + fpr (1 - s) of the members are found; this is
    the q at which that is the limit for s = twice the limit.

    Examples
    --------
    >>> [round(near_copies_seen(limit), 3) for limit in (0.1, 0.05, 0.03)]
    [0.46, 0.41, 0.343]
    """
    return (limit - fpr * (1 - 2 * limit)) / (2 * limit)


def people_to_tell_copies(twins: float, limit: float) -> int:
    """People on each side from which on copies beyond this limit can be told from chance.

    Parameters
    ----------
    twins : float
        Share of people with a row that somebody else has as well, in [0, 1].
    limit : float
        Of the excess share of members copied, above 0.

    Examples
    --------
    >>> people_to_tell_copies(0.002, 0.005), people_to_tell_copies(0.0, 0.005)
    (2000, 0)
    """
    return math.ceil(TWINS * twins / limit**2 - 1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBudget:
    """How :data:`ERROR` is shared, fixed before labels or release are read; what does not apply goes to the family.

    Attributes
    ----------
    family : float
        Of the attacks: half for their AUCs, half for the members at the top.
    listed : float
        Of each list of people, see :data:`LISTED_ALPHA`.

    Examples
    --------
    >>> budget = ErrorBudget.of(n_lists=0, has_secrets=True, n_small=3)
    >>> round(budget.family, 4), ErrorBudget.of(n_lists=2, has_secrets=False, n_small=2).listed
    (0.032, 0.0025)
    """

    family: float
    listed: float

    @classmethod
    def of(cls, *, n_lists: int, has_secrets: bool, n_small: int) -> "ErrorBudget":
        """Of an audit with so many lists, so many tests at :data:`STACK_ALPHA`, and guessed secrets or none."""
        spent = COPIES_ALPHA + CELLS_ALPHA + n_small * STACK_ALPHA
        spent += LISTED_ALPHA if n_lists else 0.0
        spent += ATTRIBUTES_ALPHA if has_secrets else 0.0
        return cls(family=ERROR - spent, listed=LISTED_ALPHA / max(n_lists, 1))

    @classmethod
    def of_profile(cls, profile: str, n_lists: int = 0) -> "ErrorBudget":
        """Of an audit in this profile with so many lists.

        Groups, values of single people and rows of non-members are tested always, all attacks together but in quick,
        single records in thorough.
        """
        n_small = 3 + (profile != "quick") + (profile == "thorough")
        return cls.of(n_lists=n_lists, has_secrets=profile != "quick", n_small=n_small)

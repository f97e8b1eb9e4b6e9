"""What an audit will cost, from the size of its tables: a rule that was fitted to whole audits (docs/sizing.md)."""

from dataclasses import dataclass

from synthaudit.settings import Settings

COLUMNS = 15
"""Of the tables that the rule was fitted to."""
WITHIN = 3
"""Factor by which machines and tables differ from the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    start: float
    """Seconds that every audit takes, its report included."""
    person: float
    """Seconds for each person attacked."""
    pair: float
    """Seconds for each person attacked and row of the release."""


_QUICK = _Rule(start=3.2, person=1.5e-4, pair=3e-8)
_STANDARD = _Rule(start=2.5, person=1.3e-3, pair=2.3e-8)


def processor_seconds(settings: Settings, n_people: int, n_rows: int, n_columns: int) -> float:
    """Time of one core that an audit takes, without the fits of shadow generators.

    Parameters
    ----------
    settings : Settings
        Whose profile counts.
    n_people : int
        Members and non-members who are attacked.
    n_rows : int
        Rows of the release.
    n_columns : int

    Returns
    -------
    float
        Seconds; within a factor of ``WITHIN`` of what is measured.

    Notes
    -----
    Attacks grow with people, searches with people x rows, both in proportion to the columns. Fitted to the audits of
    ``make bench-pairs``.

    Examples
    --------
    >>> from synthaudit.commands.request import request
    >>> round(processor_seconds(request("train.csv").settings, 20_000, 10_000, 15))
    33
    """
    rule = _QUICK if settings.profile == "quick" else _STANDARD
    return rule.start + n_columns / COLUMNS * n_people * (rule.person + rule.pair * n_rows)

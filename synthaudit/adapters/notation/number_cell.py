"""One cell with a number in dress, taken apart."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from synthaudit.adapters.notation.characters import plain_characters
from synthaudit.adapters.notation.units import is_currency, is_unit, unit_key
from synthaudit.cells import MAX_PARSED_LENGTH

Bound = Literal["", "<", ">"]

_START = r"[^\d.,'_()<>=≤≥\s+-]"
_NUMBER = re.compile(
    rf"""
    (?P<bound><=|>=|=<|=>|<|>|≤|≥)?\s*
    (?P<open>\()?\s*
    (?P<sign>[+-])?\s*
    (?:(?P<before>{_START}[^\d<>=≤≥\s]{{0,4}}?)(?P<room>\s*))?
    (?P<inner>[+-])?\s*
    (?P<within>\()?\s*
    (?P<core>\d(?:[\d.,'_\x20]*\d)?[.,]?|[.,]\d+)
    (?P<dash>(?<=[.,])-{{1,2}})?
    (?P<exponent>[eE][+-]?\d{{1,3}})?
    (?P<gap>\s*)
    (?:(?P<after>{_START}[^<>=≤≥\s]{{0,11}}?)\s*)?
    (?P<trail>-)?
    (?P<top>\+)?
    (?P<close>\))?
    """,
    re.ASCII | re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dressed:
    """One cell, taken apart."""

    core: str
    """Digits and marks."""
    exponent: str
    negative: bool
    unit: str
    """As written; empty where there is none."""
    bound: Bound
    is_top: bool
    """Ends in a plus, as the highest class of an age does: 90+."""
    has_minus_behind: bool
    like_code: bool
    """Begins with a plus, or with letters that touch the digits: as numbers do seldom and codes often."""


def undress(text: str, unit: str | None = None) -> Dressed | None:
    """A cell taken apart, or None where it is no number in any dress.

    Parameters
    ----------
    text : str
        As the table has it.
    unit : str, optional
        What the user says stands beside the numbers, beyond the units that are known.

    Examples
    --------
    >>> cell = undress("$1,234.50")
    >>> cell.core, cell.unit, cell.negative
    ('1,234.50', '$', False)
    >>> undress("(12.5 %)").negative, undress("< 0.5").bound, undress("P00017"), undress("A 12")
    (True, '<', None, None)
    """
    if len(text) > MAX_PARSED_LENGTH:
        return None
    match = _NUMBER.fullmatch(plain_characters(text))
    if match is None:
        return None
    part = match.groupdict(default="")
    if not _is_signed_once(part):
        return None
    before, after = part["before"], part["after"]
    if before and not (
        before == "%" or is_currency(before) or (unit is not None and unit_key(before) == unit_key(unit))
    ):
        return None
    if before and after and not (after == "%" or is_currency(after)):
        return None
    if after and not _may_follow(after, part["gap"], unit):
        return None
    bound: Bound = "" if not part["bound"] else "<" if part["bound"][0] in "<≤" or part["bound"] == "=<" else ">"
    return Dressed(
        core=part["core"],
        exponent=part["exponent"],
        negative=bool(part["open"] or part["within"]) or "-" in (part["sign"], part["inner"], part["trail"]),
        unit=before or after,
        bound=">" if part["top"] else bound,
        is_top=bool(part["top"]),
        has_minus_behind=bool(part["trail"]),
        like_code=part["sign"] == "+" or (not part["room"] and before.isalpha()),
    )


def _is_signed_once(part: Mapping[str, str]) -> bool:
    """Whether brackets are closed, and at most one sign, pair of brackets or limit says what a number is."""
    signs = [part[name] for name in ("sign", "inner", "trail", "open", "within") if part[name]]
    is_closed = bool(part["open"] or part["within"]) == bool(part["close"])
    is_plain = not (signs or part["bound"] or part["before"] or part["exponent"])
    return is_closed and len(signs) <= 1 and (is_plain or not part["top"])


def _may_follow(after: str, gap: str, unit: str | None) -> bool:
    if is_unit(after) or (unit is not None and unit_key(after) == unit_key(unit)):
        return True
    # Some word of its own; that it is the same in every cell is for the column to say.
    return bool(gap) and len(after) > 1 and all(c.isalpha() or c in "/²³." for c in after)


def value_of(cell: Dressed, decimal: str, thousands: str | None) -> float | None:
    """The number of a cell under these marks, or None where they do not fit it.

    Examples
    --------
    >>> cell = undress("1.234,50 €")
    >>> value_of(cell, ",", "."), value_of(cell, ".", ",")
    (1234.5, None)
    >>> value_of(undress("007"), ".", None) is None, value_of(undress("12,34,567"), ".", ",")
    (True, 1234567.0)
    """
    whole, mark, fraction = cell.core.partition(decimal)
    if (mark and not whole and not fraction) or (fraction and not fraction.isdigit()):
        return None
    if thousands is not None and thousands in whole:
        groups = whole.split(thousands)
        sizes = [len(group) for group in groups]
        is_thousands = 1 <= sizes[0] <= 3 and all(size == 3 for size in sizes[1:])
        is_lakh = thousands == "," and 1 <= sizes[0] <= 2 and sizes[-1] == 3 and all(s == 2 for s in sizes[1:-1])
        if not (is_thousands or is_lakh) or not all(group.isdigit() for group in groups):
            return None
        whole = "".join(groups)
    if whole and not whole.isdigit():
        return None
    # A leading zero is a code's; so is what float64 cannot tell from its neighbour.
    if (len(whole) > 1 and whole[0] == "0") or (not fraction and len(whole) > 15):
        return None
    value = float(f"{whole or '0'}.{fraction or '0'}{cell.exponent}")
    if not np.isfinite(value):
        return None
    return (-value if cell.negative else value) + 0.0

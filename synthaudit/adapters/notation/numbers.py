"""Numbers in dress: currency and percent signs, units, thousands marks, brackets, limits of measurement."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from synthaudit.adapters.notation.characters import plain_characters
from synthaudit.adapters.notation.undecided import Undecided
from synthaudit.adapters.notation.units import is_currency, is_unit, unit_key
from synthaudit.cells import MAX_PARSED_LENGTH

DECIMALS = (".", ",")
THOUSANDS = (",", ".", " ", "'", "_")
FEWEST_MARKED = 20
"""So many grouped cells are asked for before a mark is read as thousands by the digits behind it alone."""

Bound = Literal["", "<", ">"]

_START = r"[^\d.,'_()<>=≤≥\s+-]"
_NUMBER = re.compile(
    rf"""
    (?P<bound><=|>=|=<|=>|<|>|≤|≥)?\s*
    (?P<open>\()?\s*
    (?P<sign>[+-])?\s*
    (?:(?P<before>{_START}[^\d<>=≤≥\s]{{0,4}}?)\s*)?
    (?P<inner>[+-])?\s*
    (?P<within>\()?\s*
    (?P<core>\d(?:[\d.,'_\x20]*\d)?[.,]?|[.,]\d+)
    (?P<exponent>[eE][+-]?\d{{1,3}})?
    (?P<gap>\s*)
    (?:(?P<after>{_START}[^<>=≤≥\s]{{0,11}}?)\s*)?
    (?P<trail>-)?
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberNotation:
    """How a column writes its numbers.

    Attributes
    ----------
    decimal : str
        Decimal mark.
    thousands : str, optional
        Mark between groups of digits.
    unit : str, optional
        What stands beside the numbers, in one spelling.
    """

    decimal: str = "."
    thousands: str | None = None
    unit: str | None = None

    @property
    def text(self) -> str:
        """In words.

        Examples
        --------
        >>> NumberNotation(decimal=",", thousands=".", unit="€").text
        "unit '€' taken off, '.' between thousands, ',' before decimals"
        """
        parts = [] if self.unit is None else [f"unit '{self.unit}' taken off"]
        parts += [] if self.thousands is None else [f"'{self.thousands}' between thousands"]
        if self.thousands is not None or self.decimal != ".":
            parts.append(f"'{self.decimal}' before decimals")
        return ", ".join(parts)


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
    >>> undress("$1,234.50")
    Dressed(core='1,234.50', exponent='', negative=False, unit='$', bound='')
    >>> undress("(12.5 %)").negative, undress("< 0.5").bound, undress("P00017"), undress("A 12")
    (True, '<', None, None)
    """
    if len(text) > MAX_PARSED_LENGTH:
        return None
    match = _NUMBER.fullmatch(plain_characters(text))
    if match is None:
        return None
    part = match.groupdict(default="")
    if part["open"] and part["within"]:
        return None
    part["open"] += part["within"]
    if bool(part["open"]) != bool(part["close"]) or sum(bool(part[name]) for name in ("sign", "inner", "trail")) > 1:
        return None
    if part["open"] and (part["sign"] or part["inner"] or part["trail"]):
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
        negative=bool(part["open"]) or "-" in (part["sign"], part["inner"], part["trail"]),
        unit=before or after,
        bound=bound,
    )


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNumbers:
    """Numbers of a column's levels.

    Attributes
    ----------
    values : tuple of float
        One a level.
    bounds : tuple of {"", "<", ">"}
        Whether a level is a number, or a limit that the number lies below or above.
    notation : NumberNotation
        How they are written.
    """

    values: tuple[float, ...]
    bounds: tuple[Bound, ...]
    notation: NumberNotation


def read_numbers(
    levels: Sequence[str],
    *,
    decimal: str | None = None,
    thousands: str | None = None,
    unit: str | None = None,
    are_whole: bool = False,
) -> ReadNumbers | Undecided | None:
    """Numbers of a column, where all of its levels are numbers in one and the same dress.

    Parameters
    ----------
    levels : sequence of str
        Different cells of the whole column.
    decimal, thousands, unit : str, optional
        What the user says.
    are_whole : bool
        Whether the real tables have whole numbers alone there, which decides between two readings that both fit.

    Returns
    -------
    ReadNumbers, Undecided or None
        None where some level is no number, ``Undecided`` where the levels can be read in two ways.

    Examples
    --------
    >>> read_numbers(["1.234,50", "7,25"]).values
    (1234.5, 7.25)
    >>> read_numbers(["1,234", "5,678"]).got
    "every ',' has three digits behind it: thousands or decimals"
    >>> read_numbers(["12-34", "17"]) is None
    True
    """
    dressed = _undressed(levels, unit)
    if not dressed:
        return None
    units = {unit_key(cell.unit): cell.unit for cell in dressed if cell.unit}
    if len(units) > 1:
        return _several_units(sorted(units.values()))
    if (units and not _is_one_unit(dressed, unit)) or not _are_quantities(levels, dressed):
        return None
    candidates = _fitting(dressed, decimal, thousands)
    if not candidates:
        return None
    chosen = _chosen(dressed, candidates, are_whole)
    if isinstance(chosen, Undecided):
        return chosen
    if chosen is None:
        return None
    marks, values = chosen
    shown = next(iter(units.values()), None)
    notation = NumberNotation(decimal=marks[0], thousands=marks[1], unit=shown)
    return ReadNumbers(values=values, bounds=tuple(cell.bound for cell in dressed), notation=notation)


def apply_numbers(levels: Sequence[str], notation: NumberNotation) -> ReadNumbers | None:
    """Numbers of levels that are all written in this notation, however few they are; else None.

    Examples
    --------
    >>> apply_numbers(["1.234", "<5"], NumberNotation(decimal=",", thousands=".")).values
    (1234.0, 5.0)
    """
    dressed = _undressed(levels, notation.unit)
    if not dressed or any(cell.unit and unit_key(cell.unit) != unit_key(notation.unit or "") for cell in dressed):
        return None
    values = [value_of(cell, notation.decimal, notation.thousands) for cell in dressed]
    if None in values:
        return None
    numbers = tuple(value for value in values if value is not None)
    return ReadNumbers(values=numbers, bounds=tuple(cell.bound for cell in dressed), notation=notation)


Marks = tuple[str, str | None]


def _undressed(levels: Sequence[str], unit: str | None) -> list[Dressed]:
    """All cells taken apart; empty where one is no number."""
    cells = []
    for level in levels:
        cell = undress(level, unit)
        if cell is None:
            return []
        cells.append(cell)
    return cells


def _several_units(units: list[str]) -> Undecided | None:
    if not all(is_unit(unit) for unit in units):
        return None
    shown = ", ".join(f"'{unit}'" for unit in units[:5])
    return Undecided(got=f"numbers in {len(units)} units: {shown}", do="Convert them to one unit.")


def _is_one_unit(cells: list[Dressed], unit: str | None) -> bool:
    """Whether the one unit of a column may be taken off: a currency may be left out, others beside a zero only."""
    bare = [cell for cell in cells if not cell.unit]
    written = next(cell.unit for cell in cells if cell.unit)
    if is_currency(written) or unit is not None:
        return True
    return all(not cell.core.strip("0.,") for cell in bare)


def _are_quantities(levels: Sequence[str], cells: list[Dressed]) -> bool:
    """Whether brackets stand for a minus and ``<`` for a limit: not where most cells have one."""
    n_bracketed = sum(level.strip().endswith(")") for level in levels)
    n_bounded = sum(bool(cell.bound) for cell in cells)
    return n_bracketed < len(cells) and 2 * n_bounded <= len(cells)


def _fitting(cells: list[Dressed], decimal: str | None, thousands: str | None) -> dict[Marks, tuple[float, ...]]:
    """Pairs of marks under which every cell is a number, with the numbers."""
    present = set("".join(cell.core for cell in cells)) - set("0123456789")
    fitting: dict[Marks, tuple[float, ...]] = {}
    for point, group in product(DECIMALS if decimal is None else (decimal,), (None, *THOUSANDS)):
        allowed = {point} if group is None else {point, group}
        if group == point or not present <= allowed or (group is not None and group not in present):
            continue
        if thousands is not None and group not in (None, thousands):
            continue
        values = [value_of(cell, point, group) for cell in cells]
        if None not in values:
            fitting[point, group] = tuple(value for value in values if value is not None)
    if thousands is not None and any(group == thousands for _, group in fitting):
        fitting = {marks: values for marks, values in fitting.items() if marks[1] == thousands}
    return fitting


def _chosen(
    cells: list[Dressed],
    candidates: dict[Marks, tuple[float, ...]],
    are_whole: bool,
) -> tuple[Marks, tuple[float, ...]] | Undecided | None:
    """One of the readings: the only one, the real tables' own, or the one that the digits themselves prove."""
    if len(set(candidates.values())) == 1:
        marks = min(candidates, key=lambda pair: (pair[1] is not None, pair[0] != "."))
        return None if _is_code(cells, marks) else (marks, candidates[marks])
    grouped = [marks for marks in candidates if marks[1] is not None]
    if are_whole and len(grouped) == 1:
        return grouped[0], candidates[grouped[0]]
    mark = next(iter(set("".join(cell.core for cell in cells)) - set("0123456789")))
    if len(grouped) == 1 and _is_surely_thousands(cells, mark):
        return grouped[0], candidates[grouped[0]]
    got = f"every '{mark}' has three digits behind it: thousands or decimals"
    return Undecided(got=got, do=f'Pass --thousands "{{of}}{mark}" or --decimal "{{of}}{mark}".')


def _is_code(cells: list[Dressed], marks: Marks) -> bool:
    """Whether groups of digits are rather those of a code: all cells as long as each other, none with decimals."""
    decimal, thousands = marks
    if thousands is None or any(decimal in cell.core or cell.unit for cell in cells):
        return False
    sizes = {sum(c.isdigit() for c in cell.core) for cell in cells}
    return len(sizes) == 1 and (thousands in " '_" or max(sizes) > 6)


def _is_surely_thousands(cells: list[Dressed], mark: str) -> bool:
    """Whether a mark with three digits behind it must stand between thousands.

    Decimals are written in full or without the zeros at their end. A zero at the end speaks against the second, a
    number without any mark against the first.
    """
    marked = [cell.core for cell in cells if mark in cell.core]
    bare = [cell.core for cell in cells if mark not in cell.core]
    return (
        len(marked) >= FEWEST_MARKED
        and any(core.endswith("0") for core in marked)
        and any(len(core) <= 3 for core in bare)
        and all(len(core) <= 3 for core in bare)
    )


def is_number(text: str) -> bool:
    """Whether a cell by itself is a number in some dress.

    Examples
    --------
    >>> [is_number(text) for text in ("(12.5)", "1 234,50 kr", "007", "12-34")]
    [True, True, False, False]
    """
    cell = undress(text)
    return cell is not None and bool(_fitting([cell], None, None))

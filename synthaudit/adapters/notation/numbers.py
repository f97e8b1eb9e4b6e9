"""Numbers in dress: currency and percent signs, units, thousands marks, brackets, limits of measurement."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from synthaudit.adapters.notation.number_cell import Bound, Dressed, undress, value_of
from synthaudit.adapters.notation.undecided import Undecided
from synthaudit.adapters.notation.units import is_currency, is_unit, unit_key
from synthaudit.cells import are_versions
from synthaudit.files.catalogue import N_

DECIMALS = (".", ",")
THOUSANDS = (",", ".", " ", "'", "_")
FEWEST_MARKED = 20
"""So many grouped cells are asked for before a mark is read as thousands by the digits behind it alone."""

NEAR = 1_000**0.5
TELEPHONE_DIGITS, POSTCODE_DIGITS = 7, 4


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
    divisor : int
        What they are divided by: 100 for percents where train has shares of 1.
    """

    decimal: str = "."
    thousands: str | None = None
    unit: str | None = None
    divisor: int = 1

    @property
    def text(self) -> str:
        """In words.

        Examples
        --------
        >>> NumberNotation(decimal=",", thousands=".", unit="€").text
        "unit '€' taken off, '.' between thousands, ',' before decimals"
        """
        parts = [] if self.unit is None else [N_("unit '{unit}' taken off").format(unit=self.unit)]
        parts += [] if self.thousands is None else [N_("'{mark}' between thousands").format(mark=self.thousands)]
        if self.thousands is not None or self.decimal != ".":
            parts.append(N_("'{mark}' before decimals").format(mark=self.decimal))
        return ", ".join(parts)


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
    whole_about: float | None = None,
) -> ReadNumbers | Undecided | None:
    """Numbers of a column, where all of its levels are numbers in one and the same dress.

    Parameters
    ----------
    levels : sequence of str
        Different cells of the whole column.
    decimal, thousands, unit : str, optional
        What the user says.
    whole_about : float, optional
        Median of the column of train, without signs, where it has whole numbers alone: it decides between two readings
        that both fit.

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
    chosen = _chosen(dressed, candidates, whole_about)
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
    return Undecided(
        got=N_("numbers in {n} units: {shown}").format(n=len(units), shown=shown), do=N_("Convert them to one unit.")
    )


def _is_one_unit(cells: list[Dressed], unit: str | None) -> bool:
    """Whether the one unit of a column may be taken off: a currency may be left out, others beside a zero only."""
    bare = [cell for cell in cells if not cell.unit]
    written = next(cell.unit for cell in cells if cell.unit)
    if is_currency(written) or unit is not None:
        return True
    return all(not cell.core.strip("0.,") for cell in bare)


def _are_quantities(levels: Sequence[str], cells: list[Dressed]) -> bool:
    """Whether brackets and a dash behind stand for a minus, and ``<`` and a plus behind for a limit.

    Not where most cells have one, nor where dashes follow single digits, as in marks of a school, nor where another
    number than the highest has a plus.
    """
    if any(cell.has_minus_behind for cell in cells) and all(len(cell.core) == 1 for cell in cells):
        return False
    tops = {cell.core for cell in cells if cell.is_top}
    if len(tops) > 1 or (tops and any(_is_above(cell.core, *tops) for cell in cells if not cell.bound)):
        return False
    n_bracketed = sum(level.strip().endswith(")") for level in levels)
    n_bounded = sum(bool(cell.bound) for cell in cells)
    return n_bracketed < len(cells) and 2 * n_bounded <= len(cells)


def _is_above(core: str, top: str) -> bool:
    """Whether one number without marks is above another; any with marks is, as classes are whole numbers."""
    return not (core.isdigit() and top.isdigit()) or int(core) > int(top)


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
    whole_about: float | None,
) -> tuple[Marks, tuple[float, ...]] | Undecided | None:
    """One of the readings: the only one, the real tables' own, or the one that the digits themselves prove."""
    if len(set(candidates.values())) == 1:
        marks = min(candidates, key=lambda pair: (pair[1] is not None, pair[0] != "."))
        return None if _is_code(cells, marks) else (marks, candidates[marks])
    grouped = [marks for marks in candidates if marks[1] is not None]
    if whole_about is not None and len(grouped) == 1:
        # Whole numbers with thousands, unless train's are so much smaller that a generator has written decimals.
        near = [marks for marks in (grouped[0], *candidates) if _is_about(candidates[marks], whole_about)]
        if near:
            return near[0], candidates[near[0]]
    mark = next(iter(set("".join(cell.core for cell in cells)) - set("0123456789")))
    if len(grouped) == 1 and _is_surely_thousands(cells, mark):
        return grouped[0], candidates[grouped[0]]
    got = N_("every '{mark}' has three digits behind it: thousands or decimals").format(mark=mark)
    return Undecided(
        got=got, do=N_('Pass --thousands "{of}{mark}" or --decimal "{of}{mark}".').format(of="{of}", mark=mark)
    )


def _is_about(values: Sequence[float], median: float) -> bool:
    """Whether numbers are as large as others; thousands and decimals are a thousandfold apart."""
    return 1 / NEAR < float(np.median(np.abs(values))) / max(median, 1.0) < NEAR


def _is_code(cells: list[Dressed], marks: Marks) -> bool:
    """Whether digits are rather those of a code, where none stand behind a decimal mark.

    So it is where groups of digits make all cells as long as each other, where all are telephones, where letters touch
    bare digits (rs429358), and where one word stands behind postcodes (10115 Berlin) or versions (1.10 beta).
    """
    decimal, thousands = marks
    bare = {cell.core for cell in cells}
    is_word = bool(cells[0].unit) and not is_unit(cells[0].unit)
    if is_word and are_versions(bare):
        return True
    if any(decimal in core for core in bare):
        return False
    lengths = {sum(c.isdigit() for c in core) for core in bare}
    if all(cell.like_code for cell in cells) and (cells[0].unit or min(lengths) >= TELEPHONE_DIGITS):
        return thousands is None or not cells[0].unit
    if cells[0].unit or thousands is None:
        return is_word and len(bare) > 1 and len(lengths) == 1 and min(lengths) >= POSTCODE_DIGITS
    return len(lengths) == 1 and (thousands in " '_" or max(lengths) > 6)


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

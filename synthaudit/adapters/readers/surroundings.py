"""What stands around a table and is no row of it: titles above the names, lines below the rows, totals.

Only what is certain is left out, and it is said; a line that may be a row is an error that names it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from synthaudit.adapters.readers.header import looks_like_a_cell
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_

MOST_ABOVE = 20
"""Rows above the names of the columns that may be titles."""
SUMS = frozenset(
    {
        *("total", "totals", "grand total", "overall total", "sum", "sums", "summe", "gesamt", "gesamtsumme"),
        *("insgesamt", "total général", "totale", "totaal", "suma", "soma", "razem", "toplam", "итого", "合計", "总计"),
    }
)
MEANS = frozenset({"mean", "average", "avg", "mittelwert", "durchschnitt", "moyenne", "promedio"})
_COUNTED = re.compile(
    r"\b(rows?|records?|cases?|observations?|obs|entries|tuples?|zeilen|datensätze|einträge|lignes?|enregistrements?"
    r"|filas?|registros?|righe|rijen|wierszy)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:[.,'\u202f ]\d{3})*")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells as it stands in a file or a sheet."""

    number: int
    """Line of a file, or row of a sheet, counted from 1; where the row begins."""
    cells: Sequence[Any]

    @property
    def filled(self) -> list[Any]:
        """Cells that hold anything."""
        return [cell for cell in self.cells if is_filled(cell)]


def is_filled(cell: Any) -> bool:
    """Whether a cell holds anything but blanks."""
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def is_title(row: Row, width: int) -> bool:
    """Whether a row above a table of so many columns is surely none of it: at most one of its cells is filled.

    Examples
    --------
    >>> [is_title(Row(1, cells), 3) for cells in (["Ward 3"], ["Ward 3", "", ""], ["age", "sex", "ward"], [])]
    [True, True, False, True]
    >>> is_title(Row(1, ["", "age"]), 2)
    False
    """
    if len(row.cells) == width and width < 3 and row.filled:
        return False
    return len(row.filled) <= 1


def shows_names(header: Row, below: Iterable[Row]) -> bool:
    """Whether rows show that one above them holds names: in some column all are numbers or times, and it is not.

    Examples
    --------
    >>> below = [Row(2, ["Ann", "34"]), Row(3, ["Bob", "51"])]
    >>> shows_names(Row(1, ["name", "age"]), below), shows_names(Row(1, ["Cy", "27"]), below)
    (True, False)
    """
    columns = {i: 0 for i, cell in enumerate(header.cells) if is_filled(cell) and not _is_quantity(cell)}
    for row in below:
        for i in list(columns):
            cell = row.cells[i] if i < len(row.cells) else None
            if is_filled(cell):
                columns[i] += 1
                if not _is_quantity(cell):
                    del columns[i]
    return any(columns.values())


def _is_quantity(cell: Any) -> bool:
    return not isinstance(cell, str) or looks_like_a_cell(cell.strip())


def is_note(cell: Any) -> bool:
    """Whether a lone cell behind a table is a note: several words, and no value such as a number or a date.

    Examples
    --------
    >>> [is_note(cell) for cell in ("Source: the register", "60", "12 March 2020", "Ulm", 7)]
    [True, False, False, False, False]
    """
    return isinstance(cell, str) and len(cell.split()) > 1 and not looks_like_a_cell(cell.strip())


def counts_up(cells: Iterable[Any]) -> bool:
    """Whether cells are whole numbers that grow by one from row to row, as an index does.

    Examples
    --------
    >>> counts_up(["7", "8", "9"]), counts_up([0.0, 1.0]), counts_up(["3", "1"]), counts_up(["01", "02"])
    (True, True, False, False)
    """
    before: int | None = None
    for cell in cells:
        if isinstance(cell, str):
            number = int(cell) if re.fullmatch(r"0|[1-9][0-9]{0,15}", cell) else None
        else:
            number = int(cell) if isinstance(cell, int | float) and cell == int(cell) else None
        if number is None or (before is not None and number != before + 1):
            return False
        before = number
    return before is not None


def says_count(text: str, n_rows: int) -> bool:
    """Whether a line says how many rows the table has, and is right.

    Examples
    --------
    >>> says_count("(1,500 rows affected)", 1500), says_count("1499 rows", 1500), says_count("Maria 1500", 1500)
    (True, False, False)
    """
    numbers = _NUMBER.findall(text)
    return bool(_COUNTED.search(text)) and bool(numbers) and re.sub(r"\D", "", numbers[0]) == str(n_rows)


def label_of(row: Row) -> str | None:
    """``"sums"`` or ``"means"`` where the first cell of a row that holds anything says that it is one of these.

    Examples
    --------
    >>> label_of(Row(9, ["", "Total:", "12"])), label_of(Row(9, ["Ann", "12"]))
    ('sums', None)
    """
    first = row.filled[0] if row.filled else None
    if not isinstance(first, str):
        return None
    word = first.strip().strip("*:. ").casefold()
    return "sums" if word in SUMS else "means" if word in MEANS else None


def number_of(cell: Any) -> float | None:
    """A cell as a plain number, with a point or a comma before its decimals."""
    if isinstance(cell, bool) or not is_filled(cell):
        return None
    try:
        return float(cell.strip().replace(",", ".", 1)) if isinstance(cell, str) else float(cell)
    except (TypeError, ValueError):
        return None


class Totals:
    """A last row that may hold totals, held against the rows above it.

    Examples
    --------
    >>> totals = Totals(Row(4, ["Total", "", "3.5"]))
    >>> for cells in (["a", "1", "1.25"], ["b", "2", "2.25"]):
    ...     totals.add(cells)
    >>> totals.is_certain
    True
    """

    def __init__(self, row: Row) -> None:
        label = [i for i, cell in enumerate(row.cells) if is_filled(cell)][:1]
        self._are_means = label_of(row) == "means"
        self._said = {i: number_of(cell) for i, cell in enumerate(row.cells) if is_filled(cell) and i not in label}
        self._shown = {i: row.cells[i] for i in self._said}
        self._sums = dict.fromkeys(self._said, 0.0)
        self._counts = dict.fromkeys(self._said, 0)

    def add(self, cells: Sequence[Any]) -> None:
        """Take up one row above."""
        for i in self._said:
            number = number_of(cells[i]) if i < len(cells) else None
            if number is not None:
                self._sums[i] += number
                self._counts[i] += 1

    @property
    def is_certain(self) -> bool:
        """Whether every number of the row is the sum, or the mean, of its column, and nothing else is in it."""
        return bool(self._said) and all(self._fits(i, said) for i, said in self._said.items())

    def _fits(self, i: int, said: float | None) -> bool:
        n = self._counts[i]
        if said is None or n < 2:
            return False
        expected = self._sums[i] / n if self._are_means else self._sums[i]
        text = self._shown[i] if isinstance(self._shown[i], str) else repr(self._shown[i])
        places = len(text.strip().replace(",", ".").partition(".")[2])
        return abs(expected - said) <= 0.5 * 10.0**-places + 1e-9 * abs(expected)


def may_be_totals(row: Row) -> bool:
    """Whether a last row begins as totals do, and has so few cells that it is hardly a row of its own."""
    return label_of(row) is not None and 2 * len(row.filled) <= len(row.cells)


def rows_said(numbers: Sequence[int]) -> str:
    """``1-3, 7``.

    Examples
    --------
    >>> rows_said([1, 2, 3, 7])
    '1-3,7'
    """
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def uncertain(where: str, noun: Literal["row", "line"], numbers: Sequence[int], got: str, do: str) -> InputError:
    """SA-157 of lines or rows that may belong to the table or not."""
    said = rows_said(numbers)
    one, many = (N_("row {rows} {got}"), N_("rows {rows} {got}"))
    if noun == "line":
        one, many = N_("line {rows} {got}"), N_("lines {rows} {got}")
    got = (one if len(numbers) == 1 else many).format(rows=said, got=got)
    return InputError("SA-157", where, got, do.replace("{rows}", said))

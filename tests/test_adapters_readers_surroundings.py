"""Promise: what stands around a table is left out where it is certain, and said; else the line and the remedy are told.

Each input is a table with what programs write around it, and exactly what is read of it, or exactly what is said.
"""

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from synthaudit.adapters.readers.large import opened
from synthaudit.adapters.readers.raw import RawTable, ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError

PLAIN = "age,sex,ward\n34,f,North\n51,m,South\n27,f,East\n"
TABLE = {"age": ["34", "51", "27"], "sex": ["f", "m", "f"], "ward": ["North", "South", "East"]}
SEMICOLON = PLAIN.replace(",", ";")
COSTS = "name,cost,days\nAnn,12.50,3\nBob,7.25,2\nCy,1.00,9\n"
COST_TABLE = {"name": ["Ann", "Bob", "Cy"], "cost": ["12.50", "7.25", "1.00"], "days": ["3", "2", "9"]}

INDEX = "the first column has no name and counts the rows; it is left out"
NO_CELL = "columns without a name and without any cell are left out"
R_NAMES = "the names begin with the second column, as R writes them: the first has none"
SEP_LINE = "line 1 names the delimiter, as Excel takes it, and is no row"


def indexed(numbers: list[int], quote: str = "") -> str:
    header, *rows = PLAIN.splitlines()
    return "\n".join(
        [f"{quote * 2},{header}", *(f"{quote}{n}{quote},{row}" for n, row in zip(numbers, rows, strict=True))]
    )


READ: dict[str, tuple[str, dict[str, Any], dict[str, list[Any]], tuple[str, ...]]] = {
    "nothing around it": (PLAIN, {}, TABLE, ()),
    "index of pandas": (indexed([0, 1, 2]), {}, TABLE, (INDEX,)),
    "index of a slice": (indexed([500, 501, 502]), {}, TABLE, (INDEX,)),
    "write.csv of R": (indexed([1, 2, 3], '"'), {}, TABLE, (INDEX,)),
    "index in another order, left out": (
        indexed([7, 3, 5]),
        {"exclude": frozenset({"(column 1)"})},
        {"(column 1)": ["7", "3", "5"], **TABLE},
        (),
    ),
    "index in another order, not among the columns": (
        indexed([7, 3, 5]),
        {"only": frozenset(TABLE)},
        {"(column 1)": ["7", "3", "5"], **TABLE},
        (),
    ),
    "write.table of R": (
        '"age" "sex" "ward"\n"1" 34 "f" "North"\n"2" 51 "m" "South"\n"3" 27 "f" "East"\n',
        {},
        TABLE,
        ("cells stand between blanks, as R writes them", R_NAMES, INDEX),
    ),
    "write.table of R with commas": (
        "age,sex,ward\n1,34,f,North\n2,51,m,South\n3,27,f,East\n",
        {},
        TABLE,
        (R_NAMES, INDEX),
    ),
    "write.table of R with tabs": (
        "age\tsex\tward\n1\t34\tf\tNorth\n2\t51\tm\tSouth\n3\t27\tf\tEast\n",
        {},
        TABLE,
        (R_NAMES, INDEX),
    ),
    "row names of R that are left out": (
        '"age","sex"\n"Mazda RX4",34,"f"\n"Fiat 128",51,"m"\n',
        {"exclude": frozenset({"(column 1)"})},
        {"(column 1)": ["Mazda RX4", "Fiat 128"], "age": ["34", "51"], "sex": ["f", "m"]},
        (R_NAMES,),
    ),
    "sep= of Excel": (f"sep=;\n{SEMICOLON}", {}, TABLE, (SEP_LINE,)),
    "sep= in quotes": (f'"sep=,"\n{PLAIN}', {}, TABLE, (SEP_LINE,)),
    "sep= and a tab": ("sep=\t\n" + PLAIN.replace(",", "\t"), {}, TABLE, (SEP_LINE,)),
    "sep= of a delimiter that is not guessed": ("sep=#\n" + PLAIN.replace(",", "#"), {}, TABLE, (SEP_LINE,)),
    "sep= above one column": ("sep=;\nward\nNorth\nSouth\n", {}, {"ward": ["North", "South"]}, (SEP_LINE,)),
    "sep= and a title": (
        f"sep=;\nWard report\n{SEMICOLON}",
        {},
        TABLE,
        (SEP_LINE, "line 2 above the names of the columns left out"),
    ),
    "a title": (f"Ward report\n{PLAIN}", {}, TABLE, ("line 1 above the names of the columns left out",)),
    "titles and blank lines": (
        f"Ward report\n\nprinted in May\n\n{PLAIN}",
        {},
        TABLE,
        ("lines 1-4 above the names of the columns left out",),
    ),
    "a title in the cells of Excel": (
        f"Ward report,,\n,,\n{PLAIN}",
        {},
        TABLE,
        ("lines 1-2 above the names of the columns left out",),
    ),
    "a blank line above": (f"\n{PLAIN}", {}, TABLE, ("line 1 above the names of the columns left out",)),
    "a title with a comma above semicolons": (
        f"Ward 3, May\n{SEMICOLON}",
        {},
        TABLE,
        ("line 1 above the names of the columns left out",),
    ),
    "a title of many words, on request": (
        f"Ward,3,May\n{PLAIN}",
        {"header_row": 2},
        TABLE,
        ("line 1 left out on request",),
    ),
    "a row of units, on request": (
        PLAIN.replace("ward\n", "ward\nyears,,\n"),
        {"skip_rows": ((2, 2),)},
        TABLE,
        ("line 2 left out on request",),
    ),
    "a note behind a blank line": (
        f"{PLAIN}\nSource: the register\n",
        {},
        TABLE,
        ("lines 5-6 behind the last row left out",),
    ),
    "several notes behind a blank line": (
        f"{PLAIN}\n* sorted by ward\nSource: the register\n\n",
        {},
        TABLE,
        ("lines 5-8 behind the last row left out",),
    ),
    "the number of rows": (f"{PLAIN}(3 rows affected)\n", {}, TABLE, ("line 5 behind the last row left out",)),
    "the number of rows in German": (f"{PLAIN}3 Zeilen\n", {}, TABLE, ("line 5 behind the last row left out",)),
    "a note, on request": (
        f"{PLAIN}Source: the register\n",
        {"skip_rows": ((5, 5),)},
        TABLE,
        ("line 5 left out on request",),
    ),
    "title, on request, and note": (
        f"Ward,3,May\n{PLAIN}\nSource: the register\n",
        {"skip_rows": ((1, 1),)},
        TABLE,
        ("line 1 left out on request", "lines 6-7 behind the last row left out"),
    ),
    "totals": (f"{COSTS}Total,20.75,14\n", {}, COST_TABLE, ("line 5 left out: totals of the rows above",)),
    "totals with a comma": (
        COSTS.replace(",", ";").replace(".", ",") + "Summe;20,75;14\n",
        {},
        {**COST_TABLE, "cost": ["12,50", "7,25", "1,00"]},
        ("line 5 left out: totals of the rows above",),
    ),
    "totals and a note": (
        f"{COSTS}Total,20.75,14\n\nSource: the register\n",
        {},
        COST_TABLE,
        ("lines 6-7 behind the last row left out", "line 5 left out: totals of the rows above"),
    ),
    "means": (f"{COSTS}Mean,6.92,4.67\n", {}, COST_TABLE, ("line 5 left out: totals of the rows above",)),
    "a person called Total": (
        f"{COSTS}Total,3.25,1\n",
        {},
        {name: [*cells, last] for (name, cells), last in zip(COST_TABLE.items(), ("Total", "3.25", "1"), strict=True)},
        (),
    ),
    "empty columns behind": (
        "age,sex,ward,,\n34,f,North,,\n51,m,South,,\n27,f,East,,\n",
        {},
        TABLE,
        (NO_CELL,),
    ),
    "an empty column between": ("age,,sex,ward\n34,,f,North\n51,,m,South\n27,,f,East\n", {}, TABLE, (NO_CELL,)),
    "a delimiter behind each row": (
        "age,sex,ward\n34,f,North,\n51,m,South,\n27,f,East,\n",
        {},
        TABLE,
        ("a delimiter behind the last cell of each row is none between cells", NO_CELL),
    ),
    "a delimiter behind the names": (
        "age,sex,ward,\n34,f,North\n51,m,South\n27,f,East\n",
        {},
        TABLE,
        ("a delimiter behind the last name is none between cells",),
    ),
    "the names once more": (
        PLAIN.replace("27,", "age,sex,ward\n27,"),
        {},
        TABLE,
        ("line 4 left out: the names of the columns once more",),
    ),
    "a last cell of several lines is no note": (
        'age,note\n34,"first\n\nand last"\n',
        {},
        {"age": ["34"], "note": ["first\n\nand last"]},
        (),
    ),
    "the names within a cell of several lines": (
        'age,note\n34,"as in\nage,note\nabove"\nage,note\n27,x\n',
        {},
        {"age": ["34", "27"], "note": ["as in\nage,note\nabove", "x"]},
        ("line 5 left out: the names of the columns once more",),
    ),
    "rows without a cell stay rows": (
        "age,sex\n34,f\n,\n,\n",
        {},
        {"age": ["34", None, None], "sex": ["f", None, None]},
        (),
    ),
    "a row with one cell stays a row": (
        "a,b,c\n1,2,3\nx,,\n",
        {},
        {"a": ["1", "x"], "b": ["2", None], "c": ["3", None]},
        (),
    ),
    "words of one column": ("name\nAnn Lee\nBob Ray\n", {}, {"name": ["Ann Lee", "Bob Ray"]}, ()),
}  # fmt: skip
"""Text of the file, options, what is read, what is said."""

ABOVE = "may stand above the names of the columns, or be these. Pass --header-row"
FEWER = "behind the last row has fewer cells than the 3 names"
CUT = "if this is no row; else the file was cut short: export it again."
TOTALS = "if it is no row; if it is one, let another row be the last."
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "index in another order": (
        indexed([7, 3, 5]),
        {},
        "SA-134 train t.csv: column 1 has an empty name. Name it, or leave it out with --exclude '(column 1)'.",
    ),
    "an index with a gap": (
        indexed([0, 1, 3]),
        {},
        "SA-134 train t.csv: column 1 has an empty name. Name it, or leave it out with --exclude '(column 1)'.",
    ),
    "a number with zeros before is no index": (
        indexed([1, 2, 3]).replace("\n1,", "\n01,"),
        {},
        "SA-134 train t.csv: column 1 has an empty name. Name it, or leave it out with --exclude '(column 1)'.",
    ),
    "two columns without a name": (
        "age,,sex,\n34,x,f,\n51,,m,y\n",
        {},
        "SA-134 train t.csv: columns 2, 4 have empty names. Name them, or leave them out with --exclude '(column 2),"
        "(column 4)'.",
    ),
    "a blank is a cell": (
        "age,sex,\n34,f, \n51,m,\n",
        {},
        "SA-134 train t.csv: column 3 has an empty name. Name it, or leave it out with --exclude '(column 3)'.",
    ),
    "row names of R": (
        '"age","sex"\n"Mazda RX4",34,"f"\n"Fiat 128",51,"m"\n',
        {},
        "SA-134 train t.csv: column 1 has an empty name. Name it, or leave it out with --exclude '(column 1)'.",
    ),
    "a comma within cells": (
        "name,age\nLee, Ann,34\nRay, Bob,51\n",
        {},
        "SA-123 train t.csv: a row has 3 fields, the header has 2. Quote cells that hold the delimiter, or pass --sep.",
    ),
    "a title of as many words as names": (
        f"Ward,3\n{PLAIN}",
        {},
        f"SA-157 train t.csv: line 1 {ABOVE} 2 if line 2 names the columns, --header-row 1 if line 1 does.",
    ),
    "a title above words alone": (
        "Ward report\nname,city,ward\nAnn,Ulm,North\nBob,Bonn,South\n",
        {},
        f"SA-157 train t.csv: line 1 {ABOVE} 2 if line 2 names the columns, --header-row 1 if line 1 does.",
    ),
    "one name of three above words alone": (
        "name,,\nAnn,f,Ulm\nBob,m,Bonn\n",
        {},
        f"SA-157 train t.csv: line 1 {ABOVE} 2 if line 2 names the columns, --header-row 1 if line 1 does.",
    ),
    "a cut record behind a blank line": (
        f"{PLAIN}\n60\n",
        {},
        f"SA-157 train t.csv: line 6 {FEWER}. Pass --skip-rows 6 {CUT}",
    ),
    "a note without a blank line": (
        f"{PLAIN}Source: the register\n",
        {},
        f"SA-157 train t.csv: line 5 {FEWER}. Pass --skip-rows 5 {CUT}",
    ),
    "another number of rows": (
        f"{PLAIN}(4 rows)\n",
        {},
        f"SA-157 train t.csv: line 5 {FEWER}. Pass --skip-rows 5 {CUT}",
    ),
    "a record that was cut": (f"{PLAIN}60\n", {}, f"SA-157 train t.csv: line 5 {FEWER}. Pass --skip-rows 5 {CUT}"),
    "a cut record between blank lines": (
        "age,sex,ward\n\n34,f,North\n\n51,m,South\n\n27\n",
        {},
        f"SA-157 train t.csv: line 7 {FEWER}. Pass --skip-rows 7 {CUT}",
    ),
    "a cut record below a title that was left out": (
        f"Ward,3,May\n{PLAIN}60\n",
        {"header_row": 2},
        f"SA-157 train t.csv: line 6 {FEWER}. Pass --skip-rows 6 {CUT}",
    ),
    "totals that add up to something else": (
        "name,city,cost,days\nAnn,Ulm,12,3\nBob,Ulm,7,2\nTotal,,25,\n",
        {},
        f"SA-157 train t.csv: line 4 is the last and begins as a row of totals does. Pass --skip-rows 4 {TOTALS}",
    ),
    "lines beyond the file": (
        PLAIN,
        {"skip_rows": ((9, 9),)},
        "SA-180 train t.csv: 4 lines, fewer than --header-row or --skip-rows names. Correct the numbers, which count "
        "from 1.",
    ),
    "a title above people without names": (
        "Ward report\n34,f,North\n51,m,South\n",
        {},
        "SA-130 train t.csv: the delimiter cannot be told, it may be ','. Pass --sep with the right one.",
    ),
}  # fmt: skip
"""Text of the file, options, exactly what is said."""


def written(tmp_path: Path, text: str, suffix: str = "csv") -> Path:
    path = tmp_path / f"t.{suffix}"
    path.write_text(text, "utf-8")
    return path


def cells(table: RawTable) -> dict[str, list[Any]]:
    return {str(name): table.frame[name].tolist() for name in table.frame.columns}


@pytest.mark.parametrize("case", READ)
def test_what_is_certain_is_read_and_said(tmp_path: Path, case: str) -> None:
    """Exactly these cells, under exactly these names, with exactly these words."""
    text, options, expected, notes = READ[case]
    table = read_table(written(tmp_path, text), "train", options=ReadOptions(**options))
    assert (cells(table), table.notes) == (expected, notes)


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_certain_is_told_with_line_and_remedy(tmp_path: Path, case: str) -> None:
    """Exactly this message; no cell is in it."""
    text, options, message = REFUSED[case]
    with pytest.raises(InputError) as caught:
        read_table(written(tmp_path, text), "train", options=ReadOptions(**options))
    assert str(caught.value) == message


@pytest.mark.parametrize("case", READ)
def test_a_large_file_is_read_the_same(tmp_path: Path, case: str) -> None:
    """Row by row and in batches, as it is read whole; the same is said."""
    text, options, expected, notes = READ[case]
    with opened(written(tmp_path, text), "synthetic", ReadOptions(**options), 0) as source:
        assert not isinstance(source, RawTable)
        whole = source.pick(np.arange(source.n_rows, dtype=np.int64))
        assert (cells(whole), whole.notes) == (expected, notes)
        batches = list(source.batches(range(len(source.names))))
        read = {name: [c for batch in batches for c in batch[i]] for i, name in enumerate(source.names)}
        assert {name: [None if cell != cell else cell for cell in column] for name, column in read.items()} == expected


@pytest.mark.parametrize(
    ("text", "options", "n"),
    [
        (PLAIN, {}, 0),
        (indexed([0, 1, 2]), {}, 0),
        (f"Ward report\n{PLAIN}\nSource: x\n", {}, 3),
        (f"{COSTS}Total,20.75,14\n", {}, 1),
        (f"Ward,3,May\n{PLAIN}", {"header_row": 2}, 1),
    ],
)
def test_lines_of_a_release_that_are_no_rows_are_counted(
    tmp_path: Path, text: str, options: dict[str, Any], n: int
) -> None:
    """What a line around the table holds is no part of the audited copy, and listed beyond it."""
    table = read_table(written(tmp_path, text), "synthetic", options=ReadOptions(**options))
    assert sum(one.n for one in table.beyond if one.kind == "metadata") == n


# --- workbooks ------------------------------------------------------------------------------------------------

SHEET: list[list[Any]] = [["age", "sex", "ward"], [34, "f", "North"], [51, "m", "South"], [27, "f", "East"]]
NUMBERS = {"age": [34, 51, 27], "sex": ["f", "m", "f"], "ward": ["North", "South", "East"]}
SHEETS: dict[str, tuple[list[list[Any]], dict[str, Any], tuple[str, ...]]] = {
    "index of pandas": ([[None, *SHEET[0]], *([i, *row] for i, row in enumerate(SHEET[1:]))], {}, (INDEX,)),
    "a title": ([["Ward report"], [], *SHEET], {}, ("row 1 above the names of the columns left out",)),
    "a title of many words, on request": (
        [["Ward", 3], *SHEET],
        {"header_row": 2},
        ("row 1 left out on request",),
    ),
    "a row of units, on request": (
        [SHEET[0], ["years", "f or m", None], *SHEET[1:]],
        {"skip_rows": ((2, 2),)},
        ("row 2 left out on request",),
    ),
    "a note behind a blank row": ([*SHEET, [], ["Source: the register"]], {}, ("row 6 behind the last row left out",)),
    "the number of rows": ([*SHEET, ["3 rows"]], {}, ("row 5 behind the last row left out",)),
    "an empty column between": ([[row[0], None, *row[1:]] for row in SHEET], {}, (NO_CELL,)),
    "totals": ([*SHEET, [None, "Total", None]], {"skip_rows": ((5, 5),)}, ("row 5 left out on request",)),
}


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("case", SHEETS)
def test_a_table_within_a_sheet(tmp_path: Path, case: str) -> None:
    """The same of the rows of a workbook."""
    rows, options, notes = SHEETS[case]
    table = read_table(workbook(tmp_path / "t.xlsx", rows), "train", options=ReadOptions(**options))
    assert (cells(table), table.notes) == (NUMBERS, notes)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [["age", None, "ward"], *SHEET[1:]],
            "SA-117 train t.xlsx: the first row names 2 of 3 columns. Leave one row of names above the data, or say "
            "which it is with --header-row; --exclude '(column 2)' leaves out what has no name.",
        ),
        (
            [["name", "city", "cost"], ["Ann", "Ulm", 3], ["Bob", "Ulm", 4], ["Total"]],
            f"SA-157 train t.xlsx: row 4 is the last and begins as a row of totals does. Pass --skip-rows 4 {TOTALS}",
        ),
    ],
)
def test_what_is_not_certain_in_a_sheet(tmp_path: Path, rows: list[list[Any]], message: str) -> None:
    """The row and the remedy."""
    with pytest.raises(InputError) as caught:
        read_table(workbook(tmp_path / "t.xlsx", rows), "train")
    assert str(caught.value) == message


def test_totals_of_a_sheet(tmp_path: Path) -> None:
    """Sums of the numbers above."""
    rows: list[list[Any]] = [["name", "cost"], ["Ann", 2.5], ["Bob", 4], ["Total", 6.5]]
    table = read_table(workbook(tmp_path / "t.xlsx", rows), "train")
    assert cells(table) == {"name": ["Ann", "Bob"], "cost": [2.5, 4.0]}
    assert table.notes == ("row 4 left out: totals of the rows above",)

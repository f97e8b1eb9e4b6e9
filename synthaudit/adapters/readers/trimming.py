"""The private copy of delimited text without the lines around its table: it is rewritten once, before it is read."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from synthaudit.adapters.readers import counting
from synthaudit.adapters.readers.copy_lines import CopyLines, Trimmed
from synthaudit.adapters.readers.delimited import DELIMITERS, checked_sep
from synthaudit.adapters.readers.header import are_counted, looks_like_a_cell
from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.surroundings import (
    MOST_ABOVE,
    Row,
    Totals,
    counts_up,
    is_note,
    is_title,
    label_of,
    may_be_totals,
    says_count,
    shows_names,
    uncertain,
)
from synthaudit.files.catalogue import N_

_SEP_LINE = re.compile(r'"?sep=([^\w"\s]|\t| )"?\1*', re.IGNORECASE)
NEAR = 20
"""Rows at the end that show whether blank lines stand between rows as well."""


def trim(path: Path, where: str, options: ReadOptions, *, prefer_tab: bool) -> Trimmed:
    """Leave the lines around a table out of its private copy, checked UTF-8 with ``\\n`` line ends.

    Raises
    ------
    InputError
        SA-157 a line may be a row or not, SA-180 ``header_row`` or ``skip_rows`` beyond the file.
    """
    lines = CopyLines(path, _asked(options))
    lines.leave_out_asked(where)
    _read_sep_line(lines, options)
    shape = _shape(lines, options, prefer_tab)
    if shape is None:
        return lines.done()
    _check_above(lines, shape, where)
    _leave_out_above(lines, shape)
    _leave_out_repeated(lines, shape)
    _leave_out_below(lines, shape, where)
    return lines.done()


def _asked(options: ReadOptions) -> list[tuple[int, int]]:
    """Lines that the user says are none of the table, in order."""
    above = [(1, options.header_row - 1)] if options.header_row is not None and options.header_row > 1 else []
    ranges: list[tuple[int, int]] = []
    for first, last in sorted([*above, *options.skip_rows]):
        if ranges and first <= ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], last))
        else:
            ranges.append((first, last))
    return ranges


def _rows(lines: Sequence[str], sep: str) -> Iterator[Row]:
    """Records with the line that each begins in, up to one that is damaged."""
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=sep, strict=True)
    line = 1
    with suppress(csv.Error):
        for cells in reader:
            yield Row(line, cells)
            line = reader.line_num + 1


# --- above ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where a table lies."""

    sep: str
    above: tuple[Row, ...]
    header: Row
    names: tuple[str, ...]
    """Of the header, one for each column."""
    text: str
    """The header as it is written."""
    is_shown: bool
    """Whether the rows below show that these are names; looked at where anything stands above."""


def _read_sep_line(lines: CopyLines, options: ReadOptions) -> None:
    """The first line of Excel that names the delimiter."""
    head, _ = lines.head()
    match = _SEP_LINE.fullmatch(head[0]) if head else None
    if match is None:
        return
    lines.sep = options.sep or match[1]
    lines.out.append(1)
    lines.notes.append(
        N_("line {row} names the delimiter, as Excel takes it, and is no row").format(row=lines.number(1))
    )


def _shape(lines: CopyLines, options: ReadOptions, prefer_tab: bool) -> _Shape | None:
    """The one way in which the first lines are a table; None where there is none, or several."""
    head, is_whole = lines.head()
    skipped = len(lines.out)
    sep = lines.sep or options.sep
    seps = DELIMITERS if sep is None else (checked_sep(sep),)
    shapes = [shape for sep in seps for shape in [_shape_by(head, skipped, is_whole, sep, options)] if shape]
    if not shapes and sep is None:
        # R writes blanks between cells, unless it is told otherwise.
        shape = _shape_by(head, skipped, is_whole, " ", options)
        if shape is not None and len(shape.header.cells) < len(shape.names) and not shape.names[0]:
            lines.sep = " "
            lines.notes.append(N_("cells stand between blanks, as R writes them"))
            shapes = [shape]
    plain = [shape for shape in shapes if not shape.above and len(shape.header.cells) == len(shape.names)]
    for found in (plain, shapes):
        if prefer_tab:
            found = [shape for shape in found if shape.sep == "\t"] or found
        if len(found) == 1:
            if found[0] not in plain and lines.sep is None and sep is None:
                lines.sep = found[0].sep
            return found[0]
        if found:
            return None
    return None


def _shape_by(head: Sequence[str], skipped: int, is_whole: bool, sep: str, options: ReadOptions) -> _Shape | None:
    if not any(sep in line for line in head):
        return None
    rows = [Row(row.number + skipped, row.cells) for row in _rows(head[skipped:], sep)]
    body = [row for row in rows if row.cells]
    most = max((len(row.cells) for row in body), default=0)
    # What stands below may be no rows.
    while is_whole and len(body) > 2 and len(body[-1].cells) < most and len(body[-1].filled) <= 1:
        body.pop()
    width = len(body[-1].cells) if body else 0
    # All rows below the names are as wide as the last one.
    first = next((k for k in range(len(body) - 1, 0, -1) if len(body[k - 1].cells) != width), 0)
    for k in range(max(first - 1, 0), min(len(body) - 1, MOST_ABOVE + 1) if width > 1 else 0):
        header = body[k]
        if k and options.header_row is not None:
            return None
        names = _names(header, body[k + 1 :], width, head)
        if names is None or (is_title(header, width) and len(header.cells) != width - 1 and k + 2 < len(body)):
            continue
        if k and (len(header.filled) < 2 or not _may_be_names(header, options)):
            continue
        above = tuple(row for row in rows if row.number < header.number)
        is_shown = any(row.filled for row in above) and shows_names(header, body[k + 1 :])
        return _Shape(sep, above, header, names, head[header.number - 1], is_shown)
    return None


def _names(header: Row, below: Sequence[Row], width: int, head: Sequence[str]) -> tuple[str, ...] | None:
    """A name for each column; an empty one before or behind where rows have a cell more on that side."""
    names = tuple(header.cells)
    if len(names) == width:
        return names
    if len(names) == width + 1 and not names[-1].strip():
        return names[:-1]
    if len(names) != width - 1:
        return None
    if all(not row.cells[-1] for row in below):
        return (*names, "")
    is_quoted = len(below) > 1 and all(head[row.number - 1].startswith('"') for row in below)
    is_index = len(below) > 1 and counts_up(row.cells[0] for row in below)
    return ("", *names) if is_index or is_quoted else None


def _may_be_names(header: Row, options: ReadOptions) -> bool:
    """Whether a row below others may name the columns: a row of people would be told as names."""
    if options.has_header or are_counted(header.cells):
        return True
    names = header.cells if header.cells[0].strip() else header.cells[1:]
    return all(name.strip() and not looks_like_a_cell(name) for name in names)


def _check_above(lines: CopyLines, shape: _Shape, where: str) -> None:
    """SA-157 where a line above the names may be more than a title."""
    filled = [row for row in shape.above if row.filled]
    if not filled or (shape.is_shown and all(is_title(row, len(shape.names)) for row in filled)):
        return
    first, row = lines.number(filled[0].number), lines.number(shape.header.number)
    do = N_(
        "Pass --header-row {row} if line {row} names the columns, --header-row {first} if line {first} does."
    ).format(row=row, first=first)
    numbers = [lines.number(row.number) for row in filled]
    raise uncertain(where, "line", numbers, N_("may stand above the names of the columns, or be these"), do)


def _leave_out_above(lines: CopyLines, shape: _Shape) -> None:
    """Titles, and a header that is a name short or long."""
    above = range(len(lines.out) + 1, shape.header.number)
    if len(above):
        lines.notes.append(
            N_("{rows} above the names of the columns left out").format(rows=lines.leave_out(list(above)))
        )
    cells = shape.header.cells
    if len(cells) == len(shape.names):
        return
    text = io.StringIO()
    csv.writer(text, delimiter=shape.sep, lineterminator="").writerow(shape.names)
    lines.header = (shape.header.number, text.getvalue())
    if len(cells) > len(shape.names):
        lines.notes.append(N_("a delimiter behind the last name is none between cells"))
    elif shape.names[0]:
        lines.notes.append(N_("a delimiter behind the last cell of each row is none between cells"))
    else:
        lines.notes.append(N_("the names begin with the second column, as R writes them: the first has none"))


def _leave_out_repeated(lines: CopyLines, shape: _Shape) -> None:
    """The header once more, as where files were put one behind another."""
    again = lines.numbers_of(shape.text, shape.header.number) if len(shape.header.filled) > 1 else []
    if again:
        lines.notes.append(
            N_("{rows} left out: the names of the columns once more").format(rows=lines.leave_out(again))
        )


# --- below ----------------------------------------------------------------------------------------------------


def _leave_out_below(lines: CopyLines, shape: _Shape, where: str) -> None:
    """Lines behind the last row, and totals."""
    tail = [(line, text) for line, text in lines.tail() if line > shape.header.number]
    width = len(shape.names)
    n_apart = 0
    while n_apart < len(tail) and _is_apart(tail[-1 - n_apart][1], shape.sep, width):
        n_apart += 1
    apart = tail[len(tail) - n_apart :]
    rows = tail[: len(tail) - n_apart]
    if not rows:
        return
    told = [i for i, (_, text) in enumerate(apart) if Row(0, _cells(text, shape.sep)).filled]
    if told:
        first = told[0]
        is_spaced = any(not text for _, text in rows[-NEAR:])
        text = apart[first][1]
        is_certain = first > 0 and not is_spaced and is_note(Row(0, _cells(text, shape.sep)).filled[0])
        is_certain = is_certain or says_count(text, _n_rows(lines, shape, rows[-1][0]))
        if not is_certain:
            numbers = [lines.number(apart[i][0]) for i in told]
            got = (
                N_("behind the last row has fewer cells than the {width} names")
                if len(told) == 1
                else N_("behind the last row have fewer cells than the {width} names")
            ).format(width=width)
            do = N_("Pass --skip-rows {rows} if this is no row; else the file was cut short: export it again.")
            raise uncertain(where, "line", numbers, got, do)
        lines.notes.append(
            N_("{rows} behind the last row left out").format(rows=lines.leave_out([line for line, _ in apart]))
        )
    _leave_out_totals(lines, shape, rows[-1], where)


def _cells(text: str, sep: str) -> list[str]:
    return next(csv.reader([text], delimiter=sep), [])


def _is_apart(text: str, sep: str, width: int) -> bool:
    """Whether a line at the end cannot be a whole row, nor the end of a cell of several lines."""
    if text.count('"') % 2:
        return False
    try:
        row = Row(0, next(csv.reader([text], delimiter=sep, strict=True), []))
    except csv.Error:
        return False
    return len(row.cells) < width and len(row.filled) <= 1


def _n_rows(lines: CopyLines, shape: _Shape, last: int) -> int:
    """Records from the header to a line, without both the header and blank lines."""
    return sum(1 for _ in _records(lines, shape, last))


def _records(lines: CopyLines, shape: _Shape, last: int) -> Iterator[list[str]]:
    """Rows below the header up to a line of the copy that the last of them ends in."""
    out = set(lines.out)
    with lines.path.open("rb") as file:
        texts = (text.decode() for i, text in enumerate(file, 1) if shape.header.number < i <= last and i not in out)
        with suppress(csv.Error), counting.cell_limit():
            yield from (cells for cells in csv.reader(texts, delimiter=shape.sep, strict=True) if cells)


def _leave_out_totals(lines: CopyLines, shape: _Shape, last: tuple[int, str], where: str) -> None:
    """A last row that sums up the others."""
    line, text = last
    if line in lines.out or text.count('"') % 2:
        return
    row = Row(line, _cells(text, shape.sep))
    if len(row.cells) != len(shape.names) or label_of(row) is None:
        return
    totals = Totals(row)
    for cells in _records(lines, shape, line - 1):
        totals.add(cells)
    if totals.is_certain:
        lines.notes.append(N_("{rows} left out: totals of the rows above").format(rows=lines.leave_out([line])))
    elif may_be_totals(row):
        do = N_("Pass --skip-rows {rows} if it is no row; if it is one, let another row be the last.")
        raise uncertain(where, "line", [lines.number(line)], N_("is the last and begins as a row of totals does"), do)

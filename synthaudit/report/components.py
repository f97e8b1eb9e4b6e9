"""The building blocks of the page: what a template may be handed besides strings."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal

from synthaudit.files.catalogue import _
from synthaudit.report.numbers import measured, sentence
from synthaudit.report.retold import retold
from synthaudit.types import Estimate, Measured, Outcome

Tone = Literal["good", "bad", "open", "plain"]
"""How a status is painted; its word and its icon say the same."""

TONES: dict[Outcome, Tone] = {"pass": "good", "fail": "bad", "inconclusive": "open"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A word with a tone."""

    word: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name and, smaller, what it means."""

    text: str
    note: str = ""
    code: str = ""
    href: str = ""
    """Where the name leads, as a page that is made here may: relative and quoted; empty where nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A figure that could not be measured: a dash in its place, and below the table why."""

    why: str


Cell = str | Status | Named | Missing
_LONG, _FEWEST_STACKED, _MOST_STACKED = 24, 3, 8
"""Characters of a cell, and columns, beyond which a table needs a wide screen; columns beyond which it has it."""


def figure(value: Measured | None, *, as_percent: bool = False) -> str | Missing:
    """An estimate with its interval, or a dash.

    Examples
    --------
    >>> figure(None)
    Missing(why='Not measured.')
    """
    if isinstance(value, Estimate):
        return measured(value, as_percent=as_percent)
    return Missing(
        why=sentence(
            _("not measured") if value is None else _("not estimable: {why}").format(why=retold(value.not_estimable))
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose first column names its rows."""

    id: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[int] = frozenset()
    """Columns that hold figures and are set flush right."""
    left_out: tuple[str, ...] = ()
    """Why columns that would be empty do not stand here."""

    @property
    def look(self) -> str:
        """How it is set: as wide as it needs where it has few columns; row by row on a narrow screen."""
        return " ".join(["narrow"] * (len(self.head) <= 4) + ["stacked"] * self.is_stacked)

    @property
    def is_stacked(self) -> bool:
        """Whether a narrow screen has no room for its columns; one with very many is looked up, and scrolls."""
        if len(self.head) > _FEWEST_STACKED:
            return len(self.head) <= _MOST_STACKED
        return any(len(_text(cell)) > _LONG for row in self.rows for cell in row[1:])

    @property
    def missing(self) -> tuple[str, ...]:
        """Why figures are missing, each reason once."""
        return tuple(dict.fromkeys(cell.why for row in self.rows for cell in row if isinstance(cell, Missing)))

    def without_empty_columns(self) -> "Table":
        """The same without columns in which no row has anything; their reasons are kept in ``left_out``.

        Examples
        --------
        >>> rows = (("a", "1", Missing(why="Too few.")), ("b", "2", Missing(why="Too few.")))
        >>> thin = Table(id="t", caption="", head=("x", "y", "z"), rows=rows, numeric={1, 2}).without_empty_columns()
        >>> thin.head, thin.rows, sorted(thin.numeric), thin.left_out
        (('x', 'y'), (('a', '1'), ('b', '2')), [1], ('Too few.',))
        """
        cells = tuple(zip(*self.rows, strict=True))
        kept = [i for i, column in enumerate(cells) if i == 0 or not all(map(_is_empty, column))]
        why = (
            cell.why for i, column in enumerate(cells) if i not in kept for cell in column if isinstance(cell, Missing)
        )
        return replace(
            self,
            head=tuple(self.head[i] for i in kept),
            rows=tuple(tuple(row[i] for i in kept) for row in self.rows),
            numeric=frozenset(place for place, i in enumerate(kept) if i in self.numeric),
            left_out=tuple(dict.fromkeys(why)),
        )


def _is_empty(cell: Cell) -> bool:
    return isinstance(cell, Missing) or (isinstance(cell, str) and cell.strip() in ("", "–"))


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    return max(cell.text, cell.note, cell.code, key=len) if isinstance(cell, Named) else ""


def table(
    name: str, caption: str, head: tuple[str, ...], rows: Sequence[tuple[Cell, ...]], numeric: Set[int] = frozenset()
) -> Table | None:
    """A table, or None where it would have no row."""
    if not rows:
        return None
    return Table(id=name, caption=caption, head=head, rows=tuple(rows), numeric=frozenset(numeric))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAndTable:
    """What most sections show: sentences, and a table where there are figures."""

    text: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One of the four figures above the fold."""

    label: str
    figure: str
    unit: str
    detail: str
    status: Status | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """1,000 dots, 50 a row, of which the first ``n`` are marked."""

    id: str
    label: str
    n: int
    tone: Tone

    @property
    def full(self) -> int:
        """Rows marked from end to end."""
        return self.n // 50

    @property
    def rest(self) -> int:
        """Dots marked in the row after them."""
        return self.n % 50

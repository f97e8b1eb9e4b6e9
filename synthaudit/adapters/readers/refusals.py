"""What is wrong with columns of a table, told of all of them at once: nobody mends a table one column a run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from synthaudit.adapters.readers.leave_out import exclude_flag
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_

_OF_SEVERAL = (
    N_("Column {position} '{name}'"),
    N_("Columns {shown}{more}"),
    N_("Leave them out with {flag}, or fill them in."),
    N_("Write a number or leave them empty."),
    N_("Write the column as train does, or leave them out with --columns."),
    N_("Write them as for strptime: %d.%m.%Y."),
)
"""What becomes of messages below, for the catalogue."""
MOST_NAMED = 20
"""Columns that one message names of those with the same fault."""


@dataclass(frozen=True, slots=True)
class _Fault:
    name: str
    error: InputError


@dataclass(slots=True)
class Refusals:
    """Columns that cannot be audited as they are, by table.

    Examples
    --------
    >>> refusals = Refusals()
    >>> for i, name in enumerate(["fax", "note"]):
    ...     with refusals.of("train t.csv", name):
    ...         do = f"Leave it out with --exclude {name}."
    ...         raise InputError("SA-151", f"train t.csv, column {i + 1} '{name}'", "all cells missing", do)
    >>> try:
    ...     refusals.tell()
    ... except InputError as error:
    ...     print(error)
    SA-151 train t.csv, columns 1 'fax', 2 'note': all cells missing. Leave them out with --exclude fax,note.
    """

    _faults: dict[str, list[_Fault]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    """Columns with a fault in any table: nothing more is asked of them."""

    @contextmanager
    def of(self, where: str, name: str) -> Iterator[None]:
        """Keep what is raised of a column of the table that is called so in messages."""
        try:
            yield
        except InputError as error:
            self._faults.setdefault(where, []).append(_Fault(name, error))
            self.names.add(name)

    def tell(self) -> None:
        """Raise what was kept of the first table that has any.

        Raises
        ------
        InputError
            With the code of its first fault.
        """
        for where, faults in self._faults.items():
            raise _together(where, faults) from None


def _together(where: str, faults: Sequence[_Fault]) -> InputError:
    alike: dict[tuple[str, str, str], list[_Fault]] = {}
    for fault in faults:
        error = fault.error
        without_flag = error.do.replace(exclude_flag([fault.name]), "{}")
        alike.setdefault((error.code, error.got, without_flag), []).append(fault)
    first = faults[0].error
    told = [_told(where, group, got, do) for (_, got, do), group in alike.items()]
    if len(told) == 1:
        places, got, do = told[0]
        return InputError(first.code, f"{where}, {places}" if places else where, got, do)
    got = N_("{n} columns cannot be read as they are").format(n=len(faults))
    do = " ".join(f"{places[:1].upper()}{places[1:]}: {got}. {do}" for places, got, do in told)
    return InputError(first.code, where, got, do)


def _told(where: str, faults: Sequence[_Fault], got: str, do: str) -> tuple[str, str, str]:
    """Where, got and do of columns with the same fault."""
    places = [fault.error.where.removeprefix(where).removeprefix(", ") for fault in faults]
    do = do.replace("{}", exclude_flag([fault.name for fault in faults]))
    if len(faults) == 1:
        return places[0], got, do
    shown = ", ".join(place.removeprefix("column ") for place in places[:MOST_NAMED])
    more = N_(" and {n} more").format(n=len(places) - MOST_NAMED) if len(places) > MOST_NAMED else ""
    return (
        N_("columns {shown}{more}").format(shown=shown, more=more),
        got,
        do.replace(" it ", " them ").replace(" it,", " them,"),
    )

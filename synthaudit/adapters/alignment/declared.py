"""What a user says of one column."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from synthaudit.adapters.readers.raw import did_you_mean
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.types import Kind

_Text = Annotated[str, Field(min_length=1, max_length=64)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnOverride:
    """What a user says of one column; None leaves it to the inference.

    Attributes
    ----------
    kind, sensitive, quasi_identifier : optional
        What it is, and what an attacker may know or want of it.
    unit, thousands : str, optional
        What stands beside its numbers, and between their thousands, in every table.
    format : str, optional
        Form of its dates, as ``datetime.strptime`` takes it.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    kind: Kind | None = None
    sensitive: Annotated[bool, Field(strict=True)] | None = None
    quasi_identifier: Annotated[bool, Field(strict=True)] | None = None
    unit: _Text | None = None
    thousands: _Text | None = None
    format: _Text | None = None


def refuse_unknown(columns: Iterable[str], known: Sequence[str], where: str) -> None:
    """SA-184 where something is said of a column that train lacks."""
    for name in columns:
        if name not in known:
            got = N_("no column '{name}', which the configuration describes").format(name=printable(name))
            raise InputError("SA-184", where, got, N_("Correct the name.{hint}").format(hint=did_you_mean(name, known)))


def with_formats(columns: Mapping[str, ColumnOverride], formats: Mapping[str, str]) -> dict[str, ColumnOverride]:
    """What is said of columns, and the forms of dates on top.

    Raises
    ------
    InputError
        SA-180 a form that names no day, month and year.

    Examples
    --------
    >>> with_formats({}, {"born": "%d.%m.%y"})["born"].format
    '%d.%m.%y'
    """
    merged = dict(columns)
    for name, form in formats.items():
        if not names_a_day(form):
            where = N_("option {option}, column '{name}'").format(option="--date-format", name=printable(name))
            do = N_("Write it as for strptime: %d.%m.%Y.")
            raise InputError("SA-180", where, N_("a form without day, month and year"), do)
        merged[name] = replace(merged.get(name, ColumnOverride()), format=form)
    return merged


def names_a_day(form: Any) -> bool:
    """Whether a form of times says day, month and year.

    Examples
    --------
    >>> [names_a_day(form) for form in ("%d.%m.%y", "%H:%M", "%d", 5)]
    [True, False, False, False]
    """
    moment = datetime(2001, 2, 3)  # noqa: DTZ001
    try:
        return datetime.strptime(moment.strftime(form), form).date() == moment.date()  # noqa: DTZ007
    except (TypeError, ValueError):
        return False

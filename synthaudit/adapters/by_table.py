"""A setting of all tables, or of one: ``--decimal ,`` for all, ``--decimal synthetic=.`` for the release.

In Python such a setting is one value, or a mapping by table (``{"all": ",", "synthetic": "."}``). Nothing heavy is
imported here: the command line reads it before it knows what it has to do.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_

Table = Literal["train", "holdout", "reference", "synthetic", "deleted"]
TABLES: tuple[Table, ...] = ("train", "holdout", "reference", "synthetic", "deleted")
"""The tables that may have settings of their own. Canaries and the record of a query are written as train is."""
ALL = "all"
"""Stands for every table, where a setting has a mapping or a flag a prefix."""


def by_table(value: Any) -> dict[str, Any]:
    """A setting by table; empty where nothing is said.

    Examples
    --------
    >>> by_table(","), by_table({"synthetic": "."}), by_table(None)
    ({'all': ','}, {'synthetic': '.'}, {})
    """
    values = value if isinstance(value, Mapping) else {ALL: value}
    return {table: said for table, said in values.items() if said is not None and said != ()}


def plain(values: Mapping[str, Any], default: Any = None) -> Any:
    """The shortest form of a setting: its value, where all tables have the same.

    Examples
    --------
    >>> plain({"all": ","}), plain({"synthetic": "."}), plain({}, ())
    (',', {'synthetic': '.'}, ())
    """
    return values.get(ALL, default) if values.keys() <= {ALL} else dict(values)


def laid_over(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """What holds where both are said: all tables anew, or one table and the others as before.

    Examples
    --------
    >>> laid_over({"all": ","}, {"synthetic": "."})
    {'all': ',', 'synthetic': '.'}
    >>> laid_over({"all": ",", "synthetic": ";"}, {"all": "."})
    {'all': '.'}
    """
    return dict(over) if ALL in over else {**under, **over}


def table_of(text: str) -> tuple[str, str]:
    """The table that a flag's value names, or all, and the value itself.

    Examples
    --------
    >>> table_of("synthetic=."), table_of("a=b"), table_of("="), table_of("all=train=x")
    (('synthetic', '.'), ('all', 'a=b'), ('all', '='), ('all', 'train=x'))
    """
    table, equals, value = text.partition("=")
    return (table, value) if equals and table in (*TABLES, ALL) else (ALL, text)


def typed(values: Mapping[str, Any]) -> list[str]:
    """A setting as its flag would be typed, one value a piece.

    Examples
    --------
    >>> typed({"all": ("NA", "train=x"), "synthetic": "."})
    ['NA', 'all=train=x', 'synthetic=.']
    """
    flags = []
    for table, value in values.items():
        for text in value if isinstance(value, list | tuple) else (str(value),):
            needs_name = table != ALL or table_of(text)[1] != text
            flags.append(f"{table}={text}" if needs_name else text)
    return flags


def read_flags(name: str, texts: Iterable[str], several: bool) -> dict[str, Any]:
    """What the values of one flag say by table; ``several`` where a table may have more than one.

    Raises
    ------
    InputError
        SA-180 two values for the same table.

    Examples
    --------
    >>> read_flags("decimal", [",", "synthetic=."], several=False)
    {'all': ',', 'synthetic': '.'}
    >>> read_flags("missing", ["NA", "-", "train=?"], several=True)
    {'all': ('NA', '-'), 'train': ('?',)}
    """
    values: dict[str, Any] = {}
    for text in texts:
        table, value = table_of(text)
        if several:
            values[table] = (*values.get(table, ()), value)
        elif values.setdefault(table, value) != value:
            whose = N_("all tables") if table == ALL else table
            flag = f"--{name.replace('_', '-')}"
            do = N_("Give one for all tables, and {flag} TABLE=X where a table has another.").format(flag=flag)
            raise InputError(
                "SA-180",
                N_("option {option}").format(option=flag),
                N_("two values for {whose}").format(whose=whose),
                do,
            )
    return values

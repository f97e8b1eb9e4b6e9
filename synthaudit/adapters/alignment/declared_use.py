"""Which columns may be declared as rebalanced, or as the target of models: those with levels, those with a law."""

from collections.abc import Mapping, Sequence

from synthaudit.adapters.readers.raw import RawTable, did_you_mean
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.types import Kind, Schema


def refuse_without_levels(names: Sequence[str], schema: Schema, train: RawTable) -> None:
    """Refuse names of columns that are not there, not audited, or have no levels.

    Raises
    ------
    InputError
        SA-184 a name that train lacks, SA-187 a column that is not audited, or of another kind.
    """
    for name in names:
        kind = _kind_of(name, "--rebalanced", schema, train)
        if kind not in ("categorical", "boolean"):
            got = N_("'{name}', which is {kind}; only categorical and boolean columns have levels").format(
                name=printable(name), kind=kind
            )
            raise InputError(
                "SA-187",
                N_("option {option}").format(option="--rebalanced"),
                got,
                N_("Name the columns whose levels were rebalanced."),
            )


def refuse_without_law(target: str | None, schema: Schema, train: RawTable) -> None:
    """Refuse a target that is not there, not audited, or that no model predicts.

    Raises
    ------
    InputError
        SA-184 a name that train lacks, SA-187 a column that is not audited, or of another kind.
    """
    if target is None:
        return
    kind = _kind_of(target, "--target", schema, train)
    if kind in ("identifier", "text"):
        got = N_("'{name}', which is {kind}; no model predicts one").format(name=printable(target), kind=kind)
        raise InputError(
            "SA-187",
            N_("option {option}").format(option="--target"),
            got,
            N_("Name a number, a time or a column with levels."),
        )


def _kind_of(name: str, option: str, schema: Schema, train: RawTable) -> Kind:
    known = [str(column) for column in train.frame.columns]
    kinds: Mapping[str, Kind] = {column.name: column.kind for column in schema.columns}
    if name not in known:
        got = N_("no column '{name}', which {option} names").format(name=printable(name), option=option)
        raise InputError(
            "SA-184", train.where, got, N_("Correct the name.{hint}").format(hint=did_you_mean(name, known))
        )
    if name not in kinds:
        got = N_("'{name}', which is not audited").format(name=printable(name))
        raise InputError(
            "SA-187", N_("option {option}").format(option=option), got, N_("Leave it out there, or audit it.")
        )
    return kinds[name]

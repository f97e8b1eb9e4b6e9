"""Which columns may be declared as rebalanced, or as the target of models: those with levels, those with a law."""

from collections.abc import Mapping, Sequence

from synthaudit.adapters.readers.raw import RawTable, did_you_mean
from synthaudit.errors import InputError
from synthaudit.files import printable
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
            got = f"'{printable(name)}', which is {kind}; only categorical and boolean columns have levels"
            raise InputError("SA-187", "option --rebalanced", got, "Name the columns whose levels were rebalanced.")


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
        got = f"'{printable(target)}', which is {kind}; no model predicts one"
        raise InputError("SA-187", "option --target", got, "Name a number, a time or a column with levels.")


def _kind_of(name: str, option: str, schema: Schema, train: RawTable) -> Kind:
    known = [str(column) for column in train.frame.columns]
    kinds: Mapping[str, Kind] = {column.name: column.kind for column in schema.columns}
    if name not in known:
        got = f"no column '{printable(name)}', which {option} names"
        raise InputError("SA-184", train.where, got, f"Correct the name.{did_you_mean(name, known)}")
    if name not in kinds:
        got = f"'{printable(name)}', which is not audited"
        raise InputError("SA-187", f"option {option}", got, "Leave it out there, or audit it.")
    return kinds[name]

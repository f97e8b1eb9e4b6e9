"""Which columns may be declared as rebalanced: those with levels that have shares."""

from collections.abc import Sequence

from synthaudit.adapters.readers.raw import RawTable, did_you_mean
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.types import Schema


def refuse_without_levels(names: Sequence[str], schema: Schema, train: RawTable) -> None:
    """Refuse names of columns that are not there, not audited, or have no levels.

    Raises
    ------
    InputError
        SA-184 a name that train lacks, SA-187 a column that is not audited, or of another kind.
    """
    known = [str(name) for name in train.frame.columns]
    kinds = {column.name: column.kind for column in schema.columns}
    for name in names:
        if name not in known:
            got = f"no column '{printable(name)}', which --rebalanced names"
            raise InputError("SA-184", train.where, got, f"Correct the name.{did_you_mean(name, known)}")
        if name not in kinds:
            got = f"'{printable(name)}', which is not audited"
            raise InputError("SA-187", "option --rebalanced", got, "Leave it out there, or audit it.")
        if kinds[name] not in ("categorical", "boolean"):
            got = f"'{printable(name)}', which is {kinds[name]}; only categorical and boolean columns have levels"
            raise InputError("SA-187", "option --rebalanced", got, "Name the columns whose levels were rebalanced.")

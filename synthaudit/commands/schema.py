"""``synthaudit schema infer``: what is taken from one real table, before there is any release."""

from collections.abc import Sequence
from typing import Any

from synthaudit.adapters.alignment.align import align_real
from synthaudit.adapters.readers.tables import read_table
from synthaudit.commands.request import request
from synthaudit.types import Coverage, Schema


def infer_schema(table: Any, **options: Any) -> tuple[Schema, Sequence[Coverage]]:
    """Kinds and roles of the columns of a real table, and what was noticed of them.

    Parameters
    ----------
    table : path or DataFrame
        Whatever :func:`synthaudit.audit` reads.
    **options
        About reading, as of :func:`synthaudit.audit`.

    Returns
    -------
    tuple of Schema and sequence of Coverage
        The columns, and notes on them.

    Raises
    ------
    InputError
        See ``docs/errors.md``.

    Examples
    --------
    >>> import pandas as pd
    >>> schema, notes = infer_schema(pd.DataFrame({"age": [30, 41, 52], "zip": ["00501", "10001", "00501"]}))
    >>> [(column.name, column.kind) for column in schema.columns]
    [('age', 'numeric'), ('zip', 'categorical')]
    """
    asked = request(table, **options)
    raw = read_table(table, "train", options=asked.read_of("train"))
    real = align_real(raw, None, None, asked.align)
    return real.schema, real.coverage

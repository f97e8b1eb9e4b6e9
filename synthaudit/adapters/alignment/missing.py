"""Cells that a user says are missing, however they are spelled."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from synthaudit import cells
from synthaudit.cells import levels_of


def missing_flags(tokens: Collection[str]) -> str:
    """``--missing 'NA' --missing '-'``; only spellings that are constants of this package come here."""
    return " ".join(f"--missing '{token}'" for token in tokens)


def mark_missing(frame: pd.DataFrame, tokens: Collection[str]) -> pd.DataFrame:
    """A raw frame with every cell that is one of the tokens missing, in text and, as a number, in numbers."""
    if not tokens:
        return frame
    spelled = {token.strip() for token in tokens}
    values = {number for token in tokens if (number := cells.parse_number(token)) is not None}

    def is_token(value: str) -> bool:
        if value.strip() in spelled:
            return True
        return bool(values) and not cells.has_leading_zero(value) and cells.parse_number(value) in values

    marked = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype == object:
            hit = levels_of(column).mask(is_token)
            marked[name] = cells.text_column(np.where(hit, np.array(None), column.to_numpy()))
        elif column.dtype.kind in "if" and values:
            hit = np.isin(column.to_numpy(dtype=np.float64), list(values))
            marked[name] = pd.Series(np.where(hit, np.nan, column)) if hit.any() else column
        else:
            marked[name] = column
    return pd.DataFrame(marked)

"""What of a release is audited: its cells in the precision and the spelling of the real tables, and nothing beyond.

What a cell says beyond that is in no attack: further decimals, a time of day where all real moments are dates, the
spelling of a value, the text of a category that no real table has. So it is taken off before anything is attacked, and
the copy of what was audited does not hold it either.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from synthaudit.cells import as_text, fold_key, fold_text, levels_of, text_column
from synthaudit.encoding import MOST_DECIMALS, decimals_of
from synthaudit.types import Column, IntArray, Kind, Schema

GRAINS = (86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1_000, 1)
"""Microseconds of what moments may be written in: days, hours, minutes, seconds, and parts of these."""
UNSEEN = "unseen"
"""Begins the name of a category that no real table has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnForm:
    """How the real tables write one column.

    Attributes
    ----------
    column : Column
        Name and kind.
    keeps_unseen : bool
        Whether a category that no real table has keeps its name.
    decimals : int, optional
        Of numbers; None where float64 itself is as fine, and for other kinds.
    grain : int
        Of moments: all are whole multiples of so many microseconds.
    spelled : mapping of str to str
        Of text: folded value -> its spelling.
    """

    column: Column
    keeps_unseen: bool
    decimals: int | None = None
    grain: int = 1
    spelled: Mapping[str, str] | None = None

    @classmethod
    def of(
        cls,
        column: Column,
        tables: Sequence[pd.DataFrame],
        listed: pd.DataFrame | None = None,
        *,
        keeps_unseen: bool,
    ) -> "ColumnForm":
        """From the canonical real tables, and a list of people whose values are known but have no say in precision.

        The order of the tables changes nothing.
        """
        cells = pd.concat([table[column.name] for table in tables], ignore_index=True)
        form = cls(column=column, keeps_unseen=keeps_unseen)
        if column.kind == "numeric":
            places = decimals_of(np.unique(cells.to_numpy(float)))
            return replace(form, decimals=None if places > MOST_DECIMALS else places)
        if column.kind == "datetime":
            return replace(form, grain=grain_of(cells))
        if column.kind == "boolean":
            return form
        fold = _fold(column.kind)
        spelled: dict[str, str] = {}
        known = [cells] if listed is None else [cells, listed[column.name]]
        for text in sorted(pd.concat(known).dropna().unique()):
            spelled.setdefault(fold(text), text)
        return replace(form, spelled=spelled)

    def audited(self, cells: pd.Series) -> pd.Series:
        """Canonical cells of the release without what no attack sees."""
        if self.column.kind == "numeric":
            return cells if self.decimals is None else cells.round(self.decimals) + 0.0
        if self.column.kind == "datetime":
            return in_grain(cells, self.grain)
        if self.spelled is None:
            return cells
        levels = levels_of(cells)
        is_category = self.column.kind == "categorical"
        named = self._names_of_unseen(levels.values) if is_category else {}
        fold = _fold(self.column.kind)
        written = [
            self.spelled.get(fold(text)) or (named.get(fold_text(text), text) if is_category else plain_text(text))
            for text in levels.values
        ]
        return text_column(levels.spread(written, object, None))

    def is_unseen(self, text: str) -> bool:
        """Whether no real table has this value of text."""
        return self.spelled is not None and _fold(self.column.kind)(text) not in self.spelled

    def _names_of_unseen(self, levels: Sequence[str]) -> dict[str, str]:
        """Folded category that no real table has -> a name that tells it from others and says nothing else."""
        unseen = sorted({fold_text(text) for text in levels if self.is_unseen(text)})
        if self.keeps_unseen:
            return {}
        width = len(str(len(unseen)))
        word = UNSEEN
        while any(key.startswith(f"{word} ") for key in self.spelled or ()):
            word += "*"
        return {key: f"{word} {i:0{width}d}" for i, key in enumerate(unseen, 1)}


@dataclass(frozen=True, slots=True)
class AuditedForm:
    """How the cells of a release are audited, by column."""

    columns: tuple[ColumnForm, ...]

    @classmethod
    def of(
        cls,
        schema: Schema,
        tables: Sequence[pd.DataFrame],
        limits: Mapping[str, str],
        listed: pd.DataFrame | None = None,
    ) -> "AuditedForm":
        """From the real tables; columns of limits (``notations.Notations.limits``) keep their signs."""
        return cls(tuple(ColumnForm.of(c, tables, listed, keeps_unseen=c.name in limits) for c in schema.columns))

    def audited(self, release: pd.DataFrame) -> pd.DataFrame:
        """The canonical release as it is attacked.

        Examples
        --------
        >>> age, site = Column(name="age", kind="numeric"), Column(name="site", kind="categorical")
        >>> real = pd.DataFrame({"age": [34.5, 35.0], "site": ["North", "South"]})
        >>> release = pd.DataFrame({"age": [34.512, 36.0], "site": ["NORTH ", "Jane Doe was here"]})
        >>> AuditedForm.of(Schema(columns=(age, site)), [real], {}).audited(release)
            age      site
        0  34.5     North
        1  36.0  unseen 1
        """
        columns = {form.column.name: form.audited(release[form.column.name]) for form in self.columns}
        return pd.DataFrame(columns, index=release.index)


def plain_keys(keys: pd.DataFrame) -> pd.DataFrame:
    """Columns that name a row's person, as they were read, without what could be hidden in how they are written."""
    return keys.apply(lambda cells: as_text(cells).map(plain_text, na_action="ignore"))


def grain_of(moments: pd.Series) -> int:
    """Largest of :data:`GRAINS` that divides all moments.

    Examples
    --------
    >>> grain_of(pd.Series(np.array(["2020-01-01", "2020-02-01T10:30"], "datetime64[us]")))
    60000000
    """
    microseconds = _microseconds(moments.dropna())
    return next(grain for grain in GRAINS if not (microseconds % grain).any())


def in_grain(moments: pd.Series, grain: int) -> pd.Series:
    """Moments cut down to whole multiples of so many microseconds."""
    microseconds = _microseconds(moments)
    cut = (microseconds - microseconds % grain).astype("datetime64[us]")
    return pd.Series(np.where(moments.isna(), np.datetime64("NaT", "us"), cut), index=moments.index)


def plain_text(text: str) -> str | None:
    """A text that no real table has, without what could be hidden in how it is written; None where nothing is left.

    Small letters in one composition, single blanks, nothing invisible.

    Examples
    --------
    >>> plain_text("Jane  DOE\\u200b"), plain_text("\\u200b")
    ('jane doe', None)
    """
    visible = text if text.isascii() else "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Co", "Cn"))
    folded = " ".join(fold_text(visible).split())
    # Composed letters may have another small form than their parts.
    while (again := " ".join(fold_text(folded).split())) != folded:
        folded = again
    return folded or None


def _microseconds(moments: pd.Series) -> IntArray:
    return moments.to_numpy("datetime64[us]").astype(np.int64)


def _fold(kind: Kind) -> Callable[[str], str]:
    return fold_key if kind in ("text", "identifier") else fold_text

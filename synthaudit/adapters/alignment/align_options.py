"""What the user says about the tables of an audit."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from synthaudit.adapters.alignment.declared import ColumnOverride
from synthaudit.adapters.alignment.sdv_metadata import SdvMetadata
from synthaudit.adapters.alignment.writing import Writing
from synthaudit.adapters.readers.raw import TableRole
from synthaudit.types import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignOptions:
    """What the user says about the tables.

    Attributes
    ----------
    columns : tuple of str, optional
        The columns to audit; all of train if not given.
    exclude : tuple of str
        Columns that are audited in no table.
    rename : mapping of str to str
        The synthetic table's name -> train's name.
    rebalanced : tuple of str
        Columns whose levels have other shares in the release on purpose.
    target : str, optional
        The column that models are to predict.
    writing : Writing
        How all tables write their cells.
    by_table : mapping of str to Writing
        How the table of a role does, where it is otherwise.
    entity : str, optional
        The column that names the person.
    overrides : mapping of str to ColumnOverride
        Kinds and roles by column.
    metadata : SdvMetadata, optional
        Kinds and roles as SDV's metadata has them; ``overrides`` come first.
    schema : Schema, optional
        Taken instead of an inference; ``columns``, ``entity`` and ``overrides`` must then be left alone.
    allow_overlap : bool
        Go on where train and holdout share rows or people; the audit can then not pass.
    """

    columns: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    rebalanced: tuple[str, ...] = ()
    target: str | None = None
    writing: Writing = field(default_factory=Writing)
    by_table: Mapping[TableRole, Writing] = field(default_factory=dict)
    entity: str | None = None
    overrides: Mapping[str, ColumnOverride] = field(default_factory=dict)
    metadata: SdvMetadata | None = None
    schema: Schema | None = None
    allow_overlap: bool = False

    @property
    def release_writing(self) -> Writing:
        """How the release writes its cells."""
        return self.writing_of("synthetic")

    def writing_of(self, role: TableRole) -> Writing:
        """How the table of a role writes its cells; canaries are written as train is."""
        return self.writing.overruled_by(self.by_table.get("train" if role == "canaries" else role, Writing()))

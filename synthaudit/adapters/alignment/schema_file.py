"""A schema as text, to be corrected and read again."""

from collections.abc import Iterable

from synthaudit.files import toml_text, written_out
from synthaudit.files.catalogue import _
from synthaudit.files.retold import retold
from synthaudit.types import Coverage, Schema


def schema_to_toml(schema: Schema, coverage: Iterable[Coverage] = ()) -> str:
    """A schema as the ``[columns]`` part of a configuration file, to be edited and passed as ``--config``.

    Parameters
    ----------
    schema : Schema
        Kinds and roles.
    coverage : iterable of Coverage
        What was noticed of the columns; becomes comments, in the language of the moment.

    Examples
    --------
    >>> from synthaudit.types import Column
    >>> print(schema_to_toml(Schema(columns=(Column(name="zip", kind="categorical", roles=("sensitive",)),))))
    version = 1
    <BLANKLINE>
    [columns."zip"]
    kind = "categorical"
    sensitive = true
    <BLANKLINE>
    """
    noticed = [f"# {written_out(retold(note.reason))}" for note in coverage if note.test in ("kinds", "reading")]
    parts = ["\n".join([*noticed, "version = 1"])]
    if schema.entity is not None:
        parts.append(f"[data]\nentity = {toml_text(schema.entity)}")
    for column in schema.columns:
        lines = [f"[columns.{toml_text(column.name)}]", f"kind = {toml_text(column.kind)}"]
        lines += [f"{role} = true" for role in ("sensitive", "quasi_identifier") if role in column.roles]
        if "entity" in column.roles:
            setting = f"[data] entity = {toml_text(column.name)}"
            lines.insert(0, "# " + _("looks like the key of a person: {setting}").format(setting=setting))
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"

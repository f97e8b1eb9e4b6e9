"""What one option is, wherever it can be given; all of them are in ``options.py``."""

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "table", "names", "int", "float", "int_or_all", "flag"]
"""``table``: names a table, and may be a URL with a password; ``names``: several, with commas between them."""
Resume = Literal["value", "evidence", "harmless"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option, wherever it can be given."""

    name: str
    """In Python; the flag is the same with dashes."""
    flags: tuple[str, ...] = ()
    """On the command line, where they are others."""
    toml: str | None = None
    """Dotted path in the configuration file."""
    path: str | None = None
    """Pattern whose group is a path: in the configuration file it counts from the file's own folder."""
    help: str | None = None
    metavar: str | None = None
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    default: Any = None
    multiple: bool = False
    by_table: bool = False
    """Whether a table may have a value of its own: ``--decimal ,`` and ``--decimal synthetic=.``."""
    required: bool = False
    resume: Resume = "value"
    """What a finished release is kept by: the option's value; what else the evidence holds of it, such as the hash of a
    table; or nothing, since it changes no figure.
    """

"""Jinja as every page is rendered by it."""

import re
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from synthaudit.files.catalogue import language, marks, number, plural, translated
from synthaudit.report.numbers import NBSP, shown
from synthaudit.report.templates import folder


@cache
def environment() -> Environment:
    """Jinja as every page is rendered by it: text is escaped, and a name that does not exist is an error."""
    pages = Environment(
        extensions=["jinja2.ext.i18n"],
        loader=FileSystemLoader(folder()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
    )
    pages.policies["ext.i18n.trimmed"] = True
    # A message with markup in it comes from the catalogue, never from a table: it is not escaped again.
    pages.globals |= {
        "_": translated,
        "gettext": translated,
        "ngettext": plural,
        "language": language,
        "marks": marks,
        "number": number,
    }
    return pages


def _finalize(value: Any) -> Any:
    """The last gate of every printed value: hidden characters are written out, and ``95 %`` stays on one line."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return re.sub(r"(?<=\d) %", f"{NBSP}%", shown(value))

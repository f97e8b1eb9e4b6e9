"""Catalogues of the languages, held to the template: ``make catalogue`` runs this after it has collected the words.

    python -P tests/languages.py                      every language: new words in, unused ones out, and compiled
    python -P tests/languages.py --missing de         what German lacks, as JSON of English -> ""
    python -P tests/languages.py --add de words.json  puts translations in: English -> text, or a list of plural forms

A translation lies in ``synthaudit/locale/LANGUAGE/LC_MESSAGES/synthaudit.po``, and what the program reads of it beside
it, as ``.mo``. Both are committed, so that nothing has to be compiled where synthaudit is installed.
"""

import argparse
import io
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from synthaudit.files.catalogue import DOMAIN, FOLDER
from synthaudit.files.marks import LANGUAGES

TEMPLATE = FOLDER / f"{DOMAIN}.pot"
TRANSLATED = tuple(name for name in LANGUAGES if name != "en")
_HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""
PLURAL_FORMS = {"de": "nplurals=2; plural=(n != 1);", "fr": "nplurals=2; plural=(n > 1);"}
"""Of each language, as gettext reads it: https://www.gnu.org/software/gettext/manual/html_node/Plural-forms.html"""
_NEVER = datetime(2026, 1, 1, tzinfo=UTC)
"""A day for the header: the same words are to give the same bytes."""


def source(language: str) -> Path:
    """Where the translation is written."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def template() -> Catalog:
    """Every message of the program."""
    with TEMPLATE.open("rb") as file:
        return read_po(file)


def read(language: str) -> Catalog:
    """The translation as it is; empty where there is none yet."""
    path = source(language)
    return read_po(io.BytesIO(path.read_bytes() if path.exists() else _head(language)), language)


def _head(language: str) -> bytes:
    return _HEADER.format(language=language, plural_forms=PLURAL_FORMS[language]).encode()


def updated(language: str) -> Catalog:
    """The translation with every message of the program and no other; nothing in it is guessed."""
    catalog = read(language)
    catalog.update(template(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def entries(catalog: Catalog) -> Iterable[Entry]:
    """Its messages, without the header."""
    return (entry for entry in catalog if entry.id)


def texts(message: object) -> tuple[str, ...]:
    """One form, or those of a plural."""
    return tuple(message) if isinstance(message, tuple | list) else (str(message or ""),)


def missing(catalog: Catalog) -> list[Entry]:
    """Messages without a translation, or with one of too few forms."""
    return [entry for entry in entries(catalog) if not all(texts(entry.string))]


def add(catalog: Catalog, words: Mapping[str, str | list[str]]) -> list[str]:
    """Put translations in; those of messages that the program does not have are given back."""
    known = {texts(entry.id)[0]: entry for entry in entries(catalog)}
    for english, text in words.items():
        if english in known and text:
            known[english].string = tuple(text) if isinstance(text, list) else text
    return [english for english in words if english not in known]


def po(catalog: Catalog) -> bytes:
    """The file of the translation."""
    file = io.BytesIO()
    write_po(file, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    return _head(str(catalog.locale_identifier)) + file.getvalue()


def mo(catalog: Catalog) -> bytes:
    """What the program reads."""
    catalog.creation_date = catalog.revision_date = _NEVER
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def write(language: str, catalog: Catalog) -> None:
    """Both files."""
    path = source(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(po(catalog))
    path.with_suffix(".mo").write_bytes(mo(read(language)))


def to_fill_in(catalog: Catalog) -> dict[str, str | list[str]]:
    """Messages that are missing, with room for their translations."""
    return {texts(e.id)[0]: [""] * len(e.id) if isinstance(e.id, tuple) else "" for e in missing(catalog)}


def main() -> None:
    """Bring the languages up to date, and say what they lack."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--missing", metavar="LANGUAGE", choices=TRANSLATED)
    parser.add_argument("--add", nargs=2, metavar=("LANGUAGE", "FILE"))
    asked = parser.parse_args()
    if asked.missing:
        print(json.dumps(to_fill_in(updated(asked.missing)), ensure_ascii=False, indent=1))
        return
    for language in TRANSLATED:
        catalog = updated(language)
        if asked.add and asked.add[0] == language:
            for english in add(catalog, json.loads(Path(asked.add[1]).read_text("utf-8"))):
                print(f"{language}: no message of the program: {english!r}", file=sys.stderr)
        write(language, catalog)
        lacking = missing(catalog)
        print(f"{language}: {len(lacking)} of {len(catalog)} messages are missing")
        for entry in lacking[:20]:
            print(f"  {texts(entry.id)[0]!r}")
        if len(lacking) > 20:
            print(f"  ... all: python -P tests/languages.py --missing {language}")


if __name__ == "__main__":
    main()

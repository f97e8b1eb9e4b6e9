"""A form with files: each goes to a private file of its own as it comes in, and no more than was allowed."""

import os
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from synthaudit.errors import InputError
from synthaudit.files import create_private, machine_faults
from synthaudit.files.catalogue import N_
from synthaudit.web.asked import ROLES

MOST_BYTES = 1 << 30
"""Of one form with its files. What is larger is named by its path, and not sent."""
MOST_PARTS = 2_500
"""Fields of a form: a few for each of many columns."""
MOST_TEXT = 20_000
"""Bytes of a field that is no file."""
_ESCAPED = re.compile("%(22|0D|0A)", re.IGNORECASE)
"""What browsers write out in the name of a file; all else is as it is."""
_ENDING = re.compile(r"(\.[A-Za-z0-9_]{1,12}){1,2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as it was handed in."""

    fields: Mapping[str, str]
    files: Mapping[str, tuple[str, Path]]
    """Role -> the name that the file had, chosen by others, and where it lies now."""


@dataclass(slots=True)
class _Part:
    name: str = ""
    filename: str | None = None
    text: bytearray = field(default_factory=bytearray)
    file: BinaryIO | None = None
    path: Path | None = None


class _Reader:
    """Takes the parts of a form as the parser finds them."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.fields: dict[str, str] = {}
        self.files: dict[str, tuple[str, Path]] = {}
        self.part = _Part()
        self.n_parts = 0
        self.is_whole = False
        self.header_name = bytearray()
        self.header_value = bytearray()
        self.headers: dict[bytes, bytes] = {}

    def begin(self) -> None:
        self.n_parts += 1
        if self.n_parts > MOST_PARTS:
            raise _bad(N_("more fields than the page has"))
        self.part, self.headers = _Part(), {}

    def name_of_header(self, data: bytes, start: int, end: int) -> None:
        self.header_name += data[start:end]

    def value_of_header(self, data: bytes, start: int, end: int) -> None:
        self.header_value += data[start:end]

    def header(self) -> None:
        self.headers[bytes(self.header_name).lower()] = bytes(self.header_value)
        self.header_name, self.header_value = bytearray(), bytearray()

    def headers_done(self) -> None:
        _, options = parse_options_header(self.headers.get(b"content-disposition", b""))
        self.part.name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            return
        sent = _ESCAPED.sub(lambda code: unquote(code[0]), options[b"filename"].decode("utf-8", "replace"))
        # Of what some browsers send of a path, the last part.
        self.part.filename = re.split(r"[/\\]", sent)[-1]
        if self.part.filename and self.folder is not None and self.part.name in ROLES:
            ending = _ENDING.search(self.part.filename)
            self.part.path = self.folder / f"{self.part.name}{ending[0].lower() if ending else ''}"
            self.part.file = create_private(self.part.path)

    def data(self, data: bytes, start: int, end: int) -> None:
        if self.part.file is not None:
            self.part.file.write(data[start:end])
        elif self.part.filename is None:
            self.part.text += data[start:end]
            if len(self.part.text) > MOST_TEXT:
                raise _bad(N_("a field with more text than the page takes"))

    def whole(self) -> None:
        self.is_whole = True

    def end(self) -> None:
        part = self.part
        if part.file is not None and part.path is not None:
            part.file.flush()
            os.fsync(part.file.fileno())
            part.file.close()
            self.files[part.name] = (part.filename or "", part.path)
        elif part.filename is None:
            self.fields[part.name] = bytes(part.text).decode("utf-8", "replace")


def _bad(got: str) -> InputError:
    return InputError("SA-430", N_("the form"), got, N_("Load the page again and fill it in anew."))


async def read_form(content_type: str, body: AsyncIterator[bytes], folder: Path | None = None) -> Form:
    """Read a form as it comes in.

    Parameters
    ----------
    content_type : str
        Of the request; must be ``multipart/form-data``, as all forms of the page are.
    body : async iterator of bytes
        Whose length the caller has limited.
    folder : Path, optional
        Gets the files, under the names of their roles; without it files are dropped.

    Raises
    ------
    InputError
        SA-430 it is no form of this page.
    CannotFinishError
        SA-301 to SA-303 a file cannot be written.
    """
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise _bad(N_("it was not sent by this page"))
    reader = _Reader(folder)
    try:
        parser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": reader.begin,
                "on_header_field": reader.name_of_header,
                "on_header_value": reader.value_of_header,
                "on_header_end": reader.header,
                "on_headers_finished": reader.headers_done,
                "on_part_data": reader.data,
                "on_part_end": reader.end,
                "on_end": reader.whole,
            },
        )
        with machine_faults(N_("the tables that were sent")):
            async for chunk in body:
                if chunk:
                    parser.write(chunk)
        if not reader.is_whole:
            raise _bad(N_("it is cut short"))
    except FormParserError:
        raise _bad(N_("it is damaged")) from None
    finally:
        if reader.part.file is not None:
            reader.part.file.close()
    return Form(fields=reader.fields, files=reader.files)

"""A JSON array of records as JSON lines, a record a line, to be read as any other; where one ends is all that is told.

Every character goes to a line, or is one of the brackets, commas and blanks between the records.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from synthaudit.adapters.readers.compression import CHUNK
from synthaudit.adapters.readers.duck import connection, quoted
from synthaudit.adapters.readers.jsonlines import MAX_RECORD
from synthaudit.adapters.readers.raw import check_count, long_record
from synthaudit.errors import InputError
from synthaudit.files import create_private, machine_faults
from synthaudit.files.catalogue import N_
from synthaudit.types import BeyondCopy

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:(?P<end>")|\\?\Z)|[{}\[\]]', re.DOTALL)
"""A text, whole or up to where what is held ends, or a bracket."""
_BLANKS = re.compile(r"[ \t\r\n]*")
_FORM = N_("Write an array of records ({form}), as to_json(orient='records') of pandas does, or JSON lines.").format(
    form="[{...}, ...]"
)


def is_array(path: Path, where: str) -> bool:
    """Whether checked UTF-8 text is an array, rather than lines of JSON.

    Raises
    ------
    InputError
        SA-124 where it is one object that holds others, or no JSON.
    """
    with path.open(encoding="utf-8", newline="") as file:
        text = _Text(file.read, where)
        first = text.after_blanks()
        if first == "{" and text.is_nested():
            raise InputError("SA-124", where, N_("a JSON object that holds others, and no array of records"), _FORM)
    if first not in ("[", "{"):
        raise InputError("SA-124", where, N_("no JSON array of records"), _FORM)
    return first == "["


def write_lines(source: Path, target: Path, where: str, rows_named: bool) -> tuple[BeyondCopy, ...]:
    """Write the records of an array as lines, and count the gaps between them that are not as the first one.

    Raises
    ------
    InputError
        SA-103 nothing in it, SA-121 records lost, SA-124 no array of records, SA-156 a record too long.
    """
    n = longest = odd = first_gap = 0
    with (
        source.open(encoding="utf-8", newline="") as file,
        machine_faults(),
        create_private(target) as lines,
    ):
        for gap, record in _records(_Text(file.read, where), where, rows_named):
            # Between texts a tab is a blank as well; within one it is refused as a line end is.
            line = record.replace("\n", "\t").encode() + b"\n"
            lines.write(line)
            n, longest = n + 1, max(longest, len(line))
            first_gap = gap if n == 2 else first_gap
            odd += n > 2 and gap != first_gap
    if not n:
        raise InputError("SA-103", where, N_("0 rows; at least 1 expected"), N_("Export the table again."))
    check_count(where, _counted(source, longest, n), n)
    return (BeyondCopy(kind="line_blanks", n=odd),)


def _counted(source: Path, longest: int, otherwise: int) -> int:
    """Records by another library; as many as were read where it refuses a record, of which more is told later."""
    import duckdb

    size = max(1 << 24, 2 * longest)
    query = f"SELECT count(*) FROM read_json_objects({quoted(str(source))}, format='array', maximum_object_size={size})"
    try:
        with connection(source) as duck:
            return int(duck.execute(query).fetchall()[0][0])
    except duckdb.Error:
        return otherwise


def _records(text: "_Text", where: str, rows_named: bool) -> Iterator[tuple[int, str]]:
    """The records, each with what stands for the blanks before it."""
    n = 0

    def wrong(got: str) -> InputError:
        return InputError("SA-124", where, got + (N_(" after record {n}").format(n=n) if rows_named else ""), _FORM)

    text.after_blanks()
    text.at += 1
    if text.after_blanks() != "]":
        while True:
            if text.after_blanks() != "{":
                raise wrong(N_("something that is no record"))
            gap, record = text.gap, text.record()
            if record is None:
                raise wrong(N_("an array that is cut short"))
            yield gap, record
            n, text.gap = n + 1, 0
            mark = text.after_blanks()
            if mark == "]":
                break
            if mark != ",":
                raise wrong(N_("an array that is cut short") if not mark else N_("something that is no comma"))
            text.at += 1
    text.at += 1
    if text.after_blanks():
        raise wrong(N_("something behind the array"))


class _Text:
    """Text that is held from a place on, and read on where that is not enough."""

    def __init__(self, read: Callable[[int], str], where: str) -> None:
        self._read = read
        self._where = where
        self._held = ""
        self.at = 0
        self.gap = 0
        """What stands for the blanks that were passed since it was 0."""

    def _more(self) -> bool:
        """Read on, as much again as is held, so that nothing is looked at over and over; False at the end."""
        self._held, self.at = self._held[self.at :], 0
        if len(self._held) > MAX_RECORD:
            raise long_record(self._where, MAX_RECORD, None)
        block = self._read(max(CHUNK, len(self._held)))
        self._held += block
        return bool(block)

    def after_blanks(self) -> str:
        """The next character that is no blank, which stays there; nothing at the end."""
        while True:
            blanks = _BLANKS.match(self._held, self.at)
            if blanks is not None and blanks[0]:
                self.gap, self.at = zlib.crc32(blanks[0].encode(), self.gap), blanks.end()
            if self.at < len(self._held):
                return self._held[self.at]
            if not self._more():
                return ""

    def record(self) -> str | None:
        """What stands between a bracket and the one that closes it; None where nothing does."""
        depth = 0
        for bracket, end in self._brackets():
            depth += 1 if bracket in "{[" else -1
            if not depth:
                record = self._held[self.at : self.at + end]
                self.at += end
                return record
        return None

    def is_nested(self) -> bool:
        """Whether brackets stand within the next ones."""
        brackets = self._brackets()
        next(brackets, None)
        bracket, _ = next(brackets, ("", 0))
        return bracket in ("{", "[")

    def _brackets(self) -> Iterator[tuple[str, int]]:
        """Brackets that are in no text, each with how far behind the place it ends."""
        done = 0
        while True:
            for token in _TOKEN.finditer(self._held, self.at + done):
                if token[0][0] != '"':
                    yield token[0], token.end() - self.at
                elif token["end"] is None:
                    done = token.start() - self.at
                    break
            else:
                done = len(self._held) - self.at
            if not self._more():
                return

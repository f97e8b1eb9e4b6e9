"""The lines of a private copy of delimited text, and what is to be left out of them; it is rewritten at the end."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from synthaudit.adapters.readers.raw import plural
from synthaudit.adapters.readers.surroundings import rows_said
from synthaudit.errors import InputError
from synthaudit.files import create_private, machine_faults
from synthaudit.files.catalogue import N_

HEAD_BYTES, TAIL_BYTES = 1 << 20, 1 << 16
HEAD_LINES = 1_030
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimmed:
    """What was left out of a copy."""

    notes: tuple[str, ...] = ()
    n_lines: int = 0
    """Lines that were no rows."""
    sep: str | None = None
    """The delimiter, where the file names it or its form alone shows it."""


@dataclass(slots=True)
class CopyLines:
    """The lines of a copy, and what is to be left out of them."""

    path: Path
    asked: list[tuple[int, int]]
    out: list[int] = field(default_factory=list)
    """Lines of the copy as it is."""
    header: tuple[int, str] | None = None
    """A line, and what is written in its place."""
    notes: list[str] = field(default_factory=list)
    n_lines: int = 0
    sep: str | None = None

    def leave_out_asked(self, where: str) -> None:
        """Rewrite the copy without the lines that the user named."""
        if not self.asked:
            return
        n = self.count()
        if self.asked[-1][1] > n:
            got = N_("{lines}, fewer than --header-row or --skip-rows names").format(lines=plural(n, "line"))
            raise InputError("SA-180", where, got, N_("Correct the numbers, which count from 1."))
        self._write(self.asked, None)
        self.n_lines += sum(last - first + 1 for first, last in self.asked)
        said = ",".join(str(first) if first == last else f"{first}-{last}" for first, last in self.asked)
        self.notes.append(N_("{rows} left out on request").format(rows=lines_said(said)))

    def number(self, line: int) -> int:
        """A line of the copy as the file counts it."""
        for first, last in self.asked:
            if first <= line:
                line += last - first + 1
        return line

    def count(self) -> int:
        """Lines of the copy."""
        n, end = 0, b"\n"
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                n += block.count(b"\n")
                end = block[-1:]
        return n + (end != b"\n")

    def head(self) -> tuple[list[str], bool]:
        """The first lines, and whether they are all."""
        with self.path.open("rb") as file:
            data = file.read(HEAD_BYTES)
            is_whole = not file.read(1)
        lines = data.decode("utf-8", "ignore").split("\n")
        # Behind the last end there is nothing, or a line that is cut.
        if not is_whole or not lines[-1]:
            lines.pop()
        return lines[:HEAD_LINES], is_whole and len(lines) <= HEAD_LINES

    def tail(self) -> list[tuple[int, str]]:
        """The last lines with their numbers in the copy; the first line of all is not among them."""
        size, n = self.path.stat().st_size, self.count()
        with self.path.open("rb") as file:
            file.seek(max(0, size - TAIL_BYTES))
            data = file.read()
        lines = data.decode("utf-8", "ignore").removesuffix("\n").split("\n")
        numbered = list(zip(range(n - len(lines) + 1, n + 1), lines, strict=True))
        return numbered[1:]

    def leave_out(self, numbers: Sequence[int]) -> str:
        """Leave lines of the copy out, and say which they are in the file."""
        self.out += numbers
        self.n_lines += len(numbers)
        return lines_said(rows_said([self.number(line) for line in numbers]))

    def done(self) -> Trimmed:
        """Rewrite the copy where anything is to be left out of it."""
        if self.out or self.header is not None:
            self._write([(line, line) for line in sorted(self.out)], self.header)
        return Trimmed(notes=tuple(self.notes), n_lines=self.n_lines, sep=self.sep)

    def numbers_of(self, text: str, behind: int) -> list[int]:
        """Lines of the copy that are this text, behind a line, and none of a cell of several lines."""
        sought = text.encode()
        if not self._holds(b"\n" + sought + b"\n", 2):
            return []
        numbers = []
        with self.path.open("rb") as file:
            line, is_start, n_quotes = 1, True, 0
            while piece := file.readline(_BLOCK):
                if is_start and n_quotes % 2 == 0 and line > behind and piece.rstrip(b"\n") == sought:
                    numbers.append(line)
                n_quotes += piece.count(b'"')
                is_start = piece.endswith(b"\n")
                line += is_start
        return numbers

    def _holds(self, sought: bytes, times: int) -> bool:
        """Whether the copy, ends of lines around it, holds bytes so often."""
        n, data = 0, b"\n"
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                data += block
                n += data.count(sought)
                data = data[-len(sought) + 1 :]
            n += (data + b"\n").count(sought)
        return n >= times

    def _write(self, out: Sequence[tuple[int, int]], header: tuple[int, str] | None) -> None:
        target = self.path.with_name(f"trimmed{self.path.suffix}")
        firsts = [first for first, _ in out]
        with machine_faults(), create_private(target) as file, self.path.open("rb") as source:
            line, is_start = 1, True
            while piece := source.readline(_BLOCK):
                i = bisect_right(firsts, line) - 1
                is_out = i >= 0 and line <= out[i][1]
                if header is not None and header[0] == line:
                    file.write(f"{header[1]}\n".encode() if is_start else b"")
                elif not is_out:
                    file.write(piece)
                is_start = piece.endswith(b"\n")
                line += is_start
        with machine_faults():
            target.replace(self.path)


def lines_said(said: str) -> str:
    """``line 3``, ``lines 1-3``."""
    return N_("line {said}").format(said=said) if said.isdigit() else N_("lines {said}").format(said=said)

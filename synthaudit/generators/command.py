"""Any program as a generator: it gets a training file, a row count and a seed, and writes a table."""

import atexit
import errno
import hashlib
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from synthaudit.adapters.readers.raw import RawTable
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError
from synthaudit.files import printable, private_temporary, sha256_of, write_atomic
from synthaudit.files.catalogue import N_
from synthaudit.files.system import end_at_once, of_its_own
from synthaudit.generators.exchange import NAMED, canonical_like, csv_text

_WHERE = N_("--generator command")
_HOUR = 3600.0
_RUNNING: "dict[subprocess.Popen[bytes], Path]" = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program that makes synthetic tables (implements ``Generator``).

    For every shadow it is started anew, without a shell and without standard input. What it prints is thrown away, as
    it may quote the training rows. Training table and release lie in a private temporary folder that is removed.

    Parameters
    ----------
    arguments : tuple of str
        Program and arguments. In each of them ``{train}`` (CSV to read), ``{rows}`` (number of rows to write),
        ``{seed}`` (0 to 2**31 - 1) and ``{out}`` (CSV to write) are filled in; ``{train}`` and ``{out}`` must occur.
    time_limit : float, default 3600
        Seconds for one shadow, after which the program and what it started are killed.

    Raises
    ------
    InputError
        SA-210 a placeholder is missing, or there is no such program.
    """

    arguments: tuple[str, ...]
    time_limit: float = _HOUR
    name: str = "command"

    def __post_init__(self) -> None:
        usage = N_("Write command:PROGRAM ... {train} {rows} {seed} {out}.")
        if not self.arguments:
            raise InputError("SA-210", _WHERE, N_("no program"), usage)
        for placeholder in ("{train}", "{out}"):
            if not any(placeholder in argument for argument in self.arguments[1:]):
                raise InputError(
                    "SA-210", _WHERE, N_("no {placeholder} among the arguments").format(placeholder=placeholder), usage
                )
        if shutil.which(self.arguments[0]) is None:
            got = N_("no program {name} that may be run").format(name=printable(self.arguments[0], 80))
            raise InputError("SA-210", _WHERE, got, N_("Check its path and permissions."))

    @classmethod
    def of(cls, line: str) -> "Command":
        """From a command line, split as a POSIX shell splits it.

        Raises
        ------
        InputError
            SA-210 a quote is never closed, a placeholder is missing, or there is no such program.

        Examples
        --------
        >>> Command.of("env python3 'my model.py' {train} --n={rows} {out}").arguments[2:]
        ('my model.py', '{train}', '--n={rows}', '{out}')
        """
        try:
            return cls(arguments=tuple(shlex.split(line)))
        except ValueError:
            raise InputError("SA-210", _WHERE, N_("a quote or escape is not closed"), N_("Close it.")) from None

    def fingerprint(self) -> str:
        """Hexadecimal SHA-256 of the arguments and of the files among them, so that a changed program is another."""
        program = shutil.which(self.arguments[0]) or ""
        # Unlike Path.is_file this takes an argument too long for a path as none.
        files = [sha256_of(path) for path in (program, *self.arguments[1:]) if os.path.isfile(path)]  # noqa: PTH113
        return hashlib.sha256(repr((self.arguments, files)).encode()).hexdigest()

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        """Let the program fit ``table`` and write ``n_rows`` rows.

        Returns
        -------
        DataFrame
            Canonical cells in the columns and kinds of ``table``.

        Raises
        ------
        InputError
            SA-211 it could not be started, failed, or ran out of time; SA-212 its table is missing or ill-shaped.
        """
        with private_temporary(".csv") as train:
            out = train.with_name("release.csv")
            write_atomic(train, csv_text(table))
            filled = {"train": str(train), "rows": str(n_rows), "seed": str(rng.integers(2**31)), "out": str(out)}
            self._run([_filled(argument, filled) for argument in self.arguments], train.parent)
            if not out.exists():
                raise InputError("SA-212", _WHERE, N_("the program wrote no table"), N_("Let it write CSV to {out}."))
            raw = _read(out)
        if set(raw.frame.columns) != set(table.columns) or len(raw.frame) != n_rows:
            names = len(set(raw.frame.columns) & set(table.columns))
            got = N_(
                "{n_rows} rows of {n_columns} columns were asked for, the program wrote {n_written} of"
                " {n_written_columns}, {names} of them known"
            ).format(
                n_rows=n_rows,
                n_columns=table.shape[1],
                n_written=len(raw.frame),
                n_written_columns=raw.frame.shape[1],
                names=names,
            )
            raise InputError("SA-212", _WHERE, got, N_("Write {rows} rows with the columns of {train}."))
        try:
            return canonical_like(raw, table)
        except InputError as error:
            # Only the code: a column's name may be a cell where the program wrote no header.
            got = N_("cells of the table do not fit the training table ({code})").format(code=error.code)
            raise InputError("SA-212", _WHERE, got, N_("Write them as {train} does.")) from None

    def _run(self, command: list[str], folder: Path) -> None:
        silent = subprocess.DEVNULL
        try:
            # What it writes is as private as its training file.
            program = subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent, **of_its_own(umask=0o077))
        except OSError as error:
            got = N_("the program could not be started ({name})").format(
                name=errno.errorcode.get(error.errno or 0, "error")
            )
            raise InputError("SA-211", _WHERE, got, N_("Check its path and permissions.")) from None
        _RUNNING[program] = folder
        try:
            code = program.wait(self.time_limit)
        except subprocess.TimeoutExpired:
            got = N_("the program was stopped after {seconds:g} seconds").format(seconds=self.time_limit)
            raise InputError("SA-211", _WHERE, got, N_("Make it faster, or audit fewer rows.")) from None
        finally:
            _end(program)
            _RUNNING.pop(program, None)
        if code:
            how = (
                N_("ended with exit code {code}").format(code=code)
                if code > 0
                else N_("was killed by signal {number}").format(number=-code)
            )
            raise InputError(
                "SA-211", _WHERE, N_("the program {how}").format(how=how), N_("Run it by hand to see what it says.")
            )


def _filled(argument: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        argument = argument.replace(f"{{{name}}}", value)
    return argument


def _end(program: "subprocess.Popen[bytes]") -> None:
    """Kill a program that still runs, and everything it started, also where it ended before that did."""
    # While one of the group lives its number is taken; with nobody left there is no such group.
    end_at_once(program)
    program.wait()


@atexit.register
def _end_all() -> None:
    """An interrupted audit does not wait for its workers: neither programs nor their training files stay behind."""
    for program, folder in list(_RUNNING.items()):
        _end(program)
        shutil.rmtree(folder, ignore_errors=True)


def _read(path: Path) -> RawTable:
    try:
        return read_table(path, "synthetic", options=NAMED)
    except InputError as error:
        got = N_("the program's output is no table that can be read ({code})").format(code=error.code)
        raise InputError("SA-212", _WHERE, got, N_("Let it write CSV with a header to {out}.")) from None

"""The errors that a user can meet, each with the exit code it ends a command with.

::

    SynthauditError
    ├── InputError        2   a table, an option or a configuration that cannot be audited
    ├── CannotFinishError 4   the machine's fault: no space, a dead worker, no permission
    └── GateError         1   ``Audit.gate()``: the audit did not pass

Every message says what, where, got, do, and never quotes a cell of any table.
"""


class SynthauditError(Exception):
    """Root of everything that synthaudit raises on purpose."""

    exit_code = 4


class InputError(SynthauditError):
    """A table, an option or a configuration that cannot be audited.

    Parameters
    ----------
    code : str
        Stable identifier, ``SA-nnn``; listed in ``docs/errors.md``.
    where : str
        Role and file name, and the column where there is one.
    got : str
        What was seen: counts only, never a value.
    do : str
        The one thing to do.

    Examples
    --------
    >>> str(InputError("SA-102", "synthetic s.csv", "0 bytes", "Export the table again."))
    'SA-102 synthetic s.csv: 0 bytes. Export the table again.'
    """

    exit_code = 2

    def __init__(self, code: str, where: str, got: str, do: str) -> None:
        super().__init__(f"{code} {where}: {got}. {do}")
        self.code = code
        self.where = where
        self.got = got
        self.do = do


class CannotFinishError(SynthauditError):
    """The audit was possible and the machine could not finish it."""

    exit_code = 4


class GateError(SynthauditError):
    """The audit did not pass; raised by ``Audit.gate()`` only."""

    exit_code = 1

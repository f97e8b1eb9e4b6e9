"""The one way to a terminal: names of files, columns and vendors come with what is printed, and none may act there."""

import click

from synthaudit.errors import InputError, SynthauditError
from synthaudit.files import written_out
from synthaudit.files.retold import retold


def tell(*lines: str, err: bool = False) -> None:
    r"""Print lines with control characters, bidi marks, and bytes that are no text written out.

    A line end within a line is written out too: a name must not begin a line that looks like ours.

    Examples
    --------
    >>> tell("report: /tmp/\x1b[2Jx\udcff\nPASS")
    report: /tmp/\u001b[2Jx\udcff\u000aPASS
    """
    for line in lines:
        click.echo(written_out(line), err=err)


def in_words(error: SynthauditError) -> str:
    """What is said of an error, in the language of the moment; its code, and all of it in English, stay as they are.

    Examples
    --------
    >>> in_words(InputError("SA-102", "synthetic s.csv", "0 bytes", "Export the table again."))
    'SA-102 synthetic s.csv: 0 bytes. Export the table again.'
    """
    if isinstance(error, InputError):
        return f"{error.code} {retold(error.where)}: {retold(error.got)}. {retold(error.do)}"
    return retold(str(error))

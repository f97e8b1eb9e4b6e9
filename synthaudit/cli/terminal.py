"""The one way to a terminal: names of files, columns and vendors come with what is printed, and none may act there."""

import click

from synthaudit.files import written_out


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

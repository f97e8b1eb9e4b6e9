"""``completion``: the script that makes a shell complete commands and options."""

import click
from click.shell_completion import get_completion_class

from synthaudit.adapters.options import LANG
from synthaudit.cli.options import CONTEXT, takes
from synthaudit.cli.told import Command
from synthaudit.files.catalogue import N_

SHELLS = ("bash", "zsh", "fish")


@click.command(
    cls=Command,
    context_settings=CONTEXT,
    help=N_("Print the script that completes commands and options in your SHELL: bash, zsh or fish."),
)
@click.argument("shell", type=click.Choice(SHELLS))
@takes(LANG)
@click.pass_context
def completion(context: click.Context, /, shell: str) -> None:
    """``completion``: to be read by the shell as it starts."""
    script = get_completion_class(shell)
    assert script is not None
    # What the shell calls later is the installed command, however this one was started.
    click.echo(script(context.find_root().command, {}, "synthaudit", "_SYNTHAUDIT_COMPLETE").source())

"""``compare``: releases side by side."""

from pathlib import Path

import click

from synthaudit.adapters.options import LANG
from synthaudit.cli.options import CONTEXT, takes
from synthaudit.cli.terminal import tell
from synthaudit.cli.told import Command
from synthaudit.cli.told import Option as ToldOption
from synthaudit.files.catalogue import N_, _


@click.command(
    cls=Command,
    context_settings=CONTEXT,
    help=N_(
        "Hold 2 to 12 audits side by side on one page, from EVIDENCE alone (evidence.json, or its folder): who passes,"
        " who gives less away, and who can be told apart at all.\n\nExit codes: 0 compared, 2 bad input, 3 not"
        " comparable."
    ),
)
@click.argument("evidence", type=click.Path(), nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    cls=ToldOption,
    type=click.Path(),
    metavar=N_("FILE"),
    default="compare.html",
    help=N_("The page."),
)
@click.option(
    "--format",
    "form",
    cls=ToldOption,
    type=click.Choice(["html"]),
    default="html",
    help=N_("There is no other."),
)
@takes(LANG)
@click.pass_context
def compare(context: click.Context, /, evidence: tuple[str, ...], output: str, form: str) -> None:
    """``compare``: prints where the page is, and a line a release."""
    from synthaudit.commands.compare import compare_releases
    from synthaudit.files.retold import retold
    from synthaudit.report.comparison_page import terminal_lines

    compared = compare_releases([Path(path) for path in evidence], Path(output))
    for doubt in compared.doubts:
        tell(f"synthaudit: {retold(doubt)}", err=True)
    tell(*terminal_lines(compared.comparison), _("comparison: {path}").format(path=compared.page))
    context.exit(compared.exit_code)

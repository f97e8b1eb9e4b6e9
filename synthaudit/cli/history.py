"""``history``: all recorded audits on one page, and their file made anew from evidence."""

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
        "Write the page of the history FILE, in which audit --history and batch --history record audits; with --rebuild"
        " first make FILE anew from every evidence.json in the folders DIR."
    ),
)
@click.argument("folders", metavar="[DIR]...", nargs=-1, type=click.Path())
@click.argument("file", type=click.Path())
@click.option("--rebuild", cls=ToldOption, is_flag=True, help=N_("Make FILE anew from the evidence in DIR."))
@click.option(
    "--scores",
    cls=ToldOption,
    type=click.Path(),
    multiple=True,
    metavar=N_("DIR"),
    help=N_("Folder with audits made with --scores: where people are the same, they are compared one by one."),
)
@click.option(
    "-o",
    "--output",
    cls=ToldOption,
    type=click.Path(),
    metavar=N_("FILE"),
    default="history.html",
    help=N_("The page."),
)
@takes(LANG)
def history(folders: tuple[str, ...], file: str, rebuild: bool, scores: tuple[str, ...], output: str) -> None:
    """``history``: prints where the page is."""
    from synthaudit.adapters.values import checked_path
    from synthaudit.commands.history import rebuild as rebuilt
    from synthaudit.commands.history import write_history
    from synthaudit.files.retold import retold

    if rebuild != bool(folders):
        raise click.UsageError(_("--rebuild and folders go together: synthaudit history --rebuild DIR... FILE"))
    path, page = (Path(checked_path(name, value)) for name, value in (("history", file), ("output", output)))
    audited = [Path(checked_path("rebuild", folder)) for folder in folders]
    if rebuild:
        made = rebuilt(path, audited)
        for line in made.left_out:
            tell(_("left out: {line}").format(line=retold(line)), err=True)
        if made.n_dropped:
            tell(_("dropped, as no evidence of it was found: {n}").format(n=made.n_dropped), err=True)
        tell(_("history: {path}, {n} audits").format(path=path, n=made.n_audits))
    for line in write_history(path, page, [*audited, *(Path(checked_path("scores", folder)) for folder in scores)]):
        tell(_("scores left out: {line}").format(line=retold(line)), err=True)
    tell(_("page: {page}").format(page=page))

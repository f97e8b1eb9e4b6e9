"""``serve``: the page of this machine."""

import sys
from pathlib import Path

import click

from synthaudit.adapters.options import LANG
from synthaudit.cli.options import CONTEXT, takes
from synthaudit.cli.terminal import tell
from synthaudit.cli.told import Command
from synthaudit.cli.told import Option as ToldOption
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_, _


def default_folder() -> Path:
    """Where audits of the page lie unless somebody says otherwise: a folder that the user finds again."""
    return Path.home() / "synthaudit"


@click.command(
    cls=Command,
    context_settings=CONTEXT,
    help=N_(
        "Open a page in the browser that leads from files to a verdict. It listens on this machine alone and sends"
        " nothing to another; Ctrl-C ends it."
    ),
)
@click.option(
    "--data-dir",
    cls=ToldOption,
    type=click.Path(),
    metavar=N_("DIR"),
    help=N_("Gets audits, reports and the tables that are handed in; by default synthaudit in your home folder."),
)
@click.option(
    "--port",
    cls=ToldOption,
    type=click.IntRange(0, 65_535),
    default=0,
    help=N_("Of this machine; 0 = any that is free."),
)
@click.option("--no-browser", cls=ToldOption, is_flag=True, help=N_("Print the link, and open nothing."))
@takes(LANG)
def serve(data_dir: str | None, port: int, no_browser: bool) -> None:
    """``serve``: prints the link and serves until it is ended."""
    try:
        from synthaudit.web.server import serve as serving
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn", "python_multipart", "anyio", "h11"):
            raise
        got = N_("{name} is not installed").format(name=error.name)
        do = N_('Run: {python} -m pip install "synthaudit-privacy[web,pdf]"').format(python=sys.executable)
        raise InputError("SA-114", N_("the local page"), got, do) from None

    def told(address: str, is_running: bool) -> None:
        if is_running:
            tell(_("it runs already; this opens it once more: {address}").format(address=address))
            return
        tell(_("open this in your browser (good once): {address}").format(address=address))
        tell(_("audits lie in {folder}; Ctrl-C ends the page").format(folder=folder))
        sys.stdout.flush()

    folder = default_folder() if data_dir is None else Path(data_dir)
    serving(folder, port=port, opens=not no_browser, tell=told)

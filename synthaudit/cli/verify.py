"""``verify`` and ``report``: an audit that is finished."""

from pathlib import Path
from typing import Any

import click

from synthaudit.adapters.options import OPTIONS, Option
from synthaudit.cli.options import CONTEXT, takes
from synthaudit.cli.terminal import tell
from synthaudit.files.catalogue import _

_TABLES = ("train", "holdout", "synthetic", "reference", "deleted")


@click.command(context_settings=CONTEXT)
@click.argument("folder", type=click.Path())
@takes(
    *(
        Option(
            name=name,
            kind="table",
            metavar="FILE",
            multiple=True,
            help=f"Where {OPTIONS[name].name} is now, if not where the audit found it.",
        )
        for name in _TABLES
    ),
    Option(name="audited_copy", kind="table", metavar="FILE", multiple=True, help="Where the audited copy is now."),
    Option(name="as_json", flags=("--json",), kind="flag", help="Print the result as JSON."),
)
@click.pass_context
def verify(context: click.Context, /, folder: str, as_json: bool, **tables: Any) -> None:
    """Hash again the files of an audit or a batch in FOLDER, and its tables; name what is not as it was.

    Exit codes: 0 all as written, 1 something was altered, 3 something could not be looked at.
    """
    from synthaudit.commands.verify import verify_folder
    from synthaudit.report.retold import retold

    result = verify_folder(Path(folder), tables)
    if as_json:
        click.echo(result.to_json(), nl=False)
        context.exit(result.exit_code)
    for item in result.checked:
        tell(f"{retold(item.state):<14}{item.name}{f': {retold(item.why)}' if item.why else ''}")
    context.exit(result.exit_code)


@click.command(context_settings=CONTEXT)
@click.argument("evidence", type=click.Path())
@click.option(
    "--edition",
    type=click.Choice(["shareable", "vendor", "internal"]),
    default="shareable",
    help="vendor: findings and questions, no figure.",
)
@click.option(
    "--format",
    "forms",
    type=click.Choice(["html", "pdf", "md", "letter"]),
    default=("html",),
    multiple=True,
    help="May be repeated; pdf, and letter (one page to be signed), need the extra pdf.",
)
@click.option(
    "--previous",
    type=click.Path(),
    metavar="EVIDENCE",
    help="An earlier audit of the same dataset: findings are then fixed, open or new.",
)
def report(evidence: str, edition: str, forms: tuple[str, ...], previous: str | None) -> None:
    """Write the report again from EVIDENCE (evidence.json, or its folder), beside it and without any data."""
    if edition == "internal":
        raise click.UsageError(
            "The internal edition names rows, and evidence.json holds none: run audit with --internal on the tables."
        )
    from synthaudit.commands.report import report_again

    earlier = None if previous is None else Path(previous)
    written = [report_again(Path(evidence), form, edition, earlier) for form in dict.fromkeys(forms)]
    if doubt := written[0][1]:
        tell(f"synthaudit: {doubt}", err=True)
    for path, _doubt in written:
        tell(_("report: {path}").format(path=path))

"""``verify`` and ``report``: an audit that is finished."""

from pathlib import Path
from typing import Any

import click

from synthaudit.adapters.options import LANG, OPTIONS, SIGN, Option
from synthaudit.cli.options import CONTEXT, signer_of, takes
from synthaudit.cli.terminal import tell
from synthaudit.cli.told import Command
from synthaudit.cli.told import Option as ToldOption
from synthaudit.files.catalogue import N_, _

_TABLES = ("train", "holdout", "synthetic", "reference", "deleted")


@click.command(
    cls=Command,
    context_settings=CONTEXT,
    help=N_(
        "Hash again the files of an audit or a batch in FOLDER, and its tables; name what is not as it"
        " was.\n\nExit codes: 0 all as written, 1 something was altered, 3 something could not be looked"
        " at."
    ),
)
@click.argument("folder", type=click.Path())
@takes(
    *(
        Option(
            name=name,
            kind="table",
            metavar=N_("FILE"),
            multiple=True,
            help=N_("Where {table} is now, if not where the audit found it.").format(table=OPTIONS[name].name),
        )
        for name in _TABLES
    ),
    Option(
        name="audited_copy", kind="table", metavar=N_("FILE"), multiple=True, help=N_("Where the audited copy is now.")
    ),
    Option(name="public_key", metavar=N_("FILE"), help=N_("PEM: the key that is to have signed the audit.")),
    Option(name="as_json", flags=("--json",), kind="flag", help=N_("Print the result as JSON.")),
    LANG,
)
@click.pass_context
def verify(context: click.Context, /, folder: str, as_json: bool, public_key: str | None, **tables: Any) -> None:
    """``verify``: prints a line a file."""
    from synthaudit.commands.signature import load_public_key
    from synthaudit.commands.verify import verify_folder
    from synthaudit.files.retold import retold

    key = None if public_key is None else load_public_key(Path(public_key))
    result = verify_folder(Path(folder), tables, key)
    if as_json:
        click.echo(result.to_json(), nl=False)
        context.exit(result.exit_code)
    for item in result.checked:
        tell(f"{retold(item.state):<14}{item.name}{f': {retold(item.why)}' if item.why else ''}")
    context.exit(result.exit_code)


@click.command(
    cls=Command,
    context_settings=CONTEXT,
    help=N_("Write the report again from EVIDENCE (evidence.json, or its folder), beside it and without any data."),
)
@click.argument("evidence", type=click.Path())
@click.option(
    "--edition",
    cls=ToldOption,
    type=click.Choice(["shareable", "vendor", "internal"]),
    default="shareable",
    help=N_("vendor: findings and questions, no figure."),
)
@click.option(
    "--format",
    "forms",
    cls=ToldOption,
    type=click.Choice(["html", "pdf", "md", "letter"]),
    default=("html",),
    multiple=True,
    help=N_("May be repeated; pdf, and letter (one page to be signed), need the extra pdf."),
)
@click.option(
    "--previous",
    cls=ToldOption,
    type=click.Path(),
    metavar="EVIDENCE",
    help=N_("An earlier audit of the same dataset: findings are then fixed, open or new."),
)
@takes(SIGN, LANG)
def report(evidence: str, edition: str, forms: tuple[str, ...], previous: str | None, sign: str | None) -> None:
    """``report``: prints where it was written."""
    if edition == "internal":
        raise click.UsageError(
            _("The internal edition names rows, and evidence.json holds none: run audit with --internal on the tables.")
        )
    from synthaudit.commands.report import report_again
    from synthaudit.files.retold import retold

    earlier, signer = None if previous is None else Path(previous), signer_of(sign)
    written = [report_again(Path(evidence), form, edition, earlier, signer) for form in dict.fromkeys(forms)]
    if doubt := written[0][1]:
        tell(f"synthaudit: {retold(doubt)}", err=True)
    for path, _doubt in written:
        tell(_("report: {path}").format(path=path))

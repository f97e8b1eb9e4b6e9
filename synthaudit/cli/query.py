"""``query``: the pointed question about one person."""

from typing import Any

import click

from synthaudit.adapters.options import LANG, OPTIONS, Option
from synthaudit.cli.options import CONTEXT, READING, changed, keywords, need_train, takes
from synthaudit.cli.terminal import tell
from synthaudit.cli.told import Command
from synthaudit.files.catalogue import N_


@click.command(
    cls=Command,
    context_settings=CONTEXT,
    help=N_("Was this person's record in the training data? Exit code 0 whenever there is an answer: it is no gate."),
)
@takes(
    Option(
        name="record",
        kind="table",
        metavar=N_("FILE"),
        help=N_("One person: a row, or rows with --entity."),
        required=True,
    ),
    OPTIONS["train"],
    changed("synthetic", help=N_("The release, or several of them.")),
    changed("holdout", help=N_("Real rows that the vendor never saw.")),
    OPTIONS["manifest"],
    OPTIONS["reference"],
    changed("seed", help=N_("Same inputs and seed, same answer.")),
    OPTIONS["jobs"],
    Option(name="as_json", flags=("--json",), kind="flag", help=N_("Print the answer as JSON.")),
    *READING,
    LANG,
)
def query(record: str, synthetic: tuple[str, ...], as_json: bool, **flags: Any) -> None:
    """``query``: prints the answer."""
    from synthaudit.commands.query import ask
    from synthaudit.commands.request import request

    options = keywords(flags)
    need_train(options)
    answer = ask(request(**options), record, list(synthetic))
    text = answer.to_json() if as_json else answer.to_text()
    tell(*text.removesuffix("\n").split("\n"))

"""``split`` and ``schema infer``: one table, before there is any release."""

from typing import Any

import click

from synthaudit.adapters.options import DRAW, LANG, OPTIONS
from synthaudit.cli.options import CONTEXT, READING, changed, keywords, takes
from synthaudit.cli.terminal import tell
from synthaudit.cli.told import Command, Group
from synthaudit.files.catalogue import N_, _


@click.command(
    cls=Command,
    context_settings=CONTEXT,
    help=N_("Draw train and holdout from TABLE at random, and seal the draw before the vendor gets anything."),
)
@click.argument("table", type=click.Path())
@takes(
    changed(
        "output", flags=("--out", "-o"), default=None, required=True, help=N_("A folder of its own for the split.")
    ),
    changed("entity", help=N_("Column or columns that name the person: all rows of a person go to one side.")),
    *DRAW,
    changed("missing", help=N_("Spelling of a missing cell.")),
    OPTIONS["decimal"],
    OPTIONS["thousands"],
    changed("sheet", help=N_("Sheet of a workbook, where several hold data.")),
    OPTIONS["sep"],
    OPTIONS["encoding"],
    changed("max_bytes", help=N_("Limit of decoded bytes.")),
    OPTIONS["has_header"],
    OPTIONS["header_row"],
    OPTIONS["skip_rows"],
    LANG,
)
def split(table: str, output: str, coins: bool, pairs: bool, **flags: Any) -> None:
    """``split``: prints what goes to the vendor and what stays."""
    from synthaudit.commands.split import run_split, split_request

    if coins and pairs:
        raise click.UsageError(_("Choose --coins or --pairs, not both."))
    design = "coins" if coins else "pairs" if pairs else "fixed"
    made = run_split(split_request(table=table, output=output, design=design, **flags))
    who = _("rows") if flags["entity"] is None else _("people")
    tell(
        _("for the vendor   {train} ({n_rows:,} rows) and {commitment}").format(
            train=made.train, n_rows=made.n_rows["train"], commitment=made.folder / "commitment.txt"
        )
    )
    secret = [path for path in (made.holdout, made.reference, made.canaries, made.manifest) if path is not None]
    tell(_("keep secret      {paths}").format(paths=", ".join(str(path) for path in secret)))
    tell(
        _("drawn            {counts}").format(
            counts=", ".join(
                _("{n:,} {who} in {name}").format(n=n, who=who, name=name) for name, n in made.n_units.items()
            )
        )
    )
    tell(_("commitment       {commitment}").format(commitment=made.commitment))
    tell(
        _("when the release is there: synthaudit audit --manifest {manifest} --synthetic RELEASE -o OUT").format(
            manifest=made.manifest
        )
    )


@click.group(cls=Group, context_settings=CONTEXT, help=N_("Kinds and roles of columns."))
def schema() -> None:
    """``schema``."""


@schema.command(
    "infer",
    context_settings=CONTEXT,
    help=N_("Print what is inferred from TABLE as TOML, to be put into --config and corrected."),
)
@click.argument("table", type=click.Path())
@takes(*READING, LANG)
def schema_infer(table: str, **flags: Any) -> None:
    """``schema infer``: prints TOML."""
    from synthaudit.adapters.alignment.schema_file import schema_to_toml
    from synthaudit.commands.schema import infer_schema

    inferred, notes = infer_schema(table, **keywords(flags))
    tell(*schema_to_toml(inferred, notes).removesuffix("\n").split("\n"))

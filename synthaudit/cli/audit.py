"""``audit``, ``batch`` and ``check-inputs``: releases against the tables that they were made from."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from synthaudit.adapters.options import (
    ALLOW_COMMANDS,
    AUDITED_COPY,
    FRESH,
    HISTORY,
    NAMES,
    OUTPUT,
    RUN,
    SIGN,
    SYNTHETIC,
    TALK,
)
from synthaudit.cli.options import CONTEXT, READING, changed, requested, signer_of, takes, talking
from synthaudit.cli.terminal import tell
from synthaudit.cli.told import Command
from synthaudit.cli.verdict import print_verdict, say
from synthaudit.files.catalogue import N_, _
from synthaudit.report.drawing import prepare_drawing

EXIT = {"pass": 0, "fail": 1, "inconclusive": 3}


@click.command(
    cls=Command, context_settings=CONTEXT, help=N_("Audit a release: a verdict, an exit code, and a report in DIR.")
)
@takes(*RUN, ALLOW_COMMANDS, SYNTHETIC, OUTPUT, AUDITED_COPY, SIGN, HISTORY, FRESH, *READING, *NAMES, *TALK)
@click.pass_context
def audit(
    context: click.Context,
    /,
    synthetic: tuple[str, ...],
    output: str,
    audited_copy: str | None,
    sign: str | None,
    history: str | None,
    **flags: Any,
) -> None:
    """``audit``: prints the verdict, and ends with its exit code."""
    # Starts beside the imports and the reading, which leave a core idle.
    prepare_drawing()
    from synthaudit.cli.progress import shown_progress
    from synthaudit.commands.audit import audit_request
    from synthaudit.commands.audited_copy import checked_target
    from synthaudit.report.what_now import what_now

    terminal = talking(flags)
    copy = None if audited_copy is None else checked_target(audited_copy)
    shown = synthetic[0] if len(synthetic) == 1 else list(synthetic)
    signer = signer_of(sign)
    request = replace(requested(flags, synthetic=shown), signer=signer)
    record = _recorder(history)
    folder = _folder(output)
    with shown_progress(**terminal) as progress:
        report = audit_request(request, list(synthetic), folder, progress, _notify(terminal["quiet"]), copy)
    print_verdict(report, terminal["no_color"])
    record(folder)
    tell(_("report: {path}").format(path=folder / "report.html"))
    tell(_("what now: {page}").format(page=what_now(report)))
    if copy is not None:
        tell(_("audited copy: {copy}").format(copy=copy))
    if request.internal:
        tell(_("internal report, names rows: {path}").format(path=folder / "report.internal.html"))
    if signer is not None:
        tell(_("signed by key {key}").format(key=signer.fingerprint))
    context.exit(EXIT[report.outcome])


@click.command(
    cls=Command,
    context_settings=CONTEXT,
    help=N_("Audit every table in the folder RELEASES; the exit code is that of the worst."),
)
@click.argument("releases", type=click.Path())
@takes(
    *RUN,
    ALLOW_COMMANDS,
    changed("output", help=N_("Gets a folder per release and index.html.")),
    SIGN,
    HISTORY,
    changed("fresh", help=N_("Do finished releases and their shadows again.")),
    *READING,
    # Each is called by its file.
    *(option for option in NAMES if option.name != "release"),
    *TALK,
)
@click.pass_context
def batch(
    context: click.Context, /, releases: str, output: str, sign: str | None, history: str | None, **flags: Any
) -> None:
    """``batch``: prints a line a release."""
    from synthaudit.adapters.values import checked_path
    from synthaudit.cli.progress import shown_progress
    from synthaudit.commands.batch import run_batch
    from synthaudit.files.retold import retold

    terminal = talking(flags)
    signer = signer_of(sign)
    request = replace(requested(flags), signer=signer)
    source, record = Path(checked_path("releases", releases)), _recorder(history)
    with shown_progress(**terminal) as progress:
        result = run_batch(source, request, _folder(output), progress=progress, record=record)
    for entry in result.entries:
        again = _(" (finished earlier)") if entry.resumed else ""
        say(entry.outcome, f"{entry.name}{again}: {retold(entry.reason)}", terminal["no_color"])
        if entry.what_now:
            tell(_("  what now: {page}").format(page=entry.what_now))
        if entry.redone:
            tell(_("  done again: {redone}").format(redone=retold(entry.redone)))
    tell(_("index: {index}").format(index=result.index))
    if signer is not None:
        tell(_("signed by key {key}").format(key=signer.fingerprint))
    context.exit(result.exit_code)


@click.command(
    "check-inputs",
    cls=Command,
    context_settings=CONTEXT,
    help=N_("Read and align the tables as an audit would, and stop there."),
)
@takes(*RUN, ALLOW_COMMANDS, changed("synthetic", help=N_("The release."), multiple=False), *READING)
@click.pass_context
def check_inputs(context: click.Context, /, synthetic: str, **flags: Any) -> None:
    """``check-inputs``: prints columns and notes."""
    from synthaudit.commands.audit import align_release, open_real
    from synthaudit.files.retold import retold

    request = requested(flags, synthetic=synthetic)
    with ExitStack() as resources:
        data = align_release(open_real(request), synthetic, request, resources)
    for column in data.schema.columns:
        tell(f"{column.kind:<12} {column.name}{' (' + ', '.join(column.roles) + ')' if column.roles else ''}")
    for note in data.coverage:
        tell(f"{'! ' if note.blocks_pass else '  '}{retold(note.test)}: {retold(note.reason)}")
    tell(", ".join(_("{role} {n:,} rows").format(role=role, n=n) for role, n in data.n_rows.items()))


def _recorder(history: str | None) -> Callable[[Path], None]:
    """What records the audit in a folder, where somebody keeps a history; one that is none is refused here."""
    if history is None:
        return lambda folder: None
    from synthaudit.adapters.values import checked_path
    from synthaudit.commands.history import open_history, record_folder

    path = Path(checked_path("history", history))
    open_history(path)
    return lambda folder: record_folder(path, folder)


def _folder(output: str) -> Path:
    from synthaudit.adapters.values import checked_path
    from synthaudit.files import prepare_output_folder

    folder = Path(checked_path("output", output))
    prepare_output_folder(folder)
    return folder


def _notify(quiet: bool) -> Callable[[str], None] | None:
    if quiet:
        return None
    from synthaudit.files.retold import retold

    return lambda text: tell(f"synthaudit: {retold(text)}", err=True)

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
    BATCH,
    FRESH,
    HISTORY,
    KEEP,
    LANG,
    NAMES,
    OUTPUT,
    PREVIOUS,
    RUN,
    SIGN,
    SYNTHETIC,
    TALK,
)
from synthaudit.cli import log
from synthaudit.cli.options import CONTEXT, READING, changed, requested, takes, talking
from synthaudit.cli.terminal import tell
from synthaudit.cli.told import Command
from synthaudit.cli.verdict import WORD, print_verdict, say
from synthaudit.files.catalogue import N_, _, marks
from synthaudit.report.drawing import prepare_drawing

EXIT = {"pass": 0, "fail": 1, "inconclusive": 3}


@click.command(
    cls=Command, context_settings=CONTEXT, help=N_("Audit a release: a verdict, an exit code, and a report in DIR.")
)
@takes(
    *RUN,
    ALLOW_COMMANDS,
    SYNTHETIC,
    OUTPUT,
    AUDITED_COPY,
    SIGN,
    HISTORY,
    PREVIOUS,
    FRESH,
    KEEP,
    *READING,
    *NAMES,
    LANG,
    *TALK,
)
@click.pass_context
def audit(
    context: click.Context,
    /,
    synthetic: tuple[str, ...],
    output: str,
    audited_copy: str | None,
    sign: str | None,
    history: str | None,
    previous: str | None,
    **flags: Any,
) -> None:
    """``audit``: prints the verdict, and ends with its exit code."""
    # Starts beside the imports and the reading, which leave a core idle.
    prepare_drawing()
    from synthaudit.cli.progress import shown_progress
    from synthaudit.commands.audit import CHANGES, audit_request
    from synthaudit.commands.audited_copy import checked_target
    from synthaudit.commands.filing import filing
    from synthaudit.commands.naming import release_name
    from synthaudit.files import prepare_output_folder
    from synthaudit.files.retold import retold
    from synthaudit.report.reasons import reasons
    from synthaudit.report.since_previous import since_counts, since_previous
    from synthaudit.report.what_now import what_now

    terminal = talking(flags)
    copy = None if audited_copy is None else checked_target(audited_copy)
    shown = synthetic[0] if len(synthetic) == 1 else list(synthetic)
    request, folder = requested(flags, synthetic=shown), _path(output)
    filed = filing(folder, sign, history, previous)
    if filed.doubt:
        log.note(retold(filed.doubt))
    request = filed.of(request)
    prepare_output_folder(folder)
    log.about(request.settings.vendor.release or release_name(synthetic))
    with shown_progress(**terminal) as progress:
        report = audit_request(request, list(synthetic), folder, progress, _notify(terminal["quiet"]), copy)
    print_verdict(report, terminal["no_color"])
    log.write("verdict", outcome=report.outcome, exit_code=EXIT[report.outcome], text=next(iter(reasons(report)), ""))
    filed.record(folder)
    tell(_("report: {path}").format(path=folder / "report.html"))
    if filed.previous is not None:
        changes = since_counts(since_previous(report, filed.previous))
        tell(_("since the audit before: {changes}: {path}").format(changes=changes, path=folder / CHANGES))
    tell(_("what now: {page}").format(page=what_now(report)))
    if copy is not None:
        tell(_("audited copy: {copy}").format(copy=copy))
    if request.internal:
        tell(_("internal report, names rows: {path}").format(path=folder / "report.internal.html"))
    _say_signed(filed.signer)
    log.write("finished", exit_code=EXIT[report.outcome], text=str(folder / "report.html"))
    context.exit(EXIT[report.outcome])


@click.command(
    cls=Command,
    context_settings=CONTEXT,
    help=N_(
        "Audit every table in the folder RELEASES. The exit code is 1 if any release fails, whatever else happens; then"
        " 4, 2, 3 and 0, in this order."
    ),
)
@click.argument("releases", type=click.Path())
@takes(
    *RUN,
    ALLOW_COMMANDS,
    changed("output", help=N_("Gets a folder per release, batch.json, junit.xml and index.html.")),
    *BATCH,
    SIGN,
    HISTORY,
    changed("fresh", help=N_("Do finished releases and their shadows again.")),
    KEEP,
    *READING,
    # Each is called by its file.
    *(option for option in NAMES if option.name != "release"),
    LANG,
    *TALK,
)
@click.pass_context
def batch(
    context: click.Context, /, releases: str, output: str, sign: str | None, history: str | None, **flags: Any
) -> None:
    """``batch``: prints a line a release."""
    from synthaudit.adapters.values import checked_path
    from synthaudit.cli.progress import shown_batch
    from synthaudit.commands.batch import run_batch
    from synthaudit.commands.batch_files import batch_options
    from synthaudit.commands.filing import filing
    from synthaudit.files import prepare_output_folder

    terminal = talking(flags)
    options = batch_options(*(flags.pop(option.name) for option in BATCH))
    request, source = requested(flags), Path(checked_path("releases", releases))
    folder = _path(output)
    filed = filing(folder, sign, history)
    prepare_output_folder(folder)
    with shown_batch(**terminal) as watch:
        result = run_batch(source, filed.of(request), folder, options, replace(watch, record=filed.record))
    _tell_batch(result, terminal["no_color"])
    _say_signed(filed.signer)
    log.write("finished", exit_code=result.exit_code, text=str(result.index))
    context.exit(result.exit_code)


def _tell_batch(result: Any, no_color: bool) -> None:
    """A line a release, then what was not audited, and where the page is."""
    from synthaudit.files.retold import retold

    for entry in result.entries:
        again = _(" (finished earlier)") if entry.resumed else ""
        say(entry.outcome, f"{entry.name}{again}{marks().colon}{retold(entry.reason)}", no_color)
        if entry.what_now:
            tell(_("  what now: {page}").format(page=retold(entry.what_now)))
        if entry.redone:
            tell(_("  done again: {redone}").format(redone=retold(entry.redone)))
    for item in result.record.skipped:
        tell(_("skipped {file}: {reason}").format(file=item.file, reason=retold(item.reason)))
    for item in result.record.removed:
        tell(_("gone since the last batch: {name} ({outcome})").format(name=item.name, outcome=WORD[item.outcome]))
    for fault in result.faults:
        log.note(fault)
    tell(_("index: {index}").format(index=result.index))


@click.command(
    "check-inputs",
    cls=Command,
    context_settings=CONTEXT,
    help=N_("Read and align the tables as an audit would, and stop there."),
)
@takes(*RUN, ALLOW_COMMANDS, changed("synthetic", help=N_("The release."), multiple=False), *READING, LANG)
@click.pass_context
def check_inputs(context: click.Context, /, synthetic: str, **flags: Any) -> None:
    """``check-inputs``: prints columns and notes."""
    from synthaudit.commands.audit import open_real
    from synthaudit.commands.read_release import align_release
    from synthaudit.files.retold import retold

    request = requested(flags, synthetic=synthetic)
    with ExitStack() as resources:
        data = align_release(open_real(request), synthetic, request, resources)
    for column in data.schema.columns:
        tell(f"{column.kind:<12} {column.name}{' (' + ', '.join(column.roles) + ')' if column.roles else ''}")
    for note in data.coverage:
        tell(f"{'! ' if note.blocks_pass else '  '}{retold(note.test)}{marks().colon}{retold(note.reason)}")
    tell(", ".join(_("{role} {n:,} rows").format(role=role, n=n) for role, n in data.n_rows.items()))


def _say_signed(signer: Any) -> None:
    if signer is not None:
        tell(_("signed by key {key}").format(key=signer.fingerprint))


def _path(output: str) -> Path:
    from synthaudit.adapters.values import checked_path

    return Path(checked_path("output", output))


def _notify(quiet: bool) -> Callable[[str], None] | None:
    if quiet:
        return None
    from synthaudit.files.retold import retold

    return lambda text: log.note(retold(text))

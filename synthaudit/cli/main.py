"""The command line: parse, call, print, exit."""

import os
import sys
import traceback
from contextvars import copy_context
from pathlib import Path
from typing import Any

import click

from synthaudit.adapters.options import LANG, TALK
from synthaudit.cli import log
from synthaudit.cli.audit import audit, batch, check_inputs
from synthaudit.cli.compare import compare
from synthaudit.cli.completion import completion
from synthaudit.cli.doctor import doctor
from synthaudit.cli.history import history
from synthaudit.cli.interruption import EXIT_CODE, interruptible
from synthaudit.cli.options import CONTEXT, changed, refusal, speak_as_typed, takes, talking, unread
from synthaudit.cli.plan import plan
from synthaudit.cli.query import query
from synthaudit.cli.serve import serve
from synthaudit.cli.shortcut import shortcut
from synthaudit.cli.tables import schema, split
from synthaudit.cli.terminal import tell
from synthaudit.cli.told import Group
from synthaudit.cli.verify import report, verify
from synthaudit.errors import SynthauditError
from synthaudit.files import written_out
from synthaudit.files.catalogue import N_, _
from synthaudit.files.retold import in_words
from synthaudit.runtime.malloc import collect_seldom, share_heap


def main() -> None:
    """Run a command: every way to end has its exit code, and none shows a traceback for a user's mistake."""
    # Before any library starts its threads, or is imported.
    share_heap()
    collect_seldom()
    log.speak(log.form_of_environment())
    with interruptible() as came:
        code = _exit_code(came)
    sys.exit(code)


def _exit_code(came: list[int]) -> int:
    """Run it and say what went wrong; ``came`` are the signals that came meanwhile."""
    # In a context of its own: the language that it is told to speak ends with it.
    return copy_context().run(_run, came)


def _run(came: list[int]) -> int:
    speak_as_typed(sys.argv[1:])
    for name in unread(cli, os.environ):
        log.note(_("the variable {name} is not read: it sets no option").format(name=written_out(name)))
    try:
        try:
            return int(cli.main(standalone_mode=False) or 0)
        finally:
            # Whatever else became of it on its way.
            if came:
                raise click.Abort
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.BadParameter as error:
        if isinstance(error, click.MissingParameter):
            _show(error)
        else:
            log.fail(in_words(refusal(error)), 2)
        return 2
    except click.ClickException as error:
        _show(error)
        return 2
    except (click.Abort, KeyboardInterrupt):
        said = _("interrupted; what is finished is kept")
        if log.speaks_json():
            log.write("interrupted", "warning", exit_code=EXIT_CODE, text=said)
        else:
            click.echo(f"synthaudit: {said}", err=True)
        return EXIT_CODE
    except SynthauditError as error:
        log.fail(in_words(error), error.exit_code)
        return error.exit_code
    except MemoryError:
        log.fail(_("SA-306 out of memory. Audit fewer rows, or on a larger machine."), 4)
        return 4
    except Exception as error:
        # Messages and local variables may hold cells of a table: only the type and the places are shown.
        places = [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
        where = " > ".join(places[-4:])
        text = _("SA-399 internal error: {name} at {where}. Please report this; nothing was judged.").format(
            name=type(error).__name__, where=where
        )
        log.fail(text, 4)
        return 4


def _show(error: click.ClickException) -> None:
    """What click says of a wrong command line, with its usage; to machines in one line."""
    if log.speaks_json():
        log.fail(error.format_message(), 2)
    else:
        error.show()


@click.group(
    cls=Group,
    context_settings=CONTEXT,
    help=N_(
        "Tell from a synthetic table who was in the real one: measured attacks, honest statistics, a"
        " verdict.\n\nExit codes: 0 pass, 1 fail, 2 bad input or usage, 3 inconclusive, 4 could not"
        " finish, 130 interrupted."
    ),
)
@takes(LANG)
@click.version_option(package_name="synthaudit-privacy", prog_name="synthaudit")
def cli() -> None:
    """All commands."""


@cli.group(context_settings=CONTEXT, help=N_("Limits of each use."))
def policy() -> None:
    """``policy``: limits."""


@policy.command("list", context_settings=CONTEXT, help=N_("The policies that ship with synthaudit."))
@takes(LANG)
def policy_list() -> None:
    """``policy list``."""
    from synthaudit.adapters.policy import policies

    for item in policies():
        click.echo(
            _("{name:<10} AUC {auc:g}, found at 1 false name in 100 {tpr_at_fpr:g}").format(
                name=item.name, auc=item.auc, tpr_at_fpr=item.tpr_at_fpr
            )
        )


@policy.command(
    "show", context_settings=CONTEXT, help=N_("Every limit of policy NAME (or of a TOML file) and who set it.")
)
@click.argument("name")
@takes(LANG)
def policy_show(name: str) -> None:
    """``policy show``: a limit a line."""
    from synthaudit.adapters.policy import load_policy, shown_limits
    from synthaudit.files.retold import retold

    item = load_policy(name)
    for what, limit in ((N_("name"), item.name), *shown_limits(item), ("source", item.source)):
        tell(f"{retold(what):<40}{retold(limit)}")


@cli.command(
    context_settings=CONTEXT, help=N_("What ATTACK does, sees and misses; without a name, the list of all attacks.")
)
@click.argument("attack", required=False)
@takes(LANG)
def explain(attack: str | None) -> None:
    """``explain``: attacks in words."""
    from synthaudit.pipeline.suite import explained, origin_of, when_it_runs
    from synthaudit.report.explain import explanation, listing

    attacks = explained()
    if attack is None:
        tell(*listing(attacks, [origin_of(each) for each in attacks]).split("\n"))
        return
    views = [each for each in attacks if each.name == attack]
    if not views:
        names = ", ".join(dict.fromkeys(each.name for each in attacks))
        raise click.UsageError(
            _("There is no attack '{name}'. Choose from {names}.").format(name=written_out(attack), names=names)
        )
    tell(*explanation(views, when_it_runs(attack), origin_of(views[0])).split("\n"))


@cli.command(
    context_settings=CONTEXT,
    help=N_(
        "Audit and compare releases of three made-up vendors, whose truth is known; exits 0 when the verdicts are the"
        " expected ones."
    ),
)
@takes(changed("output", default="out/demo", help=None), LANG, *TALK)
@click.pass_context
def demo(context: click.Context, /, output: str, **flags: Any) -> None:
    """``demo``."""
    from synthaudit.adapters.values import checked_path
    from synthaudit.cli.demo import run_demo
    from synthaudit.cli.progress import shown_progress

    with shown_progress(**talking(flags)) as progress:
        code = run_demo(Path(checked_path("output", output)), write=tell, progress=progress)
    context.exit(code)


_WORK = (audit, batch, split, query, report, compare, verify, history, schema, check_inputs, plan, serve)
_MACHINE = (shortcut, completion, doctor)
for command in (*_WORK, *_MACHINE):
    cli.add_command(command)

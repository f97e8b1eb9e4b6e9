"""What the command line prints of a verdict."""

from typing import Any

import click

from synthaudit.cli.terminal import tell
from synthaudit.files import written_out
from synthaudit.files.catalogue import N_, Labels

WORD: Labels[str, str] = Labels(
    {"pass": N_("PASS"), "fail": N_("FAIL"), "inconclusive": N_("INCONCLUSIVE"), "error": N_("ERROR")}
)
COLOUR = {"pass": "green", "fail": "red", "inconclusive": "yellow", "error": "magenta"}


def print_verdict(report: Any, no_color: bool) -> None:
    """The outcome, its reasons as the page has them, and, where nothing is decided, what would decide."""
    # The help of the command line imports this module, and no numerics.
    from synthaudit.report.facts import heading
    from synthaudit.report.names import one_line
    from synthaudit.report.next_steps import undecided
    from synthaudit.report.reasons import reasons

    say(report.outcome, heading(report), no_color)
    if called := one_line(report):
        tell(f"  {called}")
    for reason in reasons(report):
        tell(f"  {reason}")
    if report.outcome == "inconclusive":
        for step in undecided(report):
            tell(f"  {step}")


def say(outcome: str, text: str, no_color: bool) -> None:
    """One line that begins with the outcome."""
    word = WORD[outcome] if no_color else click.style(WORD[outcome], fg=COLOUR[outcome], bold=True)
    click.echo(f"{word} {written_out(text)}")

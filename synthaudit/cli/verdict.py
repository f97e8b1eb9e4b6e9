"""What the command line prints of a verdict."""

from typing import Any

import click

from synthaudit.cli.terminal import tell
from synthaudit.files import written_out

WORD = {"pass": "PASS", "fail": "FAIL", "inconclusive": "INCONCLUSIVE", "error": "ERROR"}
COLOUR = {"pass": "green", "fail": "red", "inconclusive": "yellow", "error": "magenta"}


def print_verdict(report: Any, no_color: bool) -> None:
    """The outcome, its reasons, and what would decide it."""
    # The help of the command line imports this module, and no numerics.
    from synthaudit.report.names import one_line
    from synthaudit.verdict.levels import PASS_CHANCE

    leak = {True: "leakage detected", False: "no leakage detected", None: "leakage could not be tested"}
    say(report.outcome, f"under {report.policy.name}: {leak[report.leakage_detected]}", no_color)
    if called := one_line(report):
        tell(f"  {called}")
    for reason in report.reasons:
        tell(f"  {reason}")
    for use in report.decidable:
        if use.use != report.policy.name:
            continue
        if use.ruled_out is not None:
            tell(f"  A pass was ruled out before any attack, however many people there are: {use.ruled_out}.")
        elif use.pass_probability < PASS_CHANCE:
            needed = "more than 200,000" if use.n_needed is None else f"{use.n_needed:,}"
            tell(
                f"  With this many people a release without any leak passes {use.use} in {use.pass_probability:.0%} of"
                f" audits; {needed} on each side would make it 80 %."
            )


def say(outcome: str, text: str, no_color: bool) -> None:
    """One line that begins with the outcome."""
    word = WORD[outcome] if no_color else click.style(WORD[outcome], fg=COLOUR[outcome], bold=True)
    click.echo(f"{word} {written_out(text)}")

"""What the command line prints of a verdict."""

from typing import Any

import click

WORD = {"pass": "PASS", "fail": "FAIL", "inconclusive": "UNRESOLVED", "error": "ERROR"}
COLOUR = {"pass": "green", "fail": "red", "inconclusive": "yellow", "error": "magenta"}


def print_verdict(report: Any, no_color: bool) -> None:
    """The outcome, its reasons, and what would decide it."""
    leak = {True: "leakage detected", False: "no leakage detected", None: "leakage could not be tested"}
    say(report.outcome, f"under {plain(report.policy.name)}: {leak[report.leakage_detected]}", no_color)
    for reason in report.reasons:
        click.echo(f"  {plain(reason)}")
    for use in report.decidable:
        if use.use != report.policy.name:
            continue
        if use.ruled_out is not None:
            gap = plain(use.ruled_out)
            click.echo(f"  A pass was ruled out before any attack, however many people there are: {gap}.")
        elif use.pass_probability < 0.8:
            needed = "more than 200,000" if use.n_needed is None else f"{use.n_needed:,}"
            click.echo(
                f"  With this many people a release without any leak passes {use.use} in {use.pass_probability:.0%} of"
                f" audits; {needed} on each side would make it 80 %."
            )


def say(outcome: str, text: str, no_color: bool) -> None:
    """One line that begins with the outcome."""
    word = WORD[outcome] if no_color else click.style(WORD[outcome], fg=COLOUR[outcome], bold=True)
    click.echo(f"{word} {text}")


def plain(text: str) -> str:
    """Text of a table or a file without what a terminal would act on."""
    from synthaudit.files import printable

    return printable(text, 2_000)

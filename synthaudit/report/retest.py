"""The command that repeats an audit on the next release: everything as it was, but for the release and the folder."""

import shlex
from collections.abc import Iterator

from synthaudit.report.numbers import shown
from synthaudit.report.sections.provenance import command, equal_command
from synthaudit.types import AuditReport

RELEASE, FOLDER, THIS = "NEW_RELEASE", "NEW_FOLDER", "THIS_FOLDER"
"""What stands where the next release, its folder, and the folder of this audit are to be written."""
_REPLACED = frozenset({"--synthetic", "--release", "-o", "--output", "--audited-copy", "--previous"})
_DROPPED = frozenset({"--fresh", "--resume"})


def retest(report: AuditReport) -> tuple[str, str]:
    """Two commands: one that audits the next release in the same way, and one that says what is fixed.

    Examples
    --------
    >>> tokens = "synthaudit audit --train t.csv --synthetic=a.csv -o out --seed 3"
    >>> shlex.join(_kept(iter(shlex.split(tokens))))
    'synthaudit audit --train t.csv --seed 3'
    """
    audit = command(report.provenance.config)
    if not audit.startswith("synthaudit audit "):
        # A batch, a demo or Python: the command that asks for the same.
        audit = equal_command(report) or "synthaudit audit --train TRAIN --holdout HOLDOUT"
    kept = shlex.join(_kept(iter(_tokens(audit))))
    return (
        shown(f"{kept} --synthetic {RELEASE} -o {FOLDER}", 2000),
        f"synthaudit report {FOLDER} --previous {THIS}",
    )


def _tokens(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        # Cut where it was too long.
        return text.split()


def _kept(tokens: Iterator[str]) -> Iterator[str]:
    """All tokens but those that name the release, its folder, or what is made anew."""
    for token in tokens:
        name, equals, _value = token.partition("=")
        if name in _REPLACED:
            if not equals:
                next(tokens, None)
        elif name not in _DROPPED:
            yield token

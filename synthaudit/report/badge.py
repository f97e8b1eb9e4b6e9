"""The verdict as a small picture, for a page that lists releases."""

import unicodedata
from dataclasses import dataclass

from synthaudit.files.catalogue import _
from synthaudit.report import words
from synthaudit.report.components import TONES, Tone
from synthaudit.report.environment import environment
from synthaudit.report.facts import heading, is_for_copy
from synthaudit.report.names import day, title
from synthaudit.report.numbers import shown
from synthaudit.types import AuditReport

_LONGEST_POLICY = 24
_EDGE = 8
"""Pixels on either side of a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What the picture shows; widths in pixels."""

    label: str
    word: str
    title: str
    """What somebody hears who does not see it."""
    tone: Tone
    label_width: int
    width: int


def badge_svg(report: AuditReport) -> str:
    """The badge of one audit.

    Parameters
    ----------
    report : AuditReport
        Its names may be hostile.

    Returns
    -------
    str
        SVG in one file: two words and a title, no script, no style, no link, no request.
    """
    return environment().get_template("badge.svg").render(badge=badge(report))


def badge(report: AuditReport) -> Badge:
    """The words of the verdict, for which policy, and whether they are for the audited copy alone."""
    label = "synthaudit"
    policy = shown(report.policy.name, _LONGEST_POLICY)
    word = f"{words.OUTCOMES[report.outcome]}, {policy}"
    about = [f"{words.OUTCOME_WORDS[report.outcome]} {heading(report)}", title(report), day(report)]
    if report.outcome == "pass" and is_for_copy(report):
        word = _("{verdict}, the audited copy alone").format(verdict=word)
        about.insert(1, _("the audited copy alone"))
    return Badge(
        label=label,
        word=word,
        title=", ".join(part for part in about if part),
        tone=TONES[report.outcome],
        label_width=_pixels(label),
        width=_pixels(label) + _pixels(word),
    )


def _pixels(text: str) -> int:
    """Room for a text of 12 pixels, which is fitted into it whatever the font."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return 2 * _EDGE + round(6.4 * (len(text) - wide) + 12 * wide)

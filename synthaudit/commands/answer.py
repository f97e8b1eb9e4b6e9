"""The answer to the pointed question, and the words in which it is told."""

import json
import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from synthaudit.statistics.single_person import Worth
from synthaudit.types import AtLeast, AtMost, Estimate, NotEstimable

UNUSUAL = 0.05
_WIDTH = 100
CAUTIONS = (
    "This does not prove that the person was in the training data, or was not.",
    "At p = .03 the same answer is wrong for 3 of 100 strangers; whoever asks about many people must expect that many"
    " false answers.",
    "A record that agrees with nothing in the release is no proof of absence: most members of most releases leave no"
    " trace that this attack can see.",
    "p is the chance of so high a score for a stranger like those of the holdout. It is not the chance that the person"
    " is a stranger; that depends on how likely membership was beforehand (see the table).",
    "One attack was made, the one fixed beforehand for single people. Others may know more.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the release says of one person; no cell of any table."""

    attack: str
    n_rows: int
    """Rows of the record."""
    stands_in: Literal["train", "holdout", "neither"]
    """Where the record itself stands, which the attacker does not know; that person was left out of all counts."""
    n_members: int
    n_nonmembers: int
    """Members and non-members that it is compared with; some of the holdout serve as the attacker's sample."""
    pvalue: float
    """Conformal: (1 + non-members who score at least as high) / (non-members + 1)."""
    percentile_members: float
    """Share of members who score lower, ties half."""
    percentile_nonmembers: float
    tpr: Estimate
    """Share of members who score at least as high; 95 %, Clopper-Pearson."""
    fpr: Estimate
    ppv: Mapping[str, Worth]
    """Prior -> chance that somebody who scores at least as high is a member; one bound where one side has nobody."""
    verbatim: bool
    """The release holds the record word for word."""
    verbatim_members: int
    """Members of whom the same is true."""
    verbatim_nonmembers: int
    left_out: tuple[str, ...]
    """Columns in which nobody can be compared with this record; the score of everybody does without them."""
    unlike: tuple[str, ...]
    """Columns in which the record is like no other real row."""
    warnings: tuple[str, ...]
    """What is odd about the record, by the names of columns."""
    cautions: tuple[str, ...]
    seed: int
    synthaudit_version: str

    def to_json(self) -> str:
        """The answer as JSON, indented by one, with a line end."""
        return json.dumps(asdict(self), indent=1, allow_nan=False) + "\n"

    def to_text(self) -> str:
        """The answer in plain lines of at most 100 characters or so."""
        lines = [
            "Was this record in the training data? What the release says:",
            "",
            f"  {_verdict(self)}",
            "",
            f"  p = {_p(self.pvalue)}: {_as_high(self.fpr)} non-members score at least as high,",
            f"  and so do {_as_high(self.tpr)} members.",
            f"  The score is above that of {_percent(self.percentile_nonmembers)} of the non-members and of"
            f" {_percent(self.percentile_members)} of the members.",
            _indented(_words_for_word(self)),
            "",
            "  If a share of the people asked about were members, so would be of those who score as high (95 %):",
            *(f"    {_percent(float(prior)):>5}   {_ppv(value)}" for prior, value in self.ppv.items()),
        ]
        if self.warnings:
            lines += ["", "Before you rely on it:", *(_bullet(warning) for warning in self.warnings)]
        if self.stands_in != "neither":
            lines += ["", _indented(f"{_stands(self)}; it was left out of every count above.")]
        lines += ["", "What this cannot say:", *(_bullet(caution) for caution in self.cautions)]
        return "\n".join(lines) + "\n"


def _verdict(answer: Answer) -> str:
    if answer.pvalue > UNUSUAL:
        return "The release does not single this record out: many strangers score as high."
    return "The release agrees with this record more than with nearly all strangers."


def _words_for_word(answer: Answer) -> str:
    counts = f"{answer.verbatim_members:,} other members and {answer.verbatim_nonmembers:,} others"
    # What is left out and not unlike others is blank.
    blank = set(answer.left_out) - set(answer.unlike)
    cells = "record, as far as it is filled in," if blank else "record"
    if answer.verbatim:
        return f"The release holds the {cells} word for word, and those of {counts}."
    return f"The release does not hold the {cells} word for word. It holds those of {counts}."


def _stands(answer: Answer) -> str:
    if answer.left_out:
        return f"By key, or by every cell that can be compared, it is the record of one person in {answer.stands_in}"
    return f"The record itself stands in {answer.stands_in}"


def _indented(text: str, first: str = "  ") -> str:
    then = " " * len(first)
    return textwrap.fill(text, _WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False)


def _bullet(text: str) -> str:
    return _indented(text, "  - ")


def _as_high(share: Estimate) -> str:
    return f"{round(share.value * share.n):,} of {share.n:,}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _p(value: float) -> str:
    return f"{value:.3f}" if value >= 0.001 else f"{value:.1g}"


def _ppv(ppv: Worth) -> str:
    if isinstance(ppv, NotEstimable):
        return f"not known: {ppv.not_estimable}"
    if isinstance(ppv, AtLeast):
        return f"at least {_percent(ppv.at_least)}, since no non-member scores as high"
    if isinstance(ppv, AtMost):
        return f"at most {_percent(ppv.at_most)}, since no member scores as high"
    return f"{_percent(ppv.value)} ({_percent(ppv.low)} to {_percent(ppv.high)})"

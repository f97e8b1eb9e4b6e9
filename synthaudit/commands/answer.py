"""The answer to the pointed question, and the words in which it is told."""

import json
import textwrap
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from math import floor
from typing import Literal

from synthaudit.adapters.values import checked
from synthaudit.files.catalogue import N_, _, number, speaking
from synthaudit.statistics.evidence_levels import Level, LevelName, share_of_strangers
from synthaudit.types import AtLeast, Estimate, NotEstimable

_WIDTH = 100
_FEWEST = 19
"""Strangers that the last level needs."""
CAUTIONS = (
    N_("This does not prove that the person was in the training data, or was not."),
    N_(
        "At p = .03 the same answer is wrong for 3 of 100 strangers; whoever asks about many people must "
        "expect that many false answers."
    ),
    N_(
        "A record that agrees with nothing in the release is no proof of absence: most members of most "
        "releases leave no trace that this attack can see."
    ),
    N_(
        "p is the chance of so high a score for a stranger like those of the holdout. It is not the chance "
        "that the person is a stranger; that depends on how likely membership was beforehand (see above)."
    ),
    N_("One attack was made, the one fixed beforehand for single people. Others may know more."),
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
    level: LevelName | None
    """Of the levels of evidence that the record reaches, the one that surely says most; None where it reaches none."""
    levels: tuple[Level, ...]
    """All levels that so many strangers allow, the strongest first."""
    ppv: Mapping[str, AtLeast | NotEstimable]
    """Prior -> share of members among those who reach ``level``, at least; never a number that is not above it."""
    pvalue: float
    """Conformal: (1 + non-members who score at least as high) / (non-members + 1)."""
    percentile_members: float
    """Share of members who score lower, ties half."""
    percentile_nonmembers: float
    tpr: Estimate
    """Share of members who score at least as high; 95 %, Clopper-Pearson."""
    fpr: Estimate
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

    def to_text(self, lang: str | None = None) -> str:
        """The answer in plain lines of at most 100 characters or so, in English or the language that is named."""
        with nullcontext() if lang is None else speaking(checked({"lang": lang})["lang"]):
            return self._told()

    def _told(self) -> str:
        lines = [
            _("Was this record in the training data? What the release says:"),
            "",
            *map(_indented, _evidence(self)),
            *_worth(self),
            "",
            _("In detail (members are people of train, strangers people of the holdout):"),
            _indented(
                _(
                    "p = {pvalue}: {fpr} strangers score at least as high, and so do {tpr} members. The score is "
                    "above that of {percentile_nonmembers} of the strangers and of {percentile_members} of the "
                    "members."
                ).format(
                    pvalue=_p(self.pvalue),
                    fpr=_as_high(self.fpr),
                    tpr=_as_high(self.tpr),
                    percentile_nonmembers=_percent(self.percentile_nonmembers),
                    percentile_members=_percent(self.percentile_members),
                )
            ),
            _indented(_words_for_word(self)),
        ]
        if self.warnings:
            lines += ["", _("Before you rely on it:"), *(_bullet(warning) for warning in self.warnings)]
        if self.stands_in != "neither":
            lines += ["", _indented(_("{where}; it was left out of every count above.").format(where=_stands(self)))]
        lines += ["", _("What this cannot say:"), *(_bullet(_(caution)) for caution in self.cautions)]
        return "\n".join(lines) + "\n"


def _evidence(answer: Answer) -> list[str]:
    """The level that is stated, with its counts on both sides."""
    level = _stated(answer)
    if level is None:
        said = [_("The release does not single this record out: many strangers score as high.")]
        if not answer.levels:
            few = _("{n_nonmembers:,} strangers to compare with are too few for any answer").format(
                n_nonmembers=answer.n_nonmembers
            )
            said = [_("{few}; at least {n} are needed.").format(few=few, n=_FEWEST)]
        return [*said, _("That tells nothing of whether the person was in the training data.")]
    if level.name == "word_for_word":
        what = _("The release holds this {record} word for word. So it does those of").format(record=_record(answer))
    else:
        what = _(
            "The release agrees with this record more than with nearly all strangers: its score is among "
            "their top 1 in {one_in:,}. So are those of"
        ).format(one_in=level.one_in)
    return [
        _("{what} {members:,} of {n_members:,} other members, and {strangers:,} of {n_strangers:,} strangers.").format(
            what=what,
            members=level.members,
            n_members=level.n_members,
            strangers=level.strangers,
            n_strangers=level.n_strangers,
        )
    ]


def _stated(answer: Answer) -> Level | None:
    return next((level for level in answer.levels if level.name == answer.level), None)


def _worth(answer: Answer) -> list[str]:
    """What the level is worth, and how many strangers reach it; nothing where none is reached."""
    level = _stated(answer)
    if level is None:
        return []
    chance = _indented(
        _("By chance at most 1 in {one_in:,} strangers has such evidence, and at most {share} in 100 have any.").format(
            one_in=level.one_in, share=_of_100(share_of_strangers(answer.levels))
        )
    )
    if all(isinstance(bound, NotEstimable) for bound in answer.ppv.values()):
        return ["", _("  That tells nothing: as many strangers may reach this level as members do."), chance]
    return [
        "",
        _("  Of those with such evidence so many are members:"),
        *(
            _("    {bound}, if 1 in {prior:g} of all who may be asked about is").format(
                bound=_in_so_many(bound, float(prior)), prior=1 / float(prior)
            )
            for prior, bound in answer.ppv.items()
        ),
        _("  Such a bound is too high in at most 5 of 100 questions."),
        chance,
    ]


def _in_so_many(bound: AtLeast | NotEstimable, prior: float) -> str:
    """A lower bound, rounded down, as coarse as still lies above the prior."""
    if isinstance(bound, AtLeast):
        for of in (100, 1_000, 10_000):
            if floor(bound.at_least * of) > round(prior * of):
                return _("at least {n:,} in {of:,}").format(n=floor(bound.at_least * of), of=of)
    return _("tells nothing")


def _record(answer: Answer) -> str:
    """The record, or what of it can be held word for word; what is left out and not unlike others is blank."""
    blank = set(answer.left_out) - set(answer.unlike)
    return _("record, as far as it is filled in,") if blank else _("record")


def _words_for_word(answer: Answer) -> str:
    counts = _("those of {verbatim_members:,} other members and {verbatim_nonmembers:,} strangers").format(
        verbatim_members=answer.verbatim_members, verbatim_nonmembers=answer.verbatim_nonmembers
    )
    if not answer.verbatim:
        return _("The release does not hold the record word for word. It holds {counts}.").format(counts=counts)
    holds = _("The release holds the {record} word for word, and {counts}").format(
        record=_record(answer), counts=counts
    )
    level = next((level for level in answer.levels if level.name == "word_for_word"), None)
    if level is not None and level.met:
        return f"{holds}."
    why = _("too few strangers are there to compare with") if level is None else _("chance does that here")
    return _("{holds}: {why}, so it tells nothing by itself.").format(holds=holds, why=why)


def _stands(answer: Answer) -> str:
    if answer.left_out:
        return _("By key, or by every cell that can be compared, it is the record of one person in {stands_in}").format(
            stands_in=answer.stands_in
        )
    return _("The record itself stands in {stands_in}").format(stands_in=answer.stands_in)


def _indented(text: str, first: str = "  ") -> str:
    then = " " * len(first)
    return textwrap.fill(text, _WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False)


def _bullet(text: str) -> str:
    return _indented(text, "  - ")


def _as_high(share: Estimate) -> str:
    return _("{n:,} of {of:,}").format(n=round(share.value * share.n), of=share.n)


def _percent(share: float) -> str:
    return f"{number(100 * share, '.3g')} %"


def _p(value: float) -> str:
    return number(value, ".3f" if value >= 0.001 else ".1g")


def _of_100(share: float) -> str:
    return number(100 * share, ".3g")

"""Verdicts as a table: what was measured, and every gate with its figures and its sentence, word by word.

A pass has to be earned; every doubt moves away from it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pytest
from verdict_cases import (
    BOARD,
    BROKEN_SPLIT,
    CAN,
    CANARIES,
    CLEAN,
    CONTROLS,
    COPIED,
    COPIES,
    DECISION,
    DELETED,
    DELETED_ONLY_COPIES,
    DETECTED,
    EXPOSED,
    INTERNAL,
    PARTNER,
    REFUTED,
    UNKNOWN,
    cells,
    column,
    control,
    copied,
    finding,
    group,
    identifier,
    identifiers,
    kept,
    near,
    of_both,
    per_record,
    planted,
    release,
    reuse,
    risk,
    risks,
    stack,
    strangers,
)

from synthaudit.types import (
    AgainstTrain,
    BeyondCopy,
    Controls,
    Copies,
    Coverage,
    Decidable,
    Delivered,
    Estimate,
    NearCopies,
    Outcome,
    Planted,
    Policy,
    Risk,
)
from synthaudit.verdict import Grounds, decide, judge, leakage_detected
from synthaudit.verdict.levels import ErrorBudget
from synthaudit.verdict.limit_sentences import _of_100
from synthaudit.verdict.reasons import ReasonCode
from synthaudit.verdict.sentences import SENTENCES, _first_columns, sentence


class Told(NamedTuple):
    """One gate: what a reader is told of it."""

    outcome: str
    limit: float | None
    value: float | None
    lower: float | None
    upper: float | None
    reason: str


def without_figures(outcome: str, reason: str) -> Told:
    return Told(outcome, None, None, None, None, reason)


FOUND = "share of members found at 1 false name in 100"
TOGETHER = "all attacks together, read by a model that was taught who other members are"
NEEDED = " If nothing leaks, 1,234 members and as many non-members give four chances in five of a pass."
ENOUGH = " If nothing leaked, this many people would have given a pass in {} % of audits."
MORE_PEOPLE = " More people on both sides are needed to decide."
DIFFER = "Members and non-members differ even without the release, so membership figures are invalid."
RELATED = (
    "Members and non-members differ in a way that has nothing to do with the release, so membership figures are"
    " invalid: Words of the control."
)
NOTHING_TO_TELL = (
    "The attacks tell people apart where there is nothing to tell, so membership figures are invalid: Words of the"
    " control."
)
FAILED = control("failed")
VOIDS: tuple[tuple[str, Controls, str], ...] = (
    ("stand-in", replace(CONTROLS, stand_in=FAILED), RELATED),
    ("null", replace(CONTROLS, null=FAILED), RELATED),
    ("A/A", replace(CONTROLS, a_a=FAILED), NOTHING_TO_TELL),
)
STAND_OUT = "1,030 of 2,000 people are clearly exposed"
CLEARLY = f"{STAND_OUT}; the partner policy allows none."
COUNTS = "1,200 of 2,000 members and 1,100 of 2,000 non-members occur verbatim in the release"
PASSING = {
    "auc": Told(
        "pass", 0.6, 0.5, 0.5, 0.53, "The AUC is at most 0.530 (95 %) for every attack; the partner limit is 0.6."
    ),
    "tpr_at_fpr": Told(
        "pass", 0.05, 0.01, 0.0, 0.03,
        f"The {FOUND} is at most 0.030 (95 %) for every attack; the partner limit is 0.05."
    ),
    "copies": Told(
        "pass", 0.005, 0.0, -0.003, 0.0015,
        "0 of 2,000 members and 0 of 2,000 non-members occur verbatim in the release: an excess of at most 0.15 %"
        " (95 %); the limit is 0.50 %.",
    ),
    "exposed": Told("pass", 0.0, 0.0, None, None, "Nobody's record stands out by itself."),
    "top": without_figures("pass", "At the very top of every attack stand as many members as chance explains."),
    "positive_control": without_figures(
        "pass",
        "Leaks of 5 % of the members, planted as a check, were found. Of near copies, planted as well, at least 83 of"
        " 100 are seen (95 %). Near copies of 4.9 % of the members, or more, would break the limit.",
    ),
    "coverage": without_figures("pass", "Every required test of the profile standard ran."),
}  # fmt: skip
"""All gates of a clean audit under ``partner``, in the order of the evidence."""
ORDER = ("auc", "tpr_at_fpr", "copies", "exposed", "top", "attributes", "positive_control", "coverage")
NO_SPLIT = {
    "auc": Told("inconclusive", 0.6, 0.5, 0.5, 0.53, DIFFER),
    "tpr_at_fpr": Told("inconclusive", 0.05, 0.01, 0.0, 0.03, DIFFER),
    "exposed": Told("inconclusive", 0.0, 0.0, None, None, DIFFER),
    "top": without_figures("inconclusive", DIFFER),
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """What differs from a clean audit, and what differs from its verdict."""

    name: str
    change: Mapping[str, Any]
    gates: Mapping[str, Told] = field(default_factory=dict)
    deciding: str = "tpr_at_fpr"
    tail: str = ""
    detected: bool | None = False
    policy: Policy = PARTNER
    can: Decidable | None = CAN

    @property
    def grounds(self) -> Grounds:
        """What was measured."""
        return replace(CLEAN, **self.change)

    @property
    def told(self) -> dict[str, Told]:
        """Every gate: those of a clean audit, but for the ones that differ."""
        gates = {**PASSING, **self.gates}
        clean = {
            name: gate._replace(reason=gate.reason.replace("the partner ", f"the {self.policy.name} "))
            for name, gate in gates.items()
        }
        if self.policy.exposed_allowed:
            del clean["top"]
        return {name: clean[name] for name in ORDER if name in clean}


def auc(name: str, told: Told, deciding: str = "auc", **more: Any) -> Case:
    """A case in which the gate of the AUC alone differs."""
    change: dict[str, Any] = {key: more.pop(key) for key in ("findings", "stack") if key in more}
    return Case(name=f"auc: {name}", change=change, gates={"auc": told}, deciding=deciding, **more)


def auc_open(
    size: str,
    value: float | None,
    low: float | None,
    high: float | None,
    *,
    of: str = "the worst attack",
    end: str = NEEDED,
) -> Told:
    return Told(
        "inconclusive", 0.6, value, low, high, f"The AUC may be {size} for {of}; the partner limit is 0.6.{end}"
    )


def auc_fails(value: float, low: float, high: float, *, of: str = "the worst attack") -> Told:
    return Told("fail", 0.6, value, low, high, f"The AUC is at least {low:.3f} for {of}; the partner limit is 0.6.")


def auc_passes(value: float | None, low: float | None, high: float, *, of: str = "every attack") -> Told:
    words = f"The AUC is at most {high:.3f} (95 %) for {of}; the partner limit is 0.6."
    return Told("pass", 0.6, value, low, high, words)


ALL_OF_THEM = "every attack and for all of them together"
WIDE = (finding(), finding(0.59, low=0.57, high=0.61))
AUC = (
    auc("above", auc_fails(0.7, 0.601, 0.75), findings=(finding(), finding(0.7, 0.601, 0.75))),
    auc("inverted, above", auc_fails(0.7, 0.601, 0.75), findings=(finding(0.3, 0.601, 0.75), finding())),
    auc(
        "lower bound at the limit", auc_open("as high as 0.750", 0.7, 0.6, 0.75), findings=(finding(0.7, 0.6, 0.75),),
    ),
    auc("upper bound at the limit", auc_open("as high as 0.600", 0.5, 0.5, 0.6), findings=(finding(high=0.6),)),
    auc("upper bound below", auc_passes(0.5, 0.5, 0.599), "tpr_at_fpr", findings=(finding(), finding(high=0.599))),
    auc("open", auc_open("as high as 0.610", 0.59, 0.57, 0.61), findings=WIDE),
    auc(
        "open, nobody forecast", auc_open("as high as 0.610", 0.59, 0.57, 0.61, end=MORE_PEOPLE), findings=WIDE,
        can=None,
    ),
    auc(
        "open, too many needed",
        auc_open("as high as 0.610", 0.59, 0.57, 0.61, end=MORE_PEOPLE),
        findings=WIDE,
        can=replace(CAN, n_needed=None),
    ),
    auc(
        "open, a pass ruled out beforehand",
        auc_open("as high as 0.610", 0.59, 0.57, 0.61, end=""),
        findings=WIDE,
        can=replace(CAN, pass_probability=0.0, n_needed=None, ruled_out="rows of the release"),
    ),
    auc(
        "open, with people enough",
        auc_open("as high as 0.610", 0.59, 0.57, 0.61, end=ENOUGH.format(80)),
        findings=WIDE,
        can=replace(CAN, pass_probability=0.8),
    ),
    auc(
        "open, with people enough and a number",
        auc_open("as high as 0.610", 0.59, 0.57, 0.61, end=ENOUGH.format(97)),
        findings=WIDE,
        can=replace(CAN, pass_probability=0.97, n_needed=900),
    ),
    auc("one bound missing", auc_open("of unknown size", 0.5, 0.5, None), findings=(finding(high=None), finding())),
    auc("no lower bound", auc_passes(0.5, None, 0.53), "tpr_at_fpr", findings=(finding(low=None),)),
    auc(
        "one lower bound", auc_passes(0.5, 0.51, 0.53), "tpr_at_fpr", findings=(finding(low=None), finding(low=0.51)),
    ),
    auc("no estimate", auc_passes(None, 0.5, 0.53), "tpr_at_fpr", findings=(finding(None),)),
    auc("together below", auc_passes(0.5, 0.5, 0.53, of=ALL_OF_THEM), "tpr_at_fpr", stack=stack(0.5, 0.5, 0.53)),
    auc("together above", auc_fails(0.7, 0.61, 0.75, of=TOGETHER), stack=stack(0.7, 0.61, 0.75)),
    auc("together open", auc_open("as high as 0.610", 0.58, 0.55, 0.61, of=TOGETHER), stack=stack(0.58, 0.55, 0.61)),
    auc(
        "together inverted", auc_open("as high as 0.610", 1 - 0.42, 0.55, 0.61, of=TOGETHER),
        stack=stack(0.42, 0.55, 0.61),
    ),
    auc(
        "together, no lower bound", auc_passes(0.5, 0.5, 0.53, of=ALL_OF_THEM), "tpr_at_fpr",
        stack=stack(0.5, None, 0.53),
    ),
    auc("together, no upper bound", auc_open("of unknown size", 0.5, 0.5, None), stack=stack(0.5, None, None)),
    auc(
        "together, an upper bound where an attack has none",
        auc_open("of unknown size", 0.5, 0.5, None, of=TOGETHER),
        stack=stack(0.5, 0.5, 0.53),
        findings=(finding(high=None),),
    ),
    auc(
        "together, the only lower bound", auc_fails(0.7, 0.61, 0.75, of=TOGETHER), stack=stack(0.7, 0.61, 0.75),
        findings=(finding(low=None),),
    ),
    auc(
        "together as high as one", auc_open("as high as 0.610", 0.59, 0.57, 0.61), stack=stack(0.5, 0.5, 0.61),
        findings=WIDE,
    ),
    auc(
        "one above all together", auc_fails(0.7, 0.62, 0.75), stack=stack(0.65, 0.55, 0.68),
        findings=(finding(0.7, 0.62, 0.75),),
    ),
    auc(
        "one as far above as all together", auc_fails(0.7, 0.62, 0.75), stack=stack(0.65, 0.62, 0.68),
        findings=(finding(0.7, 0.62, 0.75),),
    ),
    auc(
        "together, no estimate", auc_passes(0.51, 0.5, 0.53, of=ALL_OF_THEM), "tpr_at_fpr",
        stack=stack(None, 0.5, 0.53), findings=(finding(0.51),),
    ),
    auc(
        "together, the only estimate", auc_passes(0.52, 0.5, 0.53, of=ALL_OF_THEM), "tpr_at_fpr",
        stack=stack(0.52, 0.5, 0.53), findings=(finding(None),),
    ),
)  # fmt: skip


def tpr(
    name: str, outcome: str, value: float | None, low: float | None, high: float | None, reason: str, **bounds: Any
) -> Case:
    """A case in which the gate of members found alone differs: one attack among two."""
    gates = {"tpr_at_fpr": Told(outcome, 0.05, value, low, high, f"The {FOUND} {reason}; the partner limit is 0.05.")}
    if outcome == "inconclusive":
        gates["tpr_at_fpr"] = gates["tpr_at_fpr"]._replace(reason=gates["tpr_at_fpr"].reason + NEEDED)
    return Case(name=f"tpr: {name}", change={"findings": (finding(**bounds), finding())}, gates=gates)


MEMBERS_FOUND = tuple(
    replace(case, deciding="tpr_at_fpr")
    for case in (
        tpr(
            "above", "fail", 0.09, 0.051, 0.2, "is at least 0.051 for the worst attack", tpr=0.09, tpr_low=0.051,
            tpr_high=0.2,
        ),
        tpr(
            "at the limit", "inconclusive", 0.01, 0.05, 0.2, "may be as high as 0.200 for the worst attack",
            tpr_low=0.05, tpr_high=0.2,
        ),
        tpr(
            "open at the limit", "inconclusive", 0.01, 0.0, 0.05, "may be as high as 0.050 for the worst attack",
            tpr_low=None, tpr_high=0.05,
        ),
        tpr("below", "pass", 0.01, 0.0, 0.049, "is at most 0.049 (95 %) for every attack", tpr_high=0.049),
        tpr(
            "no upper bound", "inconclusive", 0.01, 0.0, None, "may be of unknown size for the worst attack",
            tpr_high=None,
        ),
        tpr(
            "half of all are found", "fail", 0.6, 0.5, 0.7, "is at least 0.500 for the worst attack", tpr=0.6,
            tpr_low=0.5, tpr_high=0.7,
        ),
    )
)  # fmt: skip
AGAINST = AgainstTrain(
    pvalue_met=1e-9, pvalue_kept=1.0, pvalue_pieces=1.0, met=None, kept=None, pieces=None, n_combinations=9,
    found_at_least=0.3,
)  # fmt: skip
LOOKED_UP = (
    "The share of members found at 1 false name in 100 is at least 0.300 for whoever looks up what only one person of"
    " train has; the partner limit is 0.05."
)
KEPT_TO = (
    "The share of members found at 1 false name in 100 is at least 0.400 for whoever names the one person of train"
    " that a row of the release keeps to; the partner limit is 0.05."
)
NOT_MEASURED = without_figures(
    "inconclusive", "Whether more members than non-members stand at the very top of an attack was not measured."
)
NO_CHANCE = "No attack could be measured: without a holdout nobody knows what chance looks like."
NO_TPR = Told("inconclusive", 0.05, None, None, None, NO_CHANCE)


def found_by(low: float, reason: str) -> Told:
    """The gate of members found, broken by what the release shows without a holdout."""
    return Told("fail", 0.05, low, low, None, reason)


def alone(name: str, told: Told = NO_TPR, *, detected: bool | None = True, **against: Any) -> Case:
    """A case without any attack; ``against`` differs from a release that meets three in ten people of train."""
    return Case(
        name=f"no attack, and {name}",
        change={"findings": (), "decision": None, "against_train": replace(AGAINST, **against)},
        gates={
            "auc": Told("inconclusive", 0.6, None, None, None, NO_CHANCE),
            "tpr_at_fpr": told,
            "top": NOT_MEASURED,
        },
        deciding="auc" if told == NO_TPR else "tpr_at_fpr",
        detected=detected,
    )


UNMEASURED = (
    Case(
        name="no attack",
        change={"findings": (), "decision": None},
        gates={
            "auc": Told("inconclusive", 0.6, None, None, None, NO_CHANCE),
            "tpr_at_fpr": Told("inconclusive", 0.05, None, None, None, NO_CHANCE),
            "top": NOT_MEASURED,
        },
        deciding="auc",
        detected=None,
    ),
    alone("people are met", found_by(0.3, LOOKED_UP)),
    alone("rows keep to people", found_by(0.4, KEPT_TO), pvalue_met=1.0, pvalue_kept=1e-9, kept_at_least=0.4),
    alone("people are met, and rows keep to people as chance does", found_by(0.3, LOOKED_UP), kept_at_least=0.4),
    alone("fewer people are met than the limit", found_at_least=0.05),
    *(
        alone(
            f"p of {met:g}, {kept:g} and {pieces:g}", detected=detected,
            pvalue_met=met, pvalue_kept=kept, pvalue_pieces=pieces,
        )
        for met, kept, pieces, detected in (
            (0.01, 1.0, 1.0, None), (1.0, 0.0099, 1.0, True), (1.0, 0.01, 1.0, None),
            (1.0, 1.0, 0.0049, True), (1.0, 1.0, 0.005, None),
        )
    ),
    Case(
        name="no attack, whatever all together say",
        change={"findings": (), "stack": stack(0.7, 0.61, 0.75)},
        gates={
            "auc": Told("inconclusive", 0.6, None, None, None, NO_CHANCE),
            "tpr_at_fpr": Told("inconclusive", 0.05, None, None, None, NO_CHANCE),
        },
        deciding="auc",
    ),
    Case(
        name="the split is no random one", change={"controls": BROKEN_SPLIT}, gates=NO_SPLIT, deciding="auc",
        detected=None,
    ),
    Case(
        name="a perfect attack on a split that is no random one",
        change={"controls": BROKEN_SPLIT, "decision": DETECTED,
                "findings": (finding(0.99, 0.98, 1.0, 0.95, 0.9, 1.0),)},
        gates={
            "auc": Told("inconclusive", 0.6, 0.99, 0.98, 1.0, DIFFER),
            "tpr_at_fpr": Told("inconclusive", 0.05, 0.95, 0.9, 1.0, DIFFER),
            "exposed": NO_SPLIT["exposed"],
            "top": NO_SPLIT["top"],
        },
        deciding="auc",
        detected=None,
    ),
    *(
        Case(
            name=f"the {name} control failed, a perfect attack or not",
            change={"controls": controls, "decision": DETECTED, "exposure": EXPOSED,
                    "findings": (finding(0.99, 0.98, 1.0, 0.95, 0.9, 1.0),)},
            gates={
                "auc": Told("inconclusive", 0.6, 0.99, 0.98, 1.0, void),
                "tpr_at_fpr": Told("inconclusive", 0.05, 0.95, 0.9, 1.0, void),
                "exposed": Told("inconclusive", 0.0, 1_030.0, None, None, void),
                "top": without_figures("inconclusive", void),
                "coverage": without_figures("inconclusive", f"The {name} control failed: Words of the control."),
            },
            deciding="auc",
            detected=None,
        )
        for name, controls, void in VOIDS
    ),
    Case(name="a control is unusual", change={"controls": replace(CONTROLS, blind_baseline=control("noted"))}),
    Case(name="a control did not run", change={"controls": replace(CONTROLS, a_a=control("not_run"))}),
    Case(
        name="no control",
        change={"controls": None},
        gates={
            **NO_SPLIT,
            "positive_control": without_figures("inconclusive", "No leak could be planted: a holdout is missing."),
        },
        deciding="auc",
        detected=None,
    ),
)  # fmt: skip


def copies(name: str, counted: Copies, told: Told, *, detected: bool | None = True) -> Case:
    """A case in which the gate of copies alone differs."""
    deciding = "tpr_at_fpr" if told.outcome == "pass" else "copies"
    gates = {"copies": told}
    return Case(name=f"copies: {name}", change={"copies": counted}, gates=gates, deciding=deciding, detected=detected)


NO_OTHERS = "1,200 of 2,000 members occur verbatim in the release"
NOT_SURE = f"{COUNTS}: the excess may be as high as {{}} %; the limit is 0.50 %.{MORE_PEOPLE}"
VERBATIM = (
    copies(
        "the training table",
        replace(COPIED, identical_to_train=True),
        Told("fail", 0.005, 1.0, None, None, "The release is the training table itself, row for row."),
    ),
    copies(
        "the training table, found by nothing else",
        replace(COPIES, identical_to_train=True),
        Told("fail", 0.005, 1.0, None, None, "The release is the training table itself, row for row."),
    ),
    copies(
        "chance unknown",
        replace(COPIES, train=1_200, excess=UNKNOWN, single=None, n_holdout=0),
        Told(
            "inconclusive", 0.005, None, None, None,
            f"{NO_OTHERS}; without a holdout nobody knows how many would by chance.",
        ),
        detected=False,
    ),
    copies(
        "above",
        copied(0.05, 0.0051, 0.0049),
        Told("fail", 0.005, 0.05, 0.0051, 0.06, f"{COUNTS}: an excess of at least 0.51 %; the limit is 0.50 %."),
    ),
    copies(
        "at the limit", copied(0.05, 0.005, 1e-9),
        Told("inconclusive", 0.005, 0.05, 0.005, 0.06, NOT_SURE.format("6.00")),
    ),
    copies(
        "p at its level", copied(0.05, 0.04, 0.005),
        Told("inconclusive", 0.005, 0.05, 0.04, 0.06, NOT_SURE.format("6.00")), detected=False,
    ),
    copies(
        "p beyond its level", copied(0.05, 0.04, 0.5),
        Told("inconclusive", 0.005, 0.05, 0.04, 0.06, NOT_SURE.format("6.00")), detected=False,
    ),
    copies(
        "bound at the limit", copied(0.0021, 0.0, 0.5, 0.005),
        Told("inconclusive", 0.005, 0.0021, 0.0, 0.005, NOT_SURE.format("0.50")), detected=False,
    ),
    copies(
        "bound below the limit",
        copied(0.002, 0.0, 0.5, 0.0049),
        Told("pass", 0.005, 0.002, 0.0, 0.0049, f"{COUNTS}: an excess of at most 0.49 % (95 %); the limit is 0.50 %."),
        detected=False,
    ),
    copies(
        "nobody copied among too few",
        replace(COPIES, single=replace(COPIES.single, upper_bound=0.0075)),  # type: ignore[type-var]
        Told(
            "inconclusive", 0.005, 0.0, -0.003, 0.0075,
            "0 of 2,000 members and 0 of 2,000 non-members occur verbatim in the release: the excess may be as high as"
            " 0.75 %; the limit is 0.50 %. 598 members of whom nobody is copied would be enough.",
        ),
        detected=False,
    ),
    copies(
        "as many twins as can be borne", copied(0.002, 0.0, 0.5, 0.0049, twins=0.002),
        Told("pass", 0.005, 0.002, 0.0, 0.0049, f"{COUNTS}: an excess of at most 0.49 % (95 %); the limit is 0.50 %."),
        detected=False,
    ),
    copies(
        "too many twins", copied(0.002, 0.0, 0.5, 0.0049, twins=0.0095),
        Told(
            "inconclusive", 0.005, 0.002, 0.0, 0.0049,
            f"{COUNTS}; 0.95 % of people have a row that somebody else has too: to tell chance copies from others takes"
            " 9,500 people on each side.",
        ),
        detected=False,
    ),
    copies(
        "too many twins, and above",
        copied(0.05, 0.04, 1e-9, twins=0.5),
        Told("fail", 0.005, 0.05, 0.04, 0.06, f"{COUNTS}: an excess of at least 4.00 %; the limit is 0.50 %."),
    ),
    copies(
        "chance guessed",
        copied(0.0, -0.1, 0.5, n_holdout=0, single=None),
        Told(
            "inconclusive", 0.005, 0.0, -0.1, 0.06,
            f"{NO_OTHERS}; without a holdout this can fail and never pass.",
        ),
        detected=False,
    ),
    copies(
        "chance guessed, above",
        copied(0.05, 0.04, 1e-9, n_holdout=0, single=None),
        Told("fail", 0.005, 0.05, 0.04, 0.06, f"{NO_OTHERS}: an excess of at least 4.00 %; the limit is 0.50 %."),
    ),
)  # fmt: skip

REPORTED = f"{STAND_OUT}; the board policy reports this and sets no limit."
SOME = f"{STAND_OUT}; the partner policy allows none."
PEOPLE = (
    Case(
        name="exposed: by a family that detects nothing",
        change={"exposure": EXPOSED},
        gates={"exposed": Told("inconclusive", 0.0, 1_030.0, None, None, SOME)},
        deciding="exposed",
    ),
    Case(
        name="exposed: by a family that detects leakage",
        change={"exposure": EXPOSED, "decision": DETECTED},
        gates={"exposed": Told("fail", 0.0, 1_030.0, None, None, SOME)},
        deciding="exposed",
        detected=True,
    ),
    Case(
        name="exposed: one",
        change={"exposure": replace(EXPOSED, n_exposed=1)},
        gates={"exposed": Told("inconclusive", 0.0, 1.0, None, None, SOME.replace("1,030", "1"))},
        deciding="exposed",
    ),
    Case(
        name="exposed: the split is no random one",
        change={"exposure": EXPOSED, "decision": DETECTED, "controls": BROKEN_SPLIT},
        gates={**NO_SPLIT, "exposed": Told("inconclusive", 0.0, 1_030.0, None, None, DIFFER)},
        deciding="auc",
        detected=None,
    ),
    Case(
        name="exposed: no decision",
        change={"exposure": EXPOSED, "decision": None},
        gates={"exposed": Told("inconclusive", 0.0, 1_030.0, None, None, SOME), "top": NOT_MEASURED},
        deciding="exposed",
        detected=None,
    ),
    Case(
        name="exposed: reported",
        change={"exposure": EXPOSED, "decision": DETECTED},
        gates={"exposed": Told("pass", None, 1_030.0, None, None, REPORTED)},
        policy=BOARD,
        detected=True,
    ),
    Case(
        name="exposed: nobody, reported",
        change={},
        gates={"exposed": Told("pass", None, 0.0, None, None, REPORTED.replace("1,030", "0"))},
        policy=BOARD,
    ),
    Case(
        name="exposed: not measured",
        change={"exposure": None},
        gates={"exposed": without_figures("inconclusive", "Whose record stands out was not measured.")},
        deciding="exposed",
    ),
)


def secrets(
    name: str, told: Told, *found: Risk, whose: str = "any one secret", limit: str = "10", policy: Policy = PARTNER
) -> Case:
    """A case in which secrets were guessed; ``told`` holds how many more of members, in words."""
    reason = (
        f"Of 100 members, {told.reason} more than of 100 non-members have {whose} guessed right by somebody who knows "
        f"the rest; the partner limit is {limit}." + (MORE_PEOPLE if told.outcome == "inconclusive" else "")
    )
    return Case(
        name=f"attributes: {name}",
        change={"risks": risks(*found)},
        gates={"attributes": told._replace(reason=reason)},
        deciding="tpr_at_fpr" if told.outcome == "pass" else "attributes",
        policy=policy,
    )


def guessed(name: str, outcome: str, low: float, high: float, more: str, *others: Risk) -> Case:
    """A case with the secret 'b' beside 'a', which nobody guesses."""
    told = Told(outcome, 0.1, max((low + high) / 2, 0.005), max(low, -0.01), max(high, 0.02), more)
    whose = "any one secret" if outcome == "pass" else "'b'"
    return secrets(name, told, *others, risk("a", -0.01, 0.02), risk("b", low, high), whose=whose)


SECRETS = (
    guessed("below", "pass", 0.0, 0.07, "at most 7 (95 %)"),
    guessed("below nothing", "pass", -0.2, -0.1, "at most 2 (95 %)"),
    guessed("just below", "pass", 0.0, 0.0999, "at most 9.99 (95 %)"),
    guessed("upper bound at the limit", "inconclusive", 0.0, 0.1, "maybe as many as 10.000"),
    guessed("lower bound at the limit", "inconclusive", 0.1, 0.2, "maybe as many as 20"),
    guessed("just above", "fail", 0.104, 0.2, "at least 10.4"),
    guessed("above", "fail", 0.47, 0.6, "at least 47"),
    guessed("other risks have no limit", "pass", 0.0, 0.07, "at most 7 (95 %)", risk("c", 0.5, 0.9, "singling_out")),
    secrets(
        "one is surest, another loosest", Told("inconclusive", 0.1, (-0.1 + 0.3) / 2, 0.05, 0.3, "maybe as many as 30"),
        risk("sure", 0.05, 0.08), risk("loose", -0.1, 0.3), whose="'loose'",
    ),
    secrets(
        "the surest is named, its letters written out", Told("fail", 0.1, (0.2 + 0.4) / 2, 0.25, 0.4, "at least 25"),
        risk("a\u202eb", 0.25, 0.3), risk("loose", 0.2, 0.4), whose=r"'a\u202eb'",
    ),
    secrets(
        "the loosest is named, its letters written out",
        Told("inconclusive", 0.1, None, -1.0, 1.0, "maybe as many as 100"),
        risk("a\u202eb", None, None), whose=r"'a\u202eb'",
    ),
    secrets("without a name", Told("fail", 0.1, 0.7, 0.5, 0.9, "at least 50"), risk(None, 0.5, 0.9), whose="''"),
    secrets(
        "not measured, and no name", Told("inconclusive", 0.1, None, -1.0, 1.0, "maybe as many as 100"),
        risk(None, None, None), whose="''",
    ),
    secrets("nothing above nothing", Told("pass", 0.1, -0.2, -0.3, -0.1, "at most 0 (95 %)"), risk("a", -0.3, -0.1)),
    secrets(
        "a limit that is no whole number", Told("pass", 0.075, 0.035, 0.0, 0.07, "at most 7 (95 %)"),
        risk("a", 0.0, 0.07),
        limit="7.5", policy=replace(PARTNER, attribute_excess=0.075),
    ),
    Case(
        name="attributes: the split is no random one",
        change={"risks": risks(risk("a", 0.5, 0.9)), "controls": BROKEN_SPLIT},
        gates={
            **NO_SPLIT,
            "attributes": Told(
                "inconclusive", 0.1, 0.7, 0.5, 0.9,
                "Members and non-members differ even without the release, so what is guessed of either says nothing.",
            ),
        },
        deciding="auc",
        detected=None,
    ),
    Case(name="attributes: no secret, no gate", change={"risks": risks(risk(None, 0.5, 0.9, "singling_out"))}),
    Case(
        name="attributes: no limit, no gate",
        change={"risks": risks(risk("a", 0.5, 0.9))},
        policy=replace(PARTNER, attribute_excess=None),
    ),
)  # fmt: skip


TOO_SELDOM = "found in 7 of 10 plantings; 8 are needed before a pass means anything."
NOT_PLANTED = "not planted; it must be found in 8 of 10 plantings before a pass means anything."


def leaks(name: str, *plantings: Planted, missed: str = "", policy: Policy = PARTNER) -> Case:
    """A case in which other leaks were planted."""
    told = without_figures("pass", PASSING["positive_control"].reason)
    if missed:
        words = f"A leak of 5 % of the members planted as verbatim copies was {missed}"
        told = without_figures("inconclusive", words)
    return Case(
        name=f"planted: {name}",
        change={"controls": replace(CONTROLS, planted=plantings)},
        gates={"positive_control": told},
        deciding="positive_control" if missed else "tpr_at_fpr",
        policy=policy,
    )


UNNOTICED = "A leak of such copies might not be noticed."


def near_leaks(name: str, *copies: NearCopies, outcome: Outcome, said: str) -> Case:
    """A case in which other near copies were planted."""
    words = said if outcome != "pass" else f"Leaks of 5 % of the members, planted as a check, were found. {said}"
    return Case(
        name=f"near copies: {name}",
        change={"controls": replace(CONTROLS, near_copies=copies)},
        gates={"positive_control": without_figures(outcome, words)},
        deciding="tpr_at_fpr" if outcome == "pass" else "positive_control",
    )


PLANTED = (
    leaks("found too seldom", planted(found=7), missed=TOO_SELDOM),
    leaks("nothing", missed=NOT_PLANTED),
    leaks("at the limit", planted(share=0.05)),
    leaks("at the limit, but for rounding", planted(share=0.05 + 1e-13)),
    leaks("above the limit", planted(share=0.051), missed=NOT_PLANTED),
    leaks("for the curve only", planted(gates=()), missed=NOT_PLANTED),
    leaks("the best counts", planted(found=7), planted(share=0.05, found=9), planted(share=0.04, found=3)),
    near_leaks(
        "seen, and known to who made them", near(0.57, 0.9), outcome="pass",
        said="Of near copies, planted as well, at least 50 of 100 are seen (95 %). Near copies of 8.2 % of the members,"
        " or more, would break the limit.",
    ),
    near_leaks(
        "seen, and by nobody else", near(0.9, 0.2), outcome="pass",
        said="Of near copies, planted as well, at least 83 of 100 are seen (95 %). Near copies of 4.9 % of the members,"
        " or more, would break the limit.",
    ),
    near_leaks(
        "seen by nobody", near(0.1, 0.5), near(0.05, 0.1), outcome="pass",
        said="Near copies give nobody away here: who knows how they were made sees 50 of 100.",
    ),
    near_leaks(
        "seen so often that twice the limit would be above it", near(0.5, 0.9), outcome="pass",
        said="Of near copies, planted as well, at least 43 of 100 are seen (95 %). Near copies of 9.5 % of the members,"
        " or more, would break the limit.",
    ),
    near_leaks(
        "not surely seen, but known to who made them", near(0.9, 0.9), near(0.46, 0.51, size=0.03),
        outcome="inconclusive",
        said="Near copies were planted as a check, with numbers moved by about 3.0 % of the ranks, measured on 200"
        " people: the attacks see 46 of 100, and an attacker who knows how they were made sees 51 of 100. " + UNNOTICED,
    ),
    near_leaks(
        "some seen, others by nobody", near(0.9, 0.9), near(0.1, 0.2), outcome="pass",
        said="Of near copies, planted as well, at least 83 of 100 are seen (95 %). Near copies of 4.9 % of the members,"
        " or more, would break the limit. Others give nobody away here: who knows how they were made sees 20 of 100.",
    ),
    near_leaks(
        "of few people", near(0.1, 0.45, n=99), outcome="inconclusive",
        said="Near copies were planted as a check, with numbers moved by about 1.0 % of the ranks, measured on 99"
        " people: the attacks see 10 of 100, and an attacker who knows how they were made sees 45 of 100. " + UNNOTICED,
    ),
    near_leaks(
        "surely seen by nobody, of few people", near(0.1, 0.43, n=99), outcome="pass",
        said="Near copies give nobody away here: who knows how they were made sees 43 of 100.",
    ),
    near_leaks(
        "of nobody", near(None, None), outcome="inconclusive",
        said="Near copies were planted as a check, with numbers moved by about 1.0 % of the ranks: nobody knows how"
        " many the attacks see, and nobody knows how many an attacker sees who knows how they were made. " + UNNOTICED,
    ),
    near_leaks(
        "of nobody, and some hardly seen", near(0.3, 0.9), near(None, 0.9, size=0.03), outcome="inconclusive",
        said="Near copies were planted as a check, with numbers moved by about 3.0 % of the ranks: nobody knows how"
        " many the attacks see, and an attacker who knows how they were made sees 90 of 100. " + UNNOTICED,
    ),
    near_leaks(
        "none", outcome="inconclusive", said="No near copies were planted, so nothing shows that they would be seen."
    ),
)  # fmt: skip


def objection(
    name: str, reason: str, *, detected: bool | None = False, policy: Policy = PARTNER, **change: Any
) -> Case:
    """A case in which only the coverage takes the pass away."""
    gates: dict[str, Told] = {"coverage": without_figures("inconclusive", reason)}
    if policy.exposed_allowed:
        gates["exposed"] = Told("pass", None, 0.0, None, None, REPORTED.replace("1,030", "0"))
    return Case(
        name=f"coverage: {name}", change=change, gates=gates, deciding="coverage", detected=detected, policy=policy
    )


def known_too(
    name: str,
    reason: str,
    *,
    detected: bool | None = None,
    covered: bool = True,
    policy: Policy = PARTNER,
    **change: Any,
) -> Case:
    """A case in which non-members were known to the vendor: figures are no comfort, and say nothing of no leakage."""
    gates = {
        "auc": Told("inconclusive", 0.6, 0.5, 0.5, 0.53, reason),
        "tpr_at_fpr": Told("inconclusive", 0.05, 0.01, 0.0, 0.03, reason),
        "copies": Told(
            "pass", 0.005, 0.0, -0.0013, 0.0016,
            "0 of 2,000 members and 0 of 2,000 non-members occur verbatim in the release; the vendor seems to have seen"
            " the holdout, so both count as copied: at most 0.16 % of them (95 %); the limit is 0.50 %.",
        ),
        "exposed": Told("inconclusive", 0.0, 0.0, None, None, reason),
        "top": without_figures("inconclusive", reason),
        "coverage": without_figures("inconclusive", reason),
    }  # fmt: skip
    if not covered:
        del gates["coverage"]
    if policy.exposed_allowed:
        gates["exposed"] = Told("pass", None, 0.0, None, None, REPORTED.replace("1,030", "0"))
    name = f"a holdout that was seen: {name}"
    return Case(name=name, change=change, gates=gates, deciding="auc", detected=detected, policy=policy)


def no_objection(name: str, *, detected: bool | None = False, policy: Policy = PARTNER, **change: Any) -> Case:
    """A case that passes all the same."""
    gates = (
        {"exposed": Told("pass", None, 0.0, None, None, REPORTED.replace("1,030", "0"))}
        if policy.exposed_allowed
        else {}
    )
    return Case(name=f"no objection: {name}", change=change, gates=gates, detected=detected, policy=policy)


REMOVED = (
    "Rows near the training data were removed: the release keeps its distance from members more than from non-members, "
    "which gives them away."
)
AT_THE_TOP = (
    "More members than non-members stand at the very top of an attack: some are exposed, though not many can be named; "
    "the partner policy allows none."
)
ISOLATED = "The release tells who of the most isolated people was in the data; how many more it tells is not known."
PIECES = (
    "Rare runs of 16 letters and digits from 'note' of members stand in 'id' and 'a\\u202eb' of the release more often"
    " than non-members'."
)
STILL_KNOWN = "The release still knows people who were said to be deleted."
IN_TRAIN = "1,300 of the 1,400 people on the list are in train: they were not deleted, or the list is another one."
CANARIES_KNOWN = "The release tells which of the made-up people of the split were in the training table."
CLAIMED = "The vendor's claim of epsilon 1.5 is refuted: what was released shows an epsilon of at least 2.000 (95 %)."


def release_tells(which: int, of: int) -> str:
    return (
        f"Release {which} of {of} tells members from non-members by itself; adding other releases takes nothing back."
    )


def in_a_group(which: str) -> str:
    return f"Members of one group stand out: {which}; the partner policy allows none."


def looked_up(which: str) -> str:
    return (
        f"Whoever knows a rare value of {which} of a person can look it up in the release: it is there for 1,120 "
        "members and 1,020 non-members; the partner policy allows none to be exposed."
    )


OWN_VALUES = (
    "Of the 2,000 values of '{}' that only members have, {} stand in the release and {} of the 1,900 that only"
    " non-members have{}. Each belongs to one person{}."
)
SEEN = (
    "Of the 1,900 values of '{}' that only non-members have, {} stand in the release, beyond chance{}: this points to a"
    " holdout that the vendor has seen, and members cannot be compared with people who were known too."
)
KEPT_TO = (
    "Rows of the release lie closer to one single row of the holdout than rows of members do (in 72 of 100"
    " comparisons): this points to a holdout that the vendor has seen, and members cannot be compared with people who"
    " were known too."
)
EXCHANGED = (
    "Rows of the release lie closer to one single row of the holdout than rows of members do (in 72 of 100"
    " comparisons), and no closer to rows of train than non-members do: the release seems to be made from the holdout."
    " Were the two tables exchanged?"
)
COPIED_TOO = (
    "9 different rows of non-members occur verbatim in the release, beyond what rows of the real tables have in common:"
    " this points to a holdout that the vendor has seen, and members cannot be compared with people who were known too."
)
BOTH = f"{COUNTS}; the vendor seems to have seen the holdout, so both count as copied"


def copied_too(name: str, counted: Copies, told: Told, *, detected: bool | None = None) -> Case:
    """A case in which copies of members and of non-members count alike."""
    case = known_too("", COPIED_TOO, covered=False, detected=detected, copies=counted)
    deciding = "copies" if told.outcome == "fail" else case.deciding
    name = f"a holdout that was seen, copies: {name}"
    return replace(case, name=name, gates={**case.gates, "copies": told}, deciding=deciding)


COPIES_OF_BOTH = (
    copied_too(
        "above", of_both(0.0051, 0.6),
        Told("fail", 0.005, 0.575, 0.0051, 0.6, f"{BOTH}: at least 0.51 % of them; the limit is 0.50 %."),
        detected=True,
    ),
    copied_too(
        "above, were it sure that they were known", of_both(0.0051, 0.6, sharper=0.001),
        Told("inconclusive", 0.005, 0.575, 0.0051, 0.6, f"{BOTH}: maybe 60.00 % of them; the limit is 0.50 %."),
    ),
    copied_too(
        "at the limit", of_both(0.005, 0.005),
        Told("inconclusive", 0.005, 0.575, 0.005, 0.005, f"{BOTH}: maybe 0.50 % of them; the limit is 0.50 %."),
        detected=True,
    ),
    copied_too(
        "below", of_both(0.0, 0.0049),
        Told("pass", 0.005, 0.575, 0.0, 0.0049, f"{BOTH}: at most 0.49 % of them (95 %); the limit is 0.50 %."),
        detected=True,
    ),
    copied_too(
        "no bound", of_both(None, 0.004), Told("inconclusive", 0.005, 0.05, 0.0, 0.004, COPIED_TOO), detected=True
    ),
    copied_too(
        "too many twins", of_both(0.5, 0.6, twins=0.003),
        Told(
            "inconclusive", 0.005, 0.05, 0.0, 0.004,
            f"{COUNTS}; 0.3 % of people have a row that somebody else has too: to tell chance copies from others takes"
            " 3,000 people on each side.",
        ),
        detected=True,
    ),
)  # fmt: skip
BY_CHANCE: dict[str, Any] = {"reused": True, "beyond_chance": True}
GAP = Coverage(test="first", status="not_run", reason="Why not.", blocks_pass=True)
COVERAGE = (
    objection("rows removed", REMOVED, decision=replace(DETECTED, direction="far"), detected=True),
    objection("rows removed by one attack", REMOVED, decision=replace(DETECTED, hole=True), detected=True),
    no_objection("rows removed, by chance", decision=replace(DECISION, direction="far", hole=True)),
    Case(
        name="at the top",
        change={"decision": replace(DETECTED, pvalue_top=0.0249)},
        gates={"top": without_figures("inconclusive", AT_THE_TOP)},
        deciding="top",
        detected=True,
    ),
    Case(
        name="at the top, too few",
        change={"decision": replace(DETECTED, pvalue_top=0.0249, hole=True)},
        gates={
            "top": without_figures("inconclusive", REMOVED), "coverage": without_figures("inconclusive", REMOVED)
        },
        deciding="top",
        detected=True,
    ),
    no_objection("at the top at its level", decision=replace(DETECTED, pvalue_top=0.025), detected=True),
    no_objection("at the top, reported", decision=replace(DETECTED, pvalue_top=0.0249), detected=True, policy=BOARD),
    objection("isolated people", ISOLATED, per_record=per_record(0.0009), detected=True),
    objection("isolated people, reported", ISOLATED, per_record=per_record(0.0009), detected=True, policy=BOARD),
    no_objection("isolated people at the level", per_record=per_record(0.001)),
    objection("deleted people", STILL_KNOWN, deleted=replace(DELETED, known=True), detected=True),
    objection("deleted, in train and known", IN_TRAIN, deleted=replace(DELETED_ONLY_COPIES, known=True), detected=True),
    no_objection("deleted people, no sign", deleted=DELETED),
    objection("the second release", release_tells(2, 2), releases=(release(0.6), release(0.0249))),
    no_objection("a release at its level", releases=(release(0.025), release(0.6))),
    objection("the first of three", release_tells(1, 3), releases=(release(0.016), release(0.6), release(0.6))),
    objection("the first of two alike", release_tells(1, 2), releases=(release(0.02), release(0.02))),
    objection("a release that leaks", release_tells(1, 2), releases=(release(0.0024), release(0.6)), detected=True),
    objection("a release at the level of a leak", release_tells(1, 2), releases=(release(0.0025), release(0.6))),
    objection("canaries", CANARIES_KNOWN, canaries=CANARIES, detected=True),
    no_objection("canaries, no sign", canaries=replace(CANARIES, known=False)),
    objection(
        "deleted in train",
        IN_TRAIN,
        deleted=DELETED_ONLY_COPIES,
    ),
    objection(
        "one deleted in train",
        "1 of the 1,400 people on the list is in train: this person was not deleted, or the list is another one.",
        deleted=replace(DELETED, n_in_train=1),
    ),
    objection(
        "a group",
        in_a_group("the rarest tenth by rarity"),
        subgroups=(group("rarity", "rarest tenth", 0.0009), group("plan", "B", 0.001), group("plan", "C", None)),
        detected=True,
    ),
    objection(
        "groups, the surest first, no level told",
        in_a_group(r"a group of 'a\u202eb' (1 more)"),
        subgroups=(group("rarity", "rarest tenth", 0.0009), group("a\u202eb", "B", 0.0002)),
        detected=True,
    ),
    objection(
        "groups as sure after adjusting",
        in_a_group("a group of 'plan' (2 more)"),
        subgroups=(
            group("rarity", "rarest tenth", 0.0002, 0.0001),
            group("plan", "B", 0.0002, 0.00004),
            group("site", "B", 0.0003, 0.00001),
        ),
        detected=True,
    ),
    no_objection("a group at the level", subgroups=(group("plan", "B", 0.001),)),
    no_objection("a group, reported", subgroups=(group("plan", "B", 0.0009),), detected=True, policy=BOARD),
    objection("a refuted claim", CLAIMED, claim=REFUTED),
    objection("a refuted claim, reported", CLAIMED, claim=REFUTED, policy=BOARD),
    no_objection("a claim that stands", claim=replace(REFUTED, stands="not_refuted")),
    objection(
        "values of one person",
        OWN_VALUES.format("ssn", 4, 0, "; chance would meet 0.0057", ""),
        identifiers=identifiers(identifier("mail"), identifier(members=4, **BY_CHANCE)),
        detected=True,
    ),
    objection(
        "values of one person, the most first, its letters written out",
        OWN_VALUES.format(r"a\u202eb", 9, 1, "", " (the same in 1 more column)"),
        identifiers=identifiers(identifier(members=4, **BY_CHANCE), identifier("a\u202eb", 9, 1, reused=True)),
        detected=True,
    ),
    no_objection("values of one person, by chance", identifiers=identifiers(identifier(members=4, nonmembers=4))),
    no_objection(
        "values of one person, reported",
        identifiers=identifiers(identifier(members=4, **BY_CHANCE)),
        detected=True,
        policy=BOARD,
    ),
    known_too(
        "by value", SEEN.format("ssn", 9, ""),
        identifiers=identifiers(identifier(members=9, nonmembers=9, holdout_seen=True)),
    ),
    known_too(
        "by value, reported",
        SEEN.format("ssn", 9, " (the same in 2 more columns)"),
        identifiers=identifiers(
            identifier("a", 0, 4, holdout_seen=True),
            identifier(members=9, nonmembers=9, holdout_seen=True),
            identifier("c", 0, 5, holdout_seen=True),
        ),
        policy=BOARD,
    ),
    known_too("by row", KEPT_TO, single_rows=kept("both")),
    known_too("by row, and a leak", KEPT_TO, single_rows=kept("both"), decision=DETECTED, detected=True),
    known_too("in place of train", EXCHANGED, single_rows=kept("holdout")),
    no_objection("rows of train alone are kept to", single_rows=kept("train")),
    no_objection("no row is kept to", single_rows=kept("neither")),
    known_too("word for word", COPIED_TOO, covered=False, copies=strangers(0.0009, 0.001)),
    known_too("word for word, surely", COPIED_TOO, covered=False, copies=strangers(1e-9, 0.0009), detected=True),
    no_objection("word for word, at the level", copies=strangers(0.001, 0.01)),
    objection("pieces of cells", PIECES, cells=cells(), detected=True),
    objection("pieces of cells, reported", PIECES, cells=cells(), detected=True, policy=BOARD),
    no_objection("pieces of cells above the level", cells=cells(detected=False)),
    objection("reuse", looked_up("'pay'"), reuse=reuse(column("pay", 0.0099), column("age", 0.01))),
    objection(
        "reuse, the surest first, its letters written out",
        looked_up(r"'a\u202eb' and of 1 more"),
        reuse=reuse(column("pay", 0.009), column("a\u202eb", 0.008)),
    ),
    objection(
        "reuse as sure after adjusting",
        looked_up("'b' and of 2 more"),
        reuse=reuse(column("a", 0.001, 0.0009), column("c", 0.001, 0.0008), column("b", 0.001, 0.0008)),
    ),
    no_objection("reuse at its level", reuse=reuse(column("pay", 0.01))),
    no_objection("reuse, reported", reuse=reuse(column("pay")), policy=BOARD),
    objection("a gap", "Not covered: first: Why not.", coverage=(*CLEAN.coverage, GAP)),
    objection(
        "three gaps",
        "Not covered: first: Why not. (2 more)",
        coverage=(GAP, replace(GAP, test="second"), replace(GAP, status="ran")),
    ),
    objection("two gaps", "Not covered: first: Why not. (1 more)", coverage=(GAP, replace(GAP, test="second"))),
)  # fmt: skip
FOR_THE_COPY = "This pass is for the audited copy, not for the delivered file: that file also holds"
BEYOND = (
    BeyondCopy(kind="columns", n=2),
    BeyondCopy(kind="decimals", n=9, column="age"),
    BeyondCopy(kind="decimals", n=4, column="pay"),
    BeyondCopy(kind="spelling", n=9, column="age"),
    BeyondCopy(kind="blank_lines", n=1),
)
LEFT_OUT = Coverage(test="shadow attacks", status="not_run", reason="r")
LEAVES_OUT = "Every required test of the profile quick ran; left out: shadow attacks, replay."
ALSO = (
    Case(name="clean", change={}),
    Case(
        name="a pass names what its profile leaves out, once each",
        change={
            "profile": "quick",
            "coverage": (LEFT_OUT, *CLEAN.coverage, replace(LEFT_OUT, test="replay"), LEFT_OUT),
        },
        gates={"coverage": without_figures("pass", LEAVES_OUT)},
        tail=f" {LEAVES_OUT}",
    ),
    Case(
        name="a pass for the audited copy alone",
        change={"delivered": Delivered(beyond=BEYOND[:2])},
        tail=f" {FOR_THE_COPY} columns that were not audited and more decimals than the real tables have.",
    ),
    Case(
        name="a pass says how many rows were read by what fits a model",
        change={"sampled": (50_000, 300_000)},
        tail=(
            " Attacks that fit a model read 50,000 of the 300,000 rows of the release, drawn at random; all others read"
            " every row."
        ),
    ),
    Case(
        name="a pass for the audited copy alone: the most telling, and what its profile leaves out",
        change={"delivered": Delivered(beyond=BEYOND), "coverage": (LEFT_OUT, *CLEAN.coverage)},
        gates={
            "coverage": without_figures(
                "pass", "Every required test of the profile standard ran; left out: shadow attacks."
            )
        },
        tail=(
            f" {FOR_THE_COPY} columns that were not audited, more decimals than the real tables have, other ways to"
            " write the same values and 1 more. Every required test of the profile standard ran; left out: shadow"
            " attacks."
        ),
    ),
    Case(
        name="what a file holds beyond is no news where nothing passes",
        change={"delivered": Delivered(beyond=BEYOND), "exposure": None},
        gates={"exposed": without_figures("inconclusive", "Whose record stands out was not measured.")},
        deciding="exposed",
    ),
    Case(name="a file that holds nothing beyond", change={"delivered": Delivered(beyond=())}),
    Case(
        name="what is left out is no news where nothing passes",
        change={"coverage": (LEFT_OUT,), "exposure": None},
        gates={
            "exposed": without_figures("inconclusive", "Whose record stands out was not measured."),
            "coverage": without_figures(
                "pass", "Every required test of the profile standard ran; left out: shadow attacks."
            ),
        },
        deciding="exposed",
    ),
    Case(
        name="tests of low power and gaps are not left out",
        change={"coverage": (replace(LEFT_OUT, status="ran_low_power"), replace(LEFT_OUT, status="not_applicable"))},
    ),
    Case(
        name="all attacks together, p below its level", change={"stack": stack(0.5, 0.5, 0.53, 0.0009)},
        gates={"auc": auc_passes(0.5, 0.5, 0.53, of=ALL_OF_THEM)}, detected=True,
    ),
    Case(
        name="all attacks together, p at its level", change={"stack": stack(0.5, 0.5, 0.53, 0.001)},
        gates={"auc": auc_passes(0.5, 0.5, 0.53, of=ALL_OF_THEM)},
    ),
    *(
        Case(
            name=f"members found by pieces of cells: {low}",
            change={"cells": cells(low)},
            gates={
                "tpr_at_fpr": Told(outcome, 0.05, max(low + 0.02, 0.01), low, low + 0.03, f"The {FOUND} {said}"),
                "coverage": without_figures("inconclusive", PIECES),
            },
            deciding=deciding,
            detected=True,
        )
        for low, outcome, said, deciding in (
            (
                0.051, "fail", "is at least 0.051 for the search of rare pieces of cells; the partner limit is 0.05.",
                "tpr_at_fpr",
            ),
            (
                0.05, "inconclusive",
                f"may be as high as 0.080 for the search of rare pieces of cells; the partner limit is 0.05.{NEEDED}",
                "coverage",
            ),
        )
    ),
    Case(
        name="canaries count where the split is no random one",
        change={"canaries": CANARIES, "controls": BROKEN_SPLIT},
        gates={**NO_SPLIT, "coverage": without_figures("inconclusive", CANARIES_KNOWN)},
        deciding="coverage",
        detected=True,
    ),
    Case(
        name="what tells members from others does not count where the split is no random one",
        change={
            "controls": BROKEN_SPLIT,
            "decision": replace(DECISION, pvalue_top=0.001),
            "releases": (release(0.001), release(0.6)),
            "subgroups": (group("plan", "B", 0.0002),),
            "cells": cells(0.2),
            "reuse": reuse(column("pay")),
        },
        gates=NO_SPLIT,
        deciding="auc",
        detected=None,
    ),
)  # fmt: skip
NAMED_BY_OWN = OWN_VALUES.format("ssn", 20, 0, "", "")


def names_members(name: str, told: Told | None, excess_low: float | None) -> Case:
    """A case in which values of one person stand in the release for 20 of 2,000 members; ``told``: of the copies."""
    own = identifiers(identifier("mail"), identifier(members=20, reused=True, excess_low=excess_low))
    case = objection(name, NAMED_BY_OWN, detected=True, identifiers=own)
    return case if told is None else replace(case, gates={**case.gates, "copies": told}, deciding="copies")


NAMED = (
    names_members(
        "more named than may be copied",
        Told(
            "fail", 0.005, 0.01, 0.0051, None,
            f"{NAMED_BY_OWN} That is at least 0.51 % of the members (95 %); the partner limit is 0.50 %.",
        ),
        0.0051,
    ),
    names_members("maybe no more named than may be copied", None, 0.005),
    names_members("quantities in common, which are no names", None, None),
)  # fmt: skip
CASES = (
    *ALSO,
    *AUC,
    *MEMBERS_FOUND,
    *UNMEASURED,
    *VERBATIM,
    *PEOPLE,
    *SECRETS,
    *PLANTED,
    *COPIES_OF_BOTH,
    *COVERAGE,
    *NAMED,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdicts(case: Case) -> None:
    """Every gate with its outcome, figures and sentence, which of them decided, and whether leakage is detected."""
    verdict = judge(case.policy, case.grounds, case.can)
    gates = {g.name: Told(g.outcome, g.limit, g.value, g.lower_bound, g.upper_bound, g.reason) for g in verdict.gates}
    assert list(gates.items()) == list(case.told.items())
    assert verdict.use == case.policy.name
    assert verdict.outcome == case.told[case.deciding].outcome
    assert verdict.deciding == case.told[case.deciding].reason + case.tail
    assert decide(case.policy, case.grounds, case.can).deciding == case.deciding
    assert leakage_detected(case.grounds) is case.detected


def test_every_reason_has_a_sentence_and_a_case() -> None:
    """No code is without words, and none stands outside the table above."""
    assert set(SENTENCES) == set(ReasonCode)
    verdicts = [decide(case.policy, case.grounds, case.can) for case in CASES]
    given = {gate.reason.code for verdict in verdicts for gate in verdict.gates}
    given |= {reason.code for verdict in verdicts for reason in verdict.scope}
    assert given == set(ReasonCode)


FAILS: Mapping[str, Mapping[str, Any]] = {
    "auc": {"findings": (finding(0.7, 0.61, 0.75),)},
    "tpr_at_fpr": {"findings": (finding(tpr=0.09, tpr_low=0.06, tpr_high=0.2),)},
    "copies": {"copies": COPIED},
    "exposed": {"exposure": EXPOSED, "decision": DETECTED},
    "attributes": {"risks": risks(risk("a", 0.5, 0.9))},
}
DOUBTS: Mapping[str, Mapping[str, Any]] = {
    "auc": {"findings": WIDE},
    "tpr_at_fpr": {"findings": (finding(tpr_high=0.2),)},
    "copies": {"copies": copied(0.05, 0.0, 0.3)},
    "exposed": {"exposure": None},
    "attributes": {"risks": risks(risk("a", 0.0, 0.9))},
    "positive_control": {"controls": replace(CONTROLS, planted=())},
    "coverage": {"claim": REFUTED},
}


NEARLY_ALL = {"findings": (finding(0.99, 0.98, 1.0, 0.99, 0.97, 1.0),)}
"""Near copies of nearly everybody."""


@pytest.mark.parametrize(
    ("changes", "deciding"),
    [
        # The fail that is farthest above its limit: the AUC by a tenth of what lies beyond guessing, members found by
        # a fifth, copies eight times, people exposed ten times.
        ((FAILS["auc"], FAILS["copies"]), "copies"),
        ((FAILS["auc"], FAILS["tpr_at_fpr"]), "tpr_at_fpr"),
        ((FAILS["auc"], FAILS["exposed"]), "exposed"),
        ((FAILS["tpr_at_fpr"], FAILS["exposed"], FAILS["attributes"]), "exposed"),
        ((FAILS["exposed"], FAILS["copies"]), "exposed"),
        ((FAILS["copies"], FAILS["exposed"], NEARLY_ALL), "tpr_at_fpr"),
        # The training table itself is beyond measure.
        ((NEARLY_ALL, FAILS["exposed"], {"copies": replace(COPIED, identical_to_train=True)}), "copies"),
        # One fail outweighs every doubt.
        ((DOUBTS["auc"], DOUBTS["copies"], DOUBTS["coverage"], FAILS["attributes"]), "attributes"),
        ((DOUBTS["tpr_at_fpr"], DOUBTS["positive_control"], FAILS["copies"]), "copies"),
        # What was found is told first among doubts, then what takes the comparison away, then the AUC, else the first.
        ((DOUBTS["auc"], DOUBTS["copies"]), "auc"),
        ((DOUBTS["tpr_at_fpr"], DOUBTS["copies"], DOUBTS["exposed"]), "tpr_at_fpr"),
        ((DOUBTS["exposed"], DOUBTS["attributes"], DOUBTS["positive_control"]), "exposed"),
        ((DOUBTS["attributes"], DOUBTS["positive_control"]), "attributes"),
        ((DOUBTS["auc"], DOUBTS["positive_control"], DOUBTS["coverage"]), "coverage"),
        ((DOUBTS["copies"], {"controls": BROKEN_SPLIT}), "auc"),
        ((DOUBTS["auc"], {"coverage": (GAP,)}), "auc"),
    ],
)
def test_which_gate_decides(changes: tuple[Mapping[str, Any], ...], deciding: str) -> None:
    """The gravest: a fail by how many times its limit it surely is, a doubt by what it is about."""
    grounds = CLEAN
    for change in changes:
        grounds = replace(grounds, **change)
    verdict = decide(PARTNER, grounds, CAN)
    outcome = {gate.name: gate.outcome for gate in verdict.gates}
    assert (verdict.deciding, verdict.outcome) == (deciding, outcome[verdict.deciding])
    assert (
        judge(PARTNER, grounds, CAN).outcome
        == verdict.outcome
        == ("fail" if "fail" in outcome.values() else "inconclusive")
    )


def test_a_gap_that_rules_out_a_pass_beforehand_is_told_before_the_number_of_people() -> None:
    """It has to be mended first, and no number of people would do instead."""
    grounds = replace(CLEAN, **DOUBTS["auc"], coverage=(GAP,))
    assert decide(PARTNER, grounds, replace(CAN, ruled_out=GAP.test)).deciding == "coverage"


@pytest.mark.parametrize("fail", FAILS)
@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_fail_carries_no_advice_and_no_doubt(fail: str, doubt: str) -> None:
    """What speaks for a fail is what failed and what was found; no sentence says how many people would decide."""
    if fail == doubt:
        return
    verdict = decide(PARTNER, replace(CLEAN, **{**DOUBTS[doubt], **FAILS[fail]}), CAN)
    assert verdict.outcome == "fail"
    assert {gate.name for gate in verdict.against} == {fail} | ({"coverage"} if doubt == "coverage" else set())
    told = " ".join(sentence(gate.reason) for gate in verdict.gates)
    assert not re.search(r"needed|would be enough|chances in five|would have given|takes [\d,]+ people", told)


def test_a_planting_that_was_stopped_is_told_as_stopped() -> None:
    """Five plantings of ten, two found: the eight that were needed were out of reach, or no pass was left to decide."""
    missed = judge(PARTNER, replace(CLEAN, controls=replace(CONTROLS, planted=(planted(found=2, of=5),))), CAN)
    assert missed.deciding == (
        "A leak of 5 % of the members planted as verbatim copies was found in 2 of 5 plantings (stopped; 8 of 10 were"
        " needed)."
    )


def test_a_finding_is_no_gap() -> None:
    """A line of the record that has its answer rules out a pass, and is not said to be missing."""
    line = Coverage(test="disguise", status="ran", reason="levels have other names", blocks_pass=True)
    told = {gate.name: gate.reason for gate in judge(PARTNER, replace(CLEAN, coverage=(line,)), CAN).gates}
    assert told["coverage"] == "This rules out a pass: disguise: levels have other names"


EVERYTHING: tuple[tuple[Mapping[str, Any], str], ...] = (
    ({"deleted": replace(DELETED, known=True)}, IN_TRAIN),
    ({"single_rows": None}, KEPT_TO),
    ({"decision": DECISION}, REMOVED),
    ({"per_record": None}, ISOLATED),
    ({"deleted": None}, STILL_KNOWN),
    ({"releases": ()}, release_tells(2, 2)),
    ({"canaries": None}, CANARIES_KNOWN),
    ({"subgroups": ()}, in_a_group("a group of 'plan'")),
    ({"claim": None}, CLAIMED),
    (
        {"identifiers": identifiers(identifier(nonmembers=5, holdout_seen=True))},
        OWN_VALUES.format("ssn", 9, 5, "; chance would meet 0.0057", ""),
    ),
    ({"identifiers": None}, SEEN.format("ssn", 5, "")),
    ({"cells": None}, PIECES),
    ({"reuse": None}, looked_up("'pay'")),
    ({"coverage": ()}, "Not covered: first: Why not."),
)
"""What ends each objection, and how it is told, in the order in which they are told."""


def test_the_first_objection_is_told() -> None:
    """All objections at once, taken away one by one: each comes to the front in its turn, and a pass is left."""
    grounds = replace(
        CLEAN,
        single_rows=kept("both"),
        decision=replace(DETECTED, direction="far", pvalue_top=0.001),
        per_record=per_record(0.0001),
        deleted=replace(DELETED, known=True, n_in_train=1_300),
        releases=(release(0.02), release(0.01)),
        canaries=CANARIES,
        subgroups=(group("plan", "B", 0.0001),),
        claim=REFUTED,
        identifiers=identifiers(identifier(members=9, nonmembers=5, holdout_seen=True, **BY_CHANCE)),
        cells=cells(),
        reuse=reuse(column("pay")),
        coverage=(GAP,),
    )
    for end, reason in EVERYTHING:
        verdict = judge(PARTNER, grounds, CAN)
        told = {gate.name: gate.reason for gate in verdict.gates}
        assert (verdict.outcome, told["coverage"]) == ("inconclusive", reason)
        grounds = replace(grounds, **end)
    assert judge(PARTNER, grounds, CAN).outcome == "pass"


@pytest.mark.parametrize(
    "detail",
    [
        {"copies": COPIED},
        {"canaries": CANARIES},
        {"deleted": replace(DELETED, known=True)},
        {"identifiers": identifiers(identifier(members=4, **BY_CHANCE))},
    ],
)
def test_what_needs_no_split_is_detected_without_one(detail: Mapping[str, Any]) -> None:
    """Copies, canaries and deleted people are known whatever the two sides look like; attacks say nothing then."""
    without: list[dict[str, Any]] = [{"decision": None, "findings": ()}, {"controls": BROKEN_SPLIT}, {"controls": None}]
    for missing in (*without, *({"controls": controls} for _, controls, _ in VOIDS)):
        grounds = replace(CLEAN, **missing)
        assert leakage_detected(grounds) is None
        assert leakage_detected(replace(grounds, **detail)) is True


def test_values_of_one_person_that_are_only_more_than_strangers_need_a_random_split() -> None:
    """A comparison with non-members says nothing where the sides differ anyway; the space speaks by itself."""
    compared = identifiers(identifier(members=40, nonmembers=2, reused=True))
    assert leakage_detected(replace(CLEAN, identifiers=compared)) is True
    assert leakage_detected(replace(CLEAN, identifiers=compared, controls=BROKEN_SPLIT)) is None


@pytest.mark.parametrize("by_chance", [False, True])
def test_a_fail_by_values_of_one_person_needs_a_random_split_or_a_space(by_chance: bool) -> None:
    """As the detection does: where the sides differ anyway, only values that nobody would meet by chance accuse."""
    own = identifiers(identifier(members=40, nonmembers=2, reused=True, beyond_chance=by_chance, excess_low=0.013))
    gates = {
        gate.name: gate.outcome
        for gate in judge(PARTNER, replace(CLEAN, identifiers=own, controls=BROKEN_SPLIT), CAN).gates
    }
    assert (gates["copies"] == "fail") == by_chance


def test_limits_of_another_policy() -> None:
    """The limits are those of the policy, and so is the name in every sentence."""
    verdict = judge(INTERNAL, replace(CLEAN, exposure=EXPOSED), CAN)
    assert [(gate.name, gate.limit) for gate in verdict.gates] == [
        ("auc", 0.65), ("tpr_at_fpr", 0.1), ("copies", 0.01), ("exposed", None),
        ("positive_control", None), ("coverage", None),
    ]  # fmt: skip
    assert [gate.reason for gate in verdict.gates] == [
        "The AUC is at most 0.530 (95 %) for every attack; the internal limit is 0.65.",
        f"The {FOUND} is at most 0.030 (95 %) for every attack; the internal limit is 0.1.",
        PASSING["copies"].reason.replace("0.50", "1.00"),
        f"{STAND_OUT}; the internal policy reports this and sets no limit.",
        "Leaks of 10 % of the members, planted as a check, were found. Of near copies, planted as well, at least 83 of"
        " 100 are seen (95 %). Near copies of 11.0 % of the members, or more, would break the limit.",
        "Every required test of the profile standard ran.",
    ]


@pytest.mark.parametrize(
    ("profile", "has_secrets", "n_small"), [("quick", 0, 3), ("standard", 1, 4), ("thorough", 1, 5)]
)
def test_what_is_not_tested_leaves_its_error_to_the_family(profile: str, has_secrets: int, n_small: int) -> None:
    """5 % less what copies, cells, secrets, and each further test of the profile may spend."""
    spent = 0.005 + 0.005 + 0.005 * has_secrets + 0.001 * n_small
    assert ErrorBudget.of_profile(profile).family == pytest.approx(0.05 - spent, abs=1e-12)
    assert ErrorBudget.of_profile(profile, n_lists=2).family == pytest.approx(0.045 - spent, abs=1e-12)


@pytest.mark.parametrize(("n", "rest"), [(1, ""), (3, ""), (4, " (1 more)"), (8, " (5 more)")])
def test_of_many_columns_three_are_named(n: int, rest: str) -> None:
    """And how many there are besides."""
    names = tuple(f"c{i}" for i in range(n))
    assert _first_columns(names).endswith(f"'c{min(n, 3) - 1}'{rest}")


def test_a_search_of_cells_is_no_auc() -> None:
    """It finds nearly everybody; which share is of those found, and the AUC of the attacks stays what it is."""
    share = Estimate(value=0.9, low=0.85, high=0.95, confidence_level=0.95, n=2_000)
    found = replace(cells(), tpr_at_fpr=share, tpr_lower_bound=0.8)
    with_cells, without = (
        {gate.name: gate for gate in decide(PARTNER, replace(CLEAN, cells=each), CAN).gates} for each in (found, None)
    )
    assert with_cells["auc"] == without["auc"]
    assert (with_cells["tpr_at_fpr"].value, with_cells["tpr_at_fpr"].lower) == (0.9, 0.8)


@pytest.mark.parametrize(
    ("share", "limit", "text"),
    [
        (0.0, None, "0"),
        (0.01, None, "1"),
        (0.125, None, "12.5"),
        (0.0, 0.05, "0"),
        (0.051, 0.05, "5.1"),
        (0.01, 0.05, "1"),
    ],
)
def test_a_share_of_100_is_as_coarse_as_tells_it_from_the_limit(share: float, limit: float | None, text: str) -> None:
    """Exact where nothing is to be told apart."""
    assert _of_100(share, limit) == text

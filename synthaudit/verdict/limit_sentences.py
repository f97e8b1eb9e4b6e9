"""Sentences of the gates that hold a figure against a limit; a part of ``sentences``."""

from collections.abc import Callable, Mapping

from synthaudit.files import printable
from synthaudit.verdict.levels import PASS_CHANCE, PLANTINGS, PLANTINGS_NEEDED
from synthaudit.verdict.reasons import ReasonCode

PHRASES = {
    "auc": "AUC",
    "tpr_at_fpr_0.01": "share of members found at 1 false name in 100",
    "worst": "the worst attack",
    "cells": "the search of rare pieces of cells",
    "together": "all attacks together, read by a model that was taught who other members are",
    "each": "every attack",
    "looked_up": "whoever looks up what only one person of train has",
    "kept_to": "whoever names the one person of train that a row of the release keeps to",
    "each_and_together": "every attack and for all of them together",
}
"""What is limited, and for whom the bound holds; anything else is worded by its gate."""


def of_audits(chance: float) -> str:
    """A chance as a share of audits, never rounded up to certainty.

    Examples
    --------
    >>> of_audits(0.964), of_audits(0.999)
    ('96 % of audits', 'more than 99 % of audits')
    """
    return "more than 99 % of audits" if chance > 0.99 else f"{100 * chance:.0f} % of audits"


def _limit_exceeded(*, what: str, low: float, by: str, policy: str, limit: float) -> str:
    return f"The {_phrase(what)} is at least {low:.3f} for {_phrase(by)}; the {policy} limit is {limit:g}."


def _limit_kept(*, what: str, high: float, by: str, policy: str, limit: float) -> str:
    return f"The {_phrase(what)} is at most {high:.3f} (95 %) for {_phrase(by)}; the {policy} limit is {limit:g}."


def _limit_open(
    *,
    what: str,
    high: float | None,
    by: str,
    policy: str,
    limit: float,
    more_people_help: bool,
    n_needed: int | None,
    chance: float | None,
) -> str:
    size = "of unknown size" if high is None else f"as high as {high:.3f}"
    sentence = f"The {_phrase(what)} may be {size} for {_phrase(by)}; the {policy} limit is {limit:g}."
    if not more_people_help:
        return sentence
    if chance is not None and chance >= PASS_CHANCE:
        # Nobody is asked for fewer people than were given.
        return f"{sentence} If nothing leaked, this many people would have given a pass in {of_audits(chance)}."
    if n_needed is None:
        return f"{sentence} More people on both sides are needed to decide."
    needed = f"If nothing leaks, {n_needed:,} members and as many non-members give four chances in five of a pass."
    return f"{sentence} {needed}"


def _phrase(name: str) -> str:
    return PHRASES.get(name, name)


def _copied(*, members: int, n_members: int, nonmembers: int, n_nonmembers: int) -> str:
    others = f" and {nonmembers:,} of {n_nonmembers:,} non-members" if n_nonmembers else ""
    return f"{members:,} of {n_members:,} members{others} occur verbatim in the release"


def _copies_exceed(*, low: float, limit: float, **counts: int) -> str:
    return f"{_copied(**counts)}: an excess of at least {100 * low:.2f} %; the limit is {100 * limit:.2f} %."


def _copies_collide(*, twins: float, n_needed: int, more_people_help: bool = True, **counts: int) -> str:
    sentence = f"{_copied(**counts)}; {100 * twins:.2g} % of people have a row that somebody else has too"
    if not more_people_help:
        return f"{sentence}, and chance copies may hide others."
    return f"{sentence}: to tell chance copies from others takes {n_needed:,} people on each side."


def _copies_by_guess(**counts: int) -> str:
    return f"{_copied(**counts)}; without a holdout this can fail and never pass."


def _copies_open(
    *, high: float, limit: float, n_needed: int | None, more_people_help: bool = True, **counts: int
) -> str:
    sentence = (
        f"{_copied(**counts)}: the excess may be as high as {100 * high:.2f} %; the limit is {100 * limit:.2f} %."
    )
    if not more_people_help:
        return sentence
    if n_needed is None:
        return f"{sentence} More people on both sides are needed to decide."
    return f"{sentence} {n_needed:,} members of whom nobody is copied would be enough."


def _copies_kept(*, high: float, limit: float, **counts: int) -> str:
    return f"{_copied(**counts)}: an excess of at most {100 * high:.2f} % (95 %); the limit is {100 * limit:.2f} %."


_BOTH = "; the vendor seems to have seen the holdout, so both count as copied"


def _copies_of_both_exceed(*, low: float, limit: float, **counts: int) -> str:
    return f"{_copied(**counts)}{_BOTH}: at least {100 * low:.2f} % of them; the limit is {100 * limit:.2f} %."


def _copies_of_both_open(*, high: float, limit: float, **counts: int) -> str:
    return f"{_copied(**counts)}{_BOTH}: maybe {100 * high:.2f} % of them; the limit is {100 * limit:.2f} %."


def _copies_of_both_kept(*, high: float, limit: float, **counts: int) -> str:
    return f"{_copied(**counts)}{_BOTH}: at most {100 * high:.2f} % of them (95 %); the limit is {100 * limit:.2f} %."


def _guessed(more: str, whose: str, policy: str, limit: float) -> str:
    return (
        f"Of 100 members, {more} more than of 100 non-members have {whose} guessed right by somebody who knows the"
        f" rest; the {policy} limit is {_of_100(limit)}."
    )


def _secret_exceeds(*, low: float, column: str, policy: str, limit: float) -> str:
    return _guessed(f"at least {_of_100(low, limit)}", f"'{printable(column)}'", policy, limit)


def _secrets_kept(*, high: float, policy: str, limit: float) -> str:
    return _guessed(f"at most {_of_100(max(high, 0.0), limit)} (95 %)", "any one secret", policy, limit)


def _secret_open(*, high: float, column: str, policy: str, limit: float, more_people_help: bool = True) -> str:
    sentence = _guessed(f"maybe as many as {_of_100(high, limit)}", f"'{printable(column)}'", policy, limit)
    return f"{sentence} More people on both sides are needed to decide." if more_people_help else sentence


def _of_100(share: float, limit: float | None = None) -> str:
    """A share of 100, as coarse as still keeps it apart from the limit."""
    for places in (0, 1, 2, 3):
        text = f"{100 * share:.{places}f}"
        if limit is None and float(text) == round(100 * share, 6):
            break
        if limit is not None and float(text) != round(100 * limit, 6):
            break
    return "0" if float(text) == 0 else text


def _planted_missed(*, share: float, found: int | None, of: int | None) -> str:
    leak = f"A leak of {100 * share:.0f} % of the members planted as verbatim copies was"
    needed = f"{PLANTINGS_NEEDED} of {PLANTINGS}"
    if found is None or of is None:
        return f"{leak} not planted; it must be found in {needed} plantings before a pass means anything."
    if of < PLANTINGS:
        # No pass was left to be decided.
        return f"{leak} found in {found} of {of} plantings (stopped; {needed} were needed)."
    return f"{leak} found in {found} of {of} plantings; {PLANTINGS_NEEDED} are needed before a pass means anything."


def _planted_found(*, share: float, near_seen: float | None, near_limit: float | None, near_known: float | None) -> str:
    parts = [f"Leaks of {100 * share:.0f} % of the members, planted as a check, were found."]
    if near_seen is not None:
        parts.append(f"Of near copies, planted as well, at least {100 * near_seen:.0f} of 100 are seen (95 %).")
    if near_limit is not None:
        parts.append(f"Near copies of {100 * near_limit:.1f} % of the members, or more, would break the limit.")
    if near_known is not None:
        which = "Near copies" if near_seen is None else "Others"
        parts.append(f"{which} give nobody away here: who knows how they were made sees {100 * near_known:.0f} of 100.")
    return " ".join(parts)


LIMIT_SENTENCES: Mapping[ReasonCode, Callable[..., str]] = {
    ReasonCode.LIMIT_EXCEEDED: _limit_exceeded,
    ReasonCode.LIMIT_KEPT: _limit_kept,
    ReasonCode.LIMIT_OPEN: _limit_open,
    ReasonCode.COPIES_EXCEED: _copies_exceed,
    ReasonCode.COPIES_COLLIDE: _copies_collide,
    ReasonCode.COPIES_BY_GUESS: _copies_by_guess,
    ReasonCode.COPIES_OPEN: _copies_open,
    ReasonCode.COPIES_KEPT: _copies_kept,
    ReasonCode.COPIES_OF_BOTH_EXCEED: _copies_of_both_exceed,
    ReasonCode.COPIES_OF_BOTH_OPEN: _copies_of_both_open,
    ReasonCode.COPIES_OF_BOTH_KEPT: _copies_of_both_kept,
    ReasonCode.SECRET_EXCEEDS: _secret_exceeds,
    ReasonCode.SECRETS_KEPT: _secrets_kept,
    ReasonCode.SECRET_OPEN: _secret_open,
    ReasonCode.PLANTED_MISSED: _planted_missed,
    ReasonCode.PLANTED_FOUND: _planted_found,
}

"""Sentences of the gates that hold a figure against a limit; a part of ``sentences``."""

from collections.abc import Callable, Mapping

from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.verdict.levels import PASS_CHANCE, PLANTINGS, PLANTINGS_NEEDED
from synthaudit.verdict.reasons import ReasonCode

PHRASES = {
    "auc": N_("AUC"),
    "tpr_at_fpr_0.01": N_("share of members found at 1 false name in 100"),
    "worst": N_("the worst attack"),
    "cells": N_("the search of rare pieces of cells"),
    "together": N_("all attacks together, read by a model that was taught who other members are"),
    "each": N_("every attack"),
    "looked_up": N_("whoever looks up what only one person of train has"),
    "kept_to": N_("whoever names the one person of train that a row of the release keeps to"),
    "each_and_together": N_("every attack and for all of them together"),
}
"""What is limited, and for whom the bound holds; anything else is worded by its gate."""


def of_audits(chance: float) -> str:
    """A chance as a share of audits, never rounded up to certainty.

    Examples
    --------
    >>> of_audits(0.964), of_audits(0.999)
    ('96 % of audits', 'more than 99 % of audits')
    """
    return (
        N_("more than 99 % of audits") if chance > 0.99 else N_("{chance:.0f} % of audits").format(chance=100 * chance)
    )


def _limit_exceeded(*, what: str, low: float, by: str, policy: str, limit: float) -> str:
    return N_("The {what} is at least {low:.3f} for {by}; the {policy} limit is {limit:g}.").format(
        what=_phrase(what), low=low, by=_phrase(by), policy=policy, limit=limit
    )


def _limit_kept(*, what: str, high: float, by: str, policy: str, limit: float) -> str:
    return N_("The {what} is at most {high:.3f} (95 %) for {by}; the {policy} limit is {limit:g}.").format(
        what=_phrase(what), high=high, by=_phrase(by), policy=policy, limit=limit
    )


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
    size = N_("of unknown size") if high is None else N_("as high as {high:.3f}").format(high=high)
    sentence = N_("The {what} may be {size} for {by}; the {policy} limit is {limit:g}.").format(
        what=_phrase(what), size=size, by=_phrase(by), policy=policy, limit=limit
    )
    if not more_people_help:
        return sentence
    if chance is not None and chance >= PASS_CHANCE:
        # Nobody is asked for fewer people than were given.
        return N_("{sentence} If nothing leaked, this many people would have given a pass in {chance}.").format(
            sentence=sentence, chance=of_audits(chance)
        )
    if n_needed is None:
        return N_("{sentence} More people on both sides are needed to decide.").format(sentence=sentence)
    needed = N_(
        "If nothing leaks, {n_needed:,} members and as many non-members give four chances in five of a pass."
    ).format(n_needed=n_needed)
    return f"{sentence} {needed}"


def _phrase(name: str) -> str:
    return PHRASES.get(name, name)


def _copied(*, members: int, n_members: int, nonmembers: int, n_nonmembers: int) -> str:
    others = (
        N_(" and {nonmembers:,} of {n_nonmembers:,} non-members").format(
            nonmembers=nonmembers, n_nonmembers=n_nonmembers
        )
        if n_nonmembers
        else ""
    )
    return N_("{members:,} of {n_members:,} members{others} occur verbatim in the release").format(
        members=members, n_members=n_members, others=others
    )


def _copies_exceed(*, low: float, limit: float, **counts: int) -> str:
    return N_("{copied}: an excess of at least {low:.2f} %; the limit is {limit:.2f} %.").format(
        copied=_copied(**counts), low=100 * low, limit=100 * limit
    )


def _copies_collide(*, twins: float, n_needed: int, more_people_help: bool = True, **counts: int) -> str:
    sentence = N_("{copied}; {twins:.2g} % of people have a row that somebody else has too").format(
        copied=_copied(**counts), twins=100 * twins
    )
    if not more_people_help:
        return N_("{sentence}, and chance copies may hide others.").format(sentence=sentence)
    return N_("{sentence}: to tell chance copies from others takes {n_needed:,} people on each side.").format(
        sentence=sentence, n_needed=n_needed
    )


def _copies_by_guess(**counts: int) -> str:
    return N_("{copied}; without a holdout this can fail and never pass.").format(copied=_copied(**counts))


def _copies_open(
    *, high: float, limit: float, n_needed: int | None, more_people_help: bool = True, **counts: int
) -> str:
    sentence = N_("{copied}: the excess may be as high as {high:.2f} %; the limit is {limit:.2f} %.").format(
        copied=_copied(**counts), high=100 * high, limit=100 * limit
    )
    if not more_people_help:
        return sentence
    if n_needed is None:
        return N_("{sentence} More people on both sides are needed to decide.").format(sentence=sentence)
    return N_("{sentence} {n_needed:,} members of whom nobody is copied would be enough.").format(
        sentence=sentence, n_needed=n_needed
    )


def _copies_kept(*, high: float, limit: float, **counts: int) -> str:
    return N_("{copied}: an excess of at most {high:.2f} % (95 %); the limit is {limit:.2f} %.").format(
        copied=_copied(**counts), high=100 * high, limit=100 * limit
    )


_BOTH = N_("; the vendor seems to have seen the holdout, so both count as copied")


def _copies_of_both_exceed(*, low: float, limit: float, **counts: int) -> str:
    return N_("{copied}{both}: at least {low:.2f} % of them; the limit is {limit:.2f} %.").format(
        copied=_copied(**counts), both=_BOTH, low=100 * low, limit=100 * limit
    )


def _copies_of_both_open(*, high: float, limit: float, **counts: int) -> str:
    return N_("{copied}{both}: maybe {high:.2f} % of them; the limit is {limit:.2f} %.").format(
        copied=_copied(**counts), both=_BOTH, high=100 * high, limit=100 * limit
    )


def _copies_of_both_kept(*, high: float, limit: float, **counts: int) -> str:
    return N_("{copied}{both}: at most {high:.2f} % of them (95 %); the limit is {limit:.2f} %.").format(
        copied=_copied(**counts), both=_BOTH, high=100 * high, limit=100 * limit
    )


def _guessed(more: str, whose: str, policy: str, limit: float) -> str:
    return N_(
        "Of 100 members, {more} more than of 100 non-members have {whose} guessed right by somebody who "
        "knows the rest; the {policy} limit is {limit}."
    ).format(more=more, whose=whose, policy=policy, limit=_of_100(limit))


def _secret_exceeds(*, low: float, column: str, policy: str, limit: float) -> str:
    return _guessed(N_("at least {low}").format(low=_of_100(low, limit)), f"'{printable(column)}'", policy, limit)


def _secrets_kept(*, high: float, policy: str, limit: float) -> str:
    return _guessed(
        N_("at most {high} (95 %)").format(high=_of_100(max(high, 0.0), limit)), N_("any one secret"), policy, limit
    )


def _secret_open(*, high: float, column: str, policy: str, limit: float, more_people_help: bool = True) -> str:
    sentence = _guessed(
        N_("maybe as many as {high}").format(high=_of_100(high, limit)), f"'{printable(column)}'", policy, limit
    )
    return (
        N_("{sentence} More people on both sides are needed to decide.").format(sentence=sentence)
        if more_people_help
        else sentence
    )


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
    known = {"share": 100 * share, "found": found, "of": of, "needed": PLANTINGS_NEEDED, "plantings": PLANTINGS}
    if found is None or of is None:
        return N_(
            "A leak of {share:.0f} % of the members planted as verbatim copies was not planted; it must be found in"
            " {needed} of {plantings} plantings before a pass means anything."
        ).format(**known)
    if of < PLANTINGS:
        # No pass was left to be decided.
        return N_(
            "A leak of {share:.0f} % of the members planted as verbatim copies was found in {found} of {of} plantings"
            " (stopped; {needed} of {plantings} were needed)."
        ).format(**known)
    return N_(
        "A leak of {share:.0f} % of the members planted as verbatim copies was found in {found} of {of} plantings;"
        " {needed} are needed before a pass means anything."
    ).format(**known)


def _planted_found(*, share: float, near_seen: float | None, near_limit: float | None, near_known: float | None) -> str:
    parts = [N_("Leaks of {share:.0f} % of the members, planted as a check, were found.").format(share=100 * share)]
    if near_seen is not None:
        parts.append(
            N_("Of near copies, planted as well, at least {share:.0f} of 100 are seen (95 %).").format(
                share=100 * near_seen
            )
        )
    if near_limit is not None:
        parts.append(
            N_("Near copies of {share:.1f} % of the members, or more, would break the limit.").format(
                share=100 * near_limit
            )
        )
    if near_known is not None:
        which = N_("Near copies") if near_seen is None else N_("Others")
        parts.append(
            N_("{which} give nobody away here: who knows how they were made sees {share:.0f} of 100.").format(
                which=which, share=100 * near_known
            )
        )
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

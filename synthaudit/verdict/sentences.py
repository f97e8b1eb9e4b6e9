"""Reasons in plain sentences: the one module that words them, for page, terminal, JUnit and JSON alike."""

from collections.abc import Callable, Mapping
from typing import Any

from synthaudit.files import printable
from synthaudit.types import BeyondKind
from synthaudit.verdict.limit_sentences import LIMIT_SENTENCES
from synthaudit.verdict.reasons import Reason, ReasonCode
from synthaudit.verdict.words import BEYOND, PIECES

_MOST_NAMED = 3
"""Of a long list."""


def sentence(reason: Reason) -> str:
    """The sentence of a reason.

    Examples
    --------
    >>> from synthaudit.verdict.reasons import because
    >>> sentence(because(ReasonCode.NOBODY_EXPOSED))
    "Nobody's record stands out by itself."
    """
    return SENTENCES[reason.code](**reason.values)


NOT_COVERED, RULES_OUT = "Not covered: ", "This rules out a pass: "
"""How a sentence begins that names a line of the coverage record: one that lacks an answer, one that has it."""


def _near_copies_missed(*, size: float | None, seen: float | None, n: int | None, known: float | None) -> str:
    if size is None:
        return "No near copies were planted, so nothing shows that they would be seen."
    what = f"Near copies were planted as a check, with numbers moved by about {100 * size:.1f} % of the ranks"
    measured = "" if n is None else f", measured on {n} people"
    attacks = "nobody knows how many the attacks see" if seen is None else f"the attacks see {100 * seen:.0f} of 100"
    could = (
        "nobody knows how many an attacker sees who knows how they were made"
        if known is None
        else f"an attacker who knows how they were made sees {100 * known:.0f} of 100"
    )
    return f"{what}{measured}: {attacks}, and {could}. A leak of such copies might not be noticed."


def _deleted_in_train(*, in_train: int, listed: int) -> str:
    who = f"{in_train:,} of the {listed:,} people" if listed > 1 else "The one person"
    stand, they = ("is", "this person was") if in_train == 1 else ("are", "they were")
    return f"{who} on the list {stand} in train: {they} not deleted, or the list is another one."


def _group_at_risk(*, by: str, name: str | None, others: int, policy: str) -> str:
    """Without the text of a level (``name`` None): reasons travel further than the section that shows it."""
    group = f"a group of '{printable(by)}'" if name is None else f"the {name} by rarity"
    more = f" ({others} more)" if others else ""
    return f"Members of one group stand out: {group}{more}; the {policy} policy allows none."


def _values_reused(*, column: str, others: int, members: int, nonmembers: int, policy: str) -> str:
    more = f" and of {others} more" if others else ""
    return (
        f"Whoever knows a rare value of '{printable(column)}'{more} of a person can look it up in the release: it is"
        f" there for {members:,} members and {nonmembers:,} non-members; the {policy} policy allows none to be exposed."
    )


def _identifiers_reused(
    *,
    column: str,
    others: int,
    members: int,
    n_members: int,
    nonmembers: int,
    n_nonmembers: int,
    expected: float | None,
) -> str:
    against = f" and {nonmembers:,} of the {n_nonmembers:,} that only non-members have" if n_nonmembers else ""
    chance = "" if expected is None else f"; chance would meet {_few(expected)}"
    return (
        f"Of the {n_members:,} values of '{printable(column)}' that only members have, {members:,} stand in the"
        f" release{against}{chance}. Each belongs to one person{_more_columns(others)}."
    )


def _identifiers_exceed(*, low: float, limit: float, policy: str, **counts: Any) -> str:
    surely = f"at least {100 * low:.2f} % of the members (95 %); the {policy} limit is {100 * limit:.2f} %"
    return f"{_identifiers_reused(others=0, **counts)} That is {surely}."


def _holdout_seen(*, column: str, others: int, nonmembers: int, n_nonmembers: int) -> str:
    return (
        f"Of the {n_nonmembers:,} values of '{printable(column)}' that only non-members have, {nonmembers:,} stand in"
        f" the release, beyond chance{_more_columns(others)}: this points to a holdout that the vendor has seen, and"
        " members cannot be compared with people who were known too."
    )


def _kept_to(nearer: float | None) -> str:
    share = "" if nearer is None else f" (in {100 * nearer:.0f} of 100 comparisons)"
    return f"Rows of the release lie closer to one single row of the holdout than rows of members do{share}"


def _holdout_kept_to(*, nearer: float | None) -> str:
    return (
        f"{_kept_to(nearer)}: this points to a holdout that the vendor has seen, and members cannot be compared with"
        " people who were known too."
    )


def _tables_exchanged(*, nearer: float | None) -> str:
    return (
        f"{_kept_to(nearer)}, and no closer to rows of train than non-members do: the release seems to be made from the"
        " holdout. Were the two tables exchanged?"
    )


def _more_columns(others: int) -> str:
    return f" (the same in {others:,} more column{'s' if others > 1 else ''})" if others else ""


def _few(expected: float) -> str:
    return "fewer than 0.001" if expected < 0.001 else f"{expected:.2g}"


def _pieces_found(*, kind: str, columns_from: tuple[str, ...], columns_in: tuple[str, ...]) -> str:
    what = PIECES[kind]
    where = f" in {_columns(columns_in)} of the release" if columns_in else " in the release"
    return f"{what} from {_columns(columns_from)} of members stand{where} more often than non-members'."


def _columns(names: tuple[str, ...]) -> str:
    quoted = [f"'{printable(name, 80)}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _not_covered(*, test: str, reason: str, others: int, ran: bool) -> str:
    # What was tested and found rules out a pass as well, and is no gap.
    return f"{RULES_OUT if ran else NOT_COVERED}{test}: {reason}" + (f" ({others} more)" if others else "")


def _all_ran(*, profile: str, left_out: tuple[str, ...], by_rank: tuple[str, ...], rebalanced: tuple[str, ...]) -> str:
    tail = f"; left out: {', '.join(left_out)}" if left_out else ""
    told = {"Another law than in the real rows, so compared by rank as well": by_rank}
    told["Other shares than in the real rows, on purpose as you declared"] = rebalanced
    named = [f" {what}: {_columns(names[:_MOST_NAMED])}{_and_more(names)}." for what, names in told.items() if names]
    return f"Every required test of the profile {profile} ran{tail}.{''.join(named)}"


def _and_more(names: tuple[str, ...]) -> str:
    return f" ({len(names) - _MOST_NAMED:,} more)" if len(names) > _MOST_NAMED else ""


def _audited_copy_alone(*, kinds: tuple[BeyondKind, ...]) -> str:
    more = [f"{len(kinds) - _MOST_NAMED} more"] if len(kinds) > _MOST_NAMED else []
    *first, last = *(BEYOND[kind] for kind in kinds[:_MOST_NAMED]), *more
    listed = f"{', '.join(first)} and {last}" if first else last
    return f"This pass is for the audited copy, not for the delivered file: that file also holds {listed}."


SENTENCES: Mapping[ReasonCode, Callable[..., str]] = {
    **LIMIT_SENTENCES,
    ReasonCode.NO_ATTACK: (
        "No attack could be measured: without a holdout nobody knows what chance looks like.".format
    ),
    ReasonCode.SIDES_DIFFER: (
        "Members and non-members differ even without the release, so membership figures are invalid.".format
    ),
    ReasonCode.SIDES_RELATED: (
        "Members and non-members differ in a way that has nothing to do with the release, so membership figures are"
        " invalid: {reason}".format
    ),
    ReasonCode.STRANGERS_DIFFER: (
        "The attacks tell people apart where there is nothing to tell, so membership figures are invalid:"
        " {reason}".format
    ),
    ReasonCode.TRAINING_TABLE: "The release is the training table itself, row for row.".format,
    ReasonCode.COPIES_WITHOUT_CHANCE: (
        "{members:,} of {n_members:,} members occur verbatim in the release; without a holdout nobody knows how many"
        " would by chance.".format
    ),
    ReasonCode.EXPOSURE_UNKNOWN: "Whose record stands out was not measured.".format,
    ReasonCode.EXPOSED_REPORTED: (
        "{exposed:,} of {members:,} people are clearly exposed; the {policy} policy reports this and sets no"
        " limit.".format
    ),
    ReasonCode.NOBODY_EXPOSED: "Nobody's record stands out by itself.".format,
    ReasonCode.EXPOSED: (
        "{exposed:,} of {members:,} people are clearly exposed; the {policy} policy allows none.".format
    ),
    ReasonCode.TOP_UNKNOWN: (
        "Whether more members than non-members stand at the very top of an attack was not measured.".format
    ),
    ReasonCode.TOP_KNOWN: (
        "More members than non-members stand at the very top of an attack: some are exposed, though not many can be"
        " named; the {policy} policy allows none.".format
    ),
    ReasonCode.TOP_BY_CHANCE: "At the very top of every attack stand as many members as chance explains.".format,
    ReasonCode.GUESSES_DIFFER: (
        "Members and non-members differ even without the release, so what is guessed of either says nothing.".format
    ),
    ReasonCode.NOTHING_PLANTED: "No leak could be planted: a holdout is missing.".format,
    ReasonCode.NEAR_COPIES_MISSED: _near_copies_missed,
    ReasonCode.CONTROL_FAILED: "The {control} control failed: {reason}".format,
    ReasonCode.ROWS_REMOVED: (
        "Rows near the training data were removed: the release keeps its distance from members more than from"
        " non-members, which gives them away.".format
    ),
    ReasonCode.ISOLATED_KNOWN: (
        "The release tells who of the most isolated people was in the data; how many more it tells is not known.".format
    ),
    ReasonCode.DELETED_KNOWN: "The release still knows people who were said to be deleted.".format,
    ReasonCode.RELEASE_TELLS: (
        "Release {which} of {of} tells members from non-members by itself; adding other releases takes nothing"
        " back.".format
    ),
    ReasonCode.CANARIES_KNOWN: (
        "The release tells which of the made-up people of the split were in the training table.".format
    ),
    ReasonCode.DELETED_IN_TRAIN: _deleted_in_train,
    ReasonCode.GROUP_AT_RISK: _group_at_risk,
    ReasonCode.CLAIM_REFUTED: "The vendor's claim of epsilon {epsilon:g} is refuted: {reason}.".format,
    ReasonCode.IDENTIFIERS_REUSED: _identifiers_reused,
    ReasonCode.IDENTIFIERS_EXCEED: _identifiers_exceed,
    ReasonCode.HOLDOUT_SEEN: _holdout_seen,
    ReasonCode.HOLDOUT_KEPT_TO: _holdout_kept_to,
    ReasonCode.TABLES_EXCHANGED: _tables_exchanged,
    ReasonCode.STRANGERS_COPIED: (
        "{rows:,} different rows of non-members occur verbatim in the release, beyond what rows of the real tables have"
        " in common: this points to a holdout that the vendor has seen, and members cannot be compared with people who"
        " were known too.".format
    ),
    ReasonCode.PIECES_FOUND: _pieces_found,
    ReasonCode.VALUES_REUSED: _values_reused,
    ReasonCode.NOT_COVERED: _not_covered,
    ReasonCode.ALL_RAN: _all_ran,
    ReasonCode.SAMPLE_READ: (
        "Attacks that fit a model read {read:,} of the {of:,} rows of the release, drawn at random; all others read"
        " every row.".format
    ),
    ReasonCode.AUDITED_COPY_ALONE: _audited_copy_alone,
}

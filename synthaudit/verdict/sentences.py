"""Reasons in plain sentences: the one module that words them, for page, terminal, JUnit and JSON alike."""

from collections.abc import Callable, Mapping
from typing import Any

from synthaudit.files import printable
from synthaudit.files.catalogue import N_
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


NOT_COVERED = "Not covered: "
"""How a sentence begins that names a line of the coverage record which lacks an answer."""


def _near_copies_missed(*, size: float | None, seen: float | None, n: int | None, known: float | None) -> str:
    if size is None:
        return N_("No near copies were planted, so nothing shows that they would be seen.")
    what = N_("Near copies were planted as a check, with numbers moved by about {size:.1f} % of the ranks").format(
        size=100 * size
    )
    measured = "" if n is None else N_(", measured on {n} people").format(n=n)
    attacks = (
        N_("nobody knows how many the attacks see")
        if seen is None
        else N_("the attacks see {seen:.0f} of 100").format(seen=100 * seen)
    )
    could = (
        N_("nobody knows how many an attacker sees who knows how they were made")
        if known is None
        else N_("an attacker who knows how they were made sees {known:.0f} of 100").format(known=100 * known)
    )
    return N_("{what}{measured}: {attacks}, and {could}. A leak of such copies might not be noticed.").format(
        what=what, measured=measured, attacks=attacks, could=could
    )


def _deleted_in_train(*, in_train: int, listed: int) -> str:
    if listed == 1:
        message = N_("The one person on the list is in train: this person was not deleted, or the list is another one.")
    elif in_train == 1:
        message = N_(
            "1 of the {listed:,} people on the list is in train: this person was not deleted, or the list is another"
            " one."
        )
    else:
        message = N_(
            "{in_train:,} of the {listed:,} people on the list are in train: they were not deleted, or the list is"
            " another one."
        )
    return message.format(in_train=in_train, listed=listed)


def _group_at_risk(*, by: str, name: str | None, others: int, policy: str) -> str:
    """Without the text of a level (``name`` None): reasons travel further than the section that shows it."""
    group = (
        N_("a group of '{by}'").format(by=printable(by))
        if name is None
        else N_("the {name} by rarity").format(name=name)
    )
    more = N_(" ({others} more)").format(others=others) if others else ""
    return N_("Members of one group stand out: {group}{more}; the {policy} policy allows none.").format(
        group=group, more=more, policy=policy
    )


def _values_reused(*, column: str, others: int, members: int, nonmembers: int, policy: str) -> str:
    more = N_(" and of {others} more").format(others=others) if others else ""
    return N_(
        "Whoever knows a rare value of '{column}'{more} of a person can look it up in the release: it is "
        "there for {members:,} members and {nonmembers:,} non-members; the {policy} policy allows none to be "
        "exposed."
    ).format(column=printable(column), more=more, members=members, nonmembers=nonmembers, policy=policy)


def _identifiers_reused(
    *,
    column: str,
    others: int,
    members: int,
    n_members: int,
    nonmembers: int,
    n_nonmembers: int,
    expected: float | None,
    hashed: bool = False,
) -> str:
    way = N_(", hashed,") if hashed else ""
    against = (
        N_(" and {nonmembers:,} of the {n_nonmembers:,} that only non-members have").format(
            nonmembers=nonmembers, n_nonmembers=n_nonmembers
        )
        if n_nonmembers
        else ""
    )
    chance = "" if expected is None else N_("; chance would meet {expected}").format(expected=_few(expected))
    return N_(
        "Of the {n_members:,} values of '{column}' that only members have, {members:,} stand{way} in the "
        "release{against}{chance}. Each belongs to one person{others}."
    ).format(
        way=way,
        n_members=n_members,
        column=printable(column),
        members=members,
        against=against,
        chance=chance,
        others=_more_columns(others),
    )


def _identifiers_exceed(*, low: float, limit: float, policy: str, **counts: Any) -> str:
    surely = N_("at least {low:.2f} % of the members (95 %); the {policy} limit is {limit:.2f} %").format(
        low=100 * low, policy=policy, limit=100 * limit
    )
    return N_("{reused} That is {surely}.").format(reused=_identifiers_reused(others=0, **counts), surely=surely)


def _holdout_seen(*, column: str, others: int, nonmembers: int, n_nonmembers: int) -> str:
    return N_(
        "Of the {n_nonmembers:,} values of '{column}' that only non-members have, {nonmembers:,} stand in "
        "the release, beyond chance{others}: this points to a holdout that the vendor has seen, and members "
        "cannot be compared with people who were known too."
    ).format(n_nonmembers=n_nonmembers, column=printable(column), nonmembers=nonmembers, others=_more_columns(others))


def _kept_to(nearer: float | None) -> str:
    share = "" if nearer is None else N_(" (in {nearer:.0f} of 100 comparisons)").format(nearer=100 * nearer)
    return N_("Rows of the release lie closer to one single row of the holdout than rows of members do{share}").format(
        share=share
    )


def _holdout_kept_to(*, nearer: float | None) -> str:
    return N_(
        "{nearer}: this points to a holdout that the vendor has seen, and members cannot be compared with "
        "people who were known too."
    ).format(nearer=_kept_to(nearer))


def _tables_exchanged(*, nearer: float | None) -> str:
    return N_(
        "{nearer}, and no closer to rows of train than non-members do: the release seems to be made from the "
        "holdout. Were the two tables exchanged?"
    ).format(nearer=_kept_to(nearer))


def _more_columns(others: int) -> str:
    if not others:
        return ""
    message = (
        N_(" (the same in {others:,} more columns)") if others > 1 else N_(" (the same in {others:,} more column)")
    )
    return message.format(others=others)


def _few(expected: float) -> str:
    return N_("fewer than 0.001") if expected < 0.001 else f"{expected:.2g}"


def _pieces_found(*, kind: str, columns_from: tuple[str, ...], columns_in: tuple[str, ...]) -> str:
    what = PIECES[kind]
    where = (
        N_(" in {columns} of the release").format(columns=_columns(columns_in)) if columns_in else N_(" in the release")
    )
    return N_("{what} from {columns} of members stand{where} more often than non-members'.").format(
        what=what, columns=_columns(columns_from), where=where
    )


def _columns(names: tuple[str, ...]) -> str:
    quoted = [f"'{printable(name, 80)}'" for name in names]
    return (
        quoted[0]
        if len(quoted) == 1
        else N_("{first} and {last}").format(first=", ".join(quoted[:-1]), last=quoted[-1])
    )


def _not_covered(*, test: str, reason: str, others: int, ran: bool) -> str:
    gap = f"{test}: {reason}" + (N_(" ({n} more)").format(n=others) if others else "")
    # What was tested and found rules out a pass as well, and is no gap.
    return (N_("This rules out a pass: {gap}") if ran else N_("Not covered: {gap}")).format(gap=gap)


def _all_ran(*, profile: str, left_out: tuple[str, ...], by_rank: tuple[str, ...], rebalanced: tuple[str, ...]) -> str:
    tail = N_("; left out: {tests}").format(tests=", ".join(left_out)) if left_out else ""
    told = [N_("Every required test of the profile {profile} ran{tail}.").format(profile=profile, tail=tail)]
    if by_rank:
        told.append(
            N_("Spread otherwise than in the real rows, so compared by rank as well: {columns}.").format(
                columns=_first_columns(by_rank)
            )
        )
    if rebalanced:
        told.append(
            N_("Other shares than in the real rows, on purpose as you declared: {columns}.").format(
                columns=_first_columns(rebalanced)
            )
        )
    return " ".join(told)


def _first_columns(names: tuple[str, ...]) -> str:
    more = N_(" ({n:,} more)").format(n=len(names) - _MOST_NAMED) if len(names) > _MOST_NAMED else ""
    return f"{_columns(names[:_MOST_NAMED])}{more}"


def _audited_copy_alone(*, kinds: tuple[BeyondKind, ...]) -> str:
    more = [N_("{n} more").format(n=len(kinds) - _MOST_NAMED)] if len(kinds) > _MOST_NAMED else []
    *first, last = *(BEYOND[kind] for kind in kinds[:_MOST_NAMED]), *more
    listed = N_("{first} and {last}").format(first=", ".join(first), last=last) if first else last
    return N_("This pass is for the audited copy, not for the delivered file: that file also holds {listed}.").format(
        listed=listed
    )


SENTENCES: Mapping[ReasonCode, Callable[..., str]] = {
    **LIMIT_SENTENCES,
    ReasonCode.NO_ATTACK: (
        N_("No attack could be measured: without a holdout nobody knows what chance looks like.").format
    ),
    ReasonCode.SIDES_DIFFER: (
        N_("Members and non-members differ even without the release, so membership figures are invalid.").format
    ),
    ReasonCode.SIDES_RELATED: (
        N_(
            "Members and non-members differ in a way that has nothing to do with the release, so membership "
            "figures are invalid: {reason}"
        ).format
    ),
    ReasonCode.STRANGERS_DIFFER: (
        N_(
            "The attacks tell people apart where there is nothing to tell, so membership figures are invalid: {reason}"
        ).format
    ),
    ReasonCode.TRAINING_TABLE: N_("The release is the training table itself, row for row.").format,
    ReasonCode.COPIES_WITHOUT_CHANCE: (
        N_(
            "{members:,} of {n_members:,} members occur verbatim in the release; without a holdout nobody knows "
            "how many would by chance."
        ).format
    ),
    ReasonCode.EXPOSURE_UNKNOWN: N_("Whose record stands out was not measured.").format,
    ReasonCode.EXPOSED_REPORTED: (
        N_(
            "{exposed:,} of {members:,} people are clearly exposed; the {policy} policy reports this and sets no limit."
        ).format
    ),
    ReasonCode.NOBODY_EXPOSED: N_("Nobody's record stands out by itself.").format,
    ReasonCode.EXPOSED: (
        N_("{exposed:,} of {members:,} people are clearly exposed; the {policy} policy allows none.").format
    ),
    ReasonCode.TOP_UNKNOWN: (
        N_("Whether more members than non-members stand at the very top of an attack was not measured.").format
    ),
    ReasonCode.TOP_KNOWN: (
        N_(
            "More members than non-members stand at the very top of an attack: some are exposed, though not many "
            "can be named; the {policy} policy allows none."
        ).format
    ),
    ReasonCode.TOP_BY_CHANCE: N_("At the very top of every attack stand as many members as chance explains.").format,
    ReasonCode.GUESSES_DIFFER: (
        N_("Members and non-members differ even without the release, so what is guessed of either says nothing.").format
    ),
    ReasonCode.NOTHING_PLANTED: N_("No leak could be planted: a holdout is missing.").format,
    ReasonCode.NEAR_COPIES_MISSED: _near_copies_missed,
    ReasonCode.CONTROL_FAILED: N_("The {control} control failed: {reason}").format,
    ReasonCode.ROWS_REMOVED: (
        N_(
            "Rows near the training data were removed: the release keeps its distance from members more than "
            "from non-members, which gives them away."
        ).format
    ),
    ReasonCode.ISOLATED_KNOWN: (
        N_(
            "The release tells who of the most isolated people was in the data; how many more it tells is not known."
        ).format
    ),
    ReasonCode.DELETED_KNOWN: N_("The release still knows people who were said to be deleted.").format,
    ReasonCode.RELEASE_TELLS: (
        N_(
            "Release {which} of {of} tells members from non-members by itself; adding other releases takes "
            "nothing back."
        ).format
    ),
    ReasonCode.CANARIES_KNOWN: (
        N_("The release tells which of the made-up people of the split were in the training table.").format
    ),
    ReasonCode.DELETED_IN_TRAIN: _deleted_in_train,
    ReasonCode.GROUP_AT_RISK: _group_at_risk,
    ReasonCode.CLAIM_REFUTED: N_("The vendor's claim of epsilon {epsilon:g} is refuted: {reason}.").format,
    ReasonCode.IDENTIFIERS_REUSED: _identifiers_reused,
    ReasonCode.IDENTIFIERS_EXCEED: _identifiers_exceed,
    ReasonCode.HOLDOUT_SEEN: _holdout_seen,
    ReasonCode.HOLDOUT_KEPT_TO: _holdout_kept_to,
    ReasonCode.TABLES_EXCHANGED: _tables_exchanged,
    ReasonCode.STRANGERS_COPIED: (
        N_(
            "{rows:,} different rows of non-members occur verbatim in the release, beyond what rows of the real "
            "tables have in common: this points to a holdout that the vendor has seen, and members cannot be "
            "compared with people who were known too."
        ).format
    ),
    ReasonCode.PIECES_FOUND: _pieces_found,
    ReasonCode.VALUES_REUSED: _values_reused,
    ReasonCode.NOT_COVERED: _not_covered,
    ReasonCode.ALL_RAN: _all_ran,
    ReasonCode.SAMPLE_READ: (
        N_(
            "Attacks that fit a model read {read:,} of the {of:,} rows of the release, drawn at random; all "
            "others read every row."
        ).format
    ),
    ReasonCode.AUDITED_COPY_ALONE: _audited_copy_alone,
}

"""What was seen, in plain sentences: pure, from what the audit measured to words that name the kind of leak.

The verdict says which limit is exceeded. These sentences say what the release does: holds records word for word, keeps
its distance, uses values again. They name columns and counts, and no value.
"""

from collections.abc import Mapping, Sequence

from synthaudit.attacks import ATTACKS
from synthaudit.attacks.common.declared import LooksAt
from synthaudit.checks.likeness import Likeness
from synthaudit.files import printable
from synthaudit.types import (
    ColumnReuse,
    Copies,
    Decision,
    Estimate,
    Repeats,
    Reuse,
    ReusedIdentifiers,
    SingleRows,
    Stack,
    WithoutHoldout,
)
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.levels import COPIES_ALPHA, STACK_ALPHA
from synthaudit.verdict.reasons import holdout_seen, identifiers_reused, kept_to_holdout
from synthaudit.verdict.sentences import sentence

_LOOKS_AT: Mapping[str, LooksAt | None] = {f"{a.name}/{a.view}": a.declared.looks_at for a in ATTACKS}
_LABELS: Mapping[str, str] = {a.name: a.about.label for a in ATTACKS}
_SEEN: Mapping[LooksAt, str] = {
    "distance": "Members' records lie closer to rows of the release than non-members' do",
    "agreement": "Rows of the release agree with single members where agreement is rare, more than with non-members",
    "values": "Exact values of members are used again in the release more often than non-members' values",
    "combinations": "Combinations of exact values that members have occur in the release more often than non-members'",
    "classifier": "A classifier that was taught to tell the release from the population takes members' records for"
    " rows of the release more often than non-members'",
    "line": "Rows of the release lie on members' records, or between two of them, more than on or between non-members'",
    "shift": "Rows of the release are members' records with every number of a column moved by the same amount",
    "shadow": "The release looks as if it was made with the members, judged by releases that the same kind of generator"
    " made with and without them",
}


def seen(
    *,
    leakage_detected: bool | None,
    decision: Decision | None,
    copies: Copies,
    reuse: Reuse | None,
    stack: Stack | None,
    likeness: Likeness | None,
    repeats: Repeats | None,
    copies_said: bool,
) -> tuple[str, ...]:
    """Name what was seen, the most telling first; empty where no leakage was detected.

    Parameters
    ----------
    leakage_detected : bool or None
        As the report says it.
    decision, copies, reuse, stack, repeats
        From the evidence.
    likeness : Likeness or None
        How the release resembles the members that stand out.
    copies_said : bool
        Whether the verdict counts the verbatim copies already.

    Returns
    -------
    tuple of str
        One sentence each. Which is said follows from what was measured alone, by fixed rules. That rows near the
        training data are missing (direction ``far``) the verdict says itself, for it blocks a pass.
    """
    if not leakage_detected:
        return ()
    by_family = decision is not None and decision.detected
    return tuple(
        said
        for said in (
            None if copies_said else _copied(copies),
            _in_part(likeness) if by_family else None,
            _strongest(decision) if by_family else None,
            _reused(reuse),
            _isolated(likeness) if by_family else None,
            None if by_family else _together(stack),
            _repeated(repeats),
        )
        if said
    )


def used_again(identifiers: ReusedIdentifiers | None, rows: SingleRows | None) -> tuple[str, ...]:
    """Whose own values stand in the release, whatever the policy: members', and non-members'; and whose rows nearly."""
    reasons = (identifiers_reused(identifiers), holdout_seen(identifiers), kept_to_holdout(rows))
    return tuple(sentence(reason) for reason in reasons if reason is not None)


def suspected(hints: WithoutHoldout | None) -> tuple[str, ...]:
    """What distances within train hint at where there is no holdout: one sentence or none."""
    if hints is None or hints.suspected is None or not isinstance(hints.nearer, Estimate):
        return ()
    share = f"a row of the release is the nearer one in {100 * hints.nearer.value:.0f} of 100 comparisons"
    if hints.suspected == "near":
        what = (
            "Leakage suspected, not shown: rows of the release lie closer to training rows than training rows lie to"
            f" each other ({share}), as a generator that memorises puts them"
        )
    else:
        what = (
            "A filter suspected, not shown: rows of the release lie farther from training rows than training rows lie"
            f" from each other ({share}), as if rows near them had been removed, or as a generator that misses the law"
            " of the table leaves them"
        )
    return (f"{what}. Without a holdout this neither passes nor fails.",)


def by_itself(grounds: Grounds) -> tuple[str, ...]:
    """What the release shows without a holdout that chance among the people of train does not explain."""
    against = grounds.against_train
    if against is None:
        return ()
    said = []
    if grounds.meets_people and (met := against.met) is not None:
        said.append(
            f"Of {met.n_people:,} people in train {met.met:,} have {_cells_of(met.columns)} that nobody else in train"
            f" has and the release holds; chance explains far fewer: two people share {met.twins:,} of such cells, and"
            f" the release repeats {met.repeated:,} that nobody has."
        )
    if grounds.keeps_to_people and (kept := against.kept) is not None:
        said.append(
            f"{_of_100(kept.of_release, kept.n_release)} of 100 rows of the release keep as close to one single person"
            f" of one half of train as {_of_100(kept.of_train, kept.n_train)} of 100 people of the other half do, as"
            " where records are used with small changes, or mixed by twos."
        )
    if grounds.quotes_people and (pieces := against.pieces) is not None:
        said.append(
            f"Of {pieces.n_people:,} people of train, rare pieces of '{printable(pieces.column, 80)}' stand"
            f" in the release for {pieces.in_release:,}, and in the other half of train for {pieces.in_train:,}."
        )
    return tuple(said)


def _cells_of(columns: Sequence[str]) -> str:
    first = f"'{printable(columns[0], 80)}'"
    if len(columns) == 1:
        return f"a value of {first}"
    return f"a combination of {first} and {len(columns) - 1:,} more column{'s' if len(columns) > 2 else ''}"


def _of_100(count: int, of: int) -> str:
    return f"{100 * count / max(of, 1):.3g}"


def _copied(copies: Copies) -> str | None:
    if copies.identical_to_train or copies.pvalue >= COPIES_ALPHA:
        return None
    against = f", {copies.holdout:,} of {copies.n_holdout:,} non-members do" if copies.n_holdout else ""
    return f"{copies.train:,} of {copies.n_train:,} members occur verbatim in the release{against}."


def _in_part(likeness: Likeness | None) -> str | None:
    if likeness is None or not likeness.in_part:
        return None
    return (
        f"Rows of the release agree with single members in part of the columns (on average {likeness.related:.0f} of"
        f" {likeness.n_columns}), as when two people are glued into one row or one person is spread over several."
    )


def _strongest(decision: Decision | None) -> str | None:
    """What the strongest attack looks at, unless rows are missing, which is said already."""
    if decision is None or decision.direction == "far":
        return None
    # A view over the rows of a person is written behind a colon.
    looks_at = _LOOKS_AT.get(decision.strongest.partition(":")[0])
    attack = decision.strongest.partition("/")[0]
    name = printable(_LABELS.get(attack, attack.replace("_", " ")), 80)
    what = _SEEN[looks_at] if looks_at else "One attack points to members more often than to non-members"
    return f"{what} (strongest attack: {name})."


def _reused(reuse: Reuse | None) -> str | None:
    named = sorted((column for column in reuse.columns if column.reused), key=_excess) if reuse else []
    if reuse is None or not named:
        return None
    first, more = named[0], len(named) - 1
    also = f"; so are those of {more:,} more column{'s' if more > 1 else ''}" if more else ""
    return (
        f"Rare exact values of '{printable(first.column, 80)}' are used again: for {first.members:,} of"
        f" {reuse.n_members:,} members against {first.nonmembers:,} of {reuse.n_nonmembers:,} non-members{also}."
    )


def _excess(column: ColumnReuse) -> tuple[float, str]:
    return (-column.excess.value if isinstance(column.excess, Estimate) else 0.0, column.column)


def _isolated(likeness: Likeness | None) -> str | None:
    if likeness is None or not likeness.isolated:
        return None
    return "The members that stand out most are rare people: typically among the tenth farthest from everybody else."


def _together(stack: Stack | None) -> str | None:
    if stack is None or stack.pvalue >= STACK_ALPHA:
        return None
    return (
        "No single attack finds more than chance explains, but all together, read by a model that was taught who other"
        " members are, tell members from non-members."
    )


def _repeated(repeats: Repeats | None) -> str | None:
    if repeats is None or not repeats.unusual:
        return None
    share = 100 * repeats.synthetic / repeats.n_synthetic
    usual = 100 * repeats.train / repeats.n_train
    return f"{share:.0f} % of the rows repeat another row of the release; of the training rows {usual:.0f} % do."

"""What was seen, in plain sentences: pure, from what the audit measured to words that name the kind of leak.

The verdict says which limit is exceeded. These sentences say what the release does: holds records word for word, keeps
its distance, uses values again. They name columns and counts, and no value.
"""

from collections.abc import Mapping, Sequence

from synthaudit.attacks import ATTACKS
from synthaudit.attacks.common.declared import LooksAt
from synthaudit.checks.likeness import Likeness
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
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
    "distance": N_("Members' records lie closer to rows of the release than non-members' do"),
    "agreement": N_(
        "Rows of the release agree with single members where agreement is rare, more than with non-members"
    ),
    "values": N_("Exact values of members are used again in the release more often than non-members' values"),
    "combinations": N_(
        "Combinations of exact values that members have occur in the release more often than non-members'"
    ),
    "classifier": N_(
        "A classifier that was taught to tell the release from the population takes members' records for "
        "rows of the release more often than non-members'"
    ),
    "line": N_(
        "Rows of the release lie on members' records, or between two of them, more than on or between non-members'"
    ),
    "shift": N_("Rows of the release are members' records with every number of a column moved by the same amount"),
    "relation": N_("The values within rows of the release stand to each other as those of members do"),
    "shadow": N_(
        "The release looks as if it was made with the members, judged by releases that the same kind of "
        "generator made with and without them"
    ),
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
    share = N_("a row of the release is the nearer one in {nearer:.0f} of 100 comparisons").format(
        nearer=100 * hints.nearer.value
    )
    if hints.suspected == "near":
        what = N_(
            "Leakage suspected, not shown: rows of the release lie closer to training rows than training "
            "rows lie to each other ({share}), as a generator that memorises puts them"
        ).format(share=share)
    else:
        what = N_(
            "A filter suspected, not shown: rows of the release lie farther from training rows than training "
            "rows lie from each other ({share}), as if rows near them had been removed, or as a generator "
            "that misses the law of the table leaves them"
        ).format(share=share)
    return (N_("{what}. Without a holdout this neither passes nor fails.").format(what=what),)


def by_itself(grounds: Grounds) -> tuple[str, ...]:
    """What the release shows without a holdout that chance among the people of train does not explain."""
    against = grounds.against_train
    if against is None:
        return ()
    said = []
    if grounds.meets_people and (met := against.met) is not None:
        said.append(
            N_(
                "Of {n_people:,} people in train {met:,} have {columns} that nobody else in train has and the "
                "release holds; chance explains far fewer: two people share {twins:,} of such cells, and the "
                "release repeats {repeated:,} that nobody has."
            ).format(
                n_people=met.n_people,
                met=met.met,
                columns=_cells_of(met.columns),
                twins=met.twins,
                repeated=met.repeated,
            )
        )
    if grounds.keeps_to_people and (kept := against.kept) is not None:
        said.append(
            N_(
                "{of_release} of 100 rows of the release keep as close to one single person of one half of train "
                "as {of_train} of 100 people of the other half do, as where records are used with small changes, "
                "or mixed by twos."
            ).format(of_release=_of_100(kept.of_release, kept.n_release), of_train=_of_100(kept.of_train, kept.n_train))
        )
    if grounds.quotes_people and (pieces := against.pieces) is not None:
        said.append(
            N_(
                "Of {n_people:,} people of train, rare pieces of '{column}' stand in the release for "
                "{in_release:,}, and in the other half of train for {in_train:,}."
            ).format(
                n_people=pieces.n_people,
                column=printable(pieces.column, 80),
                in_release=pieces.in_release,
                in_train=pieces.in_train,
            )
        )
    return tuple(said)


def _cells_of(columns: Sequence[str]) -> str:
    first = f"'{printable(columns[0], 80)}'"
    if len(columns) == 1:
        return N_("a value of {first}").format(first=first)
    more = N_("a combination of {first} and {n:,} more columns")
    message = more if len(columns) > 2 else N_("a combination of {first} and {n:,} more column")
    return message.format(first=first, n=len(columns) - 1)


def _of_100(count: int, of: int) -> str:
    return f"{100 * count / max(of, 1):.3g}"


def _copied(copies: Copies) -> str | None:
    if copies.identical_to_train or copies.pvalue >= COPIES_ALPHA:
        return None
    against = (
        N_(", {holdout:,} of {n_holdout:,} non-members do").format(holdout=copies.holdout, n_holdout=copies.n_holdout)
        if copies.n_holdout
        else ""
    )
    return N_("{train:,} of {n_train:,} members occur verbatim in the release{against}.").format(
        train=copies.train, n_train=copies.n_train, against=against
    )


def _in_part(likeness: Likeness | None) -> str | None:
    if likeness is None or not likeness.in_part:
        return None
    return N_(
        "Rows of the release agree with single members in part of the columns (on average {related:.0f} of "
        "{n_columns}), as when two people are glued into one row or one person is spread over several."
    ).format(related=likeness.related, n_columns=likeness.n_columns)


def _strongest(decision: Decision | None) -> str | None:
    """What the strongest attack looks at, unless rows are missing, which is said already."""
    if decision is None or decision.direction == "far":
        return None
    # A view over the rows of a person is written behind a colon.
    looks_at = _LOOKS_AT.get(decision.strongest.partition(":")[0])
    attack = decision.strongest.partition("/")[0]
    name = printable(_LABELS.get(attack, attack.replace("_", " ")), 80)
    what = _SEEN[looks_at] if looks_at else N_("One attack points to members more often than to non-members")
    return N_("{what} (strongest attack: {name}).").format(what=what, name=name)


def _reused(reuse: Reuse | None) -> str | None:
    named = sorted((column for column in reuse.columns if column.reused), key=_excess) if reuse else []
    if reuse is None or not named:
        return None
    first, more = named[0], len(named) - 1
    others = N_("; so are those of {more:,} more columns") if more > 1 else N_("; so are those of {more:,} more column")
    also = others.format(more=more) if more else ""
    return N_(
        "Rare exact values of '{column}' are used again: for {members:,} of {n_members:,} members against "
        "{nonmembers:,} of {n_nonmembers:,} non-members{also}."
    ).format(
        column=printable(first.column, 80),
        members=first.members,
        n_members=reuse.n_members,
        nonmembers=first.nonmembers,
        n_nonmembers=reuse.n_nonmembers,
        also=also,
    )


def _excess(column: ColumnReuse) -> tuple[float, str]:
    return (-column.excess.value if isinstance(column.excess, Estimate) else 0.0, column.column)


def _isolated(likeness: Likeness | None) -> str | None:
    if likeness is None or not likeness.isolated:
        return None
    return N_(
        "The members that stand out most are rare people: typically among the tenth farthest from everybody else."
    )


def _together(stack: Stack | None) -> str | None:
    if stack is None or stack.pvalue >= STACK_ALPHA:
        return None
    return N_(
        "No single attack finds more than chance explains, but all together, read by a model that was taught "
        "who other members are, tell members from non-members."
    )


def _repeated(repeats: Repeats | None) -> str | None:
    if repeats is None or not repeats.unusual:
        return None
    share = 100 * repeats.synthetic / repeats.n_synthetic
    usual = 100 * repeats.train / repeats.n_train
    return N_(
        "{share:.0f} % of the rows repeat another row of the release; of the training rows {usual:.0f} % do."
    ).format(share=share, usual=usual)

"""What to do now: the advice that follows from a verdict, and none that does not belong to what decided it."""

from synthaudit.files.catalogue import N_, _
from synthaudit.report import words
from synthaudit.report.facts import BY_SIZE, deleted_in_train, has_holdout, is_for_copy, policy_name
from synthaudit.report.numbers import count, shown
from synthaudit.report.reasons import chosen_gates, figures_hold
from synthaudit.report.retold import retold
from synthaudit.report.what_now import what_now
from synthaudit.types import AuditReport
from synthaudit.verdict.levels import PASS_CHANCE
from synthaudit.verdict.limit_sentences import of_audits
from synthaudit.verdict.void import no_comfort

_MOST_NAMED = 3
"""Of what rules out a pass."""
_TAKE_OUT = N_(
    "Find out why people of the list of deleted people are in the training table: delete them there and "
    "have a new release made, or give the list that belongs to this table."
)


def next_steps(report: AuditReport) -> tuple[str, ...]:
    """What follows from the outcome, for who has to act on it, the most urgent first; then what to do about people not
    deleted, and where to read on.
    """
    first, *others = _by_outcome(report)
    steps = (first, _(_TAKE_OUT), *others) if deleted_in_train(report) else (first, *others)
    return (*steps, _("Read on, in synthaudit's documentation: {page}.").format(page=what_now(report)))


def _by_outcome(report: AuditReport) -> tuple[str, ...]:
    policy = policy_name(report)
    if report.outcome == "pass":
        return (
            _use_of(report),
            _(
                "Keep evidence.json beside this page, and audit every new release again: this verdict does not "
                "carry over."
            ),
        )
    if report.outcome == "fail":
        within = [words.USES_WITHIN[use.use] for use in report.uses if use.outcome == "pass" and use.use in words.USES]
        passes = _(" It passes for: {within}.").format(within=", ".join(within)) if within else ""
        return (
            _("Do not hand this release on under the policy {policy}.{passes}").format(policy=policy, passes=passes),
            _(
                "Send the vendor the edition for vendors, with its questions: how can these attacks succeed, and what "
                "will change?"
            ),
            _("Audit the next release with the same command and the same limits."),
        )
    treat = _("Treat the release as not passed under the policy {policy}: “could not test” is not “passed”.").format(
        policy=policy
    )
    return (treat, *undecided(report))


def undecided(report: AuditReport) -> tuple[str, ...]:
    """What would decide an inconclusive audit: a holdout, what rules out a pass to be mended, or more people."""
    if not has_holdout(report):
        # Every other gap is a consequence.
        return (
            _(
                "Bring a holdout: people of the same kind whom the vendor never saw. Draw one at random, by "
                "person, before the next release is ordered: synthaudit split TABLE --out DIR does so."
            ),
        )
    blocking = [line for line in report.coverage if line.blocks_pass and line.status != "not_applicable"]
    names = list(dict.fromkeys(shown(words.name_of_test(line.test), 80) for line in blocking))
    more = _(" and {n} more").format(n=count(len(names) - _MOST_NAMED)) if len(names) > _MOST_NAMED else ""
    named = f"{', '.join(names[:_MOST_NAMED])}{more}"
    # What was found is no matter of the number of people.
    is_found = any(line.status == "ran" for line in blocking)
    steps = (
        _("Mend first what rules out a pass, however many people there are: {named}.").format(named=named)
        if names
        else None,
        None if is_found else _more_people(report),
    )
    return tuple(step for step in steps if step)


def _use_of(report: AuditReport) -> str:
    """What may be handed on after a pass."""
    under = _("under the policy {policy}, within the scope stated below").format(policy=policy_name(report))
    if not is_for_copy(report):
        return _("The release may be used {under}.").format(under=under)
    if report.delivered and report.delivered.copy:
        return _("Hand on the audited copy, and not the delivered file: it may be used {under}.").format(under=under)
    return _("Write the audited copy (--audited-copy FILE) and hand on that: it may be used {under}.").format(
        under=under
    )


def _more_people(report: AuditReport) -> str | None:
    """Whether more people would decide, and how many; nothing where a gap or the split must be mended first."""
    chance = next((line for line in report.decidable if line.use == report.policy.name), None)
    if chance is None or chance.ruled_out is not None:
        return None
    if not figures_hold(report) or no_comfort(report) is not None:
        return _("More people would not help: members and non-members have to be drawn anew.")
    gates = chosen_gates(report)
    if not any(gates[name].outcome == "inconclusive" for name in BY_SIZE if name in gates):
        return _("More people would not help: what stands above is no matter of their number.")
    if chance.pass_probability >= PASS_CHANCE:
        return _(
            "More people would hardly help: if nothing leaked, this many would give a pass in "
            "{pass_probability}. Ask the vendor to mend the leak."
        ).format(pass_probability=retold(of_audits(chance.pass_probability)))
    if chance.n_needed is None:
        return None
    return _(
        "About {n_needed} members and as many non-members give an 80 % chance of a decision under {policy} "
        "if nothing leaks."
    ).format(n_needed=count(chance.n_needed), policy=policy_name(report))

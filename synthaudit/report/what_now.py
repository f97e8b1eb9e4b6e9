"""Which part of ``docs/what-now.md`` fits a verdict: its sections, and the rows of its table of findings."""

from collections.abc import Iterator

from synthaudit.files.catalogue import N_, _, marks
from synthaudit.report.facts import BY_SIZE, deleted_in_train, has_holdout
from synthaudit.report.reasons import chosen_gates, figures_hold
from synthaudit.types import AuditReport
from synthaudit.verdict.levels import ALONE_ALPHA, CELLS_ALPHA, COPIES_ALPHA, REUSE_ALPHA, STACK_ALPHA
from synthaudit.verdict.reasons import identifiers_reused
from synthaudit.verdict.void import no_comfort

PAGE = "docs/what-now.md"
PASSED, LEAK = N_("It passed"), N_("A leak was found")
TOO_FEW, BLOCKED = N_("Inconclusive: too few people"), N_("Inconclusive: something blocks a pass")
NO_HOLDOUT, SEEN = N_("There is no holdout"), N_("The vendor has seen the holdout, or the tables were exchanged")
DIFFER, REBALANCED = N_("Members and non-members differ"), N_("The release was rebalanced on purpose")
SECTIONS = (PASSED, LEAK, TOO_FEW, BLOCKED, NO_HOLDOUT, SEEN, DIFFER, REBALANCED)

COPIED, OWN_VALUES, RARE = N_("verbatim copies"), N_("values of one person"), N_("rare values, rare pieces of cells")
NEAR, REMOVED = N_("near copies, rows close to single people"), N_("rows near the training data are missing")
GROUP, GUESSED, ISOLATED = N_("a group stands out"), N_("attributes guessed too well"), N_("the most isolated people")
TEXT, DELETED = N_("free text"), N_("people said to be deleted are in train")
STILL_KNOWN = N_("people said to be deleted are still known")
FINDINGS = (COPIED, OWN_VALUES, RARE, NEAR, GROUP, GUESSED, ISOLATED, REMOVED, TEXT, STILL_KNOWN, DELETED)

_SHARES = "have other shares than in the real rows"
"""Of the line ``resemblance``, where levels do not have the shares of life."""


def what_now(report: AuditReport) -> str:
    """Where to read on: the page, its sections, and what was found.

    Returns
    -------
    str
        Such as ``docs/what-now.md, "A leak was found" (verbatim copies)``.
    """
    named = [
        f'"{_(section)}"'
        + (f" ({marks().semicolon.join(map(_, rows))})" if section == LEAK and (rows := findings(report)) else "")
        for section in sections(report)
    ]
    between = _(" and ")
    return f"{PAGE}, {between.join(named)}"


def sections(report: AuditReport) -> tuple[str, ...]:
    """Sections of the page that fit the outcome, what was found first."""
    if report.outcome == "pass":
        return (PASSED,)
    if report.outcome == "fail":
        return (LEAK,)
    # Of a single finding that all tests together do not carry, the page says that no leakage was detected.
    return (*((LEAK,) if report.leakage_detected else ()), _undecided(report))


def _undecided(report: AuditReport) -> str:
    """Why there is no verdict: what makes the comparison worthless, then what is missing, then how many people."""
    if not has_holdout(report):
        return NO_HOLDOUT
    if no_comfort(report) is not None:
        return SEEN
    if not figures_hold(report):
        return DIFFER
    blocking = [line for line in report.coverage if line.blocks_pass]
    if any(line.test == "rebalanced columns" or _SHARES in line.reason for line in blocking):
        return REBALANCED
    by_size = any(g.outcome == "inconclusive" and g.name in BY_SIZE for g in chosen_gates(report).values())
    return TOO_FEW if by_size and not blocking else BLOCKED


def findings(report: AuditReport) -> tuple[str, ...]:
    """Rows of the table of findings that fit what was found, in its order."""
    found = set(_found(report))
    return tuple(row for row in FINDINGS if row in found)


def _found(report: AuditReport) -> Iterator[str]:
    failed = {gate.name for gate in chosen_gates(report).values() if gate.outcome == "fail"}
    if report.copies.identical_to_train or report.copies.pvalue < COPIES_ALPHA or "copies" in failed:
        yield COPIED
    if identifiers_reused(report.identifiers) is not None:
        yield OWN_VALUES
    alone = report.without_holdout
    listed = report.deleted or (None if alone is None else alone.deleted)
    if listed is not None and listed.known:
        yield STILL_KNOWN
    if deleted_in_train(report):
        yield DELETED
    if report.canaries is not None and report.canaries.known:
        yield NEAR
    if "attributes" in failed:
        yield GUESSED
    yield from _by_itself(report)
    if not figures_hold(report):
        return
    decision, cells, stack = report.decision, report.cells, report.stack
    unresolved = {gate.name for gate in chosen_gates(report).values() if gate.outcome == "inconclusive"}
    if "exposed" in unresolved and report.exposure and report.exposure.n_exposed:
        yield NEAR
    is_hole = decision is not None and decision.detected and (decision.direction == "far" or decision.hole)
    if is_hole:
        yield REMOVED
    elif (decision is not None and decision.detected) or (stack is not None and stack.pvalue < STACK_ALPHA):
        yield NEAR
    if cells is not None and cells.detected:
        kinds = {column.kind for column in report.columns if column.name in cells.columns_from}
        yield TEXT if kinds == {"text"} else RARE
    if any(column.pvalue_adjusted < REUSE_ALPHA for column in (report.reuse.columns if report.reuse else ())):
        yield RARE
    if any(group.pvalue_adjusted is not None and group.pvalue_adjusted < STACK_ALPHA for group in report.subgroups):
        yield GROUP
    if report.per_record is not None and report.per_record.pvalue < STACK_ALPHA:
        yield ISOLATED


def _by_itself(report: AuditReport) -> Iterator[str]:
    """What was found beside train alone."""
    alone = report.without_holdout
    against = report.refused_holdout or (None if alone is None else alone.against_train)
    if against is None:
        return
    if against.pvalue_kept < ALONE_ALPHA:
        yield NEAR
    if against.pvalue_met < ALONE_ALPHA:
        yield RARE
    if against.pvalue_pieces < CELLS_ALPHA:
        yield TEXT

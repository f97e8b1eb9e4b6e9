"""How far the audit itself can be trusted: controls, planted leaks, shadows, sample size, coverage."""

from synthaudit.report import words
from synthaudit.report.charts import named_controls
from synthaudit.report.components import Cell, Named, Status, Table, Tone, table
from synthaudit.report.numbers import capital, count, duration, measured, of_1000, percent, pvalue, sentence, shown
from synthaudit.report.summary import units
from synthaudit.types import AuditReport, Decidable, Estimate, ShadowRecord

_COVERAGE_TONES: dict[str, Tone] = {
    "ran": "good",
    "ran_low_power": "open",
    "not_run": "open",
    "not_applicable": "plain",
}
_CONTROL_TONES: dict[str, Tone] = {"ok": "good", "noted": "open", "failed": "bad", "not_run": "open"}


def controls(report: AuditReport) -> Table | None:
    """The audits whose truth is known."""
    rows: list[tuple[Cell, ...]] = [
        (
            Named(text=words.CONTROLS[name][0], note=words.CONTROLS[name][1]),
            Status(word=words.CONTROL_WORDS[control.status], tone=_CONTROL_TONES[control.status]),
            measured(control.auc),
            pvalue(control.pvalue),
            sentence(control.reason),
        )
        for name, control in named_controls(report)
    ]
    head = ("Control", "Result", "AUC", "p", "In words")
    return table("controls-table", "Audits of tables whose truth is known", head, rows, numeric={2, 3})


def planted(report: AuditReport) -> Table | None:
    """The leaks planted on purpose."""
    return table(
        "planted-table",
        "Leaks planted on purpose and how often the attacks found them",
        ("Planted", "Share of members", "Found", "Positive control of"),
        [
            (
                words.PLANTED[leak.kind],
                percent(leak.share),
                f"{leak.found} of {leak.of}" if leak.recognisable else "never: strangers are as near",
                ", ".join(leak.gates) or "none: for the curve only",
            )
            for leak in (report.controls.planted if report.controls else ())
        ],
        numeric={1, 2},
    )


def shadows(report: AuditReport) -> tuple[str, ...]:
    """What happened to the shadow generators."""
    record = report.shadows
    if record is None:
        return ()
    said = [
        f"{record.finished} of {record.requested} shadow generators ({shown(record.generator, 60)}) were fitted, "
        f"in {duration(record.seconds)}.",
        *_chosen(record),
        *(f"Failed: {sentence(failure)}" for failure in record.failures),
    ]
    return (*said, sentence(record.cost)) if record.cost else tuple(said)


def _chosen(record: ShadowRecord) -> tuple[str, ...]:
    """What the family was chosen from, where the audit chose it."""
    if not record.compared:
        return ()
    families = "; ".join(
        f"{shown(one.generator, 60)} {one.auc.value:.2f} ({one.auc.low:.2f} to {one.auc.high:.2f})"
        if isinstance(one.auc, Estimate)
        else f"{shown(one.generator, 60)} could not be compared"
        for one in record.compared
    )
    return (
        "The audit chose this family, without looking at who is a member: its releases are hardest to tell from the one"
        f" under audit. AUC of a classifier between the two, by family: {families}. Near .5 they cannot be told apart.",
    )


def sample_text(report: AuditReport) -> tuple[str, ...]:
    """The weakest leak that this audit would have seen."""
    smallest, who = report.smallest_detectable, units(report)
    if smallest is None:
        return ("What this sample could have shown was not measured.",)
    return (
        f"{count(smallest.n_members)} members and {count(smallest.n_nonmembers)} non-members ({who}) took part. "
        f"The weakest leak that this audit would have seen in {percent(smallest.power)} of cases: an AUC of "
        f"{smallest.auc:.3f}, or {of_1000(smallest.tpr_at_fpr)} of 1,000 members found at 10 false names in 1,000.",
        *_told_beforehand(report),
    )


def _told_beforehand(report: AuditReport) -> tuple[str, ...]:
    """What the table of chances counts, and what it does not."""
    if not report.decidable:
        return ()
    counted = "of the AUC and of members found"
    if n := max(line.n_secrets for line in report.decidable):
        secrets = "a secret" if n == 1 else f"{n} secrets"
        counted = f"of the AUC, of members found, and of {secrets} guessed (as if half of all guesses were right)"
    told = (
        "The table was worked out before the first attack: it says what a release without any leak could reach. The "
        f"chance counts the limits {counted}; not copies, people exposed, or the tests of the test.",
    )
    gap = next((line.ruled_out for line in report.decidable if line.ruled_out), None)
    if gap is None:
        return told
    return (
        *told,
        f"No pass could be given, however many people take part: see “{shown(gap, 120)}” in the coverage record.",
    )


def _needed(line: Decidable) -> str:
    if line.ruled_out:
        return "no number"
    return "more than 200,000" if line.n_needed is None else count(line.n_needed)


def sample(report: AuditReport) -> Table | None:
    """What this number of people can decide."""
    return table(
        "sample-table",
        "What this number of people can decide",
        ("Use", "Chance of a pass if nothing leaks", "Members and non-members, each, for a chance of 80 %"),
        [
            (
                words.USES.get(line.use, shown(line.use, 40)),
                "none: ruled out beforehand" if line.ruled_out else percent(line.pass_probability),
                _needed(line),
            )
            for line in report.decidable
        ],
        numeric={1, 2},
    )


def coverage(report: AuditReport) -> Table | None:
    """Every test, run or not, in fixed words."""
    return table(
        "coverage-table",
        "Coverage record: every test, run or not",
        ("Test", "Status", "Reason", "A pass"),
        [
            (
                capital(shown(line.test, 120)),
                Status(
                    word=words.COVERAGE_WORDS[line.status],
                    tone="bad" if line.blocks_pass else _COVERAGE_TONES[line.status],
                ),
                sentence(line.reason),
                "is blocked by this" if line.blocks_pass else "is not blocked",
            )
            for line in report.coverage
        ],
    )

"""The internal edition: which records stand out, and why. Row positions and agreements, never a cell."""

from dataclasses import dataclass
from math import ceil

from synthaudit.checks.explanation import FPR, MOST_RECORDS, WHY, Contribution, Explanation, Explanations
from synthaudit.report.charts import attack_label
from synthaudit.report.components import Table, table
from synthaudit.report.numbers import count, percent, shown
from synthaudit.types import AuditReport

_MOST_COLUMNS = 30
_MOST_REASONS = 3
_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The section of the records, ready to print."""

    text: tuple[str, ...]
    overview: Table | None
    each: tuple[tuple[str, Table], ...]
    """Summary line and columns of every record."""


def records(report: AuditReport, found: Explanations | None) -> Records:
    """All words and figures of the section."""
    if found is None:
        return Records(
            text=("No record can be flagged without people who were not in the data.",), overview=None, each=()
        )
    if not found.attacks:
        return Records(text=("The attacks that flag single records did not run.",), overview=None, each=())
    return Records(
        text=_text(report, found),
        overview=_overview(found),
        each=tuple((_title(one), _columns(one, found.n_reference)) for one in found.records),
    )


def agreement(part: Contribution, n_reference: int) -> str:
    r"""How one column agrees, in words.

    Examples
    --------
    >>> agreement(Contribution(column="premium", nats=7.6, relation="same", n_same=1), 2_000)
    'same value, 1 in 2,000'
    >>> agreement(Contribution(column="age", nats=3.0, relation="close", apart=0.004), 2_000).replace("\u00a0", " ")
    'within 1 % of ranks'
    """
    if part.relation == "close":
        return f"within {percent(max(ceil(100 * (part.apart or 0.0)), 1) / 100)} of ranks"
    if part.relation in ("same", "both_missing"):
        what = "same value" if part.relation == "same" else "missing in both"
        if 2 * part.n_same > n_reference:
            return f"{what}, as in most records"
        if not part.n_same:
            return f"{what}, no other in {count(n_reference)}"
        return f"{what}, 1 in {count(round(n_reference / part.n_same))}"
    return "different" if part.relation == "different" else "missing on one side"


def _text(report: AuditReport, found: Explanations) -> tuple[str, ...]:
    n = found.n_exposed + found.n_above
    if not n:
        return (f"None of {count(found.n_members)} members stands out.",)
    wrong = percent(report.exposure.false_discovery_rate) if report.exposure else "5 %"
    by = {why: f"“{attack_label(attack, 'cells')}”" for why, attack in WHY.items()}
    only = f" The {MOST_RECORDS} strongest are listed." if n > MOST_RECORDS else ""
    return (
        f"{count(found.n_exposed)} of {count(found.n_members)} members are clearly exposed by {by['exposed']}; at most "
        f"{wrong} of these are expected to be here by chance. {count(found.n_above)} more lie above the threshold of "
        f"{by['threshold']} that {percent(FPR)} of non-members reach, as about {count(round(FPR * found.n_members))} "
        f"would by chance: one of these alone proves nothing.{only}",
        "Rows are counted from 0 in the tables as they were given. No cell of any table is on this page; look the rows "
        "up where you may.",
        "Each column adds to the agreement of a record with the synthetic row that fits it best. Its figure is counted "
        "from a column that does not agree at all, in nats: 1 nat makes a copy 2.7 times as likely, 7 nats 1,100 "
        "times.",
    )


def _overview(found: Explanations) -> Table | None:
    return table(
        "records-table",
        "Members that stand out, the clearly exposed first",
        ("Train row", "Flagged as", "Best synthetic row", "Agreement, nats", "Mostly by"),
        [
            (
                str(one.row),
                "clearly exposed" if one.why == "exposed" else f"above the {percent(FPR)} threshold",
                str(one.synthetic_row),
                f"{one.agreement:.1f}",
                "; ".join(
                    _reason(part, found.n_reference) for part in one.contributions[:_MOST_REASONS] if part.nats > 0
                )
                or "no column alone",
            )
            for one in found.records
        ],
        numeric={2, 3},
    )


def _reason(part: Contribution, n_reference: int) -> str:
    return f"{shown(part.column, _NAME)}: {agreement(part, n_reference)}"


def _title(one: Explanation) -> str:
    return f"Train row {one.row} against synthetic row {one.synthetic_row}"


def _columns(one: Explanation, n_reference: int) -> Table:
    rows = [
        (shown(part.column, _NAME), agreement(part, n_reference), f"{part.nats:.1f}")
        for part in one.contributions[:_MOST_COLUMNS]
    ]
    rest = one.contributions[_MOST_COLUMNS:]
    if rest:
        rows.append((f"{count(len(rest))} more columns", "together", f"{sum(part.nats for part in rest):.1f}"))
    return Table(
        id=f"record-{one.row}",
        caption=f"{_title(one)}, column by column",
        head=("Column", "Agreement", "Nats"),
        rows=tuple(rows),
        numeric=frozenset({2}),
    )

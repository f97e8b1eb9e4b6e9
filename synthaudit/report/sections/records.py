"""Records that stand out, and why: in the internal edition alone. Row positions and agreements, never a cell."""

from dataclasses import dataclass
from math import ceil

from synthaudit.checks.explanation import FPR, MOST_RECORDS, WHY, Contribution, Explanation, Explanations
from synthaudit.files.catalogue import _, marks
from synthaudit.report.charts import attack_label
from synthaudit.report.components import Table, table
from synthaudit.report.numbers import count, decimals, percent, shown
from synthaudit.types import AuditReport

_MOST_COLUMNS = 30
_MOST_REASONS = 3
_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsView:
    """The section, ready to print."""

    text: tuple[str, ...]
    overview: Table | None
    each: tuple[tuple[str, Table], ...]
    """Summary line and columns of every record."""


def view(report: AuditReport, explanations: Explanations | None) -> RecordsView:
    """Every flagged record with its reasons; said in words where none could be flagged."""
    if explanations is None:
        return RecordsView(
            text=(_("No record can be flagged without people who were not in the data."),), overview=None, each=()
        )
    if not explanations.attacks:
        return RecordsView(text=(_("The attacks that flag single records did not run."),), overview=None, each=())
    return RecordsView(
        text=_text(report, explanations),
        overview=_overview(explanations),
        each=tuple((_title(record), _columns(record, explanations.n_reference)) for record in explanations.records),
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
        return _("within {share} of ranks").format(share=percent(max(ceil(100 * (part.apart or 0.0)), 1) / 100))
    if part.relation in ("same", "both_missing"):
        what = _("same value") if part.relation == "same" else _("missing in both")
        if 2 * part.n_same > n_reference:
            return _("{what}, as in most records").format(what=what)
        if not part.n_same:
            return _("{what}, no other in {n_reference}").format(what=what, n_reference=count(n_reference))
        return _("{what}, 1 in {n}").format(what=what, n=count(round(n_reference / part.n_same)))
    return _("different") if part.relation == "different" else _("missing on one side")


def _text(report: AuditReport, flagged: Explanations) -> tuple[str, ...]:
    n = flagged.n_exposed + flagged.n_above
    if not n:
        return (_("None of {n_members} members stands out.").format(n_members=count(flagged.n_members)),)
    wrong = percent(report.exposure.false_discovery_rate) if report.exposure else "5 %"
    by = {why: marks().title(attack_label(attack, "cells")) for why, attack in WHY.items()}
    only = _(" The {n} strongest are listed.").format(n=MOST_RECORDS) if n > MOST_RECORDS else ""
    return (
        _(
            "{n_exposed} of {n_members} members are clearly exposed by {exposing}; at most {wrong} of these are "
            "expected to be here by chance. {n_above} more lie above the threshold of {threshold} that {fpr} of "
            "non-members reach, as about {expected} would by chance: one of these alone proves nothing.{only}"
        ).format(
            n_exposed=count(flagged.n_exposed),
            n_members=count(flagged.n_members),
            exposing=by["exposed"],
            wrong=wrong,
            n_above=count(flagged.n_above),
            threshold=by["threshold"],
            fpr=percent(FPR),
            expected=count(round(FPR * flagged.n_members)),
            only=only,
        ),
        _(
            "Rows are counted from 0 in the tables as they were given. None of their cells is shown; look the rows up "
            "where you may."
        ),
        _(
            "Each column adds to the agreement of a record with the synthetic row that fits it best. Its figure "
            "is counted from a column that does not agree at all, in nats: 1 nat makes a copy 2.7 times as "
            "likely, 7 nats 1,100 times."
        ),
    )


def _overview(flagged: Explanations) -> Table | None:
    return table(
        "records-table",
        _("Members that stand out, the clearly exposed first"),
        (_("Train row"), _("Flagged as"), _("Best synthetic row"), _("Agreement, nats"), _("Mostly by")),
        [
            (
                str(record.row),
                _("clearly exposed")
                if record.why == "exposed"
                else _("above the {fpr} threshold").format(fpr=percent(FPR)),
                str(record.synthetic_row),
                decimals(record.agreement, 1),
                marks().semicolon.join(
                    _reason(part, flagged.n_reference) for part in record.contributions[:_MOST_REASONS] if part.nats > 0
                )
                or _("no column alone"),
            )
            for record in flagged.records
        ],
        numeric={2, 3},
    )


def _reason(part: Contribution, n_reference: int) -> str:
    return f"{shown(part.column, _NAME)}{marks().colon}{agreement(part, n_reference)}"


def _title(record: Explanation) -> str:
    return _("Train row {row} against synthetic row {synthetic_row}").format(
        row=record.row, synthetic_row=record.synthetic_row
    )


def _columns(record: Explanation, n_reference: int) -> Table:
    rows = [
        (shown(part.column, _NAME), agreement(part, n_reference), decimals(part.nats, 1))
        for part in record.contributions[:_MOST_COLUMNS]
    ]
    rest = record.contributions[_MOST_COLUMNS:]
    if rest:
        rows.append(
            (
                _("{n} more columns").format(n=count(len(rest))),
                _("together"),
                decimals(sum(part.nats for part in rest), 1),
            )
        )
    return Table(
        id=f"record-{record.row}",
        caption=_("{rows}, column by column").format(rows=_title(record)),
        head=(_("Column"), _("Agreement"), _("Nats")),
        rows=tuple(rows),
        numeric=frozenset({2}),
    )

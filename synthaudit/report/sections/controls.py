"""The tests of the test: controls whose truth is known, leaks planted on purpose, and shadow generators."""

from dataclasses import dataclass

from markupsafe import Markup

from synthaudit.files.catalogue import N_, _, marks
from synthaudit.report import charts, words
from synthaudit.report.components import Cell, Named, Status, Table, Tone, figure, table
from synthaudit.report.numbers import duration, percent, pvalue, sentence, shown
from synthaudit.types import AuditReport, Estimate, ShadowRecord

_TONES: dict[str, Tone] = {"ok": "good", "noted": "open", "failed": "bad", "not_run": "open"}


_TEXT = (
    N_(
        "An audit is only worth reading if its attacks stay silent where nothing leaks and speak up where "
        "something does. Both were tried on tables whose truth is known."
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlsView:
    """The section, ready to print."""

    text: tuple[str, ...]
    chart: Markup | None
    controls: Table | None
    planted: Table | None
    near_copies: Table | None
    shadows: tuple[str, ...]


def view(report: AuditReport) -> ControlsView:
    """Whether the attacks stay silent and speak up where they should."""
    return ControlsView(
        text=tuple(map(_, _TEXT)),
        chart=charts.controls(report),
        controls=_controls(report),
        planted=_planted(report),
        near_copies=_near_copies(report),
        shadows=_shadows(report),
    )


def _controls(report: AuditReport) -> Table | None:
    """The audits whose truth is known."""
    rows: list[tuple[Cell, ...]] = [
        (
            Named(text=words.CONTROLS[name][0], note=words.CONTROLS[name][1]),
            Status(word=words.CONTROL_WORDS[control.status], tone=_TONES[control.status]),
            figure(control.auc),
            pvalue(control.pvalue),
            sentence(control.reason),
        )
        for name, control in charts.named_controls(report)
    ]
    head = (_("Control"), _("Result"), "AUC", "p", _("In words"))
    made = table("controls-table", _("Audits of tables whose truth is known"), head, rows, numeric={2, 3})
    return made and made.without_empty_columns()


def _planted(report: AuditReport) -> Table | None:
    """The leaks planted on purpose."""
    return table(
        "planted-table",
        _("Leaks planted on purpose and how often the attacks found them"),
        (_("Planted"), _("Share of members"), _("Found"), _("Positive control of")),
        [
            (
                words.PLANTED[leak.kind],
                percent(leak.share),
                _("{found} of {of}").format(found=leak.found, of=leak.of)
                if leak.recognisable
                else _("never: others are as near"),
                ", ".join(leak.gates) or _("none: for the curve only"),
            )
            for leak in charts.planted_by_share(report)
        ],
        numeric={1, 2},
    )


def _near_copies(report: AuditReport) -> Table | None:
    """Near copies planted on purpose: who would be seen."""
    return table(
        "near-copies-table",
        _("People behind planted near copies, and how many of them are seen at 1 false name in 100"),
        (_("Numbers moved by"), _("Seen by the best attack"), _("Which"), _("Seen by who knows how they were made")),
        [
            (
                _("{size:.1f}\u00a0% of the ranks").format(size=100 * leak.size),
                figure(leak.seen, as_percent=True),
                charts.attack_label(*leak.attack.partition("/")[::2]) if leak.attack else _("none"),
                figure(leak.known, as_percent=True),
            )
            for leak in sorted(report.controls.near_copies if report.controls else (), key=lambda leak: leak.size)
        ],
        numeric={1, 3},
    )


def _shadows(report: AuditReport) -> tuple[str, ...]:
    """What happened to the shadow generators."""
    record = report.shadows
    if record is None:
        return ()
    lines = [
        _("{finished} of {requested} shadow generators ({generator}) were fitted, in {seconds}.").format(
            finished=record.finished,
            requested=record.requested,
            generator=shown(record.generator, 60),
            seconds=duration(record.seconds),
        ),
        *_chosen(record),
        *(_("Failed: {failure}").format(failure=sentence(failure)) for failure in record.failures),
    ]
    return (*lines, sentence(record.cost)) if record.cost else tuple(lines)


def _chosen(record: ShadowRecord) -> tuple[str, ...]:
    """What the family was chosen from, where the audit chose it."""
    if not record.compared:
        return ()
    families = marks().semicolon.join(
        _("{generator} {auc:.2f} ({low:.2f} to {high:.2f})").format(
            generator=shown(family.generator, 60), auc=family.auc.value, low=family.auc.low, high=family.auc.high
        )
        if isinstance(family.auc, Estimate)
        else _("{generator} could not be compared").format(generator=shown(family.generator, 60))
        for family in record.compared
    )
    return (
        _(
            "The audit chose this family, without looking at who is a member: its releases are hardest to tell "
            "from the one under audit. AUC of a classifier between the two, by family: {families}. Near .5 they "
            "cannot be told apart."
        ).format(families=families),
    )

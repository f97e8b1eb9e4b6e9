"""The page of one audit: the first screen, then its sections in order."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from synthaudit.checks.explanation import Explanations
from synthaudit.evidence import SCHEMA_VERSION, digest
from synthaudit.files.catalogue import N_, _
from synthaudit.report.names import moment, names, title
from synthaudit.report.reasons import void
from synthaudit.report.sections import (
    attacks,
    cell_search,
    column_bars,
    composition,
    controls,
    copies,
    coverage,
    crosswalk,
    delivered,
    detection,
    epsilon,
    findings,
    glossary,
    limits,
    no_holdout,
    other_risks,
    per_record,
    provenance,
    rare_values,
    records,
    reused_identifiers,
    sample_size,
    scope,
    sign_off,
    subgroups,
    utility,
    vendor_questions,
)
from synthaudit.report.summary import Summary, summarise
from synthaudit.types import AuditReport
from synthaudit.types.column_bars import ColumnBars


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section: where it stands, what it says, and how that is printed."""

    anchor: str
    """Its id in the page; its heading has the id ``<anchor>-title``."""
    link: str
    """Its name in the contents, looked up there."""
    template: str
    """``reports_templates/sections/<template>.html``, which prints heading and ``view``."""
    view: Callable[[AuditReport], object | None]
    """All its words and figures, rounded and never computed; None where the section is not shown."""
    compares: bool = False
    """Whether its figures compare members with non-members, and mean nothing where these cannot be compared."""


SECTIONS: tuple[Section, ...] = (
    Section(anchor="releases", link=N_("Releases"), template="composition", view=composition.view, compares=True),
    Section(anchor="limits", link=N_("Limits"), template="limits", view=limits.view),
    Section(anchor="findings", link=N_("Findings"), template="findings", view=findings.view),
    Section(anchor="questions", link=N_("Questions"), template="vendor_questions", view=vendor_questions.view),
    Section(anchor="attacks", link=N_("Attacks"), template="attacks", view=attacks.view, compares=True),
    Section(anchor="detection", link=N_("Detection"), template="detection", view=detection.view, compares=True),
    Section(anchor="isolated", link=N_("Isolated people"), template="per_record", view=per_record.view),
    Section(anchor="controls", link=N_("Controls"), template="controls", view=controls.view),
    Section(anchor="copies", link=N_("Copies and people"), template="copies", view=copies.view),
    Section(anchor="risk", link=N_("Who is at risk"), template="subgroups", view=subgroups.view, compares=True),
    Section(
        anchor="reuse", link=N_("What gives people away"), template="rare_values", view=rare_values.view, compares=True
    ),
    Section(
        anchor="identifiers",
        link=N_("Values of one person"),
        template="reused_identifiers",
        view=reused_identifiers.view,
    ),
    Section(anchor="cells", link=N_("Cells searched"), template="cell_search", view=cell_search.view, compares=True),
    Section(anchor="quality", link=N_("Quality"), template="utility", view=utility.view),
    Section(anchor="delivered", link=N_("Delivered file"), template="delivered", view=delivered.view),
    Section(anchor="risks", link=N_("Other risks"), template="other_risks", view=other_risks.view, compares=True),
    Section(anchor="alone", link=N_("Without a holdout"), template="no_holdout", view=no_holdout.view),
    Section(anchor="sample", link=N_("Sample size"), template="sample_size", view=sample_size.view),
    Section(anchor="epsilon", link=N_("Epsilon"), template="epsilon", view=epsilon.view),
    Section(anchor="coverage", link=N_("Coverage"), template="coverage", view=coverage.view),
    Section(anchor="scope", link=N_("Scope and limits"), template="scope", view=scope.view),
    Section(anchor="crosswalk", link=N_("Crosswalk"), template="crosswalk", view=crosswalk.view),
    Section(anchor="method", link=N_("Method"), template="provenance", view=provenance.view),
    Section(anchor="glossary", link=N_("Glossary"), template="glossary", view=glossary.view),
    Section(anchor="signoff", link=N_("Sign-off"), template="sign_off", view=sign_off.view),
)
"""The sections of the page in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """The whole page, ready to print."""

    title: str
    release: str
    """Vendor and release in one line; empty where nobody named them."""
    names: tuple[tuple[str, str], ...]
    """Label and name of all that is named, the day last."""
    created: str
    """As ISO 8601 has it; empty where the evidence does not."""
    digest: str
    """SHA-256 of the evidence."""
    older: str
    """What to know of evidence that an older release wrote; empty for this one's."""
    summary: Summary
    void: str
    """Why no figure that compares members with non-members means anything; empty where they do."""
    sections: tuple[tuple[Section, object], ...]
    """Those that are shown, each with its view."""

    @property
    def anchors(self) -> frozenset[str]:
        """What a link may lead to."""
        return frozenset(section.anchor for section, _ in self.sections)


def _older(report: AuditReport) -> str:
    version = report.schema_version
    if version == SCHEMA_VERSION:
        return ""
    return _(
        "Made by an older release (evidence version {version}): its limits and its words are of that time."
    ).format(version=version)


def page(report: AuditReport, evidence_sha256: str | None = None, previous: AuditReport | None = None) -> PageView:
    """All words and figures of one report; its evidence has this hash, or that of how it would be written now.

    With an earlier audit of the same dataset the findings say what became of that one's.
    """
    with_previous = partial(findings.view, previous=previous)
    sections = (
        replace(section, view=with_previous) if section.view is findings.view else section for section in SECTIONS
    )
    return _page(report, SECTIONS if previous is None else tuple(sections), evidence_sha256)


def verdict_page(report: AuditReport) -> PageView:
    """What stands before the sections, alone: nothing in it leads to one."""
    return _page(report, (), None)


def internal_page(
    report: AuditReport,
    explanations: Explanations | None,
    evidence_sha256: str | None = None,
    bars: ColumnBars | None = None,
) -> PageView:
    """The same and, after who is at risk, the records that stand out; after the quality, every column."""
    stand_out = Section(
        anchor="records",
        link=N_("Records that stand out"),
        template="records",
        view=partial(records.view, explanations=explanations),
    )
    columns = Section(
        anchor="columns",
        link=N_("Column by column"),
        template="column_bars",
        view=partial(column_bars.view, bars=bars),
    )
    added = {"risk": (stand_out,), "quality": (columns,)}
    sections = [each for section in SECTIONS for each in (section, *added.get(section.anchor, ()))]
    return _page(report, tuple(sections), evidence_sha256)


def _page(report: AuditReport, sections: tuple[Section, ...], evidence_sha256: str | None) -> PageView:
    release = title(report)
    views = [(section, section.view(report)) for section in sections]
    return PageView(
        title=_("Privacy audit of {release}").format(release=release or _("a synthetic table")),
        release=release,
        older=_older(report),
        names=names(report),
        created=report.provenance.created_utc if moment(report) else "",
        digest=evidence_sha256 or digest(report),
        summary=summarise(report),
        void=void(report),
        sections=tuple((section, view) for section, view in views if view is not None),
    )

"""The letter of one audit: what was audited, the verdict, and the hashes by which both can be told again."""

from dataclasses import dataclass

from synthaudit.evidence import digest
from synthaudit.files.catalogue import _
from synthaudit.report import words
from synthaudit.report.components import Status, Table
from synthaudit.report.names import moment, names, title
from synthaudit.report.numbers import count, shown
from synthaudit.report.summary import summarise
from synthaudit.types import AuditReport

_MOST = 400
"""Characters of a sentence: what is longer stands in the report, and the letter stays one page."""
_MOST_USES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The letter, ready to print."""

    title: str
    release: str
    names: tuple[tuple[str, str], ...]
    created: str
    digest: str
    outcome: str
    heading: str
    lead: str
    uses: tuple[tuple[str, Status], ...]
    facts: tuple[tuple[str, str], ...]
    tables: tuple[tuple[str, str, str], ...]
    """Role, rows and SHA-256 of every table that was read."""
    signed_by: str = ""
    """Fingerprint of the key that signed the seal; empty where nobody did."""


def letter(report: AuditReport, evidence_sha256: str | None = None, signed_by: str = "") -> Letter:
    """What the page says first, its names, and every hash."""
    summary, release = summarise(report), title(report)
    made = report.provenance
    return Letter(
        title=_("Attestation of the privacy audit of {release}").format(release=release or _("a synthetic table")),
        release=release,
        names=names(report),
        created=made.created_utc if moment(report) else "",
        digest=evidence_sha256 or digest(report),
        outcome=summary.outcome,
        heading=summary.heading,
        lead=shown(summary.lead, _MOST),
        uses=_uses(summary.uses),
        facts=(
            *summary.policy,
            (_("Profile"), shown(report.profile, 40)),
            (_("Seed"), str(made.seed)),
            (
                _("Audited with"),
                f"synthaudit {shown(made.synthaudit_version, 40)}",
            ),
        ),
        tables=tuple(
            (words.ROLES[table.role], count(table.n_rows), shown(table.sha256, 64)) for table in report.tables
        ),
        signed_by=shown(signed_by, 64),
    )


def _uses(table: Table | None) -> tuple[tuple[str, Status], ...]:
    """Each use with whether it is allowed, without the reason."""
    rows = () if table is None else table.rows[:_MOST_USES]
    pairs = [(cell if isinstance(cell, str) else getattr(cell, "text", ""), stands) for cell, stands, *_ in rows]
    return tuple((use, stands) for use, stands in pairs if isinstance(stands, Status))

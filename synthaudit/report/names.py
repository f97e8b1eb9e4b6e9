"""What an audit is called: the release and its vendor, the data, the purpose, the auditor and the day."""

import re

from synthaudit.files.catalogue import _, marks
from synthaudit.report.numbers import shown
from synthaudit.types import AuditReport, Engagement

_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):\d{2}Z", re.ASCII)
_MOST = 200
"""Characters of a name in a list of them."""


def names(report: AuditReport) -> tuple[tuple[str, str], ...]:
    """Label and name of everything that is named, the day last.

    Parameters
    ----------
    report : AuditReport
        Its names may be hostile.

    Returns
    -------
    tuple of (str, str)
        What hides or turns text is written out; nothing is escaped for any format.
    """
    vendor, about = report.vendor, report.engagement or Engagement()
    given = (
        (_("Release"), vendor.release),
        (_("Vendor"), vendor.name),
        (_("Dataset"), about.dataset),
        (_("Purpose"), about.purpose),
        (_("Auditor"), about.auditor),
        (_("Date"), moment(report)),
    )
    return tuple((label, shown(name, _MOST)) for label, name in given if name.strip())


def title(report: AuditReport, limit: int = 80) -> str:
    """Vendor and release in one line, each of at most ``limit`` characters; empty where neither is named."""
    return " ".join(shown(name, limit) for name in (report.vendor.name, report.vendor.release) if name.strip())


def day(report: AuditReport) -> str:
    """The day of the audit, ``2026-11-30`` in every language; empty where the evidence has none."""
    match = _MOMENT.fullmatch(report.provenance.created_utc)
    return match[1] if match else ""


def moment(report: AuditReport) -> str:
    """Day and minute of the audit, ``2026-11-30 09:41 UTC``; empty where the evidence has none."""
    match = _MOMENT.fullmatch(report.provenance.created_utc)
    return f"{marks().days_in(match[1])} {match[2]} UTC" if match else ""


def one_line(report: AuditReport) -> str:
    """Release and names in one line of a terminal, without the day; empty where nothing is named."""
    return ", ".join(
        f"{marks().within(label)}{marks().colon}{name}" for label, name in names(report) if label != _("Date")
    )

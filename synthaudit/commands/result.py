"""What an audit from Python gives: the report, and ways to write it."""

import webbrowser
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd

from synthaudit.commands.notebook import display_html, kernel
from synthaudit.errors import GateError
from synthaudit.evidence import digest, to_json
from synthaudit.files import write_atomic
from synthaudit.report.notebook import attacks_table, findings_table, report_html, verdict_html
from synthaudit.report.page_markdown import page_markdown
from synthaudit.report.pdf import to_pdf
from synthaudit.report.render import render_report
from synthaudit.types import AuditReport, Estimate


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Audit(AuditReport):
    """An :class:`AuditReport` that can write and show itself.

    The last line of a notebook's cell shows the verdict.
    """

    def show(self) -> None:
        """Show the whole report: below the cell of a notebook, else in the browser.

        For the browser it is written to a new folder for temporary files, which only you can read.
        """
        shell = kernel()
        if shell is not None:
            display_html(shell, report_html(self.report), repr(self))
        else:
            webbrowser.open(self.to_html(Path(mkdtemp(prefix="synthaudit-")) / "report.html").as_uri())

    def to_html(self, path: str | Path) -> Path:
        """Write the report and return its path."""
        return write_atomic(path, render_report(self.report))

    def to_pdf(self, path: str | Path) -> Path:
        """Write the report as PDF and return its path; SA-114 where the extra ``pdf`` is not installed."""
        sha256 = digest(self.report)
        return write_atomic(path, to_pdf(partial(render_report, self.report, sha256), sha256))

    def to_markdown(self) -> str:
        """Return the whole report as Markdown."""
        return page_markdown(render_report(self.report))

    def to_json(self) -> str:
        """Return the text of ``evidence.json``."""
        return to_json(self.report)

    def to_frame(self) -> pd.DataFrame:
        """One row per attack and view: AUC and TPR with their intervals, p-values."""
        rows = []
        for finding in self.findings:
            row: dict[str, Any] = {
                "attack": finding.attack,
                "view": finding.view,
                "threat_model": finding.threat_model,
                "pvalue": finding.pvalue,
                "pvalue_adjusted": finding.pvalue_adjusted,
            }
            for metric, measured in finding.estimates.items():
                ends = measured if isinstance(measured, Estimate) else None
                row[metric] = ends.value if ends else float("nan")
                row[f"{metric}_low"] = ends.low if ends else float("nan")
                row[f"{metric}_high"] = ends.high if ends else float("nan")
            rows.append(row)
        return pd.DataFrame(rows)

    def findings_table(self) -> pd.DataFrame:
        """Return the report's table of findings, in its words, the gravest first.

        Its index has the names of the findings, such as ``attribute:income``; :meth:`to_frame` has figures.
        """
        return findings_table(self.report)

    def attacks_table(self) -> pd.DataFrame:
        """Return the report's table of the strongest attacks, in its words."""
        return attacks_table(self.report)

    def gate(self) -> None:
        """Raise unless the outcome is a pass.

        Raises
        ------
        GateError
            With the deciding reason.
        """
        if self.outcome != "pass":
            raise GateError(f"{self.outcome} under {self.policy.name}: {self.reasons[0]}")

    @property
    def report(self) -> AuditReport:
        """The plain report."""
        return AuditReport(**{f.name: getattr(self, f.name) for f in fields(AuditReport)})

    def __repr__(self) -> str:
        return f"Audit({self.outcome} under {self.policy.name}: {self.reasons[0]})"

    def _repr_html_(self) -> str:
        return verdict_html(self.report)

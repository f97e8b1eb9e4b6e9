"""Whether audits can be held side by side: the same people, attacked alike, judged by the same limits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthaudit.files.catalogue import N_
from synthaudit.types import AuditReport

_ATTACKED = ("attacks", "candidates", "columns", "entity", "exclude", "generator", "shadows")
"""Settings that decide who is attacked, by what, and how hard."""


def _table(role: str) -> Callable[[AuditReport], Any]:
    return lambda report: report.provenance.sha256.get(role)


def _settings(report: AuditReport) -> Any:
    asked: Any = report.provenance.config.get("audit")
    return report.unit, {name: asked.get(name) for name in _ATTACKED} if isinstance(asked, Mapping) else None


ASPECTS: tuple[tuple[str, str, Callable[[AuditReport], Any]], ...] = (
    (N_("the training table"), N_("Audit all releases against one training table."), _table("train")),
    (N_("the holdout"), N_("Audit all releases against one holdout."), _table("holdout")),
    (N_("the reference sample"), N_("Give every audit the same reference sample, or none."), _table("reference")),
    (N_("the policy"), N_("Audit all releases under one policy."), lambda report: report.policy),
    (
        N_("the version of synthaudit"),
        N_("Audit all releases with one version of synthaudit."),
        lambda report: (report.provenance.synthaudit_version, report.schema_version),
    ),
    (N_("the profile"), N_("Audit all releases in one profile."), lambda report: report.profile),
    (N_("the seed"), N_("Audit all releases with one seed."), lambda report: report.provenance.seed),
    (
        N_("the scope of the attacks"),
        N_("Give every audit the same --entity, --columns, --exclude, --attacks, --candidates and --shadows."),
        _settings,
    ),
)
"""What must be the same, what to do where it is not, and where a report says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something in which audits differ that must be the same in all of them."""

    what: str
    do: str
    groups: tuple[tuple[int, ...], ...]
    """Places of the audits, those that agree together."""


def differences(reports: Sequence[AuditReport]) -> tuple[Difference, ...]:
    """All that keeps audits from being compared; empty where they can be.

    Parameters
    ----------
    reports : sequence of AuditReport

    Returns
    -------
    tuple of Difference
        Words are marked for the catalogue, and looked up when they are printed.
    """
    every = []
    for what, do, of in ASPECTS:
        values: list[tuple[Any, list[int]]] = []
        for place, report in enumerate(reports):
            value = of(report)
            same = next((places for other, places in values if other == value), None)
            if same is None:
                values.append((value, [place]))
            else:
                same.append(place)
        if len(values) > 1:
            every.append(Difference(what=what, do=do, groups=tuple(tuple(places) for _, places in values)))
    return tuple(every)

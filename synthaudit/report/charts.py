"""Charts: Vega-Lite specs filled with data, drawn by vl-convert in another process, cleaned, and fit for the page.

The drawings carry the colours of a light page as attributes, so that they also print and stand alone; the
page's style sheet repaints those same colours for a dark screen.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

from synthaudit.files.catalogue import N_, _, marks
from synthaudit.report import words
from synthaudit.report.drawing import drawn
from synthaudit.report.numbers import NBSP, capital, count, decimals, percent, shown
from synthaudit.report.reasons import figures_told
from synthaudit.report.templates import chart_spec
from synthaudit.types import AuditReport, Control, Estimate, Finding, Measured, Planted, Stack

Rows = Sequence[Mapping[str, float | str | None]]

_MOST_ATTACKS = 14
_SVG = "{http://www.w3.org/2000/svg}"
_TAGS = {"svg", "g", "path", "text", "tspan", "rect", "line", "defs", "clipPath"}
_ATTRIBUTES = {
    "width", "height", "viewBox", "x", "y", "x1", "x2", "y1", "y2", "dx", "dy", "d", "transform", "fill", "stroke",
    "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-miterlimit", "opacity", "fill-opacity", "display",
    "stroke-opacity", "font-family", "font-size", "font-weight", "text-anchor", "clip-path", "id",
}  # fmt: skip
"""All that a drawing may hold. What else vl-convert writes (roles, classes) is dropped; links never appear."""


def attack_name(attack: str) -> str:
    """Plain name of an attack."""
    return words.attack_name(attack) or capital(shown(attack, 40).replace("_", " "))


def attack_label(attack: str, view: str) -> str:
    """Plain name of an attack in a view, where several of them stand side by side."""
    name = attack_name(attack)
    encoding, __, over_rows = view.partition(":")
    how = words.view_name(encoding)
    if how is None:
        how = shown(encoding, 24).replace("_", " ")
    return f" ·{NBSP}".join(
        part for part in (name, how, words.OVER_ROWS.get(over_rows) or shown(over_rows, 12)) if part
    )


def by_strength(findings: Sequence[Finding]) -> list[Finding]:
    """The findings, those farthest from guessing first; not estimable ones last."""

    def key(finding: Finding) -> tuple[float, str, str]:
        auc = finding.estimates.get("auc")
        return -abs(auc.value - 0.5) if isinstance(auc, Estimate) else 1.0, finding.attack, finding.view

    return sorted(findings, key=key)


def stands(finding: Finding, report: AuditReport) -> str:
    """How the bounds of one attack stand to the policy's limits: ``above``, ``below``, or ``open``; open where members
    and non-members cannot be compared.
    """
    policy = report.policy
    if not figures_told(report):
        return "open"
    limits = {"auc": policy.auc, "tpr_at_fpr_0.01": policy.tpr_at_fpr}
    lower = [(finding.lower_bounds.get(metric), limit) for metric, limit in limits.items()]
    upper = [(finding.upper_bounds.get(metric), limit) for metric, limit in limits.items()]
    if any(bound is not None and bound > limit for bound, limit in lower):
        return "above"
    if all(bound is not None and bound < limit for bound, limit in upper):
        return "below"
    return "open"


def together_stands(stack: Stack, report: AuditReport) -> str:
    """The same of all attacks together, which only the AUC limit is held against."""
    policy = report.policy
    if not figures_told(report):
        return "open"
    if stack.lower_bound is not None and stack.lower_bound > policy.auc:
        return "above"
    return "below" if stack.upper_bound is not None and stack.upper_bound < policy.auc else "open"


def in_chart(report: AuditReport) -> list[Finding]:
    """As many attacks as can be read at a glance, the strongest first, each in the view that says most.

    One that stands above a limit is never left out for one that does not: it may do so at the top scores alone.
    """
    above_first = sorted(by_strength(report.findings), key=lambda finding: stands(finding, report) != "above")
    strongest_view: dict[str, Finding] = {}
    for finding in above_first:
        strongest_view.setdefault(finding.attack, finding)
    return by_strength(list(strongest_view.values())[:_MOST_ATTACKS])


def planted_label(leak: Planted) -> str:
    """What was planted; a control and a point of the sensitivity curve of one strength are told apart."""
    return f"{words.PLANTED[leak.kind]}, {percent(leak.share)}" + (_(", control") if leak.gates else "")


def planted_by_share(report: AuditReport) -> list[Planted]:
    """The planted leaks, the smallest share first; at one share a control before a point of the curve."""
    planted = report.controls.planted if report.controls else ()
    return sorted(planted, key=lambda leak: (leak.kind, leak.share, not leak.gates))


def forest(report: AuditReport) -> Markup | None:
    """AUC of the strongest attacks and of all together, with 95 % intervals, the tolerated band, and guessing."""
    bars: list[tuple[str, Measured | None, str]] = [
        (attack_name(finding.attack), finding.estimates.get("auc"), stands(finding, report))
        for finding in in_chart(report)
    ]
    if report.stack:
        bars.insert(0, (_(words.TOGETHER), report.stack.auc, together_stands(report.stack, report)))
    rows: list[dict[str, float | str | None]] = [
        {"attack": label, "auc": auc.value, "low": auc.low, "high": auc.high, "stands": how}
        for label, auc, how in bars
        if isinstance(auc, Estimate)
    ]
    if not rows:
        return None
    limit = report.policy.auc
    low_end, high_end = _axis([row[end] for row in rows for end in ("low", "high")], 1 - limit, limit)
    return _draw(
        "forest",
        {
            "attacks": rows,
            "band": [{"from": 1 - limit, "to": limit}],
            "limits": [
                {"at": limit, "label": _("limit {limit:.2f}").format(limit=limit), "side": "left"},
                {"at": 1 - limit, "label": decimals(1 - limit, 2), "side": "right"},
            ],
            "guessing": [{"at": 0.5}],
        },
        {"low_end": low_end, "high_end": high_end},
        _("AUC of the {n} strongest attacks with 95 % intervals; the table below has the same numbers.").format(
            n=len(rows)
        ),
    )


def detection(report: AuditReport) -> Markup | None:
    """Members found against false names for the strongest attack, both axes logarithmic."""
    if not report.curve:
        return None
    n_nonmembers = report.smallest_detectable.n_nonmembers if report.smallest_detectable else 0
    finest = 1 / n_nonmembers if n_nonmembers else None
    floor = 0.5 * min([0.001, *([finest] if finest else [])])
    limit = report.policy.tpr_at_fpr
    # The label of the limit stands on the side where the curve is not.
    is_under = all(p.tpr < limit for p in report.curve if p.fpr <= 0.01)
    return _draw(
        "detection",
        {
            # A log axis has no 0: what lies below the chart ends at its edge.
            "curve": [
                {"fpr": p.fpr, "tpr": p.tpr, "low": max(p.low, floor), "high": max(p.high, floor)}
                for p in report.curve
                if p.fpr >= floor
            ],
            "guessing": [
                {"fpr": floor, "tpr": floor, "label": None},
                {"fpr": 0.2, "tpr": 0.2, "label": _("guessing")},
                {"fpr": 1, "tpr": 1, "label": None},
            ],
            "finest": [
                {"at": finest, "label": _("1 of {n_nonmembers} non-members").format(n_nonmembers=count(n_nonmembers))}
            ]
            if finest
            else [],
            "limit": [
                {
                    "fpr": 0.01,
                    "tpr": limit,
                    "label": _("limit {limit} at 1 %").format(limit=percent(limit)),
                    "side": "left" if is_under else "right",
                }
            ],
        },
        {"floor": floor},
        _(
            "Members found against false names by the strongest attack, logarithmic; the table below has the "
            "same numbers."
        ),
    )


def controls(report: AuditReport) -> Markup | None:
    """The controls and this release as bars from guessing; the planted leaks as bars from nothing."""
    tested: list[tuple[str, str, Measured]] = [
        (words.CONTROLS[name][0], "control", control.auc) for name, control in named_controls(report)
    ]
    if report.worst:
        tested.append((_("This release"), "release", report.worst.auc))
    bars: list[dict[str, float | str | None]] = [
        {"control": name, "role": role, "start": 0.5, "auc": auc.value, "low": auc.low, "high": auc.high}
        for name, role, auc in tested
        if isinstance(auc, Estimate)
    ]
    planted: list[dict[str, float | str | None]] = [
        {"leak": planted_label(leak), "kind": leak.kind,
         "rate": leak.found / leak.of, "label": _("{found} of {of}").format(found=leak.found, of=leak.of)}
        for leak in planted_by_share(report) if leak.of
    ]  # fmt: skip
    if not bars and not planted:
        return None
    low_end, high_end = _axis([bar[end] for bar in bars for end in ("low", "high")], 0.45, 0.65)
    return _draw(
        "controls",
        {"bars": bars, "planted": planted, "guessing": [{"at": 0.5}], "needed": [{"at": 0.8}]},
        {"low_end": low_end, "high_end": high_end},
        _("Controls, this release, and planted leaks as bars; the tables below have the same numbers."),
        panels=[bool(bars), bool(planted)],
    )


def privacy_and_quality(reports: Mapping[int, AuditReport]) -> Markup | None:
    """Members found, with 95 % intervals, against likeness to train; releases by their number, those that have both."""
    points: list[dict[str, float | str | None]] = [
        {"number": str(number), "quality": 100 * report.utility.marginals.release, "found": 1000 * found.value,
         "low": 1000 * found.low, "high": 1000 * found.high, "outcome": report.outcome,
         "side": "left" if number % 2 else "right"}
        for number, report in reports.items()
        if report.utility and report.worst and figures_told(report)
        and isinstance(found := report.worst.tpr_at_fpr, Estimate)
    ]  # fmt: skip
    if len(points) < 2:
        return None
    limits = {1000 * report.policy.tpr_at_fpr for report in reports.values()}
    likeness = [float(point["quality"] or 0) for point in points]
    top = max([*limits, *(float(point["high"] or 0) for point in points)])
    return _draw(
        "compare",
        {"points": points, "limits": [{"at": limit} for limit in sorted(limits)]},
        {
            "least": max(0.0, int(min(likeness)) - 2.0),
            "most": min(100.0, int(max(likeness)) + 3.0),
            "top": min(1000.0, 1.1 * top),
        },
        _("Members found against likeness to train, {n} releases; the tables have the same numbers.").format(
            n=len(points)
        ),
    )


def named_controls(report: AuditReport) -> list[tuple[str, Control]]:
    """The controls that are audits, in the order of the page."""
    controls = report.controls
    if controls is None:
        return []
    named = [("a_a", controls.a_a), ("null", controls.null), ("blind_baseline", controls.blind_baseline)]
    return named if controls.stand_in is None else [*named, ("stand_in", controls.stand_in)]


def _axis(ends: Sequence[Any], *also: float) -> tuple[float, float]:
    """Ends of an AUC axis: everything drawn, rounded outwards to the next .05, so that no exact end shows."""
    low, high = min(*ends, *also), max(*ends, *also)
    return max(0.0, int(low * 20 - 0.2) / 20), min(1.0, int(high * 20 + 1.2) / 20)


def _draw(
    name: str,
    datasets: Mapping[str, Rows],
    params: Mapping[str, float],
    label: str,
    panels: Sequence[bool] | None = None,
) -> Markup:
    """Fill the spec ``name``, draw it, and return the clean SVG.

    The one place of the report where text becomes markup: the SVG holds only tags and attributes of two fixed
    lists, and every text in it was parsed and written again, escaped, by an XML library.
    """
    spec = chart_spec(name)
    _translate_titles(spec)
    spec["config"]["locale"] = {"number": marks().of_charts}
    spec["datasets"] = {key: list(rows) for key, rows in datasets.items()}
    spec["params"] = [{"name": key, "value": value} for key, value in params.items()]
    if panels is not None:
        spec["vconcat"] = [panel for panel, is_drawn in zip(spec["vconcat"], panels, strict=True) if is_drawn]
    return Markup(cleaned(drawn(spec), name, label))


_TITLES = (
    N_("AUC: telling members from non-members"),
    N_("Members found"),
    N_("Non-members wrongly named"),
    N_("Planted leaks: how often found"),
    N_("Plantings found"),
    N_("Two groups told apart (a coin: 0.5)"),
    N_("Likeness to train (100: as train)"),
    N_("Members found of 1,000"),
)
"""What the specs have written at their axes and panels."""


def _translate_titles(spec: Any) -> None:
    """Look up every title that the spec holds, wherever in it."""
    if isinstance(spec, list):
        for part in spec:
            _translate_titles(part)
    elif isinstance(spec, dict):
        for key, part in spec.items():
            if key == "title" and part in _TITLES:
                spec[key] = _(part)
            else:
                _translate_titles(part)


def cleaned(svg: str, chart: str, label: str) -> str:
    """Keep what is on the lists, round coordinates, and give ids that do not count up from chart to chart."""
    root = ElementTree.fromstring(svg)
    ids: dict[str, str] = {}
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        if element.tag not in _TAGS:
            raise AssertionError(f"a chart may not hold <{element.tag}>")
        element.attrib = {
            key: _attribute(value, chart, ids) if key != "id" else _own_id(value, chart, ids)
            for key, value in element.attrib.items()
            if key in _ATTRIBUTES
        }
    root.attrib |= {"class": "chart", "role": "img", "aria-label": label}
    return ElementTree.tostring(root, encoding="unicode")


def _own_id(value: str, chart: str, ids: dict[str, str]) -> str:
    return ids.setdefault(value, f"{chart}-{len(ids) + 1}")


def _attribute(value: str, chart: str, ids: dict[str, str]) -> str:
    value = re.sub(r"url\(#([^)]*)\)", lambda match: f"url(#{_own_id(match[1], chart, ids)})", value)
    return re.sub(r"-?\d+\.\d{2,}(e-?\d+)?", lambda match: f"{float(match[0]):.1f}".removesuffix(".0"), value)

"""The tables of the power bench in Markdown, and the required figures beside what was measured."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from power.cache import Result
from power.releases import RELEASES
from power.tables import TABLES, Sample

OURS = "synthaudit"
FIXED = "linkage_sum/cells"
"""The one attack that is shown without being chosen."""
MARGIN = 0.005
RATIO = 1.5
SATURATED = "copies_100"
"""The release on which every attacker reaches 1."""
REQUIRED_ON_RAND = (
    ("cart", "label-free", 0.69, 0.08),
    ("cart", "stack", 0.73, 0.12),
    ("cart", "shadow_stack", 0.75, 0.14),
    ("smote", "label-free", 0.76, 0.15),
    ("smote", "stack", 0.80, 0.18),
    ("marginals", "stack", 0.57, 0.0),
    ("copies_10", "label-free", 0.0, 0.10),
)
"""Release, attacker, least AUC, least TPR at 1 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one attacker found in one release of one split."""

    table: str
    split: int
    release: str
    who: str
    result: Result


class Pair(NamedTuple):
    """AUC and TPR at 1 % FPR."""

    auc: float
    tpr: float

    def __str__(self) -> str:
        return f"{self.auc:.3f} / {self.tpr:.3f}"


Figures = dict[tuple[str, str, str], Pair]
"""By release, kind and attack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A required figure beside the measured one."""

    what: str
    measured: str
    required: str
    met: bool

    def __str__(self) -> str:
        return f"| {self.what} | {self.measured} | {self.required}{'' if self.met else ', MISSED'} |"


def long_table(rows: Iterable[Row]) -> pd.DataFrame:
    """One line per table, split, release, kind of attacker (label-free, learned, peer) and attack."""
    lines = [
        {
            "table": row.table,
            "split": row.split,
            "release": row.release,
            "kind": "peer" if row.who != OURS else kind,
            "attack": attack,
            "auc": found["auc"],
            "tpr": found["tpr"],
            "seconds": found["seconds"],
        }
        for row in rows
        for kind, results in (("label-free", row.result["attacks"]), ("learned", row.result.get("learned", {})))
        for attack, found in results.items()
    ]
    columns = ["table", "split", "release", "kind", "attack", "auc", "tpr", "seconds"]
    return pd.DataFrame(lines, columns=columns)


def means(lines: pd.DataFrame) -> Figures:
    """Mean over splits, then over tables, by (release, kind, attack); only attacks that ran on all of the tables."""
    n_tables = lines.groupby("release")["table"].nunique().to_dict()
    by_table = lines.groupby(["release", "kind", "attack", "table"])[["auc", "tpr"]].mean().reset_index()
    return {
        (str(release), str(kind), str(attack)): Pair(auc=float(here["auc"].mean()), tpr=float(here["tpr"].mean()))
        for (release, kind, attack), here in by_table.groupby(["release", "kind", "attack"])
        if len(here) == n_tables[release]
    }


def of_kind(found: Figures, release: str, kind: str) -> dict[str, Pair]:
    """What the attacks of one kind reach on one release."""
    return {attack: pair for (name, own, attack), pair in found.items() if (name, own) == (release, kind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The best of several attacks on one release; AUC and TPR are each picked with hindsight."""

    pair: Pair
    attack: str
    """The one with the best AUC."""

    def __str__(self) -> str:
        return f"{self.pair} ({self.attack})"


def best(found: Figures, release: str, kind: str) -> Best | None:
    """With hindsight; None where nobody of this kind ran."""
    here = of_kind(found, release, kind)
    if not here:
        return None
    pair = Pair(auc=max(p.auc for p in here.values()), tpr=max(p.tpr for p in here.values()))
    return Best(pair=pair, attack=max(here, key=lambda attack: here[attack].auc))


def chosen_elsewhere(lines: pd.DataFrame, release: str) -> Pair | None:
    """The label-free attack that is best on the other splits of this release: no hindsight. None with one split."""
    here = lines[(lines["release"] == release) & (lines["kind"] == "label-free")]
    if here["split"].nunique() < 2:
        return None
    pairs = []
    for split in here["split"].unique():
        others = of_kind(means(here[here["split"] != split]), release, "label-free")
        own = of_kind(means(here[here["split"] == split]), release, "label-free")
        by_auc = max(own, key=lambda attack: others[attack].auc if attack in others else 0.0)
        by_tpr = max(own, key=lambda attack: others[attack].tpr if attack in others else 0.0)
        pairs.append(Pair(auc=own[by_auc].auc, tpr=own[by_tpr].tpr))
    return Pair(auc=float(np.mean([p.auc for p in pairs])), tpr=float(np.mean([p.tpr for p in pairs])))


def checks(lines: pd.DataFrame) -> list[Check]:
    """Every required figure that was measured."""
    found, made = means(lines), []
    leaky = [name for name, release in RELEASES.items() if release.truth == "leaks"]
    both = {name: (best(found, name, "label-free"), best(found, name, "peer")) for name in leaky}
    met_both = {name: (own, peer) for name, (own, peer) in both.items() if own is not None and peer is not None}
    for name, (own, peer) in met_both.items():
        made.append(
            Check(
                what=f"{RELEASES[name].label}: AUC of the label-free best",
                measured=f"{own.pair.auc:.3f} ({own.attack})",
                required=f"at least {peer.pair.auc:.3f} ({peer.attack}) less {MARGIN}",
                met=round(own.pair.auc - peer.pair.auc + MARGIN, 9) >= 0,
            )
        )
    if met_both:
        made.append(_ratio(found, {name: own for name, (own, _) in met_both.items()}))
    return made + _on_rand(lines[lines["table"] == "rand"])


def _ratio(found: Figures, own: Mapping[str, Best]) -> Check:
    """Mean TPR of the label-free best over releases, in units of the one peer's score with the highest mean."""
    ratio, measured = _times_the_best_peer(found, own)
    met = round(ratio, 9) >= RATIO
    rest = {name: one for name, one in own.items() if name != SATURATED}
    if 0 < len(rest) < len(own):
        measured += f"; {_times_the_best_peer(found, rest)[1]} without {RELEASES[SATURATED].label}"
    what = f"mean TPR at 1 % FPR over {len(own)} releases that leak, in units of the best peer's"
    return Check(what=what, measured=measured, required=f"at least {RATIO}", met=met)


def _times_the_best_peer(found: Figures, own: Mapping[str, Best]) -> tuple[float, str]:
    mean = float(np.mean([one.pair.tpr for one in own.values()]))
    reached: dict[str, list[float]] = {}
    for name in own:
        for attack, pair in of_kind(found, name, "peer").items():
            reached.setdefault(attack, []).append(pair.tpr)
    complete = {attack: tprs for attack, tprs in reached.items() if len(tprs) == len(own)}
    peers = {attack: float(np.mean(tprs)) for attack, tprs in (complete or reached).items()}
    strongest = max(peers, key=lambda attack: peers[attack])
    ratio = mean / max(peers[strongest], 1e-9)
    return ratio, f"{ratio:.2f} ({mean:.3f} against {peers[strongest]:.3f}, {strongest})"


def _on_rand(lines: pd.DataFrame) -> list[Check]:
    found, made = means(lines), []
    for release, who, auc, tpr in REQUIRED_ON_RAND:
        own = best(found, release, who)
        pair = found.get((release, "learned", who)) if own is None else own.pair
        if pair is not None:
            what = f"rand, {RELEASES[release].label}: {who.replace('_', ' ')}, AUC / TPR"
            required = Pair(auc=auc, tpr=tpr)
            met = pair.auc >= auc and pair.tpr >= tpr
            made.append(Check(what=what, measured=str(pair), required=f"at least {required}", met=met))
    return made


def markdown(rows: Sequence[Row], notes: Sequence[str], *, samples: Sequence[Sample]) -> tuple[str, list[str]]:
    """The document, and the lines of the required figures that were missed."""
    lines = long_table(rows)
    required = checks(lines)
    splits = ", ".join(str(split) for split in sorted({one.split for one in samples}))
    sizes = ", ".join(f"{name} {len(one.train):,}" for name, one in {one.table: one for one in samples}.items())
    text = [
        "# Power",
        "",
        "`make bench-power`; what is measured, and how to read it: `docs/power.md`. AUC / TPR at 1 % FPR, means over",
        "tables and splits.",
        "",
        *machine(),
        f"- splits {splits}; rows of train, holdout and reference each: {sizes}",
        "",
        "## Required figures",
        "",
        "| Figure | Measured | Required |",
        "| --- | --- | --- |",
        *map(str, required),
        "",
        f"## All {lines['table'].nunique()} tables",
        "",
        *_releases(rows, lines),
    ]
    for table in (name for name in TABLES if name in set(lines["table"])):
        here = [row for row in rows if row.table == table]
        text += ["", f"## {table}", "", *_releases(here, lines[lines["table"] == table])]
    text += ["", "## Attacks", "", *_attacks(rows, lines), "", "## What peers say", "", *_headlines(rows)]
    silent = sorted({gap for row in rows for gap in row.result.get("not_run", [])})
    if notes or silent:
        text += ["", "## Not measured", "", *(f"- {note}" for note in (*notes, *silent))]
    return "\n".join([*text, ""]), [str(check) for check in required if not check.met]


def machine() -> list[str]:
    """What the figures were measured on."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return [
        f"- processor: {models[0] if models else platform.machine()}, {os.cpu_count()} cores, one thread per attacker",
        f"- memory: {memory:.1f} GB",
        f"- Python {platform.python_version()}, numpy {np.__version__}",
    ]


def _releases(rows: Sequence[Row], lines: pd.DataFrame) -> list[str]:
    found, measured = means(lines), set(lines["release"])
    columns = ["release", "truth", "best peer", "label-free best", "chosen on other splits", "`linkage_sum`", "stack"]
    text = ["| " + " | ".join([*columns, "shadow stack", "detected"]) + " |", "| --- " * 4 + "| ---: " * 5 + "|"]
    for name in (name for name in RELEASES if name in measured):
        cells = [
            RELEASES[name].label,
            RELEASES[name].truth,
            best(found, name, "peer"),
            best(found, name, "label-free"),
            chosen_elsewhere(lines, name),
            found.get((name, "label-free", FIXED)),
            found.get((name, "learned", "stack")),
            found.get((name, "learned", "shadow_stack")),
        ]
        decided = [row.result["decision"]["detected"] for row in rows if row.who == OURS and row.release == name]
        shown = ["" if cell is None else str(cell) for cell in cells]
        text.append("| " + " | ".join([*shown, f"{sum(decided)} of {len(decided)}"]) + " |")
    return text


def _attacks(rows: Sequence[Row], lines: pd.DataFrame) -> list[str]:
    largest = next(name for name in TABLES if name in set(lines["table"]))
    seconds = lines[lines["table"] == largest].groupby("attack")["seconds"].median().to_dict()
    ours = [row.result for row in rows if row.who == OURS and row.table == largest]
    strong, null = (_over(means(lines), truth) for truth in ("leaks", "none"))
    text = [
        f"Mean over the releases that leak, over those that cannot, and median seconds on {largest}, one thread. Our",
        f"label-free attacks share {np.median([one['seconds_shared'] for one in ours]):.1f} s for encoding, neighbours",
        f"and agreement; all of them together take {np.median([one['seconds'] for one in ours]):.1f} s.",
        "",
        "| attack | kind | leaks | no leak | seconds |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for (kind, attack), pair in sorted(strong.items(), key=lambda item: -item[1].auc):
        took = f"{seconds[attack]:.2g}" if attack in seconds else ""
        text.append(f"| `{attack}` | {kind} | {pair} | {null.get((kind, attack), '')} | {took} |")
    return text


def _over(found: Figures, truth: str) -> dict[tuple[str, str], Pair]:
    """Mean over the releases of one truth, by kind and attack; only attacks that ran on all of them."""
    names = {name for name, _, _ in found if RELEASES[name].truth == truth}
    pairs: dict[tuple[str, str], list[Pair]] = {}
    for (name, kind, attack), pair in found.items():
        if name in names:
            pairs.setdefault((kind, attack), []).append(pair)
    return {
        who: Pair(auc=float(np.mean([p.auc for p in several])), tpr=float(np.mean([p.tpr for p in several])))
        for who, several in pairs.items()
        if len(several) == len(names)
    }


def _headlines(rows: Sequence[Row]) -> list[str]:
    said = pd.DataFrame(
        [
            {"release": row.release, "peer": f"{row.who}: {row.result['headline']['name']}", **row.result["headline"]}
            for row in rows
            if row.who != OURS
        ],
        columns=["release", "peer", "value", "seconds"],
    )
    peers = sorted(said["peer"].unique())
    text = [
        "The figure that a user of the package reads, with the training and the holdout table at hand: mean (smallest",
        "to largest) over tables and splits. Those of SDMetrics and Anonymeter are from at most 500 rows a table.",
        "",
        "| release | truth | " + " | ".join(peers) + " |",
        "| --- | --- |" + " ---: |" * len(peers),
    ]
    for name, release in RELEASES.items():
        here = said[said["release"] == name]
        if not len(here):
            continue
        values: Mapping[str, pd.Series] = {str(peer): group["value"] for peer, group in here.groupby("peer")}
        cells = [_spread(values[peer]) if peer in values else "" for peer in peers]
        text.append(f"| {release.label} | {release.truth} | " + " | ".join(cells) + " |")
    took = said.groupby("peer")["seconds"].median()
    return [*text, "", "Median seconds: " + "; ".join(f"{peer} {took[peer]:.1f}" for peer in peers) + "."]


def _spread(values: pd.Series) -> str:
    return f"{values.mean():.3f} ({values.min():.3f} to {values.max():.3f})"

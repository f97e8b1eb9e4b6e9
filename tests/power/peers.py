"""What other packages say of a release: runs inside ``.venv-peers/PEER``, with that package and without synthaudit.

``python peers.py PEER JOB.json`` writes one line of JSON per release: the package's own headline figure, and scores of
all candidates, training rows first, from its own distance or classifier (higher = more likely a member).
"""

import contextlib
import importlib
import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Kinds = dict[str, str]
Tables = dict[str, pd.DataFrame]
Timed = tuple[Any, float]
Headline = tuple[str, float]
SHOWN = 500
"""Rows of each table for a headline that takes minutes otherwise."""
MEETING = 10
"""Neighbours among which the two halves of a record may meet."""


def main(peer: str, job: str) -> None:
    """Score every release of the job."""
    asked = json.loads(Path(job).read_text(encoding="utf-8"))
    kinds: Kinds = asked["kinds"]
    types = {name: "float64" if kind == "numeric" else "str" for name, kind in kinds.items()}

    def read(path: str) -> pd.DataFrame:
        table = pd.read_csv(path, dtype=types, keep_default_na=False, na_values=[""])
        return table.astype({name: object for name, kind in kinds.items() if kind != "numeric"})

    fixed = {name: read(asked[name]) for name in ("train", "holdout", "reference")}
    answers, sys.stdout = sys.stdout, sys.stderr  # some of them print
    ask = {"sdmetrics": sdmetrics, "anonymeter": anonymeter, "syntheval": syntheval, "mostlyai-qa": mostlyai_qa}[peer]
    for number, (name, path) in enumerate(asked["releases"].items()):
        tables = {**fixed, "release": read(path)}
        if not number:
            # The first call compiles and loads; nobody's seconds should hold that.
            with contextlib.suppress(Exception):
                ask({role: table[:50].copy() for role, table in tables.items()}, kinds)
        np.random.seed(asked["seed"])  # noqa: NPY002  these packages draw from the global state
        try:
            scores, headline = ask({role: table.copy() for role, table in tables.items()}, kinds)
            if not all(np.isfinite(score).all() for score, _ in scores.values()):
                raise ValueError("it gave scores that are not finite numbers")
        except Exception as error:
            print(json.dumps({"release": name, "error": repr(error)[:200]}), file=answers, flush=True)
            continue
        said = {
            "release": name,
            "scores": {attack: np.asarray(score, dtype=float).tolist() for attack, (score, _) in scores.items()},
            "seconds": {attack: seconds for attack, (_, seconds) in scores.items()},
            "headline": {"name": headline[0][0], "value": headline[0][1], "seconds": headline[1]},
        }
        print(json.dumps(said), file=answers, flush=True)


def timed(work: Callable[[], Any]) -> Timed:
    """The result and the seconds it took."""
    began = time.perf_counter()
    return work(), round(time.perf_counter() - began, 3)


def candidates(tables: Tables) -> pd.DataFrame:
    """Training rows, then holdout rows."""
    return pd.concat([tables["train"], tables["holdout"]], ignore_index=True)


def sdmetrics(tables: Tables, kinds: Kinds) -> tuple[dict[str, Timed], Timed]:
    """SDMetrics: its distance to the closest record, and DCROverfittingProtection."""
    privacy = importlib.import_module("sdmetrics.single_table.privacy.dcr_utils")
    protection = importlib.import_module("sdmetrics.single_table").DCROverfittingProtection
    columns = {name: {"sdtype": "numerical" if kind == "numeric" else "categorical"} for name, kind in kinds.items()}
    release, people = tables["release"], candidates(tables)
    scores = {"dcr": timed(lambda: -privacy.calculate_dcr(people, release, {"columns": columns}))}
    rows = min(SHOWN, *map(len, tables.values()))

    def headline() -> Headline:
        found = protection.compute(
            tables["train"], release, tables["holdout"], {"columns": columns}, None, num_rows_subsample=rows
        )
        return "DCR overfitting protection", float(found)

    return scores, timed(headline)


def anonymeter(tables: Tables, kinds: Kinds) -> tuple[dict[str, Timed], Timed]:
    """Anonymeter: its mixed-type distance, how soon the halves of a record meet, and the linkability risk."""
    neighbours = importlib.import_module("anonymeter.neighbors.mixed_types_kneighbors").MixedTypeKNeighbors
    evaluators = importlib.import_module("anonymeter.evaluators")
    release, people = tables["release"], candidates(tables)
    halves = (list(kinds)[::2], list(kinds)[1::2])

    def nearest(columns: list[str], k: int) -> tuple[np.ndarray, np.ndarray]:
        search = neighbours(n_neighbors=k, n_jobs=1).fit(release[columns])
        found: tuple[np.ndarray, np.ndarray] = search.kneighbors(people[columns], return_distance=True)
        return found

    def meeting() -> np.ndarray:
        one, other = (nearest(half, MEETING)[1] for half in halves)
        # The smallest k at which both halves hold a common row among their k nearest.
        place = np.arange(1, MEETING + 1)
        rank = np.maximum(place[:, None], place[None, :])
        same = one[:, :, None] == other[:, None, :]
        soonest: np.ndarray = np.where(same, rank, MEETING + 1).min(axis=(1, 2))
        return -soonest

    def headline() -> Headline:
        attacks = min(SHOWN, len(tables["train"]), len(tables["holdout"]))
        evaluator = evaluators.LinkabilityEvaluator(
            ori=tables["train"],
            syn=release,
            control=tables["holdout"],
            n_attacks=attacks,
            aux_cols=halves,
            n_neighbors=5,
        )
        risk = evaluator.evaluate(n_jobs=1).risk()
        return "linkability risk beyond the control", float(risk.value)

    scores = {"distance": timed(lambda: -nearest(list(kinds), 1)[0][:, 0]), "linkability": timed(meeting)}
    return scores, timed(headline)


def syntheval(tables: Tables, kinds: Kinds) -> tuple[dict[str, Timed], Timed]:
    """SynthEval: its Gower distance, its membership classifier (release against other rows), and that one's F1."""
    distance = importlib.import_module("syntheval.utils.nn_distance")._knn_distance
    metric = importlib.import_module("syntheval.metrics.privacy.metric_MIA_classification").MIAClassifier
    classifier = importlib.import_module("lightgbm").LGBMClassifier
    release, people = tables["release"], candidates(tables)
    categories = [name for name, kind in kinds.items() if kind != "numeric"]
    numbers = [name for name in kinds if name not in categories]

    def votes() -> np.ndarray:
        both = pd.concat([release, tables["reference"], people], ignore_index=True)
        hot = pd.get_dummies(both, columns=categories, drop_first=True)
        hot.columns = [f"x{i}" for i in range(hot.shape[1])]
        n, m = len(release), len(release) + len(tables["reference"])
        model = classifier(verbosity=-1, n_jobs=1).fit(hot[:m], np.arange(m) < n)
        share: np.ndarray = model.predict_proba(hot[m:])[:, 1]
        return share

    def headline() -> Headline:
        asked = {"cat_cols": categories, "num_cols": numbers, "do_preprocessing": True, "verbose": False}
        found = metric(tables["train"], release, tables["holdout"], **asked, plot_figures=False).evaluate()
        return "macro F1 of its membership classifier", float(found["MIA macro F1"])

    scores = {"gower": timed(lambda: -distance(people, release, categories, 1)[0]), "mia": timed(votes)}
    return scores, timed(headline)


def mostlyai_qa(tables: Tables, kinds: Kinds) -> tuple[dict[str, Timed], Timed]:
    """mostlyai-qa: distances between its embeddings, and its DCR share."""
    encode = importlib.import_module("mostlyai.qa._embeddings").encode_data
    distances = importlib.import_module("mostlyai.qa._distances")
    (release, train, holdout), seconds = timed(lambda: encode(tables["release"], tables["train"], tables["holdout"]))
    (dcr, nndr), searching = timed(lambda: distances.calculate_dcrs_nndrs(release, np.vstack([train, holdout])))

    def headline() -> Headline:
        rows = min(len(release), len(train), len(holdout))
        found = distances.calculate_distances(
            syn_embeds=release[:rows], trn_embeds=train[:rows], hol_embeds=holdout[:rows]
        )
        return "DCR share", float(distances.calculate_dcr_share(found["dcr_syn_trn"], found["dcr_syn_hol"]))

    total = round(seconds + searching, 3)
    return {"dcr": (-dcr, total), "nndr": (-nndr, total)}, timed(headline)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*sys.argv[1:])

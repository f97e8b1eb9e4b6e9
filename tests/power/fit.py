"""Fit a generator of another package and draw a release: runs inside ``.venv-peers/generators``, with its packages.

``python fit.py REQUEST.json``: reads ``train``, a CSV file, writes ``release``, another; settings, column kinds,
public domain, number of rows and seed stand in the request.
"""

import importlib
import json
import random
import sys
import tempfile
from collections.abc import Callable
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def main(path: str) -> None:
    """Read the request, fit, draw, write."""
    request = json.loads(Path(path).read_text(encoding="utf-8"))
    kinds, seed = request["kinds"], int(request["seed"])
    types = {name: "float64" if kind == "numeric" else "str" for name, kind in kinds.items()}
    train = pd.read_csv(request["train"], dtype=types, keep_default_na=False, na_values=[""])
    settings = dict(request["settings"])
    known: dict[str, Callable[..., pd.DataFrame]] = {"sdv": sdv, "arf": arf, "privbayes": privbayes}
    fit = known[settings.pop("library")]
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  these libraries draw from the global state
    release = fit(train, request["rows"], seed, kinds, request["domain"], **settings)
    release[list(kinds)].to_csv(request["release"], index=False)


def sdv(
    train: pd.DataFrame,
    rows: int,
    seed: int,
    kinds: dict[str, str],
    domain: dict[str, Any],
    *,
    model: str,
    **settings: Any,
) -> pd.DataFrame:
    """A synthesizer of SDV; its networks are trained from ``seed``, and so are the rows drawn."""
    importlib.import_module("torch").manual_seed(seed)
    columns = {name: {"sdtype": "numerical" if kind == "numeric" else "categorical"} for name, kind in kinds.items()}
    metadata = importlib.import_module("sdv.metadata").Metadata.load_from_dict(
        {"METADATA_SPEC_VERSION": "V2", "relationships": [], "tables": {"table": {"columns": columns}}}
    )
    synthesizer = getattr(importlib.import_module("sdv.single_table"), model)(metadata, **settings)
    synthesizer.fit({"table": train})
    synthesizer._set_random_state(seed)
    release: pd.DataFrame = synthesizer.sample(num_rows=rows)["table"]
    return release


def arf(
    train: pd.DataFrame, rows: int, seed: int, kinds: dict[str, str], domain: dict[str, Any], **settings: Any
) -> pd.DataFrame:
    """Adversarial random forest (Watson, Blesch, Kapar and Wright 2023), package arfpy."""
    categories = [name for name, kind in kinds.items() if kind != "numeric"]
    table = train.astype(dict.fromkeys(categories, "category"))
    # arfpy 0.1.1 asks for a name that numpy 2.4 left out.
    vars(np)["in1d"] = np.isin
    forest = importlib.import_module("arfpy.arf").arf(x=table, verbose=False, random_state=seed, **settings)
    forest.forde()
    release: pd.DataFrame = forest.forge(n=rows)
    return release


def privbayes(
    train: pd.DataFrame, rows: int, seed: int, kinds: dict[str, str], domain: dict[str, Any], *, epsilon: float, k: int
) -> pd.DataFrame:
    """PrivBayes (Zhang et al. 2017) as in DataSynthesizer: a noisy Bayesian network over bins of a public domain."""
    describer = importlib.import_module("DataSynthesizer.DataDescriber").DataDescriber(histogram_bins=20)
    generator = importlib.import_module("DataSynthesizer.DataGenerator").DataGenerator()
    # It would start one process per core.
    vars(importlib.import_module("DataSynthesizer.lib.PrivBayes"))["Pool"] = lambda: ThreadPool(1)
    whole = {name: bool((train[name] % 1 == 0).all()) for name, kind in kinds.items() if kind == "numeric"}
    with tempfile.TemporaryDirectory() as folder:
        data, levels, description = (str(Path(folder) / name) for name in ("train.csv", "levels.json", "model.json"))
        integers = {name: "int64" for name, integer in whole.items() if integer}
        # Levels such as "0" and "1" would be read as numbers.
        text = {name: "level " + train[name] for name in kinds if name not in whole}
        train.assign(**text).astype(integers).to_csv(data, index=False)
        public = {name: [f"level {level}" for level in domain[name]] for name in text}
        Path(levels).write_text(json.dumps(public), encoding="utf-8")
        describer.describe_dataset_in_correlated_attribute_mode(
            data,
            k=k,
            epsilon=epsilon,
            attribute_to_datatype={
                name: ("Integer" if whole[name] else "Float") if name in whole else "String" for name in kinds
            },
            attribute_to_is_categorical={name: name not in whole for name in kinds},
            attribute_to_is_candidate_key=dict.fromkeys(kinds, False),
            categorical_attribute_domain_file=levels,
            numerical_attribute_ranges={name: domain[name] for name in whole},
            seed=seed,
        )
        describer.save_dataset_description_to_file(description)
        generator.generate_dataset_in_correlated_attribute_mode(rows, description, seed=seed)
    release: pd.DataFrame = generator.synthetic_dataset
    return release.assign(**{name: release[name].str.removeprefix("level ") for name in text})


if __name__ == "__main__":
    main(sys.argv[1])

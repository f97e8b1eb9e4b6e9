"""The golden audits: what is asked of the command line, one function a case."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from golden.tables import near_copies, people, renumbered, write

AUDIT = ("audit", "--train", "tables/train.csv")
PAIR = (*AUDIT, "--holdout", "tables/holdout.csv")
VISITS = ("--train", "tables/visits-train.csv", "--holdout", "tables/visits-holdout.csv")


class Session(Protocol):
    """A folder with the shared tables under ``tables/``, where commands are run and recorded."""

    @property
    def folder(self) -> Path:
        """Where commands are run; every path on a command line counts from here."""

    def command(self, name: str, *arguments: str) -> None:
        """Run and record a command under this name; ``OUT`` stands for an output folder of its own."""


def demo(session: Session) -> None:
    """A real table, three releases: pass, fail, fail; families with several rows."""
    session.command("demo", "demo", "-o", "OUT", "--quiet")


def quick(session: Session) -> None:
    """Near copies under the cheap attacks."""
    release = ("--synthetic", "tables/near.csv")
    session.command("near", *PAIR, *release, "--profile", "quick", "--policy", "public", "-o", "OUT")


def itself(session: Session) -> None:
    """The training table as a release, and overlapping real tables let through."""
    run = ("--synthetic", "tables/itself.csv", "--profile", "quick", "-o", "OUT")
    session.command("itself", *AUDIT, "--holdout", "tables/many.csv", *run)


def leak_free(session: Session) -> None:
    """Strangers drawn twice, with a reference of the attacker's own, under every attack that needs no shadows."""
    more = ("--reference", "tables/reference.csv", "--policy", "internal", "--seed", "3")
    session.command("resampled", *PAIR, "--synthetic", "tables/resampled.csv", *more, "-o", "OUT")


CONFIG = """\
version = 1
[data]
train = "../tables/visits-train.csv"
holdout = "../tables/visits-holdout.csv"
synthetic = "../tables/visits-copies.csv"
entity = "patient"
columns = ["age", "weight", "income", "score", "region", "job", "since", "diagnosis"]
[columns.region]
kind = "categorical"
quasi_identifier = true
[columns.diagnosis]
sensitive = true
[vendor]
name = "Vendor <A>"
release = "2024-11"
[run]
profile = "standard"
seed = 5
[policy]
use = "hospital.toml"
"""
POLICY = """\
name = "hospital"
auc = 0.62
"tpr_at_fpr_0.01" = 0.06
copies_excess = 0.002
exposed_allowed = true
source = "data protection board of the hospital"
attribute_excess = 0.08
"""


def config(session: Session) -> None:
    """People with several rows, a sensitive column, columns chosen, limits of one's own: all from a file."""
    folder = session.folder / "config"
    folder.mkdir()
    (folder / "audit.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "hospital.toml").write_text(POLICY, encoding="utf-8")
    session.command("visits", "audit", "--config", "config/audit.toml", "-o", "OUT")


def entity(session: Session) -> None:
    """People with several rows from flags, and a release that knows none of them."""
    release = ("--synthetic", "tables/visits-fresh.csv", "--entity", "patient")
    session.command("fresh", "audit", *VISITS, *release, "--profile", "quick", "--policy", "internal", "-o", "OUT")


CLAIM = """\
version = 1
[vendor]
name = "Vendor B"
claims = { dp_epsilon = 0.1, dp_delta = 1e-6, unit = "row", relation = "RELATION" }
"""


def _sealed(session: Session, design: str, relation: str, *more: str) -> None:
    session.command("split", "split", "tables/source.csv", "--out", f"sealed-{design}", f"--{design}", *more)
    (session.folder / f"{design}.toml").write_text(CLAIM.replace("RELATION", relation), encoding="utf-8")
    train = pd.read_csv(session.folder / f"sealed-{design}" / "train.csv")
    release = renumbered(near_copies(train, people(len(train), 21), 0.8, 22), 22)
    write(release, session.folder / f"release-{design}.csv")
    run = ("--synthetic", f"release-{design}.csv", "--config", f"{design}.toml", "--profile", "quick", "-o", "OUT")
    session.command("audit", "audit", "--manifest", f"sealed-{design}/manifest.json", *run)


def coins(session: Session) -> None:
    """Members drawn by coins, canaries among them, and a claim of differential privacy."""
    _sealed(session, "coins", "add_remove", "--canaries", "80")


def pairs(session: Session) -> None:
    """Members drawn by pairs, and a claim for replacing one."""
    _sealed(session, "pairs", "replace_one")


def releases(session: Session) -> None:
    """Two releases of one source."""
    both = ("--synthetic", "tables/copies.csv", "--synthetic", "tables/resampled.csv")
    session.command("both", *PAIR, *both, "--profile", "quick", "-o", "OUT")


def streamed(session: Session) -> None:
    """A release of more rows than are held, and more people than are attacked."""
    tables = ("--train", "tables/many.csv", "--holdout", "tables/many-others.csv", "--synthetic", "tables/large.csv")
    limits = ("--release-rows", "1000", "--candidates", "1000", "--profile", "quick")
    session.command("large", "audit", *tables, *limits, "-o", "OUT")


def without_holdout(session: Session) -> None:
    """Copies and hints alone; then halves of train under a generator of the kind."""
    session.command("copies", *AUDIT, "--synthetic", "tables/copies.csv", "--profile", "quick", "-o", "OUT")
    halves = ("--generator", "marginals", "--shadows", "4")
    session.command("halves", *AUDIT, "--synthetic", "tables/near.csv", *halves, "--profile", "quick", "-o", "OUT")


def deleted(session: Session) -> None:
    """People said to be deleted, whom the release knows; of another list three are in train."""
    release = ("--synthetic", "tables/knows-deleted.csv", "--profile", "quick", "-o", "OUT")
    session.command("known", *PAIR, *release, "--deleted", "tables/deleted.csv")
    session.command("without-holdout", *AUDIT, *release, "--deleted", "tables/deleted-in-train.csv")


def query(session: Session) -> None:
    """A member and a stranger, as JSON and as text."""
    tables = ("--train", "tables/train.csv", "--holdout", "tables/holdout.csv", "--synthetic", "tables/near.csv")
    session.command("member", "query", "--record", "tables/record.csv", *tables, "--json")
    session.command("stranger", "query", "--record", "tables/stranger.csv", *tables)


def batch(session: Session) -> None:
    """Two releases and a file that is none."""
    folder = session.folder / "batch"
    folder.mkdir()
    for name in ("fresh", "copies"):
        shutil.copy(session.folder / "tables" / f"{name}.csv", folder)
    (folder / "broken.csv").write_text("age,weight\n1,2,3\n4\n", encoding="utf-8")
    tables = ("--train", "tables/train.csv", "--holdout", "tables/holdout.csv")
    session.command("folder", "batch", "batch", *tables, "--profile", "quick", "-o", "OUT", "--quiet")


def attacks(session: Session) -> None:
    """Two attacks of the profile standard, by name."""
    chosen = ("--synthetic", "tables/near.csv", "--attacks", "dcr,log_dcr_ratio", "--profile", "quick")
    session.command("two", *PAIR, *chosen, "-o", "OUT")


def rejected(session: Session) -> None:
    """Inputs that cannot be audited: exit code 2 and the message."""
    lacking = people(50, 31).drop(columns=["job", "since"])
    write(lacking.assign(age=np.where(np.arange(50) == 7, "many", lacking["age"])), session.folder / "lacking.csv")
    session.command("columns", *PAIR, "--synthetic", "lacking.csv", "-o", "OUT")
    kept = ("--columns", "age,weight,income,score,region")
    session.command("cell", *PAIR, "--synthetic", "lacking.csv", *kept, "-o", "OUT")
    session.command("overlap", *AUDIT, "--holdout", "tables/train.csv", "--synthetic", "tables/fresh.csv", "-o", "OUT")


def shadows(session: Session) -> None:
    """Every attack, four shadows, and the attack on single records."""
    made = ("--synthetic", "tables/copies.csv", "--profile", "thorough", "--generator", "marginals", "--shadows", "4")
    session.command("copies", *PAIR, *made, "-o", "OUT")


def texts(session: Session) -> None:
    """What the other commands print."""
    session.command("explain", "explain")
    session.command("explain-one", "explain", "log_dcr_ratio")
    session.command("policies", "policy", "list")
    session.command("policy", "policy", "show", "partner")
    session.command("schema", "schema", "infer", "tables/visits-train.csv", "--entity", "patient")
    session.command("inputs", "check-inputs", *PAIR[1:], "--synthetic", "tables/near.csv")


# Those that take longest come first, so that they are not what everything waits for.
CASES: Mapping[str, Callable[[Session], None]] = {
    "demo": demo,
    "shadows": shadows,
    "leak-free": leak_free,
    "config": config,
    "batch": batch,
    "deleted": deleted,
    "streamed": streamed,
    "coins": coins,
    "pairs": pairs,
    "releases": releases,
    "without-holdout": without_holdout,
    "quick": quick,
    "itself": itself,
    "entity": entity,
    "query": query,
    "attacks": attacks,
    "texts": texts,
    "rejected": rejected,
}
QUICK = ("entity", "query", "attacks", "without-holdout", "rejected")
"""A few seconds each: those that the plain tests run."""

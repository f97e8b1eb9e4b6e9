"""Attacks of other packages: found, checked, run under the rules of our own, and never trusted."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tables import schema_of, three

from synthaudit.adapters.policy import load_policy, policies
from synthaudit.attacker.view import attacker
from synthaudit.attacks import ATTACKS
from synthaudit.attacks.plugins import PluginAttack, cut, plugin_attacks, plugin_versions, read_only
from synthaudit.cli.main import cli
from synthaudit.encoding import fit_cells, fit_space
from synthaudit.errors import InputError
from synthaudit.pipeline.suite import chosen_attacks, family, left_out, run_attacks
from synthaudit.settings import Settings
from synthaudit.types import Attack, AttackerView, Cells, ShadowScores

EXAMPLE = Path(__file__).parent / "example_plugin"
STANDARD = Settings(policy=load_policy("partner"), built_in=policies())
HEAD = """
import sys
import numpy as np
from synthaudit.types import About

class Attack:
    name, view, threat_model = "foreign", "cells", "reference"
    about = About(label="l", idea="i", sees="s", misses="m", cost="c", source="s")

    def score(self, candidates, view, rng):
        return np.zeros(len(candidates))
"""
LIAR = HEAD.replace("np.zeros(len(candidates))", "np.full(len(candidates), np.nan)")
Install = Callable[..., Path]


def distribution(folder: Path, source: str, *, name: str = "acme-attack", entry: str = "Attack") -> Path:
    """A distribution as an installer leaves it: one module, its metadata, its entry point."""
    module = f"{folder.parent.name}_{name}".replace("-", "_")
    info = folder / f"{name.replace('-', '_')}-0.7.dist-info"
    info.mkdir(parents=True)
    (folder / f"{module}.py").write_text(source)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.7\n")
    (info / "entry_points.txt").write_text(f"[synthaudit.attacks]\nacme = {module}:{entry}\n")
    return folder


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Put a distribution on the path of this process; ``install(source, name=..., entry=...)``."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def put(source: str, **named: str) -> Path:
        folder = distribution(tmp_path / named.get("name", "acme-attack"), source, **named)
        monkeypatch.syspath_prepend(folder)
        importlib.invalidate_caches()
        plugin_attacks.cache_clear()
        return folder

    yield put
    plugin_attacks.cache_clear()


@pytest.fixture(scope="module")
def ready() -> tuple[AttackerView, Cells]:
    """A release against 60 candidates, with shadows."""
    candidates, synthetic, reference = three((60, 50, 40), np.random.default_rng(0))
    schema = schema_of(candidates)
    encoder = fit_cells(schema, [candidates, reference], [synthetic])
    x, s, r = (encoder.encode(table) for table in (candidates, synthetic, reference))
    attacking = attacker(schema, fit_space(schema, x, s), x, r)
    included = np.eye(4, 60) > 0
    shadows = ShadowScores(
        base="b", target=np.zeros(60), shadow=np.zeros((4, 60)), included=included, ring=np.arange(4)
    )
    return attacking.look_at(s, {"b": shadows}), x


def run(attacks: Sequence[Attack], ready: tuple[AttackerView, Cells]):  # type: ignore[no-untyped-def]
    return run_attacks(attacks, *ready, np.random.default_rng(5), lambda *_: None)


def call(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-W", "ignore", "-m", "synthaudit", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example package, built and installed into a folder of its own, offline."""
    folder = tmp_path_factory.mktemp("example")
    shutil.copytree(EXAMPLE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    offline = ["--no-index", "--no-build-isolation", "--no-deps", "--no-compile", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", "--quiet", *offline, "--target", str(folder / "site")]
    done = subprocess.run([*command, str(folder / "source")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "site"


def test_an_installed_attack_is_part_of_the_audit(example: Path, tmp_path: Path) -> None:
    """Its AUC is 1 where the release is train itself, it counts in the family, the report shows it, and the evidence
    names its version; a second plug-in that gives no numbers is a gap that blocks a pass."""
    for role, table in zip(("train", "holdout"), three((150, 200), np.random.default_rng(0)), strict=True):
        table.to_csv(tmp_path / f"{role}.csv", index=False)
    tables = ["--train", tmp_path / "train.csv", "--holdout", tmp_path / "holdout.csv"]
    path = Path(f"{example}{os.pathsep}{distribution(tmp_path / 'liar', LIAR)}")
    done = call(path, "audit", *tables, "--synthetic", tmp_path / "train.csv", "-o", tmp_path / "out", "--jobs", 1)
    assert done.returncode == 1, done.stderr
    evidence = json.loads((tmp_path / "out" / "evidence.json").read_text())
    (finding,) = [f for f in evidence["findings"] if f["attack"] == "twin_distance"]
    assert finding["estimates"]["auc"]["value"] == 1.0
    assert finding["pvalue"] == 1 / 10_000
    assert evidence["decision"]["n_attacks"] == len([a for a in ATTACKS if a.threat_model != "shadow"]) + 1
    assert "Twin distance" in (tmp_path / "out" / "report.html").read_text()
    assert evidence["provenance"]["libraries"]["synthaudit-twin-distance"] == "1.2.3"
    (gap,) = [c for c in evidence["coverage"] if "acme-attack" in c["test"]]
    assert (gap["status"], gap["blocks_pass"]) == ("not_run", True)
    assert gap["test"] == "attack foreign of the plug-in acme-attack 0.7 on cells"
    assert gap["reason"] == "it gave scores that are not finite numbers"


@pytest.fixture
def twin(example: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PluginAttack]:
    """The example's attack, loaded in this process."""
    monkeypatch.syspath_prepend(example)
    plugin_attacks.cache_clear()
    (attack,) = plugin_attacks()
    yield attack
    plugin_attacks.cache_clear()


def test_an_installed_attack_explains_itself(twin: PluginAttack) -> None:
    """``explain`` lists it with the distribution it comes from, and prints what its author says of it."""
    listed = CliRunner().invoke(cli, ["explain"]).output.splitlines()
    (line,) = [line for line in listed if line.startswith(twin.name)]
    assert line.endswith("Most similar record, cell by cell (plug-in synthaudit-twin-distance 1.2.3)")
    told = " ".join(CliRunner().invoke(cli, ["explain", twin.name]).output.split())
    assert "sees Copies, also with some cells changed beyond recognition." in told
    assert told.endswith("in the profiles standard and thorough from plug-in synthaudit-twin-distance 1.2.3")


def test_the_example_counts_cells(twin: PluginAttack, ready: tuple[AttackerView, Cells]) -> None:
    """Minus the fewest differing cells, counted one by one."""
    view, candidates = ready
    rows = view.synthetic.codes
    by_hand = [min(sum(a != b for a, b in zip(x, s, strict=True)) for s in rows) for x in candidates.codes]
    np.testing.assert_array_equal(twin.score(candidates, view, np.random.default_rng(0)), -np.array(by_hand))


def test_a_plugin_changes_no_other_score(install: Install, ready: tuple[AttackerView, Cells]) -> None:
    """Installed or not, first or last: the same scores of every other attack, to the last bit."""
    own = [attack for attack in ATTACKS if attack.threat_model != "shadow"]
    before = run(own, ready)
    install(HEAD.replace("np.zeros(len(candidates))", "rng.normal(size=len(candidates))"))
    (plugin,) = plugin_attacks()
    after = run([plugin, *own], ready)
    assert after.attacks == (plugin, *own)
    np.testing.assert_array_equal(after.rows[1:], before.rows)
    np.testing.assert_array_equal(run([plugin], ready).rows[0], after.rows[0])


LIES = {
    "not finite": ("return np.full(len(candidates), np.inf)", "it gave scores that are not finite numbers"),
    "too few": ("return np.zeros(len(candidates) - 1)", "it gave something other than one number per candidate"),
    "a column": ("return np.zeros((len(candidates), 1))", "it gave something other than one number per candidate"),
    "one number": ("return 0.5", "it gave something other than one number per candidate"),
    "text": ("return ['0'] * len(candidates)", "it gave something other than one number per candidate"),
    "nothing": ("return None", "it gave something other than one number per candidate"),
    "an error": ("raise LookupError(str(candidates.values))", "it stopped with LookupError"),
    "the end": ("sys.exit(0)", "it stopped with SystemExit"),
    "another end": ("raise GeneratorExit", "it stopped with GeneratorExit"),
    "writes to candidates": ("candidates.codes[:] = 0", "it stopped with ValueError"),
    "writes to the release": ("view.synthetic.values[0, 0] = 1", "it stopped with ValueError"),
    "writes to neighbours": (
        "view.neighbours['quantile_l2'].to_synthetic.distance.sort()",
        "it stopped with ValueError",
    ),
    "writes to points": ("view.points['candidates'].numeric += 1", "it stopped with ValueError"),
    "writes to the view": ("view.points['candidates'] = None", "it stopped with TypeError"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_plugin_that_breaks_the_rules_is_a_gap(install: Install, ready: tuple[AttackerView, Cells], lie: str) -> None:
    """No score, no end of the audit, no changed input: a line that names it and blocks a pass."""
    body, reason = LIES[lie]
    install(HEAD.replace("return np.zeros(len(candidates))", body))
    (plugin,) = plugin_attacks()
    own = ATTACKS[0]
    before = run([own], ready).rows
    scored = run([plugin, own], ready)
    assert scored.attacks == (own,)
    np.testing.assert_array_equal(scored.rows, before)
    gap = scored.coverage[0]
    assert gap.test == "attack foreign of the plug-in acme-attack 0.7 on cells"
    assert (gap.status, gap.reason, gap.blocks_pass) == ("not_run", reason, True)


BROKEN = {
    "no such module": ("import nowhere" + HEAD, "Attack", "SA-221", "ModuleNotFoundError of 'nowhere'"),
    "no such object": (HEAD, "Attak", "SA-221", "AttributeError"),
    "ends the process": ("raise SystemExit(0)", "Attack", "SA-221", "SystemExit"),
    "wants arguments": (HEAD + "\n    def __init__(self, k):\n        self.k = k\n", "Attack", "SA-221", "TypeError"),
    "no attack at all": ("Attack = 3", "Attack", "SA-222", "name or view"),
    "a name in capitals": (HEAD.replace('"foreign"', '"Foreign"'), "Attack", "SA-222", "snake case"),
    "a name of ours": (HEAD.replace('"foreign"', '"dcr"'), "Attack", "SA-222", "taken by synthaudit itself"),
    "a view with a slash": (HEAD.replace('"cells"', '"cells/2"'), "Attack", "SA-222", "snake case"),
    "an unknown attacker": (HEAD.replace('"reference"', '"god"'), "Attack", "SA-222", "no_box, reference, shadow"),
    "nothing about itself": (HEAD.replace("about =", "abut ="), "Attack", "SA-222", "about"),
    "an empty field": (HEAD.replace('idea="i"', 'idea=" "'), "Attack", "SA-222", "about"),
    "no score": (HEAD.replace("def score", "def scare"), "Attack", "SA-222", "no method score"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_plugin_that_is_no_attack_is_an_error(install: Install, fault: str) -> None:
    """One sentence with the distribution, its entry point, the fault and what to do."""
    source, entry, code, words = BROKEN[fault]
    install(source, entry=entry)
    with pytest.raises(InputError) as raised:
        family()
    assert raised.value.code == code
    assert raised.value.where == "plug-in acme-attack 0.7, entry point 'acme'"
    assert words in raised.value.got
    assert "pip uninstall acme-attack" in raised.value.do


def test_two_plugins_of_one_name_are_an_error(install: Install) -> None:
    """The second names the first."""
    install(HEAD)
    install(HEAD, name="zeta-attack")
    with pytest.raises(InputError, match=r"SA-222 plug-in zeta-attack 0\.7.*taken by plug-in acme-attack 0\.7"):
        plugin_attacks()


def test_a_broken_plugin_ends_a_command_politely(tmp_path: Path) -> None:
    """Exit code 2 and one line on standard error."""
    done = call(distribution(tmp_path / "broken", "raise RuntimeError('secret')"), "explain")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("synthaudit: SA-221 plug-in acme-attack 0.7, entry point 'acme': cannot be loaded")
    assert len(done.stderr.splitlines()) == 1
    assert "secret" not in done.stderr


def test_an_object_serves_as_well_as_a_class(install: Install) -> None:
    """An entry point may name an attack that is made already; it is loaded once."""
    install(HEAD + "\nready = Attack()\n", entry="ready")
    assert [attack.name for attack in plugin_attacks()] == ["foreign"]
    assert plugin_attacks() is plugin_attacks()
    assert plugin_versions() == {"acme-attack": "0.7"}


def test_quick_leaves_plugins_out_unless_they_are_named(install: Install) -> None:
    """Nobody knows what they cost: the coverage says so, ``--attacks`` runs them, the other profiles too."""
    install(HEAD)
    quick = replace(STANDARD, profile="quick")
    assert "foreign" not in {attack.name for attack in chosen_attacks(quick)}
    assert "foreign" in left_out(quick)[0].reason
    assert [attack.name for attack in chosen_attacks(replace(quick, attacks=("foreign",)))] == ["foreign"]
    assert chosen_attacks(STANDARD)[-1].name == "foreign"


def test_a_plugin_sees_what_its_attacker_holds(ready: tuple[AttackerView, Cells]) -> None:
    """Without a reference no reference, in no form; without shadows no shadows; the release stays whole.

    What our own attacks keep for each other no plug-in sees, whoever it is: it could change it.
    """
    view, _ = replace(ready[0], kept={"noise_likelihood": object()}), ready[1]
    everything = cut(view, "shadow")
    assert all(getattr(everything, f.name) is getattr(view, f.name) for f in fields(view) if f.name != "kept")
    reference = cut(view, "reference")
    assert reference.shadows == {}
    assert everything.kept == reference.kept == cut(view, "no_box").kept == {}
    assert (reference.reference, reference.agreement) == (view.reference, view.agreement)
    alone = cut(view, "no_box")
    assert (len(alone.reference), alone.agreement, alone.claims, alone.shadows) == (0, {}, {}, {})
    assert set(alone.points) == {"candidates", "synthetic"}
    for name, table in alone.neighbours.items():
        assert table.to_reference.distance.size == 0
        assert table.to_synthetic is view.neighbours[name].to_synthetic


def test_closing_for_writing_copies_nothing(ready: tuple[AttackerView, Cells]) -> None:
    """The closed view shares its memory with the open one, which stays open."""
    view, _ = ready
    closed = read_only(view)
    assert np.shares_memory(closed.synthetic.codes, view.synthetic.codes)
    assert not closed.synthetic.codes.flags.writeable
    assert view.synthetic.codes.flags.writeable

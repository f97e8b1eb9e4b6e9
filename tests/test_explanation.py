"""Flagged records explain themselves: the right rows, the right columns, and not one cell."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tables import mixed, schema_of, three

import synthaudit
from synthaudit.attacker.candidates import make_pile
from synthaudit.attacker.view import attacker
from synthaudit.attacks import ATTACKS
from synthaudit.checks.explanation import MOST_RECORDS, RULE, WHY, Explanation, Explanations, contributions, explain
from synthaudit.encoding import canonical_order, fit_cells, fit_space, joined
from synthaudit.linkage.agreement import Rule, prepare
from synthaudit.report.sections.records import agreement
from synthaudit.types import Cells, IntArray

BOTH = ("linkage_sum", "linkage_tolerant")


def explanations(
    train: pd.DataFrame,
    release: pd.DataFrame,
    holdout: pd.DataFrame,
    *,
    people: tuple[IntArray, IntArray] | None = None,
    names: tuple[str, ...] = BOTH,
) -> Explanations:
    """Encode, pile up, attack and explain, as an audit does; ``people`` are the entity codes of train and holdout.

    Without them the last third of a large holdout is a reference that is given, so that everybody of train is attacked.
    """
    schema = schema_of(train)
    encoder = fit_cells(schema, [train, holdout], [release])
    synthetic = encoder.encode(release)
    mine, theirs = people or (None, None)
    members, others = encoder.encode(train), encoder.encode(holdout)
    rng = np.random.default_rng(0)
    reference, place = None, np.arange(len(others))
    if people is None and len(others) > 600:
        others, reference = others.take(place < 2 * len(place) // 3), others.take(place >= 2 * len(place) // 3)
    pile = make_pile(members, others, reference, train_entity=mine, holdout_entity=theirs, rng=rng)
    real = pile.candidates if pile.reference is None else joined(pile.candidates, pile.reference)
    attacking = attacker(schema, fit_space(schema, real, synthetic), pile.candidates, pile.reference)
    order = canonical_order(synthetic)
    synthetic = synthetic.take(order)
    view = attacking.look_at(synthetic)
    attacks = [attack for attack in ATTACKS if attack.name in names and attack.view in ("cells", "quantile_l2")]
    rows = np.array([attack.score(pile.candidates, view, np.random.default_rng(0)) for attack in attacks])
    return explain(attacking, pile, synthetic, order, rows, attacks)


def table(n: int, rng: np.random.Generator, lowest: int = 0) -> Cells:
    """Two numbers coded by their place on a grid, two categories from ``lowest``; a tenth of the numbers missing."""
    levels = np.arange(-50, 51) / 10
    numbers = np.clip(rng.normal(size=(n, 2)).round(1), -5, 5)
    numbers[rng.random((n, 2)) < 0.1] = np.nan
    codes = np.where(np.isnan(numbers), 0, np.searchsorted(levels, numbers) + 1)
    categories = rng.integers(lowest, 4, (n, 2))
    return Cells(
        codes=np.concatenate([codes, categories], axis=1).astype(np.int32),
        values=np.concatenate([numbers, np.full((n, 2), np.nan)], axis=1),
    )


@pytest.mark.parametrize("rule", sorted(set(RULE.values())))
@pytest.mark.parametrize("itself", [False, True])
def test_contributions_add_up_to_the_agreement_that_attacks_use(rule: Rule, itself: bool) -> None:
    """For every candidate the log-sum over rows of the summed contributions is that of ``agreement.py``."""
    rng = np.random.default_rng(0)
    # Rows of the release may hold what nobody in the real tables does, code -1.
    candidates, rows, reference = table(60, rng), table(80, rng, -1), table(50, rng)
    reference = candidates if itself else reference
    numeric = np.array([True, True, False, False])
    prepared = prepare(rule, candidates, reference, numeric, reference_is_candidates=itself)
    total = np.array([contributions(prepared, i, rows).sum(axis=1) for i in range(60)])
    np.testing.assert_allclose(np.logaddexp.reduce(total, axis=1), prepared.log_sums(rows), rtol=1e-9)


def leaky(rng: np.random.Generator) -> tuple[list[pd.DataFrame], np.ndarray, np.ndarray]:
    """40 members stand in the release with one number moved a little; where they stand in both tables."""
    train, holdout, release = three((300, 700, 300), rng)
    member, copy = rng.choice(300, 40, replace=False), rng.choice(300, 40, replace=False)
    release.iloc[copy] = train.iloc[member].to_numpy()
    release.iloc[copy, 0] = release.iloc[copy, 0].to_numpy(float) + 0.001
    return [train, release.infer_objects(), holdout], member, copy


@pytest.fixture(scope="module")
def leak() -> tuple[Explanations, np.ndarray, np.ndarray, list[pd.DataFrame]]:
    tables, member, copy = leaky(np.random.default_rng(1))
    return explanations(*tables), member, copy, tables


def test_each_planted_copy_is_named_with_its_original(leak: Any) -> None:
    """Of 40 moved copies at least 38 are found beside the synthetic row made of them; others are few (FDR 5 %)."""
    explained, member, copy, _ = leak
    made_of = dict(zip(copy, member, strict=True))
    exposed = [record for record in explained.records if record.why == "exposed"]
    right = [record for record in exposed if made_of.get(record.synthetic_row) == record.row]
    assert len(right) >= 38
    assert len(exposed) - len(right) <= len(exposed) / 5
    assert explained.n_exposed == len(exposed)
    assert (explained.n_members, explained.attacks) == (300, ("linkage_tolerant", "linkage_sum"))


def test_columns_say_where_record_and_synthetic_row_agree(leak: Any) -> None:
    """Eight columns are the same and the moved one is within 1 % of ranks; rarity is counted in the other tables."""
    explained, member, copy, (train, *_) = leak
    pairs = {(record.row, record.synthetic_row): record for record in explained.records}
    checked = 0
    for row, synthetic in zip(member, copy, strict=True):
        record = pairs.get((row, synthetic))
        if record is None:
            continue
        checked += 1
        by_column = {part.column: part for part in record.contributions}
        assert {name for name, part in by_column.items() if part.relation == "same"} == set(train.columns) - {"x0"}
        assert by_column["x0"].relation in ("close", "same")
        assert agreement(by_column["x0"], explained.n_reference).startswith(("within\u00a0", "within 1", "same value"))
        assert sum(part.nats for part in record.contributions) == pytest.approx(record.agreement)
        assert [part.nats for part in record.contributions] == sorted(
            (part.nats for part in record.contributions), reverse=True
        )
    assert checked >= 38


def test_order_of_rows_moves_the_positions_and_nothing_else() -> None:
    """Shuffled tables give the same records under their new positions."""
    rng = np.random.default_rng(2)
    (train, release, holdout), _, _ = leaky(rng)
    first = explanations(train, release, holdout)
    orders = [rng.permutation(len(t)) for t in (train, release)]
    second = explanations(train.iloc[orders[0]], release.iloc[orders[1]], holdout)

    def at(record: Explanation, rows: np.ndarray, synthetic: np.ndarray) -> tuple[int, int, float]:
        return int(rows[record.row]), int(synthetic[record.synthetic_row]), record.agreement

    same = [at(record, np.arange(300), np.arange(300)) for record in first.records]
    assert [at(record, *orders) for record in second.records] == same


def test_at_most_fifty_are_listed_and_all_are_counted() -> None:
    """Every row copied: 300 exposed, 50 listed, by falling score."""
    train, holdout = three((300, 700), np.random.default_rng(3))
    explained = explanations(train, train.assign(x0=train["x0"] + 1e-3), holdout)
    assert explained.n_exposed == 300
    assert len(explained.records) == MOST_RECORDS
    scores = [record.score for record in explained.records]
    assert scores == sorted(scores, reverse=True)


def test_a_person_is_listed_once_by_the_most_suspicious_row() -> None:
    """Of three rows of each person one is copied, and that one is shown."""
    rng = np.random.default_rng(4)
    train, holdout, release = three((450, 1_200, 400), rng)
    copied = np.arange(0, 90, 3) + rng.integers(0, 3, 30)
    release.iloc[:30] = train.iloc[copied].to_numpy()
    people = np.repeat(np.arange(150), 3), np.repeat(np.arange(1_000, 1_400), 3)
    explained = explanations(train, release.infer_objects(), holdout, people=people)
    rows = [record.row for record in explained.records if record.why == "exposed"]
    assert len({people[0][row] for row in rows}) == len(rows) >= 25
    assert explained.n_members == 150
    assert len(set(rows) & set(copied)) >= 25


def test_an_honest_release_lists_about_as_many_as_chance() -> None:
    """Nobody is exposed, and above the 1 % threshold lie about 1 % of 1,000 members."""
    train, holdout, release = three((1_000, 1_500, 1_000), np.random.default_rng(5))
    explained = explanations(train, release, holdout)
    assert explained.n_exposed == 0
    assert explained.n_above <= 25
    assert all(record.why == "threshold" for record in explained.records)


def test_without_linkage_attacks_nobody_is_flagged() -> None:
    """The list is empty and says which attacks it had: none."""
    train, holdout, release = three((200, 400, 200), np.random.default_rng(6))
    explained = explanations(train, release, holdout, names=("dcr",))
    assert (explained.records, explained.attacks) == ((), ())
    assert set(WHY.values()) == set(RULE)


def test_missing_cells_and_constant_columns_are_told() -> None:
    """Missing in both, missing on one side, and a value that most hold."""
    rng = np.random.default_rng(7)
    train, holdout, release = three((200, 600, 200), rng)
    for record in (train, holdout, release):
        record["flat"] = "always"
        record["gap"] = np.where(rng.random(len(record)) < 0.1, np.nan, rng.normal(size=len(record)).round(3))
    release.iloc[:20] = train.iloc[:20].to_numpy()
    train.loc[0, "gap"] = release.loc[0, "gap"] = np.nan
    train.loc[1, "gap"], release.loc[1, "gap"] = 0.5, np.nan
    explained = explanations(train, release.infer_objects(), holdout)
    words = {
        record.row: {part.column: agreement(part, explained.n_reference) for part in record.contributions}
        for record in explained.records
    }
    assert words[0]["flat"] == "same value, as in most records"
    assert words[0]["gap"].startswith("missing in both, 1 in ")
    assert words[1]["gap"] == "missing on one side"


MARK = "Zyxwv-7f3a-Marker"


def test_no_cell_reaches_any_page_or_the_evidence(tmp_path: Path) -> None:
    """A unique name, a unique number and a unique date of members are copied into the release and stand nowhere."""
    rng = np.random.default_rng(8)
    train, holdout, release = three((250, 500, 250), rng)
    marked: dict[str, Any] = {"name": MARK, "amount": 918273.645, "day": pd.Timestamp("1931-07-23")}
    for t in (train, holdout, release):
        t["name"] = [f"name {i}" for i in rng.integers(40, size=len(t))]
        t["amount"] = rng.normal(100, 5, len(t)).round(3)
        t["day"] = pd.Timestamp("2001-01-01") + pd.to_timedelta(rng.integers(0, 4_000, len(t)), unit="D")
    for name, value in marked.items():
        train.loc[0, name] = value
    release.iloc[:60] = train.iloc[:60].to_numpy()
    release = release.infer_objects()
    release["day"] = pd.to_datetime(release["day"])
    hostile = [t.rename(columns={"x1": "<script>x1"}) for t in (train, release, holdout)]
    result = synthaudit.audit(*hostile, output=tmp_path / "out", internal=True, profile="quick", jobs=1)
    assert result.reuse is not None
    assert any(column.reused for column in result.reuse.columns)
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "out").iterdir()}
    assert {"report.html", "report.internal.html", "evidence.json"} <= set(written)
    for name, text in written.items():
        # Four digits stand by chance in the decimals of a measured figure, or in a hash.
        without_measures = re.sub(r"(?<=\d\.)\d{5,}|\b[0-9a-f]{64}\b", "", text)
        for secret in (MARK, MARK.lower(), "918273", "918,273", "1931"):
            assert secret not in without_measures, (name, secret)
        # In Markdown a name stands in code, where nothing of it is run.
        shown = re.sub(r"`[^`]*`", "", text) if name == "summary.md" else text
        assert "<script>" not in shown, name
    assert "&lt;script&gt;x1" in written["report.internal.html"]
    assert "train row" not in written["report.html"].lower()
    assert (tmp_path / "out" / "report.internal.html").stat().st_mode & 0o777 == 0o600


def test_tiny_tables_are_explained_too() -> None:
    """Twenty rows of one column: no error, positions within the tables."""
    rng = np.random.default_rng(10)
    for kind in ("x0", "c0"):
        train, holdout, release = (mixed(n, rng)[[kind]] for n in (20, 25, 120))
        explained = explanations(train, release, holdout)
        assert all(record.row < 20 and record.synthetic_row < 120 for record in explained.records)

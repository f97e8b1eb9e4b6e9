"""Guessing attributes, singling out and linking: against brute force, planted leaks, and every change of form."""

from collections import Counter
from fractions import Fraction
from functools import cache, partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from risk_tables import encoded, measured, one, sensitive
from tables import mixed, schema_of

import synthaudit
from synthaudit.encoding import fit_cells, joined
from synthaudit.risks import measure as module
from synthaudit.risks.attribute_inference import choose_secrets
from synthaudit.risks.closeness import to_grid
from synthaudit.risks.linkability import linked
from synthaudit.risks.singling_out import singled_out
from synthaudit.types import Column, Estimate, Kind, Measured, Role, Schema

KINDS: dict[str, Kind] = {
    "balance": "numeric",
    "seen": "datetime",
    "name": "categorical",
    "smoker": "boolean",
    "gap": "numeric",
    "note": "text",
}
ODD = Schema(columns=tuple(Column(name=name, kind=kind) for name, kind in KINDS.items()))
NAMES = ("o'neil", 'say "hi"', "a, b", "; drop table x", "plain")


def odd(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Negative numbers with ties, times, quotes, booleans, and missing cells (numbers: exactly half)."""
    gap = rng.integers(-30, 30, n).astype(float)
    gap[rng.permutation(n)[: n // 2]] = np.nan
    note = rng.choice(["x", "'", ""], n).astype(object)
    note[rng.random(n) < 0.2] = None
    return pd.DataFrame(
        {
            "balance": rng.integers(-40, 10, n).astype(float),
            "seen": pd.Timestamp("1969-12-20") + pd.to_timedelta(rng.integers(0, 40, n), unit="D").as_unit("us"),
            "name": rng.choice(NAMES, n).astype(object),
            "smoker": rng.choice(["true", "false"], n).astype(object),
            "gap": gap,
            "note": note,
        }
    )


def value(of: Measured) -> float:
    assert isinstance(of, Estimate)
    return of.value


# --- brute force ---------------------------------------------------------------------------------------------


class ByHand:
    """The definitions of the documentation in exact fractions, cell by cell; no line of the package."""

    def __init__(self, real: pd.DataFrame) -> None:
        self.sorted = {
            name: sorted(v for v in real[name] if not pd.isna(v))
            for name, kind in KINDS.items()
            if kind in ("numeric", "datetime")
        }

    @cache  # noqa: B019
    def rank(self, name: str, cell: Any) -> Fraction:
        among = self.sorted[name]
        return Fraction(sum(v < cell for v in among) + sum(v <= cell for v in among), 2 * len(among))

    @cache  # noqa: B019
    def apart(self, name: str, a: Any, b: Any) -> Fraction:
        if name not in self.sorted:
            return Fraction(int(a != b))
        if a is None and b is None:
            return Fraction(0)
        if a is None or b is None:
            return 1 + abs(Fraction(1, 2) - self.rank(name, b if a is None else a))
        return abs(self.rank(name, a) - self.rank(name, b))

    def guessed_right(self, secret: str, x: dict[str, Any], rows: list[dict[str, Any]]) -> bool:
        others = [name for name in KINDS if name != secret]
        distance = [sum(self.apart(name, x[name], t[name]) for name in others) for t in rows]
        least = min(distance)
        held = [t[secret] for t, d in zip(rows, distance, strict=True) if d == least]
        if secret not in self.sorted:
            counts, overall = Counter(held), Counter(t[secret] for t in rows)
            return bool(x[secret] == min(counts, key=lambda v: (-counts[v], -overall[v], v is not None, v or "")))
        there = sorted(self.rank(secret, v) for v in held if v is not None)
        if 2 * len(there) < len(held):
            return x[secret] is None
        if x[secret] is None:
            return False
        middle = (there[(len(there) - 1) // 2] + there[len(there) // 2]) / 2
        return bool(abs(middle - self.rank(secret, x[secret])) <= Fraction(1, 100))


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows = table.to_dict("records")
    return [{name: None if pd.isna(row[name]) else row[name] for name in KINDS} for row in rows]


def test_guesses_are_those_of_brute_force_whatever_the_cells_hold() -> None:
    """Every kind of column as the secret, with ties of all kinds: success on both sides and without the release."""
    rng = np.random.default_rng(0)
    train, holdout, reference = odd(40, rng), odd(40, rng), odd(80, rng)
    release = pd.concat([train.iloc[:30], odd(50, rng)], ignore_index=True)
    tables = encoded(train, holdout, reference, release, schema=ODD)
    found, _ = measured(tables)
    hand = ByHand(pd.concat([train, holdout, reference], ignore_index=True))
    assert [risk.column for risk in found.found if risk.column] == list(KINDS)
    for secret in KINDS:
        risk = one(found, "attribute_inference", secret)
        rows, real = records(release), records(reference)
        right = [[hand.guessed_right(secret, x, rows) for x in records(side)] for side in (train, holdout)]
        instead = [hand.guessed_right(secret, x, real) for x in records(train) + records(holdout)]
        assert value(risk.members) == pytest.approx(np.mean(right[0]))
        assert value(risk.nonmembers) == pytest.approx(np.mean(right[1]))
        assert value(risk.excess) == pytest.approx(np.mean(right[0]) - np.mean(right[1]))
        assert value(risk.without_release) == pytest.approx(np.mean(instead))
    assert found.n_reference == 80


def test_a_person_counts_once_and_never_meets_their_own_rows() -> None:
    """Two rows a person, no reference: mean over the rows; without the release the person's other row is not read."""
    a, b = ["u", "u", "v", "v"], ["1", "1", "2", "2"]
    train = pd.DataFrame({"known": a, "secret": b}, dtype=object)
    holdout = pd.DataFrame({"known": ["w", "w", "z", "z"], "secret": ["3", "4", "5", "5"]}, dtype=object)
    release = pd.DataFrame({"known": ["u", "v", "w", "w"], "secret": ["1", "1", "3", "3"]}, dtype=object)
    person = np.array([0, 0, 1, 1])
    tables = encoded(train, holdout, None, release, entities=(person, person + 2))
    assert tables.pile.reference is None
    risk = one(measured(tables)[0], "attribute_inference", "secret")
    # Members: u is right twice, v never. Non-members: w is right once of two; z, near to nobody, gets the mode, 1 or 3.
    assert (value(risk.members), value(risk.nonmembers)) == (0.5, 0.25)
    assert value(risk.without_release) == 0.0
    assert isinstance(risk.members, Estimate)
    assert risk.members.n == 2


def descriptions(rows: pd.DataFrame, real: pd.DataFrame) -> Any:
    """Every description that can be read off any row: pairs of a row's number and a predicate on a record."""
    sorted_real = {n: np.sort(real[n].dropna()) for n in ("number", "gap")}

    def rank(name: str, v: float, among: np.ndarray) -> float:
        return float(((among < v).sum() + (among <= v).sum()) / (2 * len(among)))

    def part(name: str, t: Any) -> Any:
        if name == "level":
            return lambda x: x["level"] == t["level"]
        if np.isnan(t[name]):
            return lambda x: np.isnan(x[name])
        own = rank(name, t[name], np.sort(rows[name].dropna()))
        if own >= 0.98 or own <= 0.02:
            sign = 1 if own >= 0.98 else -1
            return lambda x: sign * x[name] >= sign * t[name]
        u = rank(name, t[name], sorted_real[name])
        return lambda x: (
            abs(rank(name, x[name], sorted_real[name]) - u) <= 0.01 + 1e-12 if x[name] == x[name] else False
        )

    for i, t in enumerate(rows.to_dict("records")):
        for size in (1, 2, 3):
            for chosen in combinations(rows.columns, size):
                parts = [part(name, t) for name in chosen]
                yield i, lambda x, parts=parts: all(p(x) for p in parts)


def test_those_singled_out_are_those_of_brute_force() -> None:
    """30 rows, 3 columns: 2,000 draws hit all 210 descriptions, so the answer does not depend on the draw."""
    rng = np.random.default_rng(1)

    def table(n: int) -> pd.DataFrame:
        gap = np.where(rng.random(n) < 0.3, np.nan, rng.normal(size=n).round(1))
        level = rng.choice(["'", '"', "c", "d"], n, p=[0.5, 0.3, 0.15, 0.05]).astype(object)
        return pd.DataFrame({"number": rng.normal(size=n).round(1), "gap": gap, "level": level})

    train, holdout, reference, release = (table(n) for n in (60, 60, 60, 30))
    tables = encoded(train, holdout, reference, release)
    people = pd.concat([train, holdout], ignore_index=True)
    real = pd.concat([people, reference], ignore_index=True)
    expected = np.zeros(len(people), dtype=bool)
    all_people = people.to_dict("records")
    for _, fits in descriptions(release, real):
        hits = [i for i, x in enumerate(all_people) if fits(x)]
        if len(hits) == 1:
            expected[hits[0]] = True
    risk = one(measured(tables)[0], "singling_out")
    assert 10 < expected.sum() < 110
    assert value(risk.members) == pytest.approx(expected[:60].mean())
    assert value(risk.nonmembers) == pytest.approx(expected[60:].mean())


def test_a_description_of_a_persons_own_row_is_held_against_the_others() -> None:
    """One column, everybody's level shared by exactly two people: each description then fits exactly the other one."""
    table = pd.DataFrame({"level": [f"l{i // 2}" for i in range(20)]}, dtype=object)
    tables = encoded(table.iloc[::2].reset_index(drop=True), table.iloc[1::2].reset_index(drop=True), None, table)
    pile, space = tables.pile, tables.space
    rng = np.random.default_rng(0)
    alone = singled_out(tables.schema, space, pile.candidates, pile.unit, pile.candidates, pile.unit, rng)
    assert alone.all()
    nobody = np.full(20, -1)
    assert not singled_out(tables.schema, space, pile.candidates, pile.unit, pile.candidates, nobody, rng).any()


def test_links_are_those_of_brute_force() -> None:
    """Two numbers, so that every cut is the same one; where the fifth and sixth are equally near the order decides."""
    rng = np.random.default_rng(2)
    train, holdout, reference, release = (pd.DataFrame(rng.normal(size=(n, 2)), columns=list("ab")) for n in (80,) * 4)
    release.iloc[:20] = train.iloc[:20]
    tables = encoded(train, holdout, reference, release)
    pile, space = tables.pile, tables.space
    found = linked(
        tables.schema,
        to_grid(space, pile.candidates, pile.unit),
        tables.synthetic,
        to_grid(space, tables.synthetic),
        rng,
    )
    assert pile.reference is not None
    real = np.sort(joined(pile.candidates, pile.reference).values, axis=0)
    clear = 0
    for x, hit in zip(pile.candidates.values, found, strict=True):
        sides, sure = [], True
        for c in range(2):
            # Ranks as whole numbers: twice the share below plus the share equal.
            u = [(real[:, c] < v).sum() + (real[:, c] <= v).sum() for v in (x[c], *tables.synthetic.values[:, c])]
            away = np.abs(np.array(u[1:]) - u[0])
            nearest = np.sort(away)
            sure &= nearest[4] < nearest[5]
            sides.append(set(np.flatnonzero(away <= nearest[4])))
        if sure:
            clear += 1
            assert hit == float(bool(sides[0] & sides[1]))
    assert clear > 20


def test_equal_rows_count_as_one_row() -> None:
    """A release that repeats every row ten times links whom the single rows link: verbatim members, all of them."""
    rng = np.random.default_rng(3)
    train, holdout, reference = (mixed(100, rng) for _ in range(3))
    release = pd.concat([train] * 10, ignore_index=True)
    assert value(one(measured(encoded(train, holdout, reference, release))[0], "linkability").members) == 1.0


# --- leaks and no leaks --------------------------------------------------------------------------------------


def test_a_secret_copied_with_a_little_noise_is_guessed_of_members_alone() -> None:
    """Training rows with the secret jittered far below .01 of the ranks: excess above .9; linking sees the copies."""
    rng = np.random.default_rng(4)
    train, holdout, reference = (mixed(500, rng) for _ in range(3))
    release = train.copy()
    release["x0"] += 0.001 * train["x0"].std() * rng.normal(size=500)
    tables = encoded(train, holdout, reference, release, schema=sensitive(train, "x0"))
    found, coverage = measured(tables)
    risk = one(found, "attribute_inference", "x0")
    assert value(risk.excess) > 0.9
    assert risk.lower_bound is not None
    assert risk.lower_bound > 0.85
    assert risk.pvalue_adjusted < 1e-100
    assert value(risk.without_release) < 0.1
    assert value(one(found, "linkability").excess) > 0.5
    assert value(one(found, "singling_out").excess) > 0.2
    assert found.declared
    assert [risk.column for risk in found.found] == ["x0", None, None]
    assert "1 column declared sensitive" in coverage[0].reason


def test_a_secret_that_follows_from_the_others_is_no_excess() -> None:
    """A column twice, and the release honest: guessed right of most people, and the upper bound stays small."""
    rng = np.random.default_rng(5)
    tables = [mixed(500, rng) for _ in range(4)]
    for table in tables:
        table["secret"] = table["c0"]
    train, holdout, reference, release = tables
    found, _ = measured(encoded(train, holdout, reference, release, schema=sensitive(train, "secret")))
    risk = one(found, "attribute_inference", "secret")
    assert min(value(risk.members), value(risk.nonmembers), value(risk.without_release)) > 0.8
    assert risk.upper_bound is not None
    assert risk.upper_bound < 0.06


# --- changes that change nothing -----------------------------------------------------------------------------


def four(seed: int) -> list[pd.DataFrame]:
    rng = np.random.default_rng(seed)
    tables = [mixed(n, rng) for n in (200, 200, 150, 180)]
    tables[3].iloc[:60] = tables[0].iloc[:60]
    for table in tables:
        table.loc[rng.random(len(table)) < 0.1, "x0"] = np.nan
    return tables


def test_the_order_of_rows_and_the_number_of_workers_change_nothing() -> None:
    """To the last bit."""
    tables = four(6)
    first = measured(encoded(*tables))
    rng = np.random.default_rng(7)
    shuffled = [table.iloc[rng.permutation(len(table))].reset_index(drop=True) for table in tables]
    assert measured(encoded(*shuffled)) == first
    assert measured(encoded(*tables), jobs=2) == first


def test_monotone_maps_of_a_number_change_nothing() -> None:
    """Increasing maps nothing at all; a decreasing one no guess, and it draws other rows for the rest."""
    tables = four(8)
    first = measured(encoded(*tables))
    grown = [table.assign(x0=np.arctan(table["x0"]), x2=table["x2"] ** 3 - 5) for table in tables]
    assert measured(encoded(*grown)) == first
    turned = measured(encoded(*[table.assign(x0=-table["x0"]) for table in tables]))[0]
    for risk in first[0].found:
        if risk.column:
            again = one(turned, risk.kind, risk.column)
            assert (again.members, again.nonmembers, again.excess) == (risk.members, risk.nonmembers, risk.excess)


# --- what cannot be asked ------------------------------------------------------------------------------------


def test_one_column_cannot_be_guessed_or_linked() -> None:
    """Said as not applicable; singling out is what is left."""
    tables = [table[["x0"]] for table in four(9)]
    found, coverage = measured(encoded(*tables))
    assert [risk.kind for risk in found.found] == ["singling_out"]
    assert {line.test: line.status for line in coverage} == {
        "attribute guessing": "not_applicable",
        "singling out": "ran",
        "linking": "not_applicable",
    }
    assert not any(line.blocks_pass for line in coverage)


def test_constant_secrets_are_left_out_and_ten_are_enough() -> None:
    """A value that everybody has is not guessed; of twelve columns the ten with the largest entropy are."""
    tables = [table.assign(same="s") for table in four(10)]
    found, coverage = measured(encoded(*tables))
    assert "same" not in [risk.column for risk in found.found]
    assert "'same' left out" in coverage[0].reason
    wide = [table.assign(**{f"y{i}": table["x0"] + i for i in range(3)}) for table in four(10)]
    found, coverage = measured(encoded(*wide))
    guessed = {risk.column for risk in found.found if risk.column}
    assert len(guessed) == 10
    spread = pd.concat(wide[:3]).apply(
        lambda c: -(p := c.value_counts(normalize=True, dropna=False)).mul(np.log(p)).sum()
    )
    assert set(spread.nsmallest(2).index) == set(wide[0].columns) - guessed


def test_large_piles_are_asked_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most so many on each side; the coverage says how many were drawn."""
    monkeypatch.setattr(module, "MOST_UNITS", 150)
    found, coverage = measured(encoded(*four(11)))
    assert (found.n_members, found.n_nonmembers) == (150, 150)
    assert all("150 of 200 members and 150 of 200 non-members, drawn at random" in line.reason for line in coverage)


def test_a_sensitive_identifier_is_guessed_from_everything_else() -> None:
    """Distances never use an identifier; as a secret it is read off like any level."""
    rng = np.random.default_rng(12)
    tables = [table.assign(key=[f"k{i}" for i in rng.integers(10**9, size=len(table))]) for table in four(12)]
    tables[3] = tables[0].copy()
    columns = [c for c in schema_of(tables[0]).columns if c.name != "key"]
    key = Column(name="key", kind="identifier", roles=("sensitive",))
    train, holdout, reference, release = tables
    found, _ = measured(encoded(train, holdout, reference, release, schema=Schema(columns=(*columns, key))))
    risk = one(found, "attribute_inference", "key")
    assert (value(risk.members), value(risk.nonmembers)) == (1.0, 0.0)


# --- in an audit ---------------------------------------------------------------------------------------------


def audited(release: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame | None, **options: Any) -> Any:
    return synthaudit.audit(train, release, holdout, **{"attacks": ["dcr"], "jobs": 1, "policy": "partner", **options})


def test_an_audit_fails_a_release_that_gives_secrets_away() -> None:
    """Jittered training rows: the gate fails beside those of membership, and a holdout as release passes it."""
    rng = np.random.default_rng(14)
    train, holdout, fresh = (mixed(n, rng).rename(columns={"x0": "income"}) for n in (400, 600, 400))
    release = train.assign(income=train["income"] + 1e-4 * rng.normal(size=400))
    declared: Any = {"schema": {"income": {"sensitive": True}}}
    result = audited(release, train, holdout, **declared)
    gates = {gate.name: gate for gate in result.uses[0].gates}
    assert gates["attributes"].outcome == "fail"
    assert "have 'income' guessed right" in gates["attributes"].reason
    assert [risk.column for risk in result.risks.found] == ["income", None, None]
    honest = {gate.name: gate.outcome for gate in audited(fresh, train, holdout, **declared).uses[0].gates}
    assert honest["attributes"] == "pass"


@pytest.mark.parametrize("without", ["standard profile", "holdout"])
def test_an_audit_says_where_it_did_not_look(without: str) -> None:
    """In the profile quick and without a holdout: not run, no gate, and no further gap."""
    rng = np.random.default_rng(15)
    train, holdout, release = (mixed(200, rng) for _ in range(3))
    if without == "holdout":
        result = audited(release, train, None)
    else:
        result = audited(release, train, holdout, profile="quick")
    line = next(line for line in result.coverage if line.test == "other risks")
    assert (line.status, line.blocks_pass) == ("not_run", False)
    assert result.risks is None
    assert "attributes" not in {gate.name for gate in result.uses[0].gates}


def test_a_name_alone_does_not_narrow_what_is_guessed() -> None:
    """A column that only sounds sensitive comes first, and the others are guessed as well; a declared one is alone."""
    rng = np.random.default_rng(13)
    table = pd.DataFrame({f"x{i}": rng.normal(size=50) for i in range(12)})
    table["income"] = rng.integers(3, size=50) * 1.0
    cases: list[tuple[tuple[Role, ...], int]] = [(("sensitive",), 10), ((), 1)]
    for inferred, expected in cases:
        schema = Schema(
            columns=tuple(
                Column(
                    name=c.name,
                    kind=c.kind,
                    roles=("sensitive",) if c.name == "income" else (),
                    inferred=inferred if c.name == "income" else (),
                )
                for c in schema_of(table).columns
            )
        )
        found = choose_secrets(schema, fit_cells(schema, [table], [table]).encode(table))
        assert (len(found.columns), 12 in found.columns) == (expected, True)


def test_secrets_are_guessed_from_all_rows_as_from_the_whole() -> None:
    """A release in parts of any sizes: success on both sides is that of the whole, ties and missing cells and all."""
    rng = np.random.default_rng(21)
    train, holdout, reference = odd(40, rng), odd(40, rng), odd(80, rng)
    release = pd.concat([train.iloc[:30], odd(90, rng)], ignore_index=True)
    tables = encoded(train, holdout, reference, release, schema=ODD)
    whole, _ = measured(tables)
    for sizes in ((120,), (1, 60, 59), (29, 31, 30, 30)):
        ends = np.cumsum(sizes)
        parts = [tables.synthetic.take(np.arange(end - size, end)) for size, end in zip(sizes, ends, strict=True)]
        sample = tables.synthetic.take(np.arange(10))
        rng = np.random.default_rng([0, 2])
        in_parts, _ = module.measure_risks(
            tables.schema, tables.space, tables.pile, sample, rng, all_cells=partial(iter, parts)
        )
        for secret in KINDS:
            mine, theirs = (one(found, "attribute_inference", secret) for found in (in_parts, whole))
            assert (mine.members, mine.nonmembers, mine.excess) == (theirs.members, theirs.nonmembers, theirs.excess)

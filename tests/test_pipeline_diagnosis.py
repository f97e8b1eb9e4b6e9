"""What was seen, in words: each kind of leak has its sentence, and nothing is said of a release without a leak."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from example_report import FAIL, INVERTED, NO_REUSE, PASS, reuse, stack
from tables import schema_of, three

import synthaudit
from synthaudit.attacks import ATTACKS
from synthaudit.checks.duplicates import is_repeated, measure_repeats
from synthaudit.checks.likeness import Likeness
from synthaudit.encoding import fit_cells
from synthaudit.pipeline.diagnosis import seen, suspected
from synthaudit.types import Attack, Copies, Decision, Repeats, Reuse, Stack, WithoutHoldout

DECISION = FAIL.decision
NO_COPIES = PASS.copies


def told(
    *,
    leakage: bool | None = True,
    decision: Decision | None = None,
    copies: Copies = NO_COPIES,
    reused: Reuse | None = None,
    together: Stack | None = None,
    likeness: Likeness | None = None,
    repeats: Repeats | None = None,
    copies_said: bool = False,
) -> tuple[str, ...]:
    return seen(
        leakage_detected=leakage,
        decision=decision,
        copies=copies,
        reuse=reused,
        stack=together,
        likeness=likeness,
        repeats=repeats,
        copies_said=copies_said,
    )


def told_of(strongest: str) -> str:
    """The sentence about an attack that was strongest."""
    assert DECISION is not None
    (line,) = told(decision=replace(DECISION, strongest=strongest, direction="near"))
    return line


def likeness(related: float, *, isolated: bool = False) -> Likeness:
    return Likeness(n_members=30, same=3.0, related=related, n_columns=10, isolated=isolated)


REPEATS = Repeats(synthetic=2_000, n_synthetic=2_000, train=10, n_train=2_000, unusual=True)
USED_AGAIN = Reuse(
    at_most=1,
    n_reference=1_000,
    n_members=2_000,
    n_nonmembers=2_000,
    n_columns=9,
    columns=(reuse("amount", 88, 12, reused=True), reuse("visits", 60, 12, reused=True), NO_REUSE.columns[0]),
)


@pytest.mark.parametrize(
    ("strongest", "words"),
    [
        ("dcr/quantile_l2", "Members' records lie closer to rows of the release than non-members' do"),
        ("linkage_claim/blended", "agree with single members where agreement is rare"),
        ("value_reuse/cells:max", "Exact values of members are used again"),
        ("cell_likelihood/1_way", "Exact values of members are used again"),
        ("cell_likelihood/3_way:mean", "Combinations of exact values"),
        ("pair_claim/near_in_all", "between two of them"),
        ("shifted_claim/blended", "moved by the same amount"),
        ("logan/one_hot", "A classifier"),
        ("lira/claim", "the same kind of generator"),
        ("their_attack/view", "One attack points to members"),
    ],
)
def test_the_strongest_attack_is_put_into_words(strongest: str, words: str) -> None:
    """One sentence that says what the attack looks at, and names it as the report does: by no name of a program."""
    line = told_of(strongest)
    assert words in line
    assert "(strongest attack: " in line
    assert not re.search(r"[_/:]\w", line.partition("(strongest attack: ")[2])


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: f"{a.name}-{a.view}")
def test_every_attack_of_ours_has_its_words(attack: Attack) -> None:
    """A reader is told what the attack looks at, and not its name alone, by row and by person."""
    for suffix in ("", ":max"):
        line = told_of(f"{attack.name}/{attack.view}{suffix}")
        assert not line.startswith("One attack ")
        assert line.endswith(f"(strongest attack: {attack.about.label}).")


def test_each_kind_of_leak_is_named() -> None:
    """Copies, a named column, parts of columns, rare people, all together, repeats."""
    copies = FAIL.copies
    assert copies.pvalue < 0.01
    assert told(copies=copies) == (
        f"{copies.train:,} of {copies.n_train:,} members occur verbatim in the release, {copies.holdout:,} of"
        f" {copies.n_holdout:,} non-members do.",
    )
    assert told(reused=USED_AGAIN) == (
        "Rare exact values of 'amount' are used again: for 88 of 2,000 members against 12 of 2,000 non-members; so are"
        " those of 1 more column.",
    )
    part = told(decision=DECISION, likeness=likeness(6.2))
    assert part[0].startswith(
        "Rows of the release agree with single members in part of the columns (on average 6 of 10)"
    )
    rare = told(decision=DECISION, likeness=likeness(9.9, isolated=True))
    assert "rare people" in rare[-1]
    assert not any("in part" in line for line in rare)
    assert "No single attack" in told(together=stack(0.56, 1e-6))[0]
    assert told(repeats=REPEATS) == (
        "100 % of the rows repeat another row of the release; of the training rows 0 % do.",
    )


def test_nothing_is_said_twice_or_without_a_leak() -> None:
    """Silence where nothing was detected or tested; copies that a gate counts, and missing rows, are left to it."""
    for leakage in (False, None):
        everything = told(leakage=leakage, decision=DECISION, copies=FAIL.copies, reused=USED_AGAIN, repeats=REPEATS)
        assert everything == ()
    assert told(copies=FAIL.copies, copies_said=True) == ()
    assert INVERTED.decision is not None
    assert INVERTED.decision.direction == "far"
    assert told(decision=INVERTED.decision) == ()
    assert told(decision=DECISION, together=stack(0.56, 1e-6)) == told(decision=DECISION)


def test_hostile_names_of_columns_are_made_harmless() -> None:
    """Characters that hide or turn text are written out, and long names cut."""
    nasty = Reuse(
        at_most=1,
        n_reference=10,
        n_members=10,
        n_nonmembers=10,
        n_columns=1,
        columns=(reuse("evil\u202e" + "x" * 500, 8, 0, reused=True),),
    )
    (line,) = told(reused=nasty)
    assert "\\u202e" in line
    assert len(line) < 250


@pytest.mark.parametrize(
    ("direction", "words"), [("near", "Leakage suspected, not shown"), ("far", "A filter suspected")]
)
def test_hints_are_told_as_hints(direction: str, words: str) -> None:
    """Without a holdout a suspicion is called one; without a suspicion nothing is said."""
    hints = WithoutHoldout(
        nearer=PASS.stack.auc,  # type: ignore[union-attr]
        suspected=direction,  # type: ignore[arg-type]
        n_synthetic=10,
        n_train=10,
        kind=None,
    )
    (line,) = suspected(hints)
    assert line.startswith(words)
    assert line.endswith("neither passes nor fails.")
    assert suspected(None) == ()


# --- rows that repeat --------------------------------------------------------------------------------------------


def counted(train: pd.DataFrame, release: pd.DataFrame) -> Repeats:
    schema = schema_of(train)
    encoder = fit_cells(schema, [train], [release])
    return measure_repeats(schema, encoder.encode(train), encoder.encode(release))


def test_repeats_are_counted_by_row() -> None:
    """Of a, a, b, c, c, c five rows repeat; missing cells are equal to each other."""
    assert is_repeated(np.array([1, 1, 2, 3, 3, 3])).sum() == 5
    train = pd.DataFrame({"c": ["a", "a", "b", None]})
    found = counted(train, pd.DataFrame({"c": ["a", None, None, "z"]}))
    assert (found.synthetic, found.n_synthetic, found.train, found.n_train) == (2, 4, 2, 4)


def test_rows_equal_by_nature_are_not_unusual() -> None:
    """A table of few levels repeats itself, and more so among more rows; only rows beyond that are called unusual."""
    rng = np.random.default_rng(0)
    few = [
        pd.DataFrame({"c": rng.choice(list("abcdefgh"), n), "d": rng.integers(60, size=n) * 1.0}) for n in (400, 4_000)
    ]
    assert not counted(few[0], few[1]).unusual
    train, fresh = three((400, 400), rng)
    assert not counted(train, fresh).unusual
    assert counted(train, pd.concat([fresh, fresh])).unusual
    assert counted(train, pd.concat([fresh, fresh[:8]])).unusual


# --- through the whole audit -------------------------------------------------------------------------------------


def audited(train: pd.DataFrame, release: pd.DataFrame, holdout: pd.DataFrame) -> synthaudit.Audit:
    return synthaudit.audit(train, release, holdout, profile="quick", jobs=1)


def test_two_people_glued_into_a_row_are_named() -> None:
    """Half of the columns from one member, half from another: said to agree in part of the columns; copies are not."""
    rng = np.random.default_rng(1)
    train, holdout, fresh = three((500, 500, 500), rng)
    second = train.sample(frac=1, random_state=2).reset_index(drop=True)
    glued = train.assign(**{name: second[name] for name in ("x0", "x2", "x4", "c1", "c3")})
    assert "in part of the columns" in " ".join(audited(train, glued, holdout).reasons)
    copies = pd.concat([train[:100], fresh[:400]], ignore_index=True)
    reasons = audited(train, copies, holdout).reasons
    assert "in part of the columns" not in " ".join(reasons)
    assert sum("occur verbatim" in reason for reason in reasons) == 1
    assert len(set(reasons)) == len(reasons)


def test_the_column_whose_values_are_reused_is_named() -> None:
    """Fresh people with the members' values in one column: the sentence names that column and no other."""
    rng = np.random.default_rng(3)
    train, holdout, fresh = three((500, 500, 500), rng)
    result = audited(train, fresh.assign(x1=rng.permutation(train["x1"].to_numpy())), holdout)
    (line,) = (reason for reason in result.reasons if reason.startswith("Rare exact values"))
    assert "'x1' are used again: for 500 of 500 members against 0 of 500" in line
    assert "more column" not in line


def test_a_release_without_a_leak_is_told_of_nothing() -> None:
    """Every row twice: the coverage counts the repeats, and no reason accuses."""
    train, holdout, fresh = three((500, 500, 500), np.random.default_rng(4))
    result = audited(train, pd.concat([fresh, fresh]), holdout)
    assert result.leakage_detected is False
    assert not any("repeat" in reason for reason in result.reasons)
    (line,) = (c for c in result.coverage if c.test == "rows that repeat")
    assert line.reason.startswith("100 % of the rows repeat another row of the release (0 %")
    assert not line.blocks_pass
    assert result.repeats is not None
    assert result.repeats.synthetic == 1_000

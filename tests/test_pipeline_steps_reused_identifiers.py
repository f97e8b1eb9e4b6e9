"""Values of one person that a release uses again: what is counted, what it is held against, and what is said."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tables import mixed

import synthaudit
from synthaudit import types
from synthaudit.adapters.alignment.align import align
from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.declared import ColumnOverride
from synthaudit.adapters.policy import policies
from synthaudit.adapters.readers.tables import read_table
from synthaudit.checks.reused_identifiers import identifier_columns, measure_identifiers, released_values
from synthaudit.pipeline.context import read_tables
from synthaudit.pipeline.step import run_steps
from synthaudit.pipeline.steps import reused_identifiers
from synthaudit.settings import Settings
from synthaudit.types import AuditData, IdentifierReuse, Kind, ReusedIdentifiers, Schema

N = 900
Draw = Callable[[np.random.Generator, int], list[Any]]
Column = list[Any]


def drawn(form: str, size: int) -> Draw:
    return lambda rng, n: [form.format(int(number)) for number in rng.integers(size, size=n)]


def mail(rng: np.random.Generator, n: int) -> Column:
    """A name of 2,000, a number of 1,000 and a host of 3: six million, as one may meet."""
    parts = rng.integers(2_000, size=n), rng.integers(1_000, size=n), rng.integers(3, size=n)
    return [f"{chr(97 + a % 26)}{chr(97 + a // 77)}x.{b}@{'abc'[c]}.org" for a, b, c in zip(*parts, strict=True)]


def names(rng: np.random.Generator, n: int) -> Column:
    """One of 10,000 names: few."""
    parts = rng.integers(100, size=n), rng.integers(100, size=n)
    first, last = ([chr(97 + x % 25) + "aeio"[x // 25] + "n" for x in part] for part in parts)
    return [f"{one}.{other}" for one, other in zip(first, last, strict=True)]


SSN = drawn("{:09}", 700_000_000)
PHONE = drawn("+49 511 {:08}", 10**8)
ACCOUNT: Draw = lambda rng, n: [int(x) for x in rng.integers(10**9, 10**10, n)]  # noqa: E731
IBAN = drawn("DE{:020}", 10**18)
UUID: Draw = lambda rng, n: ["".join(f"{b:02x}" for b in rng.bytes(16)) for _ in range(n)]  # noqa: E731


def aligned(train: Column, holdout: Column | None, release: Column, kind: Kind | None = None, **more: Any) -> AuditData:
    """One column under test beside one that tells nothing."""

    def table(cells: Column, role: Any) -> Any:
        frame = pd.DataFrame(
            {
                "own": pd.Series(cells),
                "sex": [("f", "m")[x] for x in np.random.default_rng(len(role)).integers(2, size=len(cells))],
            }
        )
        return read_table(frame.assign(**{key: value[role] for key, value in more.items()}), role)

    overrides = {} if kind is None else {"own": ColumnOverride(kind=kind)}
    return align(
        table(train, "train"),
        table(release, "synthetic"),
        None if holdout is None else table(holdout, "holdout"),
        options=AlignOptions(overrides=overrides, entity=next(iter(more), None)),
    )


def measured(data: AuditData) -> ReusedIdentifiers:
    columns = identifier_columns(data)
    return measure_identifiers(data, columns, released_values(data.synthetic, columns))


def reuse(train: Column, holdout: Column | None, release: Column, kind: Kind | None = None) -> IdentifierReuse | None:
    """What is said of the column; None where it is none whose values belong to one person."""
    found = measured(aligned(train, holdout, release, kind)).columns
    return found[0] if found else None


def lower(cells: Column) -> Column:
    return [f"  {str(cell).upper()} " for cell in cells]


def spaced(cells: Column) -> Column:
    return [" ".join(str(cell)) for cell in cells]


def digits(cells: Column) -> Column:
    return [f"no {''.join(c for c in str(cell) if c.isdigit())}" for cell in cells]


def national(cells: Column) -> Column:
    """Without the country's prefix."""
    return ["0" + cell.removeprefix("+49 ").replace(" ", "/") for cell in cells]


def headless(cells: Column) -> Column:
    """An account in its country's own form."""
    return [cell[4:] for cell in cells]


def aliased(cells: Column) -> Column:
    """Mails with a tag of one's own, which go to the same person."""
    return [cell.replace("@", "+news@").upper() for cell in cells]


def hashed(cells: Column) -> Column:
    """As is done to make a number a pseudonym."""
    return [hashlib.md5(str(cell).encode()).hexdigest() for cell in cells]


def hashed_mail(cells: Column) -> Column:
    """Of a mail in small letters, in base64."""
    return [b64encode(hashlib.sha256(cell.lower().encode()).digest()).decode() for cell in cells]


def cut_off(cells: Column) -> Column:
    """The first twelve characters of a hash of letters and digits alone."""
    return [hashlib.sha1(cell.replace("-", "").encode()).hexdigest()[:12] for cell in cells]


def same(cells: Column) -> Column:
    return cells


PLANTED: tuple[tuple[str, Draw, Callable[[Column], Column], int, int, tuple[str, bool, bool]], ...] = (
    # name, real values, how they are respelled, members' and non-members' values in the release; then
    # by what they are compared, whether members' reuse is found, and whether the holdout was seen
    ("fresh numbers", SSN, same, 0, 0, ("letters_and_digits", False, False)),
    ("4 of 900", SSN, same, 4, 0, ("letters_and_digits", True, False)),
    ("4 of 900, in capitals", UUID, lower, 4, 0, ("letters_and_digits", True, False)),
    ("4 of 900, in groups", SSN, spaced, 4, 0, ("letters_and_digits", True, False)),
    ("4 of 900, by digits", PHONE, digits, 4, 0, ("digits", True, False)),
    ("4 of 900, without the country", PHONE, national, 4, 0, ("digits", True, False)),
    ("4 of 900 accounts, without their head", IBAN, headless, 4, 0, ("digits", True, False)),
    ("mails with a tag, 30 of 900", mail, aliased, 30, 0, ("letters_and_digits", True, False)),
    ("4 of 900, hashed", SSN, hashed, 4, 0, ("digest", True, False)),
    ("4 of 900, hashed and cut off", UUID, cut_off, 4, 0, ("digest", True, False)),
    ("none, hashed", SSN, hashed, 0, 0, ("letters_and_digits", False, False)),
    ("non-members alone, hashed", SSN, hashed, 0, 4, ("digest", False, True)),
    ("mails hashed, 30 of 900", mail, hashed_mail, 30, 0, ("digest", True, False)),
    ("4 of 900 accounts", ACCOUNT, same, 4, 0, ("letters_and_digits", True, False)),
    ("3 of 900", SSN, same, 3, 0, ("letters_and_digits", True, False)),
    ("2 of 900", UUID, same, 2, 0, ("letters_and_digits", True, False)),
    ("as many of both sides", SSN, same, 9, 9, ("letters_and_digits", False, True)),
    ("more of the members", SSN, same, 20, 9, ("letters_and_digits", True, True)),
    ("non-members alone", SSN, same, 0, 4, ("letters_and_digits", False, True)),
    ("non-members in groups", SSN, spaced, 0, 9, ("letters_and_digits", False, True)),
    ("all members", SSN, same, 900, 0, ("letters_and_digits", True, False)),
    ("mails, 4 of 900 in a small space", mail, same, 4, 0, ("letters_and_digits", False, False)),
    ("mails, 30 of 900", mail, same, 30, 0, ("letters_and_digits", True, False)),
    ("mails, 30 of both", mail, same, 30, 30, ("letters_and_digits", False, False)),
)


@pytest.mark.parametrize(
    ("draw", "respelled", "members", "nonmembers", "expected"),
    [row[1:] for row in PLANTED],
    ids=[r[0] for r in PLANTED],
)
def test_planted_values(
    draw: Draw,
    respelled: Callable[[Column], Column],
    members: int,
    nonmembers: int,
    expected: tuple[str, bool, bool],
) -> None:
    """900 of each side, 900 in the release: counts, the way to compare, and both judgements."""
    rng = np.random.default_rng(3)
    train, holdout, release = (draw(rng, N) for _ in range(3))
    planted = respelled([*train[:members], *holdout[:nonmembers]])
    if draw is ACCOUNT or respelled is same:
        release[: len(planted)] = planted
    else:
        release = [*planted, *respelled(release[len(planted) :])]
    found = reuse(train, holdout, release)
    assert found is not None
    by_chance = 2 if draw is mail else 0
    assert members <= found.members <= members + by_chance
    assert nonmembers <= found.nonmembers <= nonmembers + by_chance
    assert (found.compared_by, found.reused, found.holdout_seen) == expected


def test_hashes_under_a_salt_are_nobody_s() -> None:
    """Whoever does not know the salt finds nobody; and neither does the audit."""
    rng = np.random.default_rng(3)
    train, holdout = SSN(rng, N), SSN(rng, N)
    found = reuse(train, holdout, hashed([f"pepper{number}" for number in train]))
    assert found is not None
    assert (found.compared_by, found.members, found.nonmembers, found.reused) == ("letters_and_digits", 0, 0, False)


def test_the_share_of_members_named_has_a_lower_bound() -> None:
    """By the space alone Clopper and Pearson's; beyond strangers an exact difference; none of quantities."""
    rng = np.random.default_rng(4)
    low = stats.beta.ppf(0.025, 20, N - 20 + 1)
    for draw, members, nonmembers in ((SSN, 20, 0), (SSN, 20, 9), (mail, 60, 9)):
        train, holdout, release = (draw(rng, N) for _ in range(3))
        release[: members + nonmembers] = [*train[:members], *holdout[:nonmembers]]
        column = reuse(train, holdout, release)
        assert column is not None
        assert column.excess_low is not None
        if draw is mail:
            # The normal interval of the difference, good at these counts, to a tenth of its length.
            half = 1.96 * np.sqrt((column.members + column.nonmembers) / N**2)
            share = (column.members - column.nonmembers) / N
            assert abs(column.excess_low - (share - half)) < 0.1 * half
        else:
            assert column.excess_low == pytest.approx(low, abs=1e-4)
    train, holdout, release = (ACCOUNT(rng, N) for _ in range(3))
    column = reuse(train, holdout, [*train[:20], *release[20:]])
    assert column is not None
    assert (column.reused, column.excess_low) == (True, None)


def numbered(start: int, n: int = N, form: str = "E{:06}") -> Column:
    return [form.format(start + i) for i in range(n)]


EXEMPT: tuple[tuple[str, Column, Column, Column, Kind | None, str | None], ...] = (
    ("a counter goes on", numbered(0), numbered(900), numbered(1_800), None, "counter"),
    ("a counter begins anew", numbered(0), numbered(900), numbered(0), None, "counter"),
    ("a counter by year", numbered(2_019_000_000), numbered(2_020_000_000), numbered(2_019_000_000), None, "counter"),
    ("a counter of numbers", list(range(N)), list(range(N, 2 * N)), list(range(N)), None, "counter"),
    ("a counter that is declared", numbered(0), numbered(900), numbered(5), "identifier", "counter"),
    ("every value twice", numbered(0, 450) * 2, numbered(900, 450) * 2, numbered(0, 450) * 2, "identifier", "counter"),
    ("cities, declared", ["Ulm", "Bonn"] * 450, ["Ulm", "Kiel"] * 450, ["Ulm", "Bonn"] * 450, "identifier", "small"),
    ("cities", ["Ulm", "Bonn"] * 450, ["Ulm", "Kiel"] * 450, ["Ulm", "Bonn"] * 450, None, None),
    ("quantities", [i % 97 + 0.5 for i in range(N)], [i % 89 + 0.5 for i in range(N)], [1.5] * N, None, None),
    ("five digits", list(range(10_000, 16_300, 7)), list(range(10_003, 16_303, 7)), [10_000] * N, None, None),
    ("18 people", [f"x{i}z" for i in range(9)], [f"y{i}z" for i in range(9)], [f"x{i}z" for i in range(9)], None, None),
)  # fmt: skip


@pytest.mark.parametrize(
    ("train", "holdout", "release", "kind", "space"), [row[1:] for row in EXEMPT], ids=[row[0] for row in EXEMPT]
)
def test_what_is_exempt(train: Column, holdout: Column, release: Column, kind: Kind | None, space: str | None) -> None:
    """Counters and small spaces accuse nobody, though members' values are there; other columns are not looked at."""
    found = reuse(train, holdout, release, kind)
    if space is None:
        assert found is None
        return
    assert found is not None
    assert (found.space, found.reused, found.holdout_seen) == (space, False, False)


def test_fresh_values_raise_no_alarm() -> None:
    """Large space, small space, names and a counter at once, under 100 seeds: nothing found in at least 99."""
    alarms = 0
    columns = ("ssn", "short", "name", "row")
    schema = Schema(columns=tuple(types.Column(name=name, kind="identifier") for name in columns))
    for seed in range(100):
        rng = np.random.default_rng(seed)
        tables = [
            pd.DataFrame(
                {
                    "ssn": SSN(rng, 200),
                    "short": drawn("{:06}", 10**6)(rng, 200),
                    "name": names(rng, 200),
                    "row": numbered(200 * place, 200),
                }
            )
            for place in range(3)
        ]
        train, holdout, release = tables
        found = measured(AuditData(schema=schema, train=train, holdout=holdout, synthetic=release)).columns
        assert [column.space for column in found] == ["large", "large", "small", "counter"]
        alarms += any(column.reused or column.holdout_seen for column in found)
    assert alarms <= 1


def test_four_of_900_are_found_in_every_draw() -> None:
    """20 seeds, in a space of 700 million."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        train, holdout, release = (SSN(rng, N) for _ in range(3))
        found = reuse(train, holdout, [*train[:4], *release[4:]])
        assert found is not None
        assert (found.members, found.nonmembers, found.reused) == (4, 0, True)


def test_without_a_holdout_the_space_alone_speaks() -> None:
    """Members' values by chance, and no comparison."""
    rng = np.random.default_rng(0)
    train, release = SSN(rng, N), SSN(rng, N)
    found = reuse(train, None, [*train[:4], *release[4:]])
    assert found is not None
    assert (found.members, found.n_nonmembers, found.reused, found.beyond_chance) == (4, 0, True, True)
    assert (found.pvalue_comparison, found.pvalue_holdout) == (None, None)


def test_a_value_of_both_sides_belongs_to_neither() -> None:
    """Spouses who share a telephone are on both sides; what they share accuses nobody."""
    rng = np.random.default_rng(0)
    train, holdout, release = (SSN(rng, N) for _ in range(3))
    holdout[:3] = train[:3]
    found = reuse(train, holdout, [*train[:3], *release[3:]])
    assert found is not None
    assert (found.members, found.n_members, found.nonmembers, found.n_nonmembers) == (0, N - 3, 0, N - 3)


def test_a_person_of_several_rows_has_one_value() -> None:
    """A telephone repeats over the rows of its person and belongs to one person all the same."""
    rng = np.random.default_rng(0)
    parts = [np.repeat(PHONE(rng, 100), 3).tolist() for _ in range(3)]
    who = {role: np.repeat(np.arange(100) + 1_000 * i, 3) for i, role in enumerate(("train", "holdout", "synthetic"))}
    parts[2][:12] = parts[0][:12]
    data = aligned(parts[0], parts[1], parts[2], who=who)
    [found] = measured(data).columns
    assert (found.members, found.n_members, found.reused) == (4, 100, True)


def test_the_lines_of_the_coverage_record() -> None:
    """Each space with its columns and their counts, the first five by name."""
    rng = np.random.default_rng(0)
    frames = [pd.DataFrame({f"n{i}": SSN(rng, 100) for i in range(7)}) for _ in range(3)]
    frames = [frame.assign(m=names(rng, 100), row=numbered(1_000 * i, 100)) for i, frame in enumerate(frames)]
    frames[2].loc[:0, "n0"] = frames[0]["n0"].to_numpy()[:1]
    train, holdout = read_table(frames[0], "train"), read_table(frames[1], "holdout")
    release = read_table(frames[2], "synthetic")
    settings = Settings(policy=policies()[0], built_in=policies(), profile="quick", seed=0, jobs=1)
    context = read_tables(align(train, release, holdout), settings, lambda *_: None, lambda _: None, explaining=False)
    lines = run_steps([reused_identifiers.STEP], context).coverage[len(context.coverage) :]
    mine, theirs, held = (set(frame["m"]) for frame in (frames[0], frames[1], frames[2]))
    own, others = mine - theirs, theirs - mine
    few = f"{len(own & held)} of {len(own)} members' values, {len(others & held)} of {len(others)} non-members'"
    none = "0 of 100 members' values, 0 of 100 non-members'"
    assert [(line.test, line.status, line.reason, line.blocks_pass) for line in lines] == [
        (
            "values of one person",
            "ran",
            "looked up in all rows of the release: 'n0' 1 of 100 members' values, 0 of 100 non-members';"
            f" 'n1' {none}; 'n2' {none}; 'n3' {none}; 'n4' {none}, and 2 more",
            False,
        ),
        (
            "values of one person",
            "ran_low_power",
            f"strangers may share such values by chance, so members were compared with non-members alone: 'm' {few}",
            False,
        ),
        (
            "values of one person",
            "ran_low_power",
            "values that count up meet whoever was counted, and were not tested: 'row'",
            False,
        ),
    ]


@pytest.mark.parametrize("release_rows", ["all", 1_000])
def test_a_streamed_release_is_looked_up_whole(release_rows: Any, tmp_path: Path) -> None:
    """Of 3,000 rows 500 are held: the counts are those of all rows, by letters and digits and by digits alone."""
    rng = np.random.default_rng(1)
    train, release, holdout = (
        mixed(n, rng).assign(ssn=SSN(rng, n), phone=PHONE(rng, n), account=ACCOUNT(rng, n), card=IBAN(rng, n))
        for n in (300, 3_000, 300)
    )
    release["card"] = hashed([*release["card"][:2_500], *train["card"][:7], *release["card"][2_507:]])
    release.loc[2_900:2_903, "ssn"] = spaced(train["ssn"][:4].tolist())
    release.loc[1_000:1_004, "phone"] = digits(train["phone"][:5].tolist())
    release.loc[2_000:2_005, "account"] = holdout["account"][:6].to_numpy()
    release.to_csv(tmp_path / "s.csv", index=False)
    report = synthaudit.audit(
        train, tmp_path / "s.csv", holdout, profile="quick", jobs=1, release_rows=release_rows, attacks=("dcr",)
    )
    assert report.identifiers is not None
    found = {
        c.column: (c.compared_by, c.members, c.nonmembers, c.reused, c.holdout_seen) for c in report.identifiers.columns
    }
    assert found == {
        "ssn": ("letters_and_digits", 4, 0, True, False),
        "phone": ("digits", 5, 0, True, False),
        "account": ("letters_and_digits", 0, 6, False, True),
        "card": ("digest", 7, 0, True, False),
    }
    assert report.reasons[0].startswith("Of the 300 values of 'card' that only members have, 7 stand, hashed, in the")


@pytest.mark.parametrize("release_rows", ["all", 1_000])
def test_a_running_number_of_the_release_names_nobody(release_rows: Any, tmp_path: Path) -> None:
    """Rows numbered from 0 as train's are, and not as the holdout's: it is said, and no leak."""
    rng = np.random.default_rng(2)
    train, holdout, release = (
        mixed(n, rng).assign(row=numbered(start, n)) for n, start in ((300, 0), (300, 300), (2_000, 0))
    )
    release.to_csv(tmp_path / "s.csv", index=False)
    report = synthaudit.audit(train, tmp_path / "s.csv", holdout, profile="quick", jobs=1, release_rows=release_rows)
    assert report.leakage_detected is False
    assert [line.reason for line in report.coverage if line.test == "identifier"] == [
        "The identifier 'row' of the release is a running number; it was not compared."
    ]


def test_what_an_audit_says(tmp_path: Path) -> None:
    """Under every policy it is named and detected; partner and public give no pass, internal is no gate."""
    rng = np.random.default_rng(4)
    train, release, holdout = (mixed(N, rng).assign(ssn=SSN(rng, N)) for _ in range(3))
    release.loc[:3, "ssn"] = train["ssn"][:4].to_numpy()
    for table, name in ((train, "t"), (release, "s"), (holdout, "h")):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    sentence = (
        "Of the 900 values of 'ssn' that only members have, 4 stand in the release and 0 of the 900 that only"
        " non-members have; chance would meet 0.0012. Each belongs to one person."
    )
    files = (tmp_path / f"{name}.csv" for name in "tsh")
    report = synthaudit.audit(*files, policy="internal", profile="quick", jobs=1, output=tmp_path / "o")
    assert report.leakage_detected is True
    assert sentence in report.reasons
    gates = {use.use: next(gate for gate in use.gates if gate.name == "coverage") for use in report.uses}
    assert {use: gate.outcome for use, gate in gates.items()} == {
        "internal": "pass",
        "partner": "inconclusive",
        "public": "inconclusive",
    }
    assert gates["partner"].reason == gates["public"].reason == sentence
    for name in ("summary.md", "report.html"):
        text = (tmp_path / "o" / name).read_text("utf-8")
        assert "ssn" in text
        assert not any(value in text for value in train["ssn"])

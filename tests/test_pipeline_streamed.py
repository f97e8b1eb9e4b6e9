"""A release of more rows than are held at once: what is asked of every row is answered as if it were held whole."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from tables import mixed

import synthaudit
from synthaudit.adapters.readers import jsonlines, source
from synthaudit.adapters.readers.compression import packed_as
from synthaudit.adapters.readers.drawn import sampled
from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.streams import parsed
from synthaudit.adapters.readers.tables import copied
from synthaudit.attacker.undressed import undress
from synthaudit.attacker.view import attacker
from synthaudit.checks.copies import Side, compared_columns, count_rows, measure_copies
from synthaudit.checks.duplicates import measure_repeats
from synthaudit.commands.audit import open_real
from synthaudit.commands.read_release import align_release
from synthaudit.commands.request import request
from synthaudit.encoding import fit_cells, fit_space, joined
from synthaudit.errors import InputError
from synthaudit.neighbours import nearest
from synthaudit.pipeline.streamed import Streamed
from synthaudit.streaming import lookup as whole_module
from synthaudit.streaming.lookup import batches, delivered_batches, nearest_of_all
from synthaudit.types import AuditData, RowsRead

ROWS = 5_000
AT_ONCE = 1_000
QUICK: dict[str, Any] = {"profile": "quick", "jobs": 1, "release_rows": AT_ONCE}


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches that a small release has several of."""
    monkeypatch.setattr(source, "VECTORS", 1)
    monkeypatch.setattr(jsonlines, "BATCH", 1_700)
    monkeypatch.setattr(whole_module, "BATCH", 1_300)


def people(n: int, seed: int) -> pd.DataFrame:
    """Numbers, some missing, categories, a date, and a truth value."""
    rng = np.random.default_rng(seed)
    table = mixed(n, rng)
    table["since"] = np.datetime64("2001-01-01") + rng.integers(0, 3_000, n).astype("timedelta64[D]")
    table["smokes"] = rng.random(n) < 0.3
    table.loc[rng.random(n) < 0.1, table.columns[0]] = np.nan
    return table


def written(table: pd.DataFrame, path: Path) -> Path:
    """A table as Parquet, CSV or JSON lines, the latter also packed."""
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
        return path
    if ".jsonl" in path.suffixes:
        plain = table.astype({name: str for name in table if table[name].dtype.kind == "M"})
        records = plain.astype(object).where(table.notna(), None).to_dict("records")
        lines = "".join(json.dumps(record) + "\n" for record in records).encode()
        path.write_bytes(packed_as(lines, {".gz": "gzip", ".zst": "zstd"}.get(path.suffix, "none")))
        return path
    with duckdb.connect() as base:
        base.register("given", table)
        base.execute(f"COPY given TO '{path}' (FORMAT parquet)")
    return path


def release(train: pd.DataFrame, n_copies: int = 0) -> pd.DataFrame:
    """Strangers, and the first rows of train among them, away from both ends of the file."""
    table = people(ROWS - n_copies, 99)
    return pd.concat([table[:3_000], train[:n_copies], table[3_000:]], ignore_index=True)


def aligned(
    train: pd.DataFrame, synthetic: Any, holdout: pd.DataFrame | None, kept: ExitStack, **options: Any
) -> AuditData:
    asked = request(train, holdout, **{**QUICK, **options})
    return align_release(open_real(asked), synthetic, asked, kept)


def test_neighbours_and_copies_are_those_of_a_release_held_whole(tmp_path: Path) -> None:
    """Distances, places and counts equal, to the bit, those of a search of all rows at once; nothing is sampled."""
    train, holdout = people(700, 1), people(600, 2)
    made = release(train, n_copies=120)
    # The sample has no missing date and fewer decimals than one row far down: both change every distance.
    made.loc[4_990, "since"] = pd.NaT
    made.iloc[4_991, 1] = 0.000123
    path = written(made, tmp_path / "release.parquet")
    with ExitStack() as kept:
        data = aligned(train, path, holdout, kept)
        held = aligned(train, path, holdout, kept, release_rows="all")
        assert data.whole is not None
        assert held.whole is None
        assert held.holdout is not None
        assert data.holdout is not None
        assert (len(data.synthetic), data.whole.n_rows, data.n_rows["synthetic"]) == (AT_ONCE // 2, ROWS, ROWS)
        encoder = fit_cells(data.schema, [data.train, people(600, 2)], [data.synthetic, data.whole.extremes])
        full = fit_cells(held.schema, [held.train, people(600, 2)], [held.synthetic])
        assert encoder.decimals == full.decimals
        one, two = encoder.encode(data.train), full.encode(held.train)
        others = encoder.encode(held.holdout), full.encode(held.holdout)
        cells = full.encode(held.synthetic)
        space = fit_space(data.schema, one, joined(encoder.encode(data.synthetic), encoder.encode(data.whole.extremes)))
        other = fit_space(held.schema, two, cells)
        assert np.array_equal(space.with_missing, other.with_missing)
        views = ("quantile_l2", "quantile_l1")
        found = nearest_of_all(
            map(space.points, batches(data.whole, encoder)), space.points(one), views=views, k=20, jobs=2
        )
        for view, norm in zip(views, ("l2", "l1"), strict=True):
            expected = nearest(other.points(two), other.points(cells), 20, norm=norm)
            assert np.array_equal(found[view].distance, expected.distance)
            assert np.array_equal(found[view].row, expected.row)
        counted = Streamed(data.whole, data.schema, len(data.synthetic)).counted(encoder, one, others[0])
        mine = measure_copies(data.schema, Side(cells=one), Side(cells=others[0]), counted, limit=0.005)
        counted = count_rows(held.schema, two, cells, others[1])
        assert mine == measure_copies(held.schema, Side(cells=two), Side(cells=others[1]), counted, limit=0.005)
        assert (mine.train, mine.synthetic_rows, mine.n_synthetic) == (120, 120, ROWS)
        repeats = measure_repeats(data.schema, one, encoder.encode(data.synthetic), data.whole.occurrences)
        assert repeats == measure_repeats(held.schema, two, cells)
        assert compared_columns(data.schema).all()


def evidence(audit: synthaudit.Audit) -> dict[str, Any]:
    """The evidence without what a clock or a file name decides."""
    told: dict[str, Any] = json.loads(audit.to_json())
    del told["provenance"], told["vendor"]
    for finding in told["findings"]:
        del finding["seconds"]
    for table in told["tables"]:
        del table["sha256"]
    return told


def test_format_order_of_rows_and_workers_change_no_figure(tmp_path: Path) -> None:
    """Parquet, CSV and JSON lines, rows shuffled, one worker or two: the same evidence."""
    train, holdout = people(700, 1), people(600, 2)
    made = release(train, n_copies=60)
    shuffled = made.sample(frac=1, random_state=3)
    plain = evidence(synthaudit.audit(train, written(made, tmp_path / "a.parquet"), holdout, **QUICK))
    assert plain["tables"][2]["n_rows"] == ROWS
    for name, jobs in (("b.parquet", 2), ("c.csv", 1), ("d.jsonl", 1), ("e.jsonl.gz", 1), ("f.jsonl.zst", 1)):
        path = written(shuffled, tmp_path / name)
        assert evidence(synthaudit.audit(train, path, holdout, **{**QUICK, "jobs": jobs})) == plain


def test_a_copy_of_train_hidden_in_noise_fails(tmp_path: Path) -> None:
    """All of train stands once among as many times its rows of strangers: every copy is found, and the audit fails."""
    train, holdout = people(700, 1), people(700, 2)
    found = synthaudit.audit(train, written(release(train, 700), tmp_path / "r.parquet"), holdout, **QUICK)
    assert (found.outcome, found.leakage_detected) == ("fail", True)
    assert (found.copies.train, found.copies.n_synthetic) == (700, ROWS)


def test_a_streamed_release_passes_and_says_what_was_read(tmp_path: Path) -> None:
    """A release of strangers passes under the loosest policy: quick reads every row, and promised the pass."""
    train, holdout = people(700, 1), people(700, 2)
    path = written(release(train), tmp_path / "r.parquet")
    told: list[str] = []
    found = synthaudit.audit(train, path, holdout, **QUICK, policy="internal", notify=told.append)
    assert (found.outcome, found.leakage_detected, found.report.rows_read) == ("pass", False, ())
    [line] = [line for line in found.coverage if line.test == "rows of the release"]
    assert (line.status, line.blocks_pass) == ("ran", False)
    assert line.reason == (
        "5,000 synthetic rows, too many to hold: copies, repeats, distances, agreement, claims, counts of values, rare"
        " pieces and guesses of secrets come from all of them; attacks that fit a model, nearness of texts, and what is"
        " said of whole columns read 500 drawn at random (--release-rows all reads everything)"
    )
    chances = "internal 100%, partner 32% (80 % with 820 on each side), public 0% (80 % with 2,390 on each side)"
    sides = "612 members, 613 non-members (88 and 87 more are set aside as reference)"
    expected = f"{sides}; chance of a pass if nothing leaks: {chances}"
    assert told[-2:] == [expected, line.reason]
    assert not [line for line in found.coverage if line.test == "rows read by models"]


def test_a_small_sample_rules_out_a_pass_where_models_read_it(tmp_path: Path) -> None:
    """500 rows teach a model less than it would learn of the whole; no chance of a pass is promised then."""
    train, holdout = people(700, 1), people(700, 2)
    path = written(release(train), tmp_path / "r.parquet")
    found = synthaudit.audit(train, path, holdout, **QUICK, attacks=["dcr", "logan"], policy="internal")
    assert (found.outcome, found.report.rows_read) == ("inconclusive", (RowsRead(attack="logan", n_rows=500),))
    [line] = [line for line in found.coverage if line.test == "rows read by models"]
    assert (line.status, line.blocks_pass) == ("ran_low_power", True)
    chances = json.loads(found.to_json())["decidable"]
    assert {(one["pass_probability"], one["n_needed"]) for one in chances} == {(0.0, None)}
    html = found.to_html(tmp_path / "r.html").read_text("utf-8")
    assert "four chances in five" not in html
    assert "an 80 % chance of a decision" not in html


def dressed(made: pd.DataFrame) -> pd.DataFrame:
    """Numbers in other units, with more decimals than train has and a curve, and one level under another name."""
    level = str(made.columns[5])
    renamed = made[level].replace(dict.fromkeys(sorted(made[level].unique())[:1], "another"))
    return made.assign(x1=np.exp(made["x1"]), x2=made["x2"] / 1_000, **{level: renamed})


def test_every_row_is_brought_back_as_the_sample_is(tmp_path: Path) -> None:
    """What was fitted on 500 rows gives, on rows that are read part by part, what it gives on the same rows held."""
    train, holdout = people(700, 1), people(600, 2)
    path = written(dressed(release(train, n_copies=120)), tmp_path / "release.parquet")
    with ExitStack() as kept:
        data, held = (aligned(train, path, holdout, kept, release_rows=rows) for rows in (AT_ONCE, "all"))
        assert data.whole is not None
        assert held.delivered_numbers is not None
        assert data.delivered_numbers is not None
        encoder = fit_cells(data.schema, [data.train], [data.synthetic, data.whole.extremes])
        real, sample = encoder.encode(data.train), encoder.encode(data.synthetic)
        look = undress(data.schema, real, sample, data.delivered_numbers)
        assert look is not None
        assert set(look.columns) >= {"x1", "x2", str(train.columns[5])}
        attacking = attacker(data.schema, fit_space(data.schema, real, sample), real, None)
        streamed = Streamed(data.whole, data.schema, len(data.synthetic)).all_rows(
            encoder, attacking, undoing=look.undoing
        )
        # Both orientations of every row, for nothing tells which one a column has.
        assert look.mirrored is not None
        assert streamed.n == sum(len(cells) for cells, _ in streamed.parts()) == 2 * ROWS
        for k in range(2):
            batches_of_rows = delivered_batches(data.whole, encoder, 1_300)
            mine = joined(*(look.undoing.cells(cells, delivered, k) for cells, delivered in batches_of_rows))
            expected = look.undoing.cells(encoder.encode(held.synthetic), held.delivered_numbers, k)
            assert np.array_equal(mine.codes, expected.codes)
            assert np.array_equal(mine.values, expected.values, equal_nan=True)


def test_a_leak_in_dress_is_found_in_every_row(tmp_path: Path) -> None:
    """Half of train, once each, in columns of another law: a sample of 500 of 5,000 rows holds 35 of 350."""
    train, holdout = people(700, 1), people(700, 2)
    for n_copies, detected in ((350, True), (0, False)):
        path = written(dressed(release(train, n_copies)), tmp_path / f"{n_copies}.parquet")
        streamed, whole = (
            synthaudit.audit(train, path, holdout, **{**QUICK, "release_rows": rows}) for rows in (AT_ONCE, "all")
        )
        assert (streamed.leakage_detected, streamed.outcome) == (whole.leakage_detected, whole.outcome)
        assert streamed.leakage_detected is detected
        assert streamed.report.rows_read == ()


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
def test_a_bad_cell_at_the_end_is_the_same_error(tmp_path: Path, suffix: str) -> None:
    """Text among numbers, a token for missing, a broken date: the error names the row, as for a small file."""
    train, holdout = people(700, 1), people(600, 2)
    made = release(train)
    # Missing cells of a category, so that a token for missing is no level.
    level = str(made.columns[5])
    train.loc[0, level] = None
    for column, cell in ((made.columns[1], "many"), (level, "NA"), ("since", "31/13/2020"), ("smokes", "perhaps")):
        broken = made.astype({column: object})
        broken[column] = [None if pd.isna(value) else str(value) for value in broken[column]]
        broken.loc[ROWS - 2, column] = cell
        path = written(broken, tmp_path / f"r{suffix}")
        said = []
        for rows in (AT_ONCE, "all"):
            with ExitStack() as kept, pytest.raises(InputError) as error:
                aligned(train, path, holdout, kept, release_rows=rows)
            said.append(str(error.value))
        assert said[0] == said[1]
        assert cell not in said[0] or cell == "NA"
        if column == made.columns[1]:
            assert f"1 of {ROWS} cells cannot be read as a number (data row {ROWS - 1})" in said[0]


def test_a_damaged_end_is_the_same_error(tmp_path: Path) -> None:
    """A record too many fields long, far down, is named by its row."""
    train = people(700, 1)
    path = written(release(train), tmp_path / "r.csv")
    lines = path.read_text().splitlines()
    lines[ROWS - 1] += ",1"
    path.write_text("\n".join(lines) + "\n")
    with ExitStack() as kept, pytest.raises(InputError, match=f"SA-123 .*data row {ROWS - 1} has 12 fields"):
        aligned(train, path, None, kept)


def test_people_are_named_by_any_row(tmp_path: Path) -> None:
    """A key that only an unsampled row holds names its person; a running number of the release's own names nobody."""
    train, holdout = people(700, 1).assign(who=[f"t{i}" for i in range(700)]), people(600, 2)
    holdout["who"] = [f"h{i}" for i in range(600)]
    made = release(train.drop(columns="who"))
    keyed = made.assign(who=[f"s{i}" for i in range(ROWS)])
    keyed.loc[[17, 4_321], "who"] = ["T-5", "h77"]
    with ExitStack() as kept:
        data = aligned(train, written(keyed, tmp_path / "a.parquet"), holdout, kept, entity="who")
        assert data.train_named is not None
        assert data.holdout_named is not None
        assert np.flatnonzero(data.train_named).tolist() == [5]
        assert np.flatnonzero(data.holdout_named).tolist() == [77]
        numbered = made.assign(who=np.arange(1, ROWS + 1))
        people_of = train.assign(who=np.arange(700)), holdout.assign(who=np.arange(1_000, 1_600))
        data = aligned(people_of[0], written(numbered, tmp_path / "b.parquet"), people_of[1], kept, entity="who")
        assert data.train_named is None
        assert any("is a running number" in line.reason for line in data.coverage)


def test_without_a_holdout_and_several_releases(tmp_path: Path) -> None:
    """Without a holdout copies are still counted in all rows; several releases are refused where one is streamed."""
    train = people(700, 1)
    path = written(release(train, 50), tmp_path / "a.parquet")
    found = synthaudit.audit(train, path, **QUICK)
    assert (found.outcome, found.copies.train, found.copies.n_synthetic) == ("fail", 50, ROWS)
    small = written(people(300, 5), tmp_path / "b.parquet")
    with pytest.raises(InputError, match="SA-195 synthetic: several releases, one of them too large"):
        synthaudit.audit(train, [path, small], people(600, 2), **QUICK)


def test_too_few_rows_at_once_are_refused() -> None:
    """A sample of hardly any rows is a mistake."""
    with pytest.raises(InputError, match=r"SA-209 release_rows: 10\. Give 1,000 or more rows, or all\."):
        request(people(10, 1), release_rows=10)


def test_the_sample_is_uniform_and_follows_content() -> None:
    """Every row is as likely as any other, twins on their own; shuffling the rows shuffles the sample along."""
    rng = np.random.default_rng(5)
    content = rng.integers(2**63, size=200).astype(np.uint64)
    content[150:] = content[0]
    drawn = np.zeros(200)
    for seed in range(2_000):
        drawn[sampled(content, 20, np.random.SeedSequence(seed))] += 1
    # Binomial(2,000, 0.1): 5 standard deviations are 67.
    assert np.abs(drawn - 200).max() < 67
    order = rng.permutation(150)
    one, two = (sampled(rows, 20, np.random.SeedSequence(7)) for rows in (content[:150], content[:150][order]))
    assert sorted(order[two].tolist()) == one.tolist()


def test_types_come_through_in_batches(tmp_path: Path) -> None:
    """Whole numbers with gaps, beyond 2**53, narrow floats, times: batches hold what a whole read does."""
    rng = np.random.default_rng(6)
    with duckdb.connect() as base:
        path = tmp_path / "t.parquet"
        base.execute(
            f"COPY (SELECT CASE WHEN i % 7 > 0 THEN i END AS a, i + 9007199254740993 AS b, (i / 10)::FLOAT AS c,"
            f" CASE WHEN i % 5 > 0 THEN DATE '2020-01-01' + i::INT END AS d, i % 3 = 0 AS e, 'x' || i AS f,"
            f" CASE WHEN i % 9 > 0 THEN (i / 4)::DECIMAL(9, 2) END AS g FROM range({ROWS}) t(i))"
            f" TO '{path}' (FORMAT parquet)"
        )
    options = ReadOptions()
    with copied(path, "synthetic", options) as copy:
        held = parsed(copy, options).frame
        opened = source.open_source(copy, options, AT_ONCE)
        assert opened is not None
        batches = [pd.DataFrame(dict(enumerate(batch))) for batch in opened.batches(range(7))]
        assert len(batches) == 3
        joined_up = pd.concat(batches, ignore_index=True).set_axis(held.columns, axis=1)
        joined_up["g"] = joined_up["g"].astype(object).where(joined_up["g"].notna(), None)
        pd.testing.assert_frame_equal(joined_up, held, check_dtype=False)
        rows = np.sort(rng.permutation(ROWS)[:40])
        pd.testing.assert_frame_equal(
            opened.pick(rows).frame, held.iloc[rows].reset_index(drop=True), check_dtype=False
        )


@pytest.mark.parametrize("release_rows", ["all", 1_000])
@pytest.mark.parametrize(("key", "n"), [("p{:x}", 1), ("{}", 0)])
def test_keys_that_are_made_up_are_listed_however_the_release_is_read(
    release_rows: Any, key: str, n: int, tmp_path: Path
) -> None:
    """Of a release that is read in parts as of one that is held; a running number says nothing."""
    rng = np.random.default_rng(5)
    train, holdout, release = (mixed(rows, rng) for rows in (120, 120, 1_200))
    train, holdout = (
        table.assign(who=[f"{role}{i}" for i in range(120)]) for table, role in ((train, "t"), (holdout, "h"))
    )
    numbers = rng.integers(10**8, 10**9, 1_200) if n else np.arange(1, 1_201)
    release.assign(who=[key.format(int(number)) for number in numbers]).to_csv(tmp_path / "s.csv", index=False)
    report = synthaudit.audit(
        train, tmp_path / "s.csv", holdout, entity="who", profile="quick", jobs=1, release_rows=release_rows,
        attacks=("dcr",),
    )  # fmt: skip
    assert report.delivered is not None
    listed = [one.kind for one in report.delivered.beyond if one.column == "who"]
    assert listed == ["identifiers"] * n

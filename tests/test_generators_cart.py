"""The built-in trees against what is known of their releases."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthaudit.generators.cart import Cart

DAY = np.timedelta64(86_400_000_000, "us")


def levels(codes: "np.ndarray[Any, Any]", prefix: str = "level ") -> "pd.Series[Any]":
    """Object column of strings, as canonical cells are."""
    return pd.Series([f"{prefix}{code}" for code in codes], dtype=object)


@pytest.fixture(scope="module")
def mixed() -> pd.DataFrame:
    """2,000 rows: a chain of dependent columns of every kind, a tenth of one of them missing."""
    rng = np.random.default_rng(1)
    n = 2000
    age = np.round(rng.gamma(9, 5, n))
    income = np.round(age * 700 + rng.normal(0, 6000, n), 2)
    table = pd.DataFrame({"age": age, "income": income})
    table["region"] = levels((age // 15).astype(int))
    table["since"] = pd.Series(np.datetime64("2000-01-01", "us") + (age * 100).astype(int) * DAY)
    table["member"] = pd.Series(np.where(rng.random(n) < 1 / (1 + np.exp(3 - age / 15)), "true", "false"), dtype=object)
    table.loc[income > np.quantile(income, 0.9), "income"] = np.nan
    return table


def test_release_keeps_columns_dtypes_and_a_fresh_index(mixed: pd.DataFrame) -> None:
    """The release is a canonical table of the asked size, whatever index the training table has."""
    release = Cart().fit_sample(mixed.iloc[::-1], 700, np.random.default_rng(0))
    assert list(release.columns) == list(mixed.columns)
    assert release.dtypes.equals(mixed.dtypes)
    assert release.index.equals(pd.RangeIndex(700))


def test_every_cell_is_a_training_value(mixed: pd.DataFrame) -> None:
    """Trees draw from leaves: no value of any column is invented."""
    release = Cart().fit_sample(mixed, 2000, np.random.default_rng(0))
    for name in mixed.columns:
        assert set(release[name].dropna()) <= set(mixed[name].dropna()), name


@pytest.mark.parametrize("leaf", [1, 5, 100])
def test_marginals_agree_within_sampling_error(mixed: pd.DataFrame, leaf: int) -> None:
    """Every share of a column's values is kept within 5 standard errors, in a release 10 times as long."""
    m = 20_000
    release = Cart(leaf=leaf).fit_sample(mixed, m, np.random.default_rng(2))
    for name in ["age", "region", "member"]:
        true = mixed[name].value_counts(normalize=True)
        drawn = release[name].value_counts(normalize=True).reindex(true.index, fill_value=0)
        # Rows are independent draws given the trees; twice their variance leaves room for what leaves blur.
        error = np.sqrt(true * (1 - true) / (m / 2))
        assert (abs(drawn - true) <= 5 * error + 1e-12).all(), name
    share = mixed["income"].isna().mean()
    assert abs(release["income"].isna().mean() - share) <= 5 * np.sqrt(share * (1 - share) / (m / 2))


def test_pairwise_dependence_is_kept(mixed: pd.DataFrame) -> None:
    """Rank correlations of neighbouring columns are those of the training table within .05, missing cells too."""
    release = Cart().fit_sample(mixed, 2000, np.random.default_rng(3))

    def coded(table: pd.DataFrame) -> pd.DataFrame:
        codes = table.assign(
            region=table["region"].str[-1].astype(float),
            since=(table["since"] - pd.Timestamp("2000-01-01")) / pd.Timedelta(days=1),
            member=(table["member"] == "true").astype(float),
        )
        return codes.assign(missing=codes["income"].isna().astype(float))

    difference = coded(release).corr("spearman") - coded(mixed).corr("spearman")
    assert np.nanmax(difference.abs().to_numpy()) <= 0.05  # a missing income has no correlation with itself


def test_exact_dependence_is_kept_exactly() -> None:
    """A column that is a function of an earlier one stays one: leaves are cut until they are pure."""
    rng = np.random.default_rng(0)
    code = rng.integers(30, size=3000)
    table = pd.DataFrame({"code": levels(code), "group": levels(code % 5, "group "), "size": (code % 7).astype(float)})
    release = Cart().fit_sample(table, 3000, rng)
    known = set(map(tuple, table.drop_duplicates().to_numpy()))
    assert set(map(tuple, release.to_numpy())) <= known


def test_small_leaves_memorise_and_large_ones_do_not() -> None:
    """With continuous columns a release row equals a training row always at leaf 1, hardly ever at leaf 100."""
    rng = np.random.default_rng(5)
    table = pd.DataFrame(rng.normal(size=(1000, 4)), columns=list("abcd"))
    known = set(map(tuple, table.to_numpy()))

    def copied(leaf: int) -> float:
        release = Cart(leaf=leaf).fit_sample(table, 2000, np.random.default_rng(6))
        return float(np.mean([row in known for row in map(tuple, release.to_numpy())]))

    assert copied(1) == 1.0  # each first value names its row, and a tree with leaves of one row looks the rest up
    # At leaf 100 each further column comes from the same row with probability 1 in 100 to 199.
    assert copied(100) <= 0.001


def test_missing_follows_its_cause() -> None:
    """Cells that are missing exactly where another column says so are missing there in the release as well."""
    rng = np.random.default_rng(0)
    asked = rng.random(2000) < 0.3
    answer = pd.Series(["yes" if a else None for a in asked], dtype=object)
    table = pd.DataFrame({"asked": levels(asked.astype(int)), "answer": answer, "score": np.where(asked, 1.5, np.nan)})
    release = Cart().fit_sample(table, 2000, rng)
    assert release["score"].isna().equals(release["asked"] == "level 0")
    assert release["answer"].isna().equals(release["asked"] == "level 0")


def test_degenerate_columns() -> None:
    """Constant and all-missing columns come out as they went in."""
    table = pd.DataFrame({"a": [1.0, 2.0] * 20, "one": 7.0, "none": np.nan, "same": levels(np.zeros(40, dtype=int))})
    table["nothing"] = pd.Series([None] * 40, dtype=object)
    table["never"] = pd.Series(np.full(40, np.datetime64("NaT", "us")))
    release = Cart().fit_sample(table, 100, np.random.default_rng(0))
    assert (release["one"] == 7).all()
    assert (release["same"] == "level 0").all()
    assert release[["none", "nothing", "never"]].isna().all(axis=None)
    assert release.dtypes.equals(table.dtypes)


def test_one_column_is_resampled_and_one_row_is_repeated() -> None:
    """The smallest tables have one possible release each."""
    rng = np.random.default_rng(0)
    column = Cart().fit_sample(pd.DataFrame({"x": [1.0, 2.0, np.nan]}), 3000, rng)["x"]
    assert column.value_counts(dropna=False).between(850, 1150).all()
    row = pd.DataFrame({"x": [1.0], "y": pd.Series(["a"], dtype=object)})
    assert Cart().fit_sample(row, 3, rng).equals(pd.concat([row] * 3, ignore_index=True))


def test_extreme_numbers_are_values_like_others() -> None:
    """Numbers that float32 cannot hold or tell apart are neither rounded nor an error."""
    x = np.array([1e300, -1e300, 2.0**53, 2.0**53 - 1, 0.0] * 40)
    release = Cart().fit_sample(pd.DataFrame({"x": x, "y": x}), 500, np.random.default_rng(0))
    assert release["x"].equals(release["y"].rename("x"))


def test_many_levels_keep_their_dependence() -> None:
    """600 levels predict a number, and are predicted by one: between-level variance is kept to a tenth."""
    rng = np.random.default_rng(7)
    code = rng.integers(600, size=6000)
    mean = rng.normal(size=600)[code]
    number = mean + rng.normal(size=6000)
    for names in (["code", "number"], ["number", "code"]):
        table = pd.DataFrame({"code": levels(code), "number": number})[names]
        release = Cart().fit_sample(table, 6000, np.random.default_rng(8))
        expected = dict(zip(table["code"], mean, strict=True))
        drawn = np.corrcoef(release["code"].map(expected).to_numpy(float), release["number"])[0, 1]
        # The correlation of a level's mean with the number is sqrt(1/2) by construction.
        assert drawn == pytest.approx(np.corrcoef(mean, number)[0, 1], abs=0.1), names


def test_levels_have_no_order() -> None:
    """Renaming the levels renames the release, whatever the alphabetical order: dependence is kept as well."""
    rng = np.random.default_rng(9)
    code = rng.integers(40, size=4000)
    far = rng.permutation(40)[code] % 2  # which half a level belongs to has nothing to do with its name
    table = pd.DataFrame({"code": levels(code), "far": levels(far, "half ")})
    release = Cart().fit_sample(table, 2000, rng)
    half = dict(zip(table["code"], table["far"], strict=True))
    assert (release["code"].map(half) == release["far"]).all()


def test_same_stream_same_release_and_no_global_state(mixed: pd.DataFrame) -> None:
    """A release depends on the table and the stream handed in, on nothing else, and leaves nothing behind."""
    state = np.random.get_state(legacy=False)["state"]["key"].copy()  # noqa: NPY002 - the global state is watched
    first, again, other = (Cart().fit_sample(mixed, 500, np.random.default_rng(seed)) for seed in (4, 4, 5))
    assert first.equals(again)
    assert not first.equals(other)
    assert np.array_equal(np.random.get_state(legacy=False)["state"]["key"], state)  # noqa: NPY002


def test_the_training_table_is_left_as_it_was(mixed: pd.DataFrame) -> None:
    """Fitting writes to nothing it was given."""
    before = mixed.copy(deep=True)
    Cart().fit_sample(mixed, 10, np.random.default_rng(0))
    assert mixed.equals(before)


def test_leaf_must_hold_a_row() -> None:
    """A leaf of no rows is a programmer's error."""
    with pytest.raises(ValueError, match="leaf must be at least 1, got 0"):
        Cart(leaf=0)

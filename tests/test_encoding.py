"""Identity is decided on canonical cells; scales are fitted without labels."""

import numpy as np
import pandas as pd

from synthaudit.encoding import canonical_order, fit_cells, fit_space, midrank, row_codes
from synthaudit.types import Column, Schema

SCHEMA = Schema(
    columns=(
        Column(name="amount", kind="numeric"),
        Column(name="city", kind="categorical"),
        Column(name="born", kind="datetime"),
    )
)


def table(amount: list[float], city: list[str | None], born: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "amount": np.array(amount, dtype=float),
            "city": np.array(city, dtype=object),
            "born": pd.to_datetime(pd.Series(born, dtype=object), format="ISO8601").astype("datetime64[us]"),
        }
    )


def test_equal_cells_get_equal_codes_whatever_their_writing() -> None:
    """Decimals the other side does not have, case, width, spaces and composition do not hide a copy."""
    real = table([1.25, 3.5, np.nan], ["Zürich", "ﬁne", None], ["2020-01-02", None, "1999-12-31"])
    fake = table([1.3, 3.5, np.nan], [" zu\u0308rich", "FINE ", None], ["2020-01-02 00:00:00", None, "1999-12-31"])
    encoder = fit_cells(SCHEMA, [real], [fake])
    a, b = encoder.encode(real), encoder.encode(fake)
    # 1.25 is rounded to the one decimal that the release writes: banker's rounding gives 1.2, not 1.3.
    assert (a.codes[:, 1:] == b.codes[:, 1:]).all()
    assert (a.codes[1:, 0] == b.codes[1:, 0]).all()
    assert a.codes[2].tolist()[:2] == [0, 0]
    assert a.codes[1, 2] == 0


def test_different_cells_get_different_codes() -> None:
    """Values one decimal apart, a second apart, or another city are not the same cell."""
    real = table([1.1, 1.2], ["a", "b"], ["2020-01-01 00:00:00", "2020-01-01 00:00:01"])
    codes = fit_cells(SCHEMA, [real], [real]).encode(real).codes
    assert (codes[0] != codes[1]).all()


def test_cells_unknown_to_the_encoder_are_minus_one() -> None:
    """A shadow release may hold values that no table of the audit does."""
    real = table([1.0, 2.0], ["a", "b"], ["2020-01-01", "2020-01-02"])
    new = table([5.0, 1.0], ["c", "a"], ["2020-01-01", "2021-01-02"])
    assert fit_cells(SCHEMA, [real], [real]).encode(new).codes.tolist() == [[-1, -1, 1], [1, 1, -1]]


def test_codes_do_not_depend_on_the_order_of_rows_or_tables() -> None:
    """The dictionary is sorted, so a shuffled file gets the same codes."""
    real = table([3.0, 1.0, 2.0], ["c", "a", "b"], ["2020-01-03", "2020-01-01", "2020-01-02"])
    shuffled = real.iloc[[2, 0, 1]].reset_index(drop=True)
    cells = fit_cells(SCHEMA, [real, shuffled], [real]).encode(real)
    of_shuffled = fit_cells(SCHEMA, [shuffled], [shuffled]).encode(real)
    assert cells.codes.tobytes() == of_shuffled.codes.tobytes()
    order = canonical_order(cells)
    assert cells.take(order).codes[:, 0].tolist() == [1, 2, 3]


def test_row_codes_are_equal_exactly_for_equal_rows() -> None:
    """One integer per row, equal where and only where all chosen columns agree."""
    rng = np.random.default_rng(0)
    frame = table(
        rng.integers(0, 3, 200).astype(float).tolist(), rng.choice(["a", "b"], 200).tolist(), ["2020-01-01"] * 200
    )
    cells = fit_cells(SCHEMA, [frame], [frame]).encode(frame)
    codes = row_codes({"t": cells}, np.array([True, True, False]))["t"]
    same = (cells.codes[:, None, :2] == cells.codes[None, :, :2]).all(axis=2)
    np.testing.assert_array_equal(codes[:, None] == codes[None, :], same)


def test_midrank_counts_ties_half() -> None:
    """The share below plus half of the share equal."""
    np.testing.assert_allclose(
        midrank(np.array([0.0, 1.0, 2.0, 9.0]), np.array([1.0, 1.0, 2.0, 3.0])), [0, 0.25, 0.625, 1]
    )


def test_one_extreme_synthetic_row_moves_no_scale() -> None:
    """Quantiles come from the real rows alone: G7 of a vendor who wants distances to shrink."""
    rng = np.random.default_rng(1)
    n = 50
    real = table(rng.normal(size=n).tolist(), ["a"] * n, ["2020-01-01"] * n)
    fake = table([*rng.normal(size=n - 1).tolist(), 1e12], ["a"] * n, ["2020-01-01"] * n)
    tame = fake.assign(amount=[*fake["amount"][:-1], 0.1])
    encoder, other = fit_cells(SCHEMA, [real], [fake]), fit_cells(SCHEMA, [real], [tame])
    with_it = fit_space(SCHEMA, encoder.encode(real), encoder.encode(fake)).points(encoder.encode(real))
    without = fit_space(SCHEMA, other.encode(real), other.encode(tame)).points(other.encode(real))
    np.testing.assert_array_equal(with_it.numeric, without.numeric)

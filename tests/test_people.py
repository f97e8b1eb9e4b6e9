"""People, not rows: what is counted where a person has several rows."""

import numpy as np
import pandas as pd
from tables import mixed

import synthaudit


def test_rows_that_a_person_repeats_are_no_twins() -> None:
    """Every person has the same row three times; without a holdout copies of them fail all the same.

    Rows that somebody else has show how often rows collide by nature; a person's own rows show nothing.
    """
    rng = np.random.default_rng(0)
    people = mixed(300, rng)
    train = people.loc[people.index.repeat(3)].reset_index(drop=True)
    train["who"] = np.repeat([f"p{i}k" for i in range(300)], 3)
    release = pd.concat([people[:60], mixed(600, rng)], ignore_index=True)
    report = synthaudit.audit(train, release, entity="who", profile="quick", jobs=1)
    assert report.outcome == "fail"
    assert report.copies.recognisable
    assert (report.copies.train, report.copies.n_train) == (60, 300)
    # The bound that stands where no two people share a row.
    assert report.copies.expected < 15

"""A list of steps runs in its order, and budget, progress and coverage are kept for all of them alike."""

from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from tables import schema_of, three
from threadpoolctl import threadpool_info, threadpool_limits

from synthaudit.adapters.policy import policies
from synthaudit.pipeline.attack import ATTACKS_STREAM, REPLAYS_STREAM, SHADOWS_STREAM, TIES_STREAM
from synthaudit.pipeline.comparable import COMPARABLE_STREAM
from synthaudit.pipeline.context import Tables, read_tables
from synthaudit.pipeline.prepare import CANDIDATES_STREAM, FAMILY_STREAM
from synthaudit.pipeline.step import Result, Step, line, run_steps
from synthaudit.pipeline.steps import STEPS, explanations, per_record, stacking
from synthaudit.runtime.budget import Budget
from synthaudit.settings import Settings
from synthaudit.types import AuditData


@pytest.fixture
def tables() -> Tables:
    """An audit of 40 people under seed 5, before its first step."""
    train, holdout, release = three((40, 40, 40), np.random.default_rng(0))
    data = AuditData(schema=schema_of(train), train=train, holdout=holdout, synthetic=release)
    settings = Settings(policy=policies()[0], built_in=policies(), profile="quick", seed=5, jobs=2)
    return read_tables(data, settings, lambda *_: None, lambda _: None, explaining=False)


def step(name: str, value: Any = None, **how: Any) -> Step[Tables, Any]:
    """A step that gives a value and says its name."""
    return Step(
        name=name,
        stage="tables",
        run=how.pop("run", lambda _: Result(value=value, coverage=(line(name, "ran", "done"),))),
        **how,
    )


def test_results_and_lines_come_in_the_order_of_the_list(tables: Tables) -> None:
    """Also of steps that run side by side; a later step reads what an earlier one gave."""
    first, second = step("first", 2), step("second", 3, beside=True)
    third = step("third", run=lambda context: Result(value=10 * context.results[first] + context.results[second]))
    ended = run_steps([first, second, third], tables)
    assert [ended.results[each] for each in (first, second, third)] == [2, 3, 23]
    assert [said.test for said in ended.coverage] == ["first", "second"]
    assert tables.coverage == ()


def test_steps_side_by_side_compute_on_one_thread_each(tables: Tables) -> None:
    """Sums over OpenMP's threads would depend on how many there are, and threads that wait for work take time."""
    import_module("sklearn.ensemble")

    def threads(_: Tables) -> Result[set[int]]:
        return Result(value={pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "openmp"})

    steps = [step("a", run=threads), step("b", run=threads, beside=True)]
    with threadpool_limits(limits=2):
        ended = run_steps(steps, tables)
    assert [ended.results[each] for each in steps] == [{1}, {1}]


def test_a_step_draws_from_the_stream_of_its_number_whoever_else_draws(tables: Tables) -> None:
    """The number-th child of the audit's seed, and a child of that one where the number has two parts."""

    def drawn(context: Tables) -> Result[float]:
        return Result(value=float(context.rng.random()))

    steps = [step("a", run=drawn, stream=(4,)), step("b", run=drawn, stream=(5, 1), beside=True)]
    ended = run_steps(steps, tables)
    root = np.random.default_rng(5).spawn(6)
    assert [ended.results[each] for each in steps] == [root[4].random(), root[5].spawn(2)[1].random()]
    alone = run_steps(steps[1:], tables)
    assert alone.results[steps[1]] == ended.results[steps[1]]


def test_no_two_draw_from_one_stream() -> None:
    """Numbers 0 to 26 are taken, each by one; a new step takes the number that this test names."""
    numbers: list[tuple[int, ...]] = [
        CANDIDATES_STREAM,
        SHADOWS_STREAM,
        ATTACKS_STREAM,
        TIES_STREAM,
        REPLAYS_STREAM,
        FAMILY_STREAM,
        COMPARABLE_STREAM,
    ]
    numbers += [each.stream for each in STEPS if each.stream]
    assert len(set(numbers)) == len(numbers)
    taken = {number[0] for number in numbers}
    assert taken == set(range(27)), f"the next free stream is {min(set(range(99)) - taken)}"


def test_a_profile_leaves_a_step_out_in_the_words_of_the_step(tables: Tables) -> None:
    """With a line where the step has words for it, without a word else; neither rules out a pass."""
    steps = [
        step("loud", profiles=("standard",), left_out="standard runs it"),
        step("silent", profiles=("standard",)),
        step("not asked for", applies=lambda _: False, left_out="nobody asked"),
    ]
    ended = run_steps(steps, tables)
    assert ended.coverage == (
        line("loud", "not_run", "standard runs it"),
        line("not asked for", "not_run", "nobody asked"),
    )
    assert [ended.results.get(each) for each in steps] == [None, None, None]


def test_nothing_is_left_out_without_a_word_when_time_runs_out_between_two_steps(tables: Tables) -> None:
    """A clock that passes the limit right after the first question: that step runs, and the next one is named."""
    times = iter([0.0, 9.0, 11.0, 12.0])
    context = replace(tables, budget=Budget(10.0, clock=lambda: next(times)))
    steps = [step("first", cost="spare"), step("second", cost="spare"), step("needed")]
    ended = run_steps(steps, context)
    assert [(said.test, said.status, said.blocks_pass) for said in ended.coverage] == [
        ("first", "ran", False),
        ("second", "not_run", True),
        ("needed", "ran", False),
    ]
    assert ended.coverage[1].reason == "the time budget of 10 seconds was spent before it could begin"


def test_progress_is_told_once_for_steps_side_by_side(tables: Tables) -> None:
    """Before and after, under the name that they share."""
    told: list[tuple[str, int, int]] = []
    context = replace(tables, progress=lambda *stage: told.append(stage))
    run_steps([step("a", progress="both"), step("b", progress="both", beside=True), step("c")], context)
    assert told == [("both", 0, 1), ("both", 1, 1)]


def test_the_list_runs_stage_by_stage_and_every_step_after_what_it_needs() -> None:
    """The tuple can be read from top to bottom; names are those of the coverage record, once in each stage."""
    stages = [each.stage for each in STEPS]
    assert stages == sorted(stages, key=("tables", "no_holdout", "attacked").index)
    for place, each in enumerate(STEPS):
        earlier = {before.name for before in STEPS[:place] if before.stage in ("tables", each.stage)}
        assert set(each.needs) <= earlier
    assert len({(each.stage, each.name) for each in STEPS}) == len(STEPS)


def test_what_costs_much_is_left_out_first() -> None:
    """The stack, the per-record attack and the other risks; a verdict can do without no other."""
    spare = [each.name for each in STEPS if each.cost == "spare"]
    assert spare == ["combination of attacks", "per-record attack", "other risks"]
    assert all(each.blocks_pass for each in STEPS)
    assert (per_record.STEP.profiles, stacking.STEP.profiles) == (("thorough",), ("standard", "thorough"))
    assert explanations.STEP.left_out == ""

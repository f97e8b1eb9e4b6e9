"""While an audit runs in a notebook a bar shows how far it is; elsewhere nothing is shown."""

import re
from collections.abc import Callable

import pytest
from example_notebook import notebook_shell

from synthaudit.commands.notebook import shown_progress

Told = Callable[[str, int, int], None]


def bars(steps: list[tuple[str, int, int]]) -> list[dict[str, str]]:
    """What a notebook was sent for these steps of an audit, in order."""
    with notebook_shell() as publisher:
        with shown_progress(None) as progress:
            assert progress is not None
            for step in steps:
                progress(*step)
        assert list(publisher.shown.values()) == [{"text/html": "", "text/plain": ""}]
        return publisher.history


def test_elsewhere_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A script or a terminal hears nothing unless it asks."""
    with shown_progress(None) as progress:
        assert progress is None
    assert capsys.readouterr() == ("", "")


def test_the_caller_s_own_is_told_and_nothing_is_shown() -> None:
    """Also in a notebook: whoever asks to be told shows it, or not."""

    def own(stage: str, done: int, total: int) -> None:
        raise AssertionError

    with notebook_shell() as publisher:
        with shown_progress(own) as progress:
            assert progress is own
        assert publisher.history == []


def test_a_bar_says_the_stage_and_how_far_it_is() -> None:
    """One line that is written over, by hundredths, and is gone at the end."""
    sent = bars([("attacks", 1, 4), ("attacks", 4, 4), ("neighbours", 0, 0)])
    assert [data["text/plain"] for data in sent] == [
        "synthaudit: reading the tables, 0 %",
        "synthaudit: attacks, 25 %",
        "synthaudit: attacks, 100 %",
        "synthaudit: neighbours, 0 %",
        "",
    ]
    assert [re.findall(r'value="(\d+)"', data["text/html"]) for data in sent] == [["0"], ["25"], ["100"], ["0"], []]


def test_of_the_same_hundredth_nothing_new_is_sent() -> None:
    """A million steps are at most a hundred messages and one."""
    assert len(bars([("attacks", done, 1_000_000) for done in range(0, 1_000_000, 100)])) == 1 + 100 + 1


def test_a_stage_is_text() -> None:
    """Names of generators may come from others."""
    bar = bars([("<img src=x onerror=alert(1)>\u202e", 1, 2)])[1]["text/html"]
    assert "<img" not in bar
    assert "&lt;img src=x onerror=alert(1)&gt;\\u202e" in bar


def test_the_bar_is_taken_away_when_an_audit_breaks_off() -> None:
    """Also where the tables cannot be audited."""
    with notebook_shell() as publisher:
        with pytest.raises(RuntimeError), shown_progress(None):
            raise RuntimeError
        assert list(publisher.shown.values()) == [{"text/html": "", "text/plain": ""}]

"""Fixtures that every test may use."""

import pytest
from figures import Record, record


@pytest.fixture
def record_figure(request: pytest.FixtureRequest) -> Record:
    """Note a figure of a seed study: ``record_figure(name, value, required)``; see ``tests/figures.py``."""
    test = request.node.nodeid.removeprefix("tests/")

    def note(name: str, value: object, required: str) -> None:
        record(test, name, value, required)

    return note

"""Fixtures that every test may use."""

from collections.abc import Iterator

import pytest
from figures import Record, record


@pytest.fixture(scope="session", autouse=True)
def state_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The key of the user who runs the tests is left alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def record_figure(request: pytest.FixtureRequest) -> Record:
    """Note a figure of a seed study: ``record_figure(name, value, required)``; see ``tests/figures.py``."""
    test = request.node.nodeid.removeprefix("tests/")

    def note(name: str, value: object, required: str) -> None:
        record(test, name, value, required)

    return note

"""The example notebook shows what its code gives."""

import json

import nbformat
import pytest
from example_notebook import NOTEBOOK, Publisher, executed, notebook_shell, outputs

from synthaudit.commands.notebook import kernel


def test_its_outputs_are_those_of_its_code() -> None:
    """``make notebook`` was run after the last change: every output is the same, text by text."""
    stored = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(stored)
    done = executed(stored, NOTEBOOK.parent)
    for before, after in zip(stored.cells, done.cells, strict=True):
        assert json.loads(json.dumps(after)) == json.loads(json.dumps(before)), before.source


def test_a_cell_gives_what_it_prints_shows_and_ends_with() -> None:
    """The reading of cells itself."""
    source = (
        "import sys\nprint('a')\nsys.modules['IPython'].get_ipython().display_pub.publish({'text/plain': 'b'})\n1 + 2"
    )
    printed, shown, result = outputs(source, {}, NOTEBOOK.parent, 7)
    assert (printed["text"], shown["data"], result["data"]) == ("a\n", {"text/plain": "b"}, {"text/plain": "3"})
    assert result["execution_count"] == 7


def test_an_update_takes_the_place_of_what_it_updates() -> None:
    """And is refused where there is nothing to update."""
    publisher = Publisher()
    publisher.publish({"text/plain": "1"}, transient={"display_id": "x"})
    publisher.publish({"text/plain": "2"}, transient={"display_id": "x"}, update=True)
    assert list(publisher.shown.values()) == [{"text/plain": "2"}]
    with pytest.raises(AssertionError):
        publisher.publish({"text/plain": "3"}, transient={"display_id": "y"}, update=True)


def test_a_notebook_is_told_from_a_script() -> None:
    """Within the shell of a notebook, and nowhere else."""
    assert kernel() is None
    with notebook_shell():
        assert kernel() is not None
    assert kernel() is None

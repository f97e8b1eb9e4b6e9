"""Runs docs/example.ipynb as a notebook would, and keeps its outputs (``make notebook``).

    python -P -m example_notebook

A kernel of its own would bring some twenty packages for what is three kinds of output here: what a cell prints, what it
shows while it runs, and its last line.
"""

import ast
import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pandas as pd

LAYOUT = ("display.max_columns", 20, "display.width", 80)
"""How pandas writes a frame as text where a kernel runs it; elsewhere it looks at the terminal."""
NOTEBOOK = Path(__file__).parents[1] / "docs" / "example.ipynb"


class Publisher:
    """Keeps what is shown below a cell; an update takes the place of what it updates, and nothing is left of blanks."""

    def __init__(self) -> None:
        self.shown: dict[object, dict[str, str]] = {}
        self.history: list[dict[str, str]] = []

    def publish(self, data: dict[str, str], *, transient: dict[str, str] | None = None, update: bool = False) -> None:
        """As IPython's publisher is called."""
        place = (transient or {}).get("display_id", object())
        assert not update or place in self.shown, "an update of what was never shown"
        self.shown[place] = data
        self.history.append(data)


class ZMQInteractiveShell:
    """Has the name by which the shell of a notebook is known."""

    def __init__(self) -> None:
        self.display_pub = Publisher()


@contextlib.contextmanager
def notebook_shell() -> Iterator[Publisher]:
    """Python as it is in a notebook's cell, as far as synthaudit looks."""
    shell, module, before = ZMQInteractiveShell(), ModuleType("IPython"), sys.modules.get("IPython")
    module.get_ipython = lambda: shell  # type: ignore[attr-defined]
    sys.modules["IPython"] = module
    try:
        yield shell.display_pub
    finally:
        del sys.modules["IPython"]
        if before is not None:
            sys.modules["IPython"] = before


def executed(notebook: Any, folder: Path) -> Any:
    """A copy of the notebook with the outputs of its code, run in a folder."""
    done, names = nbformat.from_dict(notebook), {"__name__": "__main__"}
    code = (cell for cell in done.cells if cell.cell_type == "code")
    with pd.option_context(*LAYOUT):
        for number, cell in enumerate(code, 1):
            cell.execution_count, cell.outputs = number, outputs(cell.source, names, folder, number)
    return done


def outputs(source: str, names: dict[str, Any], folder: Path, number: int) -> list[Any]:
    """What one cell prints, shows, and its last line."""
    tree, printed = ast.parse(source), io.StringIO()
    last = tree.body[-1]
    first = ast.Module(tree.body[:-1] if isinstance(last, ast.Expr) else tree.body, type_ignores=[])
    with notebook_shell() as publisher, contextlib.redirect_stdout(printed), contextlib.chdir(folder):
        exec(compile(first, "<cell>", "exec"), names)
        value = (
            eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if isinstance(last, ast.Expr) else None
        )
    made = [nbformat.v4.new_output("stream", name="stdout", text=printed.getvalue())] if printed.getvalue() else []
    made += [nbformat.v4.new_output("display_data", data) for data in publisher.shown.values() if any(data.values())]
    if value is not None:
        data = {"text/plain": repr(value)}
        if hasattr(value, "_repr_html_"):
            data["text/html"] = value._repr_html_()
        made.append(nbformat.v4.new_output("execute_result", data, execution_count=number))
    return made


def main() -> None:
    """Write the notebook with its outputs anew."""
    done = executed(nbformat.read(NOTEBOOK, as_version=4), NOTEBOOK.parent)
    nbformat.validate(done)
    nbformat.write(done, NOTEBOOK)


if __name__ == "__main__":
    main()

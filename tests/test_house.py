"""The house stays one that a stranger finds their way in: rooms, sizes and arrows, read off the source."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "synthaudit"
MOST_NAMES, MOST_FILES = 30, 12
MOST_LINES, MOST_FUNCTION_LINES, MOST_PARAMETERS = 400, 60, 8
LONG_FUNCTIONS = {
    "api.py:audit": "a public function writes its options out, one a line, and says what each is",
    "api.py:audit_batch": "the same",
}
"""Functions over the limit of lines, with the reason; at most five."""
PUBLIC = ("api.py:", "commands/split.py:split")
"""The public functions, which write their options out."""


@cache
def sources() -> dict[str, ast.Module]:
    """Path within the package -> its syntax tree."""
    return {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))
    }


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function, by ``path:name``."""
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}:{node.name}", node


def n_parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Parameters without ``self`` and ``cls``."""
    given = function.args
    names = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def imports(tree: ast.Module, modules: dict[str, str]) -> set[str]:
    """Files of the package that a file imports, wherever in it, but not what is imported for types alone."""
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    imported: set[str] = set()
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("synthaudit"):
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                imported.add(modules[name] if name in modules else modules[node.module])
        elif isinstance(node, ast.Import):
            imported |= {modules[alias.name] for alias in node.names if alias.name in modules}
    return imported


def arrows() -> dict[str, set[str]]:
    """File -> files that it imports, lazy imports included."""
    modules = {
        ".".join(("synthaudit", *Path(path).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in sources()
    }
    return {path: imports(tree, modules) - {path} for path, tree in sources().items()}


def in_a_circle(graph: dict[str, set[str]]) -> list[str]:
    """What can be reached from itself."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(graph[start])
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += graph[node]
        return seen

    return [node for node in graph if node in reached(node)]


def room(path: str) -> str:
    """The name at the top of the package that a file belongs to."""
    return Path(path).parts[0]


def test_the_top_of_the_package_is_a_short_list() -> None:
    """At most 30 names, of which at most 12 are files: a reader of ``ls`` sees the audit."""
    names = {room(path) for path in sources()}
    assert len(names) <= MOST_NAMES
    assert len([name for name in names if name.endswith(".py")]) <= MOST_FILES


def test_no_module_is_longer_than_400_lines() -> None:
    """A file is one thing."""
    lines = {path: len((PACKAGE / path).read_text("utf-8").splitlines()) for path in sources()}
    assert {path: n for path, n in lines.items() if n > MOST_LINES} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    """But for those listed above, each with its reason."""
    long = {
        name: length
        for name, node in functions()
        if (length := 1 + (node.end_lineno or 0) - node.lineno) > MOST_FUNCTION_LINES
    }
    assert long.keys() == LONG_FUNCTIONS.keys(), long
    assert len(LONG_FUNCTIONS) <= 5


def test_no_function_takes_more_than_8_parameters() -> None:
    """But for the public functions; compiled inner loops take records too."""
    many = {name: n for name, node in functions() if (n := n_parameters(node)) > MOST_PARAMETERS}
    assert [name for name in many if not name.startswith(PUBLIC)] == []
    assert not [name for name in many if name.startswith("api.py:_")]


def test_no_import_goes_in_a_circle_lazy_ones_included() -> None:
    """Neither between files nor between rooms."""
    files = arrows()
    assert in_a_circle(files) == []
    rooms: dict[str, set[str]] = {room(path): set() for path in files}
    for path, imported in files.items():
        rooms[room(path)] |= {room(other) for other in imported} - {room(path)}
    assert in_a_circle(rooms) == []


def test_a_circle_of_lazy_imports_would_be_seen() -> None:
    """The reading of imports itself: inside functions yes, for types no."""
    modules = {"synthaudit.a": "a.py", "synthaudit.b": "b.py", "synthaudit": "__init__.py"}
    lazy = ast.parse("def f():\n    from synthaudit import b\n    import synthaudit.a")
    typed = ast.parse("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from synthaudit.b import C")
    assert imports(lazy, modules) == {"a.py", "b.py"}
    assert imports(typed, modules) == set()
    assert in_a_circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]

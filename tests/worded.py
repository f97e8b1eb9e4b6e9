"""Which texts reach an error or a note of coverage, and which of them hold words that are no message of the catalogue.

Read off the source: from the arguments of each construction back through names, conditions, joined texts, parameters
and what functions of the package give back.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "synthaudit"
SHOWN = {
    "InputError": {"where": 1, "got": 2, "do": 3},
    "CannotFinishError": {"message": 0},
    "Coverage": {"test": 0, "reason": 2},
}
"""Arguments that people read, by class, with their places."""
NOTED = {"note", "notes"}
"""Arguments of any call with what reading noticed, which becomes a note of coverage."""
FIELDS = {"got", "do", "words", "where", "note"}
"""Fields of other classes that are handed on to them."""
ROLES = {
    "train",
    "holdout",
    "synthetic",
    "reference",
    "deleted",
    "canaries",
    "record",
    "manifest",
    "evidence",
    "schema",
}
NAMES = re.compile(r"--?[a-zA-Z][\w-]*(?:[ :=]+$)?|SA-\d+|\b(?:%s)\b" % "|".join(sorted(ROLES)))  # noqa: UP031
"""What is the same in every language: a flag, a code, the role of a table."""
_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


class Source:
    """The package as syntax trees, with what is defined in it by name."""

    def __init__(self) -> None:
        self.trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
        self.path: dict[ast.AST, Path] = {}
        self.parent: dict[ast.AST, ast.AST] = {}
        self.functions: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
        self.classes: dict[str, list[ast.ClassDef]] = {}
        self.calls: dict[str, list[ast.Call]] = {}
        for path, tree in self.trees.items():
            for node in ast.walk(tree):
                self.path[node] = path
                self.parent |= dict.fromkeys(ast.iter_child_nodes(node), node)
                if isinstance(node, _FUNCTION):
                    self.functions.setdefault(node.name, []).append(node)
                elif isinstance(node, ast.ClassDef):
                    self.classes.setdefault(node.name, []).append(node)
                elif isinstance(node, ast.Call):
                    self.calls.setdefault(name_of(node.func), []).append(node)

    def enclosing(self, node: ast.AST) -> Iterator[ast.AST]:
        """Functions around a node, the innermost first, and its module."""
        while node in self.parent:
            node = self.parent[node]
            if isinstance(node, ast.Module | _FUNCTION):
                yield node


def name_of(function: ast.expr) -> str:
    """The last part of what is called."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@cache
def source() -> Source:
    """The package, read once."""
    return Source()


def argument(call: ast.Call, name: str, place: int) -> ast.expr | None:
    """What a call gives for a parameter."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[place] if place < len(call.args) else None


def has_words(text: str, *, filled: bool = False) -> bool:
    """Whether a text holds words: of a text that is filled one is enough, another may be a name."""
    words = re.findall(r"[^\W\d_]{2,}", NAMES.sub(" ", text))
    return len(words) > (not filled) and (filled or " " in text.strip())


class Unmarked:
    """Literals with words on their way into an error or a note, by place."""

    def __init__(self) -> None:
        self.source = source()
        self.seen: set[ast.AST] = set()
        self.literals: list[ast.expr] = []
        for kind, arguments in SHOWN.items():
            for call in self.source.calls.get(kind, []):
                for name, place in arguments.items():
                    text = argument(call, name, place)
                    if text is not None:
                        self.follow(text)
        for call in self.source.calls.get("append", []):
            if ast.unparse(call.func).endswith("notes.append"):
                self.follow_all(call.args)
        for calls in self.source.calls.values():
            for call in calls:
                self.follow_all(keyword.value for keyword in call.keywords if keyword.arg in NOTED)

    def places(self) -> list[str]:
        """Each as ``file:line: text``."""
        return [
            f"{self.source.path[node].relative_to(PACKAGE)}:{node.lineno}: {ast.unparse(node)}"
            for node in self.literals
        ]

    def follow(self, node: ast.AST | None) -> None:
        """Go back from a text to what it is made of."""
        if node is None or node in self.seen:
            return
        self.seen.add(node)
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and has_words(node.value):
                self.literals.append(node)
        elif isinstance(node, ast.JoinedStr):
            if any(isinstance(part, ast.Constant) and has_words(str(part.value), filled=True) for part in node.values):
                self.literals.append(node)
            self.follow_all(part.value for part in node.values if isinstance(part, ast.FormattedValue))
        elif isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, ast.Name):
            self._name(node)
        elif isinstance(node, ast.Attribute):
            self._attribute(node)
        elif isinstance(node, ast.IfExp):
            self.follow_all((node.body, node.orelse))
        elif isinstance(node, ast.BinOp):
            self.follow_all((node.left, node.right))
        elif isinstance(node, ast.BoolOp):
            self.follow_all(node.values)
        elif isinstance(node, ast.Tuple | ast.List):
            self.follow_all(node.elts)
        elif isinstance(node, ast.Dict):
            self.follow_all(node.values)
        elif isinstance(node, ast.ListComp | ast.GeneratorExp):
            self.follow(node.elt)
        elif isinstance(node, ast.Starred | ast.NamedExpr | ast.Subscript):
            self.follow(node.value)

    def follow_all(self, nodes: Iterator[ast.AST] | list[ast.expr] | tuple[ast.AST, ...]) -> None:
        """The same for several."""
        for node in nodes:
            self.follow(node)

    def _call(self, call: ast.Call) -> None:
        name = name_of(call.func)
        if name in ("N_", "_"):
            return
        if name == "plural" and len(call.args) == 3:  # of the catalogue
            return
        if isinstance(call.func, ast.Attribute):
            if name == "format":
                self.follow_all(keyword.value for keyword in call.keywords)
            if name in ("join", "fromkeys"):
                self.follow_all(call.args)
            if name in ("format", "replace", "strip", "rstrip", "lower", "get"):
                self.follow(call.func.value)
            if name == "get":
                self.follow_all(call.args[1:])
        if name in ("list", "tuple", "sorted"):
            self.follow_all(call.args)
        for function in self.source.functions.get(name, []):
            if function.returns is not None and "str" in ast.unparse(function.returns):
                self.follow_all(
                    inner.value
                    for inner in ast.walk(function)
                    if isinstance(inner, ast.Return | ast.Yield) and inner.value is not None
                )

    def _name(self, name: ast.Name) -> None:
        for scope in self.source.enclosing(name):
            if isinstance(scope, _FUNCTION):
                given = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
                if name.id in (parameter.arg for parameter in given):
                    self._parameter(scope, name.id)
                    return
            values = assigned(scope).get(name.id, [])
            if values:
                self.follow_all(values)
                return

    def _parameter(self, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> None:
        parameters = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)]
        annotated = {p.arg: p.annotation for p in (*function.args.args, *function.args.kwonlyargs)}
        annotation = annotated.get(name)
        if annotation is not None and "str" not in ast.unparse(annotation):
            return
        is_method = bool(parameters) and parameters[0] in ("self", "cls")
        place = parameters.index(name) - is_method if name in parameters else 1_000
        for call in self.source.calls.get(function.name, []):
            self.follow(argument(call, name, place))

    def _attribute(self, node: ast.Attribute) -> None:
        if node.attr not in FIELDS:
            return
        for name, classes in self.source.classes.items():
            for kind in classes if name not in SHOWN else ():
                fields = [
                    statement.target.id
                    for statement in kind.body
                    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
                ]
                if node.attr in fields:
                    for call in self.source.calls.get(name, []):
                        self.follow(argument(call, node.attr, fields.index(node.attr)))


@cache
def assigned(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """What names are set to within a function, or at the top of a module."""
    values: dict[str, list[ast.expr]] = {}
    for node in scope.body if isinstance(scope, ast.Module) else ast.walk(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    values.setdefault(target.id, []).append(node.value)
                elif isinstance(target, ast.Tuple):
                    inner = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value] * len(target.elts)
                    for each, value in zip(target.elts, inner, strict=False):
                        values.setdefault(getattr(each, "id", ""), []).append(value)
        elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr) and isinstance(node.target, ast.Name):
            values.setdefault(node.target.id, []).extend([node.value] if node.value else [])
    return values

"""Python sources to mutate: their nodes, text spans, and the words of the wire in them."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from tools.document import document, merged
from tools.mutation.mutation import ROOT, Mutation


@dataclass(frozen=True, slots=True)
class Change:
    """Replacement of a span of a source text."""

    start: int
    end: int
    text: str


class Source:
    """Parsed Python file that knows the text span of each node."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text)
        self._bytes = self.text.encode()
        self._nodes: list[ast.AST] = []
        _collect(self.tree, self._nodes)
        self.walk = list(ast.walk(self.tree))
        self._functions = [one for one in self.walk if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
        self._starts = [0]
        for line in self._bytes.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def function_of(self, node: ast.AST) -> str:
        """Name of the innermost function around a node."""
        line = getattr(node, "lineno", 0)
        around = [one for one in self._functions if one.lineno <= line <= (one.end_lineno or 0)]
        return max(around, key=lambda one: one.lineno).name if around else "module"

    def nodes(self) -> list[ast.AST]:
        """Every node except annotations, docstrings and code for type checkers."""
        return self._nodes

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[node.end_lineno - 1] + node.end_col_offset
        return start, end

    def of(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.span(node)
        return self._bytes[start:end].decode()

    def instead(self, node: ast.expr | ast.stmt, text: str) -> Change:
        return Change(*self.span(node), text)

    def without(self, items: list[ast.expr], index: int) -> Change:
        """Change that removes one of several items and its comma."""
        if index + 1 < len(items):
            return Change(self.span(items[index])[0], self.span(items[index + 1])[0], "")
        return Change(self.span(items[index - 1])[1], self.span(items[index])[1], "")


@cache
def source_at(path: Path) -> Source:
    return Source(path)


def _collect(node: ast.AST, found: list[ast.AST]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue  # a docstring
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.arg | ast.JoinedStr | ast.Assert | ast.Raise) and not _is_http_error(child):
            continue  # annotations and messages
        if isinstance(child, ast.Call) and called(child).split(".")[0] in ("log", "logger", "TypeVar", "ParamSpec"):
            continue
        if isinstance(child, ast.Assign) and ast.unparse(child.targets[0]) in ("__slots__", "__all__"):
            continue
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and child in node.decorator_list:
            continue
        found.append(child)
        _collect(child, found)


def _is_http_error(node: ast.AST) -> bool:
    return isinstance(node, ast.Raise) and "HTTPError" in ast.unparse(node)


def called(node: ast.Call) -> str:
    return ast.unparse(node.func)


Found = Iterator[tuple[ast.AST, Change, str]]


Mutator = Callable[[Source], Found]


@cache
def wire_names() -> frozenset[str]:
    """Names of all fields of the document."""
    found: set[str] = set()
    for schema in document()["components"]["schemas"].values():
        found |= set(merged(schema).get("properties", {}))
    return frozenset(found)


@cache
def wire_words() -> frozenset[str]:
    """Words with a meaning on the wire: enum values, event types, names of headers and parameters."""
    found: set[str] = set(document()["components"]["schemas"]["StreamEvent"]["discriminator"]["mapping"])
    for schema in document()["components"]["schemas"].values():
        found |= {word for word in schema.get("enum", []) if isinstance(word, str)}
    for parameter in document()["components"]["parameters"].values():
        found.add(parameter["name"])
    found |= set(document()["components"]["responses"]["TurnOrEvents"]["headers"])
    return frozenset(found)


def mutations_of_sources(
    side: str, folder: Path, mutators: tuple[Mutator, ...], apart: set[str], pattern: str = "**/*.py"
) -> list[Mutation]:
    found = []
    for path in sorted(folder.glob(pattern)):
        if apart & {*path.relative_to(folder).parts}:
            continue
        source = source_at(path)
        for mutator in mutators:
            for node, change, effect in mutator(source):
                place = f"{path.relative_to(ROOT)} {source.function_of(node)}: {effect}"
                kind = mutator.__name__.replace("_", " ")
                found.append(Mutation(side, kind, place, partial(apply, path.relative_to(ROOT), change)))
    return found


def apply(path: Path, change: Change, tree: Path) -> None:
    content = (tree / path).read_bytes()
    changed = content[: change.start] + change.text.encode() + content[change.end :]
    ast.parse(changed)
    (tree / path).write_bytes(changed)

"""Lies of the server and of the client, found in their Python sources by small mutators."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.contract.document import document
from tests.drift.lie import ROOT, Lie
from tests.properties.drawing import merged

# What the document does not speak of: how the server is started, watched, documented and tested with.
NOT_THE_API = {
    *("cli.py", "serve.py", "local.py", "pytest_plugin.py", "docs_page.py", "service_routes.py", "metrics.py"),
    *("cross_origin.py", "archive.py", "settings.py", "__main__.py", "http_protocol.py", "lock.py", "schema.py"),
    *("postgres.py", "openai_compatible.py"),
}
NOT_THE_SURFACE = {"__main__.py", "__init__.py", "document.py", "reading.py", "writing.py", "project.py", "halves.py"}
NOT_THE_CLIENT = {"asgi.py", "log.py", "deprecation.py", "__init__.py"}


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of a source text and what stands there instead."""

    start: int
    end: int
    text: str


class Source:
    """A Python file, parsed, with its nodes' places in the text."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.tree = ast.parse(self.text)
        self._starts = [0]
        for line in self.text.encode().splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def function_of(self, node: ast.AST) -> str:
        """The function in which a node stands."""
        line = getattr(node, "lineno", 0)
        around = [
            one
            for one in ast.walk(self.tree)
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.lineno <= line <= (one.end_lineno or 0)
        ]
        return max(around, key=lambda one: one.lineno).name if around else "module"

    def nodes(self) -> Iterator[ast.AST]:
        """Every node but type annotations, docstrings and what is only for the type checker."""
        yield from _nodes(self.tree)

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[node.end_lineno - 1] + node.end_col_offset
        return start, end

    def of(self, node: ast.expr | ast.stmt) -> str:
        start, end = self.span(node)
        return self.text.encode()[start:end].decode()

    def instead(self, node: ast.expr | ast.stmt, text: str) -> Change:
        return Change(*self.span(node), text)

    def without(self, items: list[ast.expr], index: int) -> Change:
        """The change that takes one of several items, with its comma."""
        if index + 1 < len(items):
            return Change(self.span(items[index])[0], self.span(items[index + 1])[0], "")
        return Change(self.span(items[index - 1])[1], self.span(items[index])[1], "")


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue  # a docstring
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.arg | ast.JoinedStr | ast.Assert | ast.Raise) and not _is_refusal(child):
            continue  # annotations; what is printed for people
        if isinstance(child, ast.Call) and _called(child).split(".")[0] in ("log", "logger", "TypeVar", "ParamSpec"):
            continue
        if isinstance(child, ast.Assign) and ast.unparse(child.targets[0]) in ("__slots__", "__all__"):
            continue
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and child in node.decorator_list:
            continue
        yield child
        yield from _nodes(child)


def _is_refusal(node: ast.AST) -> bool:
    return isinstance(node, ast.Raise) and "Refusal" in ast.unparse(node)


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func)


Found = Iterator[tuple[ast.AST, Change, str]]


def wire_names() -> set[str]:
    """The names of all fields of the document."""
    found: set[str] = set()
    for schema in document()["components"]["schemas"].values():
        found |= set(merged(schema).get("properties", {}))
    return found


def wire_words() -> set[str]:
    """The words with a meaning on the wire: enumerated values, types of events, names of headers and parameters."""
    found: set[str] = set(document()["components"]["schemas"]["StreamEvent"]["discriminator"]["mapping"])
    for schema in document()["components"]["schemas"].values():
        found |= {word for word in schema.get("enum", []) if isinstance(word, str)}
    for parameter in document()["components"]["parameters"].values():
        found.add(parameter["name"])
    found |= set(document()["components"]["responses"]["TurnOrEvents"]["headers"])
    return found


def field_dropped(source: Source) -> Found:
    names = wire_names()
    for node in source.nodes():
        if isinstance(node, ast.Dict) and len(node.keys) > 1:
            for index, key in enumerate(node.keys):
                if isinstance(key, ast.Constant) and key.value in names:
                    yield node, _without_pair(source, node, index), f"{key.value} is left out"


def _without_pair(source: Source, node: ast.Dict, index: int) -> Change:
    starts = [
        source.span(key)[0] if key else source.span(value)[0] - 2
        for key, value in zip(node.keys, node.values, strict=True)
    ]
    if index + 1 < len(starts):
        return Change(starts[index], starts[index + 1], "")
    return Change(source.span(node.values[index - 1])[1], source.span(node.values[index])[1], "")


def field_misnamed(source: Source) -> Found:
    names = wire_names()
    for node in source.nodes():
        if isinstance(node, ast.Dict):
            for key in node.keys:
                if isinstance(key, ast.Constant) and key.value in names:
                    yield node, source.instead(key, repr(f"{key.value}s")), f"{key.value} is called {key.value}s"


def field_null(source: Source) -> Found:
    names = wire_names()
    for node in source.nodes():
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                is_null = isinstance(value, ast.Constant) and value.value is None
                if isinstance(key, ast.Constant) and key.value in names and not is_null:
                    yield node, source.instead(value, "None"), f"{key.value} is null"


OTHER_STATUS = {
    200: 202,
    204: 200,
    304: 200,
    400: 422,
    401: 403,
    404: 400,
    405: 404,
    409: 400,
    412: 409,
    413: 400,
    415: 400,
    422: 400,
    429: 503,
    503: 500,
}


def wrong_status(source: Source) -> Found:
    for node in source.nodes():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            node.value.kind = "a number of its own"
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value in OTHER_STATUS and not node.kind:
            other = OTHER_STATUS[node.value]
            yield node, source.instead(node, str(other)), f"{node.value} is {other}"


def word_misspelt(source: Source) -> Found:
    words = wire_words()
    for node in source.nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in words:
            yield node, source.instead(node, repr(f"{node.value}s")), f"{node.value} is {node.value}s"


def order_reversed(source: Source) -> Found:
    for node, text, start in _sql(source):
        for match in re.finditer(r" DESC\b", text):
            yield node, Change(start + match.start(), start + match.end(), " ASC"), "DESC is ASC"
        for match in re.finditer(r"ORDER BY [\w.]+(?! DESC)\b(?=[\"')])", text):
            yield node, Change(start + match.end(), start + match.end(), " DESC"), "the order is turned"


def account_forgotten(source: Source) -> Found:
    for node, text, start in _sql(source):
        for match in re.finditer(r"\baccount_id = \?", text):
            yield node, Change(start + match.start(), start + match.end(), "(account_id = ? OR 1 = 1)"), "any account"


def rows_forgotten(source: Source) -> Found:
    for node, text, start in _sql(source):
        for match in re.finditer(r"\b(DELETE FROM|UPDATE) \w+", text):
            where = text.find("WHERE", match.end())
            if where > 0:
                yield node, Change(start + where + 5, start + where + 5, " 1 = 0 AND"), f"{match[0]} does nothing"


def _sql(source: Source) -> Iterator[tuple[ast.expr, str, int]]:
    """Every literal with SQL in it, as it is written, and where it begins."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and re.search(
            r"\b(SELECT|UPDATE|DELETE|INSERT)\b", source.of(node)
        ):
            if isinstance(node, ast.Constant) and not isinstance(node.value, str):
                continue
            if isinstance(node, ast.Constant) and not source.of(node).startswith(('"', "'", "(")):
                continue  # a piece of an f-string, which has no place of its own
            yield node, source.of(node), source.span(node)[0]


def step_left_out(source: Source) -> Found:
    for node in source.nodes():
        if not isinstance(node, ast.Expr):
            continue
        value = node.value.value if isinstance(node.value, ast.Await | ast.YieldFrom) else node.value
        if isinstance(value, ast.Call) and not _is_housekeeping(value):
            yield node, source.instead(node, "pass"), f"{ast.unparse(node)[:60]} is left out"


HOUSEKEEPING = re.compile(
    r"(close|shutdown|cancel|sleep|join|release|acquire|debug|info|warning|exception|count|saw|remove|discard|aclose|register_at_fork)$"
)


def _is_housekeeping(call: ast.Call) -> bool:
    return bool(HOUSEKEEPING.search(_called(call)))


def condition_turned(source: Source) -> Found:
    for node in source.nodes():
        if isinstance(node, ast.If | ast.IfExp) and not _is_about_types(node.test):
            yield (
                node,
                source.instead(node.test, f"not ({source.of(node.test)})"),
                f"not: {ast.unparse(node.test)[:60]}",
            )


def _is_about_types(test: ast.expr) -> bool:
    return bool(re.search(r"isinstance|TYPE_CHECKING|hasattr|_metrics|log", ast.unparse(test)))


def error_swallowed(source: Source) -> Found:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Raise) and node.exc is not None and not re.match(MISTAKES, ast.unparse(node.exc)):
            yield node, source.instead(node, "pass"), f"{ast.unparse(node)[:60]} is swallowed"


# What only a mistake in a program raises.
MISTAKES = r"(RuntimeError|TypeError|AssertionError|LookupError|DocumentError|Unbound|UnusableDocument|StoreRefused)\b"


def nothing_returned(source: Source) -> Found:
    for node in source.nodes():
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Call) and _called(node.value) == "Answer":
            yield (
                node,
                source.instead(node, 'return Answer(b"null")'),
                f"null instead of {ast.unparse(node.value)[:50]}",
            )


def zone_forgotten(source: Source) -> Found:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.JoinedStr) and source.of(node).rstrip("\"'").endswith("Z"):
            yield node, source.instead(node, source.of(node)[:-2] + source.of(node)[-1]), "the Z is left out"


def one_forgotten(source: Source) -> Found:
    for node in source.nodes():
        if (
            isinstance(node, ast.Tuple | ast.Set | ast.List)
            and len(node.elts) > 1
            and all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in node.elts)
        ):
            for index, one in enumerate(node.elts):
                yield node, source.without(node.elts, index), f"{ast.unparse(one)} is forgotten"


def one_too_many(source: Source) -> Found:
    """A set of methods or statuses has one more: POST is repeated like GET, 500 like 503."""
    for node in source.nodes():
        if (
            isinstance(node, ast.Tuple | ast.Set)
            and node.elts
            and all(isinstance(one, ast.Constant) for one in node.elts)
        ):
            values = [one.value for one in node.elts if isinstance(one, ast.Constant)]
            more = '"POST"' if "GET" in values else "500" if 503 in values else None
            if more is not None:
                end = source.span(node.elts[-1])[1]
                yield node, Change(end, end, f", {more}"), f"{more} is one of {ast.unparse(node)}"


def argument_exchanged(source: Source) -> Found:
    for node in source.nodes():
        if (
            isinstance(node, ast.keyword)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, bool)
        ):
            other = str(not node.value.value)
            yield node.value, source.instead(node.value, other), f"{node.arg}={other}"


Mutator = Callable[[Source], Found]
SERVER: tuple[Mutator, ...] = (
    *(field_dropped, field_misnamed, field_null, wrong_status, word_misspelt, order_reversed, account_forgotten),
    *(rows_forgotten, step_left_out, condition_turned, error_swallowed, nothing_returned, zone_forgotten),
    one_forgotten,
)
CLIENT: tuple[Mutator, ...] = (
    *(wrong_status, word_misspelt, step_left_out, condition_turned, one_forgotten, one_too_many, argument_exchanged),
    *(error_swallowed, zone_forgotten),
)


def server_lies() -> list[Lie]:
    return [*_lies("server", ROOT / "server" / "threads_server", SERVER, NOT_THE_API), *unlocked_operations()]


def runtime_lies() -> list[Lie]:
    return _lies("client", ROOT / "generator" / "runtime", CLIENT, NOT_THE_CLIENT)


def generator_lies() -> list[Lie]:
    """What the generator makes of the document; that it refuses what it cannot use is another matter."""
    return _lies("client", ROOT / "generator", (condition_turned,), NOT_THE_SURFACE, "*.py")


def _lies(
    side: str, folder: Path, mutators: tuple[Mutator, ...], apart: set[str], pattern: str = "**/*.py"
) -> list[Lie]:
    found = []
    for path in sorted(folder.glob(pattern)):
        if path.name in apart:
            continue
        source = Source(path)
        for mutator in mutators:
            for node, change, said in mutator(source):
                place = f"{path.relative_to(ROOT)} {source.function_of(node)}: {said}"
                kind = mutator.__name__.replace("_", " ")
                found.append(Lie(side, kind, place, partial(tell, path.relative_to(ROOT), change)))
    return found


def tell(path: Path, change: Change, tree: Path) -> None:
    content = (tree / path).read_bytes()
    changed = content[: change.start] + change.text.encode() + content[change.end :]
    ast.parse(changed)
    (tree / path).write_bytes(changed)


def unlocked_operations() -> list[Lie]:
    """Each operation takes any key, or none."""
    path = Path("server") / "threads_server" / "app.py"
    asked = "account = await self._doorkeeper.open(key, services.store)"
    found = []
    for item in document()["paths"].values():
        for operation in (one for one in item.values() if isinstance(one, dict) and "operationId" in one):
            name = operation["operationId"]
            text = asked.replace("await", f'"default" if endpoint.operation.id == {name!r} else await')
            found.append(Lie("server", "key not asked for", name, partial(replace, path, asked, text)))
    return found


def replace(path: Path, old: str, new: str, tree: Path) -> None:
    content = (tree / path).read_text(encoding="utf-8")
    if content.count(old) != 1:
        raise LookupError(f"{path} has not exactly one {old!r}")
    (tree / path).write_text(content.replace(old, new), encoding="utf-8")

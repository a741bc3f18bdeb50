"""Mutations of server and client, found in their Python sources."""

import ast
import re

from tools.mutation.mutation import ROOT, Mutation
from tools.mutation.mutators import app_mutations, sql_mutations
from tools.mutation.source import Change, Found, Mutator, Source, called, mutations_of_sources, wire_names, wire_words

# Outside the document: how the server is started, observed, documented and tested.
NOT_THE_API = {
    *("cli", "server.py", "testing.py", "pytest_plugin.py", "swagger_ui.py", "routes.py", "metrics.py"),
    *("cors.py", "settings.py", "__main__.py", "lock.py", "schema.py"),
    *("postgres.py", "openai_compatible.py"),
}
NOT_THE_SURFACE = {
    *("__main__.py", "__init__.py", "document.py", "normalize.py", "package.py", "project.py", "unasync.py"),
    "runtime",
}
NOT_THE_CLIENT = {"asgi.py", "_logging.py", "_deprecation.py", "__init__.py"}


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
    431: 413,
    503: 500,
}


def wrong_status(source: Source) -> Found:
    for node in source.nodes():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            node.value.kind = "a number of its own"
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value in OTHER_STATUS and not node.kind:
            other = OTHER_STATUS[node.value]
            yield node, source.instead(node, str(other)), f"{node.value} is {other}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.match(r"\d{3} [A-Z]", node.value):
            line = f"{OTHER_STATUS[int(node.value[:3])]}{node.value[3:]}"
            yield node, source.instead(node, repr(line)), f"{node.value} is {line}"


def word_misspelt(source: Source) -> Found:
    words = wire_words()
    for node in source.nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in words:
            yield node, source.instead(node, repr(f"{node.value}s")), f"{node.value} is {node.value}s"


def step_left_out(source: Source) -> Found:
    for node in source.nodes():
        if not isinstance(node, ast.Expr):
            continue
        value = node.value.value if isinstance(node.value, ast.Await | ast.YieldFrom) else node.value
        if isinstance(value, ast.Call) and not _is_housekeeping(value):
            yield node, source.instead(node, "pass"), f"{ast.unparse(node)[:60]} is left out"


HOUSEKEEPING = re.compile(
    r"(close|shutdown|cancel|sleep|join|release|acquire|debug|info|warning|exception|count|saw|remove|discard|aclose"
    r"|register_at_fork)$"
)


def _is_housekeeping(call: ast.Call) -> bool:
    return bool(HOUSEKEEPING.search(called(call)))


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
    for node in source.walk:
        if isinstance(node, ast.Raise) and node.exc is not None and not re.match(MISTAKES, ast.unparse(node.exc)):
            yield node, source.instead(node, "pass"), f"{ast.unparse(node)[:60]} is swallowed"


# Raised for programming errors only.
MISTAKES = (
    r"(RuntimeError|TypeError|AssertionError|LookupError|DocumentError|OperationMismatch|UnusableDocument"
    r"|StoreOpenError)\b"
)


def nothing_returned(source: Source) -> Found:
    for node in source.nodes():
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Call) and called(node.value) == "Response":
            yield (
                node,
                source.instead(node, 'return Response(b"null")'),
                f"null instead of {ast.unparse(node.value)[:50]}",
            )


def zone_forgotten(source: Source) -> Found:
    for node in source.walk:
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
    """Add POST to a set with GET, or 500 to a set with 503."""
    for node in source.nodes():
        if (
            isinstance(node, ast.Tuple | ast.Set)
            and node.elts
            and all(isinstance(one, ast.Constant) for one in node.elts)
        ):
            values = [one.value for one in node.elts if isinstance(one, ast.Constant)]
            more = '"POST"' if "GET" in values else "500" if 503 in values else None
            if more is not None and ast.literal_eval(more) not in values:
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


def event_missing(source: Source) -> Found:
    """Leave out one event."""
    for node in source.nodes():
        if isinstance(node, ast.Tuple | ast.List):
            for index, one in enumerate(node.elts):
                if isinstance(one, ast.Call) and re.search(r"\b_?events?\b", called(one)):
                    others = [source.of(other) for other in (*node.elts[:index], *node.elts[index + 1 :])]
                    yield node, source.instead(node, f"[{', '.join(others)}]"), f"no {ast.unparse(one)[:50]}"


def wrong_encoding(source: Source) -> Found:
    """Leave a text unescaped, escape too little of it, or change its character set."""
    for node in source.nodes():
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name, code = called(node), ast.unparse(node)[-50:]
        if name in ("quote", "quote_plus"):
            yield node, source.instead(node, source.of(node.args[0])), f"{code} is not escaped"
            for one in node.keywords:
                if one.arg == "safe":
                    yield node, source.instead(one.value, '"/"'), f"{code} leaves slashes"
        elif name.endswith((".encode", ".decode")):
            charset = "utf-16" if ast.unparse(node.args[0]) == "'ascii'" else "latin-1"
            yield node, source.instead(node.args[0], repr(charset)), f"{code} is {charset}"
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "replace" and len(node.args) == 2:
            yield node, source.instead(node, source.of(node.func.value)), f"{code} is left out"
    for written in source.walk:
        if isinstance(written, ast.JoinedStr):  # its parts have no places of their own
            start, _ = source.span(written)
            for match in re.finditer(r"\bquote(?:_plus)?\((\w+)\)", source.of(written)):
                change = Change(start + match.start(), start + match.end(), match[1])
                yield written, change, f"{match[0]} is not escaped"


SERVER: tuple[Mutator, ...] = (
    *(field_dropped, field_misnamed, field_null, wrong_status, word_misspelt, step_left_out, condition_turned),
    *(error_swallowed, nothing_returned, zone_forgotten, one_forgotten, event_missing, *sql_mutations.MUTATORS),
)
CLIENT: tuple[Mutator, ...] = (
    *(wrong_status, word_misspelt, step_left_out, condition_turned, one_forgotten, one_too_many, argument_exchanged),
    *(error_swallowed, zone_forgotten, wrong_encoding),
)


def server_mutations() -> list[Mutation]:
    of_sources = mutations_of_sources("server", ROOT / "server" / "threads_server", SERVER, NOT_THE_API)
    return [*of_sources, *app_mutations.app_mutations()]


def runtime_mutations() -> list[Mutation]:
    return mutations_of_sources("client", ROOT / "generator" / "runtime", CLIENT, NOT_THE_CLIENT)


def generator_mutations() -> list[Mutation]:
    """Conditions of the modules that turn the document into code; its checks of unsupported documents are left out."""
    return mutations_of_sources("client", ROOT / "generator", (condition_turned,), NOT_THE_SURFACE)

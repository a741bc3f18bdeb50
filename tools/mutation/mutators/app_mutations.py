"""Mutations of one operation, one error or one event, made where all of them pass."""

import ast
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tools.mutation.mutation import ROOT, Mutation
from tools.mutation.places import operations
from tools.mutation.source import Change, Source, apply, called, source_at

SERVER = Path("server") / "threads_server"
APP = SERVER / "http" / "app.py"
NULL = "404 as 200 with null"


def app_mutations() -> list[Mutation]:
    return [*unlocked_operations(), *null_for_nothing(), *null_from_a_place(), *silent_events()]


def unlocked_operations() -> Iterator[Mutation]:
    """Accept any key, or none, for one operation."""
    app = source_at(ROOT / APP)
    (authenticate,) = (
        node.value for node in app.walk if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "account"
    )
    for _, operation in operations():
        name = operation["operationId"]
        text = f'"default" if endpoint.operation.id == {name!r} else {app.of(authenticate)}'
        yield Mutation("server", "key not asked for", name, partial(apply, APP, app.instead(authenticate, text)))


def null_for_nothing() -> Iterator[Mutation]:
    """Answer 200 and `null` where one operation answers 404."""
    app = source_at(ROOT / APP)
    (handler,) = (
        node
        for node in app.walk
        if isinstance(node, ast.ExceptHandler) and node.type and ast.unparse(node.type) == "HTTPError"
    )
    answer, error = handler.body[0], handler.name
    for _, operation in operations():
        name = operation["operationId"]
        if "404" in operation["responses"]:
            null = f'await reply.answer(Response(b"null")) if (operation, {error}.status) == ({name!r}, 404) else '
            yield Mutation("server", NULL, name, partial(apply, APP, app.instead(answer, null + app.of(answer))))


def null_from_a_place() -> Iterator[Mutation]:
    """Answer 200 and `null` where one place raises 404, whatever the operation."""
    sources = [source_at(path) for path in sorted((ROOT / SERVER).rglob("*.py"))]
    makers = {name for source in sources for name in makers_of_404(source)}
    for source in sources:
        for node in source.walk:
            if not isinstance(node, ast.Call):
                continue
            in_maker = source.function_of(node) in makers
            if called(node).rpartition(".")[2] in makers or (is_404(node) and not in_maker):
                text = f'type({source.of(node)})(200, "null")'
                path = source.path.relative_to(ROOT)
                place = f"{path} {source.function_of(node)}: {ast.unparse(node)[:50]}"
                yield Mutation("server", NULL, place, partial(answer_null, path, source.instead(node, text)))


def makers_of_404(source: Source) -> Iterator[str]:
    """Names of the functions that only make an error with status 404."""
    for node in source.walk:
        if isinstance(node, ast.FunctionDef) and isinstance(node.body[-1], ast.Return):
            made = node.body[-1].value
            if isinstance(made, ast.Call) and is_404(made):
                yield node.name


def is_404(call: ast.Call) -> bool:
    return called(call) == "HTTPError" and ast.unparse(call.args[0]) == "404"


def answer_null(path: Path, change: Change, tree: Path) -> None:
    """Apply the change, and answer `null` to an error with status 200, which exists nowhere else."""
    body = 'json.dumps({"detail": detail}).encode()'
    replace(SERVER / "http" / "response_sender.py", body, f'b"null" if status == 200 else {body}', tree)
    apply(path, change, tree)


def silent_events() -> Iterator[Mutation]:
    """Store the events of one type without sending them."""
    path = SERVER / "runs" / "events.py"
    source, each = source_at(ROOT / path), "for number, line in enumerate(lines, first)"
    for name in ("content_streaming", *names_of_events(source)):
        begins = '"' if name == "content_streaming" else f'{{"type":"{name}"'
        text = f"{each} if not line.startswith({begins!r})"
        yield Mutation("server", "event missing", name, partial(replace, path, each, text))


def names_of_events(source: Source) -> Iterator[str]:
    for node in source.walk:
        if isinstance(node, ast.Call) and called(node) == "event" and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


def replace(path: Path, old: str, new: str, tree: Path) -> None:
    """Replace a text that occurs exactly once."""
    content = (tree / path).read_text(encoding="utf-8")
    if content.count(old) != 1:
        raise LookupError(f"{path} has not exactly one {old!r}")
    (tree / path).write_text(content.replace(old, new), encoding="utf-8")

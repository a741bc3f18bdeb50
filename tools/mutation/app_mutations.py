"""Lies of the server about one operation, one refusal or one event, told where all of them pass."""

import ast
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tools.mutation.mutation import ROOT, Mutation
from tools.mutation.places import operations
from tools.mutation.source import Change, Source, apply, called

SERVER = Path("server") / "threads_server"
NULL = "404 as 200 with null"


def app_mutations() -> list[Mutation]:
    return [*unlocked_operations(), *null_for_nothing(), *null_from_a_place(), *silent_events()]


def unlocked_operations() -> Iterator[Mutation]:
    """Each operation takes any key, or none."""
    asked = "account = await self._doorkeeper.open(key, services.store)"
    for _, operation in operations():
        name = operation["operationId"]
        text = asked.replace("await", f'"default" if endpoint.operation.id == {name!r} else await')
        yield Mutation("server", "key not asked for", name, partial(replace, SERVER / "http" / "app.py", asked, text))


def null_for_nothing() -> Iterator[Mutation]:
    """An operation answers whoever asks for something that is not there with 200 and `null`."""
    refused = "await reply.refuse(refusal.status, refusal.detail, refusal.headers)"
    for _, operation in operations():
        name = operation["operationId"]
        if "404" in operation["responses"]:
            null = f'reply.answer(Answer(b"null")) if (operation, refusal.status) == ({name!r}, 404) else '
            text = refused.replace("await ", f"await ({null}") + ")"
            yield Mutation("server", NULL, name, partial(replace, SERVER / "http" / "app.py", refused, text))


def null_from_a_place() -> Iterator[Mutation]:
    """A single place that finds nothing answers so, whichever operation has come there."""
    sources = [Source(path) for path in sorted((ROOT / SERVER).rglob("*.py"))]
    makers = {name for source in sources for name in makers_of_404(source)}
    for source in sources:
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call):
                continue
            in_maker = source.function_of(node) in makers
            if called(node).rpartition(".")[2] in makers or (is_404(node) and not in_maker):
                text = f'type({source.of(node)})(200, "null")'
                path = source.path.relative_to(ROOT)
                place = f"{path} {source.function_of(node)}: {ast.unparse(node)[:50]}"
                yield Mutation("server", NULL, place, partial(tell_null, path, source.instead(node, text)))


def makers_of_404(source: Source) -> Iterator[str]:
    """The functions that do nothing but make a refusal with status 404."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef) and isinstance(node.body[-1], ast.Return):
            made = node.body[-1].value
            if isinstance(made, ast.Call) and is_404(made):
                yield node.name


def is_404(call: ast.Call) -> bool:
    return called(call) == "Refusal" and ast.unparse(call.args[0]) == "404"


def tell_null(path: Path, change: Change, tree: Path) -> None:
    """Makes the change, and a refusal with status 200, which there is nowhere else, is answered with `null`."""
    body = 'json.dumps({"detail": detail}).encode()'
    replace(SERVER / "http" / "response_sender.py", body, f'b"null" if status == 200 else {body}', tree)
    apply(path, change, tree)


def silent_events() -> Iterator[Mutation]:
    """Events of one type are kept, and are not sent."""
    path = SERVER / "runs" / "events.py"
    source, each = Source(ROOT / path), "for number, line in enumerate(lines, first)"
    for name in ("content_streaming", *names_of_events(source)):
        begins = '"' if name == "content_streaming" else f'{{"type":"{name}"'
        text = f"{each} if not line.startswith({begins!r})"
        yield Mutation("server", "event missing", name, partial(replace, path, each, text))


def names_of_events(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and called(node) == "event" and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


def replace(path: Path, old: str, new: str, tree: Path) -> None:
    """Replaces what stands there exactly once."""
    content = (tree / path).read_text(encoding="utf-8")
    if content.count(old) != 1:
        raise LookupError(f"{path} has not exactly one {old!r}")
    (tree / path).write_text(content.replace(old, new), encoding="utf-8")

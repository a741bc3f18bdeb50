"""Questions about paths: methods that a path does not have, OPTIONS, and paths that there are not."""

import re
from collections.abc import Iterator, Sequence

import httpx

from tools.conformance.prober import Prober
from tools.conformance.questions.question import Question
from tools.document import METHODS, Operation, operations
from tools.resources import UNKNOWN

# It is safe by its own definition and no operation here, so that it can be sent where another method might do a thing.
STRANGE_METHOD = "PROPFIND"
ANSWERED = ("head", "options", "trace")


def paths() -> Iterator[Question]:
    for path in dict.fromkeys(operation.path for operation in operations().values()):
        here = [operation for operation in operations().values() if operation.path == path]
        yield from methods(path, here)
        yield options(path, here)
    yield Question(
        "paths",
        "unknown paths",
        "a request to an unknown path is answered 404",
        "",
        lambda prober: is_unknown(prober, "/no-such-path") and is_unknown(prober, "/assistants/x/y/z"),
    )
    yield Question(
        "paths",
        "slashes",
        "a slash more makes another path",
        "x-extension",
        lambda prober: is_unknown(prober, "/threads/") and is_unknown(prober, "/"),
        for_own_server=True,
    )


def is_unknown(prober: Prober, path: str) -> bool:
    response = prober.fetch(path)
    return response.status_code == 404 and '"detail"' in response.text and "X-Request-ID" in response.headers


def methods(path: str, here: list[Operation]) -> Iterator[Question]:
    """A method that a path does not have is refused.

    An undeclared `DELETE` of all threads may exist, so that a collection of a stranger gets only what can do nothing.
    """
    declared = {operation.method for operation in here}
    undeclared = [one for one in METHODS if one not in {*declared, *ANSWERED}]
    is_collection = "{" not in path
    harmless = [one for one in ("get", STRANGE_METHOD) if one not in declared]
    text = f"an undeclared method on {path} is answered 405 with an Allow header"

    def asks(sent: Sequence[str], name: str, *, for_own_server: bool) -> Question:
        def ask(prober: Prober) -> bool:
            answers = [prober.send(here[0], UNKNOWN, method=method.upper()) for method in sent]
            return all(one.status_code == 405 and allowed(one) - {"head"} == declared for one in answers)

        return Question(path, f"{path}: {name}", text, "", ask, for_own_server=for_own_server)

    yield asks(harmless if is_collection else undeclared, "undeclared methods", for_own_server=False)
    if is_collection:
        yield asks(undeclared, "all undeclared methods", for_own_server=True)


def options(path: str, here: list[Operation]) -> Question:
    def ask(prober: Prober) -> bool:
        response = prober.send(here[0], UNKNOWN, method="OPTIONS", headers={"X-API-Key": None})
        known = {one.method for one in here} <= allowed(response)
        return response.status_code == 204 and not response.content and known

    return Question(
        path, f"{path}: options", "OPTIONS gives the Allow header with status 204, and needs no key", "", ask
    )


def allowed(response: httpx.Response) -> set[str]:
    return set(re.split(r", *", response.headers.get("Allow", "").lower()))

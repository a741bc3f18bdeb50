"""Statements of the document about every operation: keys, headers, errors, limits."""

import uuid

from tools.conformance.observer import events
from tools.conformance.prober import Prober
from tools.conformance.questions.statements import ask, messages, new_assistant, new_thread, says, status
from tools.conformance.results import NotAsked
from tools.document import document, operations
from tools.resources import UNKNOWN, Resources


@says("The same key with the same", mark="x-extension")
def same_key(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    operation, key = operations()["sendMessage"], {"Idempotency-Key": str(uuid.uuid4())}
    sent = [prober.send(operation, resources, body={"content": "Hello"}, headers=key) for _ in range(2)]
    return sent[0].content == sent[1].content and len(messages(prober, resources)) == 2


@says("The same key with another request gives status 409.", mark="x-extension")
def same_key_twice(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    key = str(uuid.uuid4())
    seen = [status(prober, "sendMessage", resources, {"content": one}, Idempotency_Key=key) for one in ("One", "Two")]
    return seen == [200, 409] and len(messages(prober, resources)) == 2


@says("The body cannot be parsed")
def unreadable(prober: Prober) -> bool:
    return prober.send(operations()["createAssistant"], Resources("", "", ""), content=b'{"name": ').status_code == 400


@says(
    "An error has a JSON body with `detail`: a text, or, with status 422, a list with one entry for each invalid value."
)
def errors(prober: Prober) -> bool:
    assistants, nothing = operations()["listAssistants"], Resources("", "", "")
    faults = prober.send(assistants, nothing, query={"limit": 0, "skip": -1})
    missing = prober.send(operations()["getThread"], UNKNOWN)
    return (
        (faults.status_code, missing.status_code) == (422, 404)
        and sorted(one["loc"] for one in faults.json()["detail"]) == [["query", "limit"], ["query", "skip"]]
        and isinstance(missing.json()["detail"], str)
    )


@says("The body is larger than `x-body-limits` allows for its media type")
def too_large(prober: Prober) -> bool:
    limit = document()["x-body-limits"]["application/json"]
    content = b'{"name": "' + b"x" * limit + b'"}'
    return prober.send(operations()["createAssistant"], Resources("", "", ""), content=content).status_code == 413


@says(
    "Logs are kept for 24 hours after the run has ended; later the status is 404.",
    "A message to a busy thread waits for a limited time, then fails with status 409.",
    mark="x-unproven",
)
def late(prober: Prober) -> bool:
    raise NotAsked("it takes longer than anyone can wait")


@says("a body that nests too deep or has too many fields 400 or 422.", mark="x-extension")
def too_deep(prober: Prober) -> bool:
    deep = document()["x-reference-server"]["json-levels"] + 1
    content = f'{{"name": "{prober.name}", "tools": '.encode() + b"[" * deep + b"]" * deep + b"}"
    return prober.send(operations()["createAssistant"], Resources("", "", ""), content=content).status_code == 400


@says(
    "The assistant does not exist any more; reading it gives status 404.",
    "The thread does not exist any more; reading it gives status 404.",
)
def deleted(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    ask(prober, "deleteThread", resources)
    thread = status(prober, "getThread", resources)
    ask(prober, "deleteAssistant", resources)
    return [thread, status(prober, "getAssistant", resources)] == [404, 404]


@says("Comment lines may come between events and are to be ignored.")
def comments(prober: Prober) -> bool:
    raise NotAsked("they come when nothing else does")


@says("`completed`, or nothing.")
def status_of_the_end(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    operation = operations()["sendMessage"]
    response = prober.send(operation, resources, body={"content": "Hello", "stream": True})
    return events(response)[-1].get("status") in ("completed", None)


@says(
    "The hosted API uses `text-embedding-3-large` unless set.",
    "The hosted API uses 3072 unless set.",
    "The hosted API uses `openai` unless set.",
)
def embedding(prober: Prober) -> bool:
    made = ask(prober, "createAssistant", body={"name": "Guide"})
    said = [made.get(name) for name in ("embedding_provider", "embedding_model_name", "embedding_dims")]
    if said == [None, None, None]:
        raise NotAsked("it does not say what it uses")
    return said == ["openai", "text-embedding-3-large", 3072]


@says("A point in time, RFC 3339, in UTC.")
def utc(prober: Prober) -> bool:
    listed = ask(prober, "listAssistants")
    if not listed and prober.read_only:
        raise NotAsked("the account has no assistant")
    times = [one["created_at"] for one in listed] or [
        ask(prober, "createAssistant", body={"name": "Guide"})["created_at"]
    ]
    return all(time.endswith(("Z", "+00:00")) for time in times)

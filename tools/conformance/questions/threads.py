"""Statements of the document about threads and their versions."""

from tools.conformance.prober import Prober
from tools.conformance.questions.statements import ask, messages, new_assistant, new_thread, says, status
from tools.conformance.results import NotAsked
from tools.document import operations
from tools.resources import Resources


@says("No fields are defined, and fields that are sent are ignored.")
def create_thread_of_something(prober: Prober) -> bool:
    return bool(ask(prober, "createThread", new_assistant(prober), {"messages": [1], "title": 2})["messages"] == [])


@says("Threads never expire by themselves")
def expiry(prober: Prober) -> bool:
    raise NotAsked("it takes longer than anyone can wait")


@says("Creates an empty thread under an assistant.")
def create_thread(prober: Prober) -> bool:
    assistant = new_assistant(prober)
    made = ask(prober, "createThread", assistant, {})
    resources = Resources(assistant.assistant_id, made["thread_id"], "")
    listed = ask(prober, "listAssistantThreads", resources)
    return bool(
        made["messages"] == []
        and ask(prober, "getThread", resources) == made
        and [one["thread_id"] for one in listed] == [resources.thread_id]
    )


@says("Returns the thread with its whole history, oldest message first.")
def history(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    said = ["My name is Ada.", "I like trams.", "What is my name?"]
    answers = [ask(prober, "sendMessage", resources, {"content": text})["content"] for text in said]
    kept = [(one["role"], one["content"]) for one in messages(prober, resources)]
    expected = [pair for one, two in zip(said, answers, strict=True) for pair in (("user", one), ("assistant", two))]
    return kept == expected


@says("If the thread has not changed since, the status is 304, without a body.", mark="x-extension")
def not_modified(prober: Prober) -> bool:
    resources = prober.resources()
    get = operations()["getThread"]
    seen = prober.send(get, resources).headers.get("ETag", "")
    same = prober.send(get, resources, headers={"If-None-Match": seen})
    other = prober.send(get, resources, headers={"If-None-Match": '"0"'})
    return (same.status_code, same.content, other.status_code) == (304, b"", 200)


@says("Deletes the thread and, with it, its messages, files and runs. This cannot be undone.")
def delete_thread(prober: Prober) -> bool:
    resources = prober.resources()
    ask(prober, "deleteThread", resources)
    gone = [status(prober, name, resources) for name in ("getThread", "deleteThread", "streamRunEvents")]
    return gone == [404, 404, 404] and resources.thread_id not in str(ask(prober, "listAssistantThreads", resources))


@says("Without a `thread_id` it never matches.", mark="x-extension")
def precondition_of_nothing(prober: Prober) -> bool:
    assistant = new_assistant(prober)
    body = {"content": "Hello", "assistant_id": assistant.assistant_id}
    refused = status(prober, "sendChatMessage", assistant, body, If_Match='"1"')
    return refused == 412 and ask(prober, "listAssistantThreads", assistant) == []


@says("nothing is done and the status is 412.", mark="x-extension")
def precondition(prober: Prober) -> bool:
    resources = prober.resources()
    before = messages(prober, resources)
    refused = [
        status(prober, "deleteThread", resources, If_Match='"0"'),
        status(prober, "sendMessage", resources, {"content": "Hello"}, If_Match='"0"'),
    ]
    return refused == [412, 412] and messages(prober, resources) == before


@says("The version of the thread as a quoted number, which grows by one with every message.", mark="x-extension")
def version(prober: Prober) -> bool:
    resources = prober.resources()
    seen = []
    for _ in range(2):
        seen.append(int(prober.send(operations()["getThread"], resources).headers["ETag"].strip('"')))
        ask(prober, "sendMessage", resources, {"content": "Keep this.", "send_to_llm": "false"})
    return seen[1] == seen[0] + 1

"""What the document says of threads and their versions."""

from tools.conformance.asker import Asker
from tools.conformance.ledger import NotAsked
from tools.conformance.sentence import ask, messages, new_assistant, new_thread, says, status
from tools.document import operations
from tools.resources import Things


@says("No fields are defined, and fields that are sent are ignored.")
def create_thread_of_something(asker: Asker) -> bool:
    return bool(ask(asker, "createThread", new_assistant(asker), {"messages": [1], "title": 2})["messages"] == [])


@says("Threads never expire by themselves.")
def expiry(asker: Asker) -> bool:
    raise NotAsked("it takes longer than anyone can wait")


@says("Creates an empty thread under an assistant.")
def create_thread(asker: Asker) -> bool:
    assistant = new_assistant(asker)
    made = ask(asker, "createThread", assistant, {})
    things = Things(assistant.assistant_id, made["thread_id"], "")
    listed = ask(asker, "listAssistantThreads", things)
    return bool(
        made["messages"] == []
        and ask(asker, "getThread", things) == made
        and [one["thread_id"] for one in listed] == [things.thread_id]
    )


@says("Returns the thread with its whole history, oldest message first.")
def history(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    said = ["My name is Ada.", "I like trams.", "What is my name?"]
    answers = [ask(asker, "sendMessage", things, {"content": text})["content"] for text in said]
    kept = [(one["role"], one["content"]) for one in messages(asker, things)]
    expected = [pair for one, two in zip(said, answers, strict=True) for pair in (("user", one), ("assistant", two))]
    return kept == expected


@says("If the thread has not changed since, the answer has status 304 and no body.", "x-extension")
def not_modified(asker: Asker) -> bool:
    things = asker.things()
    get = operations()["getThread"]
    seen = asker.send(get, things).headers.get("ETag", "")
    same = asker.send(get, things, headers={"If-None-Match": seen})
    other = asker.send(get, things, headers={"If-None-Match": '"0"'})
    return (same.status_code, same.content, other.status_code) == (304, b"", 200)


@says("Deletes the thread and, with it, its messages, files and runs. This cannot be undone.")
def delete_thread(asker: Asker) -> bool:
    things = asker.things()
    ask(asker, "deleteThread", things)
    gone = [status(asker, name, things) for name in ("getThread", "deleteThread", "streamRunEvents")]
    return gone == [404, 404, 404] and things.thread_id not in str(ask(asker, "listAssistantThreads", things))


@says("Without a `thread_id` it never matches.", "x-extension")
def precondition_of_nothing(asker: Asker) -> bool:
    assistant = new_assistant(asker)
    body = {"content": "Hello", "assistant_id": assistant.assistant_id}
    refused = status(asker, "sendChatMessage", assistant, body, If_Match='"1"')
    return refused == 412 and ask(asker, "listAssistantThreads", assistant) == []


@says("nothing is done and the answer has status 412.", "x-extension")
def precondition(asker: Asker) -> bool:
    things = asker.things()
    before = messages(asker, things)
    refused = [
        status(asker, "deleteThread", things, If_Match='"0"'),
        status(asker, "sendMessage", things, {"content": "Hello"}, If_Match='"0"'),
    ]
    return refused == [412, 412] and messages(asker, things) == before


@says("The version of the thread, which grows by one with every new message, as a quoted number.", "x-extension")
def version(asker: Asker) -> bool:
    things = asker.things()
    seen = []
    for _ in range(2):
        seen.append(int(asker.send(operations()["getThread"], things).headers["ETag"].strip('"')))
        ask(asker, "sendMessage", things, {"content": "Keep this.", "send_to_llm": "false"})
    return seen[1] == seen[0] + 1

"""What the document says in sentences: effects, orders, memories. Each question quotes the one that it is about."""

import uuid
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tests.conformance.asker import Asker, events, parsed
from tests.conformance.ledger import NotAsked
from tests.conformance.questions import question, usual
from tests.contract.document import document, operations
from tests.walks.caller import TOOL, UNKNOWN, Things

Effect = Callable[[Asker], bool]
# sentence of the document, mark, question
EFFECTS: list[tuple[str, str, Effect]] = []


def says(sentence: str, mark: str = "") -> Callable[[Effect], Effect]:
    """The question is whether this sentence of the document is true."""

    def note(effect: Effect) -> Effect:
        EFFECTS.append((sentence, mark, effect))
        return effect

    return note


def ask_effects(asker: Asker) -> None:
    for sentence, mark, effect in EFFECTS:
        asker.ledger.add(f"says: {sentence}", sentence, mark)
        question(asker, f"says: {sentence}", lambda effect=effect: effect(asker), "it is not so")


def ask(asker: Asker, name: str, things: Things | None = None, body: Any = None, query: Any = None) -> Any:
    """The JSON answer of an operation that succeeds."""
    operation = operations()[name]
    response = asker.send(operation, things or Things("", "", ""), body=body, query=query, media_type=usual(operation))
    if response.status_code != 200:
        raise AssertionError(f"{name} answers {response.status_code}: {response.text[:200]}")
    return parsed(response)


def status(asker: Asker, name: str, things: Things, body: Any = None, **headers: str) -> int:
    operation = operations()[name]
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    return asker.send(operation, things, body=body, headers=sent, media_type=usual(operation)).status_code


def new_assistant(asker: Asker, **fields: Any) -> Things:
    made = ask(asker, "createAssistant", body={"name": "Guide", **fields})
    return Things(made["assistant_id"], "", "")


def new_thread(asker: Asker, assistant: Things) -> Things:
    return Things(assistant.assistant_id, ask(asker, "createThread", assistant, {})["thread_id"], "")


def messages(asker: Asker, things: Things) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(asker, "getThread", things)["messages"]
    return found


def waiting(asker: Asker) -> tuple[Things, list[dict[str, Any]]]:
    """A thread whose run waits for tools, and what it waits for."""
    things = new_thread(asker, new_assistant(asker, tools=[TOOL]))
    turn = ask(asker, "sendMessage", things, {"content": '/call get_weather {"city": "Lisbon"}'})
    if turn.get("status") != "REQUIRES_ACTION":
        raise NotAsked("the assistant asked for no tool")
    return Things(things.assistant_id, things.thread_id, turn["run_id"]), turn["tool_calls"]


def outputs(calls: list[dict[str, Any]]) -> dict[str, Any]:
    return {"tool_outputs": [{"tool_call_id": call["id"], "output": "18 degrees"} for call in calls]}


# Assistants


@says("Creates an assistant and returns it. Only `name` is needed.")
def create_assistant(asker: Asker) -> bool:
    made = ask(asker, "createAssistant", body={"name": "Guide"})
    return bool(ask(asker, "getAssistant", Things(made["assistant_id"], "", "")) == made and made["name"] == "Guide")


@says("A field that is absent or `null` stays as it is")
def update_keeps(asker: Asker) -> bool:
    things = new_assistant(asker, system_prompt="Be brief.", description="A guide.", tools=[TOOL])
    before = ask(asker, "getAssistant", things)
    after = ask(asker, "updateAssistant", things, {"name": "Other", "system_prompt": None})
    return bool(after == {**before, "name": "Other"} and ask(asker, "getAssistant", things) == after)


@says("`tools` replaces the whole list.")
def update_tools(asker: Asker) -> bool:
    things = new_assistant(asker, tools=[TOOL])
    other = {"type": "function", "function": {"name": "other", "parameters": {"properties": {}}}}
    tools = ask(asker, "updateAssistant", things, {"tools": [other]})["tools"]
    return [tool["function"]["name"] for tool in tools] == ["other"]


@says("An empty object changes nothing.")
def update_nothing(asker: Asker) -> bool:
    things = new_assistant(asker, system_prompt="Be brief.")
    return bool(ask(asker, "updateAssistant", things, {}) == ask(asker, "getAssistant", things))


@says("Deletes the assistant and, with it, all its threads and their messages, files and runs. This cannot be undone.")
def delete_assistant(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    ask(asker, "deleteAssistant", things)
    return [status(asker, name, things) for name in ("getAssistant", "getThread")] == [404, 404]


@says("Creates a new assistant with the settings of an existing one. Threads are not copied.")
def clone(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker, system_prompt="Be brief.", tools=[TOOL]))
    copied = ask(asker, "cloneAssistant", things, {})["assistant"]
    own = ("assistant_id", "name", "created_at")
    alike = {name: value for name, value in ask(asker, "getAssistant", things).items() if name not in own}
    copy = Things(copied["assistant_id"], "", "")
    return bool(
        alike == {name: value for name, value in copied.items() if name not in own}
        and copy.assistant_id != things.assistant_id
        and ask(asker, "listAssistantThreads", copy) == []
    )


@says("unless set, the name of the source and `Copy`, cut to what a name can hold.")
def clone_name(asker: Asker) -> bool:
    copied = ask(asker, "cloneAssistant", new_assistant(asker), {})["assistant"]
    long = ask(asker, "cloneAssistant", new_assistant(asker, name="x" * 255), {})["assistant"]
    return copied["name"] == "Guide Copy" and len(long["name"]) == 255


@says("Only assistants with exactly this name. Letter case counts, and a part of a name does not")
def list_by_name(asker: Asker) -> bool:
    name = f"Guide {uuid.uuid4()}"
    things = new_assistant(asker, name=name)
    found = ask(asker, "listAssistants", query={"name": name})
    others = [ask(asker, "listAssistants", query={"name": other}) for other in (name.lower(), name[:-1])]
    return [one["assistant_id"] for one in found] == [things.assistant_id] and others == [[], []]


# Lists


def listings(asker: Asker) -> Iterator[tuple[str, Things, str]]:
    """Each listing with at least three things of one's own in it, and the field that names one."""
    if asker.read_only:
        yield from (
            ("listAssistants", Things("", "", ""), "assistant_id"),
            ("listThreads", Things("", "", ""), "thread_id"),
        )
        return
    things = [new_assistant(asker) for _ in range(3)][-1]
    for _ in range(3):
        new_thread(asker, things)
    yield "listAssistants", things, "assistant_id"
    yield "listThreads", things, "thread_id"
    yield "listAssistantThreads", things, "thread_id"


def is_ordered(asker: Asker, wanted: str) -> bool:
    """Whether a list is newest first, in a total order."""
    for name, things, key in listings(asker):
        if name == wanted:
            places = [(one["created_at"], one[key]) for one in ask(asker, name, things)]
            return places == sorted(set(places), reverse=True)
    raise NotAsked("it names an assistant, and the account has none that was made here")


ORDERS = {
    "listAssistants": (
        "Returns the account's assistants, newest first: ordered by `created_at` descending, then by `assistant_id` "
        "descending, so that the order is total."
    ),
    "listAssistantThreads": (
        "Returns the threads of one assistant, newest first: ordered by `created_at` descending, then by `thread_id` "
        "descending, so that the order is total."
    ),
    "listThreads": (
        "Returns all threads of the account, newest first: ordered by `created_at` descending, then by `thread_id` "
        "descending, so that the order is total."
    ),
}
for listing, sentence in ORDERS.items():
    says(sentence)(partial(is_ordered, wanted=listing))
says("Assistants, newest first.")(partial(is_ordered, wanted="listAssistants"))
says("Threads, newest first.")(partial(is_ordered, wanted="listThreads"))


@says("a page shorter than `limit` is the last one.")
def last_page(asker: Asker) -> bool:
    for name, things, _ in listings(asker):
        count = len(ask(asker, name, things, query={"limit": 200}))
        if count < 200 and ask(asker, name, things, query={"skip": count, "limit": 200}) != []:
            return False
    return True


@says("How many items to return at most.")
def limit(asker: Asker) -> bool:
    return all(
        len(ask(asker, name, things, query={"limit": 2})) == min(2, len(ask(asker, name, things)))
        for name, things, _ in listings(asker)
    )


@says("How many items to leave out at the beginning.")
def skip(asker: Asker) -> bool:
    return all(
        ask(asker, name, things, query={"skip": 1, "limit": 2}) == ask(asker, name, things, query={"limit": 3})[1:]
        for name, things, _ in listings(asker)
    )


@says("The whole history, oldest message first. Empty in a light list.")
@says("How many messages the thread has. Only in a light list.")
@says("When the thread last changed. Only in a light list.")
@says("at most 200 characters. Only in a light list.")
@says("Only in a light list, and `null` there unless the thread was imported with one.")
@says("Without them the list is light: `messages` is empty,")
def light(asker: Asker) -> bool:
    things = asker.things()
    for name in ("listThreads", "listAssistantThreads"):
        (whole,) = [one for one in ask(asker, name, things) if one["thread_id"] == things.thread_id]
        listed = ask(asker, name, things, query={"include_messages": "false"})
        (thread,) = [one for one in listed if one["thread_id"] == things.thread_id]
        if thread["messages"] or not whole["messages"] or thread["message_count"] != len(whole["messages"]):
            return False
        if thread.get("title") or {"title", "first_user_message", "message_count", "updated_at"} & whole.keys():
            return False
        first = next(one["content"] for one in whole["messages"] if one["role"] == "user")
        if thread["first_user_message"] != first[:200] or thread["updated_at"] < thread["created_at"]:
            return False
    return True


# Threads


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


@says("The version of the thread, which grows by one with every change, as a quoted number.", "x-extension")
def version(asker: Asker) -> bool:
    things = asker.things()
    seen = []
    for _ in range(2):
        seen.append(int(asker.send(operations()["getThread"], things).headers["ETag"].strip('"')))
        ask(asker, "sendMessage", things, {"content": "Keep this.", "send_to_llm": "false"})
    return seen[1] == seen[0] + 1


# Messages


@says("Stores a message in the thread and asks the assistant for an answer, which is stored too and")
def send(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    turn = ask(asker, "sendMessage", things, {"content": "My name is Ada."})
    said, answered = messages(asker, things)
    return bool(
        (said["role"], said["content"]) == ("user", "My name is Ada.")
        and (answered["role"], answered["content"]) == ("assistant", turn["content"])
        and turn["status"] == "COMPLETED"
        and turn["thread_id"] == things.thread_id
    )


@says("`send_to_llm: false` the message is only stored.")
def only_stored(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    ask(asker, "sendMessage", things, {"content": "Keep this.", "send_to_llm": "false"})
    return [(one["role"], one["content"]) for one in messages(asker, things)] == [("user", "Keep this.")]


@says("The message that `role` and `content` describe")
def message_of_turn(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    turn = ask(asker, "sendMessage", things, {"content": "My name is Ada."})
    (one,) = [message for message in messages(asker, things) if message["message_id"] == turn["message_id"]]
    return bool((one["role"], one["content"]) == (turn["role"], turn["content"]))


@says("Kept with the message of the user.")
def metadata(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    kept: dict[str, Any] = {"channel": "web", "tags": ["a", 1, None], "ü": {"deep": True}}
    ask(asker, "sendMessage", things, {"content": "Hello", "metadata": kept})
    said = messages(asker, things)[0]["metadata_"]
    return {name: said.get(name) for name in kept} == kept


MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="content"\r\n\r\nKeep this.\r\n'
    b'--b\r\nContent-Disposition: form-data; name="files"; filename="ticket.txt"\r\n\r\nA ticket.\r\n--b--\r\n'
)


@says("The files that came with the message.")
def attachments(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    operation = operations()["sendMessage"]
    response = asker.send(operation, things, content=MULTIPART, media_type="multipart/form-data; boundary=b")
    (one,) = messages(asker, things)[0]["attachments"]
    return response.status_code == 200 and (one["filename"], one["file_size_bytes"]) == ("ticket.txt", 9)


@says("A run that fails is an answer as well: status 200, `status: FAILED` and the reason in `message`,")
def failed(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    turn = ask(asker, "sendMessage", things, {"content": "/fail It rains."})
    if turn["status"] == "COMPLETED":
        raise NotAsked("the run did not fail when it was told to")
    return bool(turn["status"] == "FAILED" and turn["message"])


@says("A message to a thread whose run waits for tool outputs is refused with 409 at once.")
def busy(asker: Asker) -> bool:
    things, _ = waiting(asker)
    return status(asker, "sendMessage", things, {"content": "Hello"}) == 409


@says("With `thread_id` the thread continues; without it a")
def chat(asker: Asker) -> bool:
    assistant = new_assistant(asker)
    first = ask(asker, "sendChatMessage", body={"content": "My name is Ada.", "assistant_id": assistant.assistant_id})
    again = ask(asker, "sendChatMessage", body={"content": "Hello", "thread_id": first["thread_id"]})
    things = Things(assistant.assistant_id, first["thread_id"], "")
    return bool(
        again["thread_id"] == first["thread_id"]
        and len(messages(asker, things)) == 4
        and [one["thread_id"] for one in ask(asker, "listAssistantThreads", things)] == [things.thread_id]
    )


@says("A `thread_id` of another assistant than `assistant_id` is refused with status 404.", "x-unproven")
def mixed_up(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    body = {"content": "Hello", "thread_id": things.thread_id, "assistant_id": new_assistant(asker).assistant_id}
    return status(asker, "sendChatMessage", things, body) == 404 and messages(asker, things) == []


@says("Settings hold for this turn only.")
def settings_of_a_turn(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker, system_prompt="Be brief."))
    body = {"content": "Hello", "thread_id": things.thread_id, "system_prompt": "Be long.", "tools": [TOOL]}
    before = ask(asker, "getAssistant", things)
    ask(asker, "sendChatMessage", things, body)
    return bool(ask(asker, "getAssistant", things) == before)


@says("With `stream: true` the answer comes as server-sent events")
def streamed(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    operation = operations()["sendMessage"]
    body = {"content": "My name is Ada.", "stream": True}
    response = asker.send(operation, things, body=body, media_type=usual(operation))
    found = events(response)
    text = "".join(event["content"] for event in found if event["type"] == "content_streaming")
    kept = messages(asker, things)
    return bool(found and kept and kept[-1]["role"] == "assistant" and kept[-1]["content"] == text)


@says("A stream ends with one of the events that")
def ends(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    operation = operations()["sendMessage"]
    response = asker.send(operation, things, body={"content": "Hello", "stream": True}, media_type=usual(operation))
    kinds = [event["type"] for event in events(response)]
    return kinds[-1:] == ["run_ended"] and "run_ended" not in kinds[:-1]


@says("Unknown fields of a body and unknown query parameters are ignored.")
def unknown(asker: Asker) -> bool:
    if asker.read_only:
        response = asker.send(operations()["listThreads"], Things("", "", ""), query={"no_such_parameter": "1"})
        return response.status_code == 200
    made = ask(
        asker,
        "createAssistant",
        body={"name": "Guide", "no_such_field": {"deep": [1]}},
        query={"no_such_parameter": "1"},
    )
    return "no_such_field" not in made


# Runs


@says("Gives a run that waits in `REQUIRES_ACTION` the outputs of its tool calls and lets it continue.")
def submit(asker: Asker) -> bool:
    things, calls = waiting(asker)
    turn = ask(asker, "submitToolOutputs", things, outputs(calls))
    roles = [message["role"] for message in messages(asker, things)]
    return bool(
        turn["status"] == "COMPLETED" and turn["content"] and roles == ["user", "assistant", "tool", "assistant"]
    )


@says("A thread without such a run answers with status 409.", "x-unproven")
def nothing_waits(asker: Asker) -> bool:
    things = asker.things()
    body = {"thread_id": things.thread_id, "tool_outputs": [{"tool_call_id": "call_1", "output": "18"}]}
    return status(asker, "submitLatestToolOutputs", things, body) == 409


@says("one of the latest message with status `REQUIRES_ACTION`.")
def submit_latest(asker: Asker) -> bool:
    things, calls = waiting(asker)
    turn = ask(asker, "submitLatestToolOutputs", body=outputs(calls) | {"thread_id": things.thread_id})
    return bool(turn["status"] == "COMPLETED")


@says("are refused with status 400, outputs for a run that no longer waits with 409.", "x-unproven")
def wrong_outputs(asker: Asker) -> bool:
    things, calls = waiting(asker)
    (one,) = outputs(calls)["tool_outputs"]
    wrong = [{"tool_outputs": [one, one]}, {"tool_outputs": [one | {"tool_call_id": "another"}]}]
    refused = [status(asker, "submitToolOutputs", things, body) for body in wrong]
    ask(asker, "submitToolOutputs", things, outputs(calls))
    return [*refused, status(asker, "submitToolOutputs", things, outputs(calls))] == [400, 400, 409]


@says("`tool_calls` on a message that asks for tools, `tool_call_id` and `tool_name` on an output,")
def bookkeeping(asker: Asker) -> bool:
    things, calls = waiting(asker)
    ask(asker, "submitToolOutputs", things, outputs(calls))
    asked, output, answer = (message["metadata_"] for message in messages(asker, things)[1:])
    return bool(
        asked["tool_calls"] == calls
        and (output["tool_call_id"], output.get("tool_name")) == (calls[0]["id"], "get_weather")
        and asked["run_id"] == output["run_id"] == answer["run_id"]
    )


@says("`cancelled` is true when this or an earlier call", "x-unproven")
def cancel(asker: Asker) -> bool:
    things, _ = waiting(asker)
    twice = [ask(asker, "cancelRun", things)["cancelled"] for _ in range(2)]
    return [*twice, ask(asker, "cancelRun", asker.things())["cancelled"]] == [True, True, False]


@says("leaves a history that the next turn can use.")
def cancelled_history(asker: Asker) -> bool:
    things, _ = waiting(asker)
    ask(asker, "cancelRun", things)
    return bool(ask(asker, "sendMessage", things, {"content": "Hello"})["status"] == "COMPLETED")


@says("from the first one or from the one after `Last-Event-ID`", "x-extension")
def resume(asker: Asker) -> bool:
    things = asker.things()
    operation = operations()["streamRunEvents"]
    whole = asker.send(operation, things).text.split("\n\n")
    number = whole[0].partition("id: ")[2].partition("\n")[0]
    rest = asker.send(operation, things, headers={"Last-Event-ID": number}).text.split("\n\n")
    return len(whole) > 2 and rest == whole[1:]


# Repeating


@says("The same key with the same", "x-extension")
def same_key(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    operation, key = operations()["sendMessage"], {"Idempotency-Key": str(uuid.uuid4())}
    sent = [
        asker.send(operation, things, body={"content": "Hello"}, headers=key, media_type=usual(operation))
        for _ in range(2)
    ]
    return sent[0].content == sent[1].content and len(messages(asker, things)) == 2


@says("The same key with another request is refused with status 409.", "x-extension")
def same_key_twice(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    key = str(uuid.uuid4())
    seen = [status(asker, "sendMessage", things, {"content": one}, Idempotency_Key=key) for one in ("One", "Two")]
    return seen == [200, 409] and len(messages(asker, things)) == 2


@says("The caller's own `X-Request-ID` is kept if it is usable.", "x-extension")
def request_id(asker: Asker) -> bool:
    response = asker.send(operations()["listThreads"], Things("", "", ""), headers={"X-Request-ID": "asked-once"})
    return response.headers.get("X-Request-ID") == "asked-once"


@says("The server cannot reach its store. Nothing was done,", "x-unproven")
def store(asker: Asker) -> bool:
    raise NotAsked("it cannot be brought about from outside")


@says("The body cannot be read at all")
def unreadable(asker: Asker) -> bool:
    return asker.send(operations()["createAssistant"], Things("", "", ""), content=b'{"name": ').status_code == 400


@says("An error has a JSON body with `detail`: a text, or, with status 422, a list with one entry for each fault.")
def errors(asker: Asker) -> bool:
    assistants, nothing = operations()["listAssistants"], Things("", "", "")
    faults = asker.send(assistants, nothing, query={"limit": 0, "skip": -1})
    missing = asker.send(operations()["getThread"], UNKNOWN)
    return (
        (faults.status_code, missing.status_code) == (422, 404)
        and len(faults.json()["detail"]) == 2
        and isinstance(missing.json()["detail"], str)
    )


@says("A request to an unknown path is answered 404, an undeclared method on a known path 405 with an `Allow` header")
def elsewhere(asker: Asker) -> bool:
    wrong = asker.send(operations()["getThread"], UNKNOWN, method="PUT" if not asker.read_only else "OPTIONS")
    return asker.fetch("/no-such-path").status_code == 404 and "GET" in wrong.headers.get("Allow", "")


@says("`OPTIONS` gives that header alone, and `HEAD` is answered like `GET`, without the body.")
def head(asker: Asker) -> bool:
    operation, nothing = operations()["listThreads"], Things("", "", "")
    answers = [asker.send(operation, nothing, method=method) for method in ("HEAD", "OPTIONS")]
    return [one.content for one in answers] == [b"", b""] and answers[0].status_code == 200


@says("`x-body-limits` gives the largest body of each media type in bytes, beyond which the answer has status 413;")
def too_large(asker: Asker) -> bool:
    limit = document()["x-body-limits"]["application/json"]
    content = b'{"name": "' + b"x" * limit + b'"}'
    return asker.send(operations()["createAssistant"], Things("", "", ""), content=content).status_code == 413


@says("Logs are kept for 24 hours after the run has ended; later the run is answered with status 404.", "x-extension")
@says(
    "A message to a busy thread waits its turn for up to 10 seconds, and is then refused with status 409.", "x-unproven"
)
def late(asker: Asker) -> bool:
    raise NotAsked("it takes longer than anyone can wait")


@says("(400 and 422 beyond)", "x-extension")
def too_deep(asker: Asker) -> bool:
    deep = document()["x-reference-server"]["json-levels"] + 1
    content = b'{"name": "Guide", "tools": ' + b"[" * deep + b"]" * deep + b"}"
    return asker.send(operations()["createAssistant"], Things("", "", ""), content=content).status_code == 400


@says("The assistant does not exist any more; reading it answers with status 404.")
@says("The thread does not exist any more; reading it answers with status 404.")
def deleted(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    ask(asker, "deleteThread", things)
    thread = status(asker, "getThread", things)
    ask(asker, "deleteAssistant", things)
    return [thread, status(asker, "getAssistant", things)] == [404, 404]


@says("Comment lines can come between events and mean nothing.")
def comments(asker: Asker) -> bool:
    raise NotAsked("they come when nothing else does")


@says("`completed`, or nothing.")
def status_of_the_end(asker: Asker) -> bool:
    things = new_thread(asker, new_assistant(asker))
    operation = operations()["sendMessage"]
    response = asker.send(operation, things, body={"content": "Hello", "stream": True}, media_type=usual(operation))
    return events(response)[-1].get("status") in ("completed", None)


@says("The hosted API uses `text-embedding-3-large` unless set.")
@says("The hosted API uses 3072 unless set.")
@says("The hosted API uses `openai` unless set.")
def embedding(asker: Asker) -> bool:
    made = ask(asker, "createAssistant", body={"name": "Guide"})
    said = [made.get(name) for name in ("embedding_provider", "embedding_model_name", "embedding_dims")]
    if said == [None, None, None]:
        raise NotAsked("it does not say what it uses")
    return said == ["openai", "text-embedding-3-large", 3072]


@says("account owns looks exactly like what does not exist.")
def tenancy(asker: Asker) -> bool:
    raise NotAsked("it takes a second account")


@says("A point in time, RFC 3339, in UTC.")
def utc(asker: Asker) -> bool:
    listed = ask(asker, "listAssistants")
    if not listed and asker.read_only:
        raise NotAsked("the account has no assistant")
    times = [one["created_at"] for one in listed] or [
        ask(asker, "createAssistant", body={"name": "Guide"})["created_at"]
    ]
    return all(time.endswith(("Z", "+00:00")) for time in times)

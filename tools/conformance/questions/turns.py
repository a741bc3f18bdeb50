"""Statements of the document about messages, turns and runs."""

from typing import Any

from tools.conformance.observer import events
from tools.conformance.prober import Prober
from tools.conformance.questions.statements import (
    ask,
    finished,
    messages,
    new_assistant,
    new_thread,
    outputs,
    says,
    status,
    waiting,
)
from tools.conformance.results import NotAsked
from tools.document import operations
from tools.resources import TOOL, Resources


@says("Stores a message in the thread and asks the assistant for a reply, which is stored too and returned.")
def send(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    turn = ask(prober, "sendMessage", resources, {"content": "My name is Ada."})
    said, answered = messages(prober, resources)
    return bool(
        (said["role"], said["content"]) == ("user", "My name is Ada.")
        and (answered["role"], answered["content"]) == ("assistant", turn["content"])
        and turn["status"] == "COMPLETED"
        and turn["thread_id"] == resources.thread_id
    )


@says("`send_to_llm: false` the message is only stored.")
def only_stored(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    ask(prober, "sendMessage", resources, {"content": "Keep this.", "send_to_llm": "false"})
    return [(one["role"], one["content"]) for one in messages(prober, resources)] == [("user", "Keep this.")]


@says("The message that `role` and `content` describe")
def message_of_turn(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    turn = ask(prober, "sendMessage", resources, {"content": "My name is Ada."})
    (one,) = [message for message in messages(prober, resources) if message["message_id"] == turn["message_id"]]
    return bool((one["role"], one["content"]) == (turn["role"], turn["content"]))


@says("Stored with the message of the user.")
def metadata(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    kept: dict[str, Any] = {"channel": "web", "tags": ["a", 1, None], "ü": {"deep": True}}
    ask(prober, "sendMessage", resources, {"content": "Hello", "metadata": kept})
    said = messages(prober, resources)[0]["metadata_"]
    return {name: said.get(name) for name in kept} == kept


MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="content"\r\n\r\nKeep this.\r\n'
    b'--b\r\nContent-Disposition: form-data; name="files"; filename="ticket.txt"\r\n\r\nA ticket.\r\n--b--\r\n'
)


@says("The files that came with the message.")
def attachments(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    operation = operations()["sendMessage"]
    response = prober.send(operation, resources, content=MULTIPART, media_type="multipart/form-data; boundary=b")
    (one,) = messages(prober, resources)[0]["attachments"]
    return response.status_code == 200 and (one["filename"], one["file_size_bytes"]) == ("ticket.txt", 9)


@says("A failed run is not an HTTP error: it gives status 200, `status: FAILED` and the reason in `message`,")
def failed(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    turn = ask(prober, "sendMessage", resources, {"content": "/fail It rains."})
    if turn["status"] == "COMPLETED":
        raise NotAsked("the run did not fail when it was told to")
    return bool(turn["status"] == "FAILED" and turn["message"])


@says("A message to a thread whose run waits for tool outputs fails with 409 at once.")
def busy(prober: Prober) -> bool:
    resources, _ = waiting(prober)
    body = {"content": "Hello"}
    refused = status(prober, "sendMessage", resources, body)
    return [refused, status(prober, "sendChatMessage", resources, body | {"thread_id": resources.thread_id})] == [
        409,
        409,
    ]


@says("With `thread_id` the thread continues; without it a")
def chat(prober: Prober) -> bool:
    assistant = new_assistant(prober)
    first = ask(prober, "sendChatMessage", body={"content": "My name is Ada.", "assistant_id": assistant.assistant_id})
    again = ask(prober, "sendChatMessage", body={"content": "Hello", "thread_id": first["thread_id"]})
    resources = Resources(assistant.assistant_id, first["thread_id"], "")
    return bool(
        again["thread_id"] == first["thread_id"]
        and len(messages(prober, resources)) == 4
        and [one["thread_id"] for one in ask(prober, "listAssistantThreads", resources)] == [resources.thread_id]
    )


@says("A `thread_id` of another assistant than `assistant_id` gives status 404.", mark="x-unproven")
def mixed_up(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    body = {"content": "Hello", "thread_id": resources.thread_id, "assistant_id": new_assistant(prober).assistant_id}
    return status(prober, "sendChatMessage", resources, body) == 404 and messages(prober, resources) == []


@says("Settings apply to this turn only.")
def settings_of_a_turn(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober, system_prompt="Be brief."))
    body = {"content": "Hello", "thread_id": resources.thread_id, "system_prompt": "Be long.", "tools": [TOOL]}
    before = ask(prober, "getAssistant", resources)
    ask(prober, "sendChatMessage", resources, body)
    return bool(ask(prober, "getAssistant", resources) == before)


@says("With `stream: true` the reply comes as server-sent events")
def streamed(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    operation = operations()["sendMessage"]
    body = {"content": "My name is Ada.", "stream": True}
    response = prober.send(operation, resources, body=body)
    found = events(response)
    text = "".join(event["content"] for event in found if event["type"] == "content_streaming")
    kept = messages(prober, resources)
    return bool(found and kept and kept[-1]["role"] == "assistant" and kept[-1]["content"] == text)


@says("A stream ends with one of the events that")
def ends(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    operation = operations()["sendMessage"]
    response = prober.send(operation, resources, body={"content": "Hello", "stream": True})
    kinds = [event["type"] for event in events(response)]
    return kinds[-1:] == ["run_ended"] and "run_ended" not in kinds[:-1]


@says("Submits the outputs of a run's tool calls, so that the run continues.")
def submit(prober: Prober) -> bool:
    resources, calls = waiting(prober)
    turn = finished(ask(prober, "submitToolOutputs", resources, outputs(calls)))
    roles = [message["role"] for message in messages(prober, resources)]
    return bool(
        turn["status"] == "COMPLETED" and turn["content"] and roles == ["user", "assistant", "tool", "assistant"]
    )


@says("A thread without such a run gives status 409.", mark="x-unproven")
def nothing_waits(prober: Prober) -> bool:
    resources = prober.resources()
    body: dict[str, Any] = {"tool_outputs": [{"tool_call_id": "call_1", "output": "18"}]}
    ended = status(prober, "submitToolOutputs", resources, body)
    latest = status(prober, "submitLatestToolOutputs", resources, body | {"thread_id": resources.thread_id})
    return [ended, latest] == [409, 409]


@says("one of the latest message with status `REQUIRES_ACTION`.")
def submit_latest(prober: Prober) -> bool:
    resources, calls = waiting(prober)
    turn = finished(ask(prober, "submitLatestToolOutputs", body=outputs(calls) | {"thread_id": resources.thread_id}))
    return bool(turn["status"] == "COMPLETED")


@says("are refused with status 400, outputs for a run that no longer waits with 409.", mark="x-unproven")
def wrong_outputs(prober: Prober) -> bool:
    resources, calls = waiting(prober)
    (one,) = outputs(calls)["tool_outputs"]
    wrong = [{"tool_outputs": [one, one]}, {"tool_outputs": [one | {"tool_call_id": "another"}]}]
    refused = [status(prober, "submitToolOutputs", resources, body) for body in wrong]
    latest = [body | {"thread_id": resources.thread_id} for body in wrong]
    refused += [status(prober, "submitLatestToolOutputs", resources, body) for body in latest]
    finished(ask(prober, "submitToolOutputs", resources, outputs(calls)))
    return [*refused, status(prober, "submitToolOutputs", resources, outputs(calls))] == [400, 400, 400, 400, 409]


@says("`tool_calls` on a message that calls tools, `tool_call_id` and `tool_name` on an output,")
def bookkeeping(prober: Prober) -> bool:
    resources, calls = waiting(prober)
    finished(ask(prober, "submitToolOutputs", resources, outputs(calls)))
    asked, output, answer = (message["metadata_"] for message in messages(prober, resources)[1:])
    return bool(
        asked["tool_calls"] == calls
        and (output["tool_call_id"], output.get("tool_name")) == (calls[0]["id"], "get_weather")
        and asked["run_id"] == output["run_id"] == answer["run_id"]
    )


@says("`cancelled` is true when this or an earlier call", mark="x-unproven")
def cancel(prober: Prober) -> bool:
    resources, _ = waiting(prober)
    twice = [ask(prober, "cancelRun", resources)["cancelled"] for _ in range(2)]
    ended = prober.resources_for(operations()["cancelRun"])
    return [*twice, ask(prober, "cancelRun", ended)["cancelled"]] == [True, True, False]


@says("leaves a history that the next turn can use.")
def cancelled_history(prober: Prober) -> bool:
    resources, _ = waiting(prober)
    ask(prober, "cancelRun", resources)
    return bool(ask(prober, "sendMessage", resources, {"content": "Hello"})["status"] == "COMPLETED")


@says("from the first one or from the one after `Last-Event-ID`", mark="x-extension")
def resume(prober: Prober) -> bool:
    operation = operations()["streamRunEvents"]
    resources = prober.resources_for(operation)
    whole = prober.send(operation, resources).text.split("\n\n")
    number = whole[0].partition("id: ")[2].partition("\n")[0]
    rest = prober.send(operation, resources, headers={"Last-Event-ID": number}).text.split("\n\n")
    return len(whole) > 2 and rest == whole[1:]

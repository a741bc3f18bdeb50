"""A turn: user message -> run -> reply, whole or streamed."""

import asyncio
from typing import Any

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import WEATHER, waiting_run
from tests.support.server.threads_api import Api, text_of


class TestWhole:
    async def test_turn_is_answered_and_stored(self, api: Api) -> None:
        thread_id = await api.thread()
        turn = await api.turn(thread_id, "My name is Ada.", metadata={"channel": "web"})
        thread = await api.get(thread_id)
        user, assistant = thread["messages"]
        assert (user["role"], user["content"], user["status"]) == ("user", "My name is Ada.", "COMPLETED")
        assert user["metadata_"] == {"channel": "web"}
        assert (assistant["role"], assistant["status"]) == ("assistant", "COMPLETED")
        assert assistant["metadata_"] == {"run_id": turn["run_id"]}
        for field in ("message_id", "content", "created_at", "model_provider", "model_name", "role", "status"):
            assert turn[field] == assistant[field]
        assert (turn["thread_id"], turn["assistant_id"]) == (thread_id, thread["assistant_id"])
        assert "messages" not in turn

    async def test_offline_responder_counts_the_messages(self, api: Api) -> None:
        a, b = await api.thread(), await api.thread()
        await api.turn(a, "My name is Ada.")
        await api.turn(b, "I am Bob.")
        turn = await api.turn(a, "What is my name?")
        assert turn["content"] == 'I have seen 3 messages of this thread. You began with: "My name is Ada."'

    async def test_say_is_answered_exactly(self, api: Api) -> None:
        text = '  two  spaces\n\ttab, \u2028 and \x85, \U0001f600, NUL \x00 and "quotes"\n'
        assert (await api.turn(await api.thread(), f"/say {text}"))["content"] == text

    async def test_each_message_has_its_own_run(self, api: Api) -> None:
        thread_id = await api.thread()
        turns = [await api.turn(thread_id, text) for text in ("/say one", "/fail two", "/say three")]
        answers = [one for one in (await api.get(thread_id))["messages"] if one["role"] == "assistant"]
        assert [turn["run_id"] for turn in turns] == [answer["metadata_"]["run_id"] for answer in answers]
        assert len({turn["run_id"] for turn in turns}) == 3

    async def test_message_without_the_model_is_only_stored(self, api: Api) -> None:
        thread_id = await api.thread()
        turn = await api.turn(thread_id, "remember", send_to_llm=False)
        assert (turn["role"], turn["content"], turn["run_id"]) == ("user", "remember", None)
        [message] = (await api.get(thread_id))["messages"]
        assert message["message_id"] == turn["message_id"]
        assert (await api.turn(thread_id, "and?"))["content"].startswith("I have seen 2 messages")

    async def test_failed_run_is_a_response(self, api: Api) -> None:
        thread_id = await api.thread()
        turn = await api.turn(thread_id, "/fail no power")
        assert (turn["status"], turn["message"]) == ("FAILED", "no power")
        assert [message["status"] for message in (await api.get(thread_id))["messages"]] == ["COMPLETED", "FAILED"]
        assert (await api.turn(thread_id, "/say on"))["content"] == "on"

    async def test_unsupported_fields_are_named_in_the_response(self, api: Api) -> None:
        body = {"content": "hi", "memory": "Auto", "web_search": "off", "voice": {}, "image_config": {"size": 1}}
        turn = (await api.post("/threads/messages", {**body, "thinking": None, "json_output": True})).json()
        assert turn["message"] == "Message added. This server did nothing with: memory, image_config, json_output"
        turn = (await api.post("/threads/messages", {"content": "/fail it", "operation": "generate_image"})).json()
        assert turn["message"] == "it. This server did nothing with: operation"


class TestStreamed:
    async def test_events_come_in_order_with_ids(self, api: Api) -> None:
        thread_id = await api.thread()
        async with api.stream(thread_id, "/say Hello to you") as stream:
            assert "etag" not in stream.response.headers
            events = await stream.rest()
        kinds = ["user_message", "run_started", *["content_streaming"] * 3, "run_ended"]
        assert [event["type"] for event in events] == kinds
        assert [event.id for event in events] == ["1", "2", "3", "4", "5", "6"]
        assert text_of(events) == events[-1]["final_content"] == "Hello to you"
        assert events[-1]["status"] == "completed"
        assert {event["thread_id"] for event in events} == {thread_id}
        assert await api.history(thread_id) == [("user", "/say Hello to you"), ("assistant", "Hello to you")]

    async def test_stream_of_a_failed_run_ends_with_it(self, api: Api) -> None:
        async with api.stream(await api.thread(), "/fail broken") as stream:
            events = await stream.rest()
        assert (events[-1]["type"], events[-1]["error"]) == ("run_failed", "broken")

    async def test_stored_message_can_be_streamed(self, api: Api) -> None:
        thread_id = await api.thread()
        async with api.stream(thread_id, "remember", send_to_llm=False, key="k") as stream:
            events = await stream.rest()
        assert [event["type"] for event in events] == ["user_message", "run_ended"]
        thread = (await api.http.get(f"/threads/{thread_id}")).json()
        [message] = thread["messages"]
        for event in events:
            assert (event["thread_id"], event["assistant_id"]) == (thread_id, thread["assistant_id"])
            assert event["message_id"] == message["message_id"]
        async with api.stream(thread_id, "remember", send_to_llm=False, key="k") as stream:
            assert stream.response.headers["idempotency-replayed"] == "true"
            assert await stream.rest() == events

    async def test_text_is_streamed_while_the_run_goes_on(self, api: Api) -> None:
        thread_id = await api.thread()
        async with api.stream(thread_id, "/slow 50 " + "x" * 50) as stream:
            events = await stream.until("content_streaming")
            assert (await api.history(thread_id))[1:] == []  # the answer is not stored yet
            await api.cancel(thread_id, events[-1]["run_id"])


class TestOneCall:
    @BOTH_DATABASES
    async def test_default_assistant_is_made_by_the_first_message_that_needs_it(self, api: Api) -> None:
        assistant_id = await api.assistant()
        listed = (await api.http.get("/assistants")).json()
        await api.post("/threads/messages", {"content": "a", "assistant_id": assistant_id})
        assert (await api.http.get("/assistants")).json() == listed
        turns = [(await api.post("/threads/messages", {"content": "b"})).json() for _ in range(2)]
        assert turns[0]["assistant_id"] == turns[1]["assistant_id"] != assistant_id
        assert turns[0]["thread_id"] != turns[1]["thread_id"]
        [default, _] = (await api.http.get("/assistants")).json()
        assert (default["name"], default["tok_k"]) == ("Default", 10)

    async def test_refused_message_makes_no_assistant_and_no_thread(self, api: Api) -> None:
        answer = await api.post("/threads/messages", {"content": "a"}, if_match="*")
        assert answer.status_code == 412
        assert (await api.http.get("/assistants")).json() == (await api.http.get("/threads")).json() == []

    @BOTH_DATABASES
    async def test_default_assistant_after_its_deletion_is_made_again(self, api: Api) -> None:
        first = (await api.post("/threads/messages", {"content": "a"})).json()
        await api.http.delete(f"/assistants/{first['assistant_id']}")
        second = await api.post("/threads/messages", {"content": "a"})
        assert second.status_code == 200
        assert second.json()["assistant_id"] != first["assistant_id"]

    async def test_thread_under_another_assistant_is_404(self, api: Api) -> None:
        first = (await api.post("/threads/messages", {"content": "a"})).json()
        body = {"content": "b", "thread_id": first["thread_id"]}
        assert (await api.post("/threads/messages", body)).json()["thread_id"] == first["thread_id"]
        other = await api.post("/threads/messages", {**body, "assistant_id": await api.assistant()})
        assert (other.status_code, other.json()) == (404, {"detail": "Thread not found"})
        unknown = await api.post("/threads/messages", {"content": "b", "assistant_id": first["thread_id"]})
        assert (unknown.status_code, unknown.json()) == (404, {"detail": "Assistant not found"})

    async def test_chat_response_names_thread_and_assistant(self, api: Api) -> None:
        assistant_id = await api.assistant()
        thread_id = await api.thread(assistant_id)
        for given in ({"thread_id": thread_id}, {"assistant_id": assistant_id}, {}):
            turn = (await api.post("/threads/messages", {"content": "a", **given})).json()
            assert given.items() <= turn.items()
            thread = await api.get(turn["thread_id"])
            assert (thread["assistant_id"], len(thread["messages"])) == (turn["assistant_id"], 2)
        assert turn["assistant_id"] != assistant_id

    async def test_chat_otherwise_is_as_a_message_to_a_thread(self, api: Api) -> None:
        thread_id = await api.thread()
        body = {"content": "/fail broken", "thread_id": thread_id}
        turn = (await api.post("/threads/messages", body)).json()
        assert (turn["status"], turn["message"]) == ("FAILED", "broken")
        streamed = await api.post("/threads/messages", {**body, "stream": True})
        assert streamed.headers["content-type"].startswith("text/event-stream")
        assert '"run_failed"' in streamed.text.rpartition("data: ")[2]
        api.services.turns.queue.busy_wait = 0.1
        async with api.stream(thread_id, "/slow 50 " + "x" * 50) as stream:
            run_id = (await stream.next())["run_id"]
            busy = await api.post("/threads/messages", body)
            assert (busy.status_code, busy.json()) == (409, {"detail": f"The thread is busy with run {run_id}"})
            api.services.turns.queue.busy_wait = 60
            waiting = asyncio.create_task(api.post("/threads/messages", {**body, "content": "/say on"}))
            await api.cancel(thread_id, run_id)
        assert (await waiting).json()["content"] == "on"


class TestFiles:
    @BOTH_DATABASES
    async def test_files_are_stored_whole_and_listed(self, api: Api) -> None:
        data = bytes(range(256)) * 100
        thread_id = await api.thread()
        files: Any = [("files", ("a.bin", data)), ("files", ("b.txt", b""))]
        turn = (await api.http.post(f"/threads/{thread_id}/messages", files=files)).json()
        [user, _] = (await api.get(thread_id))["messages"]
        listed = [(entry["filename"], entry["status"], entry["file_size_bytes"]) for entry in user["attachments"]]
        assert listed == [("a.bin", "indexed", len(data)), ("b.txt", "indexed", 0)]
        assert turn["status"] == "COMPLETED"
        assert turn["attachments"] == user["attachments"]
        kept = await api.services.store.read(lambda: (yield "SELECT filename, content FROM files ORDER BY 1", ()))
        assert kept == [("a.bin", data), ("b.txt", b"")]

    async def test_response_lists_the_files_of_its_own_message(self, api: Api) -> None:
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))

        async def sent(content: str) -> dict[str, Any]:
            files = [("files", (f"{content[:5]}.txt", b"x"))]
            answer = await api.http.post(f"/threads/{thread_id}/messages", data={"content": content}, files=files)
            turn: dict[str, Any] = answer.json()
            return turn

        for content, status in [("/fail", "FAILED"), ("/call get_weather", "REQUIRES_ACTION")]:
            turn = await sent(content)
            assert turn["status"] == status
            assert [entry["filename"] for entry in turn["attachments"]] == [f"{content[:5]}.txt"]
        assert not (await api.outputs(thread_id, turn["run_id"], {"call_1": "wet"})).json().get("attachments")
        assert (await api.turn(thread_id, "none"))["attachments"] is None


class TestTools:
    async def test_tool_turn_is_stored_as_by_the_hosted_api(self, api: Api) -> None:
        thread_id, run_id = await waiting_run(api, '{"city": "Lisbon"}')
        [_, asking] = (await api.get(thread_id))["messages"]
        assert (asking["content"], asking["status"]) == ("", "REQUIRES_ACTION")
        answer = await api.outputs(thread_id, run_id, {"call_1": "18 degrees"})
        assert answer.status_code == 200
        call = {"id": "call_1", "type": "function"}
        call["function"] = {"name": "get_weather", "arguments": '{"city": "Lisbon"}'}  # type: ignore[assignment]
        _, asking, output, final = (await api.get(thread_id))["messages"]
        assert (asking["content"], asking["status"]) == ("", "COMPLETED")
        assert asking["metadata_"] == {"run_id": run_id, "tool_calls": [call]}
        assert (output["role"], output["content"], output["status"]) == ("tool", "18 degrees", "COMPLETED")
        assert output["metadata_"] == {"run_id": run_id, "tool_call_id": "call_1", "tool_name": "get_weather"}
        assert final["content"] == answer.json()["content"] == "get_weather returned: 18 degrees"
        assert final["metadata_"] == {"run_id": run_id, "all_run_tool_calls": [call]}
        assert answer.json()["run_id"] == run_id

    async def test_tool_turn_can_be_streamed(self, api: Api) -> None:
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
        async with api.stream(thread_id, "/call get_weather {}") as stream:
            events = await stream.rest()
        kinds = ["user_message", "run_started", "tool_call_start", "tool_call_ready", "tool_submit_required"]
        assert [event["type"] for event in events] == kinds
        run_id = events[-1]["run_id"]
        answer = await api.outputs(thread_id, run_id, {"call_1": "wet"}, stream=True)
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.text.startswith("id: 6\n")
        assert '"run_ended"' in answer.text
        assert "user_message" not in answer.text
        assert (await api.get(thread_id))["messages"][-1]["metadata_"] == {"run_id": run_id}

    async def test_latest_tool_outputs_when_none_waits_are_409(self, api: Api) -> None:
        thread_id, run_id = await waiting_run(api)
        outputs = [{"tool_call_id": "call_1", "output": ""}]
        answer = await api.post("/threads/tool-outputs", {"thread_id": thread_id, "tool_outputs": outputs})
        assert (answer.status_code, answer.json()["run_id"]) == (200, run_id)
        late = await api.post("/threads/tool-outputs", {"thread_id": thread_id, "tool_outputs": outputs})
        assert (late.status_code, late.json()) == (409, {"detail": "No run of this thread waits for tool outputs"})

    async def test_outputs_that_do_not_fit_are_400_404_or_409(self, api: Api) -> None:
        thread_id, run_id = await waiting_run(api, '{"a": 1}', '{"a": 2}')

        async def refusal(*outputs: tuple[str, str], run: str = run_id, thread: str = thread_id) -> tuple[int, str]:
            given = [{"tool_call_id": call, "output": output} for call, output in outputs]
            path = f"/threads/{thread}/runs/{run}/submit-tool-outputs"
            answer = await api.post(path, {"tool_outputs": given})
            return answer.status_code, answer.json()["detail"]

        assert await refusal(("call_1", "x")) == (400, "Outputs are missing for tool calls: call_2")
        assert await refusal(("call_1", "x"), ("call_2", "x"), ("call_1", "y")) == (
            400,
            "Outputs are given more than once for tool calls: call_1",
        )
        assert await refusal(("call_1", "x"), ("call_2", "x"), ("call_9", "y")) == (
            400,
            "Outputs are given for tool calls that nobody asked for: call_9",
        )
        assert await refusal(("call_1", "x"), run="run_of_nobody") == (404, "Run not found")
        other = await api.thread()
        assert await refusal(("call_1", "x"), thread=other) == (404, "Run not found")
        assert (await api.outputs(thread_id, run_id, {"call_2": "2", "call_1": "1"})).json()["content"] == (
            "get_weather returned: 1\nget_weather returned: 2"
        )
        assert await refusal(("call_1", "x"), ("call_2", "x")) == (
            409,
            f"Run {run_id} does not wait for tool outputs: it is COMPLETED",
        )

    @BOTH_DATABASES
    async def test_outputs_submitted_twice_at_once_count_once(self, api: Api) -> None:
        thread_id, run_id = await waiting_run(api)
        answers = await asyncio.gather(*(api.outputs(thread_id, run_id, {"call_1": str(i)}) for i in range(8)))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
        assert [role for role, _ in await api.history(thread_id)] == ["user", "assistant", "tool", "assistant"]

    async def test_call_of_an_unknown_tool_fails_the_run(self, api: Api) -> None:
        turn = await api.turn(await api.thread(), "/call get_weather {}")
        assert (turn["status"], turn["tool_calls"]) == ("FAILED", None)
        assert "get_weather" in turn["message"]

    async def test_tools_of_a_turn_hold_for_one_round(self, api: Api) -> None:
        body = {"content": "/call get_weather {}", "tools": [WEATHER]}
        turn = (await api.post("/threads/messages", body)).json()
        assert turn["status"] == "REQUIRES_ACTION"
        thread_id = turn["thread_id"]
        await api.outputs(thread_id, turn["run_id"], {"call_1": "dry"})
        assert (await api.turn(thread_id, "/call get_weather {}"))["status"] == "FAILED"

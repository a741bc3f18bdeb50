"""The vendor's Python SDK, as published, lives a thread's whole life against the server (docs/hosted-api.md §7)."""

import json
import uuid
from pathlib import Path

import pytest

from tests.support.client.vendor_sdk import CALL_WEATHER, WEATHER, backboard, collect, exceptions, outputs_for, text_of


async def test_assistant(client: backboard.BackboardClient) -> None:
    name = f"Guide {uuid.uuid4()}"
    created = await client.create_assistant(
        name,
        description="A guide.",
        system_prompt="Be brief.",
        tools=[backboard.ToolDefinition.model_validate(WEATHER)],
        tok_k=5,
        custom_fact_extraction_prompt="facts",
        custom_update_memory_prompt="memories",
        embedding_provider="openai",
        embedding_model_name="text-embedding-3-large",
        embedding_dims=3072,
    )
    assert created == await client.get_assistant(created.assistant_id)
    assert created.tools is not None
    assert created.tools[0].model_dump(exclude_none=True) == WEATHER
    assert (created.tok_k, created.embedding_dims, created.system_prompt) == (5, 3072, "Be brief.")
    assert [found.assistant_id for found in await client.list_assistants(name=name)] == [created.assistant_id]
    changed = await client.update_assistant(created.assistant_id, description="Another.", tok_k=7, tools=[])
    assert (changed.name, changed.description, changed.system_prompt) == (name, "Another.", "Be brief.")
    assert (changed.tok_k, changed.tools) == (7, [])
    deleted = await client.delete_assistant(created.assistant_id)
    assert deleted["assistant_id"] == str(created.assistant_id)
    assert {"message", "deleted_at"} <= deleted.keys()
    with pytest.raises(exceptions.BackboardNotFoundError, match="Assistant not found"):
        await client.get_assistant(created.assistant_id)


async def test_assistant_with_only_a_name_has_the_documented_defaults(client: backboard.BackboardClient) -> None:
    created = await client.create_assistant("Plain")
    assert (created.tok_k, created.description, created.system_prompt) == (10, None, None)


async def test_clone(client: backboard.BackboardClient, assistant: backboard.Assistant) -> None:
    copy = await client.clone_assistant(assistant.assistant_id)
    assert copy.assistant.assistant_id != assistant.assistant_id
    assert (copy.assistant.name, copy.assistant.system_prompt) == ("Guide Copy", "Be brief.")
    assert (copy.documents_cloned, copy.memories_cloned) == (0, 0)
    named = await client.clone_assistant(assistant.assistant_id, name="Other", system_prompt="Be long.")
    assert (named.assistant.name, named.assistant.system_prompt) == ("Other", "Be long.")


async def test_deleting_an_assistant_deletes_its_threads(
    client: backboard.BackboardClient, assistant: backboard.Assistant, thread_id: uuid.UUID
) -> None:
    await client.delete_assistant(assistant.assistant_id)
    with pytest.raises(exceptions.BackboardNotFoundError, match="Thread not found"):
        await client.get_thread(thread_id)


async def test_listing_pages_through_everything_once(
    client: backboard.BackboardClient, assistant: backboard.Assistant
) -> None:
    made = [(await client.create_thread(assistant.assistant_id)).thread_id for _ in range(5)]
    pages = [
        [thread.thread_id for thread in await client.list_threads_for_assistant(assistant.assistant_id, skip, 2)]
        for skip in (0, 2, 4, 6)
    ]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    listed = [thread_id for page in pages for thread_id in page]
    assert sorted(listed) == sorted(made)
    newest = await client.list_threads(limit=5)
    assert [thread.thread_id for thread in newest] == listed


async def test_thread(client: backboard.BackboardClient, assistant: backboard.Assistant) -> None:
    thread = await client.create_thread(assistant.assistant_id)
    assert thread.messages == []
    assert (await client.get_thread(thread.thread_id)).created_at == thread.created_at
    deleted = await client.delete_thread(thread.thread_id)
    assert deleted["thread_id"] == str(thread.thread_id)
    with pytest.raises(exceptions.BackboardNotFoundError, match="Thread not found"):
        await client.get_thread(thread.thread_id)
    with pytest.raises(exceptions.BackboardNotFoundError, match="Thread not found"):
        await client.delete_thread(thread.thread_id)


async def test_message(client: backboard.BackboardClient, assistant: backboard.Assistant, thread_id: uuid.UUID) -> None:
    reply = await client.add_message(thread_id, "/say a+b é & more", metadata={"a": 1}, memory="Auto", web_search="off")
    assert (reply.content, reply.status) == ("a+b é & more", "COMPLETED")
    assert (reply.thread_id, reply.assistant_id) == (str(thread_id), str(assistant.assistant_id))
    assert reply.run_id
    assert reply.tool_calls is None
    asked, answered = (await client.get_thread(thread_id)).messages
    assert (asked.role, asked.content) == (backboard.MessageRole.USER, "/say a+b é & more")
    assert (answered.role, answered.content) == (backboard.MessageRole.ASSISTANT, "a+b é & more")
    assert asked.metadata_ is not None
    assert asked.metadata_["a"] == 1
    assert asked.created_at <= answered.created_at


async def test_message_stays_in_the_conversation(client: backboard.BackboardClient, thread_id: uuid.UUID) -> None:
    await client.add_message(thread_id, "My name is Ada.")
    reply = await client.add_message(thread_id, "What is my name?")
    assert reply.content is not None
    assert "My name is Ada." in reply.content


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    note, picture = tmp_path / "a note é.txt", tmp_path / "picture.png"
    note.write_text("hello\r\n--boundary--\r\n", encoding="utf-8")
    picture.write_bytes(bytes(range(256)) * 512)
    return [note, picture]


@pytest.mark.parametrize("content", ["Look at these.", None])
async def test_message_with_files(
    client: backboard.BackboardClient, thread_id: uuid.UUID, files: list[Path], content: str | None
) -> None:
    reply = await client.add_message(thread_id, content, files=list(files))
    assert reply.status == "COMPLETED"
    asked = (await client.get_thread(thread_id)).messages[0]
    assert asked.attachments is not None
    kept = [(one.filename, one.file_size_bytes, one.status) for one in asked.attachments]
    assert kept == [(path.name, path.stat().st_size, "indexed") for path in files]


async def test_stream(client: backboard.BackboardClient, thread_id: uuid.UUID) -> None:
    text = "one two\u2028three\u0085four\u2029five \U0001f642"  # what line splitting would break (§7.4)
    events = await collect(await client.add_message(thread_id, f"/say {text}", stream=True))
    assert text_of(events) == text
    assert events[-1]["type"] == "run_ended"
    assert events[-1].get("status") in (None, "completed")
    assert {event.get("thread_id") for event in events} >= {str(thread_id)}
    assert (await client.get_thread(thread_id)).messages[-1].content == text


async def test_stream_with_files(client: backboard.BackboardClient, thread_id: uuid.UUID, files: list[Path]) -> None:
    events = await collect(await client.add_message(thread_id, "/say seen", files=list(files), stream=True))
    assert text_of(events) == "seen"
    attachments = (await client.get_thread(thread_id)).messages[0].attachments
    assert attachments is not None
    assert len(attachments) == 2


async def test_tool_call(client: backboard.BackboardClient, thread_id: uuid.UUID) -> None:
    waiting = await client.add_message(thread_id, CALL_WEATHER)
    assert waiting.status == "REQUIRES_ACTION"
    assert waiting.tool_calls is not None
    assert waiting.run_id is not None
    (call,) = waiting.tool_calls
    assert (call.type, call.function.name, call.function.parsed_arguments) == ("function", "weather", {"city": "Oslo"})
    done = await client.submit_tool_outputs(
        thread_id, waiting.run_id, [backboard.ToolOutput(tool_call_id=call.id, output="12 degrees")]
    )
    assert (done.run_id, done.status) == (waiting.run_id, "COMPLETED")
    assert done.content
    roles = [message.role.value for message in (await client.get_thread(thread_id)).messages]
    assert roles == ["user", "assistant", "tool", "assistant"]


async def test_tool_call_by_the_simple_form(client: backboard.BackboardClient, thread_id: uuid.UUID) -> None:
    waiting = await client.add_message(thread_id, CALL_WEATHER)
    assert waiting.tool_calls is not None
    done = await client.submit_tool_outputs_simple(thread_id, outputs_for(waiting.tool_calls))
    assert done.status == "COMPLETED"
    assert done.run_id == waiting.run_id


@pytest.mark.parametrize("simple", [False, True])
async def test_streamed_tool_call(client: backboard.BackboardClient, thread_id: uuid.UUID, simple: bool) -> None:
    events = await collect(await client.add_message(thread_id, CALL_WEATHER, stream=True))
    waiting = events[-1]
    assert waiting["type"] == "tool_submit_required"
    (call,) = waiting["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"city": "Oslo"}
    outputs = outputs_for([call["id"]])
    if simple:
        stream = await client.submit_tool_outputs_simple(thread_id, outputs, stream=True)
    else:
        stream = await client.submit_tool_outputs(thread_id, waiting["run_id"], outputs, stream=True, tools=[WEATHER])
    events = await collect(stream)
    assert events[-1]["type"] == "run_ended"
    assert text_of(events)
    assert text_of(events) == (await client.get_thread(thread_id)).messages[-1].content


async def test_cancel(client: backboard.BackboardClient, thread_id: uuid.UUID) -> None:
    waiting = await client.add_message(thread_id, CALL_WEATHER)
    assert waiting.run_id is not None
    for _ in range(2):
        cancelled = await client.cancel_run(thread_id, waiting.run_id)
        assert cancelled == {"thread_id": str(thread_id), "run_id": waiting.run_id, "cancelled": True}
    assert (await client.add_message(thread_id, "/say still here")).content == "still here"


async def test_cancel_while_streaming(client: backboard.BackboardClient, thread_id: uuid.UUID) -> None:
    kinds = []
    async for event in await client.add_message(thread_id, f"/slow 200 {'word ' * 200}", stream=True):
        if event["type"] == "content_streaming" and "content_streaming" not in kinds:
            cancelled = await client.cancel_run(thread_id, event["run_id"])
            assert cancelled["cancelled"] is True
        kinds.append(event["type"])
    assert kinds[-1] == "run_cancelled"
    assert kinds.count("content_streaming") < 200


async def test_one_call(client: backboard.BackboardClient, assistant: backboard.Assistant) -> None:
    first = await client.send_message("My name is Ada.")
    assert first.thread_id is not None
    assert first.assistant_id is not None
    again = await client.send_message("What is my name?", thread_id=first.thread_id)
    assert (again.thread_id, again.assistant_id) == (first.thread_id, first.assistant_id)
    assert again.content is not None
    assert "My name is Ada." in again.content
    other = await client.send_message("/say hello", assistant_id=assistant.assistant_id)
    assert other.assistant_id == str(assistant.assistant_id)
    assert other.thread_id != first.thread_id


async def test_one_call_with_every_setting(client: backboard.BackboardClient) -> None:
    reply = await client.send_message(
        CALL_WEATHER,
        system_prompt="Be long.",
        llm_provider="openai",
        model_name="gpt-4o",
        memory_pro="Auto",
        memory_response_citation=True,
        web_search="off",
        image_generation="auto",
        json_output=False,
        tools=[WEATHER],
        thinking={"effort": "high"},
        openrouter={"providers": ["together"]},
        metadata={"nested": {"list": [1, None]}},
        video_generation="off",
    )
    assert reply.status == "REQUIRES_ACTION"
    assert reply.thread_id is not None
    asked = (await client.get_thread(reply.thread_id)).messages[0]
    assert asked.metadata_ is not None
    assert asked.metadata_["nested"] == {"list": [1, None]}


async def test_one_call_streamed(client: backboard.BackboardClient) -> None:
    events = await collect(await client.send_message("/say hello", stream=True))
    thread_ids = {event["thread_id"] for event in events if event.get("thread_id")}
    assert len(thread_ids) == 1
    assert text_of(events) == "hello"
    assert (await client.get_thread(thread_ids.pop())).messages[-1].content == "hello"


async def test_one_call_with_media(client: backboard.BackboardClient, files: list[Path]) -> None:
    reply = await client.send_message(
        "Paint it.", operation="generate_image", input_image=files[1], input_references=[files[1]]
    )
    assert reply.status == "COMPLETED"
    assert "image" in reply.messages[-1]["message"].lower(), "it says what it did not do"


async def test_json_body_with_a_null_setting(client: backboard.BackboardClient, thread_id: uuid.UUID) -> None:
    """With only `openrouter` the SDK turns to JSON and sends `"thinking": null` (§7.5)."""
    reply = await client.add_message(thread_id, "/say json", openrouter={"providers": ["together"]})
    assert reply.content == "json"


async def test_message_that_is_only_kept(client: backboard.BackboardClient, thread_id: uuid.UUID) -> None:
    kept = await client.add_message(thread_id, "Remember this.", send_to_llm="false")
    (message,) = (await client.get_thread(thread_id)).messages
    assert kept.messages[-1]["message_id"] == str(message.message_id)
    reply = await client.add_message(thread_id, "What did I say?")
    assert reply.content is not None
    assert "Remember this." in reply.content

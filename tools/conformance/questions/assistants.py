"""Statements of the document about assistants and lists."""

import uuid
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tools.conformance.prober import Prober
from tools.conformance.questions.question import agrees
from tools.conformance.questions.statements import ask, new_assistant, new_thread, says, status, when
from tools.conformance.results import NotAsked
from tools.document import operations
from tools.resources import NOTHING, TOOL, Resources

MOST = 200

Ask = Callable[[], Any]
Listing = Callable[..., Any]


@says("Creates an assistant and returns it. Only `name` is needed.")
def create_assistant(prober: Prober) -> bool:
    made = ask(prober, "createAssistant", body={"name": "Guide"})
    return bool(
        ask(prober, "getAssistant", Resources(made["assistant_id"], "", "")) == made
        and made["name"] == prober.signed("Guide")
    )


@says("A field that is absent or `null` stays as it is")
def update_keeps(prober: Prober) -> bool:
    resources = new_assistant(prober, system_prompt="Be brief.", description="A guide.", tools=[TOOL])
    before = ask(prober, "getAssistant", resources)
    after = ask(prober, "updateAssistant", resources, {"name": "Other", "system_prompt": None})
    return bool(after == {**before, "name": prober.signed("Other")} and ask(prober, "getAssistant", resources) == after)


@says("`tools` replaces the whole list.")
def update_tools(prober: Prober) -> bool:
    resources = new_assistant(prober, tools=[TOOL])
    other = {"type": "function", "function": {"name": "other", "parameters": {"properties": {}}}}
    tools = ask(prober, "updateAssistant", resources, {"tools": [other]})["tools"]
    return [tool["function"]["name"] for tool in tools] == ["other"]


@says("An empty object changes nothing.")
def update_nothing(prober: Prober) -> bool:
    resources = new_assistant(prober, system_prompt="Be brief.")
    return bool(ask(prober, "updateAssistant", resources, {}) == ask(prober, "getAssistant", resources))


@says("Deletes the assistant and, with it, all its threads and their messages, files and runs. This cannot be undone.")
def delete_assistant(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober))
    ask(prober, "deleteAssistant", resources)
    return [status(prober, name, resources) for name in ("getAssistant", "getThread")] == [404, 404]


@says("Creates a new assistant with the settings of an existing one. Threads are not copied.")
def clone(prober: Prober) -> bool:
    resources = new_thread(prober, new_assistant(prober, system_prompt="Be brief.", tools=[TOOL]))
    copied = ask(prober, "cloneAssistant", resources, {})["assistant"]
    own = ("assistant_id", "name", "created_at")
    alike = {name: value for name, value in ask(prober, "getAssistant", resources).items() if name not in own}
    copy = Resources(copied["assistant_id"], "", "")
    return bool(
        alike == {name: value for name, value in copied.items() if name not in own}
        and copy.assistant_id != resources.assistant_id
        and ask(prober, "listAssistantThreads", copy) == []
    )


@says("by default the name of the source and `Copy`, shortened to fit.")
def clone_name(prober: Prober) -> bool:
    copied = ask(prober, "cloneAssistant", new_assistant(prober), {})["assistant"]
    long = ask(prober, "cloneAssistant", new_assistant(prober, name="x" * 255), {})["assistant"]
    return copied["name"] == f"{prober.signed('Guide')} Copy" and len(long["name"]) == 255


@says("Only assistants with exactly this name, case-sensitive.")
def list_by_name(prober: Prober) -> bool:
    name = prober.signed(f"Guide {uuid.uuid4()}")
    resources = new_assistant(prober, name=name)
    found = ask(prober, "listAssistants", query={"name": name})
    others = [ask(prober, "listAssistants", query={"name": other}) for other in (name.lower(), name[:-1])]
    return [one["assistant_id"] for one in found] == [resources.assistant_id] and others == [[], []]


def listings(prober: Prober) -> Iterator[tuple[str, Resources, str]]:
    """Each listing with at least three resources of this run in it, and its id field."""
    resources = NOTHING if prober.read_only else prober.several
    yield "listAssistants", resources, "assistant_id"
    yield "listThreads", resources, "thread_id"
    if not prober.read_only:
        yield "listAssistantThreads", resources, "thread_id"


def is_ordered(prober: Prober, wanted: str) -> bool:
    """Whether a list is newest first, in a total order."""
    for name, resources, key in listings(prober):
        if name == wanted:
            listed = ask(prober, name, resources)
            if len(listed) < 2:
                raise NotAsked("the account has too little for an order")
            places = [(when(one["created_at"]), one[key]) for one in listed]
            return places == sorted(set(places), reverse=True)
    raise NotAsked("it names an assistant, and the account has none that was made here")


for operation in operations().values():
    order, _, _ = " ".join(operation.node["description"].split()).partition(". ")
    if "newest first" in order:
        says(order, name=f"{operation.id}: order")(partial(is_ordered, wanted=operation.id))


@says("a page shorter than `limit` is the last one.")
def last_page(prober: Prober) -> bool:
    verdicts = []
    for name, resources, _ in listings(prober):
        count = len(ask(prober, name, resources, query={"limit": MOST}))
        if 0 < count < MOST:
            listing = partial(ask, prober, name, resources)
            verdicts.append(agrees(*last_page_twice(listing, count)))
    return all(some(verdicts))


@says("Maximum number of items to return.")
def limit(prober: Prober) -> bool:
    verdicts = []
    for name, resources, _ in listings(prober):
        if len(ask(prober, name, resources)) > 2:
            verdicts.append(len(ask(prober, name, resources, query={"limit": 2})) == 2)
    return all(some(verdicts))


@says("Number of items to skip at the beginning.")
def skip(prober: Prober) -> bool:
    verdicts = []
    for name, resources, _ in listings(prober):
        if len(ask(prober, name, resources)) > 1:
            listing = partial(ask, prober, name, resources)
            verdicts.append(agrees(*second_and_third(listing)))
    return all(some(verdicts))


def last_page_twice(listing: Listing, count: int) -> tuple[Ask, Ask]:
    """Two ways to count a listing that is shorter than its page: alone, and with the page behind it."""
    return (
        lambda: len(listing(query={"limit": MOST})),
        lambda: count + len(listing(query={"skip": count, "limit": MOST})),
    )


def second_and_third(listing: Listing) -> tuple[Ask, Ask]:
    """Two ways to read the second and third item."""
    return lambda: listing(query={"limit": 3})[1:], lambda: listing(query={"skip": 1, "limit": 2})


def some(verdicts: list[bool]) -> list[bool]:
    """The verdicts, if there are any: of nothing everything holds.

    Raises:
        NotAsked: if no list was long enough to give one.
    """
    if not verdicts:
        raise NotAsked("the account has too little in its lists")
    return verdicts


@says(
    "The whole history, oldest message first; empty in a light list.",
    "Number of messages in the thread; in a light list only.",
    "When the thread last changed; in a light list only.",
    "The beginning of the first message of the user; in a light list only.",
    "The thread's title; in a light list only.",
    "Without them the list is light: `messages` is empty,",
)
def light(prober: Prober) -> bool:
    resources = prober.resources()
    verdicts = []
    for name in ("listThreads", "listAssistantThreads"):
        whole = listed(prober, name, resources, include_messages="true")
        thread = listed(prober, name, resources, include_messages="false")
        if prober.read_only and (whole is None or not whole["messages"]):
            continue  # the thread is empty, or its assistant another than the one that is known
        verdicts.append(whole is not None and thread is not None and is_light(thread, whole))
    return all(some(verdicts))


def is_light(thread: dict[str, Any], whole: dict[str, Any]) -> bool:
    first = next((one["content"] for one in whole["messages"] if one["role"] == "user"), None)
    return bool(
        whole["messages"]
        and not thread["messages"]
        and thread["message_count"] == len(whole["messages"])
        and not thread.get("title")
        and not {"title", "first_user_message", "message_count", "updated_at"} & whole.keys()
        and (first is None or thread["first_user_message"] == first[:200])
        and when(thread["updated_at"]) >= when(thread["created_at"])
    )


def listed(prober: Prober, name: str, resources: Resources, *, include_messages: str) -> dict[str, Any] | None:
    """A thread as a list shows it; None if the newest are all others."""
    found: list[dict[str, Any]] = ask(
        prober, name, resources, query={"include_messages": include_messages, "limit": MOST}
    )
    return next((one for one in found if one["thread_id"] == resources.thread_id), None)

"""The methods as text: their signatures, and the docstrings that say what each argument, result and error is."""

from __future__ import annotations

import re

from .api import Surface
from .calls import MULTIPART, Argument, Call
from .document import Document
from .sentences import wrapped

ERRORS = {
    "304": "NotModifiedError",
    "400": "BadRequestError",
    "401": "AuthenticationError",
    "404": "NotFoundError",
    "409": "ConflictError",
    "412": "PreconditionFailedError",
    "422": "UnprocessableEntityError",
    "429": "RateLimitError",
}
"""The errors of `runtime/errors.py` by status."""

DOCUMENT = "the API's document"
"""What the document's own texts call `this document`, for readers who are not in it."""

VALUES = {"true": "True", "false": "False", "null": "None"}

INDENT = 8
"""How deep the docstring of a method is."""

OF_TIMEOUT = (
    "Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each attempt; a "
    "`Timeout` sets them apart, None sets no limit."
)
OF_DEADLINE = "Seconds that {call} may take, its attempts and the waits between them; None for no limit."
OF_RETRIES = "How often a failed attempt is repeated, where that is safe."
DEFAULTS = {
    "timeout": "120 unless given, and 10 for connecting.",
    "deadline": "600 unless given, and no limit for a stream.",
    "max_retries": "2 unless given.",
}
"""What holds where neither the client nor the call says otherwise: said here, and done by the runtime."""

OWN = " As the client has it unless given."
OPTIONS = (
    ("timeout", "TimeoutOption", OF_TIMEOUT + OWN),
    ("deadline", "float | Unset | None", OF_DEADLINE + OWN),
    ("max_retries", "int | Unset", OF_RETRIES + OWN),
    ("headers", "Mapping[str, str] | Unset", "More headers, besides those of the client."),
)
"""What every method takes besides its own arguments: names, annotations and texts."""


def signature(call: Call, kind: str) -> list[str]:
    """Return the parameters of a method, after `self`: path values by position, everything else by name."""
    path = [argument for argument in call.arguments if argument.place == "path"]
    named = sorted((one for one in arguments(call, kind) if one.place != "path"), key=lambda one: not one.required)
    parameters = [f"{argument.name}: {argument.annotation}" for argument in path]
    parameters.append("*")
    parameters += [f"{one.name}: {one.annotation}" + ("" if one.required else " = UNSET") for one in named]
    if call.forms and kind != "iterate":
        parameters.append(f"media_type: {call.forms} | Unset = UNSET")
    parameters += [f"{name}: {annotation} = UNSET" for name, annotation, _ in OPTIONS]
    return parameters


def arguments(call: Call, kind: str) -> list[Argument]:
    """Return the arguments of one of an operation's methods: `Idempotency-Key` last, and no version when iterating."""
    ordered = sorted(call.arguments, key=lambda one: (one.place == "header", one is call.key))
    return [one for one in ordered if kind != "iterate" or one.place in {"path", "query"}]


def documented(call: Call, kind: str, surface: Surface) -> str:
    """Return the docstring of a method, without its quotes, for a method of a class."""
    raw = call.operation.raw
    about = wrapped(_translated(str(raw.get("description", "")), call, surface), INDENT)
    sections = [_opening(call, kind), about, _beyond(kind)]
    if raw.get("deprecated") is True:
        sections.append("Deprecated.")
    if raw.get("x-extension") is True:
        sections.append("An extension to the hosted API.")
    sections.append(_section("Args", _arguments(call, kind, surface), INDENT))
    sections.append(_section("Returns", [_translated(_returned(call, kind, surface), call, surface)], INDENT))
    sections.append(_section("Raises", _raised(call, kind, surface), INDENT))
    return "\n\n".join(section for section in sections if section)


def documented_client(document: Document, surface: Surface) -> str:
    """Return the docstring of the client's class, its constructor's arguments included."""
    names = surface.table.client
    resources = ", ".join(f"`{resource.name}`" for resource in surface.resources)
    about = (
        f"{document.title}: the client for version {document.version} of the API.\n\n"
        f"Its methods are in {resources}; `request` makes a call that the API's document does not describe. Use it in "
        "an `async with`, or close it with `aclose`. Making it sends nothing and opens no connection. A pickled client "
        "carries its key."
    )
    arguments = [
        f"api_key: The API key, sent in the header `{surface.key_header}` with every call and shown nowhere. That of "
        f"`{names['key_variable']}` in the environment unless given.",
        f"base_url: Where the API is. That of `{names['url_variable']}` in the environment unless given, or else "
        f"{surface.servers[0][0]}.",
        f"timeout: {OF_TIMEOUT} {DEFAULTS['timeout']}",
        f"deadline: {OF_DEADLINE.format(call='a whole call')} {DEFAULTS['deadline']}",
        f"max_retries: {OF_RETRIES} {DEFAULTS['max_retries']}",
        "headers: More headers for every call.",
        "http_client: What to send requests with instead: an `httpx.AsyncClient`, whose hooks, proxies, headers and "
        "time-outs then hold, or a transport. It is not closed with this client.",
    ]
    errors = [
        "ValueError: There is no API key, or an argument cannot be what it should.",
        "TypeError: An argument has the wrong type.",
    ]
    return "\n\n".join([wrapped(about, 4), _section("Args", arguments, 4), _section("Raises", errors, 4)])


def _opening(call: Call, kind: str) -> str:
    summary = " ".join(str(call.operation.raw.get("summary") or call.operation.id).split()).rstrip(".")
    if kind == "iterate":
        return f"{summary}, page after page."
    return f"{summary}, as events." if kind == "stream" and call.names.method else f"{summary}."


def _beyond(kind: str) -> str:
    if kind == "iterate":
        text = (
            "Pages are fetched as they are needed. They are counted from the beginning of the list: what is created "
            "while you iterate moves the rest back, and is not seen itself; what is deleted moves the rest forward, "
            "so that items can be left out. None is given twice."
        )
    elif kind == "stream":
        text = (
            "Nothing is sent before the `async with` begins. Leaving it early closes the connection and does not "
            "cancel the run; `cancel()` of the events does."
        )
    else:
        return ""
    return wrapped(text, INDENT)


def _arguments(call: Call, kind: str, surface: Surface) -> list[str]:
    made = " Made for each call unless given."
    own = [
        f"{one.name}: {_translated(one.text, call, surface)}{made if one is call.key else ''}".rstrip(" :")
        for one in arguments(call, kind)
        if kind != "iterate" or one.wire != "limit"
    ]
    if kind == "iterate" and call.page:
        limit = next(one for one in call.arguments if one.wire == "limit")
        size = f"How many items one page has at most, up to {call.page.max_limit}. `{call.page.default}` unless given."
        own.append(f"{limit.name}: {size}")
    if call.forms and kind != "iterate":
        others = f", or `{MULTIPART}` when there are files" if call.at("file") else ""
        own.append(f"media_type: The form in which the body is sent; unless given, `{call.media[0]}`{others}.")
    spans = "the call for one page" if kind == "iterate" else "the whole call"
    return own + [f"{name}: {text.format(call=spans)}" for name, _, text in OPTIONS]


def _returned(call: Call, kind: str, surface: Surface) -> str:
    """Return what comes back: its class, and what the document says of that."""
    if kind == "stream":
        about = surface.event_text.split(". ")[0].strip().rstrip(".")
        return (
            "AsyncEventStream: An iterator, to be used in an `async with`. It yields each "
            f"`models.{surface.event}` as it comes{f': {about[:1].lower()}{about[1:]}' if about else ''}."
        )
    shape = call.result
    result = shape.annotation() if shape else "Any"
    text = " ".join(call.result_text.split())
    if kind == "iterate":
        result = f"AsyncPaginator[{result.removeprefix('list[').removesuffix(']')}]"
        text = f"{text} `async for` gives them one by one, `pages()` a page at a time."
    return f"{result}: {text}".rstrip(" :")


def _raised(call: Call, kind: str, surface: Surface) -> list[str]:
    by_class: dict[str, list[str]] = {}
    for status, text in call.errors:
        name = ERRORS.get(status, "ServerError" if status.startswith("5") else "APIStatusError")
        by_class.setdefault(name, []).append(f"{status}. {_translated(text, call, surface)}")
    lines = [f"{name}: {' '.join(texts)}" for name, texts in by_class.items()]
    lines.append("APIConnectionError: No whole answer came; `APITimeoutError` if it took too long.")
    lines.append(f"DecodeError: The answer is not what {DOCUMENT} says.")
    if kind == "iterate":
        lines.append("APIError: The list goes on beyond the greatest `skip`, or the server gives the same page twice.")
    if kind == "stream":
        lines.append("StreamInterrupted: The events stopped before one that ends the stream.")
        lines.append("RunFailedError: The run failed; its last event says why.")
    lines.append("ValueError, TypeError: An argument cannot be sent. Nothing was sent.")
    if kind != "iterate" and call.at("file"):
        lines.append("OSError: A file cannot be read. Nothing was sent.")
    return lines


def _section(title: str, entries: list[str], indent: int) -> str:
    return "\n".join([f"{title}:", *(_indented(entry, indent + 4) for entry in entries)])


def _indented(entry: str, indent: int) -> str:
    text = wrapped(" ".join(entry.split()), indent, hanging=4)
    return "\n".join(f"    {line}" for line in text.splitlines())


def _translated(text: str, call: Call, surface: Surface) -> str:
    """Return a text of the document with operations, arguments and values called by what they are in Python."""
    names = {one.wire: one.name for one in call.arguments}

    def python(found: re.Match[str]) -> str:
        quoted = found[1]
        name, _, value = quoted.replace("=", ": ").partition(": ")
        if quoted == "null":
            return "`None`"
        if quoted in surface.table.operations:
            operation = surface.table.operations[quoted]
            return f"`{operation.resource}.{operation.methods[0]}`"
        if (name, value) == ("stream", "true") and call.switch:
            return f"`{call.names.resource}.{call.names.stream}`"
        if name in names and value in VALUES:
            return f"`{names[name]}={VALUES[value]}`"
        return DOCUMENT if re.fullmatch("x-[a-z-]+", quoted) else f"`{names.get(quoted, quoted)}`"

    return re.sub(r"`([^`\n]+)`", python, text.replace("this document", DOCUMENT))

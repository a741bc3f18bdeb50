"""The methods as text: their signatures, and the docstrings that say what each argument, result and error is."""

from __future__ import annotations

import re

from .calls import MULTIPART, Argument, Call
from .prose import wrapped
from .surface import Surface

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

INDENT = 8
"""How deep the docstring of a method is."""

OPTIONS = (
    ("timeout", "TimeoutOption", "Seconds that one attempt may take, for this call only."),
    (
        "deadline",
        "float | Unset | None",
        "Seconds that the whole call may take, its attempts and the waits between them.",
    ),
    ("max_retries", "int | Unset", "How often a failed attempt may be repeated, for this call only."),
    ("headers", "Mapping[str, str] | Unset", "More headers, for this call only."),
)


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
    sections = [_opening(call, kind), _prose(raw.get("description", ""), surface), _beyond(kind)]
    if raw.get("deprecated") is True:
        sections.append("Deprecated.")
    if raw.get("x-extension") is True:
        sections.append("An extension of the hosted API.")
    sections.append(_section("Args", _arguments(call, kind, surface)))
    sections.append(_section("Returns", [_prose(_returned(call, kind), surface)]))
    sections.append(_section("Raises", _raised(call, kind, surface)))
    return "\n\n".join(section for section in sections if section)


def _opening(call: Call, kind: str) -> str:
    summary = " ".join(str(call.operation.raw.get("summary") or call.operation.id).split()).rstrip(".")
    return {"call": f"{summary}.", "iterate": f"{summary}, page after page.", "stream": f"{summary}, as events."}[kind]


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
        f"{one.name}: {_translated(one.text, surface)}{made if one is call.key else ''}".rstrip(" :")
        for one in arguments(call, kind)
    ]
    if call.forms and kind != "iterate":
        others = f", or `{MULTIPART}` when there are files" if call.at("file") else ""
        own.append(f"media_type: The form in which the body is sent; unless given, `{call.media[0]}`{others}.")
    return own + [f"{name}: {text}" for name, _, text in OPTIONS]


def _returned(call: Call, kind: str) -> str:
    if kind == "iterate":
        return "The items, to be used in `async for`; `pages()` gives them one page at a time."
    if kind == "stream":
        return "The events, to be used in `async with` and `async for`."
    return call.result_text


def _raised(call: Call, kind: str, surface: Surface) -> list[str]:
    by_class: dict[str, list[str]] = {}
    for status, text in call.errors:
        name = ERRORS.get(status, "ServerError" if status.startswith("5") else "APIStatusError")
        by_class.setdefault(name, []).append(f"{status}. {_translated(text, surface)}")
    lines = [f"{name}: {' '.join(texts)}" for name, texts in by_class.items()]
    lines.append("APIConnectionError: No whole answer came; `APITimeoutError` if it took too long.")
    lines.append("DecodeError: The answer is not what the document says.")
    if kind == "stream":
        lines.append("StreamInterrupted: The events stopped before one that ends the stream.")
        lines.append("RunFailedError: The run failed; its last event says why.")
    return lines


def _section(title: str, entries: list[str]) -> str:
    return "\n".join([f"{title}:", *(_indented(entry) for entry in entries)])


def _indented(entry: str) -> str:
    text = wrapped(" ".join(entry.split()), INDENT + 4, hanging=4)
    return "\n".join(f"    {line}" for line in text.splitlines())


def _prose(text: object, surface: Surface) -> str:
    return wrapped(_translated(str(text), surface), INDENT)


def _translated(text: str, surface: Surface) -> str:
    """Return a text of the document with its operations called by what they are in Python."""

    def method(found: re.Match[str]) -> str:
        names = surface.table.operations.get(found[1])
        return f"`{names.resource}.{names.methods[0]}`" if names else found[0]

    return re.sub(r"`(\w+)`", method, text)

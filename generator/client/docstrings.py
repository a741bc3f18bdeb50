"""Signatures and docstrings of the client's methods, and the docstring of the client class."""

from __future__ import annotations

import re

from ..document.document import Document
from ..text import EXTENSION, VALUES, first_sentences, wrapped
from .api import Api
from .methods import MULTIPART, Argument, Call

PARTICULAR_ERRORS = {"304": "NotModifiedError", "404": "NotFoundError", "409": "ConflictError"} | {
    "412": "PreconditionFailedError"
}
"""Errors that depend on the operation. Those of every call are in the docstring of the client class."""

STREAM_ERROR = "StreamInterrupted: A stream ended early."

COMMON_ERRORS = (
    "AuthenticationError: 401.",
    "BadRequestError, UnprocessableEntityError: 400, 422. The request breaks a rule of the API.",
    "RateLimitError: 429, after the last retry.",
    "ServerError: 5xx, after the last retry.",
    "APIStatusError: Any other error status; the base class of those above.",
    "APIConnectionError: No complete answer; `APITimeoutError` after a time-out.",
    "DecodeError: The answer is not what the API describes.",
    STREAM_ERROR,
    "ValueError, TypeError, OSError: An argument cannot be sent. Nothing was sent.",
)

PYTHON_VALUES = {"true": "True", "false": "False", "null": "None"}

INDENT = 8
"""How deep the docstring of a method is."""

MAX_DESCRIPTION = 220
"""Characters of a method's description beyond which it ends with its first sentence."""

KEY_TEXT = "Makes the call safe to repeat. Made for each call unless given."

TIMEOUT = (
    "Seconds for each of connecting, sending, and waiting for the next piece of the answer, in each attempt; a "
    "`Timeout` sets them apart, None sets no limit. 120 unless given, and 10 for connecting."
)
DEADLINE = (
    "Seconds for a whole call, its attempts and the waits between them; for one page when iterating. None for no "
    "limit. 600 unless given, and no limit for a stream."
)
MAX_RETRIES = "How often a failed attempt is repeated, where that is safe. 2 unless given."
HEADERS = "More headers for every call."

OPTIONS = (
    ("timeout", "TimeoutOption"),
    ("deadline", "float | Unset | None"),
    ("max_retries", "int | Unset"),
    ("headers", "Mapping[str, str] | Unset"),
)
"""Arguments that every method has, with their annotations."""


def signature(call: Call, kind: str) -> list[str]:
    """Return the parameters of a method, after `self`: path values by position, everything else by name."""
    path = [argument for argument in call.arguments if argument.place == "path"]
    named = sorted((one for one in arguments(call, kind) if one.place != "path"), key=lambda one: not one.required)
    parameters = [f"{argument.name}: {argument.annotation}" for argument in path]
    parameters.append("*")
    parameters += [f"{one.name}: {one.annotation}" + ("" if one.required else " = UNSET") for one in named]
    if call.forms and kind != "iterate":
        parameters.append(f"media_type: {call.forms} | Unset = UNSET")
    if kind == "call" and call.check:
        parameters.append("raise_on_failed_run: bool | Unset = UNSET")
    parameters += [f"{name}: {annotation} = UNSET" for name, annotation in OPTIONS]
    return parameters


def arguments(call: Call, kind: str) -> list[Argument]:
    """Return the arguments of one of an operation's methods: `Idempotency-Key` last, few headers when iterating."""
    ordered = sorted(call.arguments, key=lambda one: (one.place == "header", one is call.key))
    return [
        one
        for one in ordered
        if kind != "iterate" or one.place in {"path", "query"} or (one.place == "header" and one.required)
    ]


def documented(call: Call, kind: str, api: Api) -> str:
    """Return the docstring of a method, without its quotes: summary, a paragraph, arguments, result, errors."""
    raw = call.operation.raw
    paragraph = str(raw.get("description", "")).strip().split("\n\n")[0]
    description = first_sentences(paragraph, 2)
    if len(description) > MAX_DESCRIPTION:
        description = first_sentences(paragraph)
    is_twin = kind != "call" and call.names.method is not None
    sections = [_summary(call, kind)]
    if is_twin:
        sections.append(wrapped(f"Arguments and errors are those of `{call.names.method}`{_difference(kind)}.", INDENT))
    else:
        sections.append(wrapped(_translated(description, call, api), INDENT))
    if raw.get("deprecated") is True:
        sections.append("Deprecated.")
    if not is_twin:
        sections.append(_section("Args", _arguments(call, kind, api), INDENT))
    sections.append(_section("Returns", [_translated(_returned(call, kind, api), call, api)], INDENT))
    if not is_twin:
        sections.append(_section("Raises", _raised(call, api), INDENT))
    return "\n\n".join(section for section in sections if section)


def documented_client(document: Document, api: Api) -> str:
    """Return the docstring of the client class, with the options and errors of every method."""
    names, adapter = api.table.client, api.table.adapter
    resources = ", ".join(f"`{resource.name}`" for resource in api.resources)
    about = (
        f"{document.title}: the client for version {document.version} of the API.\n\n"
        f"Its methods are in {resources}; `request` calls a path that the API does not describe. Use it in an `async "
        "with`, or close it with `aclose`. Making it sends nothing and opens no connection. A pickled client carries "
        "its key.\n\n"
        "Every method also takes `timeout`, `deadline`, `max_retries` and `headers`: those of the client unless given. "
        "The errors below are those of every call; a method names its own."
    )
    own = [
        f"api_key: {_key_text(api)}, or a function that returns it before each attempt. Read from "
        f"`{names['key_variable']}` in the environment unless given.",
        f"base_url: Where the API is. Read from `{names['url_variable']}` in the environment unless given, or else "
        f"{api.servers[0][0] if api.servers else 'nothing: it must be given'}.",
        f"timeout: {TIMEOUT}",
        f"deadline: {DEADLINE}",
        f"max_retries: {MAX_RETRIES}",
        f"headers: {HEADERS}",
        "http_client: An `httpx.AsyncClient` to send requests with, whose hooks, proxies, headers, cookies, redirects "
        "and time-outs then hold, or a transport. It is not closed with this client.",
        "verify: True, False for no check of certificates, a file or folder of authorities, or an `ssl.SSLContext`.",
        "cert: A client certificate: one file, or certificate and key, or both and the key's password.",
        "proxy: The URL of a proxy.",
        "trust_env: Whether the environment's proxy and certificate variables count.",
        "max_response_bytes: Decoded bytes that an answer may have, and an event of a stream. 256 MiB unless given.",
        "max_header_bytes: Bytes that the headers of an answer may have. 100 KiB, the bound of httpx, unless given.",
        *([adapter.option] if adapter else []),
        "on_retry: A function that is called with a `Retry` before each wait for another attempt.",
    ]
    errors = [f"{one} {adapter.error}" if adapter and one is STREAM_ERROR else one for one in COMMON_ERRORS]
    return "\n\n".join([wrapped(about, 4), _section("Args", own, 4), _section("Raises", errors, 4)])


def _key_text(api: Api) -> str:
    """Return what the API key is, and where it goes."""
    default = api.security.default
    places = list(dict.fromkeys(one.text for one in (default, *api.security.others) if one))
    if not places:
        return "The API key, which the document has no place for"
    basic = any(one.prefix == "Basic " for one in (default, *api.security.others) if one)
    every = "with every call" if len(places) == 1 and not api.security.others else "by the calls that need it"
    of_basic = ", `user:password` for HTTP Basic" if basic else ""
    return f"The API key{of_basic}, sent in {' or '.join(places)} {every} and never shown"


def _summary(call: Call, kind: str) -> str:
    summary = " ".join(str(call.operation.raw.get("summary") or call.operation.id).split()).rstrip(".")
    if kind == "iterate":
        return f"{summary}, page after page."
    if kind == "stream" and call.names.method:
        return f"{summary}, {'as events' if call.events else 'piece by piece or into a file'}."
    return f"{summary}."


def _difference(kind: str) -> str:
    return "; the limit is the size of a page" if kind == "iterate" else ""


def _arguments(call: Call, kind: str, api: Api) -> list[str]:
    own = [
        f"{one.name}: {KEY_TEXT if one is call.key else _translated(one.text, call, api)}".removesuffix(
            EXTENSION
        ).rstrip(" :")
        for one in arguments(call, kind)
    ]
    if call.forms:
        others = f", with files `{MULTIPART}`" if call.at("file") else ""
        own.append(f"media_type: The body's form, by default `{call.media[0]}`{others}.")
    return own


def _returned(call: Call, kind: str, api: Api) -> str:
    """Return the class of a result, and what the document says of it."""
    if kind == "stream" and call.events is not None:
        return f"{call.events.stream}: An iterator of `{call.events.annotation}`, for an `async with`."
    if kind == "stream":
        return "AsyncDownload: The bytes as they come, for an `async with`."
    result = call.result.shown if call.result else "Any"
    text = " ".join(call.result_text.split())
    if kind == "iterate":
        result = f"AsyncPaginator[{call.item.removeprefix('models.')}]"
    return f"{result}: {text}".rstrip(" :")


def _raised(call: Call, api: Api) -> list[str]:
    return [
        f"{PARTICULAR_ERRORS[status]}: {_translated(first_sentences(text), call, api)}"
        for status, text in call.errors
        if status in PARTICULAR_ERRORS
    ]


def _section(title: str, entries: list[str], indent: int) -> str:
    return "\n".join([f"{title}:", *(_indented(entry, indent + 4) for entry in entries)]) if entries else ""


def _indented(entry: str, indent: int) -> str:
    text = wrapped(" ".join(entry.split()), indent - len('"""'), hanging=4)
    return "\n".join(f"    {line}" for line in text.splitlines())


def _translated(text: str, call: Call, api: Api) -> str:
    """Return a text of the document with operations, arguments and values as they are called in Python.

    A value that a schema lists, or its default, stays what it is.
    """
    names = {one.wire: one.name for one in call.arguments}

    def python(found: re.Match[str]) -> str:
        quoted = found[1]
        if quoted is None:
            return found[0].replace("`null`", "`None`")
        name, _, value = quoted.replace("=", ": ").partition(": ")
        if quoted == "null":
            return "`None`"
        if quoted in api.table.operations:
            operation = api.table.operations[quoted]
            return f"`{operation.resource}.{operation.methods[0]}`"
        if (name, value) == ("stream", "true") and call.switch:
            return f"`{call.names.resource}.{call.names.stream}`"
        if name in names and value in PYTHON_VALUES:
            return f"`{names[name]}={PYTHON_VALUES[value]}`"
        return f"`{names.get(quoted, quoted)}`"

    return re.sub(rf"{VALUES}|`([^`\n]+)`", python, text)

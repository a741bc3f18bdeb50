"""Client of endpoints with OpenAI's chat completions API, streamed and not.

Each request has the thread's history, after the system prompt. An endpoint's failure becomes a ResponderFailed with a
general sentence for the user; the endpoint's own text, without secrets, is for the operator.
"""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from email.utils import parsedate_to_datetime

import httpx

from threads_server.responders import (
    Conversation,
    KeepAlive,
    ModelUsage,
    Responder,
    ResponderEvent,
    ResponderFailed,
)
from threads_server.responders.chat_request import ChatRequest, chat_request, history_bytes
from threads_server.responders.chat_response import ChatResponseReader, decode, error_words
from threads_server.responders.models import Models
from threads_server.responders.redaction import Redactor
from threads_server.responders.sse_decoder import COMMENT, ServerSentEvent, SSEDecoder
from threads_server.settings import Settings

CONNECT_SECONDS = 10.0
MAX_SHOWN_CHARACTERS = 300
"""Longest part of an endpoint's error text in a log line or message."""
MAX_READ_CHARACTERS = 4096
"""Longest part of it that is searched for secrets."""
MAX_ERROR_BYTES = 65_536
"""Longest part of an error's body that is read."""
LARGE_HISTORY = 500
"""History length from which a request is made off the event loop."""
MAX_RETRY_DELAY_SECONDS = 8.0
RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504, 529})


class _Retryable(ResponderFailed):
    """A failure before the first piece of an answer that may not occur again."""

    retry_after: float | None = None


class OpenAICompatibleResponder(Responder):
    """Responder of an OpenAI-compatible endpoint. Raises ValueError for settings without a usable endpoint.

    `retry_delay` is the longest first pause before a retry, doubled each time; `finish_grace` is how long the rest of
    a stream, such as its token counts, may take after its finish reason. Both are seconds. `clock` and `sleep` time
    the retries.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        retry_delay: float = 0.5,
        finish_grace: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._models = Models(settings)
        self._redactor = Redactor(self._models.secrets)
        self._retry_delay = retry_delay
        self._finish_grace = finish_grace
        self._clock = clock
        self._sleep = sleep
        self.unsupported = frozenset() if self._models.named else frozenset({"llm_provider"})
        # how long an answer may take is bounded below; a run must not wait for another one's connection
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS), limits=httpx.Limits(max_connections=None)
        )

    def choose_model(self, llm_provider: str | None, model_name: str | None) -> str | None:
        """The name of a model of the file, or without one the name that the request gives."""
        return self._models.choose(llm_provider, model_name)

    def history_bytes(self, model_name: str | None) -> int | None:
        """As much as can fit into the model's context; all of it where its size is not known."""
        return history_bytes(self._models.get(model_name))

    async def close(self) -> None:
        """Close the connections to the endpoints."""
        await self._http.aclose()

    async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        """Ask the endpoint. Raises ResponderFailed with redacted text; users see it only with `--llm-errors full`."""
        try:
            async for events in self._answer(conversation):
                yield events
        except ResponderFailed as failure:
            raise self._redacted(failure) from failure.__cause__

    def _redacted(self, failure: ResponderFailed) -> ResponderFailed:
        if failure.detail is None:
            return failure
        words = " ".join(failure.detail[:MAX_READ_CHARACTERS].split())
        words = self._redactor.redact(words)[:MAX_SHOWN_CHARACTERS]
        message = str(failure)
        if self._settings.llm_errors == "full":
            status = "" if failure.status is None else f" (status {failure.status})"
            message = f"{message}{status}: {words}"
        return ResponderFailed(message, status=failure.status, detail=words)

    async def _answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        """Retry failures before the first piece, within the run's time."""
        model = self._models.get(conversation.model_name)
        name = None if self._models.named else conversation.model_name
        if len(conversation.messages) > LARGE_HISTORY:
            request = await asyncio.to_thread(chat_request, conversation, model, name or model.name)
        else:
            request = chat_request(conversation, model, name or model.name)
        first_piece = asyncio.get_running_loop().time() + self._settings.llm_first_piece_timeout
        give_up = self._clock() + min(self._settings.llm_first_piece_timeout, self._settings.run_timeout)
        longest_pause = self._retry_delay
        while True:
            begun = False
            try:
                async for events in self._attempt(request, first_piece):
                    begun = begun or any(not isinstance(event, ModelUsage | KeepAlive) for event in events)
                    yield events
                return
            except _Retryable as failure:
                pause = failure.retry_after or random.uniform(0, longest_pause)
                if begun or self._clock() + pause >= give_up:
                    raise
            if self.on_retry is not None:
                self.on_retry()
            longest_pause = min(MAX_RETRY_DELAY_SECONDS, longest_pause * 2)
            await self._sleep(pause)

    async def _attempt(self, request: ChatRequest, deadline: float) -> AsyncIterator[list[ResponderEvent]]:
        model = request.model
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if model.authorization is not None:
            headers["Authorization"] = model.authorization
        sent = self._http.build_request("POST", model.url, content=request.content, headers=headers)
        try:
            async with asyncio.timeout_at(deadline):
                response = await self._http.send(sent, stream=True)
            try:
                if not response.is_success:
                    raise await _refused(response, deadline)
                body = _Body(response, self._settings.llm_max_bytes, deadline)
                whole = "text/event-stream" not in response.headers.get("content-type", "").lower()
                reader = ChatResponseReader(request, self._redactor, whole=whole)
                try:
                    async for events in _whole(body, reader) if whole else self._streamed(body, reader):
                        yield events
                except (TimeoutError, httpx.HTTPError, ResponderFailed):
                    yield [*reader.flush()]
                    raise
            finally:
                await response.aclose()
        except TimeoutError as error:
            raise ResponderFailed("The model endpoint took too long", detail="no piece of an answer in time") from error
        except httpx.TransportError as error:
            raise _Retryable(
                "The model endpoint cannot be reached", detail=f"{type(error).__name__} {error}"
            ) from error
        except httpx.HTTPError as error:
            raise ResponderFailed("The model endpoint cannot be reached", detail=str(error)) from error

    async def _streamed(self, body: "_Body", reader: ChatResponseReader) -> AsyncIterator[list[ResponderEvent]]:
        """The events of a stream, as many at a time as were received together."""
        clock = asyncio.get_running_loop().time
        decoder = SSEDecoder()
        done = finished = False
        while not done:
            try:
                chunk = await body.next()
            except (TimeoutError, httpx.TransportError):
                if not finished:
                    raise
                break  # no [DONE] came, but nothing that matters is missing
            events: list[ResponderEvent] = []
            try:
                for event in decoder.finish() if chunk is None else decoder.feed(chunk):
                    if event is COMMENT:
                        events.append(KeepAlive())
                    elif event.data == "[DONE]":
                        done = True
                        break
                    else:
                        before = len(events)
                        events += reader.read(_chunk(event))
                        if not finished and any(not isinstance(event, ModelUsage) for event in events[before:]):
                            body.deadline = clock() + self._settings.llm_piece_timeout
            except ResponderFailed:
                yield events  # what came before in the same bytes is kept
                raise
            yield events
            if reader.finish_reason is not None and not finished:
                finished = True
                body.deadline = clock() + self._finish_grace
            if chunk is None:
                break
        if not done and not finished:
            raise _Retryable("The model's answer broke off", detail="the stream ended without a finish reason")
        yield [*reader.finish()]


async def _whole(body: "_Body", reader: ChatResponseReader) -> AsyncIterator[list[ResponderEvent]]:
    events: list[ResponderEvent] = []
    try:
        events += reader.read(decode(await body.text()))
        events += reader.finish()
    except ResponderFailed:
        yield events  # what came before is kept
        raise
    yield events


class _Body:
    """The body of a response, bounded in bytes and by a deadline that its reader moves."""

    def __init__(self, response: httpx.Response, max_bytes: int, deadline: float) -> None:
        self._chunks = response.aiter_bytes()
        self._left = max_bytes
        self._max_bytes = max_bytes
        self.deadline = deadline

    async def next(self) -> bytes | None:
        """The next bytes, None at the end. Raises TimeoutError and ResponderFailed."""
        async with asyncio.timeout_at(self.deadline):
            chunk = await anext(self._chunks, None)
        self._left -= len(chunk or b"")
        if self._left < 0:
            raise ResponderFailed(
                "The model's answer is too long", detail=f"it has more than {self._max_bytes} bytes (--llm-max-bytes)"
            )
        return chunk

    async def text(self) -> str:
        """All of it."""
        chunks = []
        while (chunk := await self.next()) is not None:
            chunks.append(chunk)
        return b"".join(chunks).decode("utf-8", "replace")


def _chunk(event: ServerSentEvent) -> dict[str, object]:
    data = event.data or ""
    if event.name != "error":
        return decode(data)
    raise ResponderFailed("The model endpoint failed", detail=_words(data) or "event: error")


async def _refused(response: httpx.Response, deadline: float) -> ResponderFailed:
    """The failure that an error status is."""
    status = response.status_code
    body = b""
    try:
        async with asyncio.timeout_at(deadline):
            async for chunk in response.aiter_bytes():
                body += chunk[: MAX_ERROR_BYTES - len(body)]
                if len(body) == MAX_ERROR_BYTES:
                    break
    except (TimeoutError, httpx.HTTPError):
        pass  # the status is what counts
    words = _words(body.decode("utf-8", "replace"))
    kind = _Retryable if status in RETRIED_STATUSES else ResponderFailed
    message = "The model endpoint refused the request"
    if status == 429:
        message = "The model endpoint has too many requests"
    elif status >= 500 or status == 408:
        message = "The model endpoint failed"
    failure = kind(message, status=status, detail=words or response.reason_phrase)
    if isinstance(failure, _Retryable):
        failure.retry_after = _retry_after(response.headers.get("retry-after", ""))
    return failure


def _words(text: str) -> str:
    """The words of an error."""
    try:
        return error_words(json.loads(text))
    except (ValueError, RecursionError):
        return text


def _retry_after(value: str) -> float | None:
    """The seconds that an endpoint asks to wait, None if it names none that lie ahead."""
    try:
        seconds = float(value) if value.isdecimal() else parsedate_to_datetime(value).timestamp() - time.time()
    except ValueError:
        return None
    return seconds if seconds > 0 else None

"""A thread's messages as a turn reads them: decoded only when they are looked at, which some turns never do."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias, overload

Message: TypeAlias = dict[str, Any]
"""A message as the thread stores it (openapi.yaml, Message)."""


def answered_files(last: Message) -> list[Any] | None:
    """The files of the message that is answered, if it is the thread's last: tool outputs come with none."""
    return last["attachments"] if last["role"] == "user" else None


def text_size(message: Message) -> int:
    """Characters of a message's text."""
    return len(message["content"] or "")


class History(Sequence[Message]):
    """The messages of a thread, oldest first."""

    def __init__(self, texts: str | None = None, last: str | None = None) -> None:
        """`texts` are all of them as JSON, joined by commas; `last` is the last one. There are none without."""
        self._texts = texts or ""
        self.size = len(self._texts)
        """Characters of all messages as JSON."""
        self._messages: list[Message] | None = None
        self._last: Message | None = None if last is None else json.loads(last)

    @classmethod
    def decode(cls, texts: list[str]) -> "History":
        """Decode messages one at a time, so that other threads of the process run in between. Empties `texts`."""
        history = cls()
        history._messages = []
        history.size = sum(map(len, texts))
        texts.reverse()
        while texts:
            history._messages.append(json.loads(texts.pop()))
        return history

    def __len__(self) -> int:
        return len(self._all())

    @overload
    def __getitem__(self, at: int) -> Message: ...
    @overload
    def __getitem__(self, at: slice) -> list[Message]: ...
    def __getitem__(self, at: int | slice) -> Message | list[Message]:
        if at == -1 and self._last is not None:
            return self._last
        return self._all()[at]

    def __iter__(self) -> Iterator[Message]:
        return iter(self._all())

    def _all(self) -> list[Message]:
        messages = self._messages
        if messages is None:
            messages = self._messages = json.loads(f"[{self._texts}]")
            self._texts = ""
        return messages

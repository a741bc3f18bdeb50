"""Keep the operator's secrets out of everything that comes from a model endpoint."""

import json
import string
from collections.abc import Iterable
from urllib.parse import quote

REDACTED = "[redacted]"
FRAGMENT_CHARACTERS = 8
"""A part of a secret that is at least this long is redacted from an endpoint's words."""
MIN_SECRET_CHARACTERS = 12
"""A shorter key is not looked for in answers: local endpoints take `ollama` or `EMPTY`, which are words."""

_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)  # str.lower() can change the length


class Redactor:
    """Replacement of secrets, also percent-encoded or escaped as in JSON."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {
            form
            for secret in secrets
            for form in (secret, quote(secret, safe=""), secret.replace("/", "\\/"), json.dumps(secret)[1:-1])
        }
        self._fragments: dict[int, set[str]] = {}
        for form in filter(None, forms):
            size = min(FRAGMENT_CHARACTERS, len(form))
            lowered = form.translate(_ASCII_LOWER)
            self._fragments.setdefault(size, set()).update(
                lowered[start : start + size] for start in range(len(lowered) - size + 1)
            )
        self.answer_secrets = tuple(form for form in forms if len(form) >= MIN_SECRET_CHARACTERS)

    def redact(self, words: str) -> str:
        """An endpoint's words without any secret or long part of one, in whatever case."""
        lowered = words.translate(_ASCII_LOWER)
        found = sorted(
            (start, start + size)
            for size, fragments in self._fragments.items()
            for start in range(len(lowered) - size + 1)
            if lowered[start : start + size] in fragments
        )
        spans: list[tuple[int, int]] = []
        for start, end in found:
            if spans and start <= spans[-1][1]:
                start, last = spans.pop()
                end = max(end, last)
            spans.append((start, end))
        for start, end in reversed(spans):
            words = f"{words[:start]}{REDACTED}{words[end:]}"
        return words

    def redact_answer(self, text: str) -> str:
        """A text that a model wrote without any whole secret."""
        for secret in self.answer_secrets:
            text = text.replace(secret, REDACTED)
        return text


class DeltaBuffer:
    """Buffer of a text's end that the next part may change: half a surrogate pair, the beginning of a secret."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = ""
        self._flushed = ""
        """The beginning of a secret that was flushed: what comes next may be the rest of it."""

    def feed(self, text: str) -> str:
        """The text that is certain by now."""
        done = len(self._flushed)
        text = self._flushed + self._held + text
        for secret in self._redactor.answer_secrets:
            if 0 <= (start := text.find(secret)) < done:
                text = f"{text[:done]}{REDACTED}{text[start + len(secret) :]}"
        text = text[:done] + self._redactor.redact_answer(text[done:])
        held = max((_overlap(text, secret) for secret in self._redactor.answer_secrets), default=0)
        if text and "\ud800" <= text[-1] <= "\udbff":
            held = max(held, 1)
        cut = max(done, len(text) - held)
        self._flushed = self._flushed if held > len(text) - done else ""
        self._held = text[cut:]
        return text[done:cut]

    def flush(self) -> str:
        """The rest, without a long part of a secret."""
        held, self._held = self._held, ""
        self._flushed += held
        return REDACTED if held and len(self._flushed) >= FRAGMENT_CHARACTERS else held


def _overlap(text: str, secret: str) -> int:
    """How many characters at the end of a text are the beginning of a secret, but not all of it."""
    end = text[1 - len(secret) :]
    start = end.find(secret[0])
    while start >= 0:
        if secret.startswith(end[start:]):
            return len(end) - start
        start = end.find(secret[0], start + 1)
    return 0

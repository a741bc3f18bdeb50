"""The API key, masked in all output."""

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

SHORTEST_PIECE = 8
SHORTEST_SECRET = 4
"""Anyone guesses a shorter key: it is hidden where it is a word, so that the rest of a text can be read."""


class Secret:
    """A key in all the forms in which a server can repeat it.

    Not only the whole key is hidden but every piece of it that has `SHORTEST_PIECE` characters: what a server repeats
    may be cut anywhere. A key that is shorter is hidden as a whole.
    """

    def __init__(self, key: str) -> None:
        self._word = re.compile(rf"(?<!\w)(?:{re.escape(key)})+(?!\w)") if len(key) < SHORTEST_SECRET else None
        self._length = min(SHORTEST_PIECE, len(key))
        self._pieces = {
            form[start : start + self._length] for form in forms(key) for start in range(len(form) - self._length + 1)
        }
        # No key has a character that is not ASCII, so a mask never makes one together with what stands beside it.
        self._mask = "«key»" if len(key) > len("key") else "…"

    def hide(self, text: str) -> str:
        """The text with a mask for every run of characters that comes from the key."""
        if self._word is not None:
            return self._word.sub(self._mask, text)
        shown, copied, hidden = [], 0, -1
        for start in range(len(text) - self._length + 1):
            if text[start : start + self._length] in self._pieces:
                if start > hidden:
                    shown += [text[copied:start], self._mask]
                copied = hidden = start + self._length
        return "".join([*shown, text[copied:]])


def forms(key: str) -> set[str]:
    """The key as it is, and as URLs, JSON, HTML, Python and base64 write it."""
    written = {
        key,
        json.dumps(key)[1:-1],
        repr(key)[1:-1],
        html.escape(key),
        *(form for quoted in (quote(key), quote_plus(key)) for form in (quoted, lower(quoted))),
    }
    for before in range(3):
        # What stands before the key in a text decides how base64 writes it; the ends are written with their neighbours.
        encoded = base64.b64encode(b"\0" * before + key.encode()).decode().rstrip("=")
        middle = encoded[-(-before * 8 // 6) : (before + len(key)) * 8 // 6]
        written |= {middle, middle.translate(str.maketrans("+/", "-_"))}
    return written


def lower(quoted: str) -> str:
    """A quoted URL with small letters in its escapes."""
    head, *rest = quoted.split("%")
    return "".join([head, *(f"%{part[:2].lower()}{part[2:]}" for part in rest)])

"""A thread's version on the wire: `ETag`, `If-Match` and `If-None-Match` (RFC 9110 §8.8.3 and §13.1)."""

import re

_TAG = re.compile(r'(W/)?"([^"]*)"')


def tag(version: int) -> str:
    """The entity tag of a version: its number in quotes."""
    return f'"{version}"'


def matches(header: str, version: int) -> bool:
    """Whether an `If-Match` names this version; a weak tag never does, `*` always."""
    if header.strip() == "*":
        return True
    return any(not weak and text == str(version) for weak, text in _TAG.findall(header))


def matches_weakly(header: str, version: int) -> bool:
    """Whether an `If-None-Match` names this version, strong or weak, or any by `*`."""
    if header.strip() == "*":
        return True
    return any(text == str(version) for _, text in _TAG.findall(header))

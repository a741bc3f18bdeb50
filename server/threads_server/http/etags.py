"""Entity tags of thread versions: `ETag`, `If-Match` and `If-None-Match` (RFC 9110 §8.8.3 and §13.1)."""

import re
from collections.abc import Callable

from threads_server.errors import HTTPError

_TAG = re.compile(r'(W/)?"([^"]*)"')


def tag(version: int) -> str:
    """Make the entity tag of a version: its number in quotes."""
    return f'"{version}"'


def matches(header: str, version: int) -> bool:
    """Whether an `If-Match` names this version; a weak tag never does, `*` always."""
    if header.strip() == "*":
        return True
    return any(not weak and text == str(version) for weak, text in _TAG.findall(header))


def precondition(if_match: str | None) -> Callable[[int], None] | None:
    """A check of a thread's version, which raises a 412 HTTPError unless `If-Match` names it; None without one."""
    if if_match is None:
        return None

    def check(version: int) -> None:
        if not matches(if_match, version):
            raise HTTPError(412, "The thread has changed", {"ETag": tag(version)})

    return check


def matches_weakly(header: str, version: int) -> bool:
    """Whether an `If-None-Match` names this version, strong or weak, or any by `*`."""
    if header.strip() == "*":
        return True
    return any(text == str(version) for _, text in _TAG.findall(header))

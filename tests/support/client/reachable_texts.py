"""Everything that a crash reporter would send of an object."""

from typing import Any


def reachable_texts(value: Any, seen: set[int] | None = None) -> list[str]:
    """Every text that can be reached from `value`: attributes, items, causes of errors."""
    seen = set() if seen is None else seen
    if id(value) in seen or isinstance(value, type) or callable(value):
        return []
    seen.add(id(value))
    texts = [repr(value)]
    if isinstance(value, bytes):
        return [value.decode("latin-1")]
    if isinstance(value, dict):
        inner: list[Any] = [*value.keys(), *value.values()]
    elif isinstance(value, (list, tuple, set)):
        inner = list(value)
    else:
        inner = list(vars(value).values()) if hasattr(value, "__dict__") else []
    if isinstance(value, BaseException):
        inner += [value.__cause__, value.__context__, *value.args]
    return [text for item in inner for text in reachable_texts(item, seen)] + texts

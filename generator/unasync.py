"""Derive the sync modules from the async ones."""

import re
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from unasync import Rule, unasync_files

REPLACEMENTS = {
    "_async": "_sync",
    "aclose": "close",
    "aread": "read",
    "async": "sync",
    "aiter_bytes": "iter_bytes",
    "aiter_raw": "iter_raw",
    "anext": "next",
    "async_all": "all_in_turn",
    "async_blocking": "blocking",
    "async_bound_connections": "bound_connections",
    "async_bound_reads": "bound_reads",
    "async_called": "called",
    "async_http_transport": "http_transport",
    "async_lock": "lock",
    "async_pause": "pause",
    "async_preload": "preload",
    "async_result": "result",
    "async_shield": "shield",
    "async_tools": "sync_tools",
    "async_until": "until",
    "close_with_loop": "close_with_process",
    "handle_async_request": "handle_request",
    "running_loop": "no_loop",
}
"""Tokens whose sync spelling is not unasync's own guess."""

OF_DOCUMENT = {"asynccontextmanager": "asynccontextmanager"}
"""Names that unasync replaces, but that an argument of a generated method can have."""

_NAME = re.compile(r"\bAsync[A-Z]\w*")
_CLASS = re.compile(r"^class (Async[A-Z]\w*)", re.MULTILINE)
_ARTICLE = re.compile(r"\b([Aa])n(\s+`)(?=async (?:with|for)\b|(Async[B-DF-HJ-NP-TV-Z]\w*))")
_KEYWORD = re.compile(r"\b(?:async (?=with\b|for\b|def\b)|await )")
_WRITTEN = re.compile(r'"""(?s:.*?)"""|"(?:[^"\\\n]|\\.)*"|\bmodels\.\w+')
"""Docstrings, texts and models: in generated modules they have the document's words."""


def derive(source: Path, target: Path) -> None:
    """Write the sync twin of every module under `source` (a folder named `_async`) to `target` (named `_sync`).

    The client's classes lose `Async` (`AsyncThreads` -> `Threads`), in code, strings, docstrings and comments alike;
    where that leaves a word that begins with another sound, `an` becomes `a`. The document's own words stay.
    """
    texts = {module: module.read_text("utf-8") for module in sorted(source.rglob("*.py"))}
    generated = {source / "client.py", *source.glob("resources/*.py")}
    own = {
        module: frozenset[str]((_CLASS if module in generated else _NAME).findall(text))
        for module, text in texts.items()
    }
    classes = frozenset[str]().union(*own.values())
    documented = classes.difference(*(own[module] for module in generated & texts.keys()))
    for module, text in texts.items():
        twin = target / module.relative_to(source)
        twin.parent.mkdir(parents=True, exist_ok=True)
        names = (classes, documented) if module in generated else (own[module], None)
        twin.write_text(_twin(text, *names), "utf-8")


@cache
def _twin(text: str, classes: frozenset[str], documented: frozenset[str] | None) -> str:
    """Return the sync twin of a module, with the client's classes in it. Cached: most are the same in all clients.

    `documented` are those that the docstrings of a generated module name; a schema can be called like any other.
    """
    renames = {name: name.removeprefix("Async") for name in classes}

    def renamed(text: str, names: Collection[str]) -> str:
        text = _ARTICLE.sub(lambda one: one[0] if one[3] and one[3] not in names else one[1] + one[2], text)
        return _NAME.sub(lambda name: renames[name[0]] if name[0] in names else name[0], text)

    replacements = {**renames, **(REPLACEMENTS if documented is None else OF_DOCUMENT)}
    with TemporaryDirectory(prefix="backboard-unasync-") as folder:
        module, twin = Path(folder) / "_async" / "module.py", Path(folder) / "_sync" / "module.py"
        module.parent.mkdir()
        module.write_text(text, "utf-8")
        unasync_files([str(module)], [Rule(str(module.parent), str(twin.parent), additional_replacements=replacements)])
        derived = twin.read_text("utf-8")
    if documented is not None:
        return _with_written(derived, text, lambda docstring: renamed(docstring, documented))
    return re.sub(r"\baclose\b", "close", _KEYWORD.sub("", renamed(derived, classes)))


def _with_written(derived: str, text: str, renamed: Callable[[str], str]) -> str:
    """Return a derived module with texts and models as `text` has them, and docstrings without the client's `async`."""
    written = iter(_WRITTEN.findall(text))

    def restored(_: re.Match[str]) -> str:
        one: str = next(written)
        if not one.startswith('"""'):
            return one
        return renamed(one).replace("`async with`", "`with`").replace("`aclose`", "`close`")

    return _WRITTEN.sub(restored, derived)

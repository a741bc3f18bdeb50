"""Derive the sync modules from the async ones."""

import re
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

_CLASS = re.compile(r"\bAsync(?=[A-Z])")
_ARTICLE = re.compile(r"\b([Aa])n(\s+`)(?=async (?:with|for)\b|Async[B-DF-HJ-NP-TV-Z])")
_KEYWORD = re.compile(r"\b(?:async (?=with\b|for\b|def\b)|await )")


def derive(source: Path, target: Path) -> None:
    """Write the sync twin of every module under `source` (a folder named `_async`) to `target` (named `_sync`).

    Class names lose `Async` (`AsyncThreads` -> `Threads`), in code, strings, docstrings and comments alike; where that
    leaves a word that begins with another sound, `an` becomes `a`.
    """
    for module in sorted(source.rglob("*.py")):
        twin = target / module.relative_to(source)
        twin.parent.mkdir(parents=True, exist_ok=True)
        twin.write_text(_twin(module.read_text("utf-8")), "utf-8")


@cache
def _twin(text: str) -> str:
    """Return the sync twin of a module. Cached: most modules are the same in all clients."""
    names = {name: _CLASS.sub("", name) for name in re.findall(r"\bAsync[A-Z]\w*", text)}
    with TemporaryDirectory(prefix="backboard-unasync-") as folder:
        module, twin = Path(folder) / "_async" / "module.py", Path(folder) / "_sync" / "module.py"
        module.parent.mkdir()
        module.write_text(text, "utf-8")
        unasync_files(
            [str(module)],
            [Rule(str(module.parent), str(twin.parent), additional_replacements={**names, **REPLACEMENTS})],
        )
        text = _ARTICLE.sub(r"\1\2", twin.read_text("utf-8"))
    text = _KEYWORD.sub("", _CLASS.sub("", text))
    return re.sub(r"\baclose\b", "close", text)

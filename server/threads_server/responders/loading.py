"""The responder that the settings name: one of ours, or one of the user's own."""

import importlib
import inspect
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threads_server.responders import Responder

if TYPE_CHECKING:
    from threads_server.settings import Settings


def open_responder(settings: "Settings") -> Responder:
    """The responder that the settings name. Raises ValueError when they are not enough for it."""
    if settings.responder == "offline":
        if settings.models is not None:
            raise ValueError("--models names models of the openai responder: add --responder openai")
        from threads_server.responders.offline import OfflineResponder

        return OfflineResponder()
    if settings.responder == "openai":
        from threads_server.responders.openai_compatible import OpenAICompatibleResponder

        return OpenAICompatibleResponder(settings)
    if ":" in settings.responder:
        return _load(settings)
    raise ValueError(f"there is no responder {settings.responder!r}: it is offline, openai or package.module:name")


async def check_responder(settings: "Settings") -> None:
    """Raise ValueError where `open_responder` would, but make no responder of the user's own.

    That one is made once in each process, in the event loop that it serves.
    """
    if ":" in settings.responder:
        _find(settings.responder)
    else:
        await open_responder(settings).close()


def _load(settings: "Settings") -> Responder:
    found = _find(settings.responder)
    if isinstance(found, Responder):
        return found
    try:
        made = found(settings) if inspect.signature(found).parameters else found()
    except Exception as error:
        raise ValueError(f"the responder {settings.responder} cannot be made: {_one_line(error)}") from error
    if isinstance(made, Responder):
        return made
    raise ValueError(f"{settings.responder} makes no threads_server.responders.Responder")


def _find(name: str) -> Responder | Callable[..., object]:
    """A responder, or what makes one."""
    module, _, attributes = name.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for attribute in attributes.split("."):
            found = getattr(found, attribute)
    except Exception as error:  # importing runs the module
        raise ValueError(f"the responder {name} cannot be loaded: {_one_line(error)}") from error
    if isinstance(found, Responder) or callable(found):
        result: Responder | Callable[..., object] = found
        return result
    raise ValueError(f"{name} neither is nor makes a threads_server.responders.Responder")


def _one_line(error: Exception) -> str:
    """The error, its kind, and the line that raised it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return " ".join(f"{type(error).__name__}: {error} ({Path(frame.filename).name}, line {frame.lineno})".split())

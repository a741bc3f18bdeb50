"""What the document calls deprecated warns, once."""

from __future__ import annotations

import warnings

_warned: set[str] = set()


def warn_once(name: str, advice: str) -> None:
    """Warn that `name` is deprecated, the first time it is used in this process. `advice` says what to use instead."""
    if name in _warned:
        return
    _warned.add(name)
    warnings.warn(f"{name} is deprecated: {advice}", DeprecationWarning, stacklevel=3)

"""Deprecation warnings, each given once."""

from __future__ import annotations

import os
import sys
import warnings

warned: set[str] = set()
"""Names that this process was warned of."""
_HERE = os.path.join(os.path.dirname(__file__), "")  # noqa: PTH118, PTH120 - pathlib is not needed for anything else at import


def warn_once(name: str, advice: str) -> None:
    """Warn that `name` is deprecated, the first time it is used in this process; `advice` says what to use instead.

    The warning is for the line outside this package that uses it.
    """
    if name in warned:
        return
    warned.add(name)
    level, frame = 2, sys._getframe(1)  # pyright: ignore[reportPrivateUsage] # documented so
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
        level, frame = level + 1, frame.f_back
    warnings.warn(f"{name} is deprecated: {advice}", DeprecationWarning, stacklevel=level)

"""Many cases of quick data in one test: as tests of their own they would cost more than their work."""

from collections.abc import Callable, Iterable
from typing import Any


def for_each(cases: Iterable[tuple[Any, ...]]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Call the decorated test with each case. Every case that fails is reported, with its values."""

    def decorate(test: Callable[..., None]) -> Callable[[], None]:
        def in_one_pass() -> None:
            failed: list[Exception] = []
            for case in cases:
                try:
                    test(*case)
                except Exception as error:
                    error.add_note(f"case: {case!r:.300}")
                    failed.append(error)
            if failed:
                raise ExceptionGroup(f"{len(failed)} cases failed", failed)

        in_one_pass.__name__ = test.__name__
        in_one_pass.__qualname__ = test.__qualname__
        in_one_pass.__module__, in_one_pass.__doc__ = test.__module__, test.__doc__
        return in_one_pass

    return decorate

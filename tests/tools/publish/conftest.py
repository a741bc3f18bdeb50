"""The published folder."""

from tests.support.release.published import published

__all__ = ["published"]

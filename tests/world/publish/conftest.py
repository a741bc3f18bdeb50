"""The published folder."""

from tests.support.published import published, sources

__all__ = ["published", "sources"]

"""The published folder."""

from tests.support.release.published import published, sources

__all__ = ["published", "sources"]

"""Fixtures with a published folder, made once in a run, for a conftest.py to import."""

from pathlib import Path

import pytest

from tests.support.release.publishing import copy_sources, publish
from tests.support.shared_folder import shared_folder


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_folder(tmp_path_factory, "sources", copy_sources)


@pytest.fixture(scope="session")
def published(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_folder(tmp_path_factory, "published", lambda folder: publish(sources, folder / "dist")) / "dist"

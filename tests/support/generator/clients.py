"""Fixtures with the clients of larger documents, each generated once in a run, for a conftest.py to import."""

from pathlib import Path

import pytest

from generator.package import generate, replace
from tests.support.generator.cases import TOGETHER, common_document
from tests.support.generator.documents import small_names, write_client
from tests.support.generator.hostile_document import hostile_document
from tests.support.shared_folder import shared_folder

HOSTED_GROUPS = Path(__file__).parents[2] / "generator" / "hosted_groups.yaml"


@pytest.fixture(scope="session")
def hostile_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client of the hostile document."""
    return shared_folder(tmp_path_factory, "hostile", lambda at: write_client(at, hostile_document())) / "package"


@pytest.fixture(scope="session")
def cases_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client of all cases that can be in one document. Its trial has called every method, sync and async."""

    def fill(folder: Path) -> None:
        write_client(folder, common_document(TOGETHER), {"client": small_names({"paths": {}})["client"]})

    return shared_folder(tmp_path_factory, "cases", fill) / "package"


@pytest.fixture(scope="session")
def hosted_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client of groups of the hosted API."""

    def fill(folder: Path) -> None:
        (folder / "names.yaml").write_text("client: {name: Shop}\n", "utf-8")
        with generate(HOSTED_GROUPS, folder / "names.yaml") as generated:
            replace(folder / "package", generated.package)

    return shared_folder(tmp_path_factory, "hosted", fill) / "package"

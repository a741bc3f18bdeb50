"""A fixture with a published folder, made once in a run, for a conftest.py to import."""

from pathlib import Path

import pytest

from generator.document.document import Document
from tests.support.generator.source import DOCUMENT
from tests.support.shared_folder import shared_folder
from tools.publish.__main__ import main

EPOCH = "1770000000"


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def publish(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SOURCE_DATE_EPOCH", EPOCH)
            patch.setattr(Document, "at", lambda _: DOCUMENT)  # read already
            main(["--output", str(folder / "dist")])

    return shared_folder(tmp_path_factory, "published", publish) / "dist"

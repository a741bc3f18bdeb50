"""The direction of imports: in the server down the way of a request (docs/architecture.md); no test imports another."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import threads_server

ROOT = Path(threads_server.__file__).parent
MAY_IMPORT = {
    "store": {"runs.states"},
    "responders": {"store.history"},
    "openapi": set(),
    "runs": {"responders", "store"},
}
"""Packages that each package may import, apart from modules that belong to none."""


def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in ROOT.rglob("*.py")
    }


def imports(name: str, path: Path) -> set[str]:
    """The server's modules that a module imports when it is imported itself."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("threads_server."):
            module = (node.module or "").removeprefix("threads_server.")
            found |= {f"{module}.{alias.name}" for alias in node.names} | {module}
    return found & modules().keys() - {name}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_package_imports_only_what_is_below_it(package: str) -> None:
    above = {
        f"{name} imports {imported}"
        for name, path in modules().items()
        if name.partition(".")[0] == package
        for imported in imports(name, path)
        if (ROOT / imported.partition(".")[0]).is_dir()
        if imported.partition(".")[0] != package
        if not {imported, imported.partition(".")[0]} & MAY_IMPORT[package]
    }
    assert not above


def test_modules_import_each_other_in_no_circle() -> None:
    graph = {name: imports(name, path) for name, path in modules().items()}
    assert list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("name", modules())
def test_module_has_at_most_400_lines(name: str) -> None:
    assert len(modules()[name].read_text().splitlines()) <= 400


def test_no_test_imports_another() -> None:
    """Shared helpers are in tests/support, or in a module beside the tests that is none."""
    found = [
        f"{path.name} imports {node.module}"
        for path in Path(__file__).parents[1].rglob("*.py")
        if "node_modules" not in path.parts  # tools that `make world` installed
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        if re.search(r"(^|\.)test_\w+$", node.module or "")
    ]
    assert found == []

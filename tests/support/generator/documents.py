"""Small documents for the generator, and the packages that are made of them."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError

from generator.package import generate, replace

JSON = "application/json"
Document = dict[str, Any]

_numbers = itertools.count()


def small_document(schemas: Document | None = None, paths: Document | None = None, **more: Any) -> Document:
    """A document with one operation, `getThing`, and with what is given besides or instead."""
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1.2.3"},
        "servers": [{"url": "https://things.example/api", "x-idempotency": "honoured"}],
        "security": [{"Key": []}],
        "paths": paths or {"/things/{thing_id}": {"get": operation("getThing", path=["thing_id"])}},
        "components": {
            "securitySchemes": {"Key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
            "schemas": {"Thing": {"type": "object", "properties": {"name": {"type": "string"}}}, **(schemas or {})},
        },
    }
    return {**document, **more}


def operation(
    identifier: str, *, path: list[str] | None = None, answer: Document | None = None, **more: Any
) -> Document:
    """An operation that answers with a `Thing`, or with what `answer` says."""
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in path or []]
    answer = answer or {"$ref": "#/components/schemas/Thing"}
    responses = {"200": {"description": "The thing.", "content": {JSON: {"schema": answer}}}}
    described = {"operationId": identifier, "tags": ["things"], "parameters": parameters, "responses": responses}
    return {**described, **more}


def small_names(document: Document, **named: dict[str, str]) -> Document:
    """A table of names: everything is in `things`, and called as its operationId, unless it is `named`."""
    operations: Document = {}
    for item in document["paths"].values():
        for method, described in item.items():
            if method != "parameters" and "operationId" in described:
                identifier = described["operationId"]
                plain = "".join(c if c.isalnum() else "_" for c in identifier)
                operations[identifier] = {"resource": "things", "method": f"do_{plain}"}
    client = {
        "name": "Shop",
        "package": "things",
        "key_variable": "THINGS_KEY",
        "url_variable": "THINGS_URL",
        "log_variable": "THINGS_LOG",
    }
    return {"operations": {**operations, **named}, "client": client}


def write_client(folder: Path, document: Document, names: Document | None = None, *, trial: bool = True) -> Path:
    """Generate a client into `folder` and return its package."""
    (folder / "openapi.yaml").write_text(json.dumps(document), "utf-8")
    (folder / "names.yaml").write_text(json.dumps(names or small_names(document)), "utf-8")
    package = folder / "package"
    with generate(folder / "openapi.yaml", folder / "names.yaml", trial=trial) as client:
        replace(package, client.package)
    return package


def client_of(folder: Path, document: Document, names: Document | None = None, *, trial: bool = False) -> ModuleType:
    """Generate a client and import it under a name of its own. The test calls it, in place of the trial."""
    return imported(write_client(folder, document, names, trial=trial))


def imported(package: Path) -> ModuleType:
    """Import a package from where it stands, under a name that no other has."""
    name = f"generated_{next(_numbers)}"
    spec = importlib.util.spec_from_file_location(
        name, package / "__init__.py", submodule_search_locations=[str(package)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def submodule(package: ModuleType, name: str) -> ModuleType:
    return importlib.import_module(f"{package.__name__}.{name}")


def write_stock(folder: Path, document: Document, **settings: Any) -> tuple[Path, list[str]]:
    """Let the stock generator make a package of a document; return it with what the generator complained of."""
    package = folder / "stock"
    config = Config.from_sources(
        ConfigFile(post_hooks=[], **settings),
        meta_type=MetaType.NONE,
        document_source=folder,
        file_encoding="utf-8",
        overwrite=False,
        output_path=package,
    )
    data = GeneratorData.from_dict(document, config=config)
    assert not isinstance(data, GeneratorError), data
    complaints = Project(openapi=data, config=config).build()
    return package, [f"{complaint.header} {complaint.detail}" for complaint in complaints]

"""openapi-python-client's own project, with what its parser drops for the templates, and resources for its `api`."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, StrictUndefined
from jinja2.bccache import Bucket
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.properties import ModelProperty
from ruamel.yaml import YAML

from . import text
from .client.api import Api
from .client.docstrings import arguments, documented, documented_client, signature
from .client.models import Catalogue
from .client.names import NameTable
from .client.types import enum_table, enum_values
from .document.document import Document, UnusableDocument
from .document.normalize import parts_name, read

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
SETTINGS = HERE.parent / "generator_config.yaml"


class _CompiledTemplates(BytecodeCache):
    """The templates that this process has compiled: half of the time of a small client."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _CompiledTemplates()


class Client(Project):
    """The project whose `api` is one resource per tag, async; sync is derived later.

    `build` writes the models, the facts, the operations, and the async client with its resources.
    """

    def __init__(
        self,
        *,
        document: Document,
        table: NameTable,
        openapi: GeneratorData,
        unions: Mapping[str, dict[str, Any]],
        config: Config,
    ) -> None:
        self.catalogue = Catalogue(document, openapi, unions)
        self.api = Api(document, self.catalogue, table)
        self.catalogue.check()
        needed = replace(
            openapi,
            models=_in_order(openapi.models, self.catalogue.models),
            enums=[enum for enum in openapi.enums if enum.class_info.name in self.catalogue.enums],
        )
        super().__init__(openapi=needed, config=config, custom_template_path=TEMPLATES)
        self.env.undefined = StrictUndefined
        self.env.bytecode_cache = _COMPILED
        self.env.filters.update(docstring=text.docstring, literal=text.literal, wrapped=text.wrapped)
        self.env.globals.update(
            document=document,
            table=table,
            api=self.api,
            models=list(self.catalogue.models.values()),
            unions=list(self.catalogue.used_unions.values()),
            page_of=self._page_of,
            deferred_imports=self.catalogue.deferred_imports,
            enum_table=enum_table,
            enum_values=enum_values,
            signature=signature,
            arguments=arguments,
            documented=documented,
            documented_client=documented_client,
            modules=self._modules(),
        )

    def build(self) -> Sequence[GeneratorError]:
        with contextlib.redirect_stdout(io.StringIO()):
            return super().build()

    def _page_of(self, model: ModelProperty) -> object:
        return self.catalogue.models[str(model.class_info.name)]

    def _modules(self) -> dict[str, str]:
        """Return the module of every name that `models` offers."""
        named = dict(self.catalogue.modules)
        for union in self.catalogue.used_unions.values():
            named |= dict.fromkeys((union.name, union.unknown, f"{union.module}_from_dict"), union.module)
        return dict(sorted(named.items()))

    def _create_package(self) -> None:
        self._write("__init__.py", "package_init.py.jinja")
        (self.package_dir / "py.typed").touch()

    def _build_models(self) -> None:
        super()._build_models()
        for union in self.catalogue.used_unions.values():
            self._write(f"models/{union.module}.py", "tagged_union.py.jinja", union=union)

    def _build_api(self) -> None:
        self._write("_api_info.py", "api_info.py.jinja")
        self._write("_operations.py", "operations.py.jinja")
        self._write("_async/client.py", "client.py.jinja")
        self._write("_async/resources/__init__.py", "resources_init.py.jinja")
        for resource in self.api.resources:
            self._write(f"_async/resources/{resource.name}.py", "resource.py.jinja", resource=resource)

    def _write(self, name: str, template: str, **values: object) -> None:
        path = self.package_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.env.get_template(template).render(**values), encoding=self.config.file_encoding)


def parse(document: Document, table: NameTable, output: Path) -> Client:
    """Return the project for a document, to be built into the folder `output`, which must not exist.

    Raises UnusableDocument for everything that openapi-python-client's parser warns of or fails on.
    """
    config = Config.from_sources(
        _settings(),
        meta_type=MetaType.NONE,
        document_source=output,
        file_encoding="utf-8",
        overwrite=False,
        output_path=output,
    )
    reading = read(document)
    try:
        data = GeneratorData.from_dict(reading.raw, config=config)
    except Exception as error:
        raise UnusableDocument(f"document: openapi-python-client fails on it: {error!r:.300}") from error
    if isinstance(data, GeneratorError):
        raise UnusableDocument(" ".join(f"document: {data.detail or data.header}".split()))
    refuse(data.errors, document)
    return Client(document=document, table=table, openapi=data, unions=reading.unions, config=config)


def refuse(errors: Sequence[GeneratorError], document: Document) -> None:
    """Raise UnusableDocument for the first of openapi-python-client's complaints, if there are any."""
    if not errors:
        return
    message = " ".join(f"{errors[0].header} {errors[0].detail or ''}".split())
    for number, operation in enumerate(document.operations):
        message = message.replace(f"/components/schemas/{parts_name(number)}", str(operation))
    raise UnusableDocument(message + (f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""))


def _settings() -> ConfigFile:
    loaded = YAML(typ="safe", pure=True).load(SETTINGS.read_bytes()) or {}
    unknown = sorted(set(loaded) - set(ConfigFile.model_fields))
    if unknown:
        raise UnusableDocument(f"{SETTINGS.name}: openapi-python-client has no setting {', '.join(unknown)}")
    return ConfigFile(**loaded)


def _in_order(found: Sequence[ModelProperty], needed: Container[str]) -> list[ModelProperty]:
    return sorted(
        (model for model in found if str(model.class_info.name) in needed), key=lambda one: one.class_info.name
    )

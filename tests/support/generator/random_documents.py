"""Small OpenAPI documents drawn at random: parameters of every kind and place, bodies, answers, unions and paging.

The generator accepts them whole.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.support.generator.random_names import LISTINGS, QUERY, SCHEMES
from tests.support.generator.random_schemas import TEXT, TYPED, WORDS, Schema, SchemaDrawer, reference
from tests.support.generator.random_streams import streams

Document = dict[str, Any]

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


class Drawer(SchemaDrawer):
    """Draws the parts of one document."""

    # parameters

    def parameter(self, name: str, place: str, schema: Schema, **more: Any) -> Schema:
        said = {"description": self.text()} if self.chance() else {}
        said |= {"deprecated": True} if self.chance() else {}
        return {"name": name, "in": place, "required": place == "path", "schema": schema, **said, **more}

    def path_parameter(self, name: str) -> Schema:
        schema = self.one_of(TEXT, {**TEXT, "format": "uuid"}, WORDS, *TYPED)
        return self.parameter(name, "path", schema)

    def query_parameter(self, name: str) -> Schema:
        required = {"required": True} if self.chance() else {}
        default = self.one_of({**TEXT, "default": ""}, {**TYPED[0], "default": 0}, {**TYPED[2], "default": False}, TEXT)
        scalars = self.array(self.one_of(TEXT, *TYPED))
        flat = self.object({"id": TEXT, "size": {"type": "integer"}, "on": {"type": "boolean"}})
        match self.one_of("scalar", "scalar", "nullable", "array", "joined", "object", "deep", "json"):
            case "scalar":
                return self.parameter(name, "query", self.one_of(self.limited(), default, self.scalar()), **required)
            case "nullable":
                return self.parameter(name, "query", self.nullable(self.one_of(*TYPED, scalars)))
            case "array":
                return self.parameter(name, "query", scalars, **required)
            case "joined":
                style = self.one_of("form", "spaceDelimited", "pipeDelimited")
                explode = {"explode": False} if style == "form" or self.chance() else {}
                return self.parameter(name, "query", self.one_of(scalars, flat), style=style, **explode)
            case "object":
                return self.parameter(name, "query", flat)
            case "deep":
                return self.parameter(name, "query", flat, style="deepObject", explode=True)
            case _:
                written = self.parameter(name, "query", {})
                schema = {"type": "object", "additionalProperties": self.scalar()}
                return {
                    **{key: written[key] for key in written if key != "schema"},
                    "content": {JSON: {"schema": schema}},
                }

    def limited(self) -> Schema:
        """A number, or a text, with limits."""
        return self.one_of(
            {"type": "integer", "minimum": 0, "maximum": 2**41}, {"type": "number", "maximum": 0.5, "minimum": -9},
            {"type": "integer", "minimum": -7}, {**TEXT, "minLength": 0, "maxLength": 9}, {**TEXT, "maxLength": 7},
        )  # fmt: skip

    def header_parameter(self, name: str) -> Schema:
        scalar = self.one_of(TEXT, {**TEXT, "format": "uuid"}, WORDS, *TYPED)
        schema = self.one_of(scalar, self.nullable(scalar), self.array(scalar))
        return self.parameter(name, "header", schema, **({"required": True} if self.chance() else {}))

    def with_parameters(self, item: Document, method: str, path_names: list[str]) -> None:
        """Give an operation parameters: those of the path in any order, some of them at the path item."""
        own = [self.path_parameter(name) for name in path_names]
        own += [self.query_parameter(name) for name in self.some(*QUERY)]
        own += [self.header_parameter(name) for name in self.some("X-Trace", "id", "key")]
        if method == "post" and self.chance():
            key = self.one_of("Idempotency-Key", "idempotency-key")
            own.append({"name": key, "in": "header", "schema": TEXT})
        own = self.some_order(*own)
        shared: list[Schema] = []
        for one in list(own):
            if not self.chance():
                continue
            if one["in"] != "path" and self.chance():  # the operation's own takes its place
                shared.append(
                    {**one, "schema": {"type": "boolean"}, "style": "form" if one["in"] == "query" else "simple"}
                )
                shared[-1].pop("content", None)
                shared[-1].pop("explode", None)
            else:
                shared.append(one)
                own.remove(one)
        item[method]["parameters"] = own
        if shared:
            item["parameters"] = shared

    # bodies

    def fields(self) -> dict[str, Schema]:
        """Properties of a form, each a scalar or a list of some."""
        kinds = [self.scalar(), self.array(self.scalar()), self.nullable(self.scalar()), self.one_of(*TYPED)]
        return dict(zip(self.some_order("id", "kind", "size", "from"), map(self.described, kinds), strict=True))

    def part(self) -> Schema:
        """A property that multipart carries as JSON."""
        one = self.one_of(reference("BaseOwner"), {"type": "object", "properties": {"n": TEXT}}, {"type": "object"})
        return self.one_of(one, self.nullable(one), self.array(one), self.array(self.nullable(one)))

    def content(self, kind: str = "") -> Document:
        """The media types of a request body, of any kind but multipart unless asked for."""
        read_only = {"serial": {"type": "integer", "readOnly": True}} if self.chance() else {}
        match kind or self.one_of("object", "reference", "whole", "form", "both", "text", "bytes"):
            case "object":
                properties = {**self.fields(), "meta": self.value(), "owner": self.value(), **read_only}
                return {self.one_of(JSON, "application/merge-patch+json"): {"schema": self.object(properties)}}
            case "reference":
                return {JSON: {"schema": reference(self.one_of("Base", "Derived"))}}
            case "whole":
                whole = (
                    self.array(self.value()),
                    {"type": "object", "additionalProperties": self.scalar()},
                    self.scalar(),
                )
                return {JSON: {"schema": self.one_of(*whole)}}
            case "form":
                schema = self.object({**self.fields(), "meta": {"type": "object"}, **read_only})
                return {FORM: {"schema": schema, "encoding": {"meta": {"contentType": JSON}}}}
            case "both":
                schema = self.object({**self.fields(), **read_only})
                return {media: {"schema": schema} for media in self.some_order(JSON, FORM)}
            case "multipart":
                file = {**TEXT, **self.one_of({"format": "binary"}, {"contentMediaType": "application/octet-stream"})}
                parts = {name: self.part() for name in ("meta", "owner", "keeper", "more")}
                files = {"file": self.one_of(file, self.array(file)), "more-files": self.array(file)}
                kinds = self.one_of(
                    "image/png", "image/*, text/x-log", "text/*", "text/plain, image/png", "application/octet-stream"
                )
                encoding = {"encoding": {"file": {"contentType": kinds}}} if self.chance() else {}
                schema = self.object({**self.fields(), **parts, **files, **read_only})
                return {MULTIPART: {"schema": schema, **encoding}}
            case "text":
                return {"text/plain": {"schema": TEXT}}
            case _:
                return {"application/octet-stream": {}}

    # answers

    def answer(self) -> Document:
        content = self.one_of(
            {JSON: {"schema": self.value()}},
            {JSON: {"schema": self.thing()}},
            {JSON: {"schema": reference("Derived")}},
            {JSON: {"schema": TEXT}},
            {"application/problem+json; charset=utf-8": {"schema": {}}},
            {"application/vnd.things+json": {"schema": self.thing()}},
            {"text/plain": {"schema": TEXT}},
            {"application/pdf": {}},
        )
        return {"description": self.text(), "content": content}

    def responses(self) -> Document:
        """Successes, the first one with content or without, and an error."""
        statuses = self.one_of(["200"], ["200"], ["201", "202"], ["200", "204"], ["204"], ["default"], ["2XX"])
        found = {status: {"description": ""} if status == "204" else self.answer() for status in statuses}
        return {**found, **({} if "default" in found else {"422": {"description": "Wrong."}})}

    # operations

    def operation(self, item: Document, method: str, path_names: list[str], **more: Any) -> None:
        item[method] = {"summary": self.text(), "tags": ["things"], "responses": self.responses(), **more}
        self.with_parameters(item, method, path_names)
        if self.chance():
            item[method]["security"] = self.one_of(
                [], [{}, {"Key": []}], [{"Key": []}, {}], [{"Key": []}], [{"Basic": []}], [{"Query": []}]
            )
        if self.chance():
            place = self.one_of(item, item[method])
            place["servers"] = [self.server()]

    def server(self) -> Document:
        variables = {"host": {"default": "eu", "enum": ["us", "eu"]}, "part": {"default": "v2"}}
        return self.one_of(
            {"url": "https://other.example/x"}, {"url": "/at/root"},
            {"url": "https://{host}.things.example/{part}/api", "variables": variables},
        )  # fmt: skip

    def deletes(self) -> list[Document]:
        """Operations that delete one thing: with an answer, with none, and with both in either order."""
        answers = {"200": {"description": "", "content": {JSON: {"schema": self.object({"id": TEXT, "name": TEXT})}}}}
        nothing = {"204": {"description": ""}}
        items: list[Document] = []
        for responses in (answers, nothing, {**nothing, **answers}, {**answers, **nothing}):
            item: Document = {"delete": {"summary": self.text(), "tags": ["things"], "responses": responses}}
            item["delete"]["parameters"] = self.some_order(self.path_parameter("kind"), self.path_parameter("id"))
            items.append(item)
        return items

    def listing(self, style: str) -> Document:
        """A listing with its declaration: items in the answer or in a property of it."""
        sizes = {"type": "integer", "default": 2, "maximum": 3}
        position = self.one_of(style, "from")
        schema: Schema = {**TEXT} if style == "cursor" else {"type": "integer", "maximum": 3}
        key = self.one_of("id", "row-id")
        own = self.object({key: TEXT, "n": {"type": "integer"}})
        item = self.array(reference("Base") if key == "id" and self.chance() else own)
        paging = {"style": style, "position": position, "limit": self.one_of("limit", "size")}
        if key == "row-id":
            paging["key"] = key
        answer: Schema = item
        if style == "cursor" or self.chance():
            paging["items"] = "rows"
            answer = {"type": "object", "properties": {"rows": item, "more": self.nullable(TEXT)}}
        if style == "cursor":
            paging["next"] = "more"
        parameters = [
            {"name": position, "in": "query", "schema": schema},
            {"name": paging["limit"], "in": "query", "schema": sizes},
            self.parameter("X-Trace", "header", TEXT, required=self.chance()),
        ]
        return {
            "get": {
                "tags": ["rows"],
                "summary": self.text(),
                "parameters": self.some_order(*parameters),
                "responses": {"200": {"description": "", "content": {JSON: {"schema": answer}}}},
                "x-paging": paging,
            }
        }

    def two_answers(self, *contents: Document) -> Document:
        """Two successes, either of them first."""
        answers = ({"description": "", "content": content} for content in self.some_order(*contents))
        return dict(zip(("200", "202"), answers, strict=True))

    def document(self) -> Document:
        paths: dict[str, Document] = {}
        for name, method in (("read", "get"), ("send", "post"), ("put", "put"), ("change", "patch")):
            steps = self.some("thing_id", "partId", "n")
            item: Document = {}
            more = {} if method == "get" else {"requestBody": {"required": self.chance(), "content": self.content()}}
            self.operation(item, method, self.some_order(*steps), **more)
            paths[f"/{name}" + "".join(self.one_of(f"/{{{step}}}", f"/x-{{{step}}}") for step in steps)] = item
        for number, item in enumerate(self.deletes()):
            paths[f"/drop{number}/{{kind}}/{{id}}"] = item
        upload: Document = {}
        self.operation(
            upload, "post", [], requestBody={"required": self.chance(), "content": self.content("multipart")}
        )
        paths["/upload"] = upload
        for name in ("Pet", "Derived", "AsyncThings"):
            answer = {"description": "", "content": {JSON: {"schema": self.array(reference(name))}}}
            sort = {"name": "sort-by", "in": "query", "schema": {**TEXT, "default": ""}}
            got = {"summary": self.text(), "tags": ["things"], "parameters": [sort], "responses": {"200": answer}}
            paths[f"/{name.lower()}"] = {"get": got}
        derived = reference("Derived")
        body = {"required": True, "content": {JSON: {"schema": derived}}}
        either = self.two_answers({"text/plain": {"schema": TEXT}}, {JSON: {"schema": TEXT}})
        maybe = self.two_answers(*({JSON: {"schema": one}} for one in (derived, self.nullable(derived))))
        for name, more in (("derive", {"requestBody": body, "responses": either}), ("maybe", {"responses": maybe})):
            paths[f"/{name}"] = {"put": {"summary": self.text(), "tags": ["things"], "parameters": [], **more}}
        paths |= streams(self)
        for path, item in paths.items():
            for method in {"get", "post", "put", "patch", "delete"} & set(item):
                item[method]["operationId"] = f"{path.split('/')[1]}It"
        for identifier, style in zip(self.some_order(*LISTINGS), ("skip", "page", "cursor"), strict=True):
            paths[f"/rows/{style}"] = self.listing(style)
            paths[f"/rows/{style}"]["get"]["operationId"] = identifier
            if self.chance():
                self.operation(paths.setdefault(f"/rows/{style}/{{id}}", {}), "get", ["id"])
                paths[f"/rows/{style}/{{id}}"]["get"]["operationId"] = f"{style}It"
        return {
            "openapi": "3.0.3" if self.is_3_0 else "3.1.0",
            "info": {"title": "Things", "version": "1", "description": self.text()},
            "servers": [{"url": "https://things.example/api"}, self.server()],
            "tags": [{"name": name, "description": self.text()} for name in ("things", "rows")],
            "security": self.one_of([{"Key": []}], [{}, {"Key": []}]),
            "paths": paths,
            "components": {"securitySchemes": SCHEMES, "schemas": self.schemas()},
        }


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A document of which the generator refuses nothing."""
    return Drawer(draw).document()

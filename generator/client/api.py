"""The client's API: its resources, and their methods with arguments, bodies and results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.union import UnionProperty

from ..document.bodies import BodyPlan, additional, file_types, json_fields, plan_body
from ..document.document import Document, Operation, UnusableDocument
from ..document.normalize import parts_name
from ..document.pagination import find_paging
from ..document.responses import EVENTS, Answers, gives_bytes, is_success, plan_answers, plan_events
from ..document.security import Security, addresses, find_server, find_servers
from ..text import literal
from .methods import AlreadyDeleted, Argument, Call, Events, Page, Place, Resource, Result, distinct
from .models import Catalogue
from .names import NameTable
from .parameters import find_parameters
from .types import BYTES, ID, NOTHING, OBJECT, TEXT, Shape

Parts = dict[str, PropertyProtocol]


class Api:
    """All resources of a document, in the order of its tags."""

    def __init__(self, document: Document, catalogue: Catalogue, table: NameTable) -> None:
        self._document = document
        self._catalogue = catalogue
        self.table = table
        self.security = Security(document)
        self.servers = find_servers(document)
        self.operation_servers = list(addresses(document))
        self.streams: list[Events] = []
        self.calls: dict[str, Call] = {}
        self._always: dict[str, frozenset[str]] = {}
        constants: dict[str, str] = {}
        for number, operation in enumerate(document.operations):
            call = self._call(operation, catalogue.parts(parts_name(number)))
            if constants.setdefault(call.constant, operation.id) != operation.id:
                raise UnusableDocument(f"{operation}: another operationId becomes the same name in Python")
            self.calls[operation.id] = call
        history = self.calls.get(table.streams.get("history", ""))
        self.history = history.returned if history else "Any"
        texts = {str(tag.get("name")): str(tag.get("description", "")) for tag in document.raw.get("tags", [])}
        self.resources = [
            Resource(
                name,
                texts.get(name, ""),
                tuple(self.calls[key] for key, one in table.operations.items() if one.resource == name),
            )
            for name in table.resources
        ]

    @property
    def downloads(self) -> bool:
        """Whether a method streams bytes."""
        return any(call.names.stream and call.events is None for call in self.calls.values())

    def _call(self, operation: Operation, parts: Parts) -> Call:
        names = self.table.operations[operation.id]
        where = str(operation)
        parameters = find_parameters(self._document, operation, parts, self._catalogue, self.security.of(operation))
        plan = plan_body(self._document, operation)
        body = self._whole_body(plan, parts, where) if plan and plan.whole else self._fields(plan, parts, where)
        answers = plan_answers(self._document, operation)
        result = self._result(answers, parts, where)
        streams = answers.events is not None
        arguments = [*parameters, *body]
        events = self._events(answers.events, operation, parts, arguments) if answers.events is not None else None
        switch: Place | None = None
        if streams != bool(names.stream) and not gives_bytes(self._document, operation):
            raise UnusableDocument(
                f"{where}: answers with {EVENTS}, but the table of names has no `stream` for it"
                if streams
                else f"{where}: the table of names has a `stream` for it, but it never answers with {EVENTS}"
            )
        if result is None and names.method:
            raise UnusableDocument(
                f"{where}: answers only with {EVENTS}, so it cannot have the plain method `{names.method}`"
            )
        if streams and result is not None:
            # Without a switch in the request, the `Accept` header says which answer it is to be.
            found = [one for one in arguments if one.wire == "stream" and one.shape.nonnull.annotation() == "bool"]
            if found:
                switch = found[0].place
                arguments.remove(found[0])
        texts, json_parts = self._json_fields(plan, where)
        return Call(
            operation=operation,
            names=names,
            arguments=tuple(distinct(arguments, where, self.table.adapter)),
            media=tuple(form.media for form in plan.forms) if plan else (),
            json_fields=tuple(one.wire for one in body if one.wire in texts),
            json_parts=tuple(one.wire for one in body if one.wire in json_parts),
            file_types=self._file_types(plan, where),
            whole=plan is not None and plan.whole,
            needed=self._always.get(f"{where}: body", frozenset()) if plan and not plan.required else frozenset(),
            result=result,
            result_text=self._result_text(operation, answers, result),
            events=events,
            switch=switch,
            page=self._page(operation, parts) if names.iterate else None,
            already_deleted=self._already_deleted(result, arguments, parts, where)
            if operation.method == "delete"
            else None,
            errors=tuple(self._errors(operation)),
            security=self.security.of(operation),
            server=find_server(self._document, operation),
        )

    def _whole_body(self, plan: BodyPlan, parts: Parts, where: str) -> list[Argument]:
        """Return the one argument of a body that is one value."""
        form = plan.forms[0]
        shape = TEXT if form.family == "text" else BYTES
        if form.family == "json":
            shape = self._catalogue.require_sent(parts["b0"], f"{where}: body")
            self._refuse_file(shape, f"{where}: body")
        return [Argument("body", "body", "whole", plan.required, shape, "The body.")]

    def _fields(self, plan: BodyPlan | None, parts: Parts, where: str) -> list[Argument]:
        """Return one argument per body property; the JSON form's type wins."""
        if plan is None:
            return []
        where = f"{where}: body"
        arguments: dict[str, Argument] = {}
        occurrences: dict[str, list[bool]] = {}
        forms = sorted(enumerate(plan.forms), key=lambda one: one[1].family != "json")
        for number, form in forms:
            model = self._catalogue.model_of(parts[f"b{number}"])
            if model is None:
                raise UnusableDocument(f"{where}: its properties cannot be told, so they cannot become arguments")
            for field in self._catalogue.fields(model, where):
                if field.read_only:
                    continue
                occurrences.setdefault(field.wire, []).append(field.required or field.write_only_required)
                place: Place = "file" if field.shape.kind == "file" else "body"
                if field.wire not in arguments:
                    arguments[field.wire] = Argument(field.attribute, field.wire, place, False, field.shape, field.text)
            for prop in [*(model.required_properties or []), *(model.optional_properties or [])]:
                self._catalogue.require_sent(prop, f"{where}.{prop.name.get_untrusted_value()}")
            more = additional(self._document, form.schema, where)
            if more is not None and form.family != "json":
                raise UnusableDocument(f"{where}: additional properties of {form.media} are not understood")
            if more is not None:
                text = "More properties of the body, by their name on the wire."
                arguments[""] = Argument("additional_properties", "", "more", False, OBJECT, text)
        always = {wire for wire, required in occurrences.items() if all(required) and len(required) == len(forms)}
        described = [replace(one, required=plan.required and one.wire in always) for one in arguments.values()]
        self._always[where] = frozenset(always)
        return sorted(described, key=lambda one: not one.required)

    def _json_fields(self, plan: BodyPlan | None, where: str) -> tuple[set[str], set[str]]:
        texts: set[str] = set()
        parts: set[str] = set()
        for form in plan.forms if plan else ():
            if form.family in {"urlencoded", "multipart"}:
                found = json_fields(self._document, form, f"{where}: body")
                texts |= found[0]
                parts |= found[1]
        return texts, parts

    def _file_types(self, plan: BodyPlan | None, where: str) -> dict[str, str]:
        forms = [form for form in (plan.forms if plan else ()) if form.family == "multipart"]
        return {name: kind for form in forms for name, kind in file_types(self._document, form, where).items()}

    def _result(self, answers: Answers, parts: Parts, where: str) -> Result | None:
        """Return what the plain answers give: the first one's shape, and the others' by status."""
        shapes = []
        for number, answer in enumerate(answers.plain):
            shape = {"text": TEXT, "bytes": BYTES, "none": NOTHING}.get(answer.kind)
            if shape is None:
                shape = self._catalogue.require(parts[f"a{number}"], f"{where}: answer")
                self._refuse_file(shape, f"{where}: answer")
            shapes.append((answer, shape))
        if not shapes:
            return None
        (first, shape), *rest = shapes
        others = []
        for answer, other in rest:
            if (answer.kind, other.annotation()) == (first.kind, shape.annotation()):
                continue
            if not answer.status.isdigit():
                raise UnusableDocument(f"{where}: the answer {answer.status} is another than {first.status}")
            others.append((int(answer.status), answer.kind, other))
        return Result(shape, first.kind, first.media, tuple(others))

    def _refuse_file(self, shape: Shape, where: str) -> None:
        if shape.kind == "file":
            raise UnusableDocument(f"{where}: `format: binary` inside JSON is not understood")

    def _result_text(self, operation: Operation, answers: Answers, result: Result | None) -> str:
        """Return what the document says of an answer: its schema's description, or the response's."""
        plain = answers.plain[0] if answers.plain else None
        if result is None or plain is None or not isinstance(plain.schema, dict):
            return plain.text if plain else answers.text
        described = self._document.follow(plain.schema, f"{operation}: answer").get("description")
        return str(described or plain.text)

    def _resumes(self, arguments: list[Argument]) -> bool:
        """Whether the stream's call takes a path parameter of the resume operation."""
        resume = self.table.streams.get("resume")
        operation = next((one for one in self._document.operations if one.id == resume), None)
        return operation is not None and bool({one.wire for one in arguments} & set(operation.path_parameters))

    def _events(
        self, described: dict[str, Any], operation: Operation, parts: Parts, arguments: list[Argument]
    ) -> Events:
        """Return how a stream's events read. Only those of the events that the adapter names are the adapter's."""
        where = f"{operation}: {EVENTS}"
        plan = plan_events(self._document, described, where)
        shape = self._catalogue.require(parts["e"], where) if plan.kind == "json" else TEXT
        self._refuse_file(shape, where)
        name = shape.types[-1][1] if shape.kind == "tagged" else ""
        adapter = self.table.adapter if name and name == self.table.streams.get("events") else None
        union = self._catalogue.union(name) if name else None
        ends, failures = (union.ends, union.failures) if union else ((), ())
        tags = {tag for tag, _ in union.options} if union else set()
        if not {*ends, *failures} <= tags or not set(failures) <= set(ends) or (adapter and not ends):
            raise UnusableDocument(f"{where}: `x-stream-ends` and `x-stream-failures` of {name} do not say how it ends")
        resumes = adapter is not None and self._resumes(arguments)
        events = Events("", shape, plan.kind, union.tag if union else "type", ends, failures, adapter, resumes)
        same = next((one for one in self.streams if one.is_like(events)), None)
        if same is None:
            number = len(self.streams) + 1
            same = replace(events, constant="STREAMING" if number == 1 else f"STREAMING_{number}")
            self.streams.append(same)
        return same

    def _page(self, operation: Operation, parts: Parts) -> Page:
        paging = find_paging(self._document, operation)
        prop = parts.get("a0")
        where = f"{operation}: answer"
        if paging is None or prop is None:
            raise UnusableDocument(
                f"{operation}: cannot be iterated: needs `skip` and `limit` with a default and maxima and an array of "
                "objects, or `x-paging`"
            )
        items = next_ = ""
        if paging.items and (answer := self._catalogue.model_of(prop)):
            fields = {field.wire: field for field in self._catalogue.fields(answer, where)}
            items = fields[paging.items].attribute
            next_ = fields[paging.next].attribute if paging.next in fields else ""
            properties = [*(answer.required_properties or []), *(answer.optional_properties or [])]
            prop = next(one for one in properties if one.name.get_untrusted_value() == paging.items)
        if isinstance(prop, UnionProperty):
            prop = next((one for one in prop.inner_properties if isinstance(one, ListProperty)), prop)
        inner = prop.inner_property if isinstance(prop, ListProperty) else None
        model = self._catalogue.model_of(inner) if inner else None
        if inner is None or model is None or (paging.style == "cursor" and not next_):
            raise UnusableDocument(
                f"{operation}: cannot be iterated: its items are not objects, or there is no next cursor"
            )
        keys = [field for field in self._catalogue.fields(model, str(operation)) if field.shape in (TEXT, ID)]
        key = next((field.attribute for field in keys if field.wire == paging.key), None)
        if key is None and "key" in operation.raw.get("x-paging", {}):
            raise UnusableDocument(f"{operation}: `x-paging`: `{paging.key}` is no text of an item")
        return Page(paging, key, items, next_, self._catalogue.require(inner, where).annotation("models."))

    def _already_deleted(
        self, result: Result | None, arguments: list[Argument], parts: Parts, where: str
    ) -> AlreadyDeleted | None:
        """The result to return when a retried DELETE gets 404; None if the document does not say it in full."""
        if result is None or result.others:
            return None
        path = [one for one in arguments if one.place == "path"]
        if result.kind == "none":
            return AlreadyDeleted(path[-1].name, "", ()) if path else None
        prop = parts.get("a0")
        model = self._catalogue.model_of(prop) if isinstance(prop, ModelProperty) else None
        if model is None or not path:
            return None
        values = {}
        for field in self._catalogue.fields(model, where):
            if field.wire == path[-1].wire and field.shape in (TEXT, ID):
                values[field.attribute] = path[-1].name
            elif field.required and field.shape in (TEXT, ID) and field.wire in self.table.already_deleted:
                values[field.attribute] = literal(self.table.already_deleted[field.wire])
            elif field.required and not field.shape.constant:
                return None
        if path[-1].name not in values.values():
            return None
        return AlreadyDeleted(path[-1].name, str(model.class_info.name), tuple(values.items()))

    def _errors(self, operation: Operation) -> Iterator[tuple[str, str]]:
        for status, named in operation.raw.get("responses", {}).items():
            if not is_success(status):
                yield str(status), str(self._document.follow(named, str(operation)).get("description", ""))

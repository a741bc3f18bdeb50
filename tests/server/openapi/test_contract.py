"""The contract: requests become calls that fit the document, and every fault is named."""

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.server.small_document import DOCUMENT, ROOMY, UUID, client_of, faults, post, small_app
from threads_server.openapi import Contract, Document, DocumentError
from threads_server.settings import Settings


async def get(url: str) -> httpx.Response:
    async with client_of(small_app()) as client:
        return await client.get(url)


async def test_operation_gets_the_validated_request() -> None:
    async with client_of(small_app()) as client:
        answer = await client.post(
            f"/things/{UUID.upper()}/parts/a%2Fb%20c?x=1", headers={"X-Request-ID": "mine-1", "Ignored": "1"}
        )
    seen = answer.json()
    assert seen["id"] == "touchPart"
    assert seen["account"] == "small-account"
    assert seen["path"] == {"thing_id": UUID, "part": "a/b c"}
    assert seen["query"] == {}
    assert seen["headers"] == {}


class TestQuery:
    async def test_absent_parameters_have_the_documents_defaults(self) -> None:
        assert (await get("/things")).json()["query"] == {"limit": 100, "wide": True}

    async def test_present_parameters_leave_the_defaults_of_others(self) -> None:
        assert (await get("/things?limit=7")).json()["query"] == {"limit": 7, "wide": True}

    async def test_values_are_coerced_and_unknown_ones_ignored(self) -> None:
        answer = await get(f"/things?limit=7&wide=false&name=%2B+%C3%A9&ratio=-1.5e2&owner={UUID.upper()}&zzz=1")
        assert answer.json()["query"] == {
            "limit": 7, "wide": False, "name": "+ é", "ratio": -150.0, "owner": UUID
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("limit=0", ("query", "limit", "greater_than_equal")),
            ("limit=201", ("query", "limit", "less_than_equal")),
            ("limit=", ("query", "limit", "int_type")),
            ("limit=1.0", ("query", "limit", "int_type")),
            ("limit=%D9%A3", ("query", "limit", "int_type")),  # an Arabic digit
            ("limit=" + "9" * 5000, ("query", "limit", "int_type")),
            ("limit=1&limit=2", ("query", "limit", "duplicate")),
            ("wide=True", ("query", "wide", "bool_type")),
            ("wide=0", ("query", "wide", "bool_type")),
            ("name=", ("query", "name", "string_too_short")),
            ("ratio=nan", ("query", "ratio", "float_type")),
            ("owner=1", ("query", "owner", "uuid_parsing")),
            ("name=%ff", ("query", "string_unicode")),
        ],
    )
    async def test_query_error_names_its_parameter(self, query: str, expected: tuple[str, ...]) -> None:
        assert faults(await get(f"/things?{query}")) == [expected]

    async def test_query_errors_are_all_listed(self) -> None:
        found = faults(await get("/things?limit=0&wide=maybe&owner=x"))
        assert [entry[1] for entry in found] == ["limit", "wide", "owner"]

    async def test_too_many_fields(self) -> None:
        assert faults(await get("/things?" + "&".join(f"a{i}=1" for i in range(1001)))) == [("query", "too_long")]


async def test_path_error_names_its_parameter() -> None:
    assert faults(await get("/things/nope")) == [("path", "thing_id", "uuid_parsing")]
    assert faults(await get("/things/%FF")) == [("path", "thing_id", "uuid_parsing")]


async def test_headers_are_validated_and_named_in_lower_case() -> None:
    async with client_of(small_app()) as client:
        fits = await client.post("/things", json={"name": "a"}, headers={"Idempotency-Key": "k1"})
        long = await client.post("/things", json={"name": ""}, headers={"Idempotency-Key": "k" * 11})
    assert fits.json()["headers"] == {"idempotency-key": "k1"}
    assert faults(long) == [("header", "idempotency-key", "string_too_long"), ("body", "name", "string_too_short")]


class TestJson:
    async def test_fields_arrive_unchanged_without_unknown_ones(self) -> None:
        metadata = {"deep": {"unknown": [1, 2.5, None]}}
        body = {"name": "é\u0000😀", "size": 5.0, "owner": UUID.upper(), "ask": "true", "metadata": metadata, "zzz": 1}
        seen = (await post(body, "application/json; charset=UTF-8")).json()
        assert seen["body"] == {"name": "é\u0000😀", "size": 5, "owner": UUID, "ask": True, "metadata": metadata}
        assert isinstance(seen["body"]["size"], int)

    async def test_null_and_absent_differ_and_defaults_are_not_filled_in(self) -> None:
        seen = (await post({"name": "a", "size": None})).json()
        assert seen["body"] == {"name": "a", "size": None}

    def test_defaults_are_with_the_operation(self) -> None:
        operation = Contract(Document(DOCUMENT)).endpoints["createThing"].operation
        assert operation.defaults == {"stream": False}
        assert operation.longest == {"name": 20, "tools": 200}
        assert operation.function == "create_thing"

    async def test_errors_name_their_places(self) -> None:
        body = {"size": 0, "tools": [{"function": {"name": ""}}, 3], "ask": "maybe", "metadata": [], "stream": 1}
        assert sorted(map(str, faults(await post(body)))) == sorted(
            map(
                str,
                [
                    ("body", "name", "missing"),
                    ("body", "size", "greater_than_equal"),
                    ("body", "tools", 0, "function", "name", "string_too_short"),
                    ("body", "tools", 0, "function", "parameters", "missing"),
                    ("body", "tools", 1, "dict_type"),
                    ("body", "ask", "enum"),
                    ("body", "metadata", "dict_type"),
                    ("body", "stream", "bool_type"),
                ],
            )
        )

    async def test_error_does_not_suggest_null(self) -> None:
        answer = await post({"name": "a", "metadata": []})
        assert answer.json()["detail"] == [
            {"loc": ["body", "metadata"], "msg": "must be an object", "type": "dict_type"}
        ]

    @pytest.mark.parametrize("body", [[], "text", 3, None, True])
    async def test_body_that_is_not_an_object_is_422(self, body: Any) -> None:
        assert faults(await post(body)) == [("body", "dict_type")]

    async def test_huge_invalid_body_has_its_first_error_only(self) -> None:
        async with client_of(small_app(document=ROOMY)) as client:
            answer = await client.post("/things", json={"name": "a", "tools": [1] * 90_000})
        assert len(faults(answer)) == 1

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b'{"name":', "Expecting value (line 1, column 9)"),
            (b"name=a", "Expecting value"),
            (b'{"name":"a"} {}', "Extra data"),
            (b'{"name":"a","name":"b"}', 'the name "name" comes twice'),
            (b'{"name":"a","metadata":{"x":{"y":1,"y":1}}}', 'the name "y" comes twice'),
            (b'{"name":NaN}', "NaN is no JSON number"),
            (b'{"name":-Infinity}', "-Infinity is no JSON number"),
            (b'{"size":1e999}', "a number is too large"),
            (b'{"size":' + b"9" * 900 + b"e9}", "a number is too large"),
            (b'{"name":"\\ud800"}', "half a surrogate pair"),
            (b'{"name":"\\udc00\\ud800"}', "half a surrogate pair"),
            (b'{"\\ud800":1}', "half a surrogate pair"),
            (b'{"name":"\x00"}', "Invalid control character"),
            (b'{"name":"\xe9"}', "not UTF-8"),
            ('{"name":"a"}'.encode("utf-16"), "not UTF-8"),
            (b"[" * 500 + b"]" * 500, "nested deeper than 100 levels"),
            (b'{"a":' * 101 + b"1" + b"}" * 101, "nested deeper than 100 levels"),
            (b'{"a":[' * 50 + b"{}" + b"]}" * 50, "nested deeper than 100 levels"),
        ],
    )
    async def test_undecodable_bodies_are_refused_with_400(self, body: bytes, reason: str) -> None:
        answer = await post(body)
        assert answer.status_code == 400, answer.text
        assert answer.json()["detail"].startswith("The body is not valid JSON")
        assert reason in answer.json()["detail"]

    async def test_overlong_number_is_400(self) -> None:
        async with client_of(small_app(document=ROOMY)) as client:
            answer = await client.post(
                "/things", content=b'{"size":' + b"9" * 5000 + b"}", headers={"Content-Type": "application/json"}
            )
        assert (answer.status_code, answer.json()["detail"]) == (
            400,
            "The body is not valid JSON: a number is too long",
        )

    async def test_brackets_in_strings_are_not_depth(self) -> None:
        assert (await post({"name": "[" * 15, "metadata": {"a": '["' * 60}})).status_code == 200

    async def test_depth_up_to_the_limit_is_read(self) -> None:
        assert (await post(b'{"name":"a","metadata":' + b'{"a":' * 98 + b"{}" + b"}" * 98 + b"}")).status_code == 200

    async def test_byte_order_mark_is_skipped(self) -> None:
        assert (await post(b'\xef\xbb\xbf{"name":"a"}')).json()["body"] == {"name": "a"}

    async def test_surrogate_pairs_are_one_character(self) -> None:
        assert (await post(b'{"name":"\\ud83d\\ude00"}')).json()["body"] == {"name": "😀"}

    @pytest.mark.parametrize("name", ["utf-8", "UTF8", "us-ascii"])
    async def test_charset_utf_8_is_accepted(self, name: str) -> None:
        assert (await post(b'{"name":"a"}', f"application/json; charset={name}")).json()["body"] == {"name": "a"}

    async def test_other_charsets_are_400(self) -> None:
        answer = await post(b'{"name":"a"}', "application/json; charset=latin-1")
        assert (answer.status_code, answer.json()["detail"]) == (
            400,
            "The body is in the character set latin-1; only UTF-8 is read",
        )


class TestMediaType:
    async def test_undeclared_media_type_is_415(self) -> None:
        answer = await post(b"a", "text/plain", "/things/search")
        assert answer.status_code == 415
        assert answer.json()["detail"] == "Media type text/plain is not supported; use application/json"

    async def test_body_without_a_content_type_is_415(self) -> None:
        answer = await post(b"{}", None, "/things/search")
        assert (answer.status_code, answer.json()["detail"]) == (
            415,
            "The body has no Content-Type; use application/json",
        )

    @pytest.mark.parametrize("content_type", [";;;", "; charset=utf-8"])
    async def test_content_type_without_a_media_type_is_415(self, content_type: str) -> None:
        answer = await post(b"{}", content_type, "/things/search")
        assert (answer.status_code, answer.json()["detail"]) == (
            415,
            "The Content-Type names no type; use application/json",
        )

    async def test_compressed_body_is_415(self) -> None:
        async with client_of(small_app()) as client:
            answer = await client.post("/things", json={"name": "a"}, headers={"Content-Encoding": "gzip"})
        expected = "Content-Encoding gzip is not supported; send the body as it is"
        assert (answer.status_code, answer.json()["detail"]) == (415, expected)

    @pytest.mark.parametrize("content_type", [None, "application/json", "text/plain"])
    async def test_optional_body_may_be_missing(self, content_type: str | None) -> None:
        answer = await post(b"", content_type, "/things/search")
        assert (answer.status_code, answer.json()["body"]) == (200, {})

    async def test_missing_required_body_is_422(self) -> None:
        assert faults(await post(b"", None)) == [("body", "missing")]
        assert faults(await post(b"", "application/json")) == [("body", "missing")]
        assert (await post(b"", "text/plain")).status_code == 415

    async def test_body_of_an_operation_without_one_is_not_read(self) -> None:
        answer = await post(b"\xff" * 100_000, "text/plain", f"/things/{UUID}/parts/1")
        assert (answer.status_code, answer.json()["body"]) == (200, {})


class TestLimit:
    async def test_declared_length_over_the_limit_is_413(self) -> None:
        answer = await post(b'{"name":"' + b"a" * 1000 + b'"}')
        assert (answer.status_code, answer.json()["detail"]) == (413, "The body is larger than 1000 bytes")

    async def test_large_body_is_read_like_a_small_one(self) -> None:
        async with client_of(small_app(document=ROOMY)) as client:
            fits = await client.post("/things", json={"name": "a", "metadata": {"text": "é" * 300_000}})
            broken = await client.post(
                "/things", content=b'{"name":"' + b"a" * 300_000, headers={"Content-Type": "application/json"}
            )
        assert fits.json()["body"]["metadata"] == {"text": "é" * 300_000}
        assert broken.status_code == 400

    async def test_body_known_to_be_too_large_is_not_read(self) -> None:
        async def chunks() -> Any:
            raise AssertionError("it was read")
            yield b""

        async with client_of(small_app()) as client:
            answer = await client.post(
                "/things", content=chunks(), headers={"Content-Type": "application/json", "Content-Length": "1001"}
            )
        assert answer.status_code == 413

    async def test_body_of_exactly_the_limit_is_read(self) -> None:
        assert faults(await post(b'{"name":"' + b"a" * 989 + b'"}')) == [("body", "name", "string_too_long")]

    async def test_chunked_body_is_read_up_to_the_limit(self) -> None:
        read = 0

        async def chunks() -> Any:
            nonlocal read
            for _ in range(10_000):
                read += 100
                yield b"a" * 100

        async with client_of(small_app()) as client:
            answer = await client.post("/things", content=chunks(), headers={"Content-Type": "application/json"})
        assert answer.status_code == 413
        assert read <= 1200


class TestDocument:
    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            (b"openapi: 3.1.0", b"openapi: 3.0.3", "not an OpenAPI 3.1 document"),
            (b"openapi: 3.1.0", b"openapi: [", "is not YAML"),
            (b"http://127.0.0.1:8000/api", b"http://127.0.0.1:8000", "do not all end in the same path"),
            (b"operationId: getThing", b"operationId: listThings", "has no operationId of its own"),
            (b"operationId: getThing\n", b"summary: x\n", "has no operationId of its own"),
            (b"application/json: 1000, ", b"", "has no limit for application/json"),
            (b"  json-levels: 100\n", b"", "has no number json-levels"),
            (b"form-fields: 1000", b"form-fields: 0", "has no number form-fields"),
            (b"query-fields: 1000", b"query-fields: many", "has no number query-fields"),
            (b"in: header, schema", b"in: cookie, schema", "is in cookie, which is not served"),
            (b"{type: number}", b"{type: array}", "query parameter ratio is an array"),
            (b"'#/components/schemas/Tools'", b"'#/components/schemas/Toolz'", "points to nothing"),
            (b"'#/components/schemas/Tools'", b"'other.yaml#/Tools'", "does not point into openapi.yaml"),
            (b"maxLength: 10}", b"maxLength: many}", "a schema of openapi.yaml is none"),
            (b"multipart/form-data: {schema", b"text/csv: {schema", "text/csv"),
            (b"in: header, name: X-API-Key", b"in: query, name: key", "exactly one security scheme"),
            (b"      operationId: deleteThing", b"      security: []\n      operationId: deleteThing", "of its own"),
        ],
    )
    def test_document_with_an_unenforceable_rule_is_refused(self, old: bytes, new: bytes, reason: str) -> None:
        assert old in DOCUMENT
        with pytest.raises(DocumentError, match=r"^[^\n]*$") as refusal:
            Contract(Document(DOCUMENT.replace(old, new)))
        assert reason in str(refusal.value)

    def test_yaml_is_read_as_openapi_means_it(self) -> None:
        values = b"off, yes, 2026-01-01T00:00:00Z, 1_000, 010, 12:30, 1.5, 1e3, -7, true, null, Null, NULL, ~"
        text = b"openapi: 3.1.0\nx: [%b]\n" % values
        assert Document(text).root["x"] == [
            "off", "yes", "2026-01-01T00:00:00Z", "1_000", "010", "12:30", 1.5, 1000.0, -7, True, *[None] * 4
        ]  # fmt: skip

    def test_document_names_the_default_address(self) -> None:
        address, told = urlsplit(Contract.read().document.root["servers"][1]["url"]), Settings()
        assert (address.hostname, address.port, address.path) == (told.host, told.port, "/api")

    def test_this_installations_document_compiles(self) -> None:
        contract = Contract.read()
        assert contract.base_path == "/api"
        assert contract.key_header == b"x-api-key"
        assert len(contract.endpoints) == sum(
            method in ("get", "post", "put", "delete")
            for path in contract.document.root["paths"].values()
            for method in path
        )

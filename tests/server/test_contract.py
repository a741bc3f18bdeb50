"""The contract: requests become calls that fit the document, and every fault is named."""

import json
from typing import Any

import httpx
import pytest

from tests.server.small_api import DOCUMENT, UUID, client_of, small_app
from threads_server.contract import Contract, Document, DocumentError

FORM = "application/x-www-form-urlencoded"
ROOMY = DOCUMENT.replace(b": 1000,", b": 10000000,").replace(b"form-data: 4000", b"form-data: 1000000")


async def post(body: Any, content_type: str | None = "application/json", path: str = "/things") -> httpx.Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": content_type} if content_type else {}
    async with client_of(small_app()) as client:
        return await client.post(path, content=raw, headers=headers)


async def get(url: str) -> httpx.Response:
    async with client_of(small_app()) as client:
        return await client.get(url)


def faults(response: httpx.Response) -> list[tuple[Any, ...]]:
    assert response.status_code == 422, response.text
    detail = response.json()["detail"]
    assert all(set(entry) == {"loc", "msg", "type"} and entry["msg"] for entry in detail)
    return [(*entry["loc"], entry["type"]) for entry in detail]


async def test_operation_sees_what_the_document_describes() -> None:
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
    assert seen["request_id"] == "mine-1"


class TestQuery:
    async def test_absent_parameters_have_the_documents_defaults(self) -> None:
        assert (await get("/things")).json()["query"] == {"limit": 100, "wide": True}

    async def test_some_given_leave_the_others_their_defaults(self) -> None:
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
    async def test_what_does_not_fit_is_named(self, query: str, expected: tuple[str, ...]) -> None:
        assert faults(await get(f"/things?{query}")) == [expected]

    async def test_every_fault_is_named_not_only_the_first(self) -> None:
        found = faults(await get("/things?limit=0&wide=maybe&owner=x"))
        assert [entry[1] for entry in found] == ["limit", "wide", "owner"]

    async def test_too_many_fields(self) -> None:
        assert faults(await get("/things?" + "&".join(f"a{i}=1" for i in range(1001)))) == [("query", "too_long")]


async def test_a_bad_uuid_in_the_path_is_a_fault() -> None:
    assert faults(await get("/things/nope")) == [("path", "thing_id", "uuid_parsing")]
    assert faults(await get("/things/%FF")) == [("path", "thing_id", "uuid_parsing")]


async def test_headers_are_checked_and_given_in_lower_case() -> None:
    async with client_of(small_app()) as client:
        fits = await client.post("/things", json={"name": "a"}, headers={"Idempotency-Key": "k1"})
        long = await client.post("/things", json={"name": ""}, headers={"Idempotency-Key": "k" * 11})
    assert fits.json()["headers"] == {"idempotency-key": "k1"}
    assert faults(long) == [("header", "idempotency-key", "string_too_long"), ("body", "name", "string_too_short")]


class TestJson:
    async def test_fields_arrive_as_they_are_and_unknown_ones_are_left_out(self) -> None:
        metadata = {"deep": {"unknown": [1, 2.5, None]}}
        body = {"name": "é\u0000😀", "size": 5.0, "owner": UUID.upper(), "ask": "true", "metadata": metadata, "zzz": 1}
        seen = (await post(body, "application/json; charset=UTF-8")).json()
        assert seen["body"] == {"name": "é\u0000😀", "size": 5, "owner": UUID, "ask": True, "metadata": metadata}
        assert isinstance(seen["body"]["size"], int)
        assert seen["given"] == ["ask", "metadata", "name", "owner", "size"]

    async def test_null_and_absent_differ_and_defaults_are_not_filled_in(self) -> None:
        seen = (await post({"name": "a", "size": None})).json()
        assert seen["body"] == {"name": "a", "size": None}
        assert seen["given"] == ["name", "size"]

    def test_defaults_are_with_the_operation(self) -> None:
        operation = Contract(Document(DOCUMENT)).endpoints["createThing"].operation
        assert operation.defaults == {"stream": False}
        assert operation.longest == {"name": 20, "tools": 200}
        assert operation.function == "create_thing"

    async def test_every_fault_at_its_own_place(self) -> None:
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

    async def test_null_is_not_offered_as_what_was_meant(self) -> None:
        answer = await post({"name": "a", "metadata": []})
        assert answer.json()["detail"] == [
            {"loc": ["body", "metadata"], "msg": "Input should be an object", "type": "dict_type"}
        ]

    @pytest.mark.parametrize("body", [[], "text", 3, None, True])
    async def test_a_body_that_is_no_object(self, body: Any) -> None:
        assert faults(await post(body)) == [("body", "dict_type")]

    async def test_a_huge_invalid_body_is_refused_quickly_with_its_first_fault(self) -> None:
        async with client_of(small_app(document=ROOMY)) as client:
            answer = await client.post("/things", json={"name": "a", "tools": [1] * 1_000_000})
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
        ],
    )
    async def test_undecodable_bodies_are_refused_with_400(self, body: bytes, reason: str) -> None:
        answer = await post(body)
        assert answer.status_code == 400, answer.text
        assert answer.json()["detail"].startswith("The body is not valid JSON")
        assert reason in answer.json()["detail"]

    async def test_a_number_too_long_to_read(self) -> None:
        async with client_of(small_app(document=ROOMY)) as client:
            answer = await client.post(
                "/things", content=b'{"size":' + b"9" * 5000 + b"}", headers={"Content-Type": "application/json"}
            )
        assert (answer.status_code, answer.json()["detail"]) == (
            400,
            "The body is not valid JSON: a number is too long",
        )

    async def test_brackets_in_texts_are_not_depth(self) -> None:
        assert (await post({"name": "[" * 15, "metadata": {"a": '["' * 60}})).status_code == 200

    async def test_depth_up_to_the_limit_is_read(self) -> None:
        assert (await post(b'{"name":"a","metadata":' + b'{"a":' * 98 + b"{}" + b"}" * 98 + b"}")).status_code == 200

    async def test_a_byte_order_mark_is_skipped(self) -> None:
        assert (await post(b'\xef\xbb\xbf{"name":"a"}')).json()["body"] == {"name": "a"}

    async def test_surrogate_pairs_are_one_character(self) -> None:
        assert (await post(b'{"name":"\\ud83d\\ude00"}')).json()["body"] == {"name": "😀"}

    async def test_other_character_sets_are_refused(self) -> None:
        answer = await post(b'{"name":"a"}', "application/json; charset=latin-1")
        assert (answer.status_code, answer.json()["detail"]) == (
            400,
            "The body is in the character set latin-1; only UTF-8 is read",
        )


class TestMediaType:
    async def test_a_type_that_is_not_taken(self) -> None:
        answer = await post(b"a", "text/plain", "/things/search")
        assert answer.status_code == 415
        assert answer.json()["detail"] == "Media type text/plain is not supported; use application/json"

    async def test_a_body_without_a_type(self) -> None:
        assert (await post(b"{}", None)).status_code == 415

    async def test_a_compressed_body(self) -> None:
        async with client_of(small_app()) as client:
            answer = await client.post("/things", json={"name": "a"}, headers={"Content-Encoding": "gzip"})
        assert answer.status_code == 415

    @pytest.mark.parametrize("content_type", [None, "application/json", "text/plain"])
    async def test_no_body_is_fine_where_it_is_optional(self, content_type: str | None) -> None:
        answer = await post(b"", content_type, "/things/search")
        assert (answer.status_code, answer.json()["body"]) == (200, {})

    async def test_no_body_is_a_fault_where_it_is_required(self) -> None:
        assert faults(await post(b"", None)) == [("body", "missing")]
        assert faults(await post(b"", "application/json")) == [("body", "missing")]
        assert (await post(b"", "text/plain")).status_code == 415

    async def test_a_body_for_an_operation_that_takes_none_is_not_looked_at(self) -> None:
        answer = await post(b"\xff" * 100_000, "text/plain", f"/things/{UUID}/parts/1")
        assert (answer.status_code, answer.json()["body"]) == (200, {})


class TestLimit:
    async def test_a_declared_length_over_the_limit(self) -> None:
        answer = await post(b'{"name":"' + b"a" * 1000 + b'"}')
        assert (answer.status_code, answer.json()["detail"]) == (413, "The body is larger than 1000 bytes")

    async def test_a_large_body_is_read_like_a_small_one(self) -> None:
        async with client_of(small_app(document=ROOMY)) as client:
            fits = await client.post("/things", json={"name": "a", "metadata": {"text": "é" * 300_000}})
            broken = await client.post(
                "/things", content=b'{"name":"' + b"a" * 300_000, headers={"Content-Type": "application/json"}
            )
        assert fits.json()["body"]["metadata"] == {"text": "é" * 300_000}
        assert broken.status_code == 400

    async def test_a_body_known_to_be_too_large_is_not_read(self) -> None:
        async def chunks() -> Any:
            raise AssertionError("it was read")
            yield b""

        async with client_of(small_app()) as client:
            answer = await client.post(
                "/things", content=chunks(), headers={"Content-Type": "application/json", "Content-Length": "1001"}
            )
        assert answer.status_code == 413

    async def test_a_body_of_exactly_the_limit_is_read(self) -> None:
        assert faults(await post(b'{"name":"' + b"a" * 989 + b'"}')) == [("body", "name", "string_too_long")]

    async def test_chunks_are_counted_and_no_more_than_the_limit_is_read(self) -> None:
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


class TestUrlencoded:
    async def test_same_values_as_json(self) -> None:
        body = (
            b"name=a%2Bb+%C3%A9&stream=false&size=5&ask=false&owner=" + UUID.upper().encode() + b"&zzz=1"
            b'&metadata={"a":[1,null]}&tools=[{"function":{"name":"f","parameters":{}}}]'
        )
        seen = (await post(body, FORM)).json()
        assert seen["body"] == {
            "name": "a+b é",
            "stream": False,
            "size": 5,
            "ask": False,
            "owner": UUID,
            "metadata": {"a": [1, None]},
            "tools": [{"function": {"name": "f", "parameters": {}}}],
        }

    async def test_faults_have_the_places_of_the_json_form(self) -> None:
        body = b'name=&stream=True&size=x&ask=&metadata=[]&tools=[{"function":{}}]'
        assert sorted(map(str, faults(await post(body, FORM)))) == sorted(
            map(
                str,
                [
                    ("body", "name", "string_too_short"),
                    ("body", "stream", "bool_type"),
                    ("body", "size", "int_type"),
                    ("body", "ask", "enum"),
                    ("body", "metadata", "dict_type"),
                    ("body", "tools", 0, "function", "name", "missing"),
                    ("body", "tools", 0, "function", "parameters", "missing"),
                ],
            )
        )

    @pytest.mark.parametrize("text", [b"{", b'{"a":1,"a":2}', b"NaN", b'"\\ud800"', b""])
    async def test_json_text_that_is_none(self, text: bytes) -> None:
        assert faults(await post(b"name=a&metadata=" + text, FORM)) == [("body", "metadata", "json_invalid")]

    async def test_json_text_has_the_limits_of_its_text(self) -> None:
        text = json.dumps([" " * 200]).encode()
        assert ("body", "tools", "string_too_long") in faults(await post(b"name=a&tools=" + text, FORM))

    async def test_null_as_text_is_not_an_array(self) -> None:
        assert faults(await post(b"name=a&tools=null", FORM)) == [("body", "tools", "list_type")]

    @pytest.mark.parametrize("body", [b"name=a&name=b", b"name=%ff", b"name=\xff", b"a=1&" * 240 + b"name=%c3"])
    async def test_undecodable_forms(self, body: bytes) -> None:
        assert (await post(body, FORM)).status_code == 400

    async def test_too_many_fields(self) -> None:
        async with client_of(small_app(document=ROOMY)) as client:
            most = await client.post("/things", content=b"a=1&" * 999 + b"b=1", headers={"Content-Type": FORM})
            more = await client.post("/things", content=b"a=1&" * 1000 + b"b=1", headers={"Content-Type": FORM})
        assert faults(most) == [("body", "name", "missing")]
        assert (more.status_code, more.json()["detail"]) == (400, "The form has more than 1000 fields")

    async def test_an_empty_form_has_no_fields(self) -> None:
        assert faults(await post(b"", FORM)) == [("body", "name", "missing")]


def multipart(*parts: tuple[str, bytes]) -> bytes:
    """A body of parts, each the rest of its `Content-Disposition` (with further headers) and its data."""
    return b"".join(
        b"--X\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + data + b"\r\n"
        for head, data in parts
    ) + b"--X--\r\n"  # fmt: skip


class TestMultipart:
    TYPE = "multipart/form-data; boundary=X"

    async def test_same_values_as_json_and_files_whole(self) -> None:
        data = bytes(range(256)) + b"\r\n--Y\r\n--X?"
        body = multipart(
            ('name="name"', "é\r\n".encode()),
            ('name="stream"', b"true"),
            ('name="metadata"; filename="blob"\r\nContent-Type: application/json', b'{"a":1}'),
            ('name="files"; filename="a.bin"\r\nContent-Type: application/x-thing', data),
            ('name="files"; filename="b.txt"', b""),
            ('name="picture"; filename="p.png"', b"png"),
            ('name="zzz"; filename="z"', b"ignored"),
        )
        seen = (await post(body, self.TYPE)).json()
        assert seen["body"] == {"name": "é\r\n", "stream": True, "metadata": {"a": 1}}
        assert seen["files"] == {
            "files": [
                ["a.bin", "application/x-thing", data.decode("latin-1")],
                ["b.txt", "application/octet-stream", ""],
            ],
            "picture": [["p.png", "application/octet-stream", "png"]],
        }

    @pytest.mark.parametrize(
        ("head", "filename"),
        [
            ('filename="é.txt"', "é.txt"),
            ('filename="a%22b.txt"', 'a"b.txt'),
            (r'filename="a\"b\\c.txt"', 'a"b\\c.txt'),
            (r'filename="C:\new\t.txt"', r"C:\new\t.txt"),
            ("filename=plain.txt", "plain.txt"),
            ("filename*=utf-8''n%C3%A4me.txt", "näme.txt"),
            ("filename=\"x\"; filename*=UTF-8''y", "y"),
            ('filename=""', "files"),
            ("x=1", "files"),
        ],
    )
    async def test_filenames(self, head: str, filename: str) -> None:
        seen = (await post(multipart((f'name="files"; {head}', b"1")), self.TYPE)).json()
        assert seen["files"]["files"][0][0] == filename

    async def test_a_file_input_left_empty_is_no_file(self) -> None:
        body = multipart(('name="name"', b"a"), ('name="files"; filename=""', b""))
        assert (await post(body, self.TYPE)).json()["files"] == {}

    async def test_faults(self) -> None:
        too_many = multipart(*[('name="files"; filename="a"', b"1")] * 3)
        assert faults(await post(too_many, self.TYPE)) == [("body", "files", "too_long")]
        neither = await post(multipart(('name="stream"', b"true")), self.TYPE)
        assert faults(neither) == [("body", "name", "missing")]
        assert neither.json()["detail"][0]["msg"] == "Field required, or instead files: Field required"

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"", "cut off"),
            (b"garbage", "broken"),
            (multipart(('name="name"', b"a"))[:-8], "cut off"),
            (multipart(("x=1", b"a")), "no name"),
            (b"--X\r\n\r\na\r\n--X--\r\n", "no name"),
            (b"--X\r\nBad Header: 1\r\n\r\na\r\n--X--\r\n", "broken"),
            (multipart(('name="name"', b"\xff")), "'name' is not UTF-8"),
            (multipart(('name="name"\r\nContent-Type: text/plain; charset=utf-16', b"a")), "character set utf-16"),
            (multipart(('name="name"\r\nContent-Transfer-Encoding: base64', b"YQ==")), "transfer encoding"),
            (multipart(('name="name"', b"a"), ('name="name"', b"b")), "more than once"),
            (multipart(*[('name="picture"; filename="a"', b"a")] * 2), "more than once"),
        ],
    )
    async def test_undecodable_bodies(self, body: bytes, reason: str) -> None:
        answer = await post(body, self.TYPE)
        assert answer.status_code == 400, answer.text
        assert reason in answer.json()["detail"]

    async def test_no_boundary(self) -> None:
        answer = await post(multipart(('name="name"', b"a")), "multipart/form-data")
        assert (answer.status_code, answer.json()["detail"]) == (
            400,
            "The multipart body has no boundary in its content type",
        )

    async def test_too_many_parts(self) -> None:
        async with client_of(small_app(document=ROOMY)) as client:
            answer = await client.post(
                "/things",
                content=multipart(*[('name="zzz"', b"")] * 1001),
                headers={"Content-Type": self.TYPE},
            )
        assert (answer.status_code, answer.json()["detail"]) == (400, "The form has more than 1000 fields")

    async def test_chunks_of_any_size(self) -> None:
        """The npm SDK sends a body with files chunked, one small chunk after the other (docs/hosted-api.md §7.5)."""
        body = multipart(('name="name"', b"a"), ('name="files"; filename="f"', b"1234\r\n" * 100))

        async def chunks() -> Any:
            for byte in body:
                yield bytes([byte])

        async with client_of(small_app()) as client:
            answer = await client.post("/things", content=chunks(), headers={"Content-Type": self.TYPE})
        assert answer.json()["files"]["files"][0][2] == "1234\r\n" * 100


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
    def test_what_cannot_be_enforced_is_refused(self, old: bytes, new: bytes, reason: str) -> None:
        assert old in DOCUMENT
        with pytest.raises(DocumentError, match=r"^[^\n]*$") as refusal:
            Contract(Document(DOCUMENT.replace(old, new)))
        assert reason in str(refusal.value)

    def test_yaml_is_read_as_openapi_means_it(self) -> None:
        text = b"openapi: 3.1.0\nx: [off, yes, 2026-01-01T00:00:00Z, 1_000, 010, 12:30, 1.5, 1e3, -7, true, null]\n"
        assert Document(text).root["x"] == [
            "off", "yes", "2026-01-01T00:00:00Z", "1_000", "010", "12:30", 1.5, 1000.0, -7, True, None
        ]  # fmt: skip

    def test_this_installations_document_compiles(self) -> None:
        contract = Contract.read()
        assert contract.base_path == "/api"
        assert contract.key_header == b"x-api-key"
        assert len(contract.endpoints) == sum(
            method in ("get", "post", "put", "delete")
            for path in contract.document.root["paths"].values()
            for method in path
        )

"""The two form encodings: the same values and the same faults as the JSON form, and files whole."""

import json
import tracemalloc
from typing import Any

import pytest

from tests.support.server.small_document import ROOMY, UUID, client_of, faults, post, small_app
from threads_server.openapi.forms import BrokenForm, decode_urlencoded

FORM = "application/x-www-form-urlencoded"


class TestUrlencoded:
    def test_escapes_take_little_memory_and_their_pieces_join(self) -> None:
        """4 MB of them took 300 MB."""
        escaped = "%C3%A9x+%zz%" * 30_000
        tracemalloc.start()
        [(_, text)] = decode_urlencoded(b"name=" + escaped.encode(), 10)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert text == "éx %zz%" * 30_000
        assert peak < 10 * len(escaped)

    @pytest.mark.parametrize("broken", ["%C3", "x" * 20_000 + "%C3", "é%A9", "%C3é"])
    def test_escapes_that_are_not_utf8_are_refused(self, broken: str) -> None:
        with pytest.raises(BrokenForm, match="not UTF-8"):
            decode_urlencoded(b"name=" + broken.encode(), 10)

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

    async def test_errors_have_the_places_of_the_json_form(self) -> None:
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
    async def test_malformed_json_text_is_422(self, text: bytes) -> None:
        assert faults(await post(b"name=a&metadata=" + text, FORM)) == [("body", "metadata", "json_invalid")]

    async def test_json_text_has_the_limits_of_its_text(self) -> None:
        text = json.dumps([" " * 200]).encode()
        assert ("body", "tools", "string_too_long") in faults(await post(b"name=a&tools=" + text, FORM))

    async def test_null_as_text_is_not_an_array(self) -> None:
        assert faults(await post(b"name=a&tools=null", FORM)) == [("body", "tools", "list_type")]

    @pytest.mark.parametrize("body", [b"name=a&name=b", b"name=%ff", b"name=\xff", b"a=1&" * 240 + b"name=%c3"])
    async def test_undecodable_form_is_400(self, body: bytes) -> None:
        assert (await post(body, FORM)).status_code == 400

    async def test_too_many_fields(self) -> None:
        async with client_of(small_app(document=ROOMY)) as client:
            most = await client.post("/things", content=b"a=1&" * 999 + b"b=1", headers={"Content-Type": FORM})
            more = await client.post("/things", content=b"a=1&" * 1000 + b"b=1", headers={"Content-Type": FORM})
        assert faults(most) == [("body", "name", "missing")]
        assert (more.status_code, more.json()["detail"]) == (400, "The form has more than 1000 fields")

    async def test_empty_form_has_no_fields(self) -> None:
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
    async def test_filenames_are_decoded(self, head: str, filename: str) -> None:
        seen = (await post(multipart((f'name="files"; {head}', b"1")), self.TYPE)).json()
        assert seen["files"]["files"][0][0] == filename

    async def test_empty_file_input_is_no_file(self) -> None:
        body = multipart(('name="name"', b"a"), ('name="files"; filename=""', b""))
        assert (await post(body, self.TYPE)).json()["files"] == {}

    async def test_multipart_errors_name_their_places(self) -> None:
        too_many = multipart(*[('name="files"; filename="a"', b"1")] * 3)
        assert faults(await post(too_many, self.TYPE)) == [("body", "files", "too_long")]
        neither = await post(multipart(('name="stream"', b"true")), self.TYPE)
        assert faults(neither) == [("body", "name", "missing")]
        assert neither.json()["detail"][0]["msg"] == "is required, or instead files: is required"

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
    async def test_undecodable_multipart_is_400(self, body: bytes, reason: str) -> None:
        answer = await post(body, self.TYPE)
        assert answer.status_code == 400, answer.text
        assert reason in answer.json()["detail"]

    async def test_multipart_without_a_boundary_is_400(self) -> None:
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

    async def test_multipart_arrives_in_chunks_of_any_size(self) -> None:
        """The npm SDK sends a body with files chunked, one small chunk after the other (docs/hosted-api.md §7.5)."""
        body = multipart(('name="name"', b"a"), ('name="files"; filename="f"', b"1234\r\n" * 100))

        async def chunks() -> Any:
            for byte in body:
                yield bytes([byte])

        async with client_of(small_app()) as client:
            answer = await client.post("/things", content=chunks(), headers={"Content-Type": self.TYPE})
        assert answer.json()["files"]["files"][0][2] == "1234\r\n" * 100

"""The same key gives the same answer: what a request under an `Idempotency-Key` is recognized by.

The key is looked up and claimed in the transaction of the request itself (store/idempotency_keys.py), so that a key
costs no commit of its own and two requests can never both be the first.
"""

import hashlib
from collections.abc import Mapping

from threads_server.encoding import Json, encode_canonical
from threads_server.http.etags import tag
from threads_server.openapi import ValidatedRequest
from threads_server.store.idempotency_keys import IdempotencyRequest

REPLAYED = {"Idempotency-Replayed": "true"}


def idempotency_request(call: ValidatedRequest) -> IdempotencyRequest | None:
    """The key of a request and its fingerprint; None when it has no key."""
    key = call.headers.get("idempotency-key")
    return None if key is None else IdempotencyRequest(call.account, key, fingerprint(call))


def fingerprint(call: ValidatedRequest) -> bytes:
    """A digest of what a request asks for: method, path, query, decoded fields, and the digests of its files.

    Not of its bytes: a repeated multipart body has another boundary.
    """
    files: dict[str, Json] = {
        name: [[upload.filename, hashlib.sha256(upload.data).hexdigest()] for upload in uploads]
        for name, uploads in call.files.items()
    }
    asked: list[Json] = [call.operation.method.upper(), call.raw_path, call.query, call.body, files]
    return hashlib.sha256(encode_canonical(asked).encode()).digest()


def replay_headers(version: int | None) -> Mapping[str, str]:
    """The headers of a replayed answer, with the version that the thread had when it was first given."""
    return REPLAYED if version is None else {**REPLAYED, "ETag": tag(version)}

"""Idempotency keys: the fingerprint of a request, and the headers of a replayed response.

Keys are stored in the transaction of the request (store/idempotency_keys.py), so that two requests under one key never
both run.
"""

import asyncio
import hashlib
from collections.abc import Mapping

from threads_server.encoding import Json, encode_canonical
from threads_server.http.etags import tag
from threads_server.openapi import ValidatedRequest
from threads_server.openapi.body_reader import LARGE_BODY_BYTES
from threads_server.store.idempotency_keys import IdempotencyRequest

REPLAYED = {"Idempotency-Replayed": "true"}


async def idempotency_request(request: ValidatedRequest) -> IdempotencyRequest | None:
    """Make the key and fingerprint of a request; None without a key."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if request.body_size > LARGE_BODY_BYTES:
        async with request.budget.large_body():
            return IdempotencyRequest(request.account, key, await asyncio.to_thread(fingerprint, request))
    return IdempotencyRequest(request.account, key, fingerprint(request))


def fingerprint(request: ValidatedRequest) -> bytes:
    """Digest method, path, query, decoded fields and files of a request.

    Not its bytes: a repeated multipart body has another boundary.
    """
    files: dict[str, Json] = {
        name: [[upload.filename, hashlib.sha256(upload.data).hexdigest()] for upload in uploads]
        for name, uploads in request.files.items()
    }
    asked: list[Json] = [request.operation.method.upper(), request.raw_path, request.query, request.body, files]
    return hashlib.sha256(encode_canonical(asked).encode()).digest()


def replay_headers(version: int | None) -> Mapping[str, str]:
    """Make the headers of a replayed response, with the thread's version of its first one."""
    return REPLAYED if version is None else {**REPLAYED, "ETag": tag(version)}

"""Changes of answers and events, and of the document as a whole."""

from typing import Any

from tests.support.release.sample_changes import Document, additive, breaking, editorial, operation, schema

# Answers


@breaking
def answer_field_removed(d: Document) -> None:
    del schema(d, "Message")["properties"]["model_name"]


@breaking
def answer_field_optional(d: Document) -> None:
    schema(d, "Message")["required"].remove("role")


@breaking
def answer_field_nullable(d: Document) -> None:
    schema(d, "FunctionCall")["properties"]["arguments"]["type"] = ["string", "null"]


@breaking
def answer_type_changed(d: Document) -> None:
    schema(d, "FunctionCall")["properties"]["arguments"]["type"] = "object"


@breaking
def answer_format_removed(d: Document) -> None:
    schema(d, "Thread")["properties"]["updated_at"].pop("format")


@additive
def answer_field_added(d: Document) -> None:
    schema(d, "Message")["properties"]["language"] = {"type": "string", "description": "The language."}


@breaking
def answer_choice_added(d: Document) -> None:
    schema(d, "MessageStatus")["enum"].append("PAUSED")


@breaking
def answer_field_write_only(d: Document) -> None:
    schema(d, "Message")["properties"]["model_provider"]["writeOnly"] = True


@editorial
def answer_field_read_only(d: Document) -> None:
    schema(d, "Message")["properties"]["message_id"]["readOnly"] = True


@breaking
def field_of_both_sides_write_only(d: Document) -> None:
    schema(d, "FunctionParameters")["properties"]["properties"]["writeOnly"] = True


@breaking
def answer_media_type_removed(d: Document) -> None:
    del d["components"]["responses"]["TurnOrEvents"]["content"]["text/event-stream"]


@breaking
def success_status_changed(d: Document) -> None:
    responses = operation(d, "/assistants", "post")["responses"]
    responses["201"] = responses.pop("200")


@breaking
def error_status_removed(d: Document) -> None:
    del operation(d, "/threads/{thread_id}", "get")["responses"]["404"]


@breaking
def answer_header_removed(d: Document) -> None:
    del d["components"]["responses"]["TooManyRequests"]["headers"]["Retry-After"]


@breaking
def answer_header_optional(d: Document) -> None:
    d["components"]["headers"]["RetryAfter"]["required"] = False


@additive
def answer_header_added(d: Document) -> None:
    headers = d["components"]["responses"]["TooManyRequests"]["headers"]
    headers["X-Limit"] = {"description": "The limit.", "schema": {"type": "integer"}}


@breaking
def link_removed(d: Document) -> None:
    del operation(d, "/assistants/{assistant_id}", "get")["responses"]["200"]["links"]["createThread"]


@breaking
def link_leads_elsewhere(d: Document) -> None:
    d["components"]["links"]["GetThread"]["operationId"] = "deleteThread"


# Events


@breaking
def event_removed(d: Document) -> None:
    event = schema(d, "StreamEvent")
    event["oneOf"] = [one for one in event["oneOf"] if not one["$ref"].endswith("/RunFailedEvent")]
    del event["discriminator"]["mapping"]["run_failed"]


@breaking
def event_type_renamed(d: Document) -> None:
    schema(d, "RunCancelledEvent")["allOf"][1]["properties"]["type"]["const"] = "run_stopped"


@breaking
def events_told_apart_by_another_field(d: Document) -> None:
    schema(d, "StreamEvent")["discriminator"]["propertyName"] = "kind"


@breaking
def event_no_longer_ends(d: Document) -> None:
    schema(d, "StreamEvent")["x-stream-ends"].remove("run_cancelled")


@breaking
def event_no_longer_fails(d: Document) -> None:
    schema(d, "StreamEvent")["x-stream-failures"].remove("run_failed")


# The whole


@breaking
def key_header_renamed(d: Document) -> None:
    d["components"]["securitySchemes"]["APIKeyHeader"]["name"] = "X-Token"


@breaking
def security_replaced(d: Document) -> None:
    d["components"]["securitySchemes"]["Bearer"] = {"type": "http", "scheme": "bearer"}
    d["security"] = [{"Bearer": []}]


@breaking
def key_made_optional_for_one_operation(d: Document) -> None:
    operation(d, "/threads", "get")["security"] = [*d["security"], {}]


@breaking
def key_no_longer_needed_for_one_operation(d: Document) -> None:
    operation(d, "/assistants", "get")["security"] = []


@breaking
def another_key_for_one_operation(d: Document) -> None:
    operation(d, "/assistants", "post")["security"] = [{"Bearer": []}]


@additive
def another_key_is_enough(d: Document) -> None:
    d["security"] = [*d["security"], {"Bearer": []}]


@breaking
def first_server_changed(d: Document) -> None:
    d["servers"][0]["url"] = "https://api.backboard.io"


@breaking
def servers_swapped(d: Document) -> None:
    d["servers"].reverse()


@breaking
def keys_no_longer_honoured(d: Document) -> None:
    d["servers"][1]["x-idempotency"] = "unproven"


@breaking
def schema_renamed(d: Document) -> None:
    schemas = d["components"]["schemas"]
    schemas["AnswerStatus"] = schemas.pop("MessageStatus")
    rename(d, "#/components/schemas/MessageStatus", "#/components/schemas/AnswerStatus")


def rename(node: Any, old: str, new: str) -> None:
    """Points every reference to another place."""
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        rename(value, old, new)
    if isinstance(node, dict) and node.get("$ref") == old:
        node["$ref"] = new


@editorial
def description_changed(d: Document) -> None:
    operation(d, "/threads", "get")["description"] = "Returns threads."


@editorial
def summary_changed(d: Document) -> None:
    operation(d, "/threads", "get")["summary"] = "List all threads"


@editorial
def example_changed(d: Document) -> None:
    d["components"]["examples"]["CreateMinimal"]["value"]["name"] = "Another"


@editorial
def tag_description_changed(d: Document) -> None:
    d["tags"][0]["description"] = "Assistants."


@editorial
def fields_reordered(d: Document) -> None:
    message = schema(d, "Message")
    message["properties"] = dict(reversed(message["properties"].items()))


@editorial
def nothing_changed(d: Document) -> None:
    pass

"""Changes of every kind, planted in the document, with the part of the version that each must raise."""

import copy
from collections.abc import Callable
from typing import Any

from tests.contract.document import document

Document = dict[str, Any]
PLANTED: list[tuple[str, str, Callable[[Document], object]]] = []


def breaking(edit: Callable[[Document], object]) -> None:
    PLANTED.append((edit.__name__, "breaking", edit))


def additive(edit: Callable[[Document], object]) -> None:
    PLANTED.append((edit.__name__, "additive", edit))


def editorial(edit: Callable[[Document], object]) -> None:
    PLANTED.append((edit.__name__, "editorial", edit))


def planted(edit: Callable[[Document], object]) -> Document:
    """A copy of the document with one change."""
    changed = copy.deepcopy(document())
    edit(changed)
    return changed


def operation(d: Document, path: str, method: str) -> Document:
    found: Document = d["paths"][path][method]
    return found


def schema(d: Document, name: str) -> Document:
    found: Document = d["components"]["schemas"][name]
    return found


def parameter(d: Document, name: str) -> Document:
    found: Document = d["components"]["parameters"][name]
    return found


# Operations and paths


@breaking
def operation_removed(d: Document) -> None:
    del d["paths"]["/threads/{thread_id}"]["delete"]


@breaking
def path_renamed(d: Document) -> None:
    d["paths"]["/conversations"] = d["paths"].pop("/threads")


@breaking
def operation_renamed(d: Document) -> None:
    operation(d, "/threads", "get")["operationId"] = "listConversations"


@additive
def operation_added(d: Document) -> None:
    d["paths"]["/threads"]["head"] = {**operation(d, "/threads", "get"), "operationId": "countThreads"}


@additive
def operation_deprecated(d: Document) -> None:
    operation(d, "/threads", "get")["deprecated"] = True


# Parameters


@breaking
def parameter_removed(d: Document) -> None:
    operation(d, "/threads", "get")["parameters"].pop(1)


@breaking
def parameter_renamed(d: Document) -> None:
    parameter(d, "Limit")["name"] = "count"


@breaking
def parameter_required(d: Document) -> None:
    parameter(d, "Limit")["required"] = True


@breaking
def required_parameter_added(d: Document) -> None:
    new = {"name": "order", "in": "query", "required": True, "schema": {"type": "string"}}
    operation(d, "/threads", "get")["parameters"].append(new)


@additive
def optional_parameter_added(d: Document) -> None:
    operation(d, "/threads", "get")["parameters"].append({"name": "q", "in": "query", "schema": {"type": "string"}})


@breaking
def parameter_default_changed(d: Document) -> None:
    parameter(d, "Limit")["schema"]["default"] = 50


@breaking
def parameter_maximum_lowered(d: Document) -> None:
    parameter(d, "Limit")["schema"]["maximum"] = 100


@additive
def parameter_maximum_raised(d: Document) -> None:
    parameter(d, "Limit")["schema"]["maximum"] = 500


# Request bodies


@breaking
def request_media_type_removed(d: Document) -> None:
    del operation(d, "/threads/messages", "post")["requestBody"]["content"]["multipart/form-data"]


@additive
def request_media_type_added(d: Document) -> None:
    content = operation(d, "/threads/tool-outputs", "post")["requestBody"]["content"]
    content["application/x-www-form-urlencoded"] = content["application/json"]


@breaking
def request_body_required(d: Document) -> None:
    operation(d, "/assistants/{assistant_id}/clone", "post")["requestBody"]["required"] = True


@breaking
def request_field_required(d: Document) -> None:
    schema(d, "CloneAssistant")["required"] = ["name"]


@breaking
def request_field_removed(d: Document) -> None:
    del schema(d, "CloneAssistant")["properties"]["copy_memories"]


@breaking
def request_field_renamed(d: Document) -> None:
    properties = schema(d, "CloneAssistant")["properties"]
    properties["with_memories"] = properties.pop("copy_memories")


@additive
def request_field_added(d: Document) -> None:
    schema(d, "CloneAssistant")["properties"]["copy_threads"] = {"type": "boolean", "description": "Threads too."}


@breaking
def request_length_lowered(d: Document) -> None:
    schema(d, "JsonArrayText")["maxLength"] = 100


@breaking
def request_least_length_raised(d: Document) -> None:
    schema(d, "ToolOutput")["properties"]["tool_call_id"]["minLength"] = 3


@additive
def request_length_raised(d: Document) -> None:
    schema(d, "JsonArrayText")["maxLength"] *= 2


@breaking
def request_items_lowered(d: Document) -> None:
    schema(d, "ToolOutputs")["properties"]["tool_outputs"]["maxItems"] = 16


@breaking
def request_pattern_added(d: Document) -> None:
    schema(d, "CloneAssistant")["properties"]["name"]["pattern"] = "^[a-z]+$"


@breaking
def request_pattern_changed(d: Document) -> None:
    schema(d, "MessageFields")["properties"]["web_search"]["pattern"] = "^off$"


@breaking
def request_choice_removed(d: Document) -> None:
    schema(d, "ChatFields")["allOf"][1]["properties"]["operation"]["enum"].remove("generate_video")


@additive
def request_choice_added(d: Document) -> None:
    schema(d, "ChatFields")["allOf"][1]["properties"]["operation"]["enum"].append("generate_music")


@breaking
def request_null_refused(d: Document) -> None:
    schema(d, "CloneAssistant")["properties"]["name"]["type"] = "string"


@breaking
def request_format_added(d: Document) -> None:
    schema(d, "CloneAssistant")["properties"]["name"]["format"] = "uuid"


@breaking
def request_default_changed(d: Document) -> None:
    schema(d, "CloneAssistant")["properties"]["copy_memories"]["default"] = False


@breaking
def request_default_removed(d: Document) -> None:
    del schema(d, "CloneAssistant")["properties"]["copy_memories"]["default"]


@breaking
def request_field_read_only(d: Document) -> None:
    schema(d, "CloneAssistant")["properties"]["copy_documents"]["readOnly"] = True


@editorial
def request_field_write_only(d: Document) -> None:
    schema(d, "ToolOutput")["properties"]["output"]["writeOnly"] = True


@breaking
def field_of_both_sides_read_only(d: Document) -> None:
    schema(d, "FunctionParameters")["properties"]["required"]["readOnly"] = True


@breaking
def part_content_type_changed(d: Document) -> None:
    form(d)["encoding"]["files"]["contentType"] = "image/png"


@breaking
def part_content_type_added(d: Document) -> None:
    form(d)["encoding"]["content"] = {"contentType": "text/markdown"}


@breaking
def part_content_type_removed(d: Document) -> None:
    content = operation(d, "/threads/messages", "post")["requestBody"]["content"]
    del content["multipart/form-data"]["encoding"]["audio_file"]["contentType"]


@breaking
def part_encoding_removed(d: Document) -> None:
    content = operation(d, "/threads/messages", "post")["requestBody"]["content"]
    del content["multipart/form-data"]["encoding"]["input_video"]


def form(d: Document) -> Document:
    content: Document = operation(d, "/threads/{thread_id}/messages", "post")["requestBody"]["content"]
    found: Document = content["multipart/form-data"]
    return found


@breaking
def body_limit_lowered(d: Document) -> None:
    d["x-body-limits"]["application/json"] = 1000


@additive
def body_limit_raised(d: Document) -> None:
    d["x-body-limits"]["application/json"] *= 2


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
def key_made_optional(d: Document) -> None:
    d["security"] = [*d["security"], {}]


@breaking
def key_no_longer_needed(d: Document) -> None:
    d["security"] = []


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

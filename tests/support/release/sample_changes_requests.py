"""Changes of operations, and of what a client sends."""

from tests.support.release.sample_changes import Document, additive, breaking, editorial, operation, parameter, schema

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
    operation(d, "/assistants", "get")["parameters"].append(new)


@additive
def optional_parameter_added(d: Document) -> None:
    new = {"name": "q", "in": "query", "schema": {"type": "string"}}
    operation(d, "/assistants/{assistant_id}/threads", "get")["parameters"].append(new)


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
    schema(d, "CreateAssistant")["allOf"][2]["properties"]["tok_k"]["default"] = 20


@breaking
def request_default_removed(d: Document) -> None:
    del schema(d, "ChatFields")["allOf"][1]["properties"]["operation"]["default"]


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

"""SECURITY.md: each of its promises, and the tests that hold it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS: dict[str, list[str]] = {
    "Keys": [
        "tests/server/http/test_authentication.py::test_only_the_digest_of_a_key_is_stored",
        "tests/server/http/test_authentication.py::test_key_is_in_no_log_line",
        "tests/server/http/test_authentication.py::test_wrong_keys_of_one_address_are_delayed_beyond_a_burst",
        "tests/server/http/test_authentication.py::test_valid_key_is_never_delayed_by_wrong_ones",
        "tests/server/http/test_app.py::test_revoked_key_is_refused_at_once",
        "tests/server/http/test_sse.py::test_revoked_key_ends_its_streams_and_no_others",
        "tests/server/http/test_sse.py::test_revoked_key_ends_a_response_that_is_still_being_made",
        "tests/server/test_cli.py::test_a_new_database_gets_a_first_key_shown_once",
        "tests/client/calls/test_credentials.py::test_api_key_is_in_no_repr",
        "tests/client/calls/test_credentials.py::test_pickled_client_carries_its_api_key",
        "tests/client/calls/test_errors.py::test_no_error_holds_the_api_key",
    ],
    "Accounts": [
        "tests/server/http/test_accounts.py::test_operation_with_an_id_of_another_account_is_404",
        "tests/end_to_end/test_conformance.py::test_another_accounts_resources_look_like_none",
    ],
    "The network": [
        "tests/server/test_options.py::test_help_names_every_option_and_its_default",
        "tests/server/http/test_authentication.py::test_server_without_keys_refuses_to_start_elsewhere",
        "tests/server/http/test_authentication.py::test_key_of_the_environment_is_for_loopback_only",
        "tests/server/http/test_hosts.py::test_server_on_loopback_serves_its_own_names_unless_told",
        "tests/server/http/test_hosts.py::test_other_host_is_refused_on_every_path",
    ],
    "Requests": [
        "tests/server/http/http11/test_request_smuggling.py::test_ambiguous_request_is_refused_once",
        "tests/server/http/http11/test_request_smuggling.py::test_trailer_is_never_a_header",
        "tests/server/http/http11/test_protocol.py::test_head_not_ended_in_time_is_408",
        "tests/server/http/http11/test_protocol.py::test_body_without_a_byte_for_long_is_408",
        "tests/server/http/http11/test_protocol.py::test_connections_beyond_the_limit_are_503_and_logged",
        "tests/server/openapi/test_limits.py::test_json_levels_bound_bodies_and_json_text_in_forms",
        "tests/server/openapi/test_limits.py::test_json_values_bound_bodies_and_json_text_in_forms",
        "tests/server/openapi/test_limits.py::test_form_fields_bound_multipart_forms",
        "tests/server/openapi/test_limits.py::test_query_fields_bound_a_query",
        "tests/server/openapi/test_limits.py::test_head_bytes_bound_a_head",
        "tests/server/openapi/test_linear_time.py::test_work_is_linear_in_the_length",
    ],
    "Bodies": [
        "tests/server/operations/test_response_fields.py::test_files_are_not_read",
        "tests/server/runs/test_turns.py::test_files_are_stored_whole_and_listed",
    ],
    "Other accounts": [
        "tests/server/http/test_budgets.py::test_uploads_in_flight_are_bounded",
        "tests/server/http/test_budgets.py::test_slow_readers_of_large_responses_are_bounded",
        "tests/server/http/test_budgets.py::test_open_streams_are_bounded",
        "tests/server/http/test_budgets.py::test_nothing_is_done_while_responses_are_unread",
        "tests/server/operations/test_large_responses.py::test_large_response_is_never_in_memory_as_a_whole",
        "tests/server/runs/test_run_bounds.py::test_runs_at_work_are_bounded_and_nothing_is_stored_beyond",
    ],
    "Responses": [
        "tests/server/http/test_app.py::test_response_with_an_etag_is_revalidated_and_private",
        "tests/server/http/test_app.py::test_other_responses_to_a_key_are_not_stored",
    ],
    "The database": [
        "tests/server/store/test_database_file.py::test_new_database_whatever_the_umask_is_of_its_owner_alone",
        "tests/server/store/test_database_file.py::test_symbolic_link_to_a_served_database_is_in_use",
        "tests/server/store/test_database_file.py::test_hard_link_to_a_database_is_refused",
        "tests/server/store/test_database_file.py::test_served_database_without_its_lock_file_is_in_use",
    ],
    "What goes out": [
        "tests/client/calls/test_retries.py::test_redirect_is_not_followed_and_the_api_key_not_sent",
        "tests/client/calls/test_retries.py::test_redirect_of_http_client_is_followed_without_the_api_key",
        "tests/server/responders/test_secrets.py::test_key_is_in_no_database_log_export_or_answer",
    ],
    "The pages": [
        "tests/server/http/test_service_routes.py::test_docs_page_loads_everything_from_this_server",
        "tests/world/browser/test_page.py::test_page_fits_its_window_loads_nothing_from_outside_and_does_not_complain",
    ],
}


def test_every_promise_has_its_tests() -> None:
    promised = (ROOT / "SECURITY.md").read_text().split("## What is promised")[1].split("## What is not")[0]
    assert re.findall(r"^- \*\*(.+?)\.\*\*", promised, re.MULTILINE) == list(TESTS)


def test_every_test_of_a_promise_exists() -> None:
    missing = []
    for test in [test for tests in TESTS.values() for test in tests]:
        path, _, name = test.partition("::")
        if not re.search(rf"\bdef {name}\(", (ROOT / path).read_text()):
            missing.append(test)
    assert missing == []

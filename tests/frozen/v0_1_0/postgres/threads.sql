CREATE SCHEMA backboard_threads;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: api_keys; Type: TABLE; Schema: backboard_threads; Owner: -
--

CREATE TABLE backboard_threads.api_keys (
    digest bytea NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    account_id text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    revoked_at bigint
);


--
-- Name: assistants; Type: TABLE; Schema: backboard_threads; Owner: -
--

CREATE TABLE backboard_threads.assistants (
    assistant_id text NOT NULL COLLATE pg_catalog."C",
    account_id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    is_default bigint NOT NULL,
    body text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: files; Type: TABLE; Schema: backboard_threads; Owner: -
--

CREATE TABLE backboard_threads.files (
    document_id text NOT NULL COLLATE pg_catalog."C",
    thread bigint NOT NULL,
    version bigint NOT NULL,
    filename text NOT NULL COLLATE pg_catalog."C",
    content_type text NOT NULL COLLATE pg_catalog."C",
    content bytea NOT NULL
);


--
-- Name: idempotency_keys; Type: TABLE; Schema: backboard_threads; Owner: -
--

CREATE TABLE backboard_threads.idempotency_keys (
    account_id text NOT NULL COLLATE pg_catalog."C",
    idempotency_key text NOT NULL COLLATE pg_catalog."C",
    fingerprint bytea NOT NULL,
    created_at bigint NOT NULL,
    thread bigint,
    assistant_id text COLLATE pg_catalog."C",
    streamed bigint NOT NULL,
    run_id text COLLATE pg_catalog."C",
    first_event bigint,
    version bigint,
    body text COLLATE pg_catalog."C"
);


--
-- Name: messages; Type: TABLE; Schema: backboard_threads; Owner: -
--

CREATE TABLE backboard_threads.messages (
    thread bigint NOT NULL,
    version bigint NOT NULL,
    body text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: places; Type: TABLE; Schema: backboard_threads; Owner: -
--

CREATE TABLE backboard_threads.places (
    thread bigint NOT NULL,
    place bigint NOT NULL,
    owner text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: processes; Type: TABLE; Schema: backboard_threads; Owner: -
--

CREATE TABLE backboard_threads.processes (
    owner text NOT NULL COLLATE pg_catalog."C",
    beat bigint NOT NULL
);


--
-- Name: run_events; Type: TABLE; Schema: backboard_threads; Owner: -
--

CREATE TABLE backboard_threads.run_events (
    run_id text NOT NULL COLLATE pg_catalog."C",
    first_event bigint NOT NULL,
    last_event bigint NOT NULL,
    lines text NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: runs; Type: TABLE; Schema: backboard_threads; Owner: -
--

CREATE TABLE backboard_threads.runs (
    run_id text NOT NULL COLLATE pg_catalog."C",
    thread bigint NOT NULL,
    status text NOT NULL COLLATE pg_catalog."C",
    leg bigint NOT NULL,
    owner text NOT NULL COLLATE pg_catalog."C",
    settings text NOT NULL COLLATE pg_catalog."C",
    awaited text COLLATE pg_catalog."C",
    asked_at bigint,
    last_event bigint NOT NULL,
    idempotency_key text COLLATE pg_catalog."C",
    started_at bigint NOT NULL,
    ended_at bigint,
    has_log bigint NOT NULL,
    cancel_asked bigint DEFAULT 0 NOT NULL
);


--
-- Name: schema_version; Type: TABLE; Schema: backboard_threads; Owner: -
--

CREATE TABLE backboard_threads.schema_version (
    version bigint NOT NULL
);


--
-- Name: threads; Type: TABLE; Schema: backboard_threads; Owner: -
--

CREATE TABLE backboard_threads.threads (
    thread bigint NOT NULL,
    thread_id text NOT NULL COLLATE pg_catalog."C",
    account_id text NOT NULL COLLATE pg_catalog."C",
    assistant_id text NOT NULL COLLATE pg_catalog."C",
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    version bigint NOT NULL,
    message_count bigint NOT NULL,
    first_user_message text COLLATE pg_catalog."C",
    title text COLLATE pg_catalog."C",
    metadata text NOT NULL COLLATE pg_catalog."C",
    active_run text COLLATE pg_catalog."C"
);


--
-- Name: threads_thread_seq; Type: SEQUENCE; Schema: backboard_threads; Owner: -
--

ALTER TABLE backboard_threads.threads ALTER COLUMN thread ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME backboard_threads.threads_thread_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Data for Name: api_keys; Type: TABLE DATA; Schema: backboard_threads; Owner: -
--

INSERT INTO backboard_threads.api_keys VALUES ('\x4e6cfeb51134d381117815033fe56c2bff61ea81982dfed91f385392803b6790', 'first', 'default', 1795968860556, NULL);
INSERT INTO backboard_threads.api_keys VALUES ('\x3c9f89782d7fe618a236a95bfd5bb9a3ef44da532c563a0e2dbf68b4080a5c07', 'second', 'second', 1795968860660, NULL);
INSERT INTO backboard_threads.api_keys VALUES ('\x9448711c0d4e4e3389bc5907b75cb1fb2414d14946e3db96475428c50975cfeb', 'crashed', 'crashed', 1795968860755, NULL);
INSERT INTO backboard_threads.api_keys VALUES ('\x530ff6565e61cd5898e58e4ee8bec543a1d50f9a665040c5d962b427de023357', 'own', '01a22816-031a-71a4-b037-f3a958e77bb7', 1795968860954, NULL);
INSERT INTO backboard_threads.api_keys VALUES ('\x63d8d923953f892c2ef1cad4300a2a082c2d89fa0d934cb88d7b8dd963b655e5', 'revoked', 'default', 1795968860858, 1795968861057);


--
-- Data for Name: assistants; Type: TABLE DATA; Schema: backboard_threads; Owner: -
--

INSERT INTO backboard_threads.assistants VALUES ('01a22816-0480-7589-9cf3-ecb4a49d2ecc', 'default', 'Idle', 1795968861312, 0, '{"assistant_id":"01a22816-0480-7589-9cf3-ecb4a49d2ecc","name":"Idle","description":null,"system_prompt":null,"tools":null,"tok_k":10,"custom_fact_extraction_prompt":null,"custom_update_memory_prompt":null,"embedding_provider":null,"embedding_model_name":null,"embedding_dims":null,"created_at":"2026-11-29T16:14:21.312Z"}');
INSERT INTO backboard_threads.assistants VALUES ('01a22816-0482-736d-8432-8f022e696e58', 'default', 'Idle', 1795968861314, 0, '{"assistant_id":"01a22816-0482-736d-8432-8f022e696e58","name":"Idle","description":null,"system_prompt":null,"tools":null,"tok_k":10,"custom_fact_extraction_prompt":null,"custom_update_memory_prompt":null,"embedding_provider":null,"embedding_model_name":null,"embedding_dims":null,"created_at":"2026-11-29T16:14:21.314Z"}');
INSERT INTO backboard_threads.assistants VALUES ('01a22816-0477-77df-969d-6ce409966eda', 'default', 'Guide é', 1795968861303, 0, '{"assistant_id":"01a22816-0477-77df-969d-6ce409966eda","name":"Guide é","description":"Knows the way","system_prompt":"Be brief.","tools":[{"type":"function","function":{"name":"look","description":"Do look","parameters":{"type":"object","properties":{"place":{"type":"string","description":"A town","enum":["Oslo","Rome"]}},"required":["place"]}}},{"type":"function","function":{"name":"listen","description":"Do listen","parameters":{"type":"object","properties":{"place":{"type":"string","description":"A town","enum":["Oslo","Rome"]}},"required":["place"]}},"more":{"kept":[1,2.5,null]}}],"tok_k":5,"custom_fact_extraction_prompt":"facts","custom_update_memory_prompt":"memory","embedding_provider":"openai","embedding_model_name":"text-embedding-3-small","embedding_dims":1536,"created_at":"2026-11-29T16:14:21.303Z"}');
INSERT INTO backboard_threads.assistants VALUES ('01a22816-048d-76f1-afc0-f7463c1f8a14', 'default', 'Guide é Copy', 1795968861325, 0, '{"assistant_id":"01a22816-048d-76f1-afc0-f7463c1f8a14","name":"Guide é Copy","description":"Knows the way","system_prompt":"Be brief.","tools":[{"type":"function","function":{"name":"look","description":"Do look","parameters":{"type":"object","properties":{"place":{"type":"string","description":"A town","enum":["Oslo","Rome"]}},"required":["place"]}}},{"type":"function","function":{"name":"listen","description":"Do listen","parameters":{"type":"object","properties":{"place":{"type":"string","description":"A town","enum":["Oslo","Rome"]}},"required":["place"]}},"more":{"kept":[1,2.5,null]}}],"tok_k":5,"custom_fact_extraction_prompt":"facts","custom_update_memory_prompt":"memory","embedding_provider":"openai","embedding_model_name":"text-embedding-3-small","embedding_dims":1536,"created_at":"2026-11-29T16:14:21.325Z"}');
INSERT INTO backboard_threads.assistants VALUES ('01a22816-04aa-7614-8fb8-1cdbf346e50c', 'default', 'Copy', 1795968861354, 0, '{"assistant_id":"01a22816-04aa-7614-8fb8-1cdbf346e50c","name":"Copy","description":"Knows the way","system_prompt":"Copied.","tools":[{"type":"function","function":{"name":"look","description":"Do look","parameters":{"type":"object","properties":{"place":{"type":"string","description":"A town","enum":["Oslo","Rome"]}},"required":["place"]}}},{"type":"function","function":{"name":"listen","description":"Do listen","parameters":{"type":"object","properties":{"place":{"type":"string","description":"A town","enum":["Oslo","Rome"]}},"required":["place"]}},"more":{"kept":[1,2.5,null]}}],"tok_k":5,"custom_fact_extraction_prompt":"facts","custom_update_memory_prompt":"memory","embedding_provider":"openai","embedding_model_name":"text-embedding-3-small","embedding_dims":1536,"created_at":"2026-11-29T16:14:21.354Z"}');
INSERT INTO backboard_threads.assistants VALUES ('01a22816-0821-71d9-82d6-ddd58f1ed5b4', 'default', 'Default', 1795968862241, 1, '{"assistant_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b4","name":"Default","description":null,"system_prompt":null,"tools":null,"tok_k":10,"custom_fact_extraction_prompt":null,"custom_update_memory_prompt":null,"embedding_provider":null,"embedding_model_name":null,"embedding_dims":null,"created_at":"2026-11-29T16:14:22.241Z"}');
INSERT INTO backboard_threads.assistants VALUES ('01a22816-0852-779b-b8a2-a42012d652ca', 'second', 'Mine', 1795968862290, 0, '{"assistant_id":"01a22816-0852-779b-b8a2-a42012d652ca","name":"Mine","description":null,"system_prompt":null,"tools":[{"type":"function","function":{"name":"look","description":"Do look","parameters":{"type":"object","properties":{"place":{"type":"string","description":"A town","enum":["Oslo","Rome"]}},"required":["place"]}}}],"tok_k":10,"custom_fact_extraction_prompt":null,"custom_update_memory_prompt":null,"embedding_provider":null,"embedding_model_name":null,"embedding_dims":null,"created_at":"2026-11-29T16:14:22.290Z"}');
INSERT INTO backboard_threads.assistants VALUES ('01a22816-0add-7718-8580-50848a3a9d0c', 'default', 'Thinker', 1795968862941, 0, '{"assistant_id":"01a22816-0add-7718-8580-50848a3a9d0c","name":"Thinker","description":"Thinks","system_prompt":null,"tools":[{"type":"function","function":{"name":"look","description":"Do look","parameters":{"type":"object","properties":{"place":{"type":"string","description":"A town","enum":["Oslo","Rome"]}},"required":["place"]}}},{"type":"function","function":{"name":"listen","description":"Do listen","parameters":{"type":"object","properties":{"place":{"type":"string","description":"A town","enum":["Oslo","Rome"]}},"required":["place"]}}}],"tok_k":10,"custom_fact_extraction_prompt":null,"custom_update_memory_prompt":null,"embedding_provider":null,"embedding_model_name":null,"embedding_dims":null,"created_at":"2026-11-29T16:14:22.941Z"}');
INSERT INTO backboard_threads.assistants VALUES ('01a22816-0d69-7017-ab16-3b9db2539eed', 'crashed', 'Default', 1795968863593, 1, '{"assistant_id":"01a22816-0d69-7017-ab16-3b9db2539eed","name":"Default","description":null,"system_prompt":null,"tools":null,"tok_k":10,"custom_fact_extraction_prompt":null,"custom_update_memory_prompt":null,"embedding_provider":null,"embedding_model_name":null,"embedding_dims":null,"created_at":"2026-11-29T16:14:23.593Z"}');


--
-- Data for Name: files; Type: TABLE DATA; Schema: backboard_threads; Owner: -
--

INSERT INTO backboard_threads.files VALUES ('01a22816-04dd-7262-a209-2d7b10d349ee', 2, 6, 'notes é.txt', 'text/plain', '\x536f6d65206e6f74657320c3a90a');
INSERT INTO backboard_threads.files VALUES ('01a22816-04dd-7262-a209-2d7b10d349ef', 2, 6, 'picture.bin', 'application/octet-stream', '\x78797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff');
INSERT INTO backboard_threads.files VALUES ('01a22816-04e2-72c6-8ba3-6c2e1357e722', 2, 8, 'notes é.txt', 'text/plain', '\x536f6d65206e6f74657320c3a90a');
INSERT INTO backboard_threads.files VALUES ('01a22816-0525-7412-8b11-64095159c75c', 7, 7, 'f.bin', 'application/octet-stream', '\xc8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff');
INSERT INTO backboard_threads.files VALUES ('01a22816-0846-73b1-8d4f-602bddce65db', 11, 6, 'voice.wav', 'audio/wav', '\x52494646');
INSERT INTO backboard_threads.files VALUES ('01a22816-0846-73b1-8d4f-602bddce65dc', 11, 6, 'r', 'text/plain', '\x');
INSERT INTO backboard_threads.files VALUES ('01a22816-08f6-76c4-af7f-07b5501e0685', 5, 2, 'files', 'application/octet-stream', '\x6e6f2066696c65');


--
-- Data for Name: idempotency_keys; Type: TABLE DATA; Schema: backboard_threads; Owner: -
--

INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'create-guide', '\x4ef7c3f3dbacf1e6700b4ce18592374c768a3b23baab8f42ad8c8c55e754b585', 1795968861303, NULL, '01a22816-0477-77df-969d-6ce409966eda', 0, NULL, NULL, NULL, '{"assistant_id":"01a22816-0477-77df-969d-6ce409966eda","name":"Guide é","description":"Knows the way","system_prompt":"Be short.","tools":[{"type":"function","function":{"name":"look","description":"Do look","parameters":{"type":"object","properties":{"place":{"type":"string","description":"A town","enum":["Oslo","Rome"]}},"required":["place"]}}},{"type":"function","function":{"name":"listen","description":"Do listen","parameters":{"type":"object","properties":{"place":{"type":"string","description":"A town","enum":["Oslo","Rome"]}},"required":["place"]}},"more":{"kept":[1,2.5,null]}}],"tok_k":5,"custom_fact_extraction_prompt":"facts","custom_update_memory_prompt":"memory","embedding_provider":"openai","embedding_model_name":"text-embedding-3-small","embedding_dims":1536,"created_at":"2026-11-29T16:14:21.303Z"}');
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'clone-guide', '\x4a68159203ae5b6e79c9d9e0400249569eb2f1ee9dbe2f0f9a54a8103ed1e03b', 1795968861354, NULL, '01a22816-04aa-7614-8fb8-1cdbf346e50c', 0, NULL, NULL, NULL, '{"assistant":{"assistant_id":"01a22816-04aa-7614-8fb8-1cdbf346e50c","name":"Copy","description":"Knows the way","system_prompt":"Copied.","tools":[{"type":"function","function":{"name":"look","description":"Do look","parameters":{"type":"object","properties":{"place":{"type":"string","description":"A town","enum":["Oslo","Rome"]}},"required":["place"]}}},{"type":"function","function":{"name":"listen","description":"Do listen","parameters":{"type":"object","properties":{"place":{"type":"string","description":"A town","enum":["Oslo","Rome"]}},"required":["place"]}},"more":{"kept":[1,2.5,null]}}],"tok_k":5,"custom_fact_extraction_prompt":"facts","custom_update_memory_prompt":"memory","embedding_provider":"openai","embedding_model_name":"text-embedding-3-small","embedding_dims":1536,"created_at":"2026-11-29T16:14:21.354Z"},"documents_cloned":0,"memories_cloned":0}');
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'create-thread', '\xe118aeab7509494eed8071fcfd3f6b0b15f0dd933946e288c50298026ea90231', 1795968861356, 2, NULL, 0, NULL, NULL, NULL, '{"thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","created_at":"2026-11-29T16:14:21.356Z","messages":[],"metadata_":{}}');
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'stored-stream', '\xca16a7f5a5326570861a8141ff86dc582c2fdab644dd786650ba28db35c1f9f9', 1795968861461, 7, NULL, 1, NULL, NULL, 4, '{"type":"user_message","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-0515-740f-b1e7-abe2becd6edf","content":"kept once"}
{"type":"run_ended","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-0515-740f-b1e7-abe2becd6edf","status":"completed","message":"Message added"}');
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'send-key', '\x7bff6d1ca63b20c427cee00b8c78904fb77f9709f9b6efb08aa7337f6dc840be', 1795968861467, 7, NULL, 0, 'run_01a22816-051b-726f-88f8-3496f567f214', 1, 6, '{"message":"Message added","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","content":"I have seen 4 messages of this thread. You began with: \"kept only\"","message_id":"01a22816-051b-726f-88f8-3496f567f215","role":"assistant","status":"COMPLETED","tool_calls":null,"run_id":"run_01a22816-051b-726f-88f8-3496f567f214","memory_operation_id":null,"retrieved_memories":null,"retrieved_files":null,"reasoning":null,"model_provider":"offline","model_name":"offline","input_tokens":null,"output_tokens":null,"total_tokens":null,"created_at":"2026-11-29T16:14:21.467Z","attachments":null,"voice_records":null,"system_one":null,"generated_media":null,"context_usage":null,"timestamp":"2026-11-29T16:14:21.468Z"}');
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'upload-key', '\x062b2f41fb836787176c80126e8fc6ceb62577b12f479ee552e13863ce38be48', 1795968861477, 7, NULL, 0, 'run_01a22816-0525-7412-8b11-64095159c75e', 1, 8, '{"message":"Message added","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","content":"uploaded","message_id":"01a22816-0526-7501-81c1-be4238cb15cd","role":"assistant","status":"COMPLETED","tool_calls":null,"run_id":"run_01a22816-0525-7412-8b11-64095159c75e","memory_operation_id":null,"retrieved_memories":null,"retrieved_files":null,"reasoning":null,"model_provider":"offline","model_name":"offline","input_tokens":null,"output_tokens":null,"total_tokens":null,"created_at":"2026-11-29T16:14:21.478Z","attachments":[{"document_id":"01a22816-0525-7412-8b11-64095159c75c","filename":"f.bin","status":"indexed","file_size_bytes":56,"summary":null}],"voice_records":null,"system_one":null,"generated_media":null,"context_usage":null,"timestamp":"2026-11-29T16:14:21.478Z"}');
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'stream-key', '\xceced7d9c3760a178160a708b1524ba7d8ff5f9dff142327ccf500d19792fc1e', 1795968861486, 7, NULL, 1, 'run_01a22816-052e-72a2-bbef-85d99b1acc0e', 1, NULL, NULL);
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'fail-key', '\x1139b2ae4e0e7a644fd6a15953c82c18d3369630a235c9e8733490f8886861ca', 1795968862123, 7, NULL, 0, 'run_01a22816-07ab-73a7-b196-db331687321f', 1, 14, '{"message":"for a reason","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","content":"","message_id":"01a22816-07ac-7008-ac78-3afee7f82178","role":"assistant","status":"FAILED","tool_calls":null,"run_id":"run_01a22816-07ab-73a7-b196-db331687321f","memory_operation_id":null,"retrieved_memories":null,"retrieved_files":null,"reasoning":null,"model_provider":"offline","model_name":"offline","input_tokens":null,"output_tokens":null,"total_tokens":null,"created_at":"2026-11-29T16:14:22.124Z","attachments":null,"voice_records":null,"system_one":null,"generated_media":null,"context_usage":null,"timestamp":"2026-11-29T16:14:22.124Z"}');
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'outputs-key', '\x9f28ed1dc28184e3c591baba459cde7452231cba815d350c218ee9f19ed63fc7', 1795968862170, 8, NULL, 0, 'run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a', 8, 6, '{"message":"Tool outputs submitted","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","content":"look returned: rain\nlisten returned: birds é","message_id":"01a22816-07dc-758a-bad5-b4693c13403c","role":"assistant","status":"COMPLETED","tool_calls":null,"run_id":"run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a","memory_operation_id":null,"retrieved_memories":null,"retrieved_files":null,"reasoning":null,"model_provider":"offline","model_name":"offline","input_tokens":null,"output_tokens":null,"total_tokens":null,"created_at":"2026-11-29T16:14:22.172Z","attachments":null,"voice_records":null,"system_one":null,"generated_media":null,"context_usage":null,"timestamp":"2026-11-29T16:14:22.172Z"}');
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'streamed-outputs', '\x628106726c7c5caea00c53615c79d988c85e4cd64627ffffd2c22935c1889929', 1795968862187, 8, NULL, 1, 'run_01a22816-07e7-7785-accb-58904d0f0e51', 8, NULL, NULL);
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'latest-key', '\x1bfd9b36a6d408eff6653fa4ea25c7d3f80e027a0e21328363500e9bacabf13c', 1795968862199, 8, NULL, 1, 'run_01a22816-07f4-712e-b012-58dc385e2d69', 6, NULL, NULL);
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'cancelled-turn', '\x61b842d431544fbb4f365561cc26efdfd298688186ea8231fa26bf4b250006bf', 1795968862211, 8, NULL, 0, 'run_01a22816-0803-7423-b364-e94d9ba32b27', 1, 17, '{"message":"Tool outputs are required","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","content":"","message_id":"01a22816-0804-716f-9adf-6afe7c926445","role":"assistant","status":"REQUIRES_ACTION","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}],"run_id":"run_01a22816-0803-7423-b364-e94d9ba32b27","memory_operation_id":null,"retrieved_memories":null,"retrieved_files":null,"reasoning":null,"model_provider":"offline","model_name":"offline","input_tokens":null,"output_tokens":null,"total_tokens":null,"created_at":"2026-11-29T16:14:22.212Z","attachments":null,"voice_records":null,"system_one":null,"generated_media":null,"context_usage":null,"timestamp":"2026-11-29T16:14:22.212Z"}');
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'cancel-key', '\x006d2644e1fc41b82381f014bc59bda1c977c44d1d903af51f0cb0810b3b5f84', 1795968862215, 8, NULL, 0, NULL, NULL, NULL, '{"thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-0803-7423-b364-e94d9ba32b27","cancelled":true}');
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'waiting-turn', '\x3c2ae5a4127a6cbd8e5328eb4b907d0bf29eec9ce29db3337a81ccbb5e1a70d5', 1795968862234, 9, NULL, 0, 'run_01a22816-081a-768a-9e3b-ea17a8f6306f', 1, 3, '{"message":"Tool outputs are required","thread_id":"01a22816-0816-713d-a4e9-7641b6009101","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","content":"","message_id":"01a22816-081b-747c-932f-4f1d722e121f","role":"assistant","status":"REQUIRES_ACTION","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}],"run_id":"run_01a22816-081a-768a-9e3b-ea17a8f6306f","memory_operation_id":null,"retrieved_memories":null,"retrieved_files":null,"reasoning":null,"model_provider":"offline","model_name":"offline","input_tokens":null,"output_tokens":null,"total_tokens":null,"created_at":"2026-11-29T16:14:22.235Z","attachments":null,"voice_records":null,"system_one":null,"generated_media":null,"context_usage":null,"timestamp":"2026-11-29T16:14:22.235Z"}');
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'chat-key', '\xcf75b39bf460113d3c5a4420dc44daab1df02d373195c13779b69566e57f7c44', 1795968862241, 11, NULL, 0, 'run_01a22816-0822-73f1-a0f6-26d171373dc3', 1, 3, '{"message":"Message added","thread_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b3","assistant_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b4","content":"I have seen 1 message of this thread. You began with: \"No thread, no assistant\"","message_id":"01a22816-0822-73f1-a0f6-26d171373dc4","role":"assistant","status":"COMPLETED","tool_calls":null,"run_id":"run_01a22816-0822-73f1-a0f6-26d171373dc3","memory_operation_id":null,"retrieved_memories":null,"retrieved_files":null,"reasoning":null,"model_provider":"offline","model_name":"offline","input_tokens":null,"output_tokens":null,"total_tokens":null,"created_at":"2026-11-29T16:14:22.243Z","attachments":null,"voice_records":null,"system_one":null,"generated_media":null,"context_usage":null,"timestamp":"2026-11-29T16:14:22.243Z"}');
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'settled-key', '\xf30bd70364b5da4a4a5c458d080a0f2af8f5eda097ebdfa655395d24f6bb6260', 1795968862283, 19, NULL, 1, 'run_01a22816-084c-7219-89c0-90c9e218de23', 1, NULL, NULL);
INSERT INTO backboard_threads.idempotency_keys VALUES ('second', 'send-key', '\xac3207a77917175a83d284b27c357a097bde6a042a913810c6b470d7aa7491ba', 1795968862294, 20, NULL, 0, 'run_01a22816-0856-7351-845d-a64300785d67', 1, 3, '{"message":"Tool outputs are required","thread_id":"01a22816-0854-77ef-9b4e-def1a25ef351","assistant_id":"01a22816-0852-779b-b8a2-a42012d652ca","content":"","message_id":"01a22816-0857-73f8-bf4b-425efbd0623d","role":"assistant","status":"REQUIRES_ACTION","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}],"run_id":"run_01a22816-0856-7351-845d-a64300785d67","memory_operation_id":null,"retrieved_memories":null,"retrieved_files":null,"reasoning":null,"model_provider":"offline","model_name":"offline","input_tokens":null,"output_tokens":null,"total_tokens":null,"created_at":"2026-11-29T16:14:22.295Z","attachments":null,"voice_records":null,"system_one":null,"generated_media":null,"context_usage":null,"timestamp":"2026-11-29T16:14:22.296Z"}');
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'think-key', '\x6904327443b9efc580cf949ae8e96ded51e644ee16de32005201b569aa4341ad', 1795968862957, 21, NULL, 1, 'run_01a22816-0aed-713a-a745-437b1c479d0a', 1, NULL, NULL);
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'held-key', '\x1fed4871a2588b5757cc2602abc2193d88c6de636fe352bf138f7148859d21c6', 1795968863032, 23, NULL, 1, 'run_01a22816-0b38-73f8-9ae1-bb7522c389ef', 1, NULL, NULL);
INSERT INTO backboard_threads.idempotency_keys VALUES ('default', 'cancel-at-work', '\x4a2dddab236afc3a044cf0274070673c16fcbc9ad4debf6fc7ae2ffb4ad05f3b', 1795968863042, 23, NULL, 0, NULL, NULL, NULL, '{"thread_id":"01a22816-0b35-769d-83db-4a5c650ccb9c","run_id":"run_01a22816-0b38-73f8-9ae1-bb7522c389ef","cancelled":true}');


--
-- Data for Name: messages; Type: TABLE DATA; Schema: backboard_threads; Owner: -
--

INSERT INTO backboard_threads.messages VALUES (2, 2, '{"message_id":"01a22816-04d2-7542-ac1c-b497b03ec87c","role":"user","content":"My name is Ada\nand 😀 ","created_at":"2026-11-29T16:14:21.394Z","status":"COMPLETED","metadata_":{"a":[1,2.5,null,{"ü":true}]},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (2, 3, '{"message_id":"01a22816-04d4-7500-81b3-ce2108c2b92e","role":"assistant","content":"I have seen 1 message of this thread. You began with: \"My name is Ada\nand 😀 \"","created_at":"2026-11-29T16:14:21.396Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-04d2-7542-ac1c-b497b03ec87d"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (2, 4, '{"message_id":"01a22816-04d9-77ad-aa83-53477009d839","role":"user","content":"What is my name?","created_at":"2026-11-29T16:14:21.401Z","status":"COMPLETED","metadata_":{"form":1},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (2, 5, '{"message_id":"01a22816-04d9-77ad-aa83-53477009d83b","role":"assistant","content":"I have seen 3 messages of this thread. You began with: \"My name is Ada\nand 😀 \"","created_at":"2026-11-29T16:14:21.401Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-04d9-77ad-aa83-53477009d83a"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (2, 6, '{"message_id":"01a22816-04dd-7262-a209-2d7b10d349f0","role":"user","content":"With files","created_at":"2026-11-29T16:14:21.405Z","status":"COMPLETED","metadata_":{"files":2},"attachments":[{"document_id":"01a22816-04dd-7262-a209-2d7b10d349ee","filename":"notes é.txt","status":"indexed","file_size_bytes":14,"summary":null},{"document_id":"01a22816-04dd-7262-a209-2d7b10d349ef","filename":"picture.bin","status":"indexed","file_size_bytes":136,"summary":null}],"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (2, 7, '{"message_id":"01a22816-04de-723f-af6f-d1376adcb83b","role":"assistant","content":"I have seen 5 messages of this thread. You began with: \"My name is Ada\nand 😀 \"","created_at":"2026-11-29T16:14:21.406Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-04dd-7262-a209-2d7b10d349f1"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (2, 8, '{"message_id":"01a22816-04e2-72c6-8ba3-6c2e1357e723","role":"user","content":"","created_at":"2026-11-29T16:14:21.410Z","status":"COMPLETED","metadata_":null,"attachments":[{"document_id":"01a22816-04e2-72c6-8ba3-6c2e1357e722","filename":"notes é.txt","status":"indexed","file_size_bytes":14,"summary":null}],"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (2, 9, '{"message_id":"01a22816-04e2-72c6-8ba3-6c2e1357e725","role":"assistant","content":"I have seen 7 messages of this thread. You began with: \"My name is Ada\nand 😀 \"","created_at":"2026-11-29T16:14:21.410Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-04e2-72c6-8ba3-6c2e1357e724"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (2, 10, '{"message_id":"01a22816-04ec-70af-bc98-39880ecd1c02","role":"user","content":"/say fresh","created_at":"2026-11-29T16:14:21.420Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (2, 11, '{"message_id":"01a22816-04ec-70af-bc98-39880ecd1c04","role":"assistant","content":"fresh","created_at":"2026-11-29T16:14:21.420Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-04ec-70af-bc98-39880ecd1c03"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (2, 12, '{"message_id":"01a22816-04f0-72c6-84a4-660709e6e32f","role":"user","content":"/say any","created_at":"2026-11-29T16:14:21.424Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (2, 13, '{"message_id":"01a22816-04f0-72c6-84a4-660709e6e331","role":"assistant","content":"any","created_at":"2026-11-29T16:14:21.424Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-04f0-72c6-84a4-660709e6e330"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (7, 2, '{"message_id":"01a22816-0510-763a-a46a-5b01aef5ed3f","role":"user","content":"kept only","created_at":"2026-11-29T16:14:21.455Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (7, 3, '{"message_id":"01a22816-0512-7529-8af7-800b046fef99","role":"user","content":"kept too","created_at":"2026-11-29T16:14:21.458Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (7, 4, '{"message_id":"01a22816-0515-740f-b1e7-abe2becd6edf","role":"user","content":"kept once","created_at":"2026-11-29T16:14:21.461Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (7, 5, '{"message_id":"01a22816-051b-726f-88f8-3496f567f213","role":"user","content":"Hello","created_at":"2026-11-29T16:14:21.467Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (7, 6, '{"message_id":"01a22816-051b-726f-88f8-3496f567f215","role":"assistant","content":"I have seen 4 messages of this thread. You began with: \"kept only\"","created_at":"2026-11-29T16:14:21.467Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-051b-726f-88f8-3496f567f214"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (7, 7, '{"message_id":"01a22816-0525-7412-8b11-64095159c75d","role":"user","content":"/say uploaded","created_at":"2026-11-29T16:14:21.477Z","status":"COMPLETED","metadata_":null,"attachments":[{"document_id":"01a22816-0525-7412-8b11-64095159c75c","filename":"f.bin","status":"indexed","file_size_bytes":56,"summary":null}],"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (7, 8, '{"message_id":"01a22816-0526-7501-81c1-be4238cb15cd","role":"assistant","content":"uploaded","created_at":"2026-11-29T16:14:21.478Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0525-7412-8b11-64095159c75e"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (7, 9, '{"message_id":"01a22816-052e-72a2-bbef-85d99b1acc0d","role":"user","content":"/say Word by word, \"quoted\" é 😀","created_at":"2026-11-29T16:14:21.486Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (7, 10, '{"message_id":"01a22816-052e-72a2-bbef-85d99b1acc0f","role":"assistant","content":"Word by word, \"quoted\" é 😀","created_at":"2026-11-29T16:14:21.486Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-052e-72a2-bbef-85d99b1acc0e"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (7, 11, '{"message_id":"01a22816-0538-702b-a83c-1eb7ae4967e5","role":"user","content":"/slow 4 abcdefgh","created_at":"2026-11-29T16:14:21.496Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (7, 12, '{"message_id":"01a22816-0538-702b-a83c-1eb7ae4967e7","role":"assistant","content":"abcdefgh","created_at":"2026-11-29T16:14:21.496Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0538-702b-a83c-1eb7ae4967e6"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (7, 13, '{"message_id":"01a22816-07ab-73a7-b196-db331687321e","role":"user","content":"/fail for a reason","created_at":"2026-11-29T16:14:22.123Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (7, 14, '{"message_id":"01a22816-07ac-7008-ac78-3afee7f82178","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.124Z","status":"FAILED","metadata_":{"run_id":"run_01a22816-07ab-73a7-b196-db331687321f","error":"for a reason"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (7, 15, '{"message_id":"01a22816-07b0-73ec-89d4-df80d088c9b6","role":"user","content":"/fail streamed","created_at":"2026-11-29T16:14:22.128Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (7, 16, '{"message_id":"01a22816-07b0-73ec-89d4-df80d088c9b8","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.128Z","status":"FAILED","metadata_":{"run_id":"run_01a22816-07b0-73ec-89d4-df80d088c9b7","error":"streamed"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (7, 17, '{"message_id":"01a22816-07b4-7172-a7cd-b2412107f522","role":"user","content":"/call nothing {}","created_at":"2026-11-29T16:14:22.132Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (7, 18, '{"message_id":"01a22816-07b5-7533-b3ac-30fa7f18ae75","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.133Z","status":"FAILED","metadata_":{"run_id":"run_01a22816-07b4-7172-a7cd-b2412107f523","error":"There is no tool nothing; the tools of this turn are: look, listen"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (8, 2, '{"message_id":"01a22816-07c4-77bd-bfb4-96e5eb4d6e69","role":"user","content":"/call look {\"place\": \"Oslo\"} /call listen {\"place\": \"Rome\"}","created_at":"2026-11-29T16:14:22.148Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (8, 4, '{"message_id":"01a22816-07da-7339-b79f-050f130d773d","role":"tool","content":"rain","created_at":"2026-11-29T16:14:22.170Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a","tool_call_id":"call_1","tool_name":"look"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (8, 5, '{"message_id":"01a22816-07da-7339-b79f-050f130d773e","role":"tool","content":"birds é","created_at":"2026-11-29T16:14:22.170Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a","tool_call_id":"call_2","tool_name":"listen"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (8, 3, '{"message_id":"01a22816-07c5-7023-a99b-effa381b32e6","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.149Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}]},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (8, 6, '{"message_id":"01a22816-07dc-758a-bad5-b4693c13403c","role":"assistant","content":"look returned: rain\nlisten returned: birds é","created_at":"2026-11-29T16:14:22.172Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a","all_run_tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}]},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (8, 7, '{"message_id":"01a22816-07e6-73b7-9203-4aee566369c0","role":"user","content":"/call look {\"place\": \"Oslo\"} /call listen {\"place\": \"Rome\"}","created_at":"2026-11-29T16:14:22.182Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (8, 9, '{"message_id":"01a22816-07ea-7449-a0ac-f001eb556db3","role":"tool","content":"rain","created_at":"2026-11-29T16:14:22.187Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-07e7-7785-accb-58904d0f0e51","tool_call_id":"call_1","tool_name":"look"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (8, 10, '{"message_id":"01a22816-07ea-7449-a0ac-f001eb556db4","role":"tool","content":"birds é","created_at":"2026-11-29T16:14:22.187Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-07e7-7785-accb-58904d0f0e51","tool_call_id":"call_2","tool_name":"listen"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (8, 8, '{"message_id":"01a22816-07e7-7785-accb-58904d0f0e52","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.183Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-07e7-7785-accb-58904d0f0e51","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}]},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (8, 11, '{"message_id":"01a22816-07ec-71c3-a503-43ce4c86af82","role":"assistant","content":"look returned: rain\nlisten returned: birds é","created_at":"2026-11-29T16:14:22.188Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-07e7-7785-accb-58904d0f0e51"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (8, 12, '{"message_id":"01a22816-07f3-71ac-b440-1f3f5921a5cb","role":"user","content":"/call look {\"place\": \"Rome\"}","created_at":"2026-11-29T16:14:22.195Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (8, 14, '{"message_id":"01a22816-07f7-7026-ac67-90836891f45c","role":"tool","content":"sun","created_at":"2026-11-29T16:14:22.199Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-07f4-712e-b012-58dc385e2d69","tool_call_id":"call_1","tool_name":"look"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (8, 13, '{"message_id":"01a22816-07f4-712e-b012-58dc385e2d6a","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.196Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-07f4-712e-b012-58dc385e2d69","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Rome\"}"}}]},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (8, 15, '{"message_id":"01a22816-07f8-721e-80cb-450c887579c8","role":"assistant","content":"look returned: sun","created_at":"2026-11-29T16:14:22.200Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-07f4-712e-b012-58dc385e2d69"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (8, 16, '{"message_id":"01a22816-0803-7423-b364-e94d9ba32b26","role":"user","content":"/call look {\"place\": \"Oslo\"} /call listen {\"place\": \"Rome\"}","created_at":"2026-11-29T16:14:22.211Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (8, 18, '{"message_id":"01a22816-0808-737a-bbc5-cc0ab2713cd1","role":"tool","content":"Cancelled","created_at":"2026-11-29T16:14:22.216Z","status":"CANCELLED","metadata_":{"run_id":"run_01a22816-0803-7423-b364-e94d9ba32b27","tool_call_id":"call_1","tool_name":"look"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (8, 19, '{"message_id":"01a22816-0808-737a-bbc5-cc0ab2713cd2","role":"tool","content":"Cancelled","created_at":"2026-11-29T16:14:22.216Z","status":"CANCELLED","metadata_":{"run_id":"run_01a22816-0803-7423-b364-e94d9ba32b27","tool_call_id":"call_2","tool_name":"listen"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (8, 20, '{"message_id":"01a22816-0808-737a-bbc5-cc0ab2713cd0","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.216Z","status":"CANCELLED","metadata_":{"run_id":"run_01a22816-0803-7423-b364-e94d9ba32b27"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (8, 17, '{"message_id":"01a22816-0804-716f-9adf-6afe7c926445","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.212Z","status":"CANCELLED","metadata_":{"run_id":"run_01a22816-0803-7423-b364-e94d9ba32b27","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}]},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (9, 2, '{"message_id":"01a22816-081a-768a-9e3b-ea17a8f6306e","role":"user","content":"/call look {\"place\": \"Oslo\"} /call listen {\"place\": \"Rome\"}","created_at":"2026-11-29T16:14:22.234Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (9, 3, '{"message_id":"01a22816-081b-747c-932f-4f1d722e121f","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.235Z","status":"REQUIRES_ACTION","metadata_":{"run_id":"run_01a22816-081a-768a-9e3b-ea17a8f6306f","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}]},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (10, 2, '{"message_id":"01a22816-081d-7337-8c95-bac0161696e8","role":"user","content":"/call look {\"place\": \"Oslo\"} /call listen {\"place\": \"Rome\"}","created_at":"2026-11-29T16:14:22.237Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (10, 3, '{"message_id":"01a22816-081e-74df-b57b-97d35fc8f803","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.238Z","status":"REQUIRES_ACTION","metadata_":{"run_id":"run_01a22816-081d-7337-8c95-bac0161696e9","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}]},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (11, 2, '{"message_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b2","role":"user","content":"No thread, no assistant","created_at":"2026-11-29T16:14:22.241Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (11, 3, '{"message_id":"01a22816-0822-73f1-a0f6-26d171373dc4","role":"assistant","content":"I have seen 1 message of this thread. You began with: \"No thread, no assistant\"","created_at":"2026-11-29T16:14:22.243Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0822-73f1-a0f6-26d171373dc3"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (11, 4, '{"message_id":"01a22816-082b-7483-a9c8-28b8a30e7573","role":"user","content":"Go on","created_at":"2026-11-29T16:14:22.251Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (11, 5, '{"message_id":"01a22816-082b-7483-a9c8-28b8a30e7575","role":"assistant","content":"I have seen 3 messages of this thread. You began with: \"No thread, no assistant\"","created_at":"2026-11-29T16:14:22.251Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-082b-7483-a9c8-28b8a30e7574"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (14, 2, '{"message_id":"01a22816-0833-735c-81b1-d44bcb1e8ef3","role":"user","content":"/say mine","created_at":"2026-11-29T16:14:22.259Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (14, 3, '{"message_id":"01a22816-0834-751f-827b-c19df8d95d48","role":"assistant","content":"mine","created_at":"2026-11-29T16:14:22.260Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0833-735c-81b1-d44bcb1e8ef5"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (16, 2, '{"message_id":"01a22816-0839-7467-93c4-c12f46484c80","role":"user","content":"/say all","created_at":"2026-11-29T16:14:22.265Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (16, 3, '{"message_id":"01a22816-083a-71e3-afa5-779fbc6a884d","role":"assistant","content":"all","created_at":"2026-11-29T16:14:22.266Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0839-7467-93c4-c12f46484c83"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (17, 2, '{"message_id":"01a22816-083c-7315-a7b3-d9129d125265","role":"user","content":"/fail all","created_at":"2026-11-29T16:14:22.268Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (17, 3, '{"message_id":"01a22816-083d-712d-ab42-e4c381717c5a","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.269Z","status":"FAILED","metadata_":{"run_id":"run_01a22816-083c-7315-a7b3-d9129d125268","error":"all"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (18, 2, '{"message_id":"01a22816-0840-7312-b266-af479d10069a","role":"user","content":"/call look {}","created_at":"2026-11-29T16:14:22.272Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (18, 3, '{"message_id":"01a22816-0840-7312-b266-af479d10069e","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.272Z","status":"REQUIRES_ACTION","metadata_":{"run_id":"run_01a22816-0840-7312-b266-af479d10069d","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}]},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (11, 6, '{"message_id":"01a22816-0846-73b1-8d4f-602bddce65dd","role":"user","content":"","created_at":"2026-11-29T16:14:22.278Z","status":"COMPLETED","metadata_":null,"attachments":[{"document_id":"01a22816-0846-73b1-8d4f-602bddce65db","filename":"voice.wav","status":"indexed","file_size_bytes":4,"summary":null},{"document_id":"01a22816-0846-73b1-8d4f-602bddce65dc","filename":"r","status":"indexed","file_size_bytes":0,"summary":null}],"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (11, 7, '{"message_id":"01a22816-0847-73c8-b775-6615d04cd52b","role":"assistant","content":"I have seen 5 messages of this thread. You began with: \"No thread, no assistant\"","created_at":"2026-11-29T16:14:22.279Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0846-73b1-8d4f-602bddce65de"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (19, 2, '{"message_id":"01a22816-084b-7676-908a-e04c84903707","role":"user","content":"/call look {\"place\": \"Oslo\"}","created_at":"2026-11-29T16:14:22.283Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (19, 3, '{"message_id":"01a22816-084c-7219-89c0-90c9e218de24","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.284Z","status":"REQUIRES_ACTION","metadata_":{"run_id":"run_01a22816-084c-7219-89c0-90c9e218de23","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}}]},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (20, 2, '{"message_id":"01a22816-0856-7351-845d-a64300785d66","role":"user","content":"/call look {}","created_at":"2026-11-29T16:14:22.294Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (20, 3, '{"message_id":"01a22816-0857-73f8-bf4b-425efbd0623d","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.295Z","status":"REQUIRES_ACTION","metadata_":{"run_id":"run_01a22816-0856-7351-845d-a64300785d67","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}]},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (5, 2, '{"message_id":"01a22816-08f6-76c4-af7f-07b5501e0686","role":"user","content":"x","created_at":"2026-11-29T16:14:22.454Z","status":"COMPLETED","metadata_":null,"attachments":[{"document_id":"01a22816-08f6-76c4-af7f-07b5501e0685","filename":"files","status":"indexed","file_size_bytes":7,"summary":null}],"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (5, 3, '{"message_id":"01a22816-08f7-77bb-9030-7ad6332344cb","role":"assistant","content":"I have seen 1 message of this thread. You began with: \"x\"","created_at":"2026-11-29T16:14:22.455Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-08f6-76c4-af7f-07b5501e0687"},"attachments":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.messages VALUES (21, 2, '{"message_id":"01a22816-0ae2-759a-b4b1-b918694dcfa5","role":"user","content":"think aloud","created_at":"2026-11-29T16:14:22.946Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (21, 3, '{"message_id":"01a22816-0ae4-7288-90d8-849fa54ace53","role":"assistant","content":"You said: think aloud","created_at":"2026-11-29T16:14:22.948Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0ae3-7306-b68b-867d7233380b"},"attachments":null,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.messages VALUES (21, 4, '{"message_id":"01a22816-0aed-713a-a745-437b1c479d09","role":"user","content":"think of a stream","created_at":"2026-11-29T16:14:22.957Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (21, 5, '{"message_id":"01a22816-0aee-7798-9cfa-3b77904445f2","role":"assistant","content":"You said: think of a stream","created_at":"2026-11-29T16:14:22.958Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0aed-713a-a745-437b1c479d0a"},"attachments":null,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.messages VALUES (21, 6, '{"message_id":"01a22816-0af8-73fa-b592-775b2e0d128d","role":"user","content":"break","created_at":"2026-11-29T16:14:22.968Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (21, 7, '{"message_id":"01a22816-0af9-718b-a6b2-45bcdc19a6b7","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.969Z","status":"FAILED","metadata_":{"run_id":"run_01a22816-0af8-73fa-b592-775b2e0d128e","error":"The model endpoint answered 500: the model is out of order"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (21, 8, '{"message_id":"01a22816-0b00-7571-918f-3a087e67c215","role":"user","content":"break again","created_at":"2026-11-29T16:14:22.976Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (21, 9, '{"message_id":"01a22816-0b00-7571-918f-3a087e67c217","role":"assistant","content":"","created_at":"2026-11-29T16:14:22.976Z","status":"FAILED","metadata_":{"run_id":"run_01a22816-0b00-7571-918f-3a087e67c216","error":"The model endpoint answered 500: the model is out of order"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (21, 10, '{"message_id":"01a22816-0b05-70f0-9e4b-bb2d8f5c9216","role":"user","content":"settings","created_at":"2026-11-29T16:14:22.981Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (21, 11, '{"message_id":"01a22816-0b06-77fe-9df6-fb8d34d36916","role":"assistant","content":"You said: settings","created_at":"2026-11-29T16:14:22.982Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b05-70f0-9e4b-bb2d8f5c9217"},"attachments":null,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.messages VALUES (22, 2, '{"message_id":"01a22816-0b10-75eb-b96b-b33214d505e0","role":"user","content":"tools please","created_at":"2026-11-29T16:14:22.992Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (25, 2, '{"message_id":"01a22816-0b53-72f7-8604-51294319f7bc","role":"user","content":"tools of this turn","created_at":"2026-11-29T16:14:23.059Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (22, 4, '{"message_id":"01a22816-0b15-71b9-8b6a-c3d86dc28a83","role":"tool","content":"rain","created_at":"2026-11-29T16:14:22.997Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1","tool_call_id":"call_look","tool_name":"look"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (22, 5, '{"message_id":"01a22816-0b15-71b9-8b6a-c3d86dc28a84","role":"tool","content":"tools again","created_at":"2026-11-29T16:14:22.997Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1","tool_call_id":"call_listen","tool_name":"listen"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (22, 3, '{"message_id":"01a22816-0b10-75eb-b96b-b33214d505e2","role":"assistant","content":"You said: tools please","created_at":"2026-11-29T16:14:22.992Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1","tool_calls":[{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}}]},"attachments":null,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.messages VALUES (22, 7, '{"message_id":"01a22816-0b1d-733c-b9b0-41b25e59c897","role":"tool","content":"sun","created_at":"2026-11-29T16:14:23.005Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1","tool_call_id":"call_look","tool_name":"look"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (22, 8, '{"message_id":"01a22816-0b1d-733c-b9b0-41b25e59c898","role":"tool","content":"silence","created_at":"2026-11-29T16:14:23.005Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1","tool_call_id":"call_listen","tool_name":"listen"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (22, 6, '{"message_id":"01a22816-0b17-75d7-bfc5-04ba626c87ea","role":"assistant","content":"You said: tools again","created_at":"2026-11-29T16:14:22.999Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1","tool_calls":[{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}}]},"attachments":null,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.messages VALUES (22, 9, '{"message_id":"01a22816-0b1e-73cb-83a2-0ed5c8e49d54","role":"assistant","content":"You said: silence","created_at":"2026-11-29T16:14:23.006Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1","all_run_tool_calls":[{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}}]},"attachments":null,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.messages VALUES (22, 10, '{"message_id":"01a22816-0b22-72b8-98ee-870999d38da7","role":"user","content":"tools streamed","created_at":"2026-11-29T16:14:23.010Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (22, 12, '{"message_id":"01a22816-0b27-72bb-a22e-60340cd55e3a","role":"tool","content":"rain","created_at":"2026-11-29T16:14:23.015Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8","tool_call_id":"call_look","tool_name":"look"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (22, 13, '{"message_id":"01a22816-0b27-72bb-a22e-60340cd55e3b","role":"tool","content":"tools again","created_at":"2026-11-29T16:14:23.015Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8","tool_call_id":"call_listen","tool_name":"listen"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (22, 11, '{"message_id":"01a22816-0b23-764b-95a8-86ab2c7c2cb0","role":"assistant","content":"","created_at":"2026-11-29T16:14:23.011Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8","tool_calls":[{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}}]},"attachments":null,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.messages VALUES (22, 15, '{"message_id":"01a22816-0b2d-7500-a03d-8af4c61c8cad","role":"tool","content":"last","created_at":"2026-11-29T16:14:23.021Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8","tool_call_id":"call_look","tool_name":"look"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (22, 16, '{"message_id":"01a22816-0b2d-7500-a03d-8af4c61c8cae","role":"tool","content":"last","created_at":"2026-11-29T16:14:23.021Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8","tool_call_id":"call_listen","tool_name":"listen"},"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (22, 14, '{"message_id":"01a22816-0b29-751f-874e-211a5b9ac6a4","role":"assistant","content":"","created_at":"2026-11-29T16:14:23.017Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8","tool_calls":[{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}}]},"attachments":null,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.messages VALUES (22, 17, '{"message_id":"01a22816-0b2f-765c-8b84-f39f9b1374a6","role":"assistant","content":"You said: last","created_at":"2026-11-29T16:14:23.023Z","status":"COMPLETED","metadata_":{"run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8"},"attachments":null,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.messages VALUES (23, 2, '{"message_id":"01a22816-0b38-73f8-9ae1-bb7522c389ee","role":"user","content":"hold until cancelled","created_at":"2026-11-29T16:14:23.032Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');
INSERT INTO backboard_threads.messages VALUES (23, 3, '{"message_id":"01a22816-0b38-73f8-9ae1-bb7522c389f0","role":"assistant","content":"You said: ","created_at":"2026-11-29T16:14:23.032Z","status":"CANCELLED","metadata_":{"run_id":"run_01a22816-0b38-73f8-9ae1-bb7522c389ef"},"attachments":null,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.messages VALUES (25, 3, '{"message_id":"01a22816-0b54-757f-a632-3e0ac879269f","role":"assistant","content":"","created_at":"2026-11-29T16:14:23.060Z","status":"REQUIRES_ACTION","metadata_":{"run_id":"run_01a22816-0b53-72f7-8604-51294319f7bd","tool_calls":[{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}}]},"attachments":null,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.messages VALUES (26, 2, '{"message_id":"01a22816-0d69-7017-ab16-3b9db2539eeb","role":"user","content":"hold until killed","created_at":"2026-11-29T16:14:23.593Z","status":"COMPLETED","metadata_":null,"attachments":null,"model_provider":null,"model_name":null}');


--
-- Data for Name: places; Type: TABLE DATA; Schema: backboard_threads; Owner: -
--



--
-- Data for Name: processes; Type: TABLE DATA; Schema: backboard_threads; Owner: -
--

INSERT INTO backboard_threads.processes VALUES ('01a22816-0d54-770c-8178-4070ad9557e4', 1);


--
-- Data for Name: run_events; Type: TABLE DATA; Schema: backboard_threads; Owner: -
--

INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-04d2-7542-ac1c-b497b03ec87d', 1, 21, '{"type":"user_message","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04d2-7542-ac1c-b497b03ec87d","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-04d2-7542-ac1c-b497b03ec87c","content":"My name is Ada\nand \ud83d\ude00\u2028","message":null}
{"type":"run_started","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04d2-7542-ac1c-b497b03ec87d"}
"I "
"have "
"seen "
"1 "
"message "
"of "
"this "
"thread. "
"You "
"began "
"with: "
"\"My "
"name "
"is "
"Ada\n"
"and "
"\ud83d\ude00\u2028"
"\""
{"type":"run_ended","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04d2-7542-ac1c-b497b03ec87d","status":"completed","final_content":"I have seen 1 message of this thread. You began with: \"My name is Ada\nand \ud83d\ude00\u2028\"","message_id":"01a22816-04d4-7500-81b3-ce2108c2b92e","message":"Message added","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-04d9-77ad-aa83-53477009d83a', 1, 21, '{"type":"user_message","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04d9-77ad-aa83-53477009d83a","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-04d9-77ad-aa83-53477009d839","content":"What is my name?","message":null}
{"type":"run_started","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04d9-77ad-aa83-53477009d83a"}
"I "
"have "
"seen "
"3 "
"messages "
"of "
"this "
"thread. "
"You "
"began "
"with: "
"\"My "
"name "
"is "
"Ada\n"
"and "
"\ud83d\ude00\u2028"
"\""
{"type":"run_ended","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04d9-77ad-aa83-53477009d83a","status":"completed","final_content":"I have seen 3 messages of this thread. You began with: \"My name is Ada\nand \ud83d\ude00\u2028\"","message_id":"01a22816-04d9-77ad-aa83-53477009d83b","message":"Message added","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-04dd-7262-a209-2d7b10d349f1', 1, 21, '{"type":"user_message","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04dd-7262-a209-2d7b10d349f1","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-04dd-7262-a209-2d7b10d349f0","content":"With files","message":"Message added. This server did nothing with: memory"}
{"type":"run_started","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04dd-7262-a209-2d7b10d349f1"}
"I "
"have "
"seen "
"5 "
"messages "
"of "
"this "
"thread. "
"You "
"began "
"with: "
"\"My "
"name "
"is "
"Ada\n"
"and "
"\ud83d\ude00\u2028"
"\""
{"type":"run_ended","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04dd-7262-a209-2d7b10d349f1","status":"completed","final_content":"I have seen 5 messages of this thread. You began with: \"My name is Ada\nand \ud83d\ude00\u2028\"","message_id":"01a22816-04de-723f-af6f-d1376adcb83b","message":"Message added. This server did nothing with: memory","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-04e2-72c6-8ba3-6c2e1357e724', 1, 21, '{"type":"user_message","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04e2-72c6-8ba3-6c2e1357e724","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-04e2-72c6-8ba3-6c2e1357e723","content":"","message":null}
{"type":"run_started","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04e2-72c6-8ba3-6c2e1357e724"}
"I "
"have "
"seen "
"7 "
"messages "
"of "
"this "
"thread. "
"You "
"began "
"with: "
"\"My "
"name "
"is "
"Ada\n"
"and "
"\ud83d\ude00\u2028"
"\""
{"type":"run_ended","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04e2-72c6-8ba3-6c2e1357e724","status":"completed","final_content":"I have seen 7 messages of this thread. You began with: \"My name is Ada\nand \ud83d\ude00\u2028\"","message_id":"01a22816-04e2-72c6-8ba3-6c2e1357e725","message":"Message added","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-04ec-70af-bc98-39880ecd1c03', 1, 4, '{"type":"user_message","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04ec-70af-bc98-39880ecd1c03","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-04ec-70af-bc98-39880ecd1c02","content":"/say fresh","message":null}
{"type":"run_started","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04ec-70af-bc98-39880ecd1c03"}
"fresh"
{"type":"run_ended","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04ec-70af-bc98-39880ecd1c03","status":"completed","final_content":"fresh","message_id":"01a22816-04ec-70af-bc98-39880ecd1c04","message":"Message added","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-04f0-72c6-84a4-660709e6e330', 1, 4, '{"type":"user_message","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04f0-72c6-84a4-660709e6e330","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-04f0-72c6-84a4-660709e6e32f","content":"/say any","message":null}
{"type":"run_started","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04f0-72c6-84a4-660709e6e330"}
"any"
{"type":"run_ended","thread_id":"01a22816-04ac-7320-bde9-e77c9fcd073b","run_id":"run_01a22816-04f0-72c6-84a4-660709e6e330","status":"completed","final_content":"any","message_id":"01a22816-04f0-72c6-84a4-660709e6e331","message":"Message added","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-051b-726f-88f8-3496f567f214', 1, 16, '{"type":"user_message","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-051b-726f-88f8-3496f567f214","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-051b-726f-88f8-3496f567f213","content":"Hello","message":null}
{"type":"run_started","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-051b-726f-88f8-3496f567f214"}
"I "
"have "
"seen "
"4 "
"messages "
"of "
"this "
"thread. "
"You "
"began "
"with: "
"\"kept "
"only\""
{"type":"run_ended","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-051b-726f-88f8-3496f567f214","status":"completed","final_content":"I have seen 4 messages of this thread. You began with: \"kept only\"","message_id":"01a22816-051b-726f-88f8-3496f567f215","message":"Message added","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0525-7412-8b11-64095159c75e', 1, 4, '{"type":"user_message","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-0525-7412-8b11-64095159c75e","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-0525-7412-8b11-64095159c75d","content":"/say uploaded","message":null}
{"type":"run_started","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-0525-7412-8b11-64095159c75e"}
"uploaded"
{"type":"run_ended","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-0525-7412-8b11-64095159c75e","status":"completed","final_content":"uploaded","message_id":"01a22816-0526-7501-81c1-be4238cb15cd","message":"Message added","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-052e-72a2-bbef-85d99b1acc0e', 1, 9, '{"type":"user_message","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-052e-72a2-bbef-85d99b1acc0e","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-052e-72a2-bbef-85d99b1acc0d","content":"/say Word by word, \"quoted\" \u00e9 \ud83d\ude00","message":null}
{"type":"run_started","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-052e-72a2-bbef-85d99b1acc0e"}
"Word "
"by "
"word, "
"\"quoted\" "
"\u00e9 "
"\ud83d\ude00"
{"type":"run_ended","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-052e-72a2-bbef-85d99b1acc0e","status":"completed","final_content":"Word by word, \"quoted\" \u00e9 \ud83d\ude00","message_id":"01a22816-052e-72a2-bbef-85d99b1acc0f","message":"Message added","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0538-702b-a83c-1eb7ae4967e6', 1, 4, '{"type":"user_message","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-0538-702b-a83c-1eb7ae4967e6","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-0538-702b-a83c-1eb7ae4967e5","content":"/slow 4 abcdefgh","message":null}
{"type":"run_started","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-0538-702b-a83c-1eb7ae4967e6"}
"ab"
"cd"');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0538-702b-a83c-1eb7ae4967e6', 5, 5, '"ef"');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0538-702b-a83c-1eb7ae4967e6', 6, 7, '"gh"
{"type":"run_ended","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-0538-702b-a83c-1eb7ae4967e6","status":"completed","final_content":"abcdefgh","message_id":"01a22816-0538-702b-a83c-1eb7ae4967e7","message":"Message added","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-07ab-73a7-b196-db331687321f', 1, 3, '{"type":"user_message","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-07ab-73a7-b196-db331687321f","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-07ab-73a7-b196-db331687321e","content":"/fail for a reason","message":null}
{"type":"run_started","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-07ab-73a7-b196-db331687321f"}
{"type":"run_failed","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-07ab-73a7-b196-db331687321f","error":"for a reason","message":"for a reason"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-07b0-73ec-89d4-df80d088c9b7', 1, 3, '{"type":"user_message","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-07b0-73ec-89d4-df80d088c9b7","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-07b0-73ec-89d4-df80d088c9b6","content":"/fail streamed","message":null}
{"type":"run_started","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-07b0-73ec-89d4-df80d088c9b7"}
{"type":"run_failed","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-07b0-73ec-89d4-df80d088c9b7","error":"streamed","message":"streamed"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-07b4-7172-a7cd-b2412107f523', 1, 3, '{"type":"user_message","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-07b4-7172-a7cd-b2412107f523","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-07b4-7172-a7cd-b2412107f522","content":"/call nothing {}","message":null}
{"type":"run_started","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-07b4-7172-a7cd-b2412107f523"}
{"type":"run_failed","thread_id":"01a22816-050d-7013-bb72-85436f9acb5c","run_id":"run_01a22816-07b4-7172-a7cd-b2412107f523","error":"There is no tool nothing; the tools of this turn are: look, listen","message":"There is no tool nothing; the tools of this turn are: look, listen"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a', 1, 7, '{"type":"user_message","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-07c4-77bd-bfb4-96e5eb4d6e69","content":"/call look {\"place\": \"Oslo\"} /call listen {\"place\": \"Rome\"}","message":null}
{"type":"run_started","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a"}
{"type":"tool_call_start","tool_call_id":"call_1","name":"look","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a"}
{"type":"tool_call_ready","tool_call":{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a"}
{"type":"tool_call_start","tool_call_id":"call_2","name":"listen","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a"}
{"type":"tool_call_ready","tool_call":{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}},"thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a"}
{"type":"tool_submit_required","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}]}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a', 8, 15, '"look "
"returned: "
"rain\n"
"listen "
"returned: "
"birds "
"\u00e9"
{"type":"run_ended","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a","status":"completed","final_content":"look returned: rain\nlisten returned: birds \u00e9","message_id":"01a22816-07dc-758a-bad5-b4693c13403c","message":"Tool outputs submitted","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0b00-7571-918f-3a087e67c216', 1, 3, '{"type":"user_message","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0b00-7571-918f-3a087e67c216","assistant_id":"01a22816-0add-7718-8580-50848a3a9d0c","message_id":"01a22816-0b00-7571-918f-3a087e67c215","content":"break again","message":null}
{"type":"run_started","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0b00-7571-918f-3a087e67c216"}
{"type":"run_failed","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0b00-7571-918f-3a087e67c216","error":"The model endpoint answered 500: the model is out of order","message":"The model endpoint answered 500: the model is out of order"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-07e7-7785-accb-58904d0f0e51', 1, 7, '{"type":"user_message","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07e7-7785-accb-58904d0f0e51","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-07e6-73b7-9203-4aee566369c0","content":"/call look {\"place\": \"Oslo\"} /call listen {\"place\": \"Rome\"}","message":null}
{"type":"run_started","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07e7-7785-accb-58904d0f0e51"}
{"type":"tool_call_start","tool_call_id":"call_1","name":"look","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07e7-7785-accb-58904d0f0e51"}
{"type":"tool_call_ready","tool_call":{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07e7-7785-accb-58904d0f0e51"}
{"type":"tool_call_start","tool_call_id":"call_2","name":"listen","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07e7-7785-accb-58904d0f0e51"}
{"type":"tool_call_ready","tool_call":{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}},"thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07e7-7785-accb-58904d0f0e51"}
{"type":"tool_submit_required","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07e7-7785-accb-58904d0f0e51","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}]}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-07e7-7785-accb-58904d0f0e51', 8, 15, '"look "
"returned: "
"rain\n"
"listen "
"returned: "
"birds "
"\u00e9"
{"type":"run_ended","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07e7-7785-accb-58904d0f0e51","status":"completed","final_content":"look returned: rain\nlisten returned: birds \u00e9","message_id":"01a22816-07ec-71c3-a503-43ce4c86af82","message":"Tool outputs submitted","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-07f4-712e-b012-58dc385e2d69', 1, 5, '{"type":"user_message","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07f4-712e-b012-58dc385e2d69","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-07f3-71ac-b440-1f3f5921a5cb","content":"/call look {\"place\": \"Rome\"}","message":null}
{"type":"run_started","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07f4-712e-b012-58dc385e2d69"}
{"type":"tool_call_start","tool_call_id":"call_1","name":"look","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07f4-712e-b012-58dc385e2d69"}
{"type":"tool_call_ready","tool_call":{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Rome\"}"}},"thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07f4-712e-b012-58dc385e2d69"}
{"type":"tool_submit_required","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07f4-712e-b012-58dc385e2d69","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Rome\"}"}}]}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-07f4-712e-b012-58dc385e2d69', 6, 9, '"look "
"returned: "
"sun"
{"type":"run_ended","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-07f4-712e-b012-58dc385e2d69","status":"completed","final_content":"look returned: sun","message_id":"01a22816-07f8-721e-80cb-450c887579c8","message":"Tool outputs submitted","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0803-7423-b364-e94d9ba32b27', 1, 7, '{"type":"user_message","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-0803-7423-b364-e94d9ba32b27","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-0803-7423-b364-e94d9ba32b26","content":"/call look {\"place\": \"Oslo\"} /call listen {\"place\": \"Rome\"}","message":null}
{"type":"run_started","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-0803-7423-b364-e94d9ba32b27"}
{"type":"tool_call_start","tool_call_id":"call_1","name":"look","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-0803-7423-b364-e94d9ba32b27"}
{"type":"tool_call_ready","tool_call":{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-0803-7423-b364-e94d9ba32b27"}
{"type":"tool_call_start","tool_call_id":"call_2","name":"listen","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-0803-7423-b364-e94d9ba32b27"}
{"type":"tool_call_ready","tool_call":{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}},"thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-0803-7423-b364-e94d9ba32b27"}
{"type":"tool_submit_required","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-0803-7423-b364-e94d9ba32b27","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}]}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0803-7423-b364-e94d9ba32b27', 8, 8, '{"type":"run_cancelled","thread_id":"01a22816-07c2-73f7-a1ce-69b48d144b45","run_id":"run_01a22816-0803-7423-b364-e94d9ba32b27"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-081a-768a-9e3b-ea17a8f6306f', 1, 7, '{"type":"user_message","thread_id":"01a22816-0816-713d-a4e9-7641b6009101","run_id":"run_01a22816-081a-768a-9e3b-ea17a8f6306f","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-081a-768a-9e3b-ea17a8f6306e","content":"/call look {\"place\": \"Oslo\"} /call listen {\"place\": \"Rome\"}","message":null}
{"type":"run_started","thread_id":"01a22816-0816-713d-a4e9-7641b6009101","run_id":"run_01a22816-081a-768a-9e3b-ea17a8f6306f"}
{"type":"tool_call_start","tool_call_id":"call_1","name":"look","thread_id":"01a22816-0816-713d-a4e9-7641b6009101","run_id":"run_01a22816-081a-768a-9e3b-ea17a8f6306f"}
{"type":"tool_call_ready","tool_call":{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-0816-713d-a4e9-7641b6009101","run_id":"run_01a22816-081a-768a-9e3b-ea17a8f6306f"}
{"type":"tool_call_start","tool_call_id":"call_2","name":"listen","thread_id":"01a22816-0816-713d-a4e9-7641b6009101","run_id":"run_01a22816-081a-768a-9e3b-ea17a8f6306f"}
{"type":"tool_call_ready","tool_call":{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}},"thread_id":"01a22816-0816-713d-a4e9-7641b6009101","run_id":"run_01a22816-081a-768a-9e3b-ea17a8f6306f"}
{"type":"tool_submit_required","thread_id":"01a22816-0816-713d-a4e9-7641b6009101","run_id":"run_01a22816-081a-768a-9e3b-ea17a8f6306f","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}]}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0b22-72b8-98ee-870999d38da8', 13, 15, '"You said: "
"last"
{"type":"run_ended","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8","status":"completed","final_content":"You said: last","message_id":"01a22816-0b2f-765c-8b84-f39f9b1374a6","message":"Tool outputs submitted","memory_operation_id":null,"input_tokens":11,"output_tokens":7,"total_tokens":18,"cached_input_tokens":3,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-081d-7337-8c95-bac0161696e9', 1, 7, '{"type":"user_message","thread_id":"01a22816-0818-7045-b6b9-cbe74dedd66f","run_id":"run_01a22816-081d-7337-8c95-bac0161696e9","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-081d-7337-8c95-bac0161696e8","content":"/call look {\"place\": \"Oslo\"} /call listen {\"place\": \"Rome\"}","message":null}
{"type":"run_started","thread_id":"01a22816-0818-7045-b6b9-cbe74dedd66f","run_id":"run_01a22816-081d-7337-8c95-bac0161696e9"}
{"type":"tool_call_start","tool_call_id":"call_1","name":"look","thread_id":"01a22816-0818-7045-b6b9-cbe74dedd66f","run_id":"run_01a22816-081d-7337-8c95-bac0161696e9"}
{"type":"tool_call_ready","tool_call":{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-0818-7045-b6b9-cbe74dedd66f","run_id":"run_01a22816-081d-7337-8c95-bac0161696e9"}
{"type":"tool_call_start","tool_call_id":"call_2","name":"listen","thread_id":"01a22816-0818-7045-b6b9-cbe74dedd66f","run_id":"run_01a22816-081d-7337-8c95-bac0161696e9"}
{"type":"tool_call_ready","tool_call":{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}},"thread_id":"01a22816-0818-7045-b6b9-cbe74dedd66f","run_id":"run_01a22816-081d-7337-8c95-bac0161696e9"}
{"type":"tool_submit_required","thread_id":"01a22816-0818-7045-b6b9-cbe74dedd66f","run_id":"run_01a22816-081d-7337-8c95-bac0161696e9","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}]}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0822-73f1-a0f6-26d171373dc3', 1, 18, '{"type":"user_message","thread_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b3","run_id":"run_01a22816-0822-73f1-a0f6-26d171373dc3","assistant_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b4","message_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b2","content":"No thread, no assistant","message":null}
{"type":"run_started","thread_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b3","run_id":"run_01a22816-0822-73f1-a0f6-26d171373dc3"}
"I "
"have "
"seen "
"1 "
"message "
"of "
"this "
"thread. "
"You "
"began "
"with: "
"\"No "
"thread, "
"no "
"assistant\""
{"type":"run_ended","thread_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b3","run_id":"run_01a22816-0822-73f1-a0f6-26d171373dc3","status":"completed","final_content":"I have seen 1 message of this thread. You began with: \"No thread, no assistant\"","message_id":"01a22816-0822-73f1-a0f6-26d171373dc4","message":"Message added","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-082b-7483-a9c8-28b8a30e7574', 1, 18, '{"type":"user_message","thread_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b3","run_id":"run_01a22816-082b-7483-a9c8-28b8a30e7574","assistant_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b4","message_id":"01a22816-082b-7483-a9c8-28b8a30e7573","content":"Go on","message":null}
{"type":"run_started","thread_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b3","run_id":"run_01a22816-082b-7483-a9c8-28b8a30e7574"}
"I "
"have "
"seen "
"3 "
"messages "
"of "
"this "
"thread. "
"You "
"began "
"with: "
"\"No "
"thread, "
"no "
"assistant\""
{"type":"run_ended","thread_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b3","run_id":"run_01a22816-082b-7483-a9c8-28b8a30e7574","status":"completed","final_content":"I have seen 3 messages of this thread. You began with: \"No thread, no assistant\"","message_id":"01a22816-082b-7483-a9c8-28b8a30e7575","message":"Message added","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0833-735c-81b1-d44bcb1e8ef5', 1, 4, '{"type":"user_message","thread_id":"01a22816-0833-735c-81b1-d44bcb1e8ef4","run_id":"run_01a22816-0833-735c-81b1-d44bcb1e8ef5","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-0833-735c-81b1-d44bcb1e8ef3","content":"/say mine","message":null}
{"type":"run_started","thread_id":"01a22816-0833-735c-81b1-d44bcb1e8ef4","run_id":"run_01a22816-0833-735c-81b1-d44bcb1e8ef5"}
"mine"
{"type":"run_ended","thread_id":"01a22816-0833-735c-81b1-d44bcb1e8ef4","run_id":"run_01a22816-0833-735c-81b1-d44bcb1e8ef5","status":"completed","final_content":"mine","message_id":"01a22816-0834-751f-827b-c19df8d95d48","message":"Message added","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0839-7467-93c4-c12f46484c83', 1, 4, '{"type":"user_message","thread_id":"01a22816-0839-7467-93c4-c12f46484c81","run_id":"run_01a22816-0839-7467-93c4-c12f46484c83","assistant_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b4","message_id":"01a22816-0839-7467-93c4-c12f46484c80","content":"/say all","message":"Message added. This server did nothing with: model_name, json_output, thinking, web_search, memory, voice, operation, llm_provider"}
{"type":"run_started","thread_id":"01a22816-0839-7467-93c4-c12f46484c81","run_id":"run_01a22816-0839-7467-93c4-c12f46484c83"}
"all"
{"type":"run_ended","thread_id":"01a22816-0839-7467-93c4-c12f46484c81","run_id":"run_01a22816-0839-7467-93c4-c12f46484c83","status":"completed","final_content":"all","message_id":"01a22816-083a-71e3-afa5-779fbc6a884d","message":"Message added. This server did nothing with: model_name, json_output, thinking, web_search, memory, voice, operation, llm_provider","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-083c-7315-a7b3-d9129d125268', 1, 3, '{"type":"user_message","thread_id":"01a22816-083c-7315-a7b3-d9129d125266","run_id":"run_01a22816-083c-7315-a7b3-d9129d125268","assistant_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b4","message_id":"01a22816-083c-7315-a7b3-d9129d125265","content":"/fail all","message":"Message added. This server did nothing with: web_search, memory, voice, operation"}
{"type":"run_started","thread_id":"01a22816-083c-7315-a7b3-d9129d125266","run_id":"run_01a22816-083c-7315-a7b3-d9129d125268"}
{"type":"run_failed","thread_id":"01a22816-083c-7315-a7b3-d9129d125266","run_id":"run_01a22816-083c-7315-a7b3-d9129d125268","error":"all. This server did nothing with: web_search, memory, voice, operation","message":"all. This server did nothing with: web_search, memory, voice, operation"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0840-7312-b266-af479d10069d', 1, 5, '{"type":"user_message","thread_id":"01a22816-0840-7312-b266-af479d10069b","run_id":"run_01a22816-0840-7312-b266-af479d10069d","assistant_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b4","message_id":"01a22816-0840-7312-b266-af479d10069a","content":"/call look {}","message":null}
{"type":"run_started","thread_id":"01a22816-0840-7312-b266-af479d10069b","run_id":"run_01a22816-0840-7312-b266-af479d10069d"}
{"type":"tool_call_start","tool_call_id":"call_1","name":"look","thread_id":"01a22816-0840-7312-b266-af479d10069b","run_id":"run_01a22816-0840-7312-b266-af479d10069d"}
{"type":"tool_call_ready","tool_call":{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}},"thread_id":"01a22816-0840-7312-b266-af479d10069b","run_id":"run_01a22816-0840-7312-b266-af479d10069d"}
{"type":"tool_submit_required","thread_id":"01a22816-0840-7312-b266-af479d10069b","run_id":"run_01a22816-0840-7312-b266-af479d10069d","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}]}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0846-73b1-8d4f-602bddce65de', 1, 18, '{"type":"user_message","thread_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b3","run_id":"run_01a22816-0846-73b1-8d4f-602bddce65de","assistant_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b4","message_id":"01a22816-0846-73b1-8d4f-602bddce65dd","content":"","message":"Message added. This server did nothing with: audio_file, input_references"}
{"type":"run_started","thread_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b3","run_id":"run_01a22816-0846-73b1-8d4f-602bddce65de"}
"I "
"have "
"seen "
"5 "
"messages "
"of "
"this "
"thread. "
"You "
"began "
"with: "
"\"No "
"thread, "
"no "
"assistant\""
{"type":"run_ended","thread_id":"01a22816-0821-71d9-82d6-ddd58f1ed5b3","run_id":"run_01a22816-0846-73b1-8d4f-602bddce65de","status":"completed","final_content":"I have seen 5 messages of this thread. You began with: \"No thread, no assistant\"","message_id":"01a22816-0847-73c8-b775-6615d04cd52b","message":"Message added. This server did nothing with: audio_file, input_references","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-084c-7219-89c0-90c9e218de23', 1, 5, '{"type":"user_message","thread_id":"01a22816-084b-7676-908a-e04c84903708","run_id":"run_01a22816-084c-7219-89c0-90c9e218de23","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-084b-7676-908a-e04c84903707","content":"/call look {\"place\": \"Oslo\"}","message":"Message added. This server did nothing with: model_name, json_output, thinking"}
{"type":"run_started","thread_id":"01a22816-084b-7676-908a-e04c84903708","run_id":"run_01a22816-084c-7219-89c0-90c9e218de23"}
{"type":"tool_call_start","tool_call_id":"call_1","name":"look","thread_id":"01a22816-084b-7676-908a-e04c84903708","run_id":"run_01a22816-084c-7219-89c0-90c9e218de23"}
{"type":"tool_call_ready","tool_call":{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-084b-7676-908a-e04c84903708","run_id":"run_01a22816-084c-7219-89c0-90c9e218de23"}
{"type":"tool_submit_required","thread_id":"01a22816-084b-7676-908a-e04c84903708","run_id":"run_01a22816-084c-7219-89c0-90c9e218de23","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}}]}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0856-7351-845d-a64300785d67', 1, 5, '{"type":"user_message","thread_id":"01a22816-0854-77ef-9b4e-def1a25ef351","run_id":"run_01a22816-0856-7351-845d-a64300785d67","assistant_id":"01a22816-0852-779b-b8a2-a42012d652ca","message_id":"01a22816-0856-7351-845d-a64300785d66","content":"/call look {}","message":null}
{"type":"run_started","thread_id":"01a22816-0854-77ef-9b4e-def1a25ef351","run_id":"run_01a22816-0856-7351-845d-a64300785d67"}
{"type":"tool_call_start","tool_call_id":"call_1","name":"look","thread_id":"01a22816-0854-77ef-9b4e-def1a25ef351","run_id":"run_01a22816-0856-7351-845d-a64300785d67"}
{"type":"tool_call_ready","tool_call":{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}},"thread_id":"01a22816-0854-77ef-9b4e-def1a25ef351","run_id":"run_01a22816-0856-7351-845d-a64300785d67"}
{"type":"tool_submit_required","thread_id":"01a22816-0854-77ef-9b4e-def1a25ef351","run_id":"run_01a22816-0856-7351-845d-a64300785d67","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}]}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-08f6-76c4-af7f-07b5501e0687', 1, 15, '{"type":"user_message","thread_id":"01a22816-04b2-71ab-86f5-90ecfc8d90a4","run_id":"run_01a22816-08f6-76c4-af7f-07b5501e0687","assistant_id":"01a22816-0477-77df-969d-6ce409966eda","message_id":"01a22816-08f6-76c4-af7f-07b5501e0686","content":"x","message":null}
{"type":"run_started","thread_id":"01a22816-04b2-71ab-86f5-90ecfc8d90a4","run_id":"run_01a22816-08f6-76c4-af7f-07b5501e0687"}
"I "
"have "
"seen "
"1 "
"message "
"of "
"this "
"thread. "
"You "
"began "
"with: "
"\"x\""
{"type":"run_ended","thread_id":"01a22816-04b2-71ab-86f5-90ecfc8d90a4","run_id":"run_01a22816-08f6-76c4-af7f-07b5501e0687","status":"completed","final_content":"I have seen 1 message of this thread. You began with: \"x\"","message_id":"01a22816-08f7-77bb-9030-7ad6332344cb","message":"Message added","memory_operation_id":null,"model_provider":"offline","model_name":"offline"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0ae3-7306-b68b-867d7233380b', 1, 6, '{"type":"user_message","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0ae3-7306-b68b-867d7233380b","assistant_id":"01a22816-0add-7718-8580-50848a3a9d0c","message_id":"01a22816-0ae2-759a-b4b1-b918694dcfa5","content":"think aloud","message":null}
{"type":"run_started","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0ae3-7306-b68b-867d7233380b"}
{"type":"reasoning_streaming","content":"Let me think. Done.","accumulated_reasoning":"Let me think. Done.","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0ae3-7306-b68b-867d7233380b"}
{"type":"reasoning_ended","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0ae3-7306-b68b-867d7233380b"}
"You said: think aloud"
{"type":"run_ended","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0ae3-7306-b68b-867d7233380b","status":"completed","final_content":"You said: think aloud","message_id":"01a22816-0ae4-7288-90d8-849fa54ace53","message":"Message added","memory_operation_id":null,"input_tokens":11,"output_tokens":7,"total_tokens":18,"cached_input_tokens":3,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0aed-713a-a745-437b1c479d0a', 1, 8, '{"type":"user_message","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0aed-713a-a745-437b1c479d0a","assistant_id":"01a22816-0add-7718-8580-50848a3a9d0c","message_id":"01a22816-0aed-713a-a745-437b1c479d09","content":"think of a stream","message":null}
{"type":"run_started","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0aed-713a-a745-437b1c479d0a"}
{"type":"reasoning_streaming","content":"Let me think. ","accumulated_reasoning":"Let me think. ","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0aed-713a-a745-437b1c479d0a"}
{"type":"reasoning_streaming","content":"Done.","accumulated_reasoning":"Let me think. Done.","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0aed-713a-a745-437b1c479d0a"}
{"type":"reasoning_ended","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0aed-713a-a745-437b1c479d0a"}
"You said: "
"think of a stream"
{"type":"run_ended","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0aed-713a-a745-437b1c479d0a","status":"completed","final_content":"You said: think of a stream","message_id":"01a22816-0aee-7798-9cfa-3b77904445f2","message":"Message added","memory_operation_id":null,"input_tokens":11,"output_tokens":7,"total_tokens":18,"cached_input_tokens":3,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0af8-73fa-b592-775b2e0d128e', 1, 3, '{"type":"user_message","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0af8-73fa-b592-775b2e0d128e","assistant_id":"01a22816-0add-7718-8580-50848a3a9d0c","message_id":"01a22816-0af8-73fa-b592-775b2e0d128d","content":"break","message":null}
{"type":"run_started","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0af8-73fa-b592-775b2e0d128e"}
{"type":"run_failed","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0af8-73fa-b592-775b2e0d128e","error":"The model endpoint answered 500: the model is out of order","message":"The model endpoint answered 500: the model is out of order"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0b05-70f0-9e4b-bb2d8f5c9217', 1, 5, '{"type":"user_message","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0b05-70f0-9e4b-bb2d8f5c9217","assistant_id":"01a22816-0add-7718-8580-50848a3a9d0c","message_id":"01a22816-0b05-70f0-9e4b-bb2d8f5c9216","content":"settings","message":null}
{"type":"run_started","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0b05-70f0-9e4b-bb2d8f5c9217"}
"You said: "
"settings"
{"type":"run_ended","thread_id":"01a22816-0ae0-7631-99a4-95bf31c622a3","run_id":"run_01a22816-0b05-70f0-9e4b-bb2d8f5c9217","status":"completed","final_content":"You said: settings","message_id":"01a22816-0b06-77fe-9df6-fb8d34d36916","message":"Message added","memory_operation_id":null,"input_tokens":11,"output_tokens":7,"total_tokens":18,"cached_input_tokens":3,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0b10-75eb-b96b-b33214d505e1', 1, 8, '{"type":"user_message","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1","assistant_id":"01a22816-0add-7718-8580-50848a3a9d0c","message_id":"01a22816-0b10-75eb-b96b-b33214d505e0","content":"tools please","message":null}
{"type":"run_started","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1"}
"You said: tools please"
{"type":"tool_call_start","tool_call_id":"call_look","name":"look","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1"}
{"type":"tool_call_ready","tool_call":{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1"}
{"type":"tool_call_start","tool_call_id":"call_listen","name":"listen","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1"}
{"type":"tool_call_ready","tool_call":{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1"}
{"type":"tool_submit_required","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1","tool_calls":[{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}}],"input_tokens":11,"output_tokens":7,"total_tokens":18,"cached_input_tokens":3}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0b10-75eb-b96b-b33214d505e1', 9, 14, '"You said: tools again"
{"type":"tool_call_start","tool_call_id":"call_look","name":"look","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1"}
{"type":"tool_call_ready","tool_call":{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1"}
{"type":"tool_call_start","tool_call_id":"call_listen","name":"listen","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1"}
{"type":"tool_call_ready","tool_call":{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1"}
{"type":"tool_submit_required","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1","tool_calls":[{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}}],"input_tokens":11,"output_tokens":7,"total_tokens":18,"cached_input_tokens":3}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0b10-75eb-b96b-b33214d505e1', 15, 16, '"You said: silence"
{"type":"run_ended","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b10-75eb-b96b-b33214d505e1","status":"completed","final_content":"You said: silence","message_id":"01a22816-0b1e-73cb-83a2-0ed5c8e49d54","message":"Tool outputs submitted","memory_operation_id":null,"input_tokens":11,"output_tokens":7,"total_tokens":18,"cached_input_tokens":3,"model_provider":"openai","model_name":"model-that-answered"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0b22-72b8-98ee-870999d38da8', 1, 7, '{"type":"user_message","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8","assistant_id":"01a22816-0add-7718-8580-50848a3a9d0c","message_id":"01a22816-0b22-72b8-98ee-870999d38da7","content":"tools streamed","message":null}
{"type":"run_started","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8"}
{"type":"tool_call_start","tool_call_id":"call_look","name":"look","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8"}
{"type":"tool_call_ready","tool_call":{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8"}
{"type":"tool_call_start","tool_call_id":"call_listen","name":"listen","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8"}
{"type":"tool_call_ready","tool_call":{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8"}
{"type":"tool_submit_required","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8","tool_calls":[{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}}],"input_tokens":11,"output_tokens":7,"total_tokens":18,"cached_input_tokens":3}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0b22-72b8-98ee-870999d38da8', 8, 12, '{"type":"tool_call_start","tool_call_id":"call_look","name":"look","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8"}
{"type":"tool_call_ready","tool_call":{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8"}
{"type":"tool_call_start","tool_call_id":"call_listen","name":"listen","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8"}
{"type":"tool_call_ready","tool_call":{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8"}
{"type":"tool_submit_required","thread_id":"01a22816-0b0d-7345-8a21-2282f97d2ba2","run_id":"run_01a22816-0b22-72b8-98ee-870999d38da8","tool_calls":[{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}}],"input_tokens":11,"output_tokens":7,"total_tokens":18,"cached_input_tokens":3}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0b38-73f8-9ae1-bb7522c389ef', 1, 4, '{"type":"user_message","thread_id":"01a22816-0b35-769d-83db-4a5c650ccb9c","run_id":"run_01a22816-0b38-73f8-9ae1-bb7522c389ef","assistant_id":"01a22816-0add-7718-8580-50848a3a9d0c","message_id":"01a22816-0b38-73f8-9ae1-bb7522c389ee","content":"hold until cancelled","message":null}
{"type":"run_started","thread_id":"01a22816-0b35-769d-83db-4a5c650ccb9c","run_id":"run_01a22816-0b38-73f8-9ae1-bb7522c389ef"}
"You said: "
{"type":"run_cancelled","thread_id":"01a22816-0b35-769d-83db-4a5c650ccb9c","run_id":"run_01a22816-0b38-73f8-9ae1-bb7522c389ef"}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0b53-72f7-8604-51294319f7bd', 1, 7, '{"type":"user_message","thread_id":"01a22816-0b51-773e-a175-b6961f4032e4","run_id":"run_01a22816-0b53-72f7-8604-51294319f7bd","assistant_id":"01a22816-0add-7718-8580-50848a3a9d0c","message_id":"01a22816-0b53-72f7-8604-51294319f7bc","content":"tools of this turn","message":null}
{"type":"run_started","thread_id":"01a22816-0b51-773e-a175-b6961f4032e4","run_id":"run_01a22816-0b53-72f7-8604-51294319f7bd"}
{"type":"tool_call_start","tool_call_id":"call_look","name":"look","thread_id":"01a22816-0b51-773e-a175-b6961f4032e4","run_id":"run_01a22816-0b53-72f7-8604-51294319f7bd"}
{"type":"tool_call_ready","tool_call":{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-0b51-773e-a175-b6961f4032e4","run_id":"run_01a22816-0b53-72f7-8604-51294319f7bd"}
{"type":"tool_call_start","tool_call_id":"call_listen","name":"listen","thread_id":"01a22816-0b51-773e-a175-b6961f4032e4","run_id":"run_01a22816-0b53-72f7-8604-51294319f7bd"}
{"type":"tool_call_ready","tool_call":{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}},"thread_id":"01a22816-0b51-773e-a175-b6961f4032e4","run_id":"run_01a22816-0b53-72f7-8604-51294319f7bd"}
{"type":"tool_submit_required","thread_id":"01a22816-0b51-773e-a175-b6961f4032e4","run_id":"run_01a22816-0b53-72f7-8604-51294319f7bd","tool_calls":[{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}}],"input_tokens":11,"output_tokens":7,"total_tokens":18,"cached_input_tokens":3}');
INSERT INTO backboard_threads.run_events VALUES ('run_01a22816-0d69-7017-ab16-3b9db2539eee', 1, 3, '{"type":"user_message","thread_id":"01a22816-0d69-7017-ab16-3b9db2539eec","run_id":"run_01a22816-0d69-7017-ab16-3b9db2539eee","assistant_id":"01a22816-0d69-7017-ab16-3b9db2539eed","message_id":"01a22816-0d69-7017-ab16-3b9db2539eeb","content":"hold until killed","message":null}
{"type":"run_started","thread_id":"01a22816-0d69-7017-ab16-3b9db2539eec","run_id":"run_01a22816-0d69-7017-ab16-3b9db2539eee"}
"You said: "');


--
-- Data for Name: runs; Type: TABLE DATA; Schema: backboard_threads; Owner: -
--

INSERT INTO backboard_threads.runs VALUES ('run_01a22816-04d2-7542-ac1c-b497b03ec87d', 2, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 21, NULL, 1795968861394, 1795968861397, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-04d9-77ad-aa83-53477009d83a', 2, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 21, NULL, 1795968861401, 1795968861402, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-04dd-7262-a209-2d7b10d349f1', 2, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 21, NULL, 1795968861405, 1795968861407, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-04e2-72c6-8ba3-6c2e1357e724', 2, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 21, NULL, 1795968861410, 1795968861411, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-04ec-70af-bc98-39880ecd1c03', 2, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 4, NULL, 1795968861420, 1795968861421, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-04f0-72c6-84a4-660709e6e330', 2, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 4, NULL, 1795968861424, 1795968861425, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-051b-726f-88f8-3496f567f214', 7, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 16, NULL, 1795968861467, 1795968861468, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0525-7412-8b11-64095159c75e', 7, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 4, NULL, 1795968861477, 1795968861478, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-052e-72a2-bbef-85d99b1acc0e', 7, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 9, NULL, 1795968861486, 1795968861487, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-07e7-7785-accb-58904d0f0e51', 8, 'COMPLETED', 2, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 15, NULL, 1795968862182, 1795968862188, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0538-702b-a83c-1eb7ae4967e6', 7, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 7, NULL, 1795968861496, 1795968862097, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-07ab-73a7-b196-db331687321f', 7, 'FAILED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 3, NULL, 1795968862123, 1795968862125, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-07b0-73ec-89d4-df80d088c9b7', 7, 'FAILED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 3, NULL, 1795968862128, 1795968862129, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-07b4-7172-a7cd-b2412107f523', 7, 'FAILED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 3, NULL, 1795968862132, 1795968862133, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-07c4-77bd-bfb4-96e5eb4d6e6a', 8, 'COMPLETED', 2, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 15, NULL, 1795968862148, 1795968862172, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-07f4-712e-b012-58dc385e2d69', 8, 'COMPLETED', 2, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 9, NULL, 1795968862195, 1795968862201, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0803-7423-b364-e94d9ba32b27', 8, 'CANCELLED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 8, NULL, 1795968862211, 1795968862215, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-081a-768a-9e3b-ea17a8f6306f', 9, 'REQUIRES_ACTION', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', '[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}]', 3, 7, NULL, 1795968862234, NULL, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-081d-7337-8c95-bac0161696e9', 10, 'REQUIRES_ACTION', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', '[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_2","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Rome\"}"}}]', 3, 7, NULL, 1795968862237, NULL, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0822-73f1-a0f6-26d171373dc3', 11, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 18, NULL, 1795968862241, 1795968862243, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-082b-7483-a9c8-28b8a30e7574', 11, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 18, NULL, 1795968862251, 1795968862252, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0833-735c-81b1-d44bcb1e8ef5', 14, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 4, NULL, 1795968862259, 1795968862260, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0839-7467-93c4-c12f46484c83', 16, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{"system_prompt":"Answer as JSON.","model_name":"model-of-turn","json_output":true,"thinking":{"type":"enabled","budget_tokens":100}}', NULL, NULL, 4, NULL, 1795968862265, 1795968862266, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-083c-7315-a7b3-d9129d125268', 17, 'FAILED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 3, NULL, 1795968862268, 1795968862270, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0840-7312-b266-af479d10069d', 18, 'REQUIRES_ACTION', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', '[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}]', 3, 5, NULL, 1795968862272, NULL, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0846-73b1-8d4f-602bddce65de', 11, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 18, NULL, 1795968862278, 1795968862280, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-084c-7219-89c0-90c9e218de23', 19, 'REQUIRES_ACTION', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{"system_prompt":"Answer as JSON.","model_name":"model-of-turn","json_output":true,"thinking":{"type":"enabled","budget_tokens":100}}', '[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}}]', 3, 5, NULL, 1795968862283, NULL, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0856-7351-845d-a64300785d67', 20, 'REQUIRES_ACTION', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', '[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}]', 3, 5, NULL, 1795968862294, NULL, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-08f6-76c4-af7f-07b5501e0687', 5, 'COMPLETED', 1, '01a22816-0461-7190-9026-9ce6b2cf083d', '{}', NULL, NULL, 15, NULL, 1795968862454, 1795968862455, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0ae3-7306-b68b-867d7233380b', 21, 'COMPLETED', 1, '01a22816-0ac7-7009-bd8a-86651a3f4be3', '{}', NULL, NULL, 6, NULL, 1795968862946, 1795968862952, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0aed-713a-a745-437b1c479d0a', 21, 'COMPLETED', 1, '01a22816-0ac7-7009-bd8a-86651a3f4be3', '{}', NULL, NULL, 8, NULL, 1795968862957, 1795968862960, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0af8-73fa-b592-775b2e0d128e', 21, 'FAILED', 1, '01a22816-0ac7-7009-bd8a-86651a3f4be3', '{}', NULL, NULL, 3, NULL, 1795968862968, 1795968862972, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0b00-7571-918f-3a087e67c216', 21, 'FAILED', 1, '01a22816-0ac7-7009-bd8a-86651a3f4be3', '{}', NULL, NULL, 3, NULL, 1795968862976, 1795968862979, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0b05-70f0-9e4b-bb2d8f5c9217', 21, 'COMPLETED', 1, '01a22816-0ac7-7009-bd8a-86651a3f4be3', '{"system_prompt":"Answer as JSON.","model_name":"model-of-turn","json_output":true,"thinking":{"type":"enabled","budget_tokens":100}}', NULL, NULL, 5, NULL, 1795968862981, 1795968862985, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0b10-75eb-b96b-b33214d505e1', 22, 'COMPLETED', 3, '01a22816-0ac7-7009-bd8a-86651a3f4be3', '{}', NULL, NULL, 16, NULL, 1795968862992, 1795968863008, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0b22-72b8-98ee-870999d38da8', 22, 'COMPLETED', 3, '01a22816-0ac7-7009-bd8a-86651a3f4be3', '{}', NULL, NULL, 15, NULL, 1795968863010, 1795968863025, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0b38-73f8-9ae1-bb7522c389ef', 23, 'CANCELLED', 1, '01a22816-0ac7-7009-bd8a-86651a3f4be3', '{}', NULL, NULL, 4, NULL, 1795968863032, 1795968863042, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0b53-72f7-8604-51294319f7bd', 25, 'REQUIRES_ACTION', 1, '01a22816-0ac7-7009-bd8a-86651a3f4be3', '{"system_prompt":"Answer as JSON.","model_name":"model-of-turn","json_output":true,"thinking":{"type":"enabled","budget_tokens":100}}', '[{"id":"call_look","type":"function","function":{"name":"look","arguments":"{\"place\": \"Oslo\"}"}},{"id":"call_listen","type":"function","function":{"name":"listen","arguments":"{\"place\": \"Oslo\"}"}}]', 3, 7, NULL, 1795968863059, NULL, 1, 0);
INSERT INTO backboard_threads.runs VALUES ('run_01a22816-0d69-7017-ab16-3b9db2539eee', 26, 'IN_PROGRESS', 1, '01a22816-0d54-770c-8178-4070ad9557e4', '{}', NULL, NULL, 3, NULL, 1795968863593, NULL, 1, 0);


--
-- Data for Name: schema_version; Type: TABLE DATA; Schema: backboard_threads; Owner: -
--

INSERT INTO backboard_threads.schema_version VALUES (3);


--
-- Data for Name: threads; Type: TABLE DATA; Schema: backboard_threads; Owner: -
--

INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (19, '01a22816-084b-7676-908a-e04c84903708', 'default', '01a22816-0477-77df-969d-6ce409966eda', 1795968862283, 1795968862285, 3, 2, '/call look {"place": "Oslo"}', NULL, '{}', 'run_01a22816-084c-7219-89c0-90c9e218de23');
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (10, '01a22816-0818-7045-b6b9-cbe74dedd66f', 'default', '01a22816-0477-77df-969d-6ce409966eda', 1795968862232, 1795968862238, 3, 2, '/call look {"place": "Oslo"} /call listen {"place": "Rome"}', NULL, '{}', 'run_01a22816-081d-7337-8c95-bac0161696e9');
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (20, '01a22816-0854-77ef-9b4e-def1a25ef351', 'second', '01a22816-0852-779b-b8a2-a42012d652ca', 1795968862292, 1795968862296, 3, 2, '/call look {}', NULL, '{}', 'run_01a22816-0856-7351-845d-a64300785d67');
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (7, '01a22816-050d-7013-bb72-85436f9acb5c', 'default', '01a22816-0477-77df-969d-6ce409966eda', 1795968861453, 1795968862133, 18, 17, 'kept only', NULL, '{}', NULL);
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (5, '01a22816-04b2-71ab-86f5-90ecfc8d90a4', 'default', '01a22816-0477-77df-969d-6ce409966eda', 1795968861362, 1795968862455, 3, 2, 'x', NULL, '{}', NULL);
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (2, '01a22816-04ac-7320-bde9-e77c9fcd073b', 'default', '01a22816-0477-77df-969d-6ce409966eda', 1795968861356, 1795968861425, 13, 12, 'My name is Ada
and 😀 ', NULL, '{}', NULL);
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (14, '01a22816-0833-735c-81b1-d44bcb1e8ef4', 'default', '01a22816-0477-77df-969d-6ce409966eda', 1795968862259, 1795968862260, 3, 2, '/say mine', NULL, '{}', NULL);
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (16, '01a22816-0839-7467-93c4-c12f46484c81', 'default', '01a22816-0821-71d9-82d6-ddd58f1ed5b4', 1795968862265, 1795968862266, 3, 2, '/say all', NULL, '{}', NULL);
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (22, '01a22816-0b0d-7345-8a21-2282f97d2ba2', 'default', '01a22816-0add-7718-8580-50848a3a9d0c', 1795968862989, 1795968863025, 17, 16, 'tools please', NULL, '{}', NULL);
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (17, '01a22816-083c-7315-a7b3-d9129d125266', 'default', '01a22816-0821-71d9-82d6-ddd58f1ed5b4', 1795968862268, 1795968862270, 3, 2, '/fail all', NULL, '{}', NULL);
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (8, '01a22816-07c2-73f7-a1ce-69b48d144b45', 'default', '01a22816-0477-77df-969d-6ce409966eda', 1795968862146, 1795968862215, 20, 19, '/call look {"place": "Oslo"} /call listen {"place": "Rome"}', NULL, '{}', NULL);
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (9, '01a22816-0816-713d-a4e9-7641b6009101', 'default', '01a22816-0477-77df-969d-6ce409966eda', 1795968862230, 1795968862235, 3, 2, '/call look {"place": "Oslo"} /call listen {"place": "Rome"}', NULL, '{}', 'run_01a22816-081a-768a-9e3b-ea17a8f6306f');
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (18, '01a22816-0840-7312-b266-af479d10069b', 'default', '01a22816-0821-71d9-82d6-ddd58f1ed5b4', 1795968862272, 1795968862273, 3, 2, '/call look {}', NULL, '{}', 'run_01a22816-0840-7312-b266-af479d10069d');
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (11, '01a22816-0821-71d9-82d6-ddd58f1ed5b3', 'default', '01a22816-0821-71d9-82d6-ddd58f1ed5b4', 1795968862241, 1795968862280, 7, 6, 'No thread, no assistant', NULL, '{}', NULL);
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (23, '01a22816-0b35-769d-83db-4a5c650ccb9c', 'default', '01a22816-0add-7718-8580-50848a3a9d0c', 1795968863029, 1795968863042, 3, 2, 'hold until cancelled', NULL, '{}', NULL);
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (21, '01a22816-0ae0-7631-99a4-95bf31c622a3', 'default', '01a22816-0add-7718-8580-50848a3a9d0c', 1795968862944, 1795968862985, 11, 10, 'think aloud', NULL, '{}', NULL);
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (25, '01a22816-0b51-773e-a175-b6961f4032e4', 'default', '01a22816-0add-7718-8580-50848a3a9d0c', 1795968863058, 1795968863062, 3, 2, 'tools of this turn', NULL, '{}', 'run_01a22816-0b53-72f7-8604-51294319f7bd');
INSERT INTO backboard_threads.threads OVERRIDING SYSTEM VALUE VALUES (26, '01a22816-0d69-7017-ab16-3b9db2539eec', 'crashed', '01a22816-0d69-7017-ab16-3b9db2539eed', 1795968863593, 1795968863593, 2, 1, 'hold until killed', NULL, '{}', 'run_01a22816-0d69-7017-ab16-3b9db2539eee');


--
-- Name: threads_thread_seq; Type: SEQUENCE SET; Schema: backboard_threads; Owner: -
--

SELECT pg_catalog.setval('backboard_threads.threads_thread_seq', 26, true);


--
-- Name: api_keys api_keys_pkey; Type: CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (digest);


--
-- Name: assistants assistants_pkey; Type: CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.assistants
    ADD CONSTRAINT assistants_pkey PRIMARY KEY (assistant_id);


--
-- Name: files files_pkey; Type: CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.files
    ADD CONSTRAINT files_pkey PRIMARY KEY (document_id);


--
-- Name: idempotency_keys idempotency_keys_pkey; Type: CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (account_id, idempotency_key);


--
-- Name: messages messages_pkey; Type: CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (thread, version);


--
-- Name: places places_pkey; Type: CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.places
    ADD CONSTRAINT places_pkey PRIMARY KEY (thread, place);


--
-- Name: processes processes_pkey; Type: CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.processes
    ADD CONSTRAINT processes_pkey PRIMARY KEY (owner);


--
-- Name: run_events run_events_pkey; Type: CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.run_events
    ADD CONSTRAINT run_events_pkey PRIMARY KEY (run_id, first_event);


--
-- Name: runs runs_pkey; Type: CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (run_id);


--
-- Name: threads threads_pkey; Type: CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.threads
    ADD CONSTRAINT threads_pkey PRIMARY KEY (thread);


--
-- Name: threads threads_thread_id_key; Type: CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.threads
    ADD CONSTRAINT threads_thread_id_key UNIQUE (thread_id);


--
-- Name: api_keys_in_use; Type: INDEX; Schema: backboard_threads; Owner: -
--

CREATE UNIQUE INDEX api_keys_in_use ON backboard_threads.api_keys USING btree (name) WHERE (revoked_at IS NULL);


--
-- Name: assistant_of_default; Type: INDEX; Schema: backboard_threads; Owner: -
--

CREATE UNIQUE INDEX assistant_of_default ON backboard_threads.assistants USING btree (account_id) WHERE (is_default = 1);


--
-- Name: assistants_of_account; Type: INDEX; Schema: backboard_threads; Owner: -
--

CREATE INDEX assistants_of_account ON backboard_threads.assistants USING btree (account_id, created_at, assistant_id);


--
-- Name: assistants_of_name; Type: INDEX; Schema: backboard_threads; Owner: -
--

CREATE INDEX assistants_of_name ON backboard_threads.assistants USING btree (account_id, name, created_at, assistant_id);


--
-- Name: files_of_thread; Type: INDEX; Schema: backboard_threads; Owner: -
--

CREATE INDEX files_of_thread ON backboard_threads.files USING btree (thread);


--
-- Name: idempotency_keys_by_age; Type: INDEX; Schema: backboard_threads; Owner: -
--

CREATE INDEX idempotency_keys_by_age ON backboard_threads.idempotency_keys USING btree (created_at);


--
-- Name: idempotency_keys_of_assistant; Type: INDEX; Schema: backboard_threads; Owner: -
--

CREATE INDEX idempotency_keys_of_assistant ON backboard_threads.idempotency_keys USING btree (assistant_id) WHERE (assistant_id IS NOT NULL);


--
-- Name: idempotency_keys_of_thread; Type: INDEX; Schema: backboard_threads; Owner: -
--

CREATE INDEX idempotency_keys_of_thread ON backboard_threads.idempotency_keys USING btree (thread) WHERE (thread IS NOT NULL);


--
-- Name: runs_in_progress; Type: INDEX; Schema: backboard_threads; Owner: -
--

CREATE INDEX runs_in_progress ON backboard_threads.runs USING btree (owner) WHERE (status = 'IN_PROGRESS'::text);


--
-- Name: runs_of_thread; Type: INDEX; Schema: backboard_threads; Owner: -
--

CREATE INDEX runs_of_thread ON backboard_threads.runs USING btree (thread);


--
-- Name: runs_with_log; Type: INDEX; Schema: backboard_threads; Owner: -
--

CREATE INDEX runs_with_log ON backboard_threads.runs USING btree (ended_at) WHERE (has_log = 1);


--
-- Name: threads_of_account; Type: INDEX; Schema: backboard_threads; Owner: -
--

CREATE INDEX threads_of_account ON backboard_threads.threads USING btree (account_id, created_at, thread_id);


--
-- Name: threads_of_assistant; Type: INDEX; Schema: backboard_threads; Owner: -
--

CREATE INDEX threads_of_assistant ON backboard_threads.threads USING btree (assistant_id, created_at, thread_id);


--
-- Name: files files_thread_fkey; Type: FK CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.files
    ADD CONSTRAINT files_thread_fkey FOREIGN KEY (thread) REFERENCES backboard_threads.threads(thread) ON DELETE CASCADE;


--
-- Name: idempotency_keys idempotency_keys_assistant_id_fkey; Type: FK CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.idempotency_keys
    ADD CONSTRAINT idempotency_keys_assistant_id_fkey FOREIGN KEY (assistant_id) REFERENCES backboard_threads.assistants(assistant_id) ON DELETE CASCADE;


--
-- Name: idempotency_keys idempotency_keys_thread_fkey; Type: FK CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.idempotency_keys
    ADD CONSTRAINT idempotency_keys_thread_fkey FOREIGN KEY (thread) REFERENCES backboard_threads.threads(thread) ON DELETE CASCADE;


--
-- Name: messages messages_thread_fkey; Type: FK CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.messages
    ADD CONSTRAINT messages_thread_fkey FOREIGN KEY (thread) REFERENCES backboard_threads.threads(thread) ON DELETE CASCADE;


--
-- Name: places places_thread_fkey; Type: FK CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.places
    ADD CONSTRAINT places_thread_fkey FOREIGN KEY (thread) REFERENCES backboard_threads.threads(thread) ON DELETE CASCADE;


--
-- Name: run_events run_events_run_id_fkey; Type: FK CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.run_events
    ADD CONSTRAINT run_events_run_id_fkey FOREIGN KEY (run_id) REFERENCES backboard_threads.runs(run_id) ON DELETE CASCADE;


--
-- Name: runs runs_thread_fkey; Type: FK CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.runs
    ADD CONSTRAINT runs_thread_fkey FOREIGN KEY (thread) REFERENCES backboard_threads.threads(thread) ON DELETE CASCADE;


--
-- Name: threads threads_assistant_id_fkey; Type: FK CONSTRAINT; Schema: backboard_threads; Owner: -
--

ALTER TABLE ONLY backboard_threads.threads
    ADD CONSTRAINT threads_assistant_id_fkey FOREIGN KEY (assistant_id) REFERENCES backboard_threads.assistants(assistant_id) ON DELETE CASCADE;

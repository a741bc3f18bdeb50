package com.example;

import com.example.backboard.ApiClient;
import com.example.backboard.ApiException;
import com.example.backboard.api.AssistantsApi;
import com.example.backboard.api.MessagesApi;
import com.example.backboard.api.ThreadsApi;
import com.example.backboard.model.ContentStreamingEvent;
import com.example.backboard.model.ConversationThread;
import com.example.backboard.model.CreateAssistant;
import com.example.backboard.model.ErrorBody;
import com.example.backboard.model.HTTPValidationError;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** The life of a thread, against the server that BACKBOARD_BASE_URL names. */
public final class Smoke {

    public static void main(String[] arguments) throws Exception {
        ApiClient client = client(System.getenv("BACKBOARD_API_KEY"));
        AssistantsApi assistants = new AssistantsApi(client);
        ThreadsApi threads = new ThreadsApi(client);
        MessagesApi messages = new MessagesApi(client);

        var assistant = assistants.createAssistant(new CreateAssistant().name("Guide"), null);
        say("assistant", assistant.getName());

        ConversationThread thread = threads.createThread(assistant.getAssistantId(), null, Map.of());
        say("thread", thread.getMessages().size() + " messages");

        var turn =
                messages.sendMessage(
                        thread.getThreadId(), "My name is Ada.", null, null, null, null, null, null, null, null, null);
        say("reply", turn.getContent());

        // A long question: it comes back in one event, which is longer than the usual buffer of a line.
        var question = "What is my name?" + " ".repeat(100_000);
        say("streamed", streamed(client, thread.getThreadId(), question));

        say(
                "history",
                threads.getThread(thread.getThreadId(), null).getMessages().stream()
                        .map(message -> message.getRole().getValue())
                        .collect(Collectors.joining(", ")));

        for (int i = 0; i < 2; i++) {
            threads.createThread(assistant.getAssistantId(), null, Map.of());
        }
        say("paging", paged(threads, 2));

        ApiException unknown = refused(404, () -> threads.getThread(assistant.getAssistantId(), null));
        say("404", detail(client, unknown));
        ThreadsApi ofStranger = new ThreadsApi(client("nobody's"));
        ApiException stranger = refused(401, () -> ofStranger.listThreads(null, null, null));
        say("401", detail(client, stranger));
        ApiException wrong = refused(422, () -> threads.listThreads(null, 1000, null));
        var faults = client.getObjectMapper().readValue(wrong.getResponseBody(), HTTPValidationError.class);
        for (var fault : faults.getDetail()) {
            String place = fault.getLoc().stream().map(String::valueOf).collect(Collectors.joining("."));
            say("422", place + ": " + fault.getMsg());
        }

        say("deleted", threads.deleteThread(thread.getThreadId(), null).getMessage());
        refused(404, () -> threads.getThread(thread.getThreadId(), null));
        say("deleted", assistants.deleteAssistant(assistant.getAssistantId()).getMessage());
    }

    /** openapi-generator's native library leaves the document's security scheme to the caller. */
    private static ApiClient client(String apiKey) {
        ApiClient client = new ApiClient();
        client.updateBaseUri(System.getenv("BACKBOARD_BASE_URL"));
        client.setRequestInterceptor(request -> request.header("X-API-Key", apiKey));
        return client;
    }

    private static String streamed(ApiClient client, UUID threadId, String content) throws Exception {
        var form = "stream=true&content=" + URLEncoder.encode(content, StandardCharsets.UTF_8);
        var request =
                HttpRequest.newBuilder(URI.create(client.getBaseUri() + "/threads/" + threadId + "/messages"))
                        .header("X-API-Key", System.getenv("BACKBOARD_API_KEY"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form))
                        .build();
        var text = new StringBuilder();
        var end = "";
        try (var turn = StreamedTurn.open(client.getHttpClient(), request, client.getObjectMapper())) {
            for (var event : turn) {
                if (event.type().equals("content_streaming")) {
                    text.append(event.as(ContentStreamingEvent.class).getContent());
                }
                end = event.type();
            }
        }
        return text + " (" + end + ")";
    }

    private static String paged(ThreadsApi threads, int limit) throws ApiException {
        int found = 0;
        int pages = 0;
        List<ConversationThread> page;
        do {
            page = threads.listThreads(found, limit, false);
            found += page.size();
            pages++;
        } while (page.size() == limit);
        return found + " threads in " + pages + " pages";
    }

    private interface Call {
        void run() throws ApiException;
    }

    private static ApiException refused(int status, Call call) {
        try {
            call.run();
        } catch (ApiException error) {
            if (error.getCode() == status) {
                return error;
            }
            throw new AssertionError("expected " + status, error);
        }
        throw new AssertionError("expected " + status + ", but it was accepted");
    }

    private static String detail(ApiClient client, ApiException error) throws Exception {
        // The generated methods give an error's body as text.
        var body = client.getObjectMapper().readValue(error.getResponseBody(), ErrorBody.class);
        return body.getDetail();
    }

    private static void say(String what, String how) {
        System.out.printf("%-10s %s%n", what, how);
    }
}

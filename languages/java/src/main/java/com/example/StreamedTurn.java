package com.example;

import com.example.backboard.ApiException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A turn that comes as server-sent events, which openapi-generator cannot read: java.net.http can.
 *
 * <p>Iterating gives each event as soon as it arrives. Closing early closes the connection; the run goes on.
 */
public final class StreamedTurn implements Iterable<StreamedTurn.Event>, AutoCloseable {

    /** The events that end a stream, as {@code x-stream-ends} of {@code StreamEvent} in openapi.yaml lists them. */
    static final Set<String> STREAM_ENDS =
            Set.of(
                    "run_ended",
                    "message_complete",
                    "run_completed",
                    "run_failed",
                    "error",
                    "run_cancelled",
                    "tool_submit_required");

    /** One event. A server may send types that the document does not know yet: they arrive like any other. */
    public record Event(String type, JsonNode fields, ObjectMapper mapper) {
        /** Reads the event as one of the generated classes, such as {@code ContentStreamingEvent}. */
        public <T> T as(Class<T> kind) throws JsonProcessingException {
            return mapper.treeToValue(fields, kind);
        }
    }

    private final Stream<String> lines;
    private final ObjectMapper mapper;

    private StreamedTurn(Stream<String> lines, ObjectMapper mapper) {
        this.lines = lines;
        this.mapper = mapper;
    }

    /**
     * Sends a request that asks for a stream.
     *
     * @throws ApiException if the server answers with an error, like the generated methods
     */
    public static StreamedTurn open(HttpClient client, HttpRequest request, ObjectMapper mapper)
            throws IOException, InterruptedException, ApiException {
        HttpResponse<Stream<String>> response = client.send(request, BodyHandlers.ofLines());
        if (response.statusCode() != 200) {
            String body = response.body().collect(Collectors.joining("\n"));
            throw new ApiException(response.statusCode(), response.headers(), body);
        }
        return new StreamedTurn(response.body(), mapper);
    }

    /** The events, once. {@code hasNext} throws an IllegalStateException if the stream was cut off. */
    @Override
    public Iterator<Event> iterator() {
        Iterator<String> all = lines.iterator();
        return new Iterator<>() {
            private Event next;
            private boolean ended;

            @Override
            public boolean hasNext() {
                String data = null;
                // The API writes an event's JSON on one line; an empty line ends the event. Others carry none.
                while (next == null && all.hasNext()) {
                    String line = all.next();
                    if (line.startsWith("data:")) {
                        data = line.substring("data:".length());
                    } else if (line.isEmpty() && data != null) {
                        next = read(data);
                        ended |= STREAM_ENDS.contains(next.type());
                    }
                }
                if (next == null && !ended) {
                    throw new IllegalStateException("the stream was cut off before the turn ended");
                }
                return next != null;
            }

            @Override
            public Event next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Event event = next;
                next = null;
                return event;
            }
        };
    }

    @Override
    public void close() {
        lines.close();
    }

    private Event read(String json) {
        try {
            JsonNode fields = mapper.readTree(json);
            return new Event(fields.path("type").asText(), fields, mapper);
        } catch (JsonProcessingException error) {
            throw new IllegalStateException("an event is not JSON: " + json, error);
        }
    }
}

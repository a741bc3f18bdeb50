package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamedTurnTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final byte[] WHOLE =
            (": a comment\n\nid: 1\ndata: {\"type\":\"content_streaming\",\"content\":\"é🙂\"}\n\n"
                            + "id: 2\ndata: {\"type\":\"run_ended\"}\n\n")
                    .getBytes(StandardCharsets.UTF_8);
    private static final byte[] LONGER =
            (new String(WHOLE, StandardCharsets.UTF_8) + "id: 3\ndata: {\"type\":\"tts_stream_end\"}\n\n")
                    .getBytes(StandardCharsets.UTF_8);

    /** What comes after the end changes nothing. The server answers {@code GET /N} with the first N bytes of the stream. */
    @Test
    void streamThatIsCutAtAnyByteIsNoWholeOne() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    int size = Integer.parseInt(exchange.getRequestURI().getPath().substring(1));
                    exchange.sendResponseHeaders(200, size == 0 ? -1 : size);
                    exchange.getResponseBody().write(Arrays.copyOf(LONGER, size));
                    exchange.close();
                });
        server.start();
        try {
            for (int size = 0; size <= LONGER.length; size++) {
                String expected = size >= WHOLE.length ? "whole" : "cut off";
                assertEquals(expected, read(server.getAddress(), size), "after " + size + " of " + WHOLE.length);
            }
        } finally {
            server.stop(0);
        }
    }

    private static String read(InetSocketAddress server, int size) throws Exception {
        var address = URI.create("http://127.0.0.1:" + server.getPort() + "/" + size);
        var request = HttpRequest.newBuilder(address).build();
        List<String> seen = new ArrayList<>();
        try (var turn = StreamedTurn.open(CLIENT, request, new ObjectMapper())) {
            turn.forEach(event -> seen.add(event.type() + event.fields().path("content").asText()));
        } catch (IllegalStateException error) {
            return "cut off";
        }
        assertEquals(List.of("content_streamingé🙂", "run_ended"), seen.subList(0, 2));
        assertEquals(size == LONGER.length ? 3 : 2, seen.size());
        return "whole";
    }
}

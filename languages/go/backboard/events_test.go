package backboard

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// A stream that is cut at any byte before its end is no whole one; what comes after the end changes nothing.
func TestReadEventsOfCutStreams(t *testing.T) {
	whole := ": a comment\n\nid: 1\ndata: {\"type\":\"content_streaming\",\"content\":\"é🙂\"}\n\n" +
		"id: 2\ndata: {\"type\":\"run_ended\"}\n\n"
	longer := whole + "id: 3\ndata: {\"type\":\"tts_stream_end\"}\n\n"
	for end := range len(longer) + 1 {
		body := io.NopCloser(strings.NewReader(longer[:end]))
		var last error
		for _, err := range ReadEvents(&http.Response{StatusCode: http.StatusOK, Body: body}, nil) {
			last = err
		}
		if (end < len(whole)) != errors.Is(last, ErrCutOff) {
			t.Fatalf("cut at %d of %d: %v", end, len(whole), last)
		}
	}
}

package backboard

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// A stream that is cut at any byte is no whole one.
func TestReadEventsOfCutStreams(t *testing.T) {
	whole := ": a comment\n\nid: 1\ndata: {\"type\":\"content_streaming\",\"content\":\"é🙂\"}\n\n" +
		"id: 2\ndata: {\"type\":\"run_ended\"}\n\n"
	for end := range len(whole) + 1 {
		body := io.NopCloser(strings.NewReader(whole[:end]))
		var last error
		for _, err := range ReadEvents(&http.Response{StatusCode: http.StatusOK, Body: body}, nil) {
			last = err
		}
		if (end < len(whole)) != errors.Is(last, ErrCutOff) {
			t.Fatalf("cut at %d of %d: %v", end, len(whole), last)
		}
	}
}

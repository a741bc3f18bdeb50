// Package backboard is a client of the Backboard threads API: what oapi-codegen writes, and streams.
package backboard

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"
)

//go:generate go tool oapi-codegen -config oapi-codegen.yaml ../../document/openapi.oas-3.0.json

// streamEnds are the events that end a stream, as `x-stream-ends` of `StreamEvent` in openapi.yaml lists them.
var streamEnds = []string{
	"run_ended",
	"message_complete",
	"run_completed",
	"run_failed",
	"error",
	"run_cancelled",
	"tool_submit_required",
}

// ErrCutOff says that a stream stopped before the turn had ended.
var ErrCutOff = errors.New("the stream was cut off before the turn ended")

// ReadEvents gives the events of a streamed turn, each as soon as it arrives, and closes the response.
//
// It takes what the methods of Client return (not those of ClientWithResponses, which read the whole body first).
// Leaving the loop early closes the connection; the run goes on. A server may send types that the document does not
// know yet: StreamEvent.Discriminator names them, StreamEvent.ValueByDiscriminator refuses them.
func ReadEvents(response *http.Response, err error) iter.Seq2[StreamEvent, error] {
	return func(yield func(StreamEvent, error) bool) {
		if err != nil {
			yield(StreamEvent{}, err)
			return
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			body, _ := io.ReadAll(response.Body)
			yield(StreamEvent{}, fmt.Errorf("%s: %s", response.Status, body))
			return
		}
		if err := eachEvent(response.Body, yield); err != nil {
			yield(StreamEvent{}, err)
		}
	}
}

func eachEvent(body io.Reader, yield func(StreamEvent, error) bool) error {
	ended := false
	var data []byte
	for reader := bufio.NewReader(body); ; {
		line, err := reader.ReadBytes('\n')
		if err == io.EOF && ended {
			return nil
		} else if err == io.EOF {
			return ErrCutOff
		} else if err != nil {
			return err
		}
		// The API writes an event's JSON on one line; an empty line ends the event. `id:` lines and comments carry none.
		if found, is := bytes.CutPrefix(line, []byte("data:")); is {
			data = found
		}
		if len(bytes.TrimSpace(line)) > 0 || data == nil {
			continue
		}
		var event StreamEvent
		if err := json.Unmarshal(data, &event); err != nil {
			return err
		}
		data = nil
		kind, err := event.Discriminator()
		if err != nil {
			return err
		}
		ended = ended || slices.Contains(streamEnds, kind)
		if !yield(event, nil) {
			return nil
		}
	}
}

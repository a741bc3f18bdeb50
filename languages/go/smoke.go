// Command smoke lives the life of a thread, against the server that BACKBOARD_BASE_URL names.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"

	"example.com/backboard-threads/backboard"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	client, err := newClient(os.Getenv("BACKBOARD_API_KEY"))
	if err != nil {
		return err
	}

	created, err := client.CreateAssistantWithResponse(ctx, nil, backboard.CreateAssistant{Name: "Guide"})
	if err != nil {
		return err
	}
	assistant := created.JSON200
	if assistant == nil {
		return refusal(created.HTTPResponse, created.Body)
	}
	say("assistant", assistant.Name)

	thread, err := createThread(ctx, client, assistant.AssistantID)
	if err != nil {
		return err
	}
	say("thread", fmt.Sprintf("%d messages", len(*thread.Messages)))

	// The hosted API is known to take this operation's body as a form.
	form := backboard.MessageForm{Content: "My name is Ada."}
	sent, err := client.SendMessageWithFormdataBodyWithResponse(ctx, thread.ThreadID, nil, form)
	if err != nil {
		return err
	}
	if sent.JSON200 == nil {
		return refusal(sent.HTTPResponse, sent.Body)
	}
	say("reply", *sent.JSON200.Content)

	// A long question: it comes back in one event, which is longer than the usual buffer of a line.
	question := "What is my name?" + strings.Repeat(" ", 100_000)
	text, end, err := streamed(ctx, client, thread.ThreadID, question)
	if err != nil {
		return err
	}
	say("streamed", fmt.Sprintf("%s (%s)", text, end))

	history, err := client.GetThreadWithResponse(ctx, thread.ThreadID, nil)
	if err != nil {
		return err
	}
	if history.JSON200 == nil {
		return refusal(history.HTTPResponse, history.Body)
	}
	var roles []string
	for _, message := range *history.JSON200.Messages {
		roles = append(roles, string(message.Role))
	}
	say("history", strings.Join(roles, ", "))

	for range 2 {
		if _, err := createThread(ctx, client, assistant.AssistantID); err != nil {
			return err
		}
	}
	found, pages, err := paged(ctx, client, 2)
	if err != nil {
		return err
	}
	say("paging", fmt.Sprintf("%d threads in %d pages", found, pages))

	if err := refused(ctx, client, assistant.AssistantID); err != nil {
		return err
	}
	return deleted(ctx, client, assistant.AssistantID, thread.ThreadID)
}

// newClient adds the key, which oapi-codegen leaves to the caller.
func newClient(key string) (*backboard.ClientWithResponses, error) {
	withKey := func(_ context.Context, request *http.Request) error {
		request.Header.Set("X-API-Key", key)
		return nil
	}
	return backboard.NewClientWithResponses(os.Getenv("BACKBOARD_BASE_URL"), backboard.WithRequestEditorFn(withKey))
}

func createThread(ctx context.Context, client *backboard.ClientWithResponses, assistant backboard.UUID) (*backboard.Thread, error) {
	created, err := client.CreateThreadWithResponse(ctx, assistant, nil, backboard.CreateThread{})
	if err != nil {
		return nil, err
	}
	if created.JSON200 == nil {
		return nil, refusal(created.HTTPResponse, created.Body)
	}
	return created.JSON200, nil
}

func streamed(ctx context.Context, client *backboard.ClientWithResponses, thread backboard.UUID, content string) (text, end string, err error) {
	stream := true
	form := backboard.MessageForm{Content: content, Stream: &stream}
	for event, err := range backboard.ReadEvents(client.SendMessageWithFormdataBody(ctx, thread, nil, form)) {
		if err != nil {
			return "", "", err
		}
		if end, err = event.Discriminator(); err != nil {
			return "", "", err
		}
		if end == "content_streaming" {
			piece, err := event.AsContentStreamingEvent()
			if err != nil {
				return "", "", err
			}
			text += piece.Content
		}
	}
	return text, end, nil
}

func paged(ctx context.Context, client *backboard.ClientWithResponses, limit int32) (found, pages int32, err error) {
	light := false
	for {
		page, err := client.ListThreadsWithResponse(ctx, &backboard.ListThreadsParams{Skip: &found, Limit: &limit, IncludeMessages: &light})
		if err != nil {
			return 0, 0, err
		}
		if page.JSON200 == nil {
			return 0, 0, refusal(page.HTTPResponse, page.Body)
		}
		size := int32(len(*page.JSON200))
		found += size
		pages++
		if size < limit {
			return found, pages, nil
		}
	}
}

func refused(ctx context.Context, client *backboard.ClientWithResponses, noThread backboard.UUID) error {
	unknown, err := client.GetThreadWithResponse(ctx, noThread, nil)
	if err != nil {
		return err
	}
	if unknown.JSON404 == nil {
		return unexpected(unknown.HTTPResponse, unknown.Body)
	}
	say("404", unknown.JSON404.Detail)

	stranger, err := newClient("nobody's")
	if err != nil {
		return err
	}
	unauthorized, err := stranger.ListThreadsWithResponse(ctx, nil)
	if err != nil {
		return err
	}
	if unauthorized.JSON401 == nil {
		return unexpected(unauthorized.HTTPResponse, unauthorized.Body)
	}
	say("401", unauthorized.JSON401.Detail)

	tooMany := int32(1000)
	wrong, err := client.ListThreadsWithResponse(ctx, &backboard.ListThreadsParams{Limit: &tooMany})
	if err != nil {
		return err
	}
	if wrong.JSON422 == nil {
		return unexpected(wrong.HTTPResponse, wrong.Body)
	}
	for _, fault := range *wrong.JSON422.Detail {
		var place []string
		for _, step := range fault.Loc {
			name, err := step.AsValidationErrorLoc0()
			if err != nil {
				return err
			}
			place = append(place, name)
		}
		say("422", fmt.Sprintf("%s: %s", strings.Join(place, "."), fault.Msg))
	}
	return nil
}

func deleted(ctx context.Context, client *backboard.ClientWithResponses, assistant, thread backboard.UUID) error {
	deletedThread, err := client.DeleteThreadWithResponse(ctx, thread, nil)
	if err != nil {
		return err
	}
	if deletedThread.JSON200 == nil {
		return refusal(deletedThread.HTTPResponse, deletedThread.Body)
	}
	say("deleted", deletedThread.JSON200.Message)

	gone, err := client.GetThreadWithResponse(ctx, thread, nil)
	if err != nil {
		return err
	}
	if gone.JSON404 == nil {
		return unexpected(gone.HTTPResponse, gone.Body)
	}

	deletedAssistant, err := client.DeleteAssistantWithResponse(ctx, assistant)
	if err != nil {
		return err
	}
	if deletedAssistant.JSON200 == nil {
		return refusal(deletedAssistant.HTTPResponse, deletedAssistant.Body)
	}
	say("deleted", deletedAssistant.JSON200.Message)
	return nil
}

func say(what, how string) { fmt.Printf("%-10s %s\n", what, how) }

func refusal(response *http.Response, body []byte) error {
	return fmt.Errorf("%s %s: %s", response.Request.Method, response.Status, body)
}

func unexpected(response *http.Response, body []byte) error {
	return fmt.Errorf("not the expected refusal: %s: %s", response.Status, body)
}

//! The life of a thread, against the server that BACKBOARD_BASE_URL names.

use std::{env, error::Error};

use backboard_threads::{
    backboard::{
        client::{
            ApiError, ApiOpError, DeleteThreadApiError, GetThreadApiError, HttpClient,
            ListThreadsApiError,
        },
        types::{
            ChatMessageInput, CreateAssistant, MessageRole, StreamEvent,
            ValidationErrorLocItemUnion,
        },
    },
    events::read_events,
};
use futures_util::{TryStreamExt, pin_mut};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What an optional header is when it is not sent.
const NONE: Option<&str> = None;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let backboard = client(&env::var("BACKBOARD_API_KEY")?)?;

    let guide = CreateAssistant::new("Guide".into());
    let assistant = backboard.create_assistant(NONE, guide).await?;
    let assistant_id = assistant.assistant_id.to_string();
    say("assistant", &assistant.name);

    let thread = backboard.create_thread(&assistant_id, NONE, None).await?;
    let thread_id = thread.thread_id.to_string();
    let messages = thread.messages.unwrap_or_default();
    say("thread", &format!("{} messages", messages.len()));

    // openapi-to-rust sends bodies as JSON, and it is the one-call form that the hosted API is known to take as JSON.
    let message = |content: &str| ChatMessageInput {
        thread_id: Some(thread.thread_id),
        ..ChatMessageInput::new(content.into())
    };
    let turn = backboard.send_chat_message(NONE, NONE, message("My name is Ada.")).await?;
    say("reply", &turn.content.flatten().unwrap_or_default());

    // A long question: it comes back in one event, which is longer than the usual buffer of a line.
    let question = format!("What is my name?{}", " ".repeat(100_000));
    say("streamed", &streamed(&backboard, message(&question)).await?);

    let history = backboard.get_thread(&thread_id, NONE).await?.messages.unwrap_or_default();
    let roles: Vec<&str> = history.iter().map(|message| role(&message.role)).collect();
    say("history", &roles.join(", "));

    for _ in 0..2 {
        backboard.create_thread(&assistant_id, NONE, None).await?;
    }
    say("paging", &paged(&backboard, 2).await?);

    let unknown = refusal(backboard.get_thread(&assistant_id, NONE).await)?;
    let Some(GetThreadApiError::Status404(error)) = unknown.typed else {
        return Err(unknown.into());
    };
    say("404", &error.detail);

    let stranger = refusal(client("nobody's")?.list_threads(None, None, NONE).await)?;
    let Some(ListThreadsApiError::Status401(error)) = stranger.typed else {
        return Err(stranger.into());
    };
    say("401", &error.detail);

    let wrong = refusal(backboard.list_threads(None, Some(1000), NONE).await)?;
    let Some(ListThreadsApiError::Status422(error)) = wrong.typed else {
        return Err(wrong.into());
    };
    for fault in error.detail.unwrap_or_default() {
        let place: Vec<String> = fault.loc.iter().map(step).collect();
        say("422", &format!("{}: {}", place.join("."), fault.msg));
    }

    say("deleted", &backboard.delete_thread(&thread_id, NONE).await?.message);
    let gone = refusal(backboard.delete_thread(&thread_id, NONE).await)?;
    let Some(DeleteThreadApiError::Status404(_)) = gone.typed else {
        return Err(gone.into());
    };
    say("deleted", &backboard.delete_assistant(&assistant_id).await?.message);
    Ok(())
}

fn client(api_key: &str) -> Outcome<HttpClient> {
    let base_url = env::var("BACKBOARD_BASE_URL")?;
    Ok(HttpClient::new().with_base_url(base_url).with_api_key(api_key))
}

async fn streamed(backboard: &HttpClient, message: ChatMessageInput) -> Outcome<String> {
    let message = ChatMessageInput { stream: Some(true), ..message };
    let chunks = backboard.send_chat_message_event_stream(NONE, NONE, message).await?;
    let events = read_events(chunks);
    pin_mut!(events);
    let (mut text, mut end) = (String::new(), String::new());
    while let Some(event) = events.try_next().await? {
        if let StreamEvent::ContentStreaming(piece) = event.typed()? {
            text.push_str(&piece.content);
        }
        end = event.kind;
    }
    Ok(format!("{text} ({end})"))
}

async fn paged(backboard: &HttpClient, limit: i32) -> Outcome<String> {
    let (mut found, mut pages) = (0, 0);
    loop {
        let page = backboard.list_threads(Some(found), Some(limit), Some("false")).await?;
        let size = i32::try_from(page.len())?;
        found += size;
        pages += 1;
        if size < limit {
            return Ok(format!("{found} threads in {pages} pages"));
        }
    }
}

/// The answer of a call that the server should have refused.
fn refusal<T, E>(outcome: Result<T, ApiOpError<E>>) -> Outcome<ApiError<E>>
where
    E: std::fmt::Debug + 'static,
{
    match outcome {
        Err(ApiOpError::Api(error)) => Ok(error),
        Err(error) => Err(error.into()),
        Ok(_) => Err("the server accepted what it should refuse".into()),
    }
}

fn role(role: &MessageRole) -> &str {
    match role {
        MessageRole::User => "user",
        MessageRole::Assistant => "assistant",
        MessageRole::Tool => "tool",
        MessageRole::System => "system",
        MessageRole::Custom(other) => other,
    }
}

fn step(part: &ValidationErrorLocItemUnion) -> String {
    match part {
        ValidationErrorLocItemUnion::String(name) => name.clone(),
        ValidationErrorLocItemUnion::Integer(index) => index.to_string(),
    }
}

fn say(what: &str, how: &str) {
    println!("{what:<10} {how}");
}

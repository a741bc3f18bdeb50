//! The events of a streamed turn.

use std::fmt::Display;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use thiserror::Error;

use crate::backboard::types::StreamEvent;

/// The events that end a stream, as `x-stream-ends` of `StreamEvent` in openapi.yaml lists them.
const STREAM_ENDS: [&str; 7] = [
    "run_ended",
    "message_complete",
    "run_completed",
    "run_failed",
    "error",
    "run_cancelled",
    "tool_submit_required",
];

/// Why a stream did not end as a turn ends.
#[derive(Debug, Error)]
pub enum StreamError {
    #[error("the stream was cut off before the turn ended")]
    CutOff,
    #[error("the connection broke: {0}")]
    Connection(String),
    #[error("an event is not JSON: {0}")]
    Unreadable(#[from] serde_json::Error),
}

/// An event, by its type, with all its fields. A server may send types that the document does not know yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub kind: String,
    pub fields: serde_json::Value,
}

impl Event {
    /// Reads the event as the generated enum, which refuses a type that the document does not know.
    pub fn typed(&self) -> Result<StreamEvent, serde_json::Error> {
        serde_json::from_value(self.fields.clone())
    }
}

/// Reads what a method such as `send_chat_message_event_stream` gives as events, each as soon as it arrives.
///
/// Dropping the stream closes the connection; the run goes on.
pub fn read_events<E: Display>(
    chunks: impl Stream<Item = Result<Bytes, E>>,
) -> impl Stream<Item = Result<Event, StreamError>> {
    let reader = Reader { chunks: Box::pin(chunks), rest: Vec::new(), data: None, ended: false };
    stream::unfold(Some(reader), |reader| async {
        let mut reader = reader?;
        match reader.next().await {
            Ok(Some(event)) => Some((Ok(event), Some(reader))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    })
}

struct Reader<S> {
    chunks: std::pin::Pin<Box<S>>,
    rest: Vec<u8>,
    data: Option<Vec<u8>>,
    ended: bool,
}

impl<S: Stream<Item = Result<Bytes, E>>, E: Display> Reader<S> {
    async fn next(&mut self) -> Result<Option<Event>, StreamError> {
        loop {
            while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                // The API writes an event's JSON on one line; an empty line ends the event. `id:` lines and comments
                // carry none.
                if let Some(data) = line.strip_prefix(b"data:") {
                    self.data = Some(data.to_vec());
                } else if line.trim_ascii().is_empty()
                    && let Some(data) = self.data.take()
                {
                    return self.event(&data).map(Some);
                }
            }
            match self.chunks.next().await {
                Some(Ok(chunk)) => self.rest.extend_from_slice(&chunk),
                Some(Err(error)) => return Err(StreamError::Connection(error.to_string())),
                None if self.ended => return Ok(None),
                None => return Err(StreamError::CutOff),
            }
        }
    }

    fn event(&mut self, data: &[u8]) -> Result<Event, StreamError> {
        let fields: serde_json::Value = serde_json::from_slice(data)?;
        let kind = fields["type"].as_str().unwrap_or_default().to_owned();
        self.ended = self.ended || STREAM_ENDS.contains(&kind.as_str());
        Ok(Event { kind, fields })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn cut_streams_are_no_whole_ones() {
        let text = ": a comment\n\nid: 1\ndata: {\"type\":\"content_streaming\",\"content\":\"é🙂\"}\n\n\
                    id: 2\ndata: {\"type\":\"run_ended\"}\n\n";
        for end in 0..=text.len() {
            let bytes: Vec<Result<Bytes, String>> = text.as_bytes()[..end]
                .iter()
                .map(|byte| Ok(Bytes::copy_from_slice(&[*byte])))
                .collect();
            let last = read_events(stream::iter(bytes)).collect::<Vec<_>>().await.pop();
            let cut = matches!(last, Some(Err(StreamError::CutOff)));
            assert_eq!(cut, end < text.len(), "cut at {end}");
        }
    }
}

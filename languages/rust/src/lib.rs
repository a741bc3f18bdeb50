//! A client of the Backboard threads API: what openapi-to-rust writes, and the events of a stream.

include!(concat!(env!("OUT_DIR"), "/client.rs"));

pub mod events;

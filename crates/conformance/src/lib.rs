//! Our engine behind the adapter protocol, by which any implementation can be driven.
//!
//! Knows: the lines of the protocol, and one device made of `signal`.
//! Does not know: files, sockets, the time, or where randomness comes from.
//!
//! A request is a JSON object on a line, an answer is one line, in order: `{"ok": {...}}`, or
//! `{"err": "kind: message"}` where the operation was refused. Bytes are hexadecimal, an address is
//! `["name", device]`, a line has at most [`MAX_LINE`] bytes, and unknown fields are ignored.
//!
//! ```
//! let requests = br#"{"op":"init","name":"a","dev":1,"regid":7,"profile":"v3"}
//! {"op":"encrypt","peer":["b",1],"m":"hello"}
//! "#;
//! let mut answers = Vec::new();
//! // A real caller fills the bytes from the operating system.
//! conformance::serve(&requests[..], &mut answers, |bytes| bytes.fill(7))?;
//! let answers = String::from_utf8_lossy(&answers);
//! assert!(answers.ends_with("{\"err\":\"no_session: none with b 1\"}\n"));
//! # Ok::<(), std::io::Error>(())
//! ```

#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod device;
mod fields;
mod lines;
mod planted;
mod refusal;
mod serve;
mod shelf;
pub mod suite;
#[cfg(test)]
mod tests;

pub use keys::Mode;
pub use lines::MAX_LINE;
pub use serve::{serve, serve_in};

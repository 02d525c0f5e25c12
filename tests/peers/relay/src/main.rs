//! Load for other people's store-and-forward servers.
//!
//! ```text
//! blindpost-peer-relay nats ADDRESS MESSAGES WINDOW
//! blindpost-peer-relay prosody ADDRESS MESSAGES WINDOW RECIPIENTS
//! blindpost-peer-relay mosquitto ADDRESS MESSAGES WINDOW
//! ```
//!
//! Prints a JSON object: messages a second that were accepted, delivered and acknowledged. Each
//! protocol is spoken as far as that needs, on blocking sockets, so that little of the two cores
//! goes to this side.

mod mosquitto;
mod nats;
mod prosody;
mod wire;

use std::{env, process::exit, time::Duration};

/// Bytes of a text.
pub const TEXT: usize = 200;

/// What a run came to.
pub struct Outcome {
    pub messages: u64,
    pub time: Duration,
    /// What was done, in a few words.
    pub how: String,
}

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let number = |place: usize| words.get(place).and_then(|word| word.parse().ok());
    let (Some(peer), Some(address), Some(messages), Some(window)) =
        (words.first(), words.get(1), number(2), number(3))
    else {
        eprintln!("PEER ADDRESS MESSAGES WINDOW [RECIPIENTS]");
        exit(2);
    };
    let outcome = match peer.as_str() {
        "nats" => nats::run(address, messages, window),
        "prosody" => prosody::run(address, messages, window, number(4).unwrap_or(100)),
        "mosquitto" => mosquitto::run(address, messages, window),
        _ => {
            eprintln!("{peer}: no such peer");
            exit(2);
        }
    };
    match outcome {
        Ok(Outcome { messages, time, how }) => {
            let rate = messages as f64 / time.as_secs_f64();
            print!(r#"{{"peer": "{peer}", "messages": {messages}, "window": {window}, "#);
            println!(r#""per_second": {rate:.0}, "how": "{how}"}}"#);
        }
        Err(error) => {
            eprintln!("{peer}: {error}");
            exit(1);
        }
    }
}

//! What two ends say to each other, and what they refuse.

mod documented;
mod handshakes;
mod known_answers;
mod noise;
mod pieces;
mod records;
mod size;

use std::{sync::Arc, vec::Vec};

use crate::{Channel, Initiator, Responder, Seed, StaticKey};

fn key(number: u8) -> StaticKey {
    StaticKey::from_secret(&mut [number; 32])
}

fn seed(number: u8) -> Seed {
    Seed::from_secret(&mut [number; 32])
}

/// Client 1 and server 2, with the seeds of a connection.
fn ends(connection: u8) -> (Initiator, Vec<u8>, Responder) {
    let server = Arc::new(key(2));
    let (client, first) =
        Initiator::new(&key(1), server.public(), seed(connection)).expect("it starts");
    (client, first, Responder::new(server, seed(connection.wrapping_add(128))))
}

/// A finished handshake: the client's channel, the server's, and the three messages.
fn connected(connection: u8) -> (Channel, Channel, [Vec<u8>; 3]) {
    let (mut client, first, mut server) = ends(connection);
    let second = server.receive(&first).expect("message 1 is fine").send;
    let done = client.receive(&second).expect("message 2 is fine");
    let here = done.channel.expect("the client is done");
    let there = server.receive(&done.send).expect("message 3 is fine").channel;
    (here, there.expect("the server is done"), [first, second, done.send])
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).expect("digits"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("digits")).collect()
}

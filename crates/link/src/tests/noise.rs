//! Against snow's own API, which knows nothing of what is written here.

use std::{boxed::Box, sync::Arc, vec, vec::Vec};

use snow::{Builder, HandshakeState, TransportState};
use vocab::limits::LINK_RECORDS_PER_KEY;

use super::{key, seed};
use crate::{
    Channel, INTRO, Incoming, Initiator, NOISE_NAME, PROLOGUE, Responder, resolver::Primitives,
};

#[test]
fn a_client_talks_to_a_server_that_is_plain_noise() {
    let (channel, plain) = with_a_plain_server();
    talk(channel, plain);
}

#[test]
fn a_client_that_is_plain_noise_talks_to_a_server() {
    let mut server = Responder::new(Arc::new(key(2)), seed(3));
    let mut plain = plain(1, Builder::build_initiator);
    let first = [&INTRO[..], &write(&mut plain)].concat();
    let answer = server.receive(&first).unwrap();
    read(&mut plain, &answer.send, 96);
    let done = server.receive(&write(&mut plain)).unwrap();
    let channel = done.channel.unwrap();
    assert_eq!(channel.peer, key(1).public());
    talk(channel, plain.into_transport_mode().unwrap());
}

#[test]
fn keys_move_on_as_snow_moves_them_on_and_numbers_go_on() {
    let (mut channel, mut plain) = with_a_plain_server();
    assert!(channel.key_log_line().is_some());
    let (mut sent, mut text) = (Vec::new(), [0; 64]);
    for number in 0..LINK_RECORDS_PER_KEY + 3 {
        if number == LINK_RECORDS_PER_KEY {
            plain.rekey_incoming();
            plain.rekey_outgoing();
        }
        sent.clear();
        channel.sealer.seal(b"x", &mut sent).unwrap();
        assert_eq!(plain.read_message(&sent[3..], &mut text), Ok(2), "record {number}");
        let bytes = plain.write_message(b"y\0", &mut text).unwrap();
        let record = [&[0, 0, bytes as u8], &text[..bytes]].concat();
        let opened = channel.opener.open(&mut &record[..]);
        assert_eq!(opened, Ok(Some(Incoming::Frame(b"y".to_vec()))), "record {number}");
    }
    assert!(channel.key_log_line().is_none(), "the first keys are gone");
}

fn with_a_plain_server() -> (Channel, TransportState) {
    let server = key(2);
    let (mut client, first) = Initiator::new(&key(1), server.public(), seed(3)).unwrap();
    let mut plain = plain(2, Builder::build_responder);
    assert_eq!(first[..4], INTRO);
    read(&mut plain, &first[4..], 32);
    let done = client.receive(&write(&mut plain)).unwrap();
    read(&mut plain, &done.send, 64);
    assert_eq!(plain.get_remote_static(), Some(&key(1).public().0[..]));
    (done.channel.unwrap(), plain.into_transport_mode().unwrap())
}

/// Both say something, in records that the other end reads.
fn talk(mut channel: Channel, mut plain: TransportState) {
    for text in [&b"one"[..], b"", &[7; 60_000]] {
        let mut sent = Vec::new();
        channel.sealer.seal(text, &mut sent).unwrap();
        let mut opened = vec![0; 65_535];
        let bytes = plain.read_message(&sent[3..], &mut opened).unwrap();
        assert_eq!(opened[..bytes], [text, &[0]].concat());

        let mut sealed = vec![0; 65_535];
        let bytes = plain.write_message(&[text, &[0]].concat(), &mut sealed).unwrap();
        let mut record = (bytes as u32).to_be_bytes()[1..].to_vec();
        record.extend_from_slice(&sealed[..bytes]);
        let opened = channel.opener.open(&mut &record[..]).unwrap();
        assert_eq!(opened, Some(Incoming::Frame(text.to_vec())));
    }
}

fn plain(
    secret: u8,
    build: fn(Builder<'static>) -> Result<HandshakeState, snow::Error>,
) -> HandshakeState {
    let params = NOISE_NAME.parse().unwrap();
    let builder = Builder::with_resolver(params, Box::new(Primitives(seed(200))));
    let own: &'static [u8] = Vec::leak(vec![secret; 32]);
    build(builder.prologue(PROLOGUE).unwrap().local_private_key(own).unwrap()).unwrap()
}

/// A handshake message with its length before it.
fn write(plain: &mut HandshakeState) -> Vec<u8> {
    let mut message = [0; 256];
    let bytes = plain.write_message(&[], &mut message).unwrap();
    [&[0, 0, bytes as u8], &message[..bytes]].concat()
}

fn read(plain: &mut HandshakeState, sent: &[u8], bytes: u8) {
    assert_eq!(sent[..3], [0, 0, bytes]);
    assert_eq!(plain.read_message(&sent[3..], &mut [0; 256]), Ok(0));
}

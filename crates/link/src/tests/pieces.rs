//! Bytes in pieces of any size, and bytes that are anything.

use std::{sync::Arc, vec, vec::Vec};

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use vocab::limits::{MAX_FRAME, MAX_LINK_MESSAGE};

use super::{connected, ends, key, seed};
use crate::{INTRO, Incoming, LENGTH_BYTES, Responder};

#[test]
fn a_handshake_and_its_frames_survive_being_cut_anywhere() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..50 {
        let (mut client, first, mut server) = ends(3);
        let second = pushed(&mut rng, &first, |piece| server.receive(piece).unwrap().send);
        let mut channel = None;
        let mut sent = pushed(&mut rng, &second, |piece| {
            let progress = client.receive(piece).unwrap();
            channel = progress.channel.or(channel.take());
            progress.send
        });
        let frames: Vec<Vec<u8>> = (0..5).map(|_| random(&mut rng, MAX_FRAME + 1)).collect();
        for frame in &frames {
            channel.as_mut().unwrap().sealer.seal(frame, &mut sent).unwrap();
        }
        let (mut there, mut came) = (None, Vec::new());
        pushed(&mut rng, &sent, |mut piece| {
            if there.is_none() {
                let progress = server.receive(piece).unwrap();
                piece = &piece[progress.taken..];
                there = progress.channel;
            }
            if let Some(channel) = &mut there {
                while let Some(incoming) = channel.opener.open(&mut piece).unwrap() {
                    came.push(incoming);
                }
            }
            Vec::new()
        });
        let frames: Vec<Incoming> = frames.into_iter().map(Incoming::Frame).collect();
        assert!(came == frames, "all frames, in order");
        assert_eq!(there.unwrap().opener.closed(), Ok(()));
    }
}

/// Pushes all bytes in pieces, and gathers the answers.
fn pushed(rng: &mut ChaCha8Rng, bytes: &[u8], mut push: impl FnMut(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (mut rest, mut answers) = (bytes, Vec::new());
    while !rest.is_empty() {
        // Mostly small, sometimes all of it.
        let most = [1, 7, 100, 70_000][rng.next_u32() as usize % 4];
        let (piece, more) = rest.split_at((1 + rng.next_u32() as usize % most).min(rest.len()));
        answers.extend(push(piece));
        rest = more;
    }
    answers
}

fn random(rng: &mut ChaCha8Rng, below: usize) -> Vec<u8> {
    let mut bytes = vec![0; rng.next_u32() as usize % below];
    rng.fill_bytes(&mut bytes);
    bytes
}

#[test]
fn random_bytes_open_neither_a_link_nor_a_record() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let server = Arc::new(key(2));
    for round in 0..2_000 {
        let mut bytes = random(&mut rng, 300);
        if round % 2 == 0 {
            // Far enough to reach the handshake, and some of it.
            bytes.splice(0..0, [&INTRO[..], &[0, 0, 32], &[9; 32], &[0, 0, 64]].concat());
        }
        let mut responder = Responder::new(server.clone(), seed(9));
        if let Ok(progress) = responder.receive(&bytes) {
            assert!(progress.channel.is_none());
        }
        let (_, mut there, _) = connected(3);
        let length = (bytes.len() as u32).to_be_bytes();
        bytes.splice(0..0, length[1..].to_vec());
        if let Ok(opened) = there.opener.open(&mut &bytes[..]) {
            assert_eq!(opened, None);
        }
    }
}

#[test]
fn a_slow_sender_costs_what_it_sent_and_not_what_it_promised() {
    let (_, mut there, _) = connected(3);
    let promised = (MAX_LINK_MESSAGE as u32).to_be_bytes();
    assert_eq!(there.opener.open(&mut &promised[1..]), Ok(None));
    assert_eq!(there.opener.heap(), 0);
    for sent in 1..MAX_LINK_MESSAGE {
        assert_eq!(there.opener.open(&mut &[0][..]), Ok(None));
        assert!(there.opener.heap() <= (2 * sent).max(8), "{sent} bytes sent");
    }
    assert!(there.opener.open(&mut &[0][..]).is_err());
    assert_eq!(there.opener.heap(), 0, "a link that is over holds nothing");
}

#[test]
fn an_idle_link_holds_no_buffer() {
    let (mut here, mut there, _) = connected(3);
    let mut sent = Vec::new();
    here.sealer.seal(&[1; MAX_FRAME], &mut sent).unwrap();
    let (start, end) = sent.split_at(LENGTH_BYTES + 1_000);
    assert_eq!(there.opener.open(&mut &start[..]), Ok(None));
    assert!(there.opener.open(&mut &end[..]).unwrap().is_some());
    assert_eq!(there.opener.heap(), 0);
}

//! The link between a device and its transport: handshakes with anybody, and records that somebody
//! in between has in hand.

use std::{collections::VecDeque, sync::Arc};

use link::{Channel, Incoming, Initiator, Responder, Seed, StaticKey};

use crate::bytes::Input;

/// A stranger who talks to a server, or to a client, or who stands between two ends.
pub(crate) fn target(data: &[u8]) {
    let mut input = Input::new(data);
    match input.below(3) {
        0 => with_a_server(&mut input),
        1 => with_a_client(&mut input),
        _ => in_between(&mut input),
    }
}

fn key(number: u8) -> StaticKey {
    StaticKey::from_secret(&mut [number; 32])
}

fn seed(number: u8) -> Seed {
    Seed::from_secret(&mut [number; 32])
}

/// The next piece: a byte says how long it is.
fn piece<'a>(input: &mut Input<'a>) -> Option<&'a [u8]> {
    let length = input.next()?;
    Some(input.take(usize::from(length)))
}

/// Nobody gets a channel without both halves of a key pair, and those an input has not.
fn with_a_server(input: &mut Input<'_>) {
    let mut server = Responder::new(Arc::new(key(2)), seed(3));
    while let Some(piece) = piece(input) {
        match server.receive(piece) {
            Ok(progress) => {
                assert!(progress.channel.is_none() && progress.taken == piece.len());
                assert!(progress.send.is_empty() || progress.send.len() == 99);
            }
            Err(_) => {
                assert!(server.receive(b"B").is_err(), "over is over");
                return;
            }
        }
    }
}

fn with_a_client(input: &mut Input<'_>) {
    let (mut client, _first) = Initiator::new(&key(1), key(2).public(), seed(4)).expect("starts");
    while let Some(piece) = piece(input) {
        let Ok(progress) = client.receive(piece) else { return };
        assert!(progress.channel.is_none() && progress.send.is_empty());
    }
}

fn channels() -> (Channel, Channel) {
    let server = Arc::new(key(2));
    let (mut client, first) = Initiator::new(&key(1), server.public(), seed(4)).expect("starts");
    let mut server = Responder::new(server, seed(3));
    let second = server.receive(&first).expect("message 1").send;
    let here = client.receive(&second).expect("message 2");
    let there = server.receive(&here.send).expect("message 3");
    (here.channel.expect("done"), there.channel.expect("done"))
}

/// What comes out is what went in, in order, until something is touched; and nothing after that.
fn in_between(input: &mut Input<'_>) {
    let (mut here, mut there) = channels();
    let (mut sent, mut on_its_way) = (VecDeque::new(), VecDeque::new());
    while let Some(action) = input.next() {
        let mut record = Vec::new();
        let touched = match action % 6 {
            0 => {
                let frame = vec![action; usize::from(input.u16())];
                if here.sealer.seal(&frame, &mut record).is_ok() {
                    sent.push_back(Incoming::Frame(frame));
                    on_its_way.push_back(record);
                }
                continue;
            }
            1 => {
                let number = u64::from(action);
                here.sealer.ping(number, &mut record).expect("numbers are left");
                sent.push_back(Incoming::Ping(number));
                on_its_way.push_back(record);
                continue;
            }
            2 => {
                let Some(turned) = on_its_way.front_mut() else { continue };
                let at = usize::from(input.u16()) % turned.len();
                turned[at] ^= 1 << (action / 6 % 8);
                true
            }
            3 if on_its_way.len() > 1 => {
                on_its_way.swap(0, 1);
                // Two pings or frames that are alike may change places only in name: their numbers
                // differ.
                true
            }
            4 => {
                on_its_way.push_front(piece(input).unwrap_or_default().to_vec());
                !on_its_way[0].is_empty()
            }
            _ => false,
        };
        let Some(bytes) = on_its_way.pop_front() else { continue };
        let cut = usize::from(input.u16()).min(bytes.len());
        let (one, other) = bytes.split_at(cut);
        for mut piece in [one, other] {
            loop {
                match there.opener.open(&mut piece) {
                    Ok(Some(incoming)) => {
                        assert!(!touched, "what was touched opens");
                        assert_eq!(Some(incoming), sent.pop_front());
                    }
                    Ok(None) => break,
                    Err(error) => {
                        assert!(touched, "what nobody touched is refused: {error}");
                        assert_eq!(there.opener.closed(), Err(error));
                        return;
                    }
                }
            }
        }
        if touched {
            // A length that was turned may be waited for; it never opens.
            let rest = [0; 65_536];
            assert!(there.opener.open(&mut &rest[..]).is_err());
            return;
        }
    }
}

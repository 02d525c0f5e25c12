//! What each state sends, and the two ways to finish a ciphertext that an orderly talk never takes.

use std::collections::BTreeMap;

use super::*;

/// The type that a payload has on the wire.
const fn kind(payload: &Payload) -> &'static str {
    match payload {
        Payload::None => "None",
        Payload::Header(_) => "Hdr",
        Payload::Vector(_) => "Ek",
        Payload::VectorAck(_) => "EkCt1Ack",
        Payload::Ct1Ack => "Ct1Ack",
        Payload::Ct1(_) => "Ct1",
        Payload::Ct2(_) => "Ct2",
    }
}

/// One message from one side to the other, in states that draw nothing.
fn pass(sides: &mut [Braid; 2], from: usize) -> &'static str {
    let epoch = sides[from].epoch;
    let (payload, _) = sides[from].send(&mut [0; 64], &mut NoTrace);
    let change = sides[1 - from].receive(epoch, &payload, &mut NoTrace).unwrap();
    sides[1 - from].commit(change);
    kind(&payload)
}

//= test: mlkem-braid r1 2.5 keys-sampled-send
//= test: mlkem-braid r1 2.5 header-sent-send
//= test: mlkem-braid r1 2.5 ct1-received-send
//= test: mlkem-braid r1 2.5 ek-sent-ct1-received-send
//= test: mlkem-braid r1 2.5 no-header-received-send
//= test: mlkem-braid r1 2.5 ct1-sampled-send
//= test: mlkem-braid r1 2.5 ek-received-ct1-sampled-send
//= test: mlkem-braid r1 2.5 ct1-acknowledged-send
//= test: mlkem-braid r1 2.5 ct2-sampled-send
#[test]
fn each_state_sends_its_own_type_and_numbers_its_chunks() {
    let expected = BTreeMap::from([
        ("KeysUnsampled", "Hdr"),
        ("KeysSampled", "Hdr"),
        ("HeaderSent", "Ek"),
        ("Ct1Received", "EkCt1Ack"),
        ("EkSentCt1Received", "Ct1Ack"),
        ("NoHeaderReceived", "None"),
        ("HeaderReceived", "Ct1"),
        ("Ct1Sampled", "Ct1"),
        ("EkReceivedCt1Sampled", "Ct1"),
        ("Ct1Acknowledged", "None"),
        ("Ct2Sampled", "Ct2"),
    ]);
    let mut seen = BTreeMap::new();
    for lost in [0, 3] {
        let key = [3; 32];
        let mut sides =
            [Braid::initiator(&key, &mut NoTrace), Braid::responder(&key, &mut NoTrace)];
        let mut counter = Counter(1);
        let mut last = [None; 2];
        for number in 1..900 {
            let from = number % 2;
            let (state, epoch) = (name(&sides[from]), sides[from].epoch);
            let mut random = drawn(&sides[from], &mut counter);
            let (payload, _) = sides[from].send(&mut random, &mut NoTrace);
            assert_eq!(*seen.entry(state).or_insert(kind(&payload)), kind(&payload), "{state}");
            if let Payload::Header(chunk)
            | Payload::Vector(chunk)
            | Payload::VectorAck(chunk)
            | Payload::Ct1(chunk)
            | Payload::Ct2(chunk) = &payload
            {
                // The vector goes on under another type; every other object begins at 0.
                let goes_on = |object| matches!(last[from], Some((of, _)) if of == object);
                let object = kind(&payload).trim_end_matches("Ct1Ack");
                let next = if goes_on(object) { last[from].map_or(0, |(_, n)| n + 1) } else { 0 };
                assert_eq!(chunk.number, next, "{state}");
                last[from] = Some((object, next));
            }
            // Of A's, every third is lost: then the vector comes late, of B's none.
            if lost != 0 && from == 1 && number % lost == 0 {
                continue;
            }
            let change = sides[1 - from].receive(epoch, &payload, &mut NoTrace).unwrap();
            sides[1 - from].commit(change);
        }
    }
    let mut sides = until(0, |state| matches!(state, State::HeaderSent { .. }));
    (0..36).for_each(|_| assert_eq!(pass(&mut sides, 0), "Ek"));
    seen.insert(name(&sides[1]), pass(&mut sides, 1));
    assert_eq!(seen, expected);
}

//= test: mlkem-braid r1 2.5 ct1-sampled-receive-both
#[test]
fn an_acknowledgement_that_makes_the_vector_whole_finishes_the_ciphertext_at_once() {
    let mut sides = until(0, |state| matches!(state, State::HeaderSent { .. }));
    (0..35).for_each(|_| assert_eq!(pass(&mut sides, 0), "Ek"));
    (0..29).for_each(|_| assert_eq!(pass(&mut sides, 1), "Ct1"));
    assert_eq!((name(&sides[0]), name(&sides[1])), ("Ct1Received", "Ct1Sampled"));
    assert_eq!(pass(&mut sides, 0), "EkCt1Ack");
    assert_eq!(name(&sides[1]), "Ct2Sampled");
    (0..5).for_each(|_| assert_eq!(pass(&mut sides, 1), "Ct2"));
    assert_eq!((name(&sides[0]), sides[0].epoch), ("NoHeaderReceived", 2));
}

#[test]
fn a_vector_that_is_whole_before_the_acknowledgement_waits_for_it() {
    let mut sides = until(0, |state| matches!(state, State::HeaderSent { .. }));
    (0..36).for_each(|_| assert_eq!(pass(&mut sides, 0), "Ek"));
    assert_eq!(name(&sides[1]), "EkReceivedCt1Sampled");
    (0..29).for_each(|_| assert_eq!(pass(&mut sides, 1), "Ct1"));
    assert_eq!(name(&sides[1]), "EkReceivedCt1Sampled");
    assert_eq!(pass(&mut sides, 0), "EkCt1Ack");
    assert_eq!(name(&sides[1]), "Ct2Sampled");
}

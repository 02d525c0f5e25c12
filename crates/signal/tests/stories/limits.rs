//! What a peer can make us compute and keep, at the limits and one beyond.

use signal::{OpenError, Profile, Sealed, trace::Step};

use crate::people::{Person, With, acquainted, strangers};

//= test: double-ratchet r4 3.1 max-skip
#[test]
fn a_jump_of_25_000_opens_and_one_more_is_refused_without_change() {
    let (mut alice, mut bob) = acquainted(Profile::V3);
    let first = alice.seals("first");
    for _ in 0..24_999 {
        let _lost = alice.seals("lost");
    }
    let (furthest, too_far) = (alice.seals("furthest"), alice.seals("too far"));
    assert_eq!((furthest.position.counter, too_far.position.counter), (25_000, 25_001));
    let refusal = OpenError::TooFarAhead { number: 25_001, jump: 25_001, limit: 25_000 };
    assert_eq!(bob.refuses(&too_far), refusal);
    bob.opens(&furthest, "furthest");
    bob.opens(&too_far, "too far"); // Near enough now.
    assert_eq!(bob.refuses(&first), OpenError::Duplicate { number: 0 });
}

#[test]
fn the_newest_2_000_skipped_messages_of_a_chain_still_open() {
    let (mut alice, mut bob) = acquainted(Profile::V3);
    let lost: Vec<Sealed> = (0..2_001).map(|_| alice.seals("late")).collect();
    let last = alice.seals("last");
    bob.opens(&last, "last");
    assert_eq!(bob.refuses(&lost[0]), OpenError::Duplicate { number: 0 });
    for late in &lost[1..] {
        bob.opens(late, "late");
    }
}

//= test: double-ratchet r4 8.4 deletion-in-time
#[test]
fn the_last_five_ratchet_keys_of_a_peer_are_kept() {
    let (mut alice, mut bob) = acquainted(Profile::V3);
    let mut late = Vec::new();
    for _ in 0..6 {
        late.push(alice.seals("late"));
        let on_time = alice.seals("on time");
        bob.opens(&on_time, "on time");
        let answer = bob.seals("answer");
        alice.opens(&answer, "answer");
    }
    // Six turns were taken; the chain of the first is gone, and its key with it.
    assert_eq!(bob.refuses(&late[0]), OpenError::BadMac);
    for sealed in &late[1..] {
        bob.opens(sealed, "late");
    }
}

//= test: sesame r2 3.1 active
//= test: sesame r2 3.2 tail
//= test: sesame r2 6.5 bounded-sessions
#[test]
fn forty_archived_sessions_are_kept_and_no_more() {
    let (mut alice, mut bob) = strangers(Profile::V3);
    let mut oldest = Vec::new();
    for _ in 0..42 {
        restart(&mut alice, &mut bob);
        oldest.push(alice.seals("under way"));
    }
    assert_eq!(bob.session.as_ref().unwrap().archived(), 40);
    // The current session and 40 archived ones are 41: the first of 42 is gone.
    assert_eq!(bob.refuses(&oldest[0]), OpenError::BadMac);
    bob.opens(&oldest[1], "under way");
    assert_eq!(bob.session.as_ref().unwrap().archived(), 40);
}

#[test]
fn one_forged_message_costs_at_most_41_agreements_and_25_000_links_over_all_sessions() {
    let (mut alice, mut bob) = strangers(Profile::V3);
    for _ in 0..41 {
        restart(&mut alice, &mut bob);
    }
    for jump in [0, 600, 1_000, 25_000] {
        // A genuine message of another conversation: no state of Bob's knows its ratchet key.
        let (mut stranger, _) = acquainted(Profile::V3);
        for _ in 0..jump {
            let _lost = stranger.seals("lost");
        }
        let forged = stranger.seals("forged");
        let mut cost = Cost::default();
        let refused = bob.tries_watched(forged.kind, &forged.bytes, &mut cost);
        assert_eq!(refused.unwrap_err(), OpenError::BadMac);
        assert!(cost.agreements <= 41, "{cost:?}");
        // Each state that derives the message's own key takes one link more than it skips.
        assert!(cost.links <= 25_000 + 41, "{cost:?}");
        assert!(jump != 600 || cost.links >= 41 * 601, "every state was tried: {cost:?}");
    }
}

/// Alice starts a new session; Bob opens its first message and answers it.
fn restart(alice: &mut Person, bob: &mut Person) {
    let bundle = bob.bundle(With { one_time: true, last_resort: false });
    alice.starts(Profile::V3, bundle);
    let first = alice.seals("hello");
    bob.opens(&first, "hello");
    let answer = bob.seals("hello yourself");
    alice.opens(&answer, "hello yourself");
}

#[derive(Debug, Default)]
struct Cost {
    agreements: u32,
    links: u32,
}

impl signal::Tracer for Cost {
    fn step(&mut self, step: &Step<'_>) {
        match step.name {
            "dh" => self.agreements += 1,
            "kdf-ck ck" => self.links += 1,
            _ => {}
        }
    }
}

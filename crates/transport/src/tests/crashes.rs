//! The power goes at every transaction of a story, and the story comes out the same.

use alloc::{collections::BTreeSet, vec::Vec};

use vocab::NoiseKey;
use wire::transport::{Ask, Status};

use super::{
    people::End,
    prekeys::one_time_ids,
    world::{Moment, World},
};

#[test]
fn the_story_comes_out_the_same_wherever_the_power_goes() {
    let undisturbed = story(None);
    assert_eq!(undisturbed.crashes, 0);
    assert!(undisturbed.transactions > 40, "{}", undisturbed.transactions);
    for moment in [Moment::BeforeSync, Moment::AfterSync] {
        for transactions in 0..undisturbed.transactions {
            let disturbed = story(Some((transactions, moment)));
            assert_eq!(disturbed.crashes, 1, "{moment:?} {transactions}");
            assert_eq!(disturbed.got, undisturbed.got, "{moment:?} {transactions}");
            assert_eq!(disturbed.waiting, 0, "{moment:?} {transactions}");
            assert!(disturbed.taken.is_subset(&(0..10).collect()));
        }
    }
}

struct Outcome {
    transactions: usize,
    crashes: usize,
    got: BTreeSet<[u8; 16]>,
    waiting: usize,
    taken: BTreeSet<u32>,
}

/// Two people register, publish, fetch bundles five times, change an identity, and write.
fn story(power_for: Option<(usize, Moment)>) -> Outcome {
    let mut world = World::new();
    world.power_for = power_for.map(|(after, moment)| (world.transactions + after, moment));
    let before = world.transactions;
    let (ada, bob) = (End::new(1, "393331000001"), End::new(2, "393331000002"));
    let old = End::with_identity(1, "393331000001", 40);
    let asker = NoiseKey([50; 32]);
    for (end, ask) in [
        (&old, old.register()),
        (&old, old.publish(50..53)),
        (&ada, ada.register()),
        (&ada, ada.publish(0..10)),
        (&bob, bob.register()),
        (&bob, bob.publish(0..10)),
    ] {
        assert_eq!(world.insist(end.link, &ask).0, Status::Ok);
    }
    let mut taken = BTreeSet::new();
    for _ in 0..5 {
        let (status, bundle) = world.insist(asker, &ada.fetch());
        assert_eq!(status, Status::Ok);
        let bundle = bundle.unwrap();
        assert_eq!(bundle.identity_key, ada.identity());
        let (Some(curve), Some(kem)) = one_time_ids(&bundle) else { unreachable!() };
        assert_eq!(curve, kem);
        assert!(taken.insert(curve), "prekey {curve} left twice");
    }
    for number in 0..5 {
        let sent = world.insist(ada.link, &Ask::Send(ada.writes(&bob, number)));
        assert_eq!(sent.0, Status::Ok);
    }
    let mut got = BTreeSet::new();
    while got.len() < 5 {
        // An end that lost its link says hello again.
        assert_eq!(world.insist(bob.link, &bob.hello()).0, Status::Ok);
        let pushed = world.pushed(bob.link);
        got.extend(pushed.iter().map(|(_, envelope)| envelope.id.0));
        let places: Vec<u64> = pushed.iter().map(|(place, _)| *place).collect();
        assert_eq!(world.insist(bob.link, &bob.ack(&places)).0, Status::Ok);
    }
    let of_earlier_identity = world.rows("one-time").len() + taken.len();
    assert!(of_earlier_identity <= 20, "the prekeys of the earlier identity are gone");
    assert_eq!(world.rows("clearing").len(), 0);
    Outcome {
        transactions: world.transactions - before,
        crashes: world.crashes,
        got,
        waiting: world.rows("mail").len(),
        taken,
    }
}

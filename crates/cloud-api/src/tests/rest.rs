//! Content at rest: sealed, shredded by a key, gone in time.

use endpoint::{Failure, Happening};
use vocab::{Address, MessageId, Micros, PhoneNumber};
use wire::transport::{Envelope, Payload, ReceiptKind};

use super::world::{NUMBERS, World};
use crate::{Event, vault::message_key_row};

fn occurs(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn neither_text_nor_number_occurs_in_any_row() {
    let mut world = World::new();
    world.webhook_status = 500; // So that webhooks lie in the store.
    world.sends(0, "sourdoughloaf");
    world.sends(1, "gingerbreadheart");
    assert!(world.table("hook").len() >= 3);
    for (key, value) in world.rows() {
        for secret in ["sourdoughloaf", "gingerbreadheart", NUMBERS[1]] {
            assert!(!occurs(&value, secret) && !occurs(key.as_bytes(), secret), "{key:?}");
        }
    }
}

#[test]
fn a_back_up_without_the_key_tables_opens_nothing() {
    for table in ["day", "mkey"] {
        let mut world = World::new();
        world.sends(0, "bread");
        assert_eq!(world.history(), ["bread"]);
        let keys = world.table(table);
        assert!(!keys.is_empty());
        world.delete(keys);
        assert_eq!(world.history(), Vec::<String>::new(), "{table}");
    }
}

#[test]
fn deleting_one_key_shreds_every_copy_of_one_message() {
    let mut world = World::new();
    world.sends(0, "bread");
    world.sends(0, "cake");
    let kept = world.table("kept").remove(0);
    let shredded = message_key_row(&kept);
    assert!(world.table("mkey").contains(&shredded));
    let before = world.history();
    world.delete(vec![shredded]);
    let after = world.history();
    assert_eq!((before.len(), after.len()), (2, 1));
    assert!(before.contains(&after[0]));
    assert!(world.table("kept").contains(&kept), "the copy itself is still there");
}

fn asks_again(world: &mut World, id: MessageId, unique: u8) {
    let of = |number: &str| Address::first_device(PhoneNumber::parse(number).unwrap());
    world.deliver(&Envelope {
        id: MessageId([unique; 16]),
        from: of(NUMBERS[1]),
        to: of(NUMBERS[0]),
        payload: Payload::Receipt { kind: ReceiptKind::Retry, ids: [id].into(), attempt: 0 },
        sent_at: vocab::UnixMicros(0),
        attempt: 0,
    });
}

#[test]
fn a_kept_message_expires_after_thirty_days_and_a_retry_is_then_refused() {
    let mut world = World::new();
    let wamid = world.sends(0, "bread");
    let id = MessageId::from_hex(&wamid[6..]).unwrap();
    let count = |world: &World, wanted: fn(&Happening) -> bool| {
        let is = |event: &&Event| {
            let Event::Happened { happening, .. } = event else { return false };
            wanted(happening)
        };
        world.nodes[0].events.iter().filter(is).count()
    };
    world.pass(Micros(Micros::days(30).0 - 1));
    asks_again(&mut world, id, 1);
    assert_eq!(count(&world, |what| matches!(what, Happening::Retransmitted { .. })), 1);
    world.pass(Micros(1));
    assert!(world.table("kept").is_empty());
    asks_again(&mut world, id, 2);
    assert_eq!(count(&world, |what| matches!(what, Happening::Retransmitted { .. })), 1);
    let refused = |what: &Happening| {
        matches!(what, Happening::RetransmissionRefused { why: Failure::NotKept, .. })
    };
    assert_eq!(count(&world, refused), 1);
}

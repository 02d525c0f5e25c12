//! A person deletes their account, and the Cloud API keeps nothing of them.

use hop::Input;
use store::{Key, Memory};
use vocab::{Address, MessageId, NoiseKey, PhoneNumber};
use wire::transport::{FromTransport, Notice, Status};

use super::world::{NUMBERS, World};
use crate::Event;

impl World {
    /// The transport says to the bakery's node that an account is gone.
    fn gone(&mut self, place: u64, notice: &Notice) {
        let bytes = FromTransport::Gone { place, notice: notice.clone() }.encode();
        self.give(0, Input::Frame { from: NoiseKey([99; 32]), bytes });
    }

    /// The person deletes the account.
    pub(super) fn leaves(&mut self, place: u64) {
        self.gone(place, &notice(&[]));
    }

    /// A node is somebody else's from now on, and has nothing; places of mailboxes go on from here.
    fn begin_anew(&mut self, node: usize, place: u64) {
        self.places = place;
        self.nodes[node].store = Memory::new();
        self.restart(node);
    }
}

fn notice(ids: &[MessageId]) -> Notice {
    let [to, phone] = NUMBERS.map(|number| PhoneNumber::parse(number).unwrap());
    Notice { to: Address::first_device(to), phone, ids: ids.to_vec() }
}

pub(super) fn id_of(wamid: &str) -> MessageId {
    MessageId::from_hex(wamid.strip_prefix("wamid.").unwrap()).unwrap()
}

/// Tables that name the person, or hold one of these messages.
fn tables_with(world: &World, ids: &[MessageId]) -> Vec<String> {
    let name = endpoint::vault::name_under(&[7; 32], &PhoneNumber::parse(NUMBERS[1]).unwrap());
    let holds = |bytes: &[u8], needle: &[u8]| bytes.windows(needle.len()).any(|at| at == needle);
    let rows = world.rows().into_iter().filter(|(key, value)| {
        let named = holds(key.as_bytes(), &name) || holds(value, &name);
        named || ids.iter().any(|id| holds(key.as_bytes(), &id.0))
    });
    let mut tables: Vec<String> = rows.map(|(key, _)| table(&key)).collect();
    tables.dedup();
    tables
}

pub(super) fn table(key: &Key) -> String {
    let name = key.as_bytes().split(|byte| *byte == 0).next().unwrap();
    String::from_utf8(name.to_vec()).unwrap()
}

/// A person who wrote and was answered; the messages.
fn talk(world: &mut World) -> [MessageId; 2] {
    let (asked, answered) = (world.sends(1, "is there bread?"), world.sends(0, "there is"));
    [id_of(&asked), id_of(&answered)]
}

#[test]
fn of_somebody_who_left_nothing_is_kept_but_a_hash_with_an_expiry() {
    let mut world = World::new();
    let ids = talk(&mut world);
    let before = tables_with(&world, &ids);
    for table in ["from", "kept", "pin", "sealed", "seen", "sent", "ses"] {
        assert!(before.iter().any(|one| one == table), "{table}: {before:?}");
    }
    let key_rows = world.table("mkey").len();
    world.gone(1_000, &notice(&[]));
    assert_eq!(tables_with(&world, &ids), ["gone"]);
    assert!(world.table("mkey").len() < key_rows, "what was sealed cannot be opened either");
    assert!(world.history().is_empty());
    let forgot = |event: &&Event| matches!(event, Event::Forgot { .. });
    assert_eq!(world.nodes[0].events.iter().filter(forgot).count(), 1);
    world.pass(vocab::limits::DEDUPE_AGE);
    world.pass(vocab::limits::SWEEP_INTERVAL);
    assert!(world.table("gone").is_empty());
}

#[test]
fn the_business_is_told_once_what_did_not_arrive_and_nothing_else() {
    let mut world = World::new();
    talk(&mut world);
    let lost = MessageId([9; 16]);
    let before = world.bodies("shop").len();
    world.gone(1_000, &notice(&[lost]));
    world.gone(1_000, &notice(&[lost]));
    world.restart(0);
    world.gone(1_000, &notice(&[lost]));
    let bodies = world.bodies("shop");
    assert_eq!(bodies.len(), before + 1, "{bodies:?}");
    let status = &bodies[before]["entry"][0]["changes"][0]["value"]["statuses"][0];
    assert_eq!(
        (&status["status"], &status["recipient_id"]),
        (&"failed".into(), &NUMBERS[1].into())
    );
    assert_eq!(status["errors"][0]["code"], 131_026);
    assert!(world.table("hook").is_empty());
}

#[test]
fn a_message_that_was_delivered_does_not_fail_afterwards() {
    let mut world = World::new();
    let wamid = world.sends(0, "there is bread");
    let told = world.statuses(&wamid);
    assert!(told.contains(&"delivered".to_owned()), "{told:?}");
    world.gone(1_000, &notice(&[id_of(&wamid)]));
    assert_eq!(world.statuses(&wamid), told);
}

#[test]
fn a_late_copy_of_what_the_person_wrote_brings_nothing_back_and_the_next_owner_is_heard() {
    let mut world = World::new();
    let ids = talk(&mut world);
    let late = world.carried.iter().find(|one| one.id == ids[0]).unwrap().clone();
    let before = world.bodies("shop").len();
    world.gone(1_000, &notice(&[]));
    world.deliver(&late);
    assert_eq!(tables_with(&world, &ids), ["gone"]);
    assert_eq!(world.bodies("shop").len(), before);

    // The number's next owner writes after that: a new end, with keys of its own.
    world.begin_anew(1, 2_000);
    world.sends(1, "I am new here");
    assert_eq!(world.bodies("shop").len(), before + 1);
    // A late copy of the notice is not about the next owner.
    world.gone(1_000, &notice(&[]));
    assert!(!world.table("ses").is_empty());
}

#[test]
fn what_is_sent_to_a_number_without_an_account_fails_and_leaves_nothing() {
    let mut world = World::new();
    world.sends_are = Status::NotFound;
    let wamid = world.sends(0, "is anybody there?");
    assert_eq!(world.statuses(&wamid), ["failed"]);
    assert_eq!(tables_with(&world, &[id_of(&wamid)]), Vec::<String>::new());
}

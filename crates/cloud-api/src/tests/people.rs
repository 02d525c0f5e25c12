//! What is kept of a person is what the reference page says, of the class and for the time that it
//! says (requirements R062 to R065).

use serde_json::json;
use store::{Engine as _, RawRow};
use vocab::{DataClass, Micros, PhoneNumber, UnixMicros};
use wire::content::{Body, Object, ObjectKind};

use super::{
    forgetting::{id_of, table},
    graph::errors::{template, with_template, words},
    world::{NUMBERS, World},
};
use crate::{
    Rules,
    about_people::{KEPT, Kept},
    rows::{Category, TemplateStatus},
};

/// One row: its table, its class, when it expires.
type Left = (String, DataClass, Option<UnixMicros>);

impl World {
    /// Rows of the bakery's store that name the person or a message of theirs.
    fn left(&self, wamids: &[String]) -> Vec<Left> {
        let name = endpoint::vault::name_under(&[7; 32], &PhoneNumber::parse(NUMBERS[1]).unwrap());
        let mut needles = vec![name.to_vec()];
        needles.extend(wamids.iter().map(|wamid| id_of(wamid).0.to_vec()));
        let holds =
            |bytes: &[u8], needle: &[u8]| bytes.windows(needle.len()).any(|at| at == needle);
        let mut left = Vec::new();
        self.nodes[0].store.visit(&mut |row: RawRow<'_>| {
            let named =
                |needle: &Vec<u8>| holds(row.key.as_bytes(), needle) || holds(row.value, needle);
            if needles.iter().any(named) {
                left.push((table(row.key), row.class, row.expires));
            }
        });
        left
    }
}

fn kept(table: &str) -> &'static Kept {
    KEPT.iter().find(|kept| kept.table == table).unwrap_or_else(|| panic!("{table} is not listed"))
}

/// A person who writes, is answered, is advertised to, and wants no more of that: their messages.
fn story(world: &mut World) -> Vec<String> {
    world.configure(0, |config| {
        config.rules = Rules::default();
        config.management.insights = true;
    });
    let mut wamids = vec![world.sends(1, "is there bread?")];
    with_template(world, TemplateStatus::Approved, Category::Marketing);
    wamids.push(world.accepts(&template("ready", &words("Ada", "cake"))));
    wamids.push(world.accepts(&json!({
        "text": { "body": "there is" }, "biz_opaque_callback_data": "order 7",
    })));
    let stop = r#"{"type":"user_preferences","category":"marketing_messages","value":"stop"}"#;
    let stop = Object { kind: ObjectKind::System, json: stop.into() };
    wamids.push(world.person_sends(Body::Object(stop), None));
    let blocked = json!({
        "messaging_product": "whatsapp", "block_users": [{ "user": NUMBERS[1] }],
    });
    world.asked("POST", "/100/block_users", blocked);
    wamids
}

/// Whether every row about the person after the story is as it is listed.
#[cfg(feature = "mutants")]
pub(super) fn is_as_listed(world: &mut World) -> bool {
    let wamids = story(world);
    let now = world.now.wall;
    world.left(&wamids).into_iter().all(|(table, class, expires)| {
        let kept = kept(&table);
        let most = kept.within.map(|within| now.after(within));
        class == kept.class && expires.is_none() == most.is_none() && expires <= most
    })
}

#[test]
fn every_row_about_a_person_is_listed_with_its_class_and_its_time() {
    let mut world = World::new();
    let wamids = story(&mut world);
    let left = world.left(&wamids);
    for (table, class, expires) in &left {
        let kept = kept(table);
        assert_eq!(*class, kept.class, "{table}");
        let most = kept.within.map(|within| world.now.wall.after(within));
        assert!(*expires <= most || most.is_none(), "{table}: {expires:?}, {most:?}");
        assert_eq!(expires.is_none(), kept.within.is_none(), "{table}");
    }
    for table in
        ["from", "tag", "win", "pair", "mkt", "conv", "unread", "stop", "ses", "pin", "blk"]
    {
        assert!(left.iter().any(|(found, _, _)| found == table), "{table} has no row");
    }
}

#[test]
fn neither_a_number_nor_a_name_is_in_a_row_in_clear_and_there_is_no_list_of_contacts() {
    let mut world = World::new();
    story(&mut world);
    for (key, value) in world.rows() {
        for needle in [NUMBERS[1].as_bytes(), b"person"] {
            let occurs = |bytes: &[u8]| bytes.windows(needle.len()).any(|part| part == needle);
            assert!(!occurs(key.as_bytes()) && !occurs(&value), "{key:?}");
        }
    }
}

#[test]
fn with_the_last_message_goes_all_but_hashes_that_the_page_gives_a_reason_for() {
    let mut world = World::new();
    let wamids = story(&mut world);
    world.pass(Micros::days(40));
    for (table, _, _) in world.left(&wamids) {
        assert_eq!(kept(&table).within, None, "{table} outlives its messages");
    }
    for table in ["from", "hook", "tag", "kept", "blk"] {
        assert!(world.table(table).is_empty(), "{table}");
    }
    world.leaves(1_000);
    let left: Vec<String> = world.left(&wamids).into_iter().map(|(table, _, _)| table).collect();
    assert_eq!(left, ["gone"]);
}

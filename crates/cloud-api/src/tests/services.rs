//! Stories about optional services: nothing reaches one that is off, and what one writes goes out
//! as any other message of the number.

use serde_json::{Value, json};
use store::{Engine as _, Key, RawRow};
use vocab::{DataClass, Micros};

use super::{
    forgetting::table,
    world::{NUMBERS, World},
};
use crate::{Event, OptionalService, Rules, about_people::KEPT};

const TERMS: &str = "auto-reply-1";

impl World {
    /// A world in which there is a service, and nobody has added it.
    fn with_a_service() -> Self {
        let mut world = Self::new();
        world.offer_a_service();
        world
    }

    fn offer_a_service(&mut self) {
        self.configure(0, |config| {
            let (name, authority) = ("auto_reply".into(), "auto-reply".into());
            config.services = vec![OptionalService { name, authority }];
            config.rules = Rules::default();
        });
        self.reply = Some(json!({ "reply": "We answer in the morning." }));
    }

    /// Business Manager says that the bakery has the service under these terms, or has it not.
    fn has_service(&mut self, terms: Option<&str>) {
        let on = |terms| json!([{ "service": "auto_reply", "terms_id": terms }]);
        self.services = terms.map_or(json!([]), on);
        let changed = hop::http::Request::new("cloud", "POST", "/grants_changed");
        let answer = self.call(0, changed.bearer("token of the manager").json(b"{}".to_vec()));
        assert_eq!(answer.status, 200);
    }

    /// What the service was handed.
    fn handed(&self) -> Vec<Value> {
        self.bodies("auto-reply")
    }

    /// Messages of the bakery that the transport carried.
    fn replies(&self) -> usize {
        let from_bakery = |one: &&wire::transport::Envelope| {
            one.from.phone.digits() == NUMBERS[0] && one.payload.ciphertext().is_some()
        };
        self.carried.iter().filter(from_bakery).count()
    }

    fn service_events(&self) -> Vec<Event> {
        let about = |event: &&Event| {
            matches!(
                event,
                Event::ServiceOn { .. } | Event::ServiceOff { .. } | Event::ServiceReplied { .. }
            )
        };
        self.nodes[0].events.iter().filter(about).cloned().collect()
    }
}

/// Whether a service that nobody added is handed nothing.
#[cfg(feature = "mutants")]
pub(super) fn are_off_by_default(world: &mut World) -> bool {
    world.offer_a_service();
    world.sends(1, "is there bread?");
    world.handed().is_empty()
}

#[test]
fn a_service_that_nobody_added_is_handed_nothing() {
    let mut world = World::with_a_service();
    world.sends(1, "is there bread?");
    assert_eq!((world.handed(), world.replies()), (Vec::new(), 0));
    assert!(world.table("svc").is_empty() && world.service_events().is_empty());
}

#[test]
fn a_service_that_was_added_is_told_what_was_written_and_not_by_whom() {
    let mut world = World::with_a_service();
    world.has_service(Some(TERMS));
    let question = world.sends(1, "is there bread?");
    let message = json!({ "id": question, "text": "is there bread?" });
    let expected = json!({ "business": "bakery", "terms_id": TERMS, "message": message });
    assert_eq!(world.handed(), [expected]);
}

#[test]
fn what_a_service_writes_goes_out_as_an_answer_of_the_number_and_the_business_hears_of_both() {
    let mut world = World::with_a_service();
    world.has_service(Some(TERMS));
    let question = world.sends(1, "is there bread?");
    let events = world.service_events();
    let [Event::ServiceOn { terms_id, .. }, Event::ServiceReplied { to, id, terms_id: under, .. }] =
        events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!((terms_id.as_str(), under.as_str()), (TERMS, TERMS));
    assert_eq!(crate::wamid(*to), question);
    assert_eq!(world.replies(), 1);
    let mut statuses = world.statuses(&crate::wamid(*id));
    statuses.sort(); // Webhooks promise no order.
    assert_eq!(statuses, ["delivered", "sent"]);
    let hooks = world.bodies("shop");
    let value = &hooks[0]["entry"][0]["changes"][0]["value"];
    assert_eq!(value["messages"][0]["text"]["body"], "is there bread?");
}

#[test]
fn a_service_that_has_nothing_to_say_says_nothing() {
    let mut world = World::with_a_service();
    world.has_service(Some(TERMS));
    world.reply = Some(json!({ "reply": null }));
    world.sends(1, "is there bread?");
    assert_eq!((world.handed().len(), world.replies()), (1, 0));
    assert!(world.table("svc").is_empty());
}

#[test]
fn a_service_that_was_removed_sees_nothing_any_more_not_even_what_waited_for_it() {
    let mut world = World::with_a_service();
    world.has_service(Some(TERMS));
    world.reply = None;
    world.sends(1, "is there bread?");
    let tried = world.handed().len();
    world.has_service(None);
    world.reply = Some(json!({ "reply": "Too late." }));
    world.sends(1, "and cake?");
    world.pass(Micros::hours(2));
    assert_eq!((world.handed().len(), world.replies()), (tried, 0));
    assert!(world.table("svc").is_empty());
    let events = world.service_events();
    assert!(matches!(events.as_slice(), [Event::ServiceOn { .. }, Event::ServiceOff { .. }]));
}

#[test]
fn with_the_grant_of_its_number_a_service_goes_too() {
    let mut world = World::with_a_service();
    world.has_service(Some(TERMS));
    world.is_granted = false;
    world.has_service(Some(TERMS));
    let events = world.service_events();
    assert!(matches!(events.as_slice(), [Event::ServiceOn { .. }, Event::ServiceOff { .. }]));
}

#[test]
fn a_message_waits_for_a_service_that_is_away_through_a_restart_and_is_answered_once() {
    let mut world = World::with_a_service();
    world.has_service(Some(TERMS));
    world.reply = None;
    world.sends(1, "is there bread?");
    let waiting: Vec<_> = world.rows().into_iter().filter(|(key, _)| table(key) == "svc").collect();
    assert_eq!(waiting.len(), 1);
    let kept = KEPT.iter().find(|kept| kept.table == "svc").unwrap();
    world.nodes[0].store.visit(&mut |row: RawRow<'_>| {
        if table(row.key) == "svc" {
            let most = kept.within.map(|within| world.now.wall.after(within));
            assert_eq!((row.class, row.expires), (DataClass::MessageContent, most));
        }
        assert!(!row.value.windows(5).any(|part| part == b"bread"), "{:?}", row.key);
    });
    world.restart(0);
    world.reply = Some(json!({ "reply": "There is." }));
    world.pass(Micros::minutes(10));
    assert_eq!(world.replies(), 1);
    world.pass(Micros::hours(2));
    assert_eq!((world.replies(), world.table("svc")), (1, Vec::<Key>::new()));
}

#[test]
fn no_message_waits_longer_than_a_business_could_answer_it() {
    let mut world = World::with_a_service();
    world.has_service(Some(TERMS));
    world.reply = None;
    world.sends(1, "is there bread?");
    world.pass(Micros::hours(25));
    world.reply = Some(json!({ "reply": "Too late." }));
    world.pass(Micros::hours(2));
    assert_eq!((world.replies(), world.table("svc")), (0, Vec::<Key>::new()));
}

#[test]
fn a_service_writes_to_one_person_no_more_often_than_its_business_may() {
    let mut world = World::with_a_service();
    world.has_service(Some(TERMS));
    world.configure(1, |config| config.rules = Rules::NONE);
    for nth in 0..60 {
        world.sends(1, &format!("message {nth}"));
    }
    assert_eq!((world.handed().len(), world.replies()), (60, 45));
}

#[test]
fn a_restricted_number_sends_nothing_that_a_service_wrote() {
    let mut world = World::with_a_service();
    world.restriction = 368;
    world.has_service(Some(TERMS));
    world.sends(1, "is there bread?");
    assert_eq!((world.handed().len(), world.replies()), (1, 0));
}

#[test]
fn a_service_that_answers_nonsense_is_asked_again_later() {
    let mut world = World::with_a_service();
    world.has_service(Some(TERMS));
    world.reply = Some(json!({ "reply": 7 }));
    world.sends(1, "is there bread?");
    assert_eq!((world.handed().len(), world.replies()), (1, 0));
    world.reply = Some(json!({ "reply": "There is." }));
    world.pass(Micros::minutes(1));
    assert_eq!((world.handed().len(), world.replies()), (2, 1));
    assert_eq!(world.handed()[0], world.handed()[1]);
}

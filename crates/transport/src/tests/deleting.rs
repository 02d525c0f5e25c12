//! An account is deleted by its owner, and nothing of it stays but hashes.

use alloc::{collections::BTreeSet, string::ToString, vec::Vec};

use store::Engine;
use vocab::{DataClass, MessageId, NoiseKey, PhoneNumber, limits};
use wire::transport::{Ask, ReceiptKind, Status};

use super::{
    people::End,
    world::{CLOUD_API, Moment, OTHER_CLOUD_API, World},
};
use crate::Event;

const ADA: &str = "393331000001";

fn delete(end: &End) -> Ask {
    Ask::DeleteAccount { phone: end.phone() }
}

/// Ada, who is away; Bob, the bakery and the florist, who are there. Everybody has to do with
/// everybody, and something waits for Ada.
struct Story {
    world: World,
    ada: End,
    bob: End,
    bakery: End,
    florist: End,
}

fn story(mut world: World) -> Story {
    let (ada, bob) = (End::new(1, ADA), End::new(2, "393331000002"));
    let bakery = End::new(CLOUD_API, "390212345");
    let florist = End::new(OTHER_CLOUD_API, "390254321");
    for ask in [ada.register(), ada.publish(0..10)] {
        assert_eq!(world.insist(ada.link, &ask).0, Status::Ok);
    }
    for end in [&bob, &bakery, &florist] {
        for ask in [end.register(), end.publish(0..10), end.hello()] {
            assert_eq!(world.insist(end.link, &ask).0, Status::Ok);
        }
    }
    for (end, ask) in [
        (&ada, Ask::Send(ada.writes(&bakery, 1))),
        (&bakery, Ask::Send(bakery.receipt(&ada, 1, ReceiptKind::Delivered))),
        (&bakery, Ask::Send(bakery.writes(&ada, 2))),
        (&bakery, Ask::Send(bakery.writes(&ada, 3))),
        (&florist, Ask::Send(florist.writes(&ada, 4))),
        (&bob, Ask::Send(bob.writes(&ada, 5))),
        (&ada, ada.report(&florist, &["buy roses"])),
        (&ada, ada.block(&florist, true)),
        (&bob, bob.block(&ada, true)),
        (&bob, bob.report(&ada, &[])),
        (&bob, ada.fetch()),
    ] {
        assert_eq!(world.insist(end.link, &ask).0, Status::Ok);
    }
    Story { world, ada, bob, bakery, florist }
}

/// What notices a link was told and has not acknowledged: whose account, and what did not arrive.
fn told(world: &mut World, end: &End) -> BTreeSet<(u64, Vec<MessageId>)> {
    let notices = world.notices(end.link).into_iter();
    notices
        .map(|(place, notice)| {
            assert_eq!((notice.phone.digits(), &notice.to), (ADA, &end.address));
            (place, notice.ids)
        })
        .collect()
}

/// Tables with rows in which a number stands, or its alias.
fn tables_with(world: &World, end: &End) -> BTreeSet<alloc::string::String> {
    let alias = world.config.hash_key.alias(&end.phone()).0;
    let digits = end.phone().digits().as_bytes().to_vec();
    let mut found = BTreeSet::new();
    world.store.visit(&mut |row| {
        let holds = |needle: &[u8]| {
            [row.key.as_bytes(), row.value]
                .into_iter()
                .any(|bytes| bytes.windows(needle.len()).any(|window| window == needle))
        };
        if holds(&alias) || holds(&digits) {
            let name = row.key.as_bytes().split(|byte| *byte == 0).next().unwrap();
            found.insert(core::str::from_utf8(name).unwrap().to_string());
        }
    });
    found
}

/// Everybody acknowledges what is pushed to them, and then the notices that waited for it.
fn acknowledge(story: &mut Story) {
    for end in [&story.bob, &story.bakery, &story.florist] {
        acknowledge_envelopes(&mut story.world, end);
    }
    story.world.pass(limits::RESEND_MOST);
    for end in [&story.bob, &story.bakery, &story.florist] {
        let places: Vec<u64> =
            told(&mut story.world, end).into_iter().map(|(place, _)| place).collect();
        if !places.is_empty() {
            assert_eq!(story.world.insist(end.link, &end.ack(&places)).0, Status::Ok);
        }
    }
}

fn acknowledge_envelopes(world: &mut World, end: &End) {
    let places: Vec<u64> = world.pushed(end.link).into_iter().map(|(place, _)| place).collect();
    if !places.is_empty() {
        assert_eq!(world.insist(end.link, &end.ack(&places)).0, Status::Ok);
    }
}

#[test]
fn of_a_deleted_account_nothing_is_left_but_a_hash_of_what_it_blocked() {
    let mut story = story(World::with(|config| config.rules.enumeration_limits = true));
    let before = tables_with(&story.world, &story.ada);
    for table in ["account", "mail", "one-time", "published", "block", "report", "contact", "met"] {
        assert!(before.contains(table), "{table}: {before:?}");
    }
    assert_eq!(story.world.ask(story.ada.link, delete(&story.ada)), Status::Ok);
    acknowledge(&mut story);
    assert_eq!(tables_with(&story.world, &story.ada), BTreeSet::new());
    assert_eq!(story.world.rows("suppressed").len(), 1);
    assert_eq!(story.world.rows("erasing").len(), 0);
    let alias = story.world.config.hash_key.alias(&story.ada.phone());
    assert!(story.world.events.contains(&Event::Erased { account: alias }));

    story.world.pass(limits::SUPPRESSION_AGE);
    let now = story.world.now().wall;
    story.world.store.sweep(now);
    assert_eq!(story.world.rows("suppressed").len(), 0, "the hash has an expiry");
}

#[test]
fn whoever_wrote_to_it_is_told_what_did_not_arrive_and_every_business_that_it_is_gone() {
    let mut story = story(World::new());
    assert_eq!(story.world.ask(story.ada.link, delete(&story.ada)), Status::Ok);
    let ids = |told: BTreeSet<(u64, Vec<MessageId>)>| -> Vec<Vec<MessageId>> {
        told.into_iter().map(|(_, ids)| ids).collect()
    };
    let id = |number: u32| story.bakery.writes(&story.ada, number).id;
    assert_eq!(told(&mut story.world, &story.bakery).len(), 0, "what she wrote comes first");
    acknowledge_envelopes(&mut story.world, &story.bakery);
    story.world.pass(limits::RESEND_FIRST);
    let bakery = ids(told(&mut story.world, &story.bakery));
    assert_eq!(bakery, [[id(2), id(3)].to_vec(), Vec::new()]);
    assert_eq!(ids(told(&mut story.world, &story.florist)), [[id(4)].to_vec(), Vec::new()]);
    assert_eq!(ids(told(&mut story.world, &story.bob)), [[id(5)].to_vec()], "he is no business");

    story.world.pass(limits::RESEND_MOST);
    let again = told(&mut story.world, &story.bakery);
    assert_eq!(again.len(), 2, "until they are acknowledged");
    let places: Vec<u64> = again.into_iter().map(|(place, _)| place).collect();
    assert_eq!(story.world.ask(story.bakery.link, story.bakery.ack(&places)), Status::Ok);
    story.world.pass(limits::RESEND_MOST);
    assert_eq!(told(&mut story.world, &story.bakery).len(), 0);
    let fill = story.world.page("/integrity");
    assert_eq!(fill["integrity"][1]["blocks"], 0, "a block ends with whose it was: {fill}");
}

#[test]
fn nobody_reaches_it_any_more_and_only_its_owner_can_delete_it() {
    let mut story = story(World::new());
    assert_eq!(story.world.ask(story.bob.link, delete(&story.ada)), Status::Forbidden);
    assert_eq!(story.world.ask(story.bakery.link, delete(&story.bakery)), Status::Forbidden);
    let request = story.world.send(story.ada.link, delete(&story.ada));
    assert_eq!(story.world.answers(story.ada.link, request), [(Status::Ok, None)]);
    let (ada, bakery) = (&story.ada, &story.bakery);
    let sends = Ask::Send(bakery.writes(ada, 9));
    assert_eq!(story.world.ask(bakery.link, sends), Status::NotFound);
    assert_eq!(story.world.ask(bakery.link, ada.fetch()), Status::NotFound);
    assert_eq!(story.world.ask(ada.link, Ask::Send(ada.writes(bakery, 9))), Status::Forbidden);
    assert_eq!(story.world.ask(ada.link, ada.hello()), Status::NotFound);
    assert_eq!(story.world.ask(ada.link, delete(ada)), Status::NotFound, "it is gone");
    story.world.send_as(ada.link, request, delete(ada));
    assert_eq!(story.world.answers(ada.link, request), [(Status::Ok, None)], "a copy is answered");
}

#[test]
fn the_number_is_claimed_anew_with_a_code_and_hears_of_no_business_that_was_blocked_until_it_asks()
{
    let mut story = story(World::with(|config| config.rules.registration_code = false));
    assert_eq!(story.world.ask(story.ada.link, delete(&story.ada)), Status::Ok);
    acknowledge(&mut story);
    story.world.config.rules.registration_code = true;
    story.world.crash();
    let eve = End::new(7, ADA);
    assert_eq!(story.world.ask(eve.link, eve.register()), Status::CodeNeeded);
    assert_eq!(story.world.ask(eve.link, eve.request_code()), Status::Ok);
    let code = story.world.code(&eve);
    assert_eq!(story.world.ask(eve.link, eve.register_with(&code)), Status::Ok);
    for ask in [eve.publish(0..10), eve.hello()] {
        assert_eq!(story.world.ask(eve.link, ask), Status::Ok);
    }
    let (bakery, florist) = (&story.bakery, &story.florist);
    assert_eq!(story.world.ask(florist.link, Ask::Send(florist.writes(&eve, 20))), Status::Ok);
    assert_eq!(story.world.pushed(eve.link).len(), 0, "who had it before did not want that");
    assert_eq!(story.world.ask(bakery.link, Ask::Send(bakery.writes(&eve, 21))), Status::Ok);
    assert_eq!(story.world.pushed(eve.link).len(), 1);

    assert_eq!(story.world.ask(eve.link, Ask::Send(eve.writes(florist, 22))), Status::Ok);
    assert_eq!(story.world.rows("suppressed").len(), 0);
    assert_eq!(story.world.ask(florist.link, Ask::Send(florist.writes(&eve, 23))), Status::Ok);
    assert_eq!(story.world.pushed(eve.link).len(), 1, "who writes to a business hears of it");
}

#[test]
fn nobody_claims_the_number_as_long_as_something_of_its_last_owner_is_there() {
    let mut story = story(World::new());
    story.world.is_slow = true;
    story.world.send(story.ada.link, delete(&story.ada));
    while story.world.rows("erasing").is_empty() {
        story.world.step();
    }
    let eve = End::new(7, ADA);
    let request = story.world.send(eve.link, eve.register());
    let mut answers = Vec::new();
    while answers.is_empty() {
        assert!(story.world.answers(story.bob.link, u64::MAX).is_empty());
        story.world.step();
        answers = story.world.answers(eve.link, request);
    }
    assert_eq!(answers, [(Status::Limited, None)]);
    story.world.is_slow = false;
    story.world.catch_up();
    assert_eq!(story.world.ask(eve.link, eve.register()), Status::Ok);
}

#[test]
fn it_comes_out_the_same_wherever_the_power_goes() {
    let undisturbed = deleted(None);
    assert!(undisturbed.0 > 15, "{undisturbed:?}");
    for moment in [Moment::BeforeSync, Moment::AfterSync] {
        for transactions in 0..undisturbed.0 {
            let disturbed = deleted(Some((transactions, moment)));
            assert_eq!(disturbed.1, undisturbed.1, "{moment:?} {transactions}");
        }
    }
}

/// Transactions of the deletion, and what the bakery was told.
fn deleted(power_for: Option<(usize, Moment)>) -> (usize, BTreeSet<Vec<MessageId>>) {
    let mut story = story(World::new());
    let before = story.world.transactions;
    story.world.power_for = power_for.map(|(after, moment)| (before + after, moment));
    let status = story.world.insist(story.ada.link, &delete(&story.ada)).0;
    assert_eq!(status, Status::Ok);
    let transactions = story.world.transactions - before;
    for end in [&story.bob, &story.bakery, &story.florist] {
        assert_eq!(story.world.insist(end.link, &end.hello()).0, Status::Ok);
    }
    let bakery = story.bakery.clone();
    acknowledge_envelopes(&mut story.world, &bakery);
    story.world.pass(limits::RESEND_MOST);
    let told = told(&mut story.world, &bakery);
    let places: Vec<u64> = told.iter().map(|(place, _)| *place).collect();
    assert_eq!(story.world.insist(bakery.link, &bakery.ack(&places)).0, Status::Ok);
    acknowledge(&mut story);
    assert_eq!(tables_with(&story.world, &story.ada), BTreeSet::new());
    (transactions, told.into_iter().map(|(_, ids)| ids).collect())
}

#[test]
fn more_than_a_page_is_removed_page_by_page() {
    let mut world = World::new();
    let (ada, bob) = (End::new(1, ADA), End::new(2, "393331000002"));
    for end in [&ada, &bob] {
        assert_eq!(world.ask(end.link, end.register()), Status::Ok);
    }
    let many = u32::try_from(limits::MAX_ENVELOPES_READ).unwrap() + 5;
    for number in 0..many {
        assert_eq!(world.ask(bob.link, Ask::Send(bob.writes(&ada, number))), Status::Ok);
    }
    let link = NoiseKey([2; 32]);
    assert_eq!(world.ask(ada.link, delete(&ada)), Status::Ok);
    assert_eq!(world.ask(bob.link, bob.hello()), Status::Ok);
    let notices = world.notices(link);
    let ids: BTreeSet<MessageId> =
        notices.iter().flat_map(|(_, notice)| notice.ids.clone()).collect();
    assert_eq!((notices.len(), ids.len()), (2, usize::try_from(many).unwrap()));
    let number = PhoneNumber::parse(ADA).unwrap();
    assert!(notices.iter().all(|(_, notice)| notice.phone == number));
    let rows = world.rows("mail");
    assert_eq!(rows.len(), 2, "the notices themselves");
    assert!(rows.iter().all(|(class, _)| *class == DataClass::ConsumerPhone));
}

#[cfg(feature = "mutants")]
#[test]
fn what_a_deleted_account_published_stays_under_its_mutant_alone() {
    let mutant = Some(crate::Mutant::PublishedOutlivesAccount);
    let mut story = story(World::with(|config| config.mutant = mutant));
    assert_eq!(story.world.ask(story.ada.link, delete(&story.ada)), Status::Ok);
    acknowledge(&mut story);
    assert!(tables_with(&story.world, &story.ada).contains("published"));
}

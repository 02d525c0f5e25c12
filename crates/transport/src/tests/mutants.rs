//! Each mutant takes away the one guard that it names.

use vocab::NoiseKey;
use wire::transport::{Ask, Status};

use super::{
    people::End,
    prekeys::one_time_ids,
    world::{CLOUD_API, World},
};
use crate::mutant::Mutant;

const ALL: [Option<Mutant>; 4] = [
    None,
    Some(Mutant::OneTimeKeyTwice),
    Some(Mutant::NoSenderCheck),
    Some(Mutant::EffectBeforeTransaction),
];

#[test]
fn a_one_time_prekey_leaves_twice_under_its_mutant_alone() {
    for mutant in ALL {
        let (mut world, ada, _bakery) = with_bakery(mutant);
        let asker = NoiseKey([50; 32]);
        let first = one_time_ids(&world.bundle(asker, &ada));
        let second = one_time_ids(&world.bundle(asker, &ada));
        assert_eq!(first == second, mutant == Some(Mutant::OneTimeKeyTwice), "{mutant:?}");
    }
}

#[test]
fn an_imposter_sends_for_a_hosted_number_under_its_mutant_alone_and_for_a_person_under_none() {
    for mutant in ALL {
        let (mut world, ada, bakery) = with_bakery(mutant);
        let imposter = End::new(6, "390212345");
        let expected = match mutant {
            Some(Mutant::NoSenderCheck) => Status::Ok,
            _ => Status::Forbidden,
        };
        let envelope = imposter.writes(&ada, 1);
        assert_eq!(world.ask(imposter.link, Ask::Send(envelope)), expected, "{mutant:?}");
        let imposter = End::new(6, "393331000001");
        let envelope = imposter.writes(&bakery, 1);
        assert_eq!(world.ask(imposter.link, Ask::Send(envelope)), Status::Forbidden, "{mutant:?}");
    }
}

#[test]
fn an_answer_leaves_before_its_transaction_under_its_mutant_alone() {
    for mutant in ALL {
        let (mut world, ada, bakery) = with_bakery(mutant);
        world.is_slow = true;
        let id = world.send(ada.link, Ask::Send(ada.writes(&bakery, 1)));
        world.step_until_writing();
        let early = world.answers(ada.link, id).len();
        assert_eq!(early == 1, mutant == Some(Mutant::EffectBeforeTransaction), "{mutant:?}");
        world.crash();
        world.catch_up();
        assert_eq!(world.rows("mail").len(), 0, "what was answered early is lost");
    }
}

fn with_bakery(mutant: Option<Mutant>) -> (World, End, End) {
    let mut world = World::with(|config| config.mutant = mutant);
    let (ada, bakery) = (End::new(1, "393331000001"), End::new(CLOUD_API, "390212345"));
    world.arrives(&ada);
    world.arrives(&bakery);
    (world, ada, bakery)
}

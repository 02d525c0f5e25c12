//! Messages that are more than words.

use alloc::{boxed::Box, string::String, vec, vec::Vec};

use wire::content::{Answer, Body, Choice, ChoiceKind, Offer, OfferKind, Reaction};

use super::world::{World, id, phone};
use crate::{Ask, Event};

#[test]
fn an_offer_is_shown_and_what_is_pressed_of_it_comes_back_as_its_answer() {
    let mut world = World::of(2);
    let button = |id: &str, kind| Choice {
        kind,
        id: id.into(),
        title: id.to_uppercase(),
        description: "".into(),
    };
    let offer = Body::Offer(Box::new(Offer {
        kind: OfferKind::Interactive,
        name: "button".into(),
        text: "Shall it be sliced?".into(),
        choices: [button("yes", ChoiceKind::Button), button("site", ChoiceKind::Link)].into(),
        header: None,
        json: b"{}".to_vec(),
    }));
    let to = phone(1);
    world.does(0, Ask::Send { id: id(1), to, quoted: None, body: offer.clone() });
    let choices = match &world.said(1)[..] {
        [(text, None, body @ Body::Offer(offered))] => {
            assert_eq!((text.as_str(), body), ("Shall it be sliced?", &offer));
            offered.choices.clone()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(choices[1].pressed(), None, "nobody is told of a link");
    let answer = Body::Answer(choices[0].pressed().unwrap());
    let to = phone(0);
    world.does(1, Ask::Send { id: id(2), to, quoted: Some(id(1)), body: answer.clone() });
    assert_eq!(world.said(0), [("YES".into(), Some(id(1)), answer)]);
}

#[test]
fn a_reaction_and_a_long_answer_arrive_and_what_is_too_long_fails_at_once() {
    let mut world = World::of(2);
    let react = |emoji: &str| Body::Reaction(Reaction { message: id(9), emoji: emoji.into() });
    let long = Body::Answer(Answer {
        kind: ChoiceKind::Flow,
        id: "flow".into(),
        title: "Sent".into(),
        description: "".into(),
        json: vec![b' '; vocab::limits::MAX_OBJECT],
    });
    for (number, body) in [react("👍"), react(""), long.clone()].into_iter().enumerate() {
        let id = id(u8::try_from(number).unwrap());
        world.does(0, Ask::Send { id, to: phone(1), quoted: None, body });
    }
    let said: Vec<Body> = world.said(1).into_iter().map(|(_, _, body)| body).collect();
    assert_eq!(said, [react("👍"), react(""), long]);
    let body = react(&"x".repeat(vocab::limits::MAX_EMOJI + 1));
    world.does(0, Ask::Send { id: id(7), to: phone(1), quoted: None, body });
    assert_eq!(world.said(1).len(), 3);
    let failed = |what: &endpoint::Happening| matches!(what, endpoint::Happening::Failed { .. });
    assert_eq!(world.count(0, failed), 1);
}

impl World {
    /// Words, quoted message and body of everything that a person was shown.
    fn said(&self, node: usize) -> Vec<(String, Option<vocab::MessageId>, Body)> {
        let shown = |event: &Event| match event {
            Event::Shown { text, quoted, body, .. } => Some((text.clone(), *quoted, body.clone())),
            Event::Acknowledged { .. }
            | Event::Fetched { .. }
            | Event::Labelled { .. }
            | Event::Happened(_) => None,
        };
        self.nodes[node].events.iter().filter_map(shown).collect()
    }
}

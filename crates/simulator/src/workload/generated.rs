//! Messages that a scenario leaves to chance.

use vocab::Micros;

use super::{
    plan::{Act, Action},
    sentence::sentence,
    words::Words,
};
use crate::scenario::Generate;

/// The messages of one `[[generate]]`, the `list`-th of its scenario, in the order of time.
pub(super) fn messages(generate: &Generate, key: u64, list: u64) -> Vec<Action> {
    let mut at = generate.start;
    let mut actions = Vec::new();
    for index in 0..generate.count {
        let mut words = Words::of(key, list, index);
        if index > 0 {
            at = Micros(at.0.saturating_add(generate.every.sample(words.word()).0));
        }
        let senders: Vec<&str> = generate.from.iter().map(String::as_str).collect();
        let who = words.choose(&senders).to_owned();
        let (to, text) = (generate.to.clone(), sentence(&mut words, generate.words));
        actions.push(Action {
            at,
            who,
            act: Act::Write { to, text, label: None, picture: false, ours: true },
        });
    }
    actions
}

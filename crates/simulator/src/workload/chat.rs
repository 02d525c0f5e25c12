//! A chat export, replayed at its own pace.

use vocab::Micros;

use super::plan::{Act, Action};
use crate::scenario::{Chat, ChatLine};

/// The messages of one chat, in the order of the export.
pub(super) fn messages(chat: &Chat) -> Vec<Action> {
    let mut actions = Vec::new();
    // Whom the business answers: the person who wrote last, or who writes first.
    let first = chat.lines.iter().find(|line| line.from != chat.business).map(|line| &line.from);
    let mut person = first.or(chat.people.first()).cloned().unwrap_or_default();
    for (line, at) in chat.lines.iter().zip(times(chat)) {
        let to = if line.from == chat.business {
            person.clone()
        } else {
            person.clone_from(&line.from);
            chat.business.clone()
        };
        let (text, label, picture) = (line.text.clone(), None, false);
        let act = Act::Write { to, text, label, picture, ours: false };
        actions.push(Action { at, who: line.from.clone(), act });
    }
    actions
}

/// When each line is written.
///
/// Gaps are those of the export, divided by the pace. An export that knows minutes only gives
/// several lines the same time: they are spread over that minute evenly. Whatever comes of that,
/// lines keep their order and stay [`APART`], also where the clock of the phone went back.
fn times(chat: &Chat) -> Vec<Micros> {
    let origin = chat.lines.first().map_or(0, |line| line.at.0);
    let minutes_only = chat.lines.iter().all(|line| line.at.0.rem_euclid(60) == 0);
    let mut times = Vec::with_capacity(chat.lines.len());
    let mut earliest = chat.start;
    for together in chat.lines.chunk_by(|a, b| a.at == b.at) {
        let count = together.len() as u64;
        let spread = if minutes_only { MINUTE } else { Micros(0) };
        let since = together.first().map_or(0, |line: &ChatLine| line.at.0.saturating_sub(origin));
        let since = u64::try_from(since).unwrap_or(0).saturating_mul(1_000_000);
        for place in 0..count {
            let within = spread.0.saturating_mul(place).checked_div(count).unwrap_or(0);
            let gap = since.saturating_add(within).checked_div(chat.pace).unwrap_or(0);
            let at = Micros(chat.start.0.saturating_add(gap)).max(earliest);
            earliest = Micros(at.0.saturating_add(APART.0));
            times.push(at);
        }
    }
    times
}

const MINUTE: Micros = Micros::minutes(1);
/// The least time between two messages of a chat.
const APART: Micros = Micros::seconds(1);

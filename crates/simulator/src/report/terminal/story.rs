//! What happened, step by step, as somebody who has never heard of it can follow.

use std::collections::{BTreeMap, BTreeSet};

use super::line::{Ink, Line, hanging};
use crate::report::{
    model::{Arrow, CIPHERTEXT, Conversation, Seen},
    words::{ACTORS, clock, happening, named, plural, size},
};

/// Steps that the terminal shows; the page has all of them.
const STEPS: usize = 30;
/// How far it is indented what somebody saw of a step.
const SIGHT: usize = 3;

/// The lines of the story, each at most `width` wide.
pub(super) fn lines(conversation: &Conversation, width: usize) -> Vec<Line> {
    let main: Vec<&Arrow> = conversation.arrows.iter().filter(|arrow| arrow.main).collect();
    let longest_time = main.iter().take(STEPS).map(|arrow| clock(arrow.at_us).len()).max();
    // Times stand at the right of their column, two spaces from the step.
    let mut told = Told { begins: longest_time.unwrap_or(0).saturating_add(4), ..Told::default() };
    let mut lines = Vec::new();
    for arrow in main.iter().take(STEPS) {
        lines.push(step(conversation, arrow, told.begins).clipped(width));
        for seen in &arrow.seen {
            lines.extend(told.sight(seen, arrow, width));
        }
    }
    let main_left = main.len().saturating_sub(STEPS);
    let upkeep = conversation.arrows.len().saturating_sub(main.len());
    let more = u64::try_from(main_left.saturating_add(upkeep)).unwrap_or(u64::MAX);
    let more = more.saturating_add(conversation.left_out);
    if more > 0 {
        let text = format!("… and {}, upkeep included: --html draws them", plural(more, "step"));
        lines.push(Line::default().to(told.begins).and(Ink::Faint, &text).clipped(width));
    }
    lines
}

fn step(conversation: &Conversation, arrow: &Arrow, begins: usize) -> Line {
    let name = |index: usize| conversation.nodes.get(index).map_or("?", |node| &*node.name);
    let time = clock(arrow.at_us);
    let line = Line::default().to(begins.saturating_sub(time.len()).saturating_sub(2));
    let line = line.and(Ink::Faint, &time).to(begins);
    if arrow.from == arrow.to {
        return line.and(Ink::Strong, &happening(name(arrow.from), &arrow.what));
    }
    let line = line.and(Ink::Strong, name(arrow.from));
    let line = match arrow.arrived_us {
        Some(_) => line.and(Ink::Plain, " → "),
        None => line.and(Ink::Doubt, " ─✗ "),
    };
    let line = line.and(Ink::Strong, name(arrow.to));
    let line = line.and(Ink::Plain, &format!("  {}, {}", arrow.what, size(arrow.bytes)));
    match arrow.arrived_us {
        Some(_) => line,
        None => line.and(Ink::Doubt, "  lost on the way"),
    }
}

/// What has been said, so that the same is not said at every step.
#[derive(Debug, Default)]
struct Told<'a> {
    /// The column in which steps begin.
    begins: usize,
    /// The words that each actor read last.
    words: BTreeMap<&'a str, &'a str>,
    /// Who has been said to be unable to read, with all that it could parse.
    blind: BTreeSet<&'a str>,
}

impl<'a> Told<'a> {
    /// What `seen` says to somebody who follows the story; nothing if it was just said.
    fn sight(&mut self, seen: &'a Seen, arrow: &Arrow, width: usize) -> Vec<Line> {
        let indent = self.begins.saturating_add(SIGHT);
        let actor = named(&ACTORS, &seen.actor);
        let line = Line::default().to(indent);
        if let Some(size) = seen.sealed() {
            let line = line.and(Ink::Strong, actor);
            let line = line.and(Ink::Sealed, &format!(" cannot read: {size} of ciphertext"));
            let line = line.and(Ink::Faint, &header(seen));
            let first = self.blind.insert(&seen.actor);
            let more = indent.saturating_add(SIGHT);
            return if first { hanging(&line, more, width) } else { vec![line.clipped(width)] };
        }
        let Some(text) = seen.text() else { return Vec::new() };
        if self.words.insert(&seen.actor, text) == Some(text) {
            return Vec::new();
        }
        let line = if arrow.from == arrow.to {
            line
        } else {
            line.and(Ink::Strong, actor).and(Ink::Plain, " reads ")
        };
        vec![line.and(Ink::Open, &format!("“{text}”")).clipped(width)]
    }
}

/// What an observer could parse without a key. Ids say nothing to a person.
fn header(seen: &Seen) -> String {
    let fields = seen.fields.iter().filter(|(name, _)| name != CIPHERTEXT && name != "id");
    fields.map(|(name, value)| format!("; {name}: {value}")).collect()
}

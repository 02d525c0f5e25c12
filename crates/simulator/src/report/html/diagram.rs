//! The sequence diagram: a column for each node, time downwards, though not to scale.
//!
//! It is drawn twice, with and without upkeep; a checkbox chooses, and needs no script.

use maud::{Markup, html};

use super::shown;
use crate::report::{
    model::{Arrow, CIPHERTEXT, Conversation, Seen},
    words::{ACTORS, clipped, clock, happening, named, size, visible},
};

/// Room for times, left of the first column.
const GUTTER: f64 = 92.0;
const COLUMN: f64 = 216.0;
const ROW: f64 = 42.0;
const HEAD: f64 = 56.0;
/// What a letter of a label takes, roughly and rather too much.
const LETTER: f64 = 6.2;

/// Both drawings and what chooses between them.
pub(super) fn both(conversation: &Conversation, id: usize) -> Markup {
    let upkeep = conversation.arrows.iter().filter(|arrow| !arrow.main).count();
    html! {
        p.legend {
            span.key.sealed { "sealed: whoever carries it cannot read it" }
            span.key.open { "readable for those at this arrow" }
            span.key.lost { "lost on the way" }
            span { "Time runs downwards, not to scale. Choose an arrow to see what each actor saw "
                "of it. " code { "zq4…" } " is a canary planted in the text." }
        }
        input.upkeep id={ "upkeep-" (id) } type="checkbox" disabled[upkeep == 0];
        label for={ "upkeep-" (id) } { "Show upkeep too (" (upkeep) ")" }
        div.diagram.main-steps tabindex="0" role="group" aria-label="Sequence diagram" {
            (Drawing::of(conversation, false).draw(id))
        }
        div.diagram.all-steps tabindex="0" role="group" aria-label="Sequence diagram with upkeep" {
            (Drawing::of(conversation, true).draw(id))
        }
        @if conversation.left_out > 0 {
            p.muted { (conversation.left_out) " further steps were left out of this page." }
        }
    }
}

/// The arrows that are drawn, and the columns that they need.
struct Drawing<'a> {
    conversation: &'a Conversation,
    arrows: Vec<(usize, &'a Arrow)>,
    columns: Vec<usize>,
}

impl<'a> Drawing<'a> {
    fn of(conversation: &'a Conversation, upkeep: bool) -> Self {
        let arrows = conversation.arrows.iter().enumerate();
        let arrows: Vec<_> = arrows.filter(|(_, arrow)| upkeep || arrow.main).collect();
        let takes_part =
            |node: &usize| arrows.iter().any(|(_, arrow)| arrow.from == *node || arrow.to == *node);
        let columns = (0..conversation.nodes.len()).filter(takes_part).collect();
        Self { conversation, arrows, columns }
    }

    fn width(&self) -> f64 {
        float(self.columns.len()).mul_add(COLUMN, GUTTER)
    }

    /// The middle of a node's column.
    fn x(&self, node: usize) -> f64 {
        let column = self.columns.iter().position(|column| *column == node).unwrap_or(0);
        (float(column) + 0.5).mul_add(COLUMN, GUTTER)
    }

    fn draw(&self, id: usize) -> Markup {
        let height = float(self.arrows.len()).mul_add(ROW, ROW / 2.0);
        let width = self.width();
        html! {
            svg.nodes width=(width) height=(HEAD) viewBox={ "0 0 " (width) " " (HEAD) }
                aria-hidden="true" {
                @for node in &self.columns { (self.node(*node)) }
            }
            svg.steps width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } {
                @for node in &self.columns {
                    line.life x1=(self.x(*node)) x2=(self.x(*node)) y1="0" y2=(height) {}
                }
                @for (row, (number, arrow)) in self.arrows.iter().enumerate() {
                    (self.step(arrow, float(row).mul_add(ROW, ROW), id, *number))
                }
            }
        }
    }

    fn node(&self, node: usize) -> Markup {
        let x = self.x(node);
        let (name, actor) = self
            .conversation
            .nodes
            .get(node)
            .map_or(("?", ""), |column| (&*column.name, named(&ACTORS, &column.actor)));
        html! {
            rect.node x=(x - COLUMN / 2.0 + 12.0) y="4" width=(COLUMN - 24.0)
                height=(HEAD - 10.0) rx="8" {}
            text.name x=(x) y="25" { (clipped(&visible(name), 22)) }
            text.actor x=(x) y="42" { (clipped(&visible(actor), 24)) }
        }
    }

    fn step(&self, arrow: &Arrow, y: f64, id: usize, number: usize) -> Markup {
        let class = kind(arrow);
        let lost = arrow.arrived_us.is_none();
        html! {
            a class={ "step " (class) @if lost { " lost" } } href={ "#step-" (id) "-" (number) }
                data-step=(number) {
                title { (self.words(arrow)) }
                rect.hit x="0" y=(y - ROW / 2.0 - 5.0) width=(self.width()) height=(ROW) {}
                text.time x=(GUTTER - 4.0) y=(y + 4.0) { (clock(arrow.at_us)) }
                @if arrow.from == arrow.to {
                    (self.happening(arrow, y))
                } @else {
                    (shaft(self.x(arrow.from), self.x(arrow.to), y, lost))
                    (self.label(arrow, y))
                    @if class == "sealed" && !lost {
                        (lock(f64::midpoint(self.x(arrow.from), self.x(arrow.to)), y))
                    }
                }
            }
        }
    }

    /// What a step is, for those who point at it or listen.
    fn words(&self, arrow: &Arrow) -> String {
        let name = |node: usize| {
            self.conversation.nodes.get(node).map_or_else(String::new, |n| visible(&n.name))
        };
        let what = visible(&arrow.what);
        if arrow.from == arrow.to {
            return visible(&happening(&name(arrow.from), &arrow.what));
        }
        let lost = if arrow.arrived_us.is_none() { ", lost" } else { "" };
        let (from, to) = (name(arrow.from), name(arrow.to));
        format!("{from} to {to}: {what}, {}{lost}", size(arrow.bytes))
    }

    fn label(&self, arrow: &Arrow, y: f64) -> Markup {
        let (from, to) = (self.x(arrow.from), self.x(arrow.to));
        let bytes = size(arrow.bytes);
        let room = letters((from - to).abs() - 16.0).saturating_sub(bytes.len().saturating_add(3));
        let what = clipped(&visible(&arrow.what), room);
        html! {
            text.label x=(f64::midpoint(from, to)) y=(y - 11.0) {
                tspan { (what) } " " tspan.size { "· " (bytes) }
            }
        }
    }

    /// Something that happened at one node, with the words if there are any.
    fn happening(&self, arrow: &Arrow, y: f64) -> Markup {
        let text = arrow.seen.iter().find_map(Seen::text).map(visible);
        let node = self.conversation.nodes.get(arrow.from).map_or("", |column| &*column.name);
        let what = visible(&happening(node, &arrow.what));
        let label = text.map_or(what.clone(), |text| format!("{what}: “{text}”"));
        let x = self.x(arrow.from);
        let (left, right) = (x - GUTTER, self.width() - x);
        let (anchor, at, room) =
            if left > right { ("end", x - 12.0, left) } else { ("start", x + 12.0, right) };
        let label = clipped(&label, letters(room - 16.0));
        html! {
            circle.dot cx=(x) cy=(y) r="5" {}
            text.happening x=(at) y=(y + 4.0) text-anchor=(anchor) { (label) }
        }
    }
}

/// Whether what went over an arrow could be read there.
pub(super) fn kind(arrow: &Arrow) -> &'static str {
    if arrow.seen.iter().any(|seen| seen.field(CIPHERTEXT).is_some()) {
        "sealed"
    } else if arrow.seen.iter().any(|seen| seen.text().is_some()) {
        "open"
    } else {
        "other"
    }
}

fn shaft(from: f64, to: f64, y: f64, lost: bool) -> Markup {
    let way = (to - from).signum();
    if lost {
        let end = (to - from).mul_add(0.72, from);
        let (left, right, top, bottom) = (end - 6.0, end + 6.0, y - 6.0, y + 6.0);
        return html! {
            line.shaft x1=(from) x2=(end) y1=(y) y2=(y) {}
            path.cross d={ "M" (left) " " (top) "L" (right) " " (bottom) "M" (left) " " (bottom)
                "L" (right) " " (top) } {}
        };
    }
    let neck = way.mul_add(-10.0, to);
    html! {
        line.shaft x1=(from) x2=(neck) y1=(y) y2=(y) {}
        path.tip d={ "M" (to) " " (y) "L" (neck) " " (y - 5.0) "L" (neck) " " (y + 5.0) "Z" } {}
    }
}

/// A padlock on the middle of an arrow.
fn lock(x: f64, y: f64) -> Markup {
    html! {
        g.lock transform={ "translate(" (x) " " (y) ") scale(0.8)" } {
            circle r="9" {}
            path.bow d="M-3 -0.5V-3a3 3 0 0 1 6 0v2.5" {}
            rect x="-4.5" y="-1" width="9" height="6.5" rx="1" {}
        }
    }
}

/// How many letters fit into `room`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a width of the page, clamped to what letters can be"
)]
fn letters(room: f64) -> usize {
    (room / LETTER).clamp(4.0, 400.0) as usize
}

#[expect(clippy::cast_precision_loss, reason = "at most some hundred rows and columns")]
const fn float(number: usize) -> f64 {
    number as f64
}

/// The title of a step in the list of steps.
pub(super) fn heading(conversation: &Conversation, arrow: &Arrow) -> Markup {
    let name = |node: usize| conversation.nodes.get(node).map_or("?", |column| &*column.name);
    html! {
        @if arrow.from == arrow.to {
            (shown(&happening(name(arrow.from), &arrow.what)))
        } @else {
            b { (shown(name(arrow.from))) " → " (shown(name(arrow.to))) }
            " " (shown(&arrow.what))
        }
    }
}

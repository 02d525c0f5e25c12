//! Every step of the conversation, and what each actor saw of it.

use maud::{Markup, html};

use super::{
    diagram::{heading, kind},
    shown,
};
use crate::report::{
    model::{Arrow, CIPHERTEXT, Conversation, Seen, TEXT},
    words::{ACTORS, clock, named, size, span, visible},
};

/// Bytes in a line of a dump.
const DUMP_LINE: usize = 8;

/// The steps, each folded; the one that the address names is unfolded beside the diagram.
pub(super) fn list(conversation: &Conversation, id: usize) -> Markup {
    let main: Vec<usize> = numbers(conversation, |arrow| arrow.main);
    html! {
        h3 { "Step by step" }
        div.steps-list tabindex="0" role="group" aria-label="Steps" {
            @for (number, arrow) in conversation.arrows.iter().enumerate() {
                details id={ "step-" (id) "-" (number) }
                    class={ "step " (kind(arrow)) @if !arrow.main { " is-upkeep" } } {
                    summary {
                        span.time { (clock(arrow.at_us)) }
                        span.what { (heading(conversation, arrow)) }
                        @if arrow.arrived_us.is_none() { span.badge.doubt { "lost" } }
                    }
                    div.body {
                        (facts(arrow))
                        @for seen in &arrow.seen { (sight(seen, arrow.bytes)) }
                        @if arrow.seen.is_empty() {
                            p.muted { "Nothing of it is recorded: it carries no content." }
                        }
                        (ways(&main, number, id))
                    }
                }
            }
        }
    }
}

fn numbers(conversation: &Conversation, which: impl Fn(&Arrow) -> bool) -> Vec<usize> {
    let arrows = conversation.arrows.iter().enumerate();
    arrows.filter(|(_, arrow)| which(arrow)).map(|(number, _)| number).collect()
}

fn facts(arrow: &Arrow) -> Markup {
    html! {
        p.facts {
            @if arrow.from != arrow.to {
                @match arrow.arrived_us {
                    Some(at) => {
                        "Arrived at " (clock(at)) ", " (span(at.saturating_sub(arrow.at_us)))
                        " later"
                    }
                    None => "Never arrived"
                }
                " · "
            }
            (size(arrow.bytes))
        }
    }
}

/// What one actor saw.
fn sight(seen: &Seen, total: u64) -> Markup {
    let (text, sealed) = (seen.text(), seen.sealed());
    let class = if sealed.is_some() {
        "sight sealed"
    } else if text.is_some() {
        "sight open"
    } else {
        "sight"
    };
    let said = |name: &str| name == TEXT || (name == CIPHERTEXT && sealed.is_some());
    let others = seen.fields.iter().filter(|(name, _)| !said(name));
    html! {
        section class=(class) {
            h4 {
                (shown(named(&ACTORS, &seen.actor)))
                @if let Some(size) = sealed {
                    " " span.can { "cannot read: " (shown(size)) " of ciphertext" }
                } @else if text.is_some() {
                    " " span.can { "reads" }
                }
            }
            @if let Some(text) = text { blockquote dir="auto" { (shown(text)) } }
            dl {
                @for (name, value) in others {
                    dt { (shown(name)) }
                    dd { (shown(value)) }
                }
            }
            (dump(&seen.bytes, total))
        }
    }
}

/// The bytes as somebody with a wire tap would look at them.
fn dump(hex: &str, total: u64) -> Markup {
    let Some(bytes) = parse(hex) else {
        return html! { @if !hex.is_empty() { pre.bytes { (shown(hex)) } } };
    };
    let kept = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let lines = bytes.chunks(DUMP_LINE).enumerate().map(|(number, chunk)| {
        let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let text = chunk.iter().map(|byte| if (0x20..0x7f).contains(byte) { *byte } else { b'.' });
        let text: String = text.map(char::from).collect();
        format!("{:04x}  {:<23}  {text}\n", number.saturating_mul(DUMP_LINE), hex.join(" "))
    });
    html! {
        @if kept > 0 {
            pre.bytes tabindex="0" { (visible_lines(lines)) }
            @if kept < total { p.muted { "the first " (kept) " of " (total) " bytes" } }
        }
    }
}

fn visible_lines(lines: impl Iterator<Item = String>) -> String {
    lines.map(|line| visible(line.trim_end()) + "\n").collect()
}

fn parse(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = hex.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    let byte = |pair: &[u32]| match pair {
        [high, low] => u8::try_from(high.checked_mul(16)?.checked_add(*low)?).ok(),
        _ => None,
    };
    digits.chunks(2).map(byte).collect()
}

/// The way to the steps before and after, and back to the diagram.
fn ways(main: &[usize], number: usize, id: usize) -> Markup {
    let before = main.iter().rev().find(|other| **other < number);
    let after = main.iter().find(|other| **other > number);
    let link = |to: Option<&usize>, text: &str| {
        html! {
            @match to {
                Some(to) => a href={ "#step-" (id) "-" (to) } { (text) },
                None => span.muted { (text) }
            }
        }
    };
    html! {
        nav.ways {
            (link(before, "← earlier"))
            (link(after, "later →"))
            a.close href="#" { "close" }
        }
    }
}

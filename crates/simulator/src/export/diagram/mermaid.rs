//! The picture as text for Mermaid.

use std::fmt::Write as _;

use super::{Arrow, Drawing, SHOWN_TEXT};
use crate::report::words::{clipped, clock, visible};

/// The text.
pub(super) fn write(drawing: &Drawing<'_>) -> String {
    let mut text = format!("---\ntitle: {:?}\n---\nsequenceDiagram\n", visible(&drawing.title));
    let place = |id| drawing.columns.iter().position(|(column, _)| *column == id).unwrap_or(0);
    for (number, (_, host)) in drawing.columns.iter().enumerate() {
        let actor = host.actor.name();
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(text, "    participant n{number} as {} ({actor})", plain(&host.name));
    }
    let last = drawing.columns.len().saturating_sub(1);
    for (_, step) in steps(drawing) {
        let line = match step {
            Step::Fault(what) if last == 0 => format!("Note over n0: {what}"),
            Step::Fault(what) => format!("Note over n0,n{last}: {what}"),
            Step::Leaves(arrow) => {
                let (from, to) = (place(arrow.from), place(arrow.to));
                let what = format!("{} {}", clock(arrow.at_us), plain(&arrow.what));
                match (arrow.is_at_home(), arrow.arrived.first()) {
                    (true, _) => format!("Note over n{from}: {what}"),
                    (false, None) => format!("n{from}-xn{to}: {what} (lost)"),
                    (false, Some(at)) => {
                        format!("n{from}->>n{to}: {what} (there at {})", clock(*at))
                    }
                }
            }
            Step::Again(arrow, at) => {
                let (from, to) = (place(arrow.from), place(arrow.to));
                let what = format!("{} {}", clock(arrow.at_us), plain(&arrow.what));
                format!("n{from}-->>n{to}: {what} (again at {})", clock(at))
            }
        };
        let _ = writeln!(text, "    {line}");
    }
    if drawing.left_out > 0 {
        let _ = writeln!(text, "    Note over n0: {} further steps left out", drawing.left_out);
    }
    text
}

enum Step<'a> {
    Fault(String),
    Leaves(&'a Arrow),
    Again(&'a Arrow, u64),
}

/// Departures, second copies and faults, in the order of time.
fn steps<'a>(drawing: &'a Drawing<'_>) -> Vec<(u64, Step<'a>)> {
    let mut steps: Vec<(u64, Step<'_>)> = Vec::new();
    for band in &drawing.bands {
        let what = plain(&band.what);
        if band.from_us == band.until_us {
            steps.push((band.from_us, Step::Fault(what)));
            continue;
        }
        steps.push((band.from_us, Step::Fault(format!("fault begins: {what}"))));
        steps.push((band.until_us, Step::Fault(format!("fault ends: {what}"))));
    }
    for arrow in drawing.arrows {
        steps.push((arrow.at_us, Step::Leaves(arrow)));
        let again = arrow.arrived.iter().skip(1).map(|at| (*at, Step::Again(arrow, *at)));
        steps.extend(again);
    }
    steps.sort_by_key(|(at, _)| *at); // Stable: faults come before arrows of the same moment.
    steps
}

/// Text that means nothing to Mermaid.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in clipped(&visible(text), SHOWN_TEXT).chars() {
        match c {
            '#' => plain.push_str("#35;"),
            ';' => plain.push_str("#59;"),
            '<' => plain.push_str("#lt;"),
            '>' => plain.push_str("#gt;"),
            '%' => plain.push_str("#37;"),
            '\n' | '\r' => plain.push(' '),
            other => plain.push(other),
        }
    }
    plain
}

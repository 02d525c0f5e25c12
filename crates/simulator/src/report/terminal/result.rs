//! What it came to: counts, what is stored where, labels, invariants, the verdict.

use super::{
    line::{Ink, Line, hanging},
    table::Table,
};
use crate::report::{
    model::{Dishonest, Invariant, Report, StoredAt, Verdict},
    words::{ACTORS, CLASSES, clock, count, judged, named, plural, repeat, size, span, verdict},
};

/// One line for each who did not keep to the protocol.
pub(super) fn dishonest(report: &Report) -> Vec<Line> {
    let line = |one: &Dishonest| {
        let from = clock(one.from_ms.saturating_mul(1_000));
        let times = plural(one.times, "time");
        Line::of(Ink::Plain, &format!("{}: {}, {times}, from {from} on", one.node, one.what))
    };
    report.dishonest.iter().map(line).collect()
}

/// Messages, frames and latencies.
pub(super) fn counts(report: &Report) -> Table {
    let mut table = Table::bare();
    let mut row = |name: &str, value: Line| {
        table.row(vec![vec![Line::of(Ink::Faint, name)], vec![value]]);
    };
    row("messages", messages(report));
    let (latency, frames) = (&report.latency, &report.frames);
    if latency.count > 0 {
        let text = format!(
            "half within {}, 90 % within {}, 99 % within {}, slowest {}",
            span(latency.p50_us),
            span(latency.p90_us),
            span(latency.p99_us),
            span(latency.max_us)
        );
        row("latency", Line::of(Ink::Plain, &text).and(Ink::Faint, " (virtual)"));
    }
    let text = format!(
        "{} sent ({}), {} lost by the network, {} doubled",
        count(frames.sent),
        size(frames.bytes),
        count(frames.lost),
        count(frames.duplicated)
    );
    row("frames", Line::of(Ink::Plain, &text));
    let kinds: Vec<_> =
        frames.kinds.iter().map(|(kind, n)| format!("{kind} {}", count(*n))).collect();
    if !kinds.is_empty() {
        row("", Line::of(Ink::Faint, &kinds.join(", ")));
    }
    let time = clock(report.virtual_ms.saturating_mul(1_000));
    let text = format!("{time} of virtual time, {}", plural(report.events, "event"));
    row("run", Line::of(Ink::Plain, &text));
    table
}

fn messages(report: &Report) -> Line {
    let messages = &report.messages;
    let alarm = |count: u64| if count > 0 { Ink::Bad } else { Ink::Plain };
    let mut line = Line::of(Ink::Plain, &format!("{} sent", count(messages.sent)))
        .and(Ink::Plain, &format!(", {} delivered", count(messages.delivered)))
        .and(alarm(messages.duplicated), &format!(", {} duplicated", count(messages.duplicated)))
        .and(alarm(messages.lost), &format!(", {} lost", count(messages.lost)));
    for (number, what) in [(messages.queued, "still queued"), (messages.expired, "expired")] {
        if number > 0 {
            line = line.and(Ink::Plain, &format!(", {} {what}", count(number)));
        }
    }
    line
}

/// Where each class of data lay.
pub(super) fn stored(stored: &[StoredAt]) -> Table {
    let mut table = Table::headed(&["data", "node", "run by", "table (rows)", "kept"]);
    let mut last = "";
    for at in stored {
        let class = if at.data_class == last { "" } else { named(&CLASSES, &at.data_class) };
        last = &at.data_class;
        let tables: Vec<_> =
            at.tables.iter().map(|(table, rows)| format!("{table} ({})", count(*rows))).collect();
        table.row(vec![
            vec![Line::of(Ink::Strong, class)],
            vec![Line::of(Ink::Plain, &at.node)],
            vec![Line::of(Ink::Plain, named(&ACTORS, &at.actor))],
            vec![Line::of(Ink::Plain, &tables.join(", "))],
            vec![Line::of(Ink::Faint, &at.kept)],
        ]);
    }
    table
}

/// What chats say about their other end, and what is true.
pub(super) fn labels(report: &Report) -> Table {
    let mut table = Table::headed(&["person", "chat with", "the chat says", "in truth"]);
    for label in &report.labels {
        let cells = [&label.person, &label.with, &label.says, &label.truth];
        table.row(cells.map(|text| vec![Line::of(Ink::Plain, text)]).into());
    }
    table
}

/// The invariants: what failed with its evidence, then what is unknown, then a line for each that
/// held.
pub(super) fn invariants(invariants: &[Invariant], width: usize) -> Vec<Line> {
    let id_width = invariants.iter().map(|i| i.id.chars().count()).max().unwrap_or(0).min(28);
    let text_column = id_width.saturating_add(6);
    let mut lines = Vec::new();
    for wanted in [Verdict::Fail, Verdict::Unknown, Verdict::Pass] {
        for invariant in invariants.iter().filter(|invariant| invariant.verdict == wanted) {
            let (ink, sign) = match wanted {
                Verdict::Pass => (Ink::Good, "  ✓ "),
                Verdict::Fail => (Ink::Bad, "  ✗ "),
                Verdict::Unknown => (Ink::Doubt, "  ? "),
            };
            let line = Line::of(ink, sign).and(Ink::Strong, &invariant.id).to(text_column);
            let others: Vec<&str> = invariant
                .requirements
                .iter()
                .map(|r| &**r)
                .filter(|r| *r != invariant.id)
                .collect();
            let says = Line::of(Ink::Plain, &invariant.says);
            let says = match &*others {
                [] => says,
                others => says.and(Ink::Faint, &format!(" ({})", others.join(", "))),
            };
            if wanted == Verdict::Pass {
                lines.push(line.then(&says).clipped(width));
                continue;
            }
            let mut head = line;
            for piece in says.wrapped(width.saturating_sub(text_column)) {
                lines.push(head.then(&piece));
                head = Line::default().to(text_column);
            }
            for evidence in evidence(&invariant.evidence) {
                let line = Line::default().to(text_column).and(ink, &evidence);
                lines.extend(hanging(&line, text_column, width));
            }
        }
    }
    lines
}

/// More evidence of one invariant than this is left out: its kind is clear by then.
const MOST_EVIDENCE: usize = 12;

/// The evidence as it is shown; all of it is in the JSON report.
fn evidence(all: &[String]) -> Vec<String> {
    let mut shown: Vec<String> = all.iter().take(MOST_EVIDENCE).cloned().collect();
    let more = all.len().saturating_sub(MOST_EVIDENCE);
    if more > 0 {
        shown.push(format!("… and {more} more: --json lists them"));
    }
    shown
}

/// The last lines: the judgement, and how to have this run again.
pub(super) fn conclusion(report: &Report, width: usize) -> Vec<Line> {
    let held = report.invariants.iter().filter(|i| i.verdict == Verdict::Pass).count();
    let (cells, agree) = judged(&report.views);
    let ink = match report.verdict {
        Verdict::Pass => Ink::Good,
        Verdict::Fail => Ink::Bad,
        Verdict::Unknown => Ink::Doubt,
    };
    let sums = format!(
        " {held} of {} invariants held, {agree} of {cells} judged cells as the policy says",
        report.invariants.len()
    );
    let sums = if report.runs.is_empty() {
        sums
    } else {
        let runs = report.runs.iter();
        let failed = runs.filter(|run| run.verdict != Verdict::Pass).count();
        format!(" {failed} of {} forms did not hold;{sums}", report.runs.len())
    };
    let mut lines =
        hanging(&Line::of(ink, verdict(report.verdict)).and(Ink::Plain, &sums), 7, width);
    // These two are for copying, so they are never broken.
    lines.push(Line::of(Ink::Faint, "digest ").and(Ink::Plain, &report.digest));
    lines.push(Line::of(Ink::Faint, "again  ").and(Ink::Plain, &repeat(report)));
    lines
}

//! The tables of the page.

use maud::{Markup, html};

use super::{badge, shown};
use crate::report::{
    model::{Cell, Invariant, Label, Report, ServiceSection, StoredAt, Verdict},
    words::{ACTORS, CLASSES, Finding, count, grounds, judged, named, plural, present, size, span},
};

/// All of them, in the order in which they answer questions.
pub(super) fn all(report: &Report) -> Markup {
    html! {
        (counts(report))
        @if !report.views.is_empty() { (who_saw_what(report)) }
        @for section in &report.services { (optional(section)) }
        @if !report.labels.is_empty() { (labels(report)) }
        @if !report.invariants.is_empty() { (invariants(report)) }
    }
}

fn counts(report: &Report) -> Markup {
    let (messages, frames, latency) = (&report.messages, &report.frames, &report.latency);
    html! {
        section {
            h2 { "Messages" }
            div.tiles {
                (tile(&count(messages.sent), "sent", false))
                (tile(&count(messages.delivered), "delivered", false))
                (tile(&count(messages.duplicated), "duplicated", messages.duplicated > 0))
                (tile(&count(messages.lost), "lost", messages.lost > 0))
                @if messages.queued > 0 { (tile(&count(messages.queued), "still queued", false)) }
                @if messages.expired > 0 { (tile(&count(messages.expired), "expired", false)) }
                @if latency.count > 0 {
                    (tile(&span(latency.p50_us), "half arrived within", false))
                    (tile(&span(latency.p90_us), "90 % within", false))
                    (tile(&span(latency.p99_us), "99 % within", false))
                    (tile(&span(latency.max_us), "slowest", false))
                }
            }
            p.muted {
                (plural(frames.sent, "frame")) " on the links (" (size(frames.bytes)) "), "
                (count(frames.lost)) " lost by the network, "
                (count(frames.duplicated)) " doubled."
                @for (kind, number) in &frames.kinds {
                    " " span.kind { (shown(kind)) " " (count(*number)) }
                }
            }
        }
    }
}

fn tile(value: &str, name: &str, alarm: bool) -> Markup {
    html! {
        div class={ "tile" @if alarm { " alarm" } } { b { (value) } span { (name) } }
    }
}

fn who_saw_what(report: &Report) -> Markup {
    html! {
        section {
            h2 { "Who saw what" }
            p.muted {
                "Could that actor read it? Measured, beside what the source documents say (the "
                "policy). A “no” is earned: the actor asked every interface with its real "
                "credentials and was refused, and every byte it sees or stores was scanned. "
                "“–” stands where there is no policy: measured, never judged. Choose a cell for "
                "its grounds."
            }
            (matrix(&report.views, &report.stored))
            @if report.texts_not_scanned > 0 {
                p.muted {
                    (plural(report.texts_not_scanned, "text"))
                    " too short to be recognised, and so not looked for."
                }
            }
        }
    }
}

/// A row for each class, a column for each actor, and where the class is stored.
fn matrix(cells: &[Cell], stored: &[StoredAt]) -> Markup {
    let classes = present(&CLASSES, cells.iter().map(|cell| &*cell.data_class));
    let actors = present(&ACTORS, cells.iter().map(|cell| &*cell.actor));
    html! {
        div.scroll tabindex="0" role="group" aria-label="Who saw what" {
            table.matrix {
                thead {
                    tr {
                        th scope="col" { "data" }
                        @for actor in &actors {
                            th scope="col" { (shown(named(&ACTORS, actor))) }
                        }
                        th scope="col" { "where it is stored" }
                    }
                }
                tbody {
                    @for class in &classes {
                        tr {
                            th scope="row" { (shown(named(&CLASSES, class))) }
                            @for actor in &actors { (matrix_cell(cells, class, actor)) }
                            td.stored { (places(stored, class)) }
                        }
                    }
                }
            }
        }
    }
}

/// The section of an optional service, apart from what is always there.
fn optional(section: &ServiceSection) -> Markup {
    // Classes that have no row in the table.
    let is_elsewhere =
        |at: &StoredAt| section.views.iter().all(|cell| cell.data_class != at.data_class);
    html! {
        section {
            h2 { "What the optional service " (shown(&section.service)) " saw" }
            p.muted {
                "Businesses add it under terms of its own, so it stands in none of the tables "
                "above. " (plural(section.processed, "message")) " processed, "
                (plural(section.replies, "answer")) " written for businesses."
            }
            ul {
                @for terms in &section.terms {
                    li {
                        b { (shown(&terms.business)) } " under " (shown(&terms.terms_id)) ", from "
                        (span(terms.from_ms.saturating_mul(1_000))) " to "
                        @match terms.until_ms {
                            Some(until) => (span(until.saturating_mul(1_000))),
                            None => "the end",
                        }
                    }
                }
            }
            (matrix(&section.views, &section.stored))
            ul {
                @for at in section.stored.iter().filter(|at| is_elsewhere(at)) {
                    li { (shown(named(&CLASSES, &at.data_class))) ": " (place(at)) }
                }
            }
        }
    }
}

fn matrix_cell(cells: &[Cell], class: &str, actor: &str) -> Markup {
    let same = |cell: &&Cell| cell.data_class == class && cell.actor == actor;
    let Some(cell) = cells.iter().find(same) else { return html! { td {} } };
    let finding = Finding::of(cell);
    let class = match finding {
        Finding::Held(_) => "held",
        Finding::Leak | Finding::Unseen | Finding::Unknown => "wrong",
        Finding::Unjudged(_) => "unjudged",
    };
    let said = |answer: Option<bool>, none: &'static str| match answer {
        Some(true) => "yes",
        Some(false) => "no",
        None => none,
    };
    html! {
        td class=(class) {
            details open[class == "wrong"] {
                summary {
                    b { (finding.words()) }
                    span.grounds { (grounds(cell)) }
                }
                dl {
                    dt { "policy" } dd { (said(cell.policy, "none")) }
                    dt { "measured" } dd { (said(cell.measured, "unknown")) }
                    dt { "asked" } dd { (count(cell.attempts)) ", refused " (count(cell.refused)) }
                    dt { "scanned" } dd { (size(cell.bytes_scanned)) }
                    dt { "found" }
                    dd { (count(cell.found)) " of " (plural(cell.markers, "marker")) }
                    @if cell.disclosed > 0 {
                        dt { "shown by a person" } dd { (count(cell.disclosed)) }
                    }
                    @if let Some(first) = &cell.first { dt { "first" } dd { (shown(first)) } }
                }
            }
        }
    }
}

fn places(stored: &[StoredAt], class: &str) -> Markup {
    html! {
        ul {
            @for at in stored.iter().filter(|at| at.data_class == class) { li { (place(at)) } }
        }
    }
}

fn place(at: &StoredAt) -> Markup {
    html! {
        b { (shown(&at.node)) } " (" (shown(named(&ACTORS, &at.actor))) "): "
        @for (number, (table, rows)) in at.tables.iter().enumerate() {
            @if number > 0 { ", " }
            (shown(table)) " × " (count(*rows))
        }
        span.kept { " — " (shown(&at.kept)) }
    }
}

fn labels(report: &Report) -> Markup {
    html! {
        section {
            h2 { "What the chats say about their other end" }
            div.scroll tabindex="0" role="group" aria-label="Labels" {
                table {
                    thead {
                        tr {
                            @for name in ["person", "chat with", "the chat says", "in truth"] {
                                th scope="col" { (name) }
                            }
                        }
                    }
                    tbody {
                        @for label in &report.labels {
                            tr {
                                @let Label { person, with, says, truth } = label;
                                @let texts = [person, with, says, truth];
                                @for text in texts {
                                    td { (shown(text)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn invariants(report: &Report) -> Markup {
    let of = |wanted: Verdict| report.invariants.iter().filter(move |i| i.verdict == wanted);
    let (cells, agree) = judged(&report.views);
    html! {
        section {
            h2 { "Invariants" }
            p.muted {
                (of(Verdict::Pass).count()) " of " (report.invariants.len()) " held; "
                (agree) " of " (cells) " judged cells are as the policy says."
            }
            @for wanted in [Verdict::Fail, Verdict::Unknown, Verdict::Pass] {
                @for invariant in of(wanted) { (one_invariant(invariant)) }
            }
        }
    }
}

fn one_invariant(invariant: &Invariant) -> Markup {
    html! {
        details.invariant open[invariant.verdict != Verdict::Pass] {
            summary {
                (badge(invariant.verdict)) " " b { (shown(&invariant.id)) } " "
                (shown(&invariant.says))
            }
            @if !invariant.requirements.is_empty() {
                p.muted { "requirements: " (shown(&invariant.requirements.join(", "))) }
            }
            ul.evidence {
                @for evidence in &invariant.evidence { li { (shown(evidence)) } }
            }
        }
    }
}

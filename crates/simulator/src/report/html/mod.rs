//! The report as one page that needs nothing but itself.
//!
//! It loads nothing, from anywhere, and its policy forbids the browser to. It works without
//! scripts; the script only saves clicks. Every text goes through `shown` and maud's escaping:
//! what people wrote stays text.

mod diagram;
mod series;
mod steps;
mod tables;
#[cfg(test)]
mod tests;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    model::{Report, Verdict},
    words::{clock, paragraphs, plural, repeat, verdict, visible},
};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                      img-src data:; base-uri 'none'; form-action 'none'";

/// One page with `reports`, in the order of their runs, and the runs within each.
pub fn page(reports: &[Report]) -> String {
    let title = match reports {
        [one] => visible(&one.title),
        several => format!("{} scenarios", several.len()),
    };
    let mut ids = Ids(0);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " — Blindpost" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                @if reports.len() > 1 { (contents(reports)) }
                @for (number, report) in reports.iter().enumerate() {
                    main id={ "report-" (number) } {
                        (one(report, &mut ids))
                        @for run in &report.runs { (form(run, &mut ids)) }
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// Numbers the reports of a page, so that no two steps on it have the same id.
struct Ids(usize);

impl Ids {
    const fn next(&mut self) -> usize {
        self.0 = self.0.saturating_add(1);
        self.0
    }
}

/// Text from anywhere, as the page shows it: with its direction kept to itself.
fn shown(text: &str) -> Markup {
    html! { bdi { (visible(text)) } }
}

fn contents(reports: &[Report]) -> Markup {
    html! {
        nav.contents {
            ul {
                @for (number, report) in reports.iter().enumerate() {
                    li {
                        (badge(report.verdict)) " "
                        a href={ "#report-" (number) } { (shown(&report.title)) }
                    }
                }
            }
        }
    }
}

fn badge(judgement: Verdict) -> Markup {
    let class = match judgement {
        Verdict::Pass => "badge good",
        Verdict::Fail => "badge bad",
        Verdict::Unknown => "badge doubt",
    };
    html! { span class=(class) { (verdict(judgement)) } }
}

/// One form of a scenario that has several, folded away.
fn form(run: &Report, ids: &mut Ids) -> Markup {
    let name = run.variant.as_deref().unwrap_or(&run.title);
    html! {
        details.form {
            summary { (badge(run.verdict)) " " (shown(name)) }
            (one(run, ids))
        }
    }
}

fn one(report: &Report, ids: &mut Ids) -> Markup {
    let id = ids.next();
    html! {
        (head(report))
        @if !report.conversation.arrows.is_empty() {
            section.conversation {
                h2 { "What happened" }
                (diagram::both(&report.conversation, id))
                (steps::list(&report.conversation, id))
            }
        }
        (series::all(report))
        (tables::all(report))
        footer {
            p { "The same run again: " code { (shown(&repeat(report))) } }
            p { "Digest: " code.digest { (shown(&report.digest)) } }
        }
    }
}

fn head(report: &Report) -> Markup {
    html! {
        header.report {
            p.kicker { code { (shown(&report.scenario)) } " · seed " (report.seed) }
            h1 {
                (badge(report.verdict)) " " (shown(&report.title))
                @if let Some(variant) = &report.variant { " — " (shown(variant)) }
            }
            @for about in paragraphs(&report.about) { p.about { (shown(&about)) } }
            @if let Some(mutant) = &report.mutant {
                p.mutant { "Run with a planted mistake: " code { (shown(mutant)) } }
            }
            p.muted {
                (clock(report.virtual_ms.saturating_mul(1_000))) " of virtual time, "
                (plural(report.events, "event"))
                ". The time is virtual, the cryptography real."
            }
        }
    }
}

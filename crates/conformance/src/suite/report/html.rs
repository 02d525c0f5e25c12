//! The report as one page that needs nothing but itself.

use maud::{DOCTYPE, Markup, PreEscaped, html as page};

use super::super::run::{Judged, Outcome, Verdict};

const STYLE: &str = include_str!("style.css");
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The whole report. It runs no script, and every text of the adapter stays text.
pub fn html(outcome: &Outcome) -> String {
    let title = format!("Conformance of {}", outcome.implementation);
    let counts = outcome.counts();
    let page = page! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (title) }
                p { "Seed " (outcome.seed) ". "
                    @for verdict in Verdict::ALL {
                        span class=(class(verdict)) { (counts.of(verdict)) " " (verdict.name()) }
                        " "
                    }
                }
                (table(outcome))
                h2 { "Not passed" }
                @for one in outcome.judged.iter().filter(|one| one.verdict != Verdict::Passed) {
                    (detail(one))
                }
                h2 { "Passed" }
                ul {
                    @for one in outcome.judged.iter().filter(|one| one.verdict == Verdict::Passed) {
                        li { (heading(one)) }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn table(outcome: &Outcome) -> Markup {
    page! {
        table {
            thead { tr {
                th { "Profile" } th { "Section" }
                @for verdict in Verdict::ALL { th { (verdict.name()) } }
            } }
            tbody {
                @for ((profile, section), counts) in outcome.by_section() {
                    tr {
                        td { (profile.name()) } td { (section) }
                        @for verdict in Verdict::ALL {
                            @let count = counts.of(verdict);
                            td class=[(count > 0).then_some(class(verdict))] { (count) }
                        }
                    }
                }
            }
        }
    }
}

fn detail(one: &Judged) -> Markup {
    page! {
        details {
            summary { span class=(class(one.verdict)) { (one.verdict.name()) } " " (heading(one)) }
            p { (one.reason) }
            p { (one.case.claim) " " (one.case.why) }
            @if !one.transcript.is_empty() { pre { (one.transcript.join("\n")) } }
        }
    }
}

fn heading(one: &Judged) -> Markup {
    let reading = one.reading.map(|found| format!(", {}", found.name())).unwrap_or_default();
    page! {
        code { (one.case.id) } " "
        (one.profile.name()) " " (one.role.name()) ", " (one.case.level.name()) (reading)
        "; " (one.case.section)
    }
}

const fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed | Verdict::UnexpectedPass => "failed",
        Verdict::Known => "known",
        Verdict::Unsupported => "unsupported",
    }
}

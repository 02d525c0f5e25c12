//! The table and the failures, for a terminal or a log.

use core::fmt::Write as _;

use super::{
    super::run::{Judged, Outcome, Verdict},
    Counts,
};

/// The whole report as text.
pub fn terminal(outcome: &Outcome) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}, seed {}\n", plain(&outcome.implementation), outcome.seed);
    table(&mut out, outcome);
    for one in &outcome.judged {
        match one.verdict {
            Verdict::Failed | Verdict::UnexpectedPass => detail(&mut out, one),
            Verdict::Passed | Verdict::Known | Verdict::Unsupported => {}
        }
    }
    let counts = outcome.counts();
    let parts = Verdict::ALL.map(|verdict| format!("{} {}", counts.of(verdict), verdict.name()));
    let _ = writeln!(out, "\n{}", parts.join(", "));
    out
}

fn table(out: &mut String, outcome: &Outcome) {
    let rows = outcome.by_section();
    let width = rows.keys().map(|(_, section)| section.len()).max().unwrap_or(0).max(7);
    let heads = ["passed", "failed", "known", "unexpected", "unsupported"];
    let _ = write!(out, "{:<8} {:<width$}", "profile", "section");
    heads.iter().for_each(|head| {
        let _ = write!(out, " {head:>11}");
    });
    out.push('\n');
    for ((profile, section), counts) in rows {
        let _ = write!(out, "{:<8} {section:<width$}", profile.name());
        line(out, counts);
    }
}

fn line(out: &mut String, counts: Counts) {
    for verdict in Verdict::ALL {
        let shown = match counts.of(verdict) {
            0 => "-".to_owned(),
            count => count.to_string(),
        };
        let _ = write!(out, " {shown:>11}");
    }
    out.push('\n');
}

fn detail(out: &mut String, one: &Judged) {
    let (case, verdict) = (one.case, one.verdict.name().to_uppercase());
    let place = format!("{} {}, {}", one.profile.name(), one.role.name(), case.level.name());
    let reading = one.reading.map(|found| format!(", {}", found.name())).unwrap_or_default();
    let _ = writeln!(out, "\n{verdict} {} ({place}{reading}; {})", case.id, case.section);
    let _ = writeln!(out, "  {}", plain(&one.reason));
    let _ = writeln!(out, "  {} {}", case.claim, case.why);
    for said in &one.transcript {
        let _ = writeln!(out, "    {}", plain(said));
    }
}

/// What an adapter wrote, so that it can do nothing to a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

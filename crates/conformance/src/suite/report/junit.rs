//! The report as JUnit XML: a suite for each profile, a test for each case and role.

use core::fmt::Write as _;

use super::super::{
    case::Profile,
    run::{Judged, Outcome, Verdict},
};

/// The whole report.
pub fn junit(outcome: &Outcome) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for profile in Profile::ALL {
        let of: Vec<&Judged> = outcome.judged.iter().filter(|one| one.profile == profile).collect();
        if of.is_empty() {
            continue;
        }
        let failures = of.iter().filter(|one| one.verdict.is_unexpected()).count();
        let skipped = of.iter().filter(|one| is_skipped(one.verdict)).count();
        let seconds: f64 = of.iter().map(|one| one.elapsed.as_secs_f64()).sum();
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" \
             skipped=\"{skipped}\" time=\"{seconds:.3}\">",
            profile.name(),
            of.len(),
        );
        of.into_iter().for_each(|one| case(&mut out, one));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

const fn is_skipped(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Known | Verdict::Unsupported)
}

fn case(out: &mut String, one: &Judged) {
    let _ = write!(
        out,
        "    <testcase classname=\"{} {}\" name=\"{}\" time=\"{:.3}\"",
        one.profile.name(),
        one.role.name(),
        one.case.id,
        one.elapsed.as_secs_f64(),
    );
    let reason = escaped(&format!("{}: {}", one.verdict.name(), one.reason));
    let _ = if one.verdict.is_unexpected() {
        let said = escaped(&one.transcript.join("\n"));
        writeln!(out, ">\n      <failure message=\"{reason}\">{said}</failure>\n    </testcase>")
    } else if is_skipped(one.verdict) {
        writeln!(out, ">\n      <skipped message=\"{reason}\"/>\n    </testcase>")
    } else {
        writeln!(out, "/>")
    };
}

/// Text for an attribute or an element; what XML cannot hold is replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

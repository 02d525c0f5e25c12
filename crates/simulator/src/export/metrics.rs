//! The counts of runs in the text format that Prometheus reads.
//!
//! Every number is of virtual time and of one run, so a file says the same for the same seed.

use std::fmt::Write as _;

use crate::report::{
    model::{Report, Verdict},
    series::LinkCounts,
};

/// One kind of number: its samples stand together, under one heading.
struct Family {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    samples: Vec<(String, String)>,
}

/// A run, with the labels that every sample of it has.
struct Run<'a> {
    report: &'a Report,
    labels: String,
}

/// What is counted of `reports`; of one with several forms, each of them.
pub fn text(reports: &[Report]) -> String {
    let runs: Vec<Run<'_>> = reports.iter().flat_map(runs).collect();
    let mut text = String::new();
    for family in messages(&runs).into_iter().chain(network(&runs)).chain(inside(&runs)) {
        if family.samples.is_empty() {
            continue;
        }
        let Family { name, kind, help, samples } = family;
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (sample, value) in samples {
            let _ = writeln!(text, "{sample} {value}");
        }
    }
    text
}

fn runs(report: &Report) -> Vec<Run<'_>> {
    if report.runs.is_empty() {
        let mut labels =
            format!("scenario=\"{}\",seed=\"{}\"", escaped(&report.scenario), report.seed);
        if let Some(form) = &report.variant {
            let _ = write!(labels, ",form=\"{}\"", escaped(form));
        }
        return vec![Run { report, labels }];
    }
    report.runs.iter().flat_map(runs).collect()
}

/// What stands between quotes.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

impl Run<'_> {
    fn sample(&self, name: &str, more: &[(&str, &str)], value: impl ToString) -> (String, String) {
        let mut sample = format!("{name}{{{}", self.labels);
        for (label, text) in more {
            let _ = write!(sample, ",{label}=\"{}\"", escaped(text));
        }
        sample.push('}');
        (sample, value.to_string())
    }
}

fn family<'r>(
    runs: &[Run<'r>],
    (name, kind, help): (&'static str, &'static str, &'static str),
    mut samples: impl FnMut(&Run<'r>, &'static str) -> Vec<(String, String)>,
) -> Family {
    Family { name, kind, help, samples: runs.iter().flat_map(|run| samples(run, name)).collect() }
}

fn messages(runs: &[Run<'_>]) -> Vec<Family> {
    vec![
        family(
            runs,
            (
                "blindpost_messages_total",
                "counter",
                "Application messages, by what became of them.",
            ),
            |run, name| {
                let m = &run.report.messages;
                [
                    ("sent", m.sent),
                    ("delivered", m.delivered),
                    ("duplicated", m.duplicated),
                    ("lost", m.lost),
                    ("queued", m.queued),
                    ("expired", m.expired),
                ]
                .map(|(state, count)| run.sample(name, &[("state", state)], count))
                .into()
            },
        ),
        family(
            runs,
            (
                "blindpost_delivery_seconds",
                "histogram",
                "Virtual time from being written to being shown.",
            ),
            histogram,
        ),
        family(
            runs,
            ("blindpost_events_total", "counter", "Events that nodes received."),
            |run, name| vec![run.sample(name, &[], run.report.events)],
        ),
        family(
            runs,
            ("blindpost_virtual_seconds", "gauge", "Virtual time at the last event."),
            |run, name| {
                vec![run.sample(name, &[], seconds(run.report.virtual_ms.saturating_mul(1_000)))]
            },
        ),
        family(
            runs,
            (
                "blindpost_invariant_held",
                "gauge",
                "1 if it held, 0 if not; unknown ones are left out.",
            ),
            |run, name| {
                let known =
                    run.report.invariants.iter().filter(|one| one.verdict != Verdict::Unknown);
                known
                    .map(|one| {
                        let held = u8::from(one.verdict == Verdict::Pass);
                        run.sample(name, &[("id", &one.id)], held)
                    })
                    .collect()
            },
        ),
    ]
}

fn histogram(run: &Run<'_>, name: &'static str) -> Vec<(String, String)> {
    let histogram = &run.report.series.latencies;
    let mut samples = Vec::new();
    let mut total = 0_u64;
    let bucket = format!("{name}_bucket");
    for one in &histogram.buckets {
        total = total.saturating_add(one.count);
        samples.push(run.sample(&bucket, &[("le", &seconds(one.up_to_us))], total));
    }
    samples.push(run.sample(&bucket, &[("le", "+Inf")], total));
    samples.push(run.sample(&format!("{name}_sum"), &[], seconds(histogram.sum_us)));
    samples.push(run.sample(&format!("{name}_count"), &[], total));
    samples
}

fn network(runs: &[Run<'_>]) -> Vec<Family> {
    let links =
        ("blindpost_link_messages_total", "counter", "Messages on links, by class and fate.");
    let bytes = ("blindpost_link_bytes_total", "counter", "Bytes put on links, by class.");
    vec![
        family(
            runs,
            (
                "blindpost_frames_total",
                "counter",
                "Frames and HTTP messages that were sent, by kind.",
            ),
            |run, name| {
                let kinds = run.report.frames.kinds.iter();
                kinds.map(|(kind, count)| run.sample(name, &[("kind", kind)], count)).collect()
            },
        ),
        family(runs, links, |run, name| {
            let classes = run.report.counters.links.iter();
            classes.flat_map(|(class, counts)| fates(run, name, class, counts)).collect()
        }),
        family(runs, bytes, |run, name| {
            let classes = run.report.counters.links.iter();
            classes.map(|(class, c)| run.sample(name, &[("class", class)], c.bytes)).collect()
        }),
        family(
            runs,
            ("blindpost_faults_total", "counter", "Faults of the scenario that began, by family."),
            |run, name| {
                let families = run.report.counters.faults.iter();
                families.map(|(one, n)| run.sample(name, &[("family", one)], n)).collect()
            },
        ),
    ]
}

fn fates(
    run: &Run<'_>,
    name: &'static str,
    class: &str,
    counts: &LinkCounts,
) -> Vec<(String, String)> {
    let LinkCounts { sent, delivered, lost, duplicated, reordered, discarded, bytes: _ } = counts;
    [
        ("sent", sent),
        ("delivered", delivered),
        ("lost", lost),
        ("duplicated", duplicated),
        ("reordered", reordered),
        ("discarded", discarded),
    ]
    .map(|(fate, count)| run.sample(name, &[("class", class), ("fate", fate)], count))
    .into()
}

fn inside(runs: &[Run<'_>]) -> Vec<Family> {
    vec![
        family(
            runs,
            (
                "blindpost_store_transactions_total",
                "counter",
                "Transactions of stores, by who runs them.",
            ),
            |run, name| {
                let actors = run.report.counters.transactions.iter();
                actors.map(|(actor, n)| run.sample(name, &[("actor", actor)], n)).collect()
            },
        ),
        family(
            runs,
            ("blindpost_queue_depth_max", "gauge", "The most rows of a queue at once."),
            |run, name| {
                let queues = run.report.series.queues.iter();
                queues
                    .map(|one| {
                        let labels = [("node", &*one.node), ("queue", &*one.queue)];
                        run.sample(name, &labels, one.most)
                    })
                    .collect()
            },
        ),
    ]
}

/// Microseconds as seconds, with as many decimals as they need.
fn seconds(micros: u64) -> String {
    let (whole, rest) = (micros / 1_000_000, micros % 1_000_000);
    match rest {
        0 => whole.to_string(),
        rest => format!("{whole}.{}", format!("{rest:06}").trim_end_matches('0')),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{seconds, text};
    use crate::report::sample;

    #[test]
    fn every_family_has_one_heading_and_its_samples_stand_together() {
        let text = text(&[sample::bakery(), sample::leak()]);
        let mut seen = BTreeSet::new();
        let mut current = String::new();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                current = rest.split(' ').next().unwrap().to_owned();
                assert!(seen.insert(current.clone()), "{current} has two headings");
            } else if !line.starts_with('#') {
                let (sample, value) = line.rsplit_once(' ').unwrap();
                let name = sample.split('{').next().unwrap();
                let base = ["_bucket", "_sum", "_count"].iter().find_map(|s| name.strip_suffix(s));
                assert!(name == current || base == Some(&*current), "{line} under {current}");
                assert!(value.parse::<f64>().is_ok(), "{line}");
                assert!(sample.ends_with("\"}"), "{line}");
            }
        }
        assert!(seen.len() > 6, "{seen:?}");
        let bucket = "blindpost_delivery_seconds_bucket{scenario=\"sims/01-first-message.toml\",\
                      seed=\"7\",le=\"+Inf\"} 8";
        assert!(text.contains(bucket), "{text}");
        assert!(text.contains("form=\"base64\""), "each form is a run: {text}");
    }

    #[test]
    fn what_a_label_says_cannot_end_it() {
        let mut report = sample::bakery();
        report.scenario = "a\"b\\c\nd".into();
        assert!(text(&[report]).contains("scenario=\"a\\\"b\\\\c\\nd\","));
    }

    #[test]
    fn seconds_have_the_decimals_that_they_need() {
        assert_eq!([0, 1, 50_000, 2_000_000].map(seconds), ["0", "0.000001", "0.05", "2"]);
    }
}

//! What a report shows over time: how long messages took, what lay in queues, what went wrong.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    export::{
        bands::{Band, bands},
        depths,
    },
    invariants::Ended,
};

/// What is shown over time.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Series {
    /// How long messages took from being written to being shown.
    pub latencies: Histogram,
    /// Rows of messages on their way, where they were counted.
    pub queues: Vec<depths::Series>,
    /// What the scenario says goes wrong, by its beginning.
    pub faults: Vec<Band>,
    /// The virtual time that all of this lies in, in microseconds.
    pub until_us: u64,
}

/// How many messages took how long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Histogram {
    /// From the fastest to the slowest, without gaps.
    pub buckets: Vec<Bucket>,
    /// All of them together, in microseconds.
    pub sum_us: u64,
}

/// Messages that took at most so long, and longer than the bucket before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// At most this long, in microseconds.
    pub up_to_us: u64,
    /// How many.
    pub count: u64,
}

/// Counts for machines, beside those of the messages.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Counters {
    /// Messages by class of link.
    pub links: BTreeMap<String, LinkCounts>,
    /// Transactions of stores, by who runs them.
    pub transactions: BTreeMap<String, u64>,
    /// Faults of the scenario that began before the end, by family.
    pub faults: BTreeMap<String, u64>,
}

/// What happened to messages of one class of links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LinkCounts {
    /// Put on the way.
    pub sent: u64,
    /// Copies that arrived.
    pub delivered: u64,
    /// Lost on the way.
    pub lost: u64,
    /// Doubled on the way.
    pub duplicated: u64,
    /// Held back, so that others could overtake them.
    pub reordered: u64,
    /// Sent where no link was up, or arrived where nobody waited.
    pub discarded: u64,
    /// Bytes of what was sent.
    pub bytes: u64,
}

/// What of `ended` lies in time.
pub(super) fn series(ended: &Ended<'_>) -> Series {
    let spans = ended.watch.journal.entries().iter().filter_map(|entry| {
        let shown = entry.shown_us.first()?;
        Some(shown.saturating_sub(entry.written_us?))
    });
    Series {
        latencies: Histogram::of(spans),
        queues: ended.watch.exports.depths.as_ref().map(|one| one.series()).unwrap_or_default(),
        faults: bands(ended.scenario),
        until_us: ended.scenario.duration.0,
    }
}

/// The counters of a run.
pub(super) fn counters(ended: &Ended<'_>) -> Counters {
    let kernel = &ended.world.kernel;
    let mut counters = Counters::default();
    let run = kernel.report();
    for (class, traffic) in run.traffic {
        let counts = LinkCounts {
            sent: traffic.sent,
            delivered: traffic.delivered,
            lost: traffic.lost,
            duplicated: traffic.duplicated,
            reordered: traffic.reordered,
            discarded: traffic.discarded,
            bytes: traffic.bytes,
        };
        counters.links.insert(class, counts);
    }
    for (host, _) in kernel.hosts() {
        let Some(known) = ended.watch.host(host) else { continue };
        let count = counters.transactions.entry(known.actor.name().to_owned()).or_default();
        *count = count.saturating_add(kernel.transactions(host));
    }
    for band in bands(ended.scenario).iter().filter(|band| band.from_us <= run.end.0) {
        let count = counters.faults.entry(band.family.clone()).or_default();
        *count = count.saturating_add(1);
    }
    counters
}

impl Histogram {
    /// Sorts spans, in microseconds, into buckets up to 1, 2 and 5 of every power of ten.
    pub(super) fn of(spans: impl Iterator<Item = u64>) -> Self {
        let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
        let mut sum_us = 0_u64;
        for span in spans {
            let count = counts.entry(bound(span)).or_default();
            *count = count.saturating_add(1);
            sum_us = sum_us.saturating_add(span);
        }
        let mut buckets = Vec::new();
        if let (Some(first), Some(last)) = (counts.keys().next(), counts.keys().next_back()) {
            let mut up_to_us = *first;
            while up_to_us <= *last {
                let count = counts.get(&up_to_us).copied().unwrap_or(0);
                buckets.push(Bucket { up_to_us, count });
                let Some(next) = up_to_us.checked_add(1).map(bound) else { break };
                up_to_us = next;
            }
        }
        Self { buckets, sum_us }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.buckets.iter().fold(0, |sum, bucket| sum.saturating_add(bucket.count))
    }
}

/// The least of 1, 2, 5, 10, 20, 50, … milliseconds that a span is not above.
fn bound(span: u64) -> u64 {
    let mut decade = 1_000_u64;
    loop {
        for step in [1, 2, 5] {
            let bound = decade.saturating_mul(step);
            if span <= bound {
                return bound;
            }
        }
        decade = decade.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::{Bucket, Histogram, bound};

    #[test]
    fn a_span_falls_into_the_first_bucket_that_it_is_not_above() {
        assert_eq!(
            [0, 1_000, 1_001, 5_001, 86_400_000_000].map(bound),
            [1_000, 1_000, 2_000, 10_000, 100_000_000_000]
        );
        assert_eq!(bound(u64::MAX), u64::MAX);
    }

    #[test]
    fn buckets_have_no_gap_and_lose_nothing() {
        let histogram = Histogram::of([900, 4_000, 950].into_iter());
        let bucket = |up_to_us, count| Bucket { up_to_us, count };
        assert_eq!(histogram.buckets, [bucket(1_000, 2), bucket(2_000, 0), bucket(5_000, 1)]);
        assert_eq!((histogram.count(), histogram.sum_us), (3, 5_850));
        assert_eq!(Histogram::of(std::iter::empty()), Histogram::default());
    }
}

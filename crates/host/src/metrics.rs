//! Counters in the text format of Prometheus. No label holds a number, a name of a person or an id.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

/// All that is counted in one process.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Mutex<BTreeMap<&'static str, Family>>>);

#[derive(Debug)]
struct Family {
    help: &'static str,
    /// By labels, as they are written.
    series: BTreeMap<String, Series>,
}

#[derive(Clone)]
enum Series {
    Counter(Counter),
    Gauge(Gauge),
    Elsewhere(Read),
}

/// Reads what is counted elsewhere.
type Read = Arc<dyn Fn() -> u64 + Send + Sync>;

impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Counter(counter) => counter.fmt(f),
            Self::Gauge(gauge) => gauge.fmt(f),
            Self::Elsewhere(read) => write!(f, "Elsewhere({})", read()),
        }
    }
}

/// What only grows.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicU64>);

impl Counter {
    /// One more.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// So many more.
    pub fn count(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// How many there were.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What comes and goes.
#[derive(Clone, Debug, Default)]
pub struct Gauge(Arc<AtomicI64>);

impl Gauge {
    /// One more while the answer lives.
    pub(crate) fn hold(&self) -> Held {
        self.0.fetch_add(1, Ordering::Relaxed);
        Held(self.clone())
    }

    /// How many there are.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One of what a gauge counts.
#[derive(Debug)]
pub(crate) struct Held(Gauge);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    fn series(
        &self,
        (name, help): (&'static str, &'static str),
        labels: &[(&str, &str)],
        new: impl FnOnce() -> Series,
    ) -> Series {
        let labels: Vec<String> =
            labels.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        let mut families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let family =
            families.entry(name).or_insert_with(|| Family { help, series: BTreeMap::new() });
        family.series.entry(labels.join(",")).or_insert_with(new).clone()
    }

    /// The counter of this name with these labels, whoever asked for it first. Label values hold
    /// neither quotes nor backslashes.
    pub fn counter(
        &self,
        name: &'static str,
        help: &'static str,
        labels: &[(&str, &str)],
    ) -> Counter {
        match self.series((name, help), labels, || Series::Counter(Counter::default())) {
            Series::Counter(counter) => counter,
            // The name is another's: what is counted here is not shown.
            Series::Gauge(_) | Series::Elsewhere(_) => Counter::default(),
        }
    }

    /// The gauge of this name with these labels, as above.
    pub fn gauge(&self, name: &'static str, help: &'static str, labels: &[(&str, &str)]) -> Gauge {
        match self.series((name, help), labels, || Series::Gauge(Gauge::default())) {
            Series::Gauge(gauge) => gauge,
            Series::Counter(_) | Series::Elsewhere(_) => Gauge::default(),
        }
    }

    /// Shows what `read` says is counted elsewhere, whenever somebody looks.
    pub fn shows(
        &self,
        name: &'static str,
        help: &'static str,
        labels: &[(&str, &str)],
        read: impl Fn() -> u64 + Send + Sync + 'static,
    ) {
        self.series((name, help), labels, || Series::Elsewhere(Arc::new(read)));
    }

    /// Everything, as Prometheus reads it.
    pub fn render(&self) -> String {
        let mut text = String::new();
        let families = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, Family { help, series }) in &*families {
            let kind = match series.values().next() {
                Some(Series::Gauge(_)) => "gauge",
                Some(Series::Counter(_) | Series::Elsewhere(_)) | None => "counter",
            };
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}"); // Infallible.
            for (labels, value) in series {
                let labels =
                    if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
                let _ = match value {
                    Series::Counter(counter) => writeln!(text, "{name}{labels} {}", counter.get()),
                    Series::Gauge(gauge) => writeln!(text, "{name}{labels} {}", gauge.get()),
                    Series::Elsewhere(read) => writeln!(text, "{name}{labels} {}", read()),
                };
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Metrics;

    #[test]
    fn what_is_counted_is_shown_as_prometheus_reads_it() {
        let metrics = Metrics::default();
        let frames = [("role", "transport"), ("kind", "frame")];
        metrics.counter("inputs_total", "Inputs.", &frames).add();
        metrics.counter("inputs_total", "Inputs.", &frames).add();
        let held = metrics.gauge("links", "Links.", &[]).hold();
        assert_eq!(
            metrics.render(),
            "# HELP inputs_total Inputs.\n# TYPE inputs_total counter\n\
             inputs_total{role=\"transport\",kind=\"frame\"} 2\n\
             # HELP links Links.\n# TYPE links gauge\nlinks 1\n"
        );
        drop(held);
        assert!(metrics.render().ends_with("links 0\n"));
    }
}

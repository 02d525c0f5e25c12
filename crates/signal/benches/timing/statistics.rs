//! Welch's t-test between two classes of durations, whole and cropped (Reparaz, Balasch and
//! Verbauwhede, "Dude, is my code constant time?").

/// How long each run took, in nanoseconds, by class.
#[derive(Default)]
pub(crate) struct Samples([Vec<f64>; 2]);

/// What the test says of two classes.
#[derive(Clone, Copy)]
pub(crate) struct Verdict {
    /// Of all crops, the t of the largest magnitude.
    pub(crate) t: f64,
    /// The difference of the means, in nanoseconds, that would have had a t of [`LIMIT`].
    pub(crate) would_notice: f64,
    /// The median of both classes.
    pub(crate) median: f64,
}

/// Beyond this magnitude two classes are not alike.
pub(crate) const LIMIT: f64 = 10.0;
/// The slowest runs are of the machine rather than of the code: crops keep what is below these
/// quantiles of both classes together.
const CROPS: [f64; 8] = [1.0, 0.99, 0.95, 0.9, 0.8, 0.7, 0.5, 0.3];

impl Samples {
    pub(crate) fn add(&mut self, class: usize, nanoseconds: f64) {
        self.0[class].push(nanoseconds);
    }

    pub(crate) fn judge(&self) -> Verdict {
        let mut all = self.0.concat();
        all.sort_by(f64::total_cmp);
        let quantile = |share: f64| {
            let index = (share * (all.len() - 1) as f64) as usize;
            all[index]
        };
        let mut verdict = Verdict { t: 0.0, would_notice: f64::MAX, median: quantile(0.5) };
        for crop in CROPS {
            let most = quantile(crop);
            let [one, other] = &self.0;
            let [one, other] = [one, other].map(|class| Moments::of(class, most));
            let error = (one.variance / one.count + other.variance / other.count).sqrt();
            if error > 0.0 {
                let t = (one.mean - other.mean) / error;
                verdict.would_notice = verdict.would_notice.min(error * LIMIT);
                if t.abs() > verdict.t.abs() {
                    verdict.t = t;
                }
            }
        }
        verdict
    }
}

struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(class: &[f64], most: f64) -> Self {
        let kept = || class.iter().filter(|value| **value <= most);
        let count = kept().count().max(2) as f64;
        let mean = kept().sum::<f64>() / count;
        let variance = kept().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Self { count, mean, variance }
    }
}

//! How fast a peer is read: frames and bytes, each with a burst.

use tokio::time::{Duration, Instant, sleep_until};
use vocab::rate::Rate;

/// How fast one connection is read.
#[derive(Clone, Copy, Debug)]
pub struct Paces {
    /// Frames.
    pub frames: Rate,
    /// Bytes of frames.
    pub bytes: Rate,
}

/// What a connection has used of its paces, as the moments at which all of it is whole again.
#[derive(Debug)]
pub(super) struct Bucket {
    paces: Paces,
    frames: Instant,
    bytes: Instant,
}

impl Bucket {
    pub(super) fn new(paces: Paces) -> Self {
        let now = Instant::now();
        Self { paces, frames: now, bytes: now }
    }

    /// Takes a frame of so many bytes, and waits until there is room for it.
    pub(super) async fn take(&mut self, bytes: usize) {
        if let Some(until) = self.count(bytes, Instant::now()) {
            sleep_until(until).await;
        }
    }

    /// Counts a frame; until when to wait, if at all.
    fn count(&mut self, bytes: usize, now: Instant) -> Option<Instant> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let waits = [
            count(&mut self.frames, self.paces.frames, 1, now),
            count(&mut self.bytes, self.paces.bytes, bytes, now),
        ];
        waits.into_iter().flatten().max()
    }
}

fn span(rate: Rate, units: u32) -> Duration {
    Duration::from_micros(rate.every.0).saturating_mul(units)
}

fn count(whole: &mut Instant, rate: Rate, units: u32, now: Instant) -> Option<Instant> {
    let later = (*whole).max(now).checked_add(span(rate, units)).unwrap_or(*whole);
    *whole = later;
    // Beyond the burst there is room again when so much of it has come back.
    later.checked_sub(span(rate, rate.burst)).filter(|until| *until > now)
}

#[cfg(test)]
mod tests {
    use tokio::time::{Duration, Instant};
    use vocab::{Micros, rate::Rate};

    use super::{Bucket, Paces};

    #[test]
    fn beyond_its_burst_a_peer_is_read_as_fast_as_its_pace_and_no_faster() {
        let frames = Rate { burst: 3, every: Micros::seconds(1) };
        let bytes = Rate { burst: 1_000, every: Micros(1) };
        let mut bucket = Bucket::new(Paces { frames, bytes });
        let now = Instant::now() + Duration::from_secs(1);
        for _ in 0..3 {
            assert_eq!(bucket.count(1, now), None);
        }
        assert_eq!(bucket.count(1, now), Some(now + Duration::from_secs(1)));
        assert_eq!(bucket.count(1, now), Some(now + Duration::from_secs(2)));
        assert_eq!(bucket.count(1, now + Duration::from_secs(60)), None);
    }

    #[test]
    fn bytes_are_counted_beside_frames() {
        let frames = Rate { burst: 100, every: Micros(1) };
        let bytes = Rate { burst: 10, every: Micros::millis(1) };
        let mut bucket = Bucket::new(Paces { frames, bytes });
        let now = Instant::now() + Duration::from_secs(1);
        assert_eq!(bucket.count(10, now), None);
        assert_eq!(bucket.count(5, now), Some(now + Duration::from_millis(5)));
    }
}

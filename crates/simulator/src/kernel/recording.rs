//! What every host received, in one order: kept when two runs are to be compared.
//!
//! Two digests tell that runs differ; two recordings tell where.

use core::fmt;

use super::{
    event::{HostId, Stamp},
    records::Stamped,
};
use crate::kernel::Time;

/// Events that are kept. A difference after that many is found, but not named.
const MOST: usize = 4_000_000;

/// Something that a host received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// When, and who caused it.
    pub stamp: Stamp,
    /// Who received it.
    pub host: HostId,
    /// What it was.
    pub what: &'static str,
    /// Stands for everything about it.
    pub hash: u64,
}

impl Stamped for Received {
    fn stamp(&self) -> Stamp {
        self.stamp
    }
}

/// What the hosts of one run received.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The hosts' names in the order of their ids.
    pub names: Vec<String>,
    /// In the order of events.
    pub received: Vec<Received>,
}

impl Recording {
    /// Adds what a window brought, up to the most that is kept.
    pub(super) fn extend(&mut self, window: impl Iterator<Item = Received>) {
        self.received.extend(window.take(MOST.saturating_sub(self.received.len())));
    }

    pub(super) const fn is_full(&self) -> bool {
        self.received.len() >= MOST
    }

    /// The first event in which two runs of one world differ.
    pub fn first_difference(&self, other: &Self) -> Option<Difference> {
        let alike = self.received.iter().zip(&other.received).take_while(|(a, b)| a == b).count();
        let here = self.received.get(alike..).unwrap_or_default();
        let there = other.received.get(alike..).unwrap_or_default();
        let earlier = match (here.first(), there.first()) {
            (Some(here), Some(there)) => {
                if here.stamp <= there.stamp {
                    here
                } else {
                    there
                }
            }
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => return None,
        };
        let in_run = |rest: &[Received]| {
            let received = rest.iter().find(|received| received.host == earlier.host);
            received.map(|received| self.told(received))
        };
        Some(Difference {
            after: alike,
            at: earlier.stamp.at,
            host: self.name(earlier.host),
            runs: [in_run(here), in_run(there)],
        })
    }

    fn name(&self, host: HostId) -> String {
        self.names.get(host.index()).cloned().unwrap_or_else(|| format!("host {}", host.0))
    }

    fn told(&self, received: &Received) -> String {
        let Received { stamp, host: _, what, hash } = received;
        let (source, at) = (self.name(stamp.source), seconds(stamp.at));
        format!("at {at} {what} ({hash:016x}), event {} that {source} caused", stamp.sequence)
    }
}

/// Where two runs part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Events in which they agree before.
    pub after: usize,
    /// When it happened, in whichever run it happened earlier.
    pub at: Time,
    /// To whom.
    pub host: String,
    /// What this host received next in each run; `None` if nothing more.
    pub runs: [Option<String>; 2],
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { after, at, host, runs } = self;
        let [one, other] = runs.each_ref().map(|run| run.as_deref().unwrap_or("nothing more"));
        write!(f, "the first event that differs is at {}, on {host:?}, ", seconds(*at))?;
        write!(f, "after {after} that agree\n  one run:   {one}\n  the other: {other}")
    }
}

fn seconds(at: Time) -> String {
    format!("{}.{:06} s", at.0 / 1_000_000, at.0 % 1_000_000)
}

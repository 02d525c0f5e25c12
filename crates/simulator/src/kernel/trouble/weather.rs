//! What messages meet on their way: a timeline, the same for everybody who asks.

use std::collections::BTreeMap;

use vocab::Micros;

use crate::{
    fault::LinkFault,
    kernel::{
        event::{HostId, Time},
        port::Port,
    },
    net::{Fate, LinkConfig, Passage},
    rng::{self, StreamKey},
};

/// All faults on the way.
#[derive(Debug, Default)]
pub(crate) struct Weather {
    /// In the order in which a message meets them: what loses it, what doubles it, the rest.
    spells: Vec<Spell>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Spell {
    /// Its place in the plan.
    pub(super) fault: usize,
    pub(super) from: Time,
    /// The first moment after it.
    pub(super) until: Time,
    pub(super) ways: Ways,
    pub(super) how: LinkFault,
    pub(super) key: StreamKey,
}

/// Where it is.
#[derive(Debug)]
pub(super) enum Ways {
    All,
    Node(HostId),
    Between {
        from: HostId,
        to: HostId,
        one_way: bool,
    },
    /// Between hosts of different groups.
    Apart(BTreeMap<HostId, usize>),
}

/// A message that is about to go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Going {
    pub(crate) to: HostId,
    /// Which message of this direction it is.
    pub(crate) number: u64,
    pub(crate) bytes: usize,
    /// Whether it goes over HTTP.
    pub(crate) web: bool,
}

impl Weather {
    pub(super) fn add(&mut self, spells: Vec<Spell>) {
        self.spells.extend(spells);
        self.spells.sort_by_key(|spell| rank(&spell.how)); // Stable: else as in the plan.
    }

    fn on(&self, from: HostId, to: HostId, at: Time) -> impl Iterator<Item = &Spell> {
        let now = move |spell: &&Spell| spell.from <= at && at < spell.until;
        self.spells.iter().filter(now).filter(move |spell| spell.ways.include(from, to))
    }

    /// Whether nothing at all gets from one host to another.
    pub(crate) fn parts(&self, from: HostId, to: HostId, at: Time) -> bool {
        let all = |spell: &Spell| matches!(spell.how, LinkFault::Loss(1_000_000..));
        !self.spells.is_empty() && self.on(from, to, at).any(all)
    }
}

const fn rank(how: &LinkFault) -> u8 {
    match how {
        LinkFault::Loss(_) => 0,
        LinkFault::Duplicate(_) => 1,
        LinkFault::Reorder(..) => 2,
        LinkFault::Delay(_) => 3,
        LinkFault::Corrupt(_) => 4,
        LinkFault::Bandwidth(_) => 5,
    }
}

impl Ways {
    fn include(&self, source: HostId, target: HostId) -> bool {
        match self {
            Self::All => true,
            Self::Node(node) => [source, target].contains(node),
            Self::Between { from, to, one_way } => {
                (source, target) == (*from, *to) || (!one_way && (target, source) == (*from, *to))
            }
            Self::Apart(sides) => match (sides.get(&source), sides.get(&target)) {
                (Some(here), Some(there)) => here != there,
                (Some(_) | None, _) => false,
            },
        }
    }
}

impl Port<'_> {
    /// What becomes of a message whose link has this fate for it.
    pub(in crate::kernel) fn weather(
        &mut self,
        going: Going,
        config: &LinkConfig,
        fate: Fate,
    ) -> Passage {
        let (directory, here, now) = (self.directory, self.ground.id, self.stamp.at);
        let mut passage = Passage::of(fate);
        if directory.book.weather.spells.is_empty() || fate.first.is_none() {
            return passage;
        }
        let tag = |host| directory.entry(host).map_or(0, |entry| entry.tag);
        let medium = if going.web { u64::MAX } else { 0 };
        let stream = tag(here).rotate_left(1) ^ tag(going.to) ^ medium;
        for spell in directory.book.weather.on(here, going.to, now) {
            let struck = if let LinkFault::Bandwidth(width) = spell.how {
                let wait = self.queue_up(spell.fault, going, width, &passage);
                passage.wait(wait);
                wait > Micros(0)
            } else {
                let words = rng::words(&spell.key, stream, going.number);
                passage.meet(&spell.how, config, words)
            };
            if struck {
                self.hit(spell.fault);
            }
        }
        if going.web {
            passage.drop_damaged();
        }
        passage
    }

    /// How long a message takes to get through a narrow place, its turn included.
    fn queue_up(&mut self, fault: usize, going: Going, width: u64, passage: &Passage) -> Micros {
        if passage.fate.first.is_none() {
            return Micros(0);
        }
        let micros = (going.bytes as u64).saturating_mul(1_000_000).div_ceil(width.max(1));
        let now = self.stamp.at;
        let free = self.troubles().narrow.entry((fault, going.to)).or_default();
        *free = now.max(*free).after(Micros(micros));
        free.since(now)
    }
}

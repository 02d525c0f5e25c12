//! One host's ends of its links.
//!
//! Whether a link is up is known at each end by itself: hosts may be in different partitions, so an
//! end learns of the other only by greetings and farewells, as fast as the fastest frame.

use vocab::NoiseKey;

use super::event::{HostId, Time};

/// One end of a link. What every frame needs lies together.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct End {
    /// The static Noise key of the other end.
    pub(crate) key: NoiseKey,
    /// The other end.
    pub(crate) peer: HostId,
    /// What the direction from here to there is like: an index into the directory.
    pub(crate) config: u32,
    /// Messages sent from here to there.
    pub(crate) messages: u64,
    /// When the latest message that keeps its place will be there.
    pub(crate) latest: Time,
    /// Which start of the other end it is up with.
    pub(crate) incarnation: u32,
    /// The place of the other end among its host's ends.
    pub(crate) twin: u32,
    /// Whether this end believes that the link is up.
    pub(crate) up: bool,
    /// How many faults cut this link now.
    pub(crate) cuts: u32,
    /// When the latest greeting from here will be there.
    pub(crate) greeting_arrives: Option<Time>,
}

/// All ends of one host's links, in the order of the other ends' keys.
#[derive(Debug, Default)]
pub(crate) struct Links {
    /// How each key begins, as a number: what is looked through lies together.
    beginnings: Box<[u64]>,
    ends: Box<[End]>,
}

/// As many links are looked through one after the other.
const FEW: usize = 8;

fn beginning(key: &NoiseKey) -> u64 {
    key.0.first_chunk().map_or(0, |start| u64::from_be_bytes(*start))
}

impl Links {
    pub(crate) fn new(mut ends: Vec<End>) -> Self {
        ends.sort_unstable_by_key(|end| end.key);
        let beginnings = ends.iter().map(|end| beginning(&end.key)).collect();
        Self { beginnings, ends: ends.into() }
    }

    fn find(&self, key: &NoiseKey) -> Option<usize> {
        let wanted = beginning(key);
        let first = if self.beginnings.len() <= FEW {
            self.beginnings.iter().position(|known| *known == wanted)?
        } else {
            self.beginnings.partition_point(|known| *known < wanted)
        };
        let ends = self.ends.get(first..)?;
        let place =
            ends.iter().take_while(|end| end.key <= *key).position(|end| end.key == *key)?;
        first.checked_add(place)
    }

    pub(crate) fn get_mut(&mut self, key: &NoiseKey) -> Option<&mut End> {
        let place = self.find(key)?;
        self.ends.get_mut(place)
    }

    pub(crate) fn get(&self, key: &NoiseKey) -> Option<&End> {
        self.ends.get(self.find(key)?)
    }

    /// The end at `place`, if it is the one towards `peer`.
    pub(crate) fn at(&self, place: u32, peer: HostId) -> Option<&End> {
        self.ends.get(place as usize).filter(|end| end.peer == peer)
    }

    /// The place of the end with `key`.
    pub(crate) fn place(&self, key: &NoiseKey) -> Option<u32> {
        self.find(key).map(|place| place as u32)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut End> {
        self.ends.iter_mut()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &End> {
        self.ends.iter()
    }

    /// Every link goes down at this end; the keys of those that were up.
    pub(crate) fn all_down(&mut self) -> Vec<NoiseKey> {
        let up = self.ends.iter_mut().filter(|end| end.up);
        up.map(|end| {
            end.up = false;
            end.key
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use vocab::NoiseKey;

    use super::{End, Links};
    use crate::kernel::{HostId, Time};

    fn key(start: u8, end: u8) -> NoiseKey {
        let mut key = [start; 32];
        key[31] = end;
        NoiseKey(key)
    }

    #[test]
    fn an_end_is_found_by_its_key_among_few_and_many_also_where_keys_begin_alike() {
        for many in [0_u8, 3, 4, 90] {
            let keys: Vec<NoiseKey> = (0..many).flat_map(|n| [key(n, 9), key(n, 7)]).collect();
            let end = |(number, key): (u32, &NoiseKey)| End {
                key: *key,
                peer: HostId(number),
                config: 0,
                messages: 0,
                latest: Time(0),
                incarnation: 0,
                twin: 0,
                up: false,
                cuts: 0,
                greeting_arrives: None,
            };
            let mut links = Links::new((0..).zip(&keys).map(end).collect());
            for (number, key) in (0..).zip(&keys) {
                assert_eq!(links.get(key).unwrap().peer, HostId(number));
                assert_eq!(links.get_mut(key).unwrap().peer, HostId(number));
                assert!(links.at(links.place(key).unwrap(), HostId(number)).is_some());
            }
            for absent in [key(0, 8), key(0, 10), key(many, 9), key(250, 0)] {
                assert!(links.get(&absent).is_none());
            }
        }
    }
}

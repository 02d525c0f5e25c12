//! What partitions recorded in a window, brought into one order.

use std::{collections::BinaryHeap, vec::IntoIter};

use core::cmp::Reverse;

use super::{event::Stamp, port::Record};

/// Something that an event caused.
pub(super) trait Stamped {
    /// The event.
    fn stamp(&self) -> Stamp;
}

impl Stamped for Record {
    fn stamp(&self) -> Stamp {
        self.stamp
    }
}

/// All records in the order of the events behind them; what one event caused stays in its order.
///
/// Each partition's are in order already, so only the heads of the lists are compared.
pub(super) fn in_order<'a, T: Stamped + 'a>(
    lanes: impl Iterator<Item = &'a mut Vec<T>>,
) -> Merge<T> {
    let lists = lanes.filter(|records| !records.is_empty());
    let lists: Vec<IntoIter<T>> =
        lists.map(|records| core::mem::take(records).into_iter()).collect();
    let heads = (0..).zip(&lists).filter_map(|(index, list)| Some(Reverse((head(list)?, index))));
    let heads = heads.collect();
    Merge { lists, heads, current: None }
}

fn head<T: Stamped>(list: &IntoIter<T>) -> Option<Stamp> {
    list.as_slice().first().map(Stamped::stamp)
}

/// The records that are left.
pub(super) struct Merge<T> {
    lists: Vec<IntoIter<T>>,
    /// The first stamp of every list that is not the current one, with the list's index.
    heads: BinaryHeap<Reverse<(Stamp, usize)>>,
    /// The list that is being read, and the last stamp up to which it comes before all others.
    current: Option<(usize, Option<Stamp>)>,
}

impl<T: Stamped> Iterator for Merge<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            let Some((index, until)) = self.current else {
                let Reverse((_, index)) = self.heads.pop()?;
                let until = self.heads.peek().map(|Reverse((stamp, _))| *stamp);
                self.current = Some((index, until));
                continue;
            };
            let list = self.lists.get_mut(index)?;
            match head(list) {
                Some(stamp) if until.is_none_or(|until| stamp <= until) => return list.next(),
                Some(stamp) => self.heads.push(Reverse((stamp, index))),
                None => {}
            }
            self.current = None;
        }
    }
}

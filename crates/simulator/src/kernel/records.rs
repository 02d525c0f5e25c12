//! What partitions recorded in a window, brought into one order.

use std::{collections::BinaryHeap, vec::IntoIter};

use core::cmp::Reverse;

use super::{event::Stamp, port::Record};

/// All records in the order of the events behind them; what one event caused stays in its order.
///
/// Each partition's are in order already, so only the heads of the lists are compared.
pub(super) fn in_order<'a>(lanes: impl Iterator<Item = &'a mut Vec<Record>>) -> Merge {
    let lists = lanes.filter(|records| !records.is_empty());
    let lists: Vec<IntoIter<Record>> =
        lists.map(|records| core::mem::take(records).into_iter()).collect();
    let heads = (0..).zip(&lists).filter_map(|(index, list)| Some(Reverse((head(list)?, index))));
    let heads = heads.collect();
    Merge { lists, heads, current: None }
}

fn head(list: &IntoIter<Record>) -> Option<Stamp> {
    list.as_slice().first().map(|record| record.stamp)
}

/// The records that are left.
pub(super) struct Merge {
    lists: Vec<IntoIter<Record>>,
    /// The first stamp of every list that is not the current one, with the list's index.
    heads: BinaryHeap<Reverse<(Stamp, usize)>>,
    /// The list that is being read, and the last stamp up to which it comes before all others.
    current: Option<(usize, Option<Stamp>)>,
}

impl Iterator for Merge {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
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

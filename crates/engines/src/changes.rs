//! What has changed since the tables were last brought up to date, in memory.
//!
//! A row that is written four times for each message, and one that is gone again before anybody
//! could want it from the disk, cost the tables nothing: they see what is left when they are
//! brought up to date. What makes changes durable until then is the table `redo`.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    mem,
    ops::Bound,
};

use store::Key;
use vocab::UnixMicros;

use crate::{
    standings::Standing,
    tables::{Columns, Range},
};

/// How much may have changed before the tables are brought up to date: rows, and bytes of them.
const MOST_ROWS: usize = 1_024;
const MOST_BYTES: usize = 1024 * 1024;
/// Bytes that a row costs beside its key and value, about.
const ROW_BYTES: usize = 200;

/// A row that is not in the tables as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The row; `None` where it is gone.
    pub(crate) row: Option<Columns>,
    /// The number that a queue gave it, if it did so since.
    pub(crate) number: Option<i64>,
    /// Whether a table may have an older state of it.
    pub(crate) is_older: bool,
}

impl Change {
    pub(crate) fn standing(&self) -> Standing {
        self.row.as_ref().map(|row| (row.revision, row.expires))
    }

    fn bytes(&self) -> usize {
        let row = self.row.as_ref();
        let bytes = row.map_or(0, |row| row.key.len().saturating_add(row.value.len()));
        bytes.saturating_add(ROW_BYTES)
    }
}

/// Changes by key, and what is needed to take back those that are not durable.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    rows: BTreeMap<Key, Change>,
    bytes: usize,
    /// What rows were before the first change that is not durable.
    before: BTreeMap<Key, Option<Change>>,
    /// All of the above as it was when the tables were brought up to date, until that is durable.
    settled: Option<Box<Self>>,
}

impl Changes {
    /// What was found in the table `redo`: all of it is durable.
    pub(crate) fn durable(rows: BTreeMap<Key, Change>) -> Self {
        let bytes = rows.values().map(Change::bytes).sum();
        Self { rows, bytes, ..Self::default() }
    }

    pub(crate) fn get(&self, key: &Key) -> Option<&Change> {
        self.rows.get(key)
    }

    pub(crate) const fn rows(&self) -> &BTreeMap<Key, Change> {
        &self.rows
    }

    /// Those in a range, in the order of their keys.
    pub(crate) fn within(&self, range: &Range) -> impl Iterator<Item = (&Key, &Change)> {
        let (from, to) = range.keys();
        // A range that ends before it begins is none to a map.
        let bounds = (from < to).then_some((Bound::Included(from), Bound::Excluded(to)));
        bounds.into_iter().flat_map(|bounds| self.rows.range(bounds))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether it is time to bring the tables up to date.
    pub(crate) fn are_many(&self) -> bool {
        self.rows.len() >= MOST_ROWS || self.bytes >= MOST_BYTES
    }

    /// A row was written; `absent` if no table has it for certain, `number` if a queue gave it.
    pub(crate) fn put(&mut self, key: &Key, row: Columns, absent: bool, number: Option<i64>) {
        let known = self.rows.get(key);
        let is_older = known.map_or(!absent, |change| change.is_older);
        let number = number.or_else(|| known.and_then(|change| change.number));
        self.set(key, Some(Change { row: Some(row), number, is_older }));
    }

    /// A row is gone; `absent` if no table has it for certain.
    pub(crate) fn delete(&mut self, key: &Key, absent: bool) {
        let is_older = self.rows.get(key).map_or(!absent, |change| change.is_older);
        self.set(key, is_older.then_some(Change { row: None, number: None, is_older }));
    }

    fn set(&mut self, key: &Key, change: Option<Change>) {
        self.bytes = self.bytes.saturating_add(change.as_ref().map_or(0, Change::bytes));
        let before = match change {
            Some(change) => self.rows.insert(key.clone(), change),
            None => self.rows.remove(key),
        };
        self.bytes = self.bytes.saturating_sub(before.as_ref().map_or(0, Change::bytes));
        if let Entry::Vacant(place) = self.before.entry(key.clone()) {
            place.insert(before);
        }
    }

    /// What is not durable: each key, and the change if there is one now; a row that neither was
    /// durable nor is there has left nothing to be told.
    pub(crate) fn untold(&self) -> impl Iterator<Item = (&Key, Option<&Change>)> {
        let told = self.before.iter().map(|(key, before)| (key, before, self.rows.get(key)));
        told.filter(|(_, before, now)| before.is_some() || now.is_some())
            .map(|(key, _, now)| (key, now))
    }

    /// The tables are up to date, if their transaction becomes durable.
    pub(crate) fn settle(&mut self) {
        let mut own = mem::take(self);
        let first = own.settled.take();
        self.settled = first.or_else(|| Some(Box::new(own)));
    }

    /// Whether the tables were brought up to date by what is not durable yet.
    pub(crate) const fn has_settled(&self) -> bool {
        self.settled.is_some()
    }

    /// Everything so far is durable.
    pub(crate) fn synced(&mut self) {
        self.before.clear();
        self.settled = None;
    }

    /// Nothing since the last time that everything was durable has happened.
    pub(crate) fn undo(&mut self) {
        if let Some(settled) = self.settled.take() {
            *self = *settled;
        }
        for (key, before) in mem::take(&mut self.before) {
            self.set(&key, before);
        }
        self.before.clear();
    }

    /// The earliest expiry among them.
    pub(crate) fn next_expiry(&self) -> Option<UnixMicros> {
        let ends = self.rows.values().filter_map(|change| change.row.as_ref()?.expires);
        ends.min().map(|end| UnixMicros(end.unsigned_abs()))
    }
}

#[cfg(test)]
mod tests {
    use store::Key;

    use super::{Change, Changes, MOST_BYTES, MOST_ROWS};
    use crate::tables::{Columns, Range};

    fn key(number: u64) -> Key {
        Key::table("t").with_number(number)
    }

    fn row(key: &Key, revision: i64) -> Columns {
        let key = key.as_bytes().to_vec();
        Columns { key, revision, class: 0, expires: None, data_key: 1, value: vec![7; 10] }
    }

    fn revisions(changes: &Changes) -> Vec<Option<i64>> {
        changes
            .rows()
            .values()
            .map(|change| change.standing().map(|(revision, _)| revision))
            .collect()
    }

    #[test]
    fn what_was_never_in_a_table_leaves_nothing_when_it_goes_and_the_rest_a_mark() {
        let mut changes = Changes::default();
        for (number, absent) in [(0, true), (1, false)] {
            changes.put(&key(number), row(&key(number), 1), absent, None);
            changes.put(&key(number), row(&key(number), 2), false, None);
        }
        assert_eq!(revisions(&changes), [Some(2), Some(2)]);
        changes.delete(&key(0), false);
        changes.delete(&key(1), false);
        changes.delete(&key(2), true);
        assert_eq!(revisions(&changes), [None]);
        let untold: Vec<_> = changes.untold().map(|(key, change)| (key, change.cloned())).collect();
        let gone = Change { row: None, number: None, is_older: true };
        assert_eq!(untold, [(&key(1), Some(gone))]);
        changes.synced();
        assert_eq!(changes.untold().count(), 0);
        changes.put(&key(3), row(&key(3), 1), true, None);
        changes.synced();
        changes.delete(&key(3), false);
        let untold: Vec<_> = changes.untold().collect();
        assert_eq!(untold, [(&key(3), None)], "its row in the log is to be taken back");
    }

    #[test]
    fn what_is_undone_is_as_it_was_whether_the_tables_were_brought_up_to_date_or_not() {
        for settles in [0, 1, 2] {
            let mut changes = Changes::default();
            changes.put(&key(0), row(&key(0), 1), true, Some(9));
            changes.put(&key(1), row(&key(1), 1), true, None);
            changes.synced();
            changes.put(&key(0), row(&key(0), 2), false, None);
            changes.delete(&key(1), false);
            for settle in 0..settles {
                changes.settle();
                assert!(changes.is_empty());
                changes.put(&key(2), row(&key(2), settle), false, None);
            }
            changes.undo();
            assert_eq!(revisions(&changes), [Some(1), Some(1)]);
            assert_eq!(changes.get(&key(0)).unwrap().number, Some(9));
            assert_eq!(changes.untold().count(), 0);
            let bytes: usize = changes.rows.values().map(Change::bytes).sum();
            assert_eq!(changes.bytes, bytes);
        }
    }

    #[test]
    fn a_range_has_what_is_in_it_and_one_that_is_none_has_nothing() {
        let mut changes = Changes::default();
        for number in 0..4 {
            changes.put(&key(number), row(&key(number), 1), true, None);
        }
        let within = |after: Option<&Key>| {
            let range = Range::under(&Key::table("t"), after);
            changes.within(&range).map(|(key, _)| key.clone()).collect::<Vec<_>>()
        };
        assert_eq!(within(Some(&key(1))), [key(2), key(3)]);
        assert_eq!(within(None).len(), 4);
        assert!(within(Some(&Key::table("u"))).is_empty());
    }

    #[test]
    fn they_are_many_by_rows_or_by_bytes() {
        let mut changes = Changes::default();
        for number in 0..MOST_ROWS as u64 {
            assert!(!changes.are_many());
            changes.put(&key(number), row(&key(number), 1), true, None);
        }
        assert!(changes.are_many());
        let mut changes = Changes::default();
        let large = Columns { value: vec![0; MOST_BYTES], ..row(&key(0), 1) };
        changes.put(&key(0), large, true, None);
        assert!(changes.are_many());
        changes.delete(&key(0), false);
        assert!(!changes.are_many());
    }
}

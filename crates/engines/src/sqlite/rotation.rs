//! Data keys come and go: a new one seals from now on, rows of the old ones are sealed again in
//! bounded steps, and a key that seals nothing any more is forgotten.

use rusqlite::Connection;
use store::Engine as _;

use super::Sqlite;
use crate::{
    error::{OpenError, Trouble},
    tables::{self, Columns, TABLES},
};

/// A key seals at most this many values: with random nonces of 96 bits a key may seal 2^32 (NIST SP
/// 800-38D, section 8.3). Half of that leaves room for values whose count a crash has lost.
const MOST_SEALED: u64 = 1 << 31;

/// Where the pass over rows of old keys stands: the table, and the last key in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Pass {
    table: usize,
    after: Option<Vec<u8>>,
}

/// What one step of the pass did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resealed {
    /// Rows that were sealed again.
    pub rows: u64,
    /// Whether no row of an old key is left and the old keys are forgotten.
    pub is_complete: bool,
}

impl Sqlite {
    /// Takes a new data key, which seals from now on; its number. Rows sealed before stay readable
    /// and are sealed again as they are written or by [`Sqlite::reseal`].
    ///
    /// # Errors
    ///
    /// The keyring could not be written: the key before stays in use.
    pub fn rotate(&mut self) -> Result<u32, OpenError> {
        let id = self.keyring.add(&self.folder, &self.root, &mut *self.rng)?;
        self.counts.sealed = 0;
        self.pass = Pass::default();
        Ok(id)
    }

    /// Seals up to `limit` rows of old data keys again. When a pass has gone through all rows, the
    /// old keys are forgotten. What was applied before becomes durable with it.
    ///
    /// # Errors
    ///
    /// What hindered it; whatever was applied and not synced is undone, as by a sync that fails.
    pub fn reseal(&mut self, limit: usize) -> Result<Resealed, Trouble> {
        let mut rows = 0;
        if self.keyring.len() > 1 {
            rows = self.step(limit).inspect_err(|trouble| {
                self.note(trouble.clone());
            })?;
        }
        Ok(Resealed { rows, is_complete: self.keyring.len() == 1 })
    }

    fn step(&mut self, limit: usize) -> Result<u64, Trouble> {
        let mut count: u64 = 0;
        let Some(table) = TABLES.get(self.pass.table) else {
            self.forget()?;
            return Ok(0);
        };
        self.settle_alone()?;
        let newest = self.keyring.newest();
        let after = self.pass.after.clone().unwrap_or_default();
        let old = old_rows(&self.connection, table, &after, newest, limit)?;
        if old.is_empty() {
            self.pass = Pass { table: self.pass.table.saturating_add(1), after: None };
            return self.step(limit);
        }
        self.begin()?;
        for row in old {
            self.pass.after = Some(row.key.clone());
            let outcome = self.seal_again(table, row);
            if let Err(trouble) = outcome {
                self.pass = Pass::default();
                return Err(self.give_up_and_tell(trouble));
            }
            count = count.saturating_add(1);
        }
        self.sync().map_err(|refusal| Trouble { refusal, said: "the commit failed".to_owned() })?;
        Ok(count)
    }

    fn give_up_and_tell(&mut self, trouble: Trouble) -> Trouble {
        self.give_up(trouble.refusal);
        let _told = self.sync();
        trouble
    }

    /// Rows are sealed again where they lie, so everything has to lie there.
    fn settle_alone(&mut self) -> Result<(), Trouble> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let settled = self.begin().and_then(|()| self.settle());
        settled.map_err(|trouble| self.give_up_and_tell(trouble))
    }

    fn seal_again(&mut self, table: &str, row: Columns) -> Result<(), Trouble> {
        let about = row.about();
        let plain = self.stored(row.clone())?.value;
        let (data_key, value) = self.seal(&about, &plain)?;
        let sql = format!("UPDATE {table} SET data_key = ?2, value = ?3 WHERE key = ?1");
        self.connection.prepare_cached(&sql)?.execute((&row.key, data_key, &value))?;
        Ok(())
    }

    /// Forgets the old keys, if nothing durable needs them.
    fn forget(&mut self) -> Result<(), Trouble> {
        self.settle_alone()?;
        self.sync().map_err(|refusal| Trouble { refusal, said: "the commit failed".to_owned() })?;
        let newest = self.keyring.newest();
        for table in TABLES {
            if !old_rows(&self.connection, table, &[], newest, 1)?.is_empty() {
                self.pass = Pass::default();
                return Ok(());
            }
        }
        let forgotten = self.keyring.keep_newest(&self.folder);
        forgotten.map_err(|error| Trouble::failed(&error.to_string()))
    }

    /// As if the key in use had sealed almost all that it may.
    #[cfg(test)]
    pub(crate) const fn wear(&mut self) {
        self.counts.sealed = MOST_SEALED - 1;
    }

    /// A key that has sealed enough makes room for the next.
    pub(super) fn rotate_when_worn(&mut self) {
        if self.counts.sealed >= MOST_SEALED
            && let Err(error) = self.rotate()
        {
            self.note(Trouble::failed(&error.to_string()));
        }
    }
}

/// Rows behind `after` that another key than `newest` seals, in the order of keys.
fn old_rows(
    connection: &Connection,
    table: &str,
    after: &[u8],
    newest: u32,
    limit: usize,
) -> rusqlite::Result<Vec<Columns>> {
    let columns = tables::COLUMNS;
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {columns} FROM {table} WHERE key > ?1 AND data_key <> ?2 ORDER BY key LIMIT ?3"
    ))?;
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    statement.query_map((after, newest, most), Columns::of)?.collect()
}

//! What makes a batch durable: its changes go to the end of the table `redo`, or, where there are
//! many, everything that is there goes into the tables.

use store::Refusal;

use super::{Counts, Sqlite};
use crate::{error::Trouble, redo, tables};

impl Sqlite {
    pub(super) fn begin(&mut self) -> Result<(), Trouble> {
        if !self.begun {
            self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute(())?;
            self.begun = true;
        }
        Ok(())
    }

    /// Undoes everything since the last sync, which the next one says.
    pub(super) fn give_up(&mut self, refusal: Refusal) {
        self.roll_back();
        self.changes.undo();
        self.standings.forget();
        self.counts = self.durable;
        self.lost = Some(refusal);
    }

    /// Undoes what the file has of the transaction; what has changed in memory stays.
    fn roll_back(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            self.note(error.into());
        }
        self.begun = false;
    }

    pub(super) fn make_durable(&mut self) -> Result<(), Refusal> {
        if self.begun
            && let Err(trouble) = self.commit()
        {
            let refusal = trouble.refusal;
            self.note(trouble);
            if refusal != Refusal::Full || !self.made_room() {
                self.give_up(refusal);
                // What is in the log already need not lie there twice: that may make room.
                let _made_room = self.empty_log();
            }
        }
        if let Some(refusal) = self.lost.take() {
            return Err(refusal);
        }
        if self.swept {
            match self.shred() {
                Ok(shredded) => self.swept = !shredded,
                Err(trouble) => self.note(trouble),
            }
        }
        self.rotate_when_worn();
        Ok(())
    }

    fn commit(&mut self) -> Result<(), Trouble> {
        if self.changes.are_many() {
            self.settle()?;
        }
        let mut told = None;
        for (key, change) in self.changes.untold() {
            redo::add(&self.connection, key, change)?;
            told = told.max(change.and_then(|change| change.number));
        }
        // A number is not given twice, even if nothing is left of the row that had it.
        let last = self.counts.last_number;
        if last != self.durable.last_number && told != i64::try_from(last).ok() {
            self.write_counts()?;
        }
        self.connection.prepare_cached("COMMIT")?.execute(())?;
        self.begun = false;
        self.changed = true;
        self.changes.synced();
        self.durable = self.counts;
        Ok(())
    }

    /// There is no room at the end of `redo` for what has changed. The tables may have some: what
    /// is to be deleted is deleted there, and `redo` itself is not needed any more. Whether it is
    /// all durable now.
    fn made_room(&mut self) -> bool {
        if self.changes.has_settled() {
            return false;
        }
        self.roll_back();
        self.settle_and_commit().is_ok()
    }

    fn settle_and_commit(&mut self) -> Result<(), Trouble> {
        self.begin()?;
        self.settle()?;
        self.commit()
    }

    fn write_counts(&self) -> Result<(), Trouble> {
        let Counts { last_number, sealed } = self.counts;
        let mut statement =
            self.connection.prepare_cached("UPDATE store SET last_number = ?1, sealed = ?2")?;
        statement.execute((last_number.cast_signed(), sealed.cast_signed()))?;
        Ok(())
    }

    /// Brings the tables up to date, as part of the transaction that has begun.
    pub(super) fn settle(&mut self) -> Result<(), Trouble> {
        redo::clear(&self.connection)?;
        let rows = self.changes.rows();
        // What goes makes room for what comes.
        for (key, _) in rows.iter().filter(|(_, change)| change.row.is_none()) {
            tables::delete(&self.connection, key, self.number(key))?;
        }
        for (key, change) in rows {
            match (&change.row, change.number) {
                (Some(row), Some(number)) => tables::append(&self.connection, number, row)?,
                (Some(row), None) => tables::put(&self.connection, row, self.number(key))?,
                (None, _) => {}
            }
        }
        self.write_counts()?;
        self.changes.settle();
        Ok(())
    }

    /// Brings the tables up to date and removes rows that are over at `now`: how many, of each
    /// class.
    pub(super) fn settle_and_remove(&mut self, now: i64) -> Result<Vec<(i64, u64)>, Trouble> {
        if !self.changes.is_empty() {
            self.begin()?;
            if let Err(trouble) = self.settle() {
                // What an earlier sweep brought into the tables would be lost with this one.
                if trouble.refusal != Refusal::Full || self.changes.has_settled() {
                    return Err(trouble);
                }
                // Removing makes room, so the next sweep can do what this one cannot.
                self.note(trouble);
                self.roll_back();
            }
        }
        let expired = tables::count_expired(&self.connection, now)?;
        if !expired.is_empty() {
            self.begin()?;
            self.standings.forget();
            tables::delete_expired(&self.connection, now)?;
        }
        Ok(expired)
    }

    /// Sees to it that what was deleted is in no file; whether it is so, which it cannot be while
    /// somebody copies the store.
    fn shred(&mut self) -> Result<bool, Trouble> {
        if !self.changed {
            return Ok(true);
        }
        if !self.empty_log()? {
            return Ok(false);
        }
        let stains = self.scrubber.look()?;
        if !stains.is_empty() {
            self.connection.execute_batch("PRAGMA shrink_memory")?;
            self.scrubber.remove(&stains)?;
        }
        self.changed = false;
        Ok(true)
    }

    /// Copies the log into the database and empties it: pages that a sweep or a delete has changed
    /// are in neither file any more. Whether it could, which it cannot while somebody copies.
    fn empty_log(&self) -> Result<bool, Trouble> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy: i64 = self.connection.query_row(sql, (), |row| row.get(0))?;
        Ok(busy == 0)
    }
}

/// What is durable is in the tables when nobody has the store open, as long as they have room.
impl Drop for Sqlite {
    fn drop(&mut self) {
        if self.begun {
            self.give_up(Refusal::Failed);
        }
        if !self.changes.is_empty() && self.settle_and_commit().is_err() {
            self.roll_back();
        }
    }
}

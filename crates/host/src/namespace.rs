//! Several owners in one store: each sees only rows whose keys begin with its name.

use store::{Answer, Check, Key, Op, Row, Transaction, Value, transaction::Stored};

/// The rows of one owner.
#[derive(Clone, Debug)]
pub(crate) struct Namespace(Key);

impl Namespace {
    /// Of the owner with this name, which holds no zero byte.
    pub(crate) fn of(owner: &str) -> Self {
        Self(Key::table(owner))
    }

    fn key(&self, key: &Key) -> Key {
        self.0.clone().with(key.as_bytes())
    }

    fn row(&self, row: Row) -> Row {
        Row { key: self.key(&row.key), ..row }
    }

    /// The owner's transaction, as the store takes it.
    pub(crate) fn inward(&self, transaction: Transaction) -> Transaction {
        let Transaction { checks, ops } = transaction;
        let checks = checks.into_iter();
        let ops = ops.into_iter().map(|op| match op {
            Op::Get(key) => Op::Get(self.key(&key)),
            Op::Put(row) => Op::Put(self.row(row)),
            Op::Delete(key) => Op::Delete(self.key(&key)),
            Op::Append(row) => Op::Append(self.row(row)),
            Op::Scan { prefix, after, limit } => {
                let after = after.map(|after| self.key(&after));
                Op::Scan { prefix: self.key(&prefix), after, limit }
            }
            Op::TakeFirst(prefix) => Op::TakeFirst(self.key(&prefix)),
        });
        Transaction {
            checks: checks.map(|one| Check { key: self.key(&one.key), ..one }).collect(),
            ops: ops.collect(),
        }
    }

    /// The store's answer, as the owner takes it.
    pub(crate) fn outward(&self, answer: Answer) -> Answer {
        let stripped = |key: &Key| {
            Key::from_bytes(key.after(&self.0).unwrap_or_else(|| key.as_bytes()).to_vec())
        };
        let stored = |row: Stored| Stored { key: stripped(&row.key), ..row };
        match answer {
            Answer::Done(values) => Answer::Done(
                values
                    .into_iter()
                    .map(|value| match value {
                        Value::Row(row) => Value::Row(row.map(stored)),
                        Value::Rows(rows) => Value::Rows(rows.into_iter().map(stored).collect()),
                        Value::Written => Value::Written,
                        Value::Appended(key) => Value::Appended(stripped(&key)),
                    })
                    .collect(),
            ),
            other @ (Answer::Conflict { .. } | Answer::Unavailable(_)) => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use store::{Answer, Engine as _, Key, Memory, Op, Revision, Row, Transaction, Value};
    use vocab::{DataClass, Keep, Micros, UnixMicros};

    use super::Namespace;

    fn row(key: Key, value: &[u8]) -> Row {
        Row {
            key,
            revision: Revision(1),
            value: value.to_vec(),
            class: DataClass::Credential,
            keep: Keep::For(Micros::days(1)),
        }
    }

    fn ask(store: &mut Memory, owner: &Namespace, ops: Vec<Op>) -> Vec<Value> {
        let transaction = owner.inward(Transaction { checks: Vec::new(), ops });
        let answer = store.apply(&[transaction], UnixMicros(0)).remove(0);
        let Answer::Done(values) = owner.outward(answer) else { panic!("nothing is in the way") };
        values
    }

    #[test]
    fn owners_of_one_store_see_their_own_rows_under_the_keys_that_they_gave_them() {
        let mut store = Memory::new();
        let (ada, ben) = (Namespace::of("ada"), Namespace::of("ben"));
        let (table, queue) = (Key::table("t"), Key::table("q"));
        let key = table.clone().with(b"1");
        ask(&mut store, &ada, vec![Op::Put(row(key.clone(), b"of ada"))]);
        ask(&mut store, &ben, vec![Op::Put(row(key.clone(), b"of ben"))]);
        let scan = Op::Scan { prefix: table, after: None, limit: 10 };
        let values = ask(&mut store, &ada, vec![scan, Op::Append(row(queue.clone(), b""))]);
        let [Value::Rows(rows), Value::Appended(place)] = &*values else { panic!("{values:?}") };
        assert_eq!(rows.iter().map(|row| &row.key).collect::<Vec<_>>(), [&key]);
        assert_eq!(rows[0].value, b"of ada");
        assert!(place.starts_with(&queue));
        let taken = ask(&mut store, &ben, vec![Op::TakeFirst(queue)]);
        assert_eq!(taken, [Value::Row(None)], "the queue is of ada");
    }
}

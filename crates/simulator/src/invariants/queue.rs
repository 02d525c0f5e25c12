//! Messages on their way at the end of a run: in a mailbox, or in the work of somebody's end.

use std::cell::OnceCell;

use store::Key;
use vocab::MessageId;

use super::{Ended, disk::Disk};
use crate::watch::Entry;

/// What is on its way; read from the stores when first asked for.
pub(super) struct Queue<'e, 'r> {
    ended: &'e Ended<'r>,
    rows: OnceCell<Vec<(String, Vec<u8>)>>,
}

impl<'e, 'r> Queue<'e, 'r> {
    pub(super) const fn new(ended: &'e Ended<'r>) -> Self {
        Self { ended, rows: OnceCell::new() }
    }

    fn rows(&self) -> &[(String, Vec<u8>)] {
        self.rows.get_or_init(|| {
            let ends = endpoint::rows::ON_THEIR_WAY.into_iter().chain(business::ON_THEIR_WAY);
            let carriers = transport::ON_THEIR_WAY.into_iter().chain(cloud_api::rows::ON_THEIR_WAY);
            let tables: Vec<Key> = ends.chain(carriers).map(Key::table).collect();
            let mut all = Vec::new();
            for (host, name) in self.ended.world.kernel.hosts() {
                let Some(disk) = Disk::read(self.ended, host, name) else { continue };
                let rows = disk.of_tables(&tables);
                all.extend(rows.map(|(_, row)| (name.to_owned(), row.value.clone())));
            }
            all
        })
    }

    /// Whether a store still holds the message on its way: its bytes are looked for, in a mailbox
    /// or in the work of an end.
    pub(super) fn holds(&self, entry: &Entry) -> bool {
        let ended = self.ended;
        let may_hold = |name: &str| {
            name == entry.from || name == entry.to || ended.scenario.person(name).is_none()
        };
        let holds = |(name, bytes): &(String, Vec<u8>)| {
            may_hold(name)
                && match entry.id {
                    Some(id) => names(bytes, id),
                    None => *name == entry.from,
                }
        };
        self.rows().iter().any(holds)
    }

    /// Whether anything that says `words` is on its way.
    pub(super) fn says(&self, words: &str) -> bool {
        self.rows().iter().any(|(_, bytes)| contains(bytes, words.as_bytes()))
    }

    /// Whether a message is on its way, by its id.
    pub(super) fn has(&self, id: MessageId) -> bool {
        self.rows().iter().any(|(_, bytes)| names(bytes, id))
    }
}

/// Whether `bytes` name the message: by its bytes, or as an id of the Cloud API has it.
fn names(bytes: &[u8], id: MessageId) -> bool {
    contains(bytes, &id.0) || contains(bytes, id.to_string().as_bytes())
}

pub(super) fn contains(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

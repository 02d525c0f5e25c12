//! What became of messages that nobody was shown: one look through all stores, for all of them.

use std::collections::BTreeSet;

use store::Key;
use vocab::{MessageId, limits};

use super::Ended;
use crate::kernel::HostId;

/// What stores still hold of messages on their way.
pub(super) struct OnTheirWay {
    ids: BTreeSet<MessageId>,
    /// Hosts that have anything on its way.
    hosts: BTreeSet<HostId>,
}

/// What became of a message that nobody was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// A store holds it.
    Queued,
    /// It is older than mailboxes keep anything.
    Expired,
    /// The writer was told, or the addressee did not want it.
    Refused,
    /// None of these.
    Lost,
}

impl OnTheirWay {
    /// Looks for the ids of all messages that nobody was shown, in mailboxes and in the work of
    /// ends.
    pub(super) fn look(ended: &Ended<'_>) -> Self {
        let tally = &ended.watch.tally;
        let entries = ended.watch.journal.entries().iter();
        let noted = entries.filter(|entry| entry.written_us.is_some() && entry.shown_us.is_empty());
        let wanted = noted.clone().filter_map(|entry| entry.id);
        let wanted: BTreeSet<MessageId> = wanted.chain(tally.under_way().keys().copied()).collect();
        let mut found = Self { ids: BTreeSet::new(), hosts: BTreeSet::new() };
        if wanted.is_empty() && noted.count() == 0 && tally.nameless().next().is_none() {
            return found;
        }
        let ends = endpoint::rows::ON_THEIR_WAY.into_iter().chain(business::ON_THEIR_WAY);
        let carriers = transport::ON_THEIR_WAY.into_iter().chain(cloud_api::rows::ON_THEIR_WAY);
        let tables: Vec<Key> = ends.chain(carriers).map(Key::table).collect();
        let kernel = &ended.world.kernel;
        for (host, _) in kernel.hosts() {
            let Some(store) = kernel.store(host) else { continue };
            store.visit(&mut |row| {
                if !tables.iter().any(|table| row.key.starts_with(table)) {
                    return;
                }
                found.hosts.insert(host);
                let windows = row.value.windows(size_of::<MessageId>());
                let ids = windows.filter_map(|bytes| Some(MessageId(bytes.try_into().ok()?)));
                found.ids.extend(ids.filter(|id| wanted.contains(id)));
            });
        }
        found
    }

    /// What became of a message that nobody was shown; without an id it can only be at `from`.
    pub(super) fn fate(
        &self,
        ended: &Ended<'_>,
        id: Option<MessageId>,
        from: HostId,
        at_us: u64,
    ) -> Fate {
        let queued = id.map_or_else(|| self.hosts.contains(&from), |id| self.ids.contains(&id));
        let age = ended.world.kernel.end().0.saturating_sub(at_us);
        if queued {
            Fate::Queued
        } else if age >= limits::MAILBOX_AGE.0 {
            Fate::Expired
        } else {
            Fate::Lost
        }
    }
}

//! What became of counted messages that nobody was shown: one look through all stores, for all of
//! them.

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
    /// Looks for the ids of all counted messages that nobody was shown, in mailboxes and in the
    /// work of ends.
    pub(super) fn look(ended: &Ended<'_>) -> Self {
        let wanted = ended.watch.tally.under_way();
        let mut found = Self { ids: BTreeSet::new(), hosts: BTreeSet::new() };
        if wanted.is_empty() && ended.watch.tally.nameless().next().is_none() {
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
                found.ids.extend(ids.filter(|id| wanted.contains_key(id)));
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
        Fate::of(ended, queued, at_us)
    }
}

impl Fate {
    /// Of a message that was written at `at_us` and is on its way, or nowhere any more.
    pub(super) fn of(ended: &Ended<'_>, queued: bool, at_us: u64) -> Self {
        let age = ended.world.kernel.end().0.saturating_sub(at_us);
        if queued {
            Self::Queued
        } else if age >= limits::MAILBOX_AGE.0 {
            Self::Expired
        } else {
            Self::Lost
        }
    }
}

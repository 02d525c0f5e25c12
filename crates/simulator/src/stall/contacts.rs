//! What went between nodes since something was last delivered: who tries, and who is heard.

use std::collections::BTreeMap;

use crate::{
    kernel::HostId,
    view::{Stream, View},
};

/// One direction between two nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Contact {
    pub(super) sent: u64,
    pub(super) arrived: u64,
    pub(super) last_sent_us: u64,
    pub(super) last_arrived_us: Option<u64>,
}

/// All directions on which something was sent.
#[derive(Debug, Default)]
pub struct Contacts(BTreeMap<(HostId, HostId), Contact>);

impl Contacts {
    /// Takes in what a node saw.
    pub fn view(&mut self, view: &View) {
        let Some(peer) = view.peer else { return };
        match view.stream {
            Stream::FrameOut | Stream::RequestOut | Stream::ResponseOut => {
                let contact = self.0.entry((view.host, peer)).or_default();
                contact.sent = contact.sent.saturating_add(1);
                contact.last_sent_us = view.at.0;
            }
            Stream::FrameIn | Stream::RequestIn | Stream::ResponseIn => {
                let contact = self.0.entry((peer, view.host)).or_default();
                contact.arrived = contact.arrived.saturating_add(1);
                contact.last_arrived_us = Some(view.at.0);
            }
            Stream::Store | Stream::Erased | Stream::AppIn | Stream::AppOut | Stream::Log => {}
        }
    }

    /// Something was delivered: what was tried before it explains nothing.
    pub fn forget(&mut self) {
        self.0.clear();
    }

    pub(super) fn between(&self, from: HostId, to: HostId) -> Contact {
        self.0.get(&(from, to)).copied().unwrap_or_default()
    }
}

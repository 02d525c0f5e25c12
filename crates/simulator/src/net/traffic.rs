//! What is counted for each class of links.

/// Messages of one class of links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Messages that a node sent while its end of the link was up.
    pub sent: u64,
    /// Bytes of these messages.
    pub bytes: u64,
    /// Messages that were lost on the way.
    pub lost: u64,
    /// Second copies that the way made.
    pub duplicated: u64,
    /// Messages that were held back so that others could overtake them.
    pub reordered: u64,
    /// Copies that reached a node.
    pub delivered: u64,
    /// Messages sent on a link that was down, and copies that reached a node which was down or had
    /// restarted, or an exchange that was over.
    pub discarded: u64,
}

impl Traffic {
    /// Adds the counts of another partition.
    pub(crate) const fn add(&mut self, other: &Self) {
        let Self { sent, bytes, lost, duplicated, reordered, delivered, discarded } = other;
        self.sent = self.sent.saturating_add(*sent);
        self.bytes = self.bytes.saturating_add(*bytes);
        self.lost = self.lost.saturating_add(*lost);
        self.duplicated = self.duplicated.saturating_add(*duplicated);
        self.reordered = self.reordered.saturating_add(*reordered);
        self.delivered = self.delivered.saturating_add(*delivered);
        self.discarded = self.discarded.saturating_add(*discarded);
    }
}

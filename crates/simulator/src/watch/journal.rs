//! The journal of application messages: what was written, and where and when it was shown.
//!
//! It is kept from what hops tell the people in front of them, so it counts what applications saw.

use std::collections::{BTreeMap, BTreeSet};

use vocab::MessageId;

/// One application message.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its scenario label, if it has one.
    pub label: Option<String>,
    /// Who writes it: a name of the scenario.
    pub from: String,
    /// Who is to see it.
    pub to: String,
    /// What it says.
    pub text: String,
    /// The id on the wire, once it is known.
    pub id: Option<MessageId>,
    /// When the scenario has it written; `None` for what somebody answers.
    pub planned_us: Option<u64>,
    /// When the writer's hop had taken it over.
    pub written_us: Option<u64>,
    /// When the addressee's application was shown it, each time.
    pub shown_us: Vec<u64>,
    /// Whether the writer was told that it will not go out.
    pub failed: bool,
    /// Whether the transport dropped it because the addressee blocks the writer.
    pub dropped: bool,
    /// Whether an optional service wrote it on the business's behalf.
    pub by_service: bool,
}

impl Entry {
    /// Whether its writer's hop took it over and nobody knows yet what became of it.
    pub const fn waits(&self) -> bool {
        self.written_us.is_some() && !self.is_settled()
    }

    const fn is_settled(&self) -> bool {
        !self.shown_us.is_empty() || self.failed || self.dropped
    }
}

/// Something that was shown and that nobody is known to have written.
#[derive(Clone, Debug)]
pub struct Stray {
    /// Who saw it.
    pub at: String,
    /// Its id on the wire.
    pub id: MessageId,
    /// When.
    pub shown_us: u64,
}

/// All application messages of a run.
#[derive(Debug, Default)]
pub struct Journal {
    entries: Vec<Entry>,
    by_id: BTreeMap<MessageId, usize>,
    by_request: BTreeMap<MessageId, usize>,
    /// Shown before it was known whose it is.
    strays: Vec<Stray>,
    waiting: u64,
    settled: u64,
    /// Its writer was told that it will not arrive, before it was known whose it is.
    failed_early: BTreeSet<MessageId>,
    /// Its addressee did not want it, and it may not be known yet whose it is.
    dropped_early: BTreeSet<MessageId>,
}

impl Journal {
    /// Adds a message; its index.
    pub fn add(&mut self, entry: Entry) -> usize {
        let index = self.entries.len();
        self.waiting = self.waiting.saturating_add(u64::from(entry.waits()));
        if let Some(id) = entry.id {
            self.by_id.insert(id, index);
        }
        self.entries.push(entry);
        index
    }

    /// The request of a business at the Cloud API under which a message travels first.
    pub fn requested(&mut self, index: usize, request: MessageId) {
        self.by_request.insert(request, index);
    }

    /// The message of a request.
    pub fn of_request(&self, request: MessageId) -> Option<usize> {
        self.by_request.get(&request).copied()
    }

    /// The message with this id on the wire.
    pub fn of_id(&self, id: MessageId) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// The message with this label.
    pub fn of_label(&self, label: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.label.as_deref() == Some(label))
    }

    /// The writer's hop has taken the message over.
    pub fn written(&mut self, index: usize, at_us: u64) {
        self.change(index, |entry| {
            entry.written_us.get_or_insert(at_us);
        });
    }

    /// The message of a request has this id on the wire.
    pub fn named(&mut self, request: MessageId, id: MessageId) {
        let Some(index) = self.of_request(request) else { return };
        self.by_id.insert(id, index);
        let strays = core::mem::take(&mut self.strays);
        let (mine, others) = strays.into_iter().partition(|stray| stray.id == id);
        self.strays = others;
        let mine: Vec<Stray> = mine;
        let failed = self.failed_early.contains(&id);
        let dropped = self.dropped_early.contains(&id);
        self.change(index, |entry| {
            entry.id = Some(id);
            entry.failed |= failed;
            entry.dropped |= dropped;
            let seen = mine.iter().filter(|stray| stray.at == entry.to);
            entry.shown_us.extend(seen.map(|stray| stray.shown_us));
        });
    }

    /// An application was shown a message.
    pub fn shown(&mut self, at: &str, id: MessageId, at_us: u64) {
        let mine = |index: &usize| self.entries.get(*index).is_some_and(|entry| entry.to == at);
        match self.of_id(id).filter(mine) {
            Some(index) => self.change(index, |entry| entry.shown_us.push(at_us)),
            None => self.strays.push(Stray { at: at.to_owned(), id, shown_us: at_us }),
        }
    }

    /// The writer was told that the message will not go out.
    pub fn failed(&mut self, index: usize) {
        self.change(index, |entry| entry.failed = true);
    }

    /// A business was told by a status that its message will not arrive, perhaps before it was told
    /// the id of that message.
    pub fn failed_by_status(&mut self, id: MessageId) {
        self.failed_early.insert(id);
        if let Some(index) = self.of_id(id) {
            self.failed(index);
        }
    }

    /// The end of `by` will not send the message again: if it is theirs, they were told.
    pub fn refused_by(&mut self, by: &str, id: MessageId) {
        let theirs = |index: &usize| self.entries.get(*index).is_some_and(|one| one.from == by);
        if let Some(index) = self.of_id(id).filter(theirs) {
            self.failed(index);
        }
    }

    /// The transport dropped the message on its addressee's wish.
    pub fn dropped(&mut self, id: MessageId) {
        self.dropped_early.insert(id);
        if let Some(index) = self.of_id(id) {
            self.change(index, |entry| entry.dropped = true);
        }
    }

    fn change(&mut self, index: usize, change: impl FnOnce(&mut Entry)) {
        let Some(entry) = self.entries.get_mut(index) else { return };
        let (waited, was_settled) = (entry.waits(), entry.is_settled());
        change(entry);
        let (waits, settled) = (entry.waits(), entry.is_settled() && !was_settled);
        self.waiting = self.waiting.saturating_sub(u64::from(waited));
        self.waiting = self.waiting.saturating_add(u64::from(waits));
        self.settled = self.settled.saturating_add(u64::from(settled));
    }

    /// Messages that were taken over and of which nothing more is known.
    pub const fn waiting(&self) -> u64 {
        self.waiting
    }

    /// Messages that were shown, failed or dropped: how far the run has come.
    pub const fn settled(&self) -> u64 {
        self.settled
    }

    /// All messages, in the order in which they became known.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What was shown and nobody wrote.
    pub fn strays(&self) -> &[Stray] {
        &self.strays
    }
}

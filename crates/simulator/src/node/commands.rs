//! What a person asks of the hop: given in order, and again after a crash until it is durable.

use std::collections::BTreeMap;

/// Commands by number, in the order in which they were thought of.
#[derive(Debug)]
pub(super) struct Commands<C> {
    /// Not given yet.
    ahead: BTreeMap<u64, C>,
    /// Given but not known to be durable, in the order in which they were given first.
    given: Vec<Given<C>>,
    /// Their moment came while the node was down.
    missed: Vec<u64>,
    next: u64,
}

#[derive(Debug)]
struct Given<C> {
    number: u64,
    token: u128,
    command: C,
}

impl<C: Clone> Commands<C> {
    pub(super) const fn new() -> Self {
        Self { ahead: BTreeMap::new(), given: Vec::new(), missed: Vec::new(), next: 0 }
    }

    /// Adds a command; its number.
    pub(super) fn add(&mut self, command: C) -> u64 {
        self.next = self.next.saturating_add(1);
        self.ahead.insert(self.next, command);
        self.next
    }

    /// Its moment has come, but the node is down.
    pub(super) fn miss(&mut self, number: u64) {
        if self.ahead.contains_key(&number) && !self.missed.contains(&number) {
            self.missed.push(number);
        }
    }

    /// The command to give now; `None` if it has been acknowledged meanwhile.
    pub(super) fn give(
        &mut self,
        number: u64,
        token: impl FnOnce(&C) -> Option<u128>,
    ) -> Option<C> {
        let Some(command) = self.ahead.remove(&number) else {
            let given = self.given.iter().find(|given| given.number == number)?;
            return Some(given.command.clone());
        };
        if self.ahead.is_empty() {
            // Not its room: most nodes are at rest nearly always.
            self.ahead = BTreeMap::new();
        }
        if let Some(token) = token(&command) {
            self.given.push(Given { number, token, command: command.clone() });
        }
        Some(command)
    }

    /// The hop says that what `token` names is durable.
    pub(super) fn acknowledge(&mut self, token: u128) {
        self.given.retain(|given| given.token != token);
        if self.given.is_empty() {
            self.given = Vec::new();
        }
    }

    /// The node is up again: the numbers to give, in order.
    pub(super) fn after_restart(&mut self) -> Vec<u64> {
        let again = self.given.iter().map(|given| given.number);
        again.chain(core::mem::take(&mut self.missed)).collect()
    }

    /// Commands that are not known to be durable, those ahead included.
    pub(super) fn open(&self) -> usize {
        self.given.len().saturating_add(self.ahead.len())
    }
}

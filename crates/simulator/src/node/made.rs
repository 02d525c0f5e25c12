//! What a node is given before it starts: its store, its person, who looks on.

use std::sync::{Arc, Mutex};

use vocab::NoiseKey;

use super::{
    disk::{Disk, StoreTiming},
    hop_node::HopNode,
    mutant::Mutant,
    person::{Application, Observer, Resident},
    remote::Remote,
    shelf::Shelf,
};
use crate::kernel::Time;

impl<H: Resident> HopNode<H> {
    /// The same over another store.
    #[must_use]
    pub fn with_disk(mut self, disk: Box<dyn Disk>) -> Self {
        self.shelf = Shelf::new(disk);
        self
    }

    /// The same over a store that is another host's: the one with this link key.
    #[must_use]
    pub fn with_shared_store(mut self, store: NoiseKey) -> Self {
        self.shelf.remote = Some(Remote::new(store));
        self
    }

    /// The same with a store that answers as fast as `timing` says.
    #[must_use]
    pub fn with_timing(mut self, timing: StoreTiming) -> Self {
        self.shelf.set_timing(timing);
        self
    }

    /// The same with commands to give at certain times.
    #[must_use]
    pub fn with_script(mut self, script: impl IntoIterator<Item = (Time, H::Command)>) -> Self {
        for (at, command) in script {
            let number = self.commands.add(command);
            self.script.push((at, number));
        }
        self
    }

    /// The same with somebody who reacts to events.
    #[must_use]
    pub fn with_application(mut self, application: impl Application<H> + 'static) -> Self {
        self.application = Some(Box::new(application));
        self
    }

    /// The same with somebody who looks on. One observer may look on at many nodes.
    #[must_use]
    pub fn with_observer(mut self, observer: Arc<Mutex<dyn Observer<H>>>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// The same with a planted mistake, which has an effect only with the feature `mutants`.
    #[must_use]
    pub const fn with_mutant(mut self, mutant: Mutant) -> Self {
        self.shelf.mutant = Some(mutant);
        self
    }
}

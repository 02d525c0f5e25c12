//! The person or operator in front of a hop: what the world must know about its commands and
//! events, who reacts to them, and who looks on.

use hop::Hop;
use vocab::{Micros, NoiseKey, Now};

use crate::{
    kernel::{HostId, Time},
    view::EventRecord,
};

/// A hop that the simulator can house: what its commands and events mean to the world.
pub trait Resident: Hop<Command: Clone + Send, Event: Send> + Send + 'static {
    /// By what the hop will name the command when it has made it durable. A person repeats a
    /// command after a crash until then; a command without a token is given once.
    fn token(command: &Self::Command) -> Option<u128> {
        let _once = command;
        None
    }

    /// The token of the command that this event says is durable.
    fn acknowledged(event: &Self::Event) -> Option<u128> {
        let _none = event;
        None
    }

    /// What the person typed.
    fn typed(command: &Self::Command) -> Option<Vec<u8>> {
        let _nothing = command;
        None
    }

    /// What the person was shown.
    fn shown(event: &Self::Event) -> Option<Vec<u8>> {
        let _nothing = event;
        None
    }

    /// What a dishonest or broken hop wrote to its operator's log with this event.
    fn logged(event: &Self::Event) -> Option<Vec<u8>> {
        let _nothing = event;
        None
    }

    /// A short message that goes out over the telephone network with this event: to the telephone
    /// of the host with this link key.
    fn texts(event: &Self::Event) -> Option<(NoiseKey, Vec<u8>)> {
        let _none = event;
        None
    }

    /// What the person does about the `nth` short message that came.
    fn texted(text: &[u8], nth: u64) -> Option<Self::Command> {
        let _nothing = (text, nth);
        None
    }

    /// The event as the event log shows it.
    fn render(event: &Self::Event) -> Option<EventRecord> {
        let _nothing = event;
        None
    }
}

/// A simulated person or operator who reacts to what the hop tells. Survives crashes of the node.
pub trait Application<H: Resident>: Send {
    /// What the person does about `event`, and how much later.
    fn on_event(&mut self, event: &H::Event, now: Now) -> Vec<(Micros, H::Command)>;

    /// How long after the start of the run the person does something unasked for the first time;
    /// `None` for somebody who only reacts.
    fn first_turn(&self) -> Option<Micros> {
        None
    }

    /// What the person does unasked, at the moment that the turn before this one named, whether the
    /// host is up or not.
    fn on_turn(&mut self, now: Now) -> Turn<H::Command> {
        let _only_reacts = now;
        Turn::default()
    }
}

/// What a person does unasked, and when next.
#[derive(Clone, Debug)]
pub struct Turn<C> {
    /// What is asked of the hop now.
    pub commands: Vec<C>,
    /// Whether the phone is switched on or off.
    pub online: Option<bool>,
    /// How much later the next turn is; `None` if there is none.
    pub next: Option<Micros>,
}

impl<C> Default for Turn<C> {
    fn default() -> Self {
        Self { commands: Vec::new(), online: None, next: None }
    }
}

/// Looks on between windows, in the order in which things happened in the whole world.
pub trait Observer<H: Resident>: Send {
    /// The hop on `host` told its person `event`.
    fn on_event(&mut self, host: HostId, at: Time, event: &H::Event);
}

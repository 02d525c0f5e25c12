//! One fault.

use vocab::Micros;

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// When it begins.
    pub at: Micros,
    /// How long it lasts; for what happens at one moment ([`NodeFault::ClockJump`]), zero.
    pub lasts: Micros,
    /// What it is.
    pub what: What,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Something happens to messages on their way, over links and over HTTP alike.
    Link {
        /// On which ways.
        on: On,
        /// What.
        how: LinkFault,
    },
    /// The nodes of different groups do not reach each other: what they send is lost, and nobody is
    /// told. Nodes in no group reach everybody. Two groups or more, none empty.
    Split {
        /// Names of nodes.
        groups: Vec<Vec<String>>,
    },
    /// Links to a node go down and up again, as connections do: both ends are told.
    Flap {
        /// Whose links.
        node: String,
        /// How long from one time that they go down to the next.
        every: Micros,
        /// How long they are down each time; shorter than `every`.
        down: Micros,
    },
    /// Every link to a node goes down at the start, and all come back at one moment, the end.
    Storm {
        /// Whose links.
        node: String,
    },
    /// Something happens to a node.
    Node {
        /// Which.
        node: String,
        /// What.
        how: NodeFault,
    },
    /// A business's server answers webhooks in another way than it should.
    Webhook {
        /// The business.
        node: String,
        /// Which part of them, in a million.
        rate_ppm: u32,
        /// How.
        how: WebhookFault,
    },
    /// Somebody does not keep to the protocol.
    Dishonest {
        /// The node.
        node: String,
        /// How often, in a million occasions.
        rate_ppm: u32,
        /// What it does.
        how: Dishonesty,
    },
}

/// On which ways something happens to messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// On all.
    All,
    /// On all from and to one node.
    Node(String),
    /// Between two nodes.
    Between {
        /// One end.
        from: String,
        /// The other.
        to: String,
        /// Whether only from the first to the second.
        one_way: bool,
    },
}

/// What happens to messages on their way. Faults add to what a link is like anyway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkFault {
    /// This part, in a million, never arrives.
    Loss(u32),
    /// This part, in a million, arrives twice.
    Duplicate(u32),
    /// This part, in a million, takes longer by the span from shortest to longest, and may be
    /// overtaken.
    Reorder(u32, (Micros, Micros)),
    /// All take longer by the span from shortest to longest, and keep their order.
    Delay((Micros, Micros)),
    /// This part, in a million, arrives with one bit turned. A frame's seal does not hold then: it
    /// is lost, and its link goes down at both ends and comes up again. Over HTTP, where nobody
    /// seals, a sum below notices, and the message is lost.
    Corrupt(u32),
    /// At most this many bytes go each second, at least 1; what is too much waits its turn.
    Bandwidth(u64),
}

/// What happens to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeFault {
    /// It stops, loses its memory and what it had not synced, and starts again when the fault is
    /// over. `torn`: it stops in the middle of the first write while the fault lasts, where
    /// otherwise it stops at once, and of the writes under way some prefix has reached the disk,
    /// where otherwise none has; each transaction is there whole or not at all.
    Crash {
        /// Whether some of the writes under way are there.
        torn: bool,
    },
    /// It stops, forgets nothing, and goes on when the fault is over, as a machine that swaps or is
    /// suspended: what came meanwhile is waiting for it.
    Pause,
    /// Its store takes no write that makes it grow.
    DiskFull,
    /// Its store takes no write at all.
    DiskReadOnly,
    /// Its store takes longer for every answer, by this.
    SlowDisk(Micros),
    /// Its wall clock is off by this many microseconds, ahead or, if negative, behind; right again
    /// when the fault is over.
    ClockSkew(i64),
    /// Its wall clock jumps by this many microseconds, for good.
    ClockJump(i64),
    /// It takes this long over each message that comes, one after the other.
    SlowConsumer(Micros),
}

/// How a business's server answers webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookFault {
    /// With this status, without looking at them: 400 to 599.
    Status(u16),
    /// After it has worked on them, but this much later.
    Slowly(Micros),
    /// It works on them, and its answer never leaves.
    NotAtAll,
    /// It is given each twice, as happens behind a retrying proxy.
    Twice,
}

/// What somebody does who does not keep to the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dishonesty {
    /// A transport gives an envelope the content of another.
    Swap,
    /// A transport delivers an envelope again, later, as if it were new.
    Replay,
    /// A transport says that it took an envelope and never delivers it.
    Withhold,
    /// A transport delivers envelopes in another order.
    Shuffle,
    /// A transport makes up an envelope that nobody sent.
    Inject,
    /// A key server answers who asks for somebody's bundle with keys of its own, and reads what is
    /// then encrypted to it.
    Lie {
        /// Whose bundle.
        about: String,
    },
    /// A person's device is copied with all its keys, and the copy uses the same link.
    Clone,
    /// A business writes to everybody, this often.
    MessageEverybody(Micros),
    /// A person's device asks for somebody's bundles again and again, to use up one-time prekeys.
    Drain {
        /// Whose.
        about: String,
        /// How often.
        every: Micros,
    },
}

//! Families of faults: what a swarm switches on and off as a whole.

use super::model::{Fault, LinkFault, NodeFault, WebhookFault, What};

/// A family of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Messages are lost.
    Loss,
    /// Messages arrive twice.
    Duplicate,
    /// Messages overtake each other.
    Reorder,
    /// Messages take longer.
    Delay,
    /// Messages arrive with a bit turned.
    Corrupt,
    /// Links are narrow.
    Bandwidth,
    /// Nodes do not reach each other.
    Split,
    /// Connections go and come.
    Flap,
    /// All connections of a node go, and come back at one moment.
    Storm,
    /// Nodes crash.
    Crash,
    /// Nodes crash, and part of what was being written is there.
    TornWrite,
    /// Nodes stop for a while.
    Pause,
    /// Disks are full.
    DiskFull,
    /// Disks cannot be written.
    DiskReadOnly,
    /// Disks are slow.
    SlowDisk,
    /// Clocks are off.
    ClockSkew,
    /// Clocks jump.
    ClockJump,
    /// Nodes are slow.
    SlowConsumer,
    /// Webhooks are refused as wrong.
    Webhook4xx,
    /// Webhooks are refused for now.
    Webhook5xx,
    /// Webhooks are answered late.
    WebhookSlow,
    /// Webhooks come twice.
    WebhookTwice,
    /// Webhooks are never answered.
    WebhookSilent,
    /// Somebody does not keep to the protocol.
    Dishonest,
}

impl Family {
    /// All families, in the order of reports.
    pub const ALL: [Self; 24] = [
        Self::Loss,
        Self::Duplicate,
        Self::Reorder,
        Self::Delay,
        Self::Corrupt,
        Self::Bandwidth,
        Self::Split,
        Self::Flap,
        Self::Storm,
        Self::Crash,
        Self::TornWrite,
        Self::Pause,
        Self::DiskFull,
        Self::DiskReadOnly,
        Self::SlowDisk,
        Self::ClockSkew,
        Self::ClockJump,
        Self::SlowConsumer,
        Self::Webhook4xx,
        Self::Webhook5xx,
        Self::WebhookSlow,
        Self::WebhookTwice,
        Self::WebhookSilent,
        Self::Dishonest,
    ];

    /// The name in scenario files and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::Delay => "delay",
            Self::Corrupt => "corrupt",
            Self::Bandwidth => "bandwidth",
            Self::Split => "split",
            Self::Flap => "flap",
            Self::Storm => "storm",
            Self::Crash => "crash",
            Self::TornWrite => "torn-write",
            Self::Pause => "pause",
            Self::DiskFull => "disk-full",
            Self::DiskReadOnly => "disk-read-only",
            Self::SlowDisk => "slow-disk",
            Self::ClockSkew => "clock-skew",
            Self::ClockJump => "clock-jump",
            Self::SlowConsumer => "slow-consumer",
            Self::Webhook4xx => "webhook-4xx",
            Self::Webhook5xx => "webhook-5xx",
            Self::WebhookSlow => "webhook-slow",
            Self::WebhookTwice => "webhook-twice",
            Self::WebhookSilent => "webhook-silent",
            Self::Dishonest => "dishonest",
        }
    }

    /// The family of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }
}

impl Fault {
    /// The family that it belongs to.
    pub const fn family(&self) -> Family {
        match &self.what {
            What::Link { how, .. } => match how {
                LinkFault::Loss(_) => Family::Loss,
                LinkFault::Duplicate(_) => Family::Duplicate,
                LinkFault::Reorder(..) => Family::Reorder,
                LinkFault::Delay(_) => Family::Delay,
                LinkFault::Corrupt(_) => Family::Corrupt,
                LinkFault::Bandwidth(_) => Family::Bandwidth,
            },
            What::Split { .. } => Family::Split,
            What::Flap { .. } => Family::Flap,
            What::Storm { .. } => Family::Storm,
            What::Node { how, .. } => match how {
                NodeFault::Crash { torn: false } => Family::Crash,
                NodeFault::Crash { torn: true } => Family::TornWrite,
                NodeFault::Pause => Family::Pause,
                NodeFault::DiskFull => Family::DiskFull,
                NodeFault::DiskReadOnly => Family::DiskReadOnly,
                NodeFault::SlowDisk(_) => Family::SlowDisk,
                NodeFault::ClockSkew(_) => Family::ClockSkew,
                NodeFault::ClockJump(_) => Family::ClockJump,
                NodeFault::SlowConsumer(_) => Family::SlowConsumer,
            },
            What::Webhook { how, .. } => match how {
                WebhookFault::Status(status) if *status < 500 => Family::Webhook4xx,
                WebhookFault::Status(_) => Family::Webhook5xx,
                WebhookFault::Slowly(_) => Family::WebhookSlow,
                WebhookFault::Twice => Family::WebhookTwice,
                WebhookFault::NotAtAll => Family::WebhookSilent,
            },
            What::Dishonest { .. } => Family::Dishonest,
        }
    }

    /// When it is over.
    pub const fn ends(&self) -> vocab::Micros {
        vocab::Micros(self.at.0.saturating_add(self.lasts.0))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Family;

    #[test]
    fn every_family_has_a_name_of_its_own_by_which_it_is_found() {
        let names: BTreeSet<_> = Family::ALL.into_iter().map(Family::name).collect();
        assert_eq!(names.len(), Family::ALL.len());
        for family in Family::ALL {
            assert_eq!(Family::named(family.name()), Some(family));
        }
        assert_eq!(Family::named("rain"), None);
    }
}

//! Which keys each kind of fault takes.

use std::ops::Range;

use crate::scenario::{
    ScenarioError,
    check::desk::Desk,
    format::{Fault, FaultKind as Kind},
};

/// A key, and where it stands if it is there.
pub(super) struct Given {
    pub(super) key: &'static str,
    pub(super) at: Option<Range<usize>>,
}

/// Each fault has the keys that it needs and no others.
pub(super) fn only_what_it_takes(
    desk: &Desk<'_>,
    fault: &Fault,
    place: &Range<usize>,
) -> Result<(), ScenarioError> {
    let name = fault.what.name();
    let (needed, may) = fault.what.keys();
    for Given { key, at, .. } in fault.given() {
        match at {
            None if needed.contains(&key) => {
                let found = format!("{name:?} has no `{key}`");
                return Err(desk.misfit(place, found, format!("`{key}` with it")));
            }
            Some(at) if !needed.contains(&key) && !may.contains(&key) => {
                let found = format!("{name:?} has `{key}`");
                return Err(desk.misfit(&at, found, format!("no `{key}` with it")));
            }
            None | Some(_) => {}
        }
    }
    match (&fault.lasts, fault.what == Kind::ClockJump) {
        (Some(_), false) | (None, true) => {}
        (Some(lasts), true) => {
            let found = format!("{name:?} has `for`");
            return Err(desk.misfit(&lasts.at, found, "no `for` with it: it is for good"));
        }
        (None, false) => {
            let found = format!("{name:?} has no `for`");
            return Err(desk.misfit(place, found, "how long it lasts in `for`"));
        }
    }
    for (key, spot, only) in [
        ("one_way", fault.one_way.as_ref().map(|spot| &spot.at), fault.between.is_some()),
        ("down", fault.down.as_ref().map(|spot| &spot.at), fault.what == Kind::Flap),
        ("node", fault.node.as_ref().map(|spot| &spot.at), fault.between.is_none()),
    ] {
        if let Some(at) = spot.filter(|_| !only) {
            let expected = match key {
                "one_way" => "it only with `between`",
                "down" => "it only with \"flap\"",
                _ => "either `node` or `between`",
            };
            return Err(desk.misfit(at, format!("{name:?} has `{key}`"), expected));
        }
    }
    Ok(())
}

impl Kind {
    /// The keys that it needs, and those that it may have beside them.
    const fn keys(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Loss | Self::Duplicate | Self::Corrupt => (&["rate"], &["node", "between"]),
            Self::Reorder => (&["rate"], &["node", "between", "by"]),
            Self::Delay => (&["by"], &["node", "between"]),
            Self::Bandwidth => (&["bytes_per_second"], &["node", "between"]),
            Self::Cut => (&["between"], &[]),
            Self::Split => (&["groups"], &[]),
            Self::Flap => (&["node", "every"], &[]),
            Self::Isolate
            | Self::Storm
            | Self::Crash
            | Self::TornWrite
            | Self::Pause
            | Self::DiskFull
            | Self::DiskReadOnly
            | Self::Clone => (&["node"], &[]),
            Self::SlowDisk | Self::ClockSkew | Self::ClockJump | Self::SlowConsumer => {
                (&["node", "by"], &[])
            }
            Self::WebhookStatus => (&["node", "status"], &["rate"]),
            Self::WebhookSlow => (&["node", "by"], &["rate"]),
            Self::WebhookSilent
            | Self::WebhookTwice
            | Self::Swap
            | Self::Replay
            | Self::Withhold
            | Self::Shuffle
            | Self::Inject => (&["node"], &["rate"]),
            Self::Lie => (&["node", "about"], &["rate"]),
            Self::MessageEverybody => (&["node", "every"], &["rate"]),
            Self::Drain => (&["node", "about", "every"], &["rate"]),
        }
    }

    /// The name in scenario files.
    pub(in crate::scenario) const fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::Delay => "delay",
            Self::Corrupt => "corrupt",
            Self::Bandwidth => "bandwidth",
            Self::Cut => "cut",
            Self::Isolate => "isolate",
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
            Self::WebhookStatus => "webhook-status",
            Self::WebhookSlow => "webhook-slow",
            Self::WebhookSilent => "webhook-silent",
            Self::WebhookTwice => "webhook-twice",
            Self::Swap => "swap",
            Self::Replay => "replay",
            Self::Withhold => "withhold",
            Self::Shuffle => "shuffle",
            Self::Inject => "inject",
            Self::Lie => "lie",
            Self::Clone => "clone",
            Self::MessageEverybody => "message-everybody",
            Self::Drain => "drain",
        }
    }
}

//! Faults as bands of time: what a plan says goes wrong, for pictures and for the event log.

use serde::Serialize;
use vocab::Micros;

use crate::{
    fault::{Dishonesty, Fault, LinkFault, NodeFault, On, WebhookFault, What},
    scenario::Scenario,
};

/// Something that goes wrong for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Band {
    /// From when, in microseconds of virtual time.
    pub from_us: u64,
    /// Until when; the same moment for what happens at once.
    pub until_us: u64,
    /// Its family, or `offline`.
    pub family: String,
    /// What it is, in a few words.
    pub what: String,
    /// The nodes that it names; none if it is everybody.
    pub nodes: Vec<String>,
    /// Its place in the scenario's list of faults; `None` for crashes and times offline, which a
    /// scenario writes elsewhere.
    pub number: Option<usize>,
}

impl Band {
    /// Whether it is going on at `at_us`.
    pub const fn is_on(&self, at_us: u64) -> bool {
        self.from_us <= at_us && at_us < self.until_us
    }

    /// Whether it is about this node.
    pub fn concerns(&self, node: &str) -> bool {
        self.nodes.is_empty() || self.nodes.iter().any(|one| one == node)
    }
}

/// Everything that a scenario says goes wrong, by its beginning.
pub fn bands(scenario: &Scenario) -> Vec<Band> {
    let mut all: Vec<Band> = scenario.faults.iter().enumerate().map(of_plan).collect();
    all.extend(scenario.crashes.iter().map(|crash| Band {
        from_us: crash.at.0,
        until_us: crash.at.0.saturating_add(crash.down.0),
        family: "crash".to_owned(),
        what: format!("{} crashes", crash.node),
        nodes: vec![crash.node.clone()],
        number: None,
    }));
    for person in &scenario.people {
        all.extend(person.offline.iter().map(|(from, until)| Band {
            from_us: from.0,
            until_us: until.0,
            family: "offline".to_owned(),
            what: format!("{} is offline", person.name),
            nodes: vec![person.name.clone()],
            number: None,
        }));
    }
    all.sort_by_key(|band| band.from_us); // Stable: the order of the scenario decides the rest.
    all
}

fn of_plan((number, fault): (usize, &Fault)) -> Band {
    let (what, nodes) = words(&fault.what);
    Band {
        from_us: fault.at.0,
        until_us: fault.ends().0,
        family: fault.family().name().to_owned(),
        what,
        nodes,
        number: Some(number),
    }
}

fn words(what: &What) -> (String, Vec<String>) {
    let one = |node: &str| vec![node.to_owned()];
    match what {
        What::Link { on, how } => on_link(on, how),
        What::Split { groups } => {
            let sides: Vec<String> = groups.iter().map(|group| group.join(", ")).collect();
            (format!("split: {}", sides.join(" | ")), groups.concat())
        }
        What::Flap { node, every, down } => {
            (format!("links to {node} are down {down} every {every}"), one(node))
        }
        What::Storm { node } => {
            (format!("everybody loses {node} and comes back at once"), one(node))
        }
        What::Node { node, how } => (at_node(node, how), one(node)),
        What::Webhook { node, rate_ppm, how } => {
            let how = match how {
                WebhookFault::Status(status) => format!("answered {status}"),
                WebhookFault::Slowly(by) => format!("answered {by} late"),
                WebhookFault::NotAtAll => "never answered".to_owned(),
                WebhookFault::Twice => "handed over twice".to_owned(),
            };
            (format!("{} of webhooks to {node} {how}", percent(*rate_ppm)), one(node))
        }
        What::Dishonest { node, rate_ppm, how } => {
            let rate = percent(*rate_ppm);
            (format!("{node} {}, {rate} of the time", dishonest(how)), one(node))
        }
    }
}

fn on_link(on: &On, how: &LinkFault) -> (String, Vec<String>) {
    let (place, nodes) = match on {
        On::All => ("everywhere".to_owned(), Vec::new()),
        On::Node(node) => (format!("from and to {node}"), vec![node.clone()]),
        On::Between { from, to, one_way: true } => {
            (format!("from {from} to {to}"), vec![from.clone(), to.clone()])
        }
        On::Between { from, to, one_way: false } => {
            (format!("between {from} and {to}"), vec![from.clone(), to.clone()])
        }
    };
    let how = match how {
        LinkFault::Loss(rate) => format!("{} lost", percent(*rate)),
        LinkFault::Duplicate(rate) => format!("{} doubled", percent(*rate)),
        LinkFault::Reorder(rate, _) => format!("{} overtaken", percent(*rate)),
        LinkFault::Delay((least, most)) => format!("{least} to {most} slower"),
        LinkFault::Corrupt(rate) => format!("{} corrupted", percent(*rate)),
        LinkFault::Bandwidth(bytes) => format!("{bytes} bytes a second"),
    };
    (format!("{how} {place}"), nodes)
}

fn at_node(node: &str, how: &NodeFault) -> String {
    match how {
        NodeFault::Crash { torn: false } => format!("{node} crashes"),
        NodeFault::Crash { torn: true } => format!("{node} crashes in the middle of a write"),
        NodeFault::Pause => format!("{node} stands still"),
        NodeFault::DiskFull => format!("the disk of {node} is full"),
        NodeFault::DiskReadOnly => format!("the disk of {node} takes no write"),
        NodeFault::SlowDisk(by) => format!("the disk of {node} is {by} slower"),
        NodeFault::ClockSkew(by) => format!("the clock of {node} is off by {by} µs"),
        NodeFault::ClockJump(by) => format!("the clock of {node} jumps by {by} µs"),
        NodeFault::SlowConsumer(by) => format!("{node} takes {by} for each message"),
    }
}

fn dishonest(how: &Dishonesty) -> String {
    match how {
        Dishonesty::Swap => "swaps content".to_owned(),
        Dishonesty::Replay => "delivers again".to_owned(),
        Dishonesty::Withhold => "withholds".to_owned(),
        Dishonesty::Shuffle => "changes the order".to_owned(),
        Dishonesty::Inject => "makes up envelopes".to_owned(),
        Dishonesty::Lie { about } => format!("lies about the keys of {about}"),
        Dishonesty::Clone => "is copied".to_owned(),
        Dishonesty::MessageEverybody(every) => format!("writes to everybody every {every}"),
        Dishonesty::Drain { about, every } => {
            format!("drains the prekeys of {about} every {every}")
        }
    }
}

/// A part in a million as a percentage with as many decimals as it needs.
fn percent(ppm: u32) -> String {
    let (whole, rest) = (ppm / 10_000, ppm % 10_000);
    match rest {
        0 => format!("{whole} %"),
        rest => format!("{whole}.{} %", format!("{rest:04}").trim_end_matches('0')),
    }
}

/// How long a band lasts.
pub const fn lasts(band: &Band) -> Micros {
    Micros(band.until_us.saturating_sub(band.from_us))
}

#[cfg(test)]
mod tests {
    use vocab::Micros;

    use super::{percent, words};
    use crate::fault::{LinkFault, On, What};

    #[test]
    fn a_fault_says_what_where_and_how_often() {
        let on = On::Between { from: "Maria".into(), to: "transport".into(), one_way: true };
        let (what, nodes) = words(&What::Link { on, how: LinkFault::Loss(125_000) });
        assert_eq!(what, "12.5 % lost from Maria to transport");
        assert_eq!(nodes, ["Maria", "transport"]);
        let delay = LinkFault::Delay((Micros::seconds(1), Micros::seconds(2)));
        let (what, nodes) = words(&What::Link { on: On::All, how: delay });
        assert_eq!(what, "00:00:01.000 to 00:00:02.000 slower everywhere");
        assert!(nodes.is_empty());
    }

    #[test]
    fn a_percentage_has_the_decimals_that_it_needs() {
        assert_eq!([1_000_000, 0, 1, 250_000].map(percent), ["100 %", "0 %", "0.0001 %", "25 %"]);
    }
}

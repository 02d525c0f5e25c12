//! What goes wrong: each fault with the keys that it needs, at nodes that there are.

mod keys;

use std::ops::Range;

use vocab::Micros;

use self::keys::{Given, only_what_it_takes};
use super::desk::Desk;
use crate::{
    fault::{Dishonesty, Family, Fault, LinkFault, NodeFault, On, WebhookFault, What},
    scenario::{
        ScenarioError,
        format::{self, FaultKind as Kind},
        limits::{MAX_BANDWIDTH, MAX_DRAWN, MAX_FAULTS},
        model::{Swarm, transport_node},
        names::Names,
        source::Spot,
        value::{Positive, Shift, shown},
    },
};

/// All of a million.
const ALL: u32 = 1_000_000;
/// How much later a message is that is to be overtaken, unless the fault says.
const LATER: (Micros, Micros) = (Micros(1), Micros::millis(500));

pub(super) fn faults(
    desk: &Desk<'_>,
    faults: &[Spot<format::Fault>],
) -> Result<Vec<Fault>, ScenarioError> {
    if let Some(last) = faults.get(MAX_FAULTS) {
        let found = format!("there are {} faults", faults.len());
        return Err(desk.misfit(&last.at, found, format!("at most {MAX_FAULTS}")));
    }
    faults
        .iter()
        .map(|fault| Entry { desk, fault: &fault.value, place: &fault.at }.fault())
        .collect()
}

/// When everything must come right again: all faults are over by then.
pub(super) fn heal(
    desk: &Desk<'_>,
    heal: Option<&Spot<crate::scenario::value::Moment>>,
    faults: &[Fault],
) -> Result<Option<Micros>, ScenarioError> {
    let Some(heal) = heal else { return Ok(None) };
    let at = desk.moment("heal", heal)?;
    if let Some(late) = faults.iter().find(|fault| fault.ends() > at) {
        let found = format!("`heal` is {} and a fault ends at {}", shown(at), shown(late.ends()));
        return Err(desk.misfit(&heal.at, found, "a moment when all faults are over"));
    }
    Ok(Some(at))
}

pub(super) fn swarm(
    desk: &Desk<'_>,
    swarm: Option<&Spot<format::Swarm>>,
    heal: Option<Micros>,
) -> Result<Option<Swarm>, ScenarioError> {
    let Some(Spot { value: swarm, at }) = swarm else { return Ok(None) };
    let Some(heal) = heal else {
        let expected = "`heal`, the moment by which every drawn fault is over";
        return Err(desk.misfit(at, "[swarm] without `heal`", expected));
    };
    let from = match &swarm.from {
        Some(from) if from.value.0 >= heal => {
            let found = format!("`from` is {} and `heal` is {}", shown(from.value.0), shown(heal));
            return Err(desk.misfit(&from.at, found, "a moment before it"));
        }
        Some(from) => desk.moment("from", from)?,
        None => Micros(0),
    };
    let most = match &swarm.most {
        Some(most) => desk.whole("most", most, 1..=MAX_DRAWN)?,
        None => 2,
    };
    Ok(Some(Swarm { from, families: families(desk, swarm.families.as_ref())?, most }))
}

fn families(
    desk: &Desk<'_>,
    named: Option<&Spot<Vec<Spot<String>>>>,
) -> Result<Vec<Family>, ScenarioError> {
    let drawn = || Family::ALL.into_iter().filter(|family| *family != Family::Dishonest);
    let Some(named) = named else { return Ok(drawn().collect()) };
    let mut families = Vec::new();
    for name in &named.value {
        if name.value == Family::Dishonest.name() {
            let found = "\"dishonest\" is never drawn".to_owned();
            let expected = "a [[fault]] that says who does what, such as what = \"withhold\"";
            return Err(desk.misfit(&name.at, found, expected));
        }
        let known = || drawn().map(Family::name).collect::<Names>();
        let family = Family::named(&name.value)
            .ok_or_else(|| desk.unknown("family of faults", name, known()))?;
        if families.contains(&family) {
            let found = format!("`families` has {:?} twice", name.value);
            return Err(desk.misfit(&name.at, found, "each family once"));
        }
        families.push(family);
    }
    if families.is_empty() {
        return Err(desk.misfit(&named.at, "`families` is an empty list", "at least one"));
    }
    Ok(families)
}

/// One fault as it is written.
struct Entry<'a> {
    desk: &'a Desk<'a>,
    fault: &'a format::Fault,
    place: &'a Range<usize>,
}

impl Entry<'_> {
    fn fault(&self) -> Result<Fault, ScenarioError> {
        let Self { desk, fault, place } = self;
        only_what_it_takes(desk, fault, place)?;
        let at = desk.moment("at", &fault.at)?;
        let lasts = fault.lasts.as_ref().map_or(Micros(0), |lasts| lasts.value.0);
        Ok(Fault { at, lasts, what: self.what()? })
    }

    fn what(&self) -> Result<What, ScenarioError> {
        let rate = self.rate();
        Ok(match self.fault.what {
            Kind::Loss => self.link(LinkFault::Loss(rate))?,
            Kind::Duplicate => self.link(LinkFault::Duplicate(rate))?,
            Kind::Corrupt => self.link(LinkFault::Corrupt(rate))?,
            Kind::Cut | Kind::Isolate => self.link(LinkFault::Loss(ALL))?,
            Kind::Reorder => self.link(LinkFault::Reorder(rate, self.range()?.unwrap_or(LATER)))?,
            Kind::Delay => self.link(LinkFault::Delay(self.range()?.unwrap_or(LATER)))?,
            Kind::Bandwidth => self.link(LinkFault::Bandwidth(self.bandwidth()?))?,
            Kind::Split => What::Split { groups: self.groups()? },
            Kind::Flap => self.flap()?,
            Kind::Storm => What::Storm { node: self.node()? },
            Kind::Crash => self.at_node(NodeFault::Crash { torn: false })?,
            Kind::TornWrite => self.at_node(NodeFault::Crash { torn: true })?,
            Kind::Pause => self.at_node(NodeFault::Pause)?,
            Kind::DiskFull => self.at_node(NodeFault::DiskFull)?,
            Kind::DiskReadOnly => self.at_node(NodeFault::DiskReadOnly)?,
            Kind::SlowDisk => self.at_node(NodeFault::SlowDisk(self.span()?))?,
            Kind::ClockSkew => self.at_node(NodeFault::ClockSkew(self.shift()?))?,
            Kind::ClockJump => self.at_node(NodeFault::ClockJump(self.shift()?))?,
            Kind::SlowConsumer => self.at_node(NodeFault::SlowConsumer(self.span()?))?,
            Kind::WebhookStatus => self.webhook(WebhookFault::Status(self.status()?))?,
            Kind::WebhookSlow => self.webhook(WebhookFault::Slowly(self.span()?))?,
            Kind::WebhookSilent => self.webhook(WebhookFault::NotAtAll)?,
            Kind::WebhookTwice => self.webhook(WebhookFault::Twice)?,
            Kind::Swap => self.of_transport(Dishonesty::Swap)?,
            Kind::Replay => self.of_transport(Dishonesty::Replay)?,
            Kind::Withhold => self.of_transport(Dishonesty::Withhold)?,
            Kind::Shuffle => self.of_transport(Dishonesty::Shuffle)?,
            Kind::Inject => self.of_transport(Dishonesty::Inject)?,
            Kind::Lie => self.of_transport(Dishonesty::Lie { about: self.about()? })?,
            Kind::Clone => self.dishonest(self.person()?, Dishonesty::Clone),
            Kind::MessageEverybody => {
                let every = self.every();
                self.dishonest(self.business()?, Dishonesty::MessageEverybody(every))
            }
            Kind::Drain => {
                let drain = Dishonesty::Drain { about: self.about()?, every: self.every() };
                self.dishonest(self.person()?, drain)
            }
        })
    }

    fn link(&self, how: LinkFault) -> Result<What, ScenarioError> {
        let on = match (&self.fault.between, &self.fault.node) {
            (Some(between), _) => self.between(between)?,
            (None, Some(node)) => On::Node(self.desk.node(node)?),
            (None, None) => On::All,
        };
        Ok(What::Link { on, how })
    }

    fn between(&self, between: &Spot<Vec<Spot<String>>>) -> Result<On, ScenarioError> {
        let [from, to] = between.value.as_slice() else {
            let found = format!("`between` names {} nodes", between.value.len());
            return Err(self.desk.misfit(&between.at, found, "two"));
        };
        let (from, to_name) = (self.desk.node(from)?, self.desk.node(to)?);
        if from == to_name {
            let found = format!("`between` names {from:?} twice");
            return Err(self.desk.misfit(&to.at, found, "two different nodes"));
        }
        let one_way = self.fault.one_way.as_ref().is_some_and(|one_way| one_way.value);
        Ok(On::Between { from, to: to_name, one_way })
    }

    fn groups(&self) -> Result<Vec<Vec<String>>, ScenarioError> {
        let Some(groups) = &self.fault.groups else { return Ok(Vec::new()) };
        let mut seen: Vec<String> = Vec::new();
        let mut checked = Vec::new();
        for group in &groups.value {
            let mut names = Vec::new();
            for name in &group.value {
                let node = self.desk.node(name)?;
                if seen.contains(&node) {
                    let found = format!("`groups` has {node:?} twice");
                    return Err(self.desk.misfit(&name.at, found, "each node in one group"));
                }
                seen.push(node.clone());
                names.push(node);
            }
            if names.is_empty() {
                return Err(self.desk.misfit(&group.at, "a group is empty", "at least one node"));
            }
            checked.push(names);
        }
        if checked.len() < 2 {
            let found = format!("`groups` has {}", checked.len());
            return Err(self.desk.misfit(&groups.at, found, "at least two groups"));
        }
        Ok(checked)
    }

    fn flap(&self) -> Result<What, ScenarioError> {
        let every = self.every();
        let half = Micros((every.0 / 2).max(1));
        let down = self.fault.down.as_ref();
        if let Some(long) = down.filter(|down| down.value.0 >= every) {
            let found =
                format!("`down` is {} and `every` is {}", shown(long.value.0), shown(every));
            return Err(self.desk.misfit(&long.at, found, "a shorter time down"));
        }
        let down = down.map_or(half, |down| down.value.0);
        Ok(What::Flap { node: self.node()?, every, down })
    }

    fn at_node(&self, how: NodeFault) -> Result<What, ScenarioError> {
        Ok(What::Node { node: self.node()?, how })
    }

    fn webhook(&self, how: WebhookFault) -> Result<What, ScenarioError> {
        Ok(What::Webhook { node: self.business()?, rate_ppm: self.rate(), how })
    }

    fn of_transport(&self, how: Dishonesty) -> Result<What, ScenarioError> {
        let node = self.node()?;
        let nodes = self.desk.many.transport_nodes;
        match (&self.fault.node, (0..nodes).any(|index| transport_node(index) == node)) {
            (Some(spot), false) => {
                let found = format!("{node:?} is no transport");
                Err(self.desk.misfit(&spot.at, found, "\"transport\""))
            }
            _ => Ok(self.dishonest(node, how)),
        }
    }

    fn dishonest(&self, node: String, how: Dishonesty) -> What {
        What::Dishonest { node, rate_ppm: self.rate(), how }
    }

    // That each key is there has been checked: see `keys`.

    fn node(&self) -> Result<String, ScenarioError> {
        self.fault.node.as_ref().map_or(Ok(String::new()), |node| self.desk.node(node))
    }

    fn person(&self) -> Result<String, ScenarioError> {
        self.fault.node.as_ref().map_or(Ok(String::new()), |node| self.desk.person(node))
    }

    fn business(&self) -> Result<String, ScenarioError> {
        self.fault.node.as_ref().map_or(Ok(String::new()), |node| self.desk.business(node))
    }

    fn about(&self) -> Result<String, ScenarioError> {
        let Some(about) = &self.fault.about else { return Ok(String::new()) };
        self.desk.role(about)?;
        Ok(about.value.clone())
    }

    fn rate(&self) -> u32 {
        self.fault.rate.as_ref().map_or(ALL, |rate| rate.value.0)
    }

    fn every(&self) -> Micros {
        self.fault.every.as_ref().map_or(Micros::seconds(1), |every: &Spot<Positive>| every.value.0)
    }

    fn bandwidth(&self) -> Result<u64, ScenarioError> {
        let bytes = self.fault.bytes_per_second.as_ref();
        bytes.map_or(Ok(1), |bytes| self.desk.whole("bytes_per_second", bytes, 1..=MAX_BANDWIDTH))
    }

    fn status(&self) -> Result<u16, ScenarioError> {
        let status = self.fault.status.as_ref();
        let status =
            status.map_or(Ok(500), |status| self.desk.whole("status", status, 400..=599))?;
        Ok(u16::try_from(status).unwrap_or(500)) // At most 599.
    }

    fn range(&self) -> Result<Option<(Micros, Micros)>, ScenarioError> {
        let Some(by) = &self.fault.by else { return Ok(None) };
        match by.value {
            Shift::Span(span) => Ok(Some((Micros(1), span))),
            Shift::Between(low, high) => Ok(Some((low, high))),
            Shift::Behind(_) => Err(self.not_behind(by)),
        }
    }

    fn span(&self) -> Result<Micros, ScenarioError> {
        let Some(by) = &self.fault.by else { return Ok(Micros(1)) };
        match by.value {
            Shift::Span(span) => Ok(span),
            Shift::Between(..) => {
                Err(self.desk.misfit(&by.at, "`by` is a range", "one span of time"))
            }
            Shift::Behind(_) => Err(self.not_behind(by)),
        }
    }

    /// Microseconds that a clock is off.
    fn shift(&self) -> Result<i64, ScenarioError> {
        let Some(by) = &self.fault.by else { return Ok(0) };
        let micros = |span: Micros| i64::try_from(span.0).unwrap_or(i64::MAX);
        match by.value {
            Shift::Span(span) => Ok(micros(span)),
            Shift::Behind(span) => Ok(micros(span).saturating_neg()),
            Shift::Between(..) => {
                Err(self.desk.misfit(&by.at, "`by` is a range", "one span of time"))
            }
        }
    }

    fn not_behind(&self, by: &Spot<Shift>) -> ScenarioError {
        self.desk.misfit(&by.at, "`by` is negative", "a span of time; only clocks go back")
    }
}

/// What a fault was given, for [`keys`].
impl format::Fault {
    fn given(&self) -> [Given; 9] {
        let at = |key, spot: Option<&Range<usize>>| Given { key, at: spot.cloned() };
        [
            at("node", self.node.as_ref().map(|spot| &spot.at)),
            at("between", self.between.as_ref().map(|spot| &spot.at)),
            at("rate", self.rate.as_ref().map(|spot| &spot.at)),
            at("by", self.by.as_ref().map(|spot| &spot.at)),
            at("every", self.every.as_ref().map(|spot| &spot.at)),
            at("groups", self.groups.as_ref().map(|spot| &spot.at)),
            at("status", self.status.as_ref().map(|spot| &spot.at)),
            at("about", self.about.as_ref().map(|spot| &spot.at)),
            at("bytes_per_second", self.bytes_per_second.as_ref().map(|spot| &spot.at)),
        ]
    }
}

//! Faults that are drawn from a seed: a swarm.
//!
//! Every seed switches a random part of the families on, so that some runs have much of one kind
//! and nothing of another, which finds what an even mixture hides. Each family draws from a stream
//! of its own: to switch one off changes no fault of another.

use vocab::{Micros, sample};

use super::model::{Fault, LinkFault, NodeFault, On, WebhookFault, What};
use crate::{
    fault::Family,
    rng::{self, StreamKey},
    scenario::{Hop3, Scenario, Swarm},
    world::cast::{BILLING, BUSINESS_MANAGER, CLOUD_API, STATISTICS, TRANSPORT},
};

/// The faults that `seed` draws for a scenario, by family and then by time. None where the scenario
/// has no swarm.
pub fn draw(scenario: &Scenario, seed: u64) -> Vec<Fault> {
    let (Some(swarm), Some(heal)) = (&scenario.swarm, scenario.heal) else { return Vec::new() };
    let mut faults = Vec::new();
    for family in enabled(swarm, seed) {
        let mut dice = Dice { key: rng::key(seed, "swarm", family.name()), drawn: 0 };
        let count = dice.between(1, swarm.most);
        let mut drawn: Vec<Fault> =
            (0..count).filter_map(|_| one(scenario, swarm.from, heal, family, &mut dice)).collect();
        drawn.sort_by_key(|fault| fault.at);
        faults.extend(drawn);
    }
    faults
}

/// The families that this seed has, in the order of the scenario. It may be none.
fn enabled(swarm: &Swarm, seed: u64) -> Vec<Family> {
    let key = rng::key(seed, "swarm", "families");
    let [word, ..] = rng::words(&key, 0, 0);
    let share = usize::try_from(sample::between(word, 0, 3)).ok();
    let share = share.and_then(|share| SHARES.get(share)).copied().unwrap_or(HALF);
    // A word for each family that there is: to take one off the list moves no other's.
    let on = |family: &&Family| {
        let place = Family::ALL.iter().position(|one| one == *family).unwrap_or(0) as u64;
        let [word, ..] = rng::words(&key, 1, place);
        sample::happens(word, share)
    };
    swarm.families.iter().filter(on).copied().collect()
}

/// Which part of the families a seed has, in a million.
const SHARES: [u32; 4] = [80_000, 150_000, 250_000, 500_000];

/// Draws one after the other from one stream.
struct Dice {
    key: StreamKey,
    drawn: u64,
}

impl Dice {
    fn word(&mut self) -> u64 {
        let [word, ..] = rng::words(&self.key, 0, self.drawn);
        self.drawn = self.drawn.saturating_add(1);
        word
    }

    fn between(&mut self, low: u64, high: u64) -> u64 {
        sample::between(self.word(), low, high)
    }

    fn happens(&mut self, ppm: u32) -> bool {
        sample::happens(self.word(), ppm)
    }

    fn span(&mut self, low: Micros, high: Micros) -> Micros {
        Micros(self.between(low.0, high.0))
    }

    /// A span of whole milliseconds.
    fn millis(&mut self, low: u64, high: u64) -> Micros {
        Micros::millis(self.between(low, high))
    }

    /// A part in a million, in whole hundredths so that a plan reads well.
    fn rate(&mut self, low: u64, high: u64) -> u32 {
        u32::try_from(self.between(low, high).saturating_mul(10_000)).unwrap_or(0)
    }

    /// One of `all`, if there is any.
    fn choose<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let last = all.len().saturating_sub(1) as u64;
        let place = usize::try_from(self.between(0, last)).ok()?;
        all.get(place)
    }

    /// A span of a random order of magnitude: most faults are short, some are long.
    fn lasting(&mut self, most: Micros) -> Option<Micros> {
        let (low, high) = *self.choose(&LASTING)?;
        Some(self.span(low, high).min(most))
    }

    /// By how much a clock is off, in either direction.
    fn off(&mut self) -> Option<i64> {
        let (low, high) = *self.choose(&CLOCKS)?;
        let span = whole(self.span(low, high));
        let micros = i64::try_from(span.0).unwrap_or(i64::MAX);
        Some(if self.happens(HALF) { micros.saturating_neg() } else { micros })
    }
}

const HALF: u32 = 500_000;
const LASTING: [(Micros, Micros); 4] = [
    (Micros::millis(50), Micros::seconds(1)),
    (Micros::seconds(1), Micros::seconds(10)),
    (Micros::seconds(10), Micros::minutes(1)),
    (Micros::minutes(1), Micros::minutes(4)),
];
const CLOCKS: [(Micros, Micros); 3] = [
    (Micros::millis(10), Micros::seconds(2)),
    (Micros::seconds(2), Micros::minutes(10)),
    (Micros::minutes(10), Micros::hours(30)),
];

/// Which part of all faults begin in the first tenth of the time, in a million.
const EARLY: u32 = 300_000;
const BEGINNING: u64 = 10;

/// `span` in whole milliseconds, at least one: a plan is read by people.
fn whole(span: Micros) -> Micros {
    Micros::millis((span.0 / 1_000).max(1))
}

/// One fault of `family` between `from` and `heal`; `None` where nobody can have it.
fn one(
    scenario: &Scenario,
    from: Micros,
    heal: Micros,
    family: Family,
    dice: &mut Dice,
) -> Option<Fault> {
    let room = Micros(heal.0.saturating_sub(from.0).max(1));
    let lasting = whole(dice.lasting(room)?).min(room);
    let lasts = if family == Family::ClockJump { Micros(0) } else { lasting };
    let latest = Micros(heal.0.saturating_sub(lasts.0)).max(from);
    // Much happens for the first time at the beginning, so many faults are drawn into it.
    let beginning = Micros(from.0.saturating_add(room.0 / BEGINNING)).min(latest);
    let latest = if dice.happens(EARLY) { beginning } else { latest };
    let at = whole(dice.span(from, latest)).max(from).min(latest);
    Some(Fault { at, lasts, what: what(scenario, family, dice)? })
}

fn what(scenario: &Scenario, family: Family, dice: &mut Dice) -> Option<What> {
    match family {
        Family::Loss => link(scenario, dice, |dice| LinkFault::Loss(dice.rate(5, 100))),
        Family::Duplicate => link(scenario, dice, |dice| LinkFault::Duplicate(dice.rate(5, 80))),
        Family::Reorder => link(scenario, dice, |dice| {
            let most = dice.millis(50, 3_000);
            LinkFault::Reorder(dice.rate(5, 80), (Micros(1), most))
        }),
        Family::Delay => {
            link(scenario, dice, |dice| LinkFault::Delay((Micros(1), dice.millis(50, 5_000))))
        }
        Family::Corrupt => link(scenario, dice, |dice| LinkFault::Corrupt(dice.rate(1, 30))),
        Family::Bandwidth => link(scenario, dice, |dice| {
            LinkFault::Bandwidth(dice.between(1, 50).saturating_mul(500))
        }),
        Family::Split => Some(What::Split { groups: groups(scenario, dice)? }),
        Family::Flap => {
            let node = dice.choose(&linked(scenario))?.clone();
            let every = dice.millis(2_000, 30_000);
            let down = dice.millis(100, every.0 / 2_000);
            Some(What::Flap { node, every, down })
        }
        Family::Storm => Some(What::Storm { node: TRANSPORT.to_owned() }),
        Family::Crash => node(scenario, dice, NodeFault::Crash { torn: false }),
        Family::TornWrite => node(scenario, dice, NodeFault::Crash { torn: true }),
        Family::Pause => node(scenario, dice, NodeFault::Pause),
        Family::DiskFull => node(scenario, dice, NodeFault::DiskFull),
        Family::DiskReadOnly => node(scenario, dice, NodeFault::DiskReadOnly),
        Family::SlowDisk => {
            let by = dice.millis(1, 500);
            node(scenario, dice, NodeFault::SlowDisk(by))
        }
        Family::ClockSkew => {
            let by = dice.off()?;
            node(scenario, dice, NodeFault::ClockSkew(by))
        }
        Family::ClockJump => {
            let by = dice.off()?;
            node(scenario, dice, NodeFault::ClockJump(by))
        }
        Family::SlowConsumer => {
            let by = dice.millis(1, 400);
            node(scenario, dice, NodeFault::SlowConsumer(by))
        }
        Family::Webhook4xx => {
            let status = *dice.choose(&[400, 401, 404, 429])?;
            webhook(scenario, dice, WebhookFault::Status(status))
        }
        Family::Webhook5xx => {
            let status = *dice.choose(&[500, 502, 503, 504])?;
            webhook(scenario, dice, WebhookFault::Status(status))
        }
        Family::WebhookSlow => {
            let by = dice.millis(500, 60_000);
            webhook(scenario, dice, WebhookFault::Slowly(by))
        }
        Family::WebhookTwice => webhook(scenario, dice, WebhookFault::Twice),
        Family::WebhookSilent => webhook(scenario, dice, WebhookFault::NotAtAll),
        // Who is dishonest breaks what is promised: no seed draws it.
        Family::Dishonest => None,
    }
}

fn link(
    scenario: &Scenario,
    dice: &mut Dice,
    how: impl FnOnce(&mut Dice) -> LinkFault,
) -> Option<What> {
    let how = how(dice);
    Some(What::Link { on: on(scenario, dice)?, how })
}

fn node(scenario: &Scenario, dice: &mut Dice, how: NodeFault) -> Option<What> {
    Some(What::Node { node: dice.choose(&nodes(scenario))?.clone(), how })
}

fn webhook(scenario: &Scenario, dice: &mut Dice, how: WebhookFault) -> Option<What> {
    let node = dice.choose(&scenario.businesses)?.name.clone();
    Some(What::Webhook { node, rate_ppm: dice.rate(20, 100), how })
}

/// Everybody who can have a fault of nodes.
fn nodes(scenario: &Scenario) -> Vec<String> {
    let hosted =
        [TRANSPORT, CLOUD_API, TRANSPORT, CLOUD_API, BUSINESS_MANAGER, BILLING, STATISTICS];
    let people = scenario.people.iter().map(|person| person.name.clone());
    let businesses = scenario.businesses.iter().map(|business| business.name.clone());
    // The two that everything goes through stand there twice: they are hit more often.
    let further = scenario.transport_nodes().skip(1);
    let further = further.chain(scenario.transport_store().map(str::to_owned));
    people.chain(businesses).chain(hosted.map(str::to_owned)).chain(further).collect()
}

/// Those with a link to the transport.
fn linked(scenario: &Scenario) -> Vec<String> {
    let people = scenario.people.iter().map(|person| person.name.clone());
    people.chain([CLOUD_API.to_owned()]).chain(scenario.transport_nodes()).collect()
}

fn on(scenario: &Scenario, dice: &mut Dice) -> Option<On> {
    Some(match dice.between(0, 5) {
        0 => On::All,
        1..=3 => On::Node(dice.choose(&nodes(scenario))?.clone()),
        _ => {
            let (from, to) = pair(scenario, dice)?;
            On::Between { from, to, one_way: dice.happens(HALF) }
        }
    })
}

/// Two that speak with each other, in either order.
fn pair(scenario: &Scenario, dice: &mut Dice) -> Option<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for person in &scenario.people {
        pairs.push((person.name.clone(), scenario.transport_of(&person.name)));
    }
    pairs.push((CLOUD_API.to_owned(), scenario.transport_of(CLOUD_API)));
    let store = scenario.transport_store();
    pairs.extend(
        store
            .into_iter()
            .flat_map(|store| scenario.transport_nodes().map(move |node| (node, store.to_owned()))),
    );
    for business in scenario.businesses.iter().filter(|one| one.hop3 == Hop3::CloudApi) {
        pairs.push((CLOUD_API.to_owned(), business.name.clone()));
    }
    pairs.push((CLOUD_API.to_owned(), BUSINESS_MANAGER.to_owned()));
    let (a, b) = dice.choose(&pairs)?.clone();
    Some(if dice.happens(HALF) { (a, b) } else { (b, a) })
}

/// Two groups: each node falls into one of them; `None` where all fell into one.
fn groups(scenario: &Scenario, dice: &mut Dice) -> Option<Vec<Vec<String>>> {
    let mut all = nodes(scenario);
    all.sort();
    all.dedup();
    let (mut here, mut there) = (Vec::new(), Vec::new());
    for node in all {
        if dice.happens(HALF) { here.push(node) } else { there.push(node) }
    }
    (!here.is_empty() && !there.is_empty()).then(|| vec![here, there])
}

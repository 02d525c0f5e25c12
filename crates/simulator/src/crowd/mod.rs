//! The people of populations: who they are, and what they do, drawn while the run goes on.
//!
//! Everything about one of them is a function of the seed, the population's name, the person's
//! place and a number, so nothing is planned ahead and nothing is kept of what was said: whoever
//! looks on computes it again. It does not know nodes or links.

mod hours;
mod person;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use vocab::{DataClass, MessageId, Micros, PhoneNumber, ids::NotAPhoneNumber, marker, sample};

use self::hours::Hours;
pub use self::person::Habitual;
use crate::{
    net::Latency,
    rng::{self, StreamKey},
    scan::Mint,
    scenario::{Population, Scenario},
    workload,
};

/// The people of all populations, counted through from zero.
#[derive(Debug)]
pub struct Crowd {
    parts: Vec<Part>,
    people: u32,
    numbers: Numbers,
    /// Numbers of businesses, in the order of the scenario.
    businesses: Vec<PhoneNumber>,
    by_number: BTreeMap<String, u32>,
    /// Whether texts are put between canaries.
    canaries: bool,
    gaps: Latency,
}

/// One population.
#[derive(Debug)]
struct Part {
    population: Population,
    /// The first of its people.
    first: u32,
    people: StreamKey,
    messages: StreamKey,
    reading: StreamKey,
    texts: u64,
}

/// The telephone numbers of a crowd.
#[derive(Debug)]
enum Numbers {
    /// Markers, to be looked for in everything that somebody sees.
    Drawn(Vec<PhoneNumber>, BTreeMap<String, u32>),
    /// A code that no country has, and the person's place: nobody looks for them.
    Counted,
}

/// A message that one of them writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its id.
    pub id: MessageId,
    /// What it says.
    pub text: String,
    /// The canary at each end of it.
    pub word: Option<String>,
}

/// The numbers of what they ask of their phones start here; what a scenario plans is below.
const OWN: u64 = 1 << 62;

/// Spans between messages of somebody who writes one in a million microseconds, on average: the
/// exponential distribution at each thirty-second, its tail such that the mean is right.
const GAPS: [u64; 33] = [
    0, 31_749, 64_539, 98_440, 133_531, 169_899, 207_639, 246_860, 287_682, 330_242, 374_693,
    421_213, 470_004, 521_297, 575_364, 632_523, 693_147, 757_686, 826_679, 900_787, 980_829,
    1_067_841, 1_163_151, 1_268_511, 1_386_294, 1_519_826, 1_673_976, 1_856_298, 2_079_442,
    2_367_124, 2_772_589, 3_465_736, 5_308_818,
];

impl Crowd {
    /// The crowd of a scenario, whose businesses have these numbers.
    ///
    /// # Errors
    ///
    /// [`NotAPhoneNumber`] if a number that is made here is none: there are too many people.
    pub fn new(
        scenario: &Scenario,
        seed: u64,
        businesses: Vec<PhoneNumber>,
        mint: &mut Mint,
    ) -> Result<Self, NotAPhoneNumber> {
        let mut people = 0_u32;
        let mut parts = Vec::new();
        for population in &scenario.scale.populations {
            let key = |purpose| rng::key(seed, purpose, &population.name);
            let [texts, ..] = rng::words(&key("population texts"), 0, 0);
            parts.push(Part {
                first: people,
                people: key("population people"),
                messages: key("population messages"),
                reading: key("population reading"),
                texts,
                population: population.clone(),
            });
            people = people.saturating_add(population.people);
        }
        let numbers = if scenario.scale.looks {
            let first = scenario.people.len() as u64;
            let drawn = (0..u64::from(people)).map(|index| mint.phone(first.saturating_add(index)));
            let drawn = drawn.map(|digits| PhoneNumber::parse(&digits));
            let drawn = drawn.collect::<Result<Vec<_>, _>>()?;
            let places = drawn.iter().map(|phone| phone.digits().to_owned()).zip(0..).collect();
            Numbers::Drawn(drawn, places)
        } else {
            Numbers::Counted
        };
        let by_number = businesses.iter().map(|phone| phone.digits().to_owned()).zip(0..).collect();
        let gaps = Latency::Quantiles(GAPS.map(Micros).to_vec());
        let canaries = scenario.canaries && scenario.scale.looks;
        Ok(Self { parts, people, numbers, businesses, by_number, canaries, gaps })
    }

    /// How many they are.
    pub const fn people(&self) -> u32 {
        self.people
    }

    /// The number of one of them.
    ///
    /// # Errors
    ///
    /// [`NotAPhoneNumber`] for somebody who does not exist.
    pub fn phone(&self, person: u32) -> Result<PhoneNumber, NotAPhoneNumber> {
        match &self.numbers {
            Numbers::Drawn(phones, _) => {
                let phone = phones.get(person as usize).cloned();
                phone.ok_or(NotAPhoneNumber { length: 0, all_digits: true })
            }
            Numbers::Counted => PhoneNumber::parse(&format!("{COUNTED}{person:012}")),
        }
    }

    /// Whose number that is.
    pub fn of_number(&self, digits: &str) -> Option<u32> {
        match &self.numbers {
            Numbers::Drawn(_, places) => places.get(digits).copied(),
            Numbers::Counted => {
                let place = digits.strip_prefix(COUNTED).filter(|rest| rest.len() == 12)?;
                place.parse().ok().filter(|person| *person < self.people)
            }
        }
    }

    /// The name of one of them.
    pub fn name(&self, person: u32) -> Option<String> {
        let part = self.part(person)?;
        Some(part.population.member(person.saturating_sub(part.first)))
    }

    /// Who has this name.
    pub fn called(&self, name: &str) -> Option<u32> {
        let mut parts = self.parts.iter();
        parts.find_map(|part| Some(part.first.saturating_add(part.population.which(name)?)))
    }

    /// When somebody's phone is set up.
    pub fn joins(&self, person: u32) -> Micros {
        let Some(part) = self.part(person) else { return Micros(0) };
        let place = u64::from(person.saturating_sub(part.first));
        let of = u64::from(part.population.people);
        Micros(part.population.joins.0.saturating_mul(place).checked_div(of).unwrap_or(0))
    }

    /// The business behind a number, by its place in the scenario.
    pub fn business(&self, number: &PhoneNumber) -> Option<u32> {
        self.by_number.get(number.digits()).copied()
    }

    /// Which message somebody's command of this number writes, and to which business.
    pub fn of_command(&self, number: u64) -> Option<(u32, u32)> {
        let (business, message) = written_by(number)?;
        self.businesses.get(business as usize).map(|_| (business, message))
    }

    /// The id of message number `message` of somebody.
    pub fn id(&self, person: u32, message: u32) -> Option<MessageId> {
        let part = self.part(person)?;
        let [a, b, ..] = rng::words(&part.messages, person.into(), message.into());
        let mut id = [0; 16];
        id.iter_mut().zip(both(a, b)).for_each(|(to, from)| *to = from);
        Some(MessageId(id))
    }

    /// Message number `message` of somebody.
    pub fn message(&self, person: u32, message: u32) -> Option<Written> {
        let part = self.part(person)?;
        let [_, _, _, _, c, d, ..] = rng::words(&part.messages, person.into(), message.into());
        let mut unique = [0; 14];
        unique.iter_mut().zip(both(c, d)).for_each(|(to, from)| *to = from);
        let words = part.population.words;
        let text = workload::text(part.texts, person.into(), message.into(), words);
        let word = self.canaries.then(|| marker::reference(DataClass::MessageContent, unique));
        let text = match &word {
            Some(word) => format!("{word} {text} {word}"),
            None => text,
        };
        Some(Written { id: self.id(person, message)?, text, word })
    }

    /// To whom somebody writes message number `message`, where nobody is answered with it.
    fn addressee(&self, person: u32, message: u32) -> Option<u32> {
        let part = self.part(person)?;
        let [_, _, choice, ..] = rng::words(&part.messages, person.into(), message.into());
        let [first, ..] = rng::words(&part.people, person.into(), 0);
        let to = &part.population.to;
        // Each knows a few that are neighbours, beginning anywhere.
        let first = sample::below(first, to.len() as u64);
        let which = sample::below(choice, part.population.knows.into());
        let place = first.saturating_add(which).checked_rem(to.len() as u64)?;
        to.get(usize::try_from(place).ok()?).copied()
    }

    /// How long somebody's phone is on from one message to the next, number `message`; `None` for
    /// somebody who never writes unasked.
    fn gap(&self, person: u32, message: u32) -> Option<u64> {
        let part = self.part(person)?;
        let mean = self.hours(person).lasts().checked_div(part.population.writes.into())?;
        let [_, _, _, word, ..] = rng::words(&part.messages, person.into(), message.into());
        let gap = u128::from(self.gaps.sample(word).0).saturating_mul(mean.into()) / 1_000_000;
        Some(u64::try_from(gap).unwrap_or(u64::MAX).max(1))
    }

    /// After which time somebody reads what was shown as number `shown`, and how much later an
    /// answer is written, if one is.
    fn reads(&self, person: u32, shown: u32) -> Option<(Micros, Option<Micros>)> {
        let part = self.part(person)?;
        let [word, whether, typing, ..] = rng::words(&part.reading, person.into(), shown.into());
        let answers = sample::happens(whether, part.population.answers_ppm);
        let typing = Micros(sample::between(typing, Micros::seconds(2).0, Micros::seconds(30).0));
        Some((part.population.reads.sample(word), answers.then_some(typing)))
    }

    fn hours(&self, person: u32) -> Hours {
        let Some(part) = self.part(person) else { return Hours::ALWAYS };
        let [_, word, ..] = rng::words(&part.people, person.into(), 0);
        part.population.online.map_or(Hours::ALWAYS, |hours| Hours::of(&hours, word))
    }

    fn part(&self, person: u32) -> Option<&Part> {
        let after = self.parts.partition_point(|part| part.first <= person);
        let part = self.parts.get(after.checked_sub(1)?)?;
        (person < self.people).then_some(part)
    }
}

/// No country has this code.
const COUNTED: &str = "999";

/// The number of the command by which somebody writes message number `message` to a business.
const fn write_number(business: u32, message: u32) -> u64 {
    OWN | ((business as u64) << 32) | message as u64
}

/// What [`write_number`] was made of.
fn written_by(number: u64) -> Option<(u32, u32)> {
    let rest = number.checked_sub(OWN)?;
    Some((u32::try_from(rest >> 32).ok()?, (rest & u64::from(u32::MAX)) as u32))
}

fn both(a: u64, b: u64) -> impl Iterator<Item = u8> {
    a.to_be_bytes().into_iter().chain(b.to_be_bytes())
}

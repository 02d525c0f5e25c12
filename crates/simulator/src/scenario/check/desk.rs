//! What every check needs: who is there, where the text stands, when the run ends.

use std::ops::{Range, RangeInclusive};

use vocab::Micros;

use super::many::Many;
use crate::scenario::{
    Problem, Scenario, ScenarioError,
    format::File,
    limits::{MAX_NAME, MAX_TEXT},
    model::{AUTO_REPLY, AUTO_REPLY_STAFF, READERS},
    names::Names,
    source::{Source, Spot},
    value::Moment,
};

/// The names of a scenario, and where it ends.
pub(super) struct Desk<'a> {
    pub(super) source: Source<'a>,
    pub(super) duration: Micros,
    pub(super) people: Names,
    pub(super) businesses: Names,
    /// Those who are made in numbers.
    pub(super) many: Many,
}

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Person,
    Business,
}

impl<'a> Desk<'a> {
    /// Takes down all names; no two are the same.
    pub(super) fn new(source: Source<'a>, file: &File) -> Result<Self, ScenarioError> {
        let people = file.person.iter().map(|person| &person.name);
        let businesses = file.business.iter().map(|business| &business.name);
        let impostors = file.impostor.iter().map(|impostor| &impostor.name);
        let attackers = file.attacker.iter().map(|attacker| &attacker.name);
        let names = |spots: &mut dyn Iterator<Item = &Spot<String>>| -> Names {
            spots.map(|spot| spot.value.clone()).collect()
        };
        let desk = Self {
            source,
            duration: file.duration.value.0,
            people: names(&mut people.clone()),
            businesses: names(&mut businesses.clone()),
            many: Many::of(file),
        };
        let many = desk.many.names(file);
        let mut taken: Vec<&Spot<String>> = Vec::new();
        for name in people.chain(businesses).chain(impostors).chain(attackers).chain(many) {
            desk.line("name", name, MAX_NAME)?;
            let others = READERS.into_iter().chain([AUTO_REPLY, AUTO_REPLY_STAFF]);
            let reserved = desk.many.nodes().into_iter().chain(others.map(str::to_owned));
            let reserved = reserved.into_iter().find(|node| *node == name.value);
            let made = desk.many.made(&name.value).map(|group| format!("one of {:?}", group.name));
            let by = match taken.iter().find(|other| other.value == name.value) {
                Some(other) => Some(format!("the one on line {}", source.line(other.at.start))),
                None => reserved.map(|_| "the node of every scenario".to_owned()).or(made),
            };
            if let Some(by) = by {
                let found = name.value.clone();
                return Err(desk.fail(&name.at, Problem::Taken { what: "the name", found, by }));
            }
            taken.push(name);
        }
        for (there, role, what) in [
            (&desk.people, Role::Person, "[[person]]"),
            (&desk.businesses, Role::Business, "[[business]]"),
        ] {
            if there.0.is_empty() && !desk.many.has(role) {
                let found = format!("there is no {what}");
                return Err(desk.misfit(&(0..0), found, "at least one"));
            }
        }
        Ok(desk)
    }

    /// The names of a scenario that has been checked, for a further file about it.
    pub(super) fn of(source: Source<'a>, scenario: &Scenario) -> Self {
        let people = scenario.people.iter().map(|person| person.name.clone()).collect();
        let businesses = scenario.businesses.iter().map(|one| one.name.clone()).collect();
        let (duration, many) = (scenario.duration, Many::of_scenario(scenario));
        Self { source, duration, people, businesses, many }
    }

    pub(super) fn fail(&self, at: &Range<usize>, problem: Problem) -> ScenarioError {
        let (file, line) = (self.source.name.to_owned(), Some(self.source.line(at.start)));
        ScenarioError { file, line, problem }
    }

    pub(super) fn misfit(
        &self,
        at: &Range<usize>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> ScenarioError {
        self.fail(at, Problem::Misfit { found: found.into(), expected: expected.into() })
    }

    pub(super) fn value(
        &self,
        at: &Range<usize>,
        key: &'static str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> ScenarioError {
        self.fail(at, Problem::Value { key, found: found.into(), expected: expected.into() })
    }

    pub(super) fn unknown(
        &self,
        what: &'static str,
        name: &Spot<String>,
        expected: Names,
    ) -> ScenarioError {
        self.fail(&name.at, Problem::Unknown { what, found: name.value.clone(), expected })
    }

    /// What the name is the name of; nobody speaks who is neither a person nor a business.
    pub(super) fn role(&self, name: &Spot<String>) -> Result<Role, ScenarioError> {
        self.known(&name.value).ok_or_else(|| {
            let all = self.all(Role::Person).0.into_iter().chain(self.all(Role::Business).0);
            self.unknown("person or business", name, all.collect())
        })
    }

    /// What somebody is, one of many included.
    fn known(&self, name: &String) -> Option<Role> {
        if self.people.0.contains(name) {
            Some(Role::Person)
        } else if self.businesses.0.contains(name) {
            Some(Role::Business)
        } else {
            self.many.made(name).map(|group| group.role)
        }
    }

    /// Names for a message: of those made in numbers, the first and the last.
    fn all(&self, role: Role) -> Names {
        let names = if role == Role::Person { &self.people } else { &self.businesses };
        names.0.iter().cloned().chain(self.many.examples(role)).collect()
    }

    pub(super) fn person(&self, name: &Spot<String>) -> Result<String, ScenarioError> {
        match self.known(&name.value) {
            Some(Role::Person) => Ok(name.value.clone()),
            Some(Role::Business) => {
                let found = format!("{:?} is a business", name.value);
                let expected = format!("a person, {}", self.all(Role::Person));
                Err(self.misfit(&name.at, found, expected))
            }
            None => Err(self.unknown("person", name, self.all(Role::Person))),
        }
    }

    pub(super) fn business(&self, name: &Spot<String>) -> Result<String, ScenarioError> {
        match self.known(&name.value) {
            Some(Role::Business) => Ok(name.value.clone()),
            Some(Role::Person) => {
                let found = format!("{:?} is a person", name.value);
                let expected = format!("a business, {}", self.all(Role::Business));
                Err(self.misfit(&name.at, found, expected))
            }
            None => Err(self.unknown("business", name, self.all(Role::Business))),
        }
    }

    pub(super) fn is_person(&self, name: &Spot<String>) -> bool {
        self.known(&name.value) == Some(Role::Person)
    }

    /// A node that has a store.
    pub(super) fn node(&self, name: &Spot<String>) -> Result<String, ScenarioError> {
        self.node_or(name, std::iter::empty())
    }

    /// A node that has a store, or one of `others`, which only a message speaks of.
    pub(super) fn node_or(
        &self,
        name: &Spot<String>,
        others: impl Iterator<Item = String>,
    ) -> Result<String, ScenarioError> {
        let nodes = self.many.nodes();
        match self.known(&name.value).is_some() || nodes.contains(&name.value) {
            true => Ok(name.value.clone()),
            false => {
                let parties =
                    self.all(Role::Person).0.into_iter().chain(self.all(Role::Business).0);
                Err(self.unknown("node", name, parties.chain(nodes).chain(others).collect()))
            }
        }
    }

    /// A moment before the end.
    pub(super) fn moment(
        &self,
        key: &'static str,
        moment: &Spot<Moment>,
    ) -> Result<Micros, ScenarioError> {
        let (at, duration) = (moment.value.0, self.duration);
        match at <= duration {
            true => Ok(at),
            false => Err(self.fail(&moment.at, Problem::AfterTheEnd { key, at, duration })),
        }
    }

    pub(super) fn whole(
        &self,
        key: &'static str,
        number: &Spot<u64>,
        range: RangeInclusive<u64>,
    ) -> Result<u64, ScenarioError> {
        if range.contains(&number.value) {
            return Ok(number.value);
        }
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        Err(self.value(&number.at, key, number.value.to_string(), expected))
    }

    /// A text of one line, without blanks around it.
    pub(super) fn line(
        &self,
        key: &'static str,
        line: &Spot<String>,
        most: usize,
    ) -> Result<String, ScenarioError> {
        let text = line.value.as_str();
        let why = match text.chars().count() {
            0 => "empty".to_owned(),
            _ if text.trim() != text => format!("{text:?}, with blanks around it"),
            _ if text.chars().any(char::is_control) => "of several lines".to_owned(),
            length if length > most => format!("{length} characters long"),
            _ => return Ok(text.to_owned()),
        };
        let expected = format!("one line of 1 to {most} characters without blanks around it");
        Err(self.value(&line.at, key, why, expected))
    }

    /// A text that somebody writes.
    pub(super) fn text(
        &self,
        key: &'static str,
        text: &Spot<String>,
    ) -> Result<String, ScenarioError> {
        let why = match text.value.chars().count() {
            _ if text.value.trim().is_empty() => "empty".to_owned(),
            length if length > MAX_TEXT => format!("{length} characters long"),
            _ => return Ok(text.value.clone()),
        };
        let expected = format!("a text of 1 to {MAX_TEXT} characters");
        Err(self.value(&text.at, key, why, expected))
    }
}

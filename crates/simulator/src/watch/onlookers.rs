//! What is known of a crowd: which hosts are whose, and what its people write.

use std::{collections::BTreeSet, sync::Arc};

use vocab::PhoneNumber;

use super::{Entry, Host, Watch, tally::UnderWay};
use crate::{
    crowd::Crowd,
    kernel::HostId,
    scenario::{Hop3, Journal, Scenario},
};

/// A crowd, as the watch knows it.
#[derive(Debug)]
pub struct Onlookers {
    crowd: Arc<Crowd>,
    /// The host of the first of its people; the others follow.
    first: HostId,
    /// Hosts of businesses, in the order of the scenario.
    businesses: Vec<HostId>,
    /// Names of businesses whose chats say that they run their own end.
    owners: BTreeSet<String>,
    /// Whether messages are counted, and not noted one by one.
    pub(super) counts: bool,
}

impl Onlookers {
    /// What is known of the crowd of a scenario whose hosts are these.
    pub fn new(crowd: Arc<Crowd>, first: HostId, scenario: &Scenario, hosts: &[Host]) -> Self {
        let host = |name: &str| (0..).map(HostId).zip(hosts).find(|(_, host)| host.name == name);
        let businesses = scenario
            .businesses
            .iter()
            .map(|business| host(&business.name).map_or(HostId(u32::MAX), |(id, _)| id));
        let own = scenario.businesses.iter().filter(|one| one.hop3 == Hop3::OnPremises);
        Self {
            first,
            businesses: businesses.collect(),
            owners: own.map(|business| business.name.clone()).collect(),
            counts: scenario.scale.journal == Journal::Counts,
            crowd,
        }
    }

    /// Which person of the crowd has this host.
    fn person(&self, host: HostId) -> Option<u32> {
        host.0.checked_sub(self.first.0).filter(|person| *person < self.crowd.people())
    }

    /// The number of somebody of the crowd.
    pub(super) fn phone(&self, name: &str) -> Option<PhoneNumber> {
        self.crowd.phone(self.crowd.called(name)?).ok()
    }

    /// The name behind a number of the crowd.
    pub(super) fn called(&self, digits: &str) -> Option<String> {
        self.crowd.name(self.crowd.of_number(digits)?)
    }
}

impl Watch {
    /// The name behind a number.
    pub(crate) fn called(&self, digits: &str) -> Option<String> {
        let crowd = || self.crowd.as_ref()?.called(digits);
        self.names.get(digits).cloned().or_else(crowd)
    }

    /// Whether messages are counted, and not noted one by one.
    pub(crate) fn counts(&self) -> bool {
        self.crowd.as_ref().is_some_and(|crowd| crowd.counts)
    }

    /// The host behind a number.
    pub(super) fn host_of(&self, digits: &str) -> Option<HostId> {
        let crowd = self.crowd.as_ref()?;
        if let Some(person) = crowd.crowd.of_number(digits) {
            return Some(HostId(crowd.first.0.saturating_add(person)));
        }
        let name = self.names.get(digits)?;
        (0..).map(HostId).zip(&self.hosts).find(|(_, host)| host.name == *name).map(|(id, _)| id)
    }

    /// Somebody of the crowd wrote a message, with this command.
    pub(super) fn wrote(&mut self, host: HostId, number: u64, at_us: u64) {
        let Some(crowd) = &self.crowd else { return };
        let Some(person) = crowd.person(host) else { return };
        let Some((business, message)) = crowd.crowd.of_command(number) else { return };
        let Some(id) = crowd.crowd.id(person, message) else { return };
        let to = crowd.businesses.get(business as usize).copied();
        if crowd.counts {
            return self.tally.written(id, UnderWay { from: host, to, at_us });
        }
        let Some(written) = crowd.crowd.message(person, message) else { return };
        if self.journal.of_id(id).is_some() {
            return;
        }
        let to = to.map(|to| self.name(to).to_owned()).unwrap_or_default();
        let index = self.journal.add(Entry {
            label: None,
            from: self.name(host).to_owned(),
            to,
            text: written.text.clone(),
            id: Some(id),
            planned_us: None,
            written_us: Some(at_us),
            shown_us: Vec::new(),
            failed: false,
            dropped: false,
            by_service: false,
        });
        match &written.word {
            Some(word) => {
                self.mint.register_word(word, index as u64);
            }
            None => {
                self.mint.register_text(index as u64, &written.text);
            }
        }
    }

    /// A chat says who runs its other end: counted, where a chat for each of many people is.
    pub(super) fn counted_label(&mut self, person: &str, with: &str, says: &str) {
        let Some(crowd) = &self.crowd else { return };
        let truth = if crowd.owners.contains(with) {
            "encrypted to the owner of the number"
        } else {
            "encrypted to cloud_api"
        };
        if says == truth {
            self.labels_right = self.labels_right.saturating_add(1);
        } else {
            self.labels.insert((person.to_owned(), with.to_owned()), says.to_owned());
        }
    }
}

//! The telephone network: which device a short message to a number reaches.

use std::{collections::BTreeMap, fmt, sync::Arc};

use transport::{Alias, HashKey};
use vocab::NoiseKey;

use crate::crowd::Crowd;

/// Who has the telephone of a number. Numbers of a crowd are found by how their alias begins, so
/// that one of them costs sixteen bytes here.
#[derive(Default)]
pub struct Telephones {
    named: BTreeMap<Alias, NoiseKey>,
    crowd: Option<Subscribers>,
}

/// The people of populations.
struct Subscribers {
    crowd: Arc<Crowd>,
    names: HashKey,
    link: Box<dyn Fn(&str) -> NoiseKey + Send + Sync>,
    /// How each alias begins, and whose it is.
    places: Box<[(u64, u32)]>,
}

impl Telephones {
    /// The telephones of `named`, and of a crowd whose people have the links that `link` tells of
    /// their names.
    pub fn new(
        named: BTreeMap<Alias, NoiseKey>,
        crowd: Arc<Crowd>,
        names: HashKey,
        link: impl Fn(&str) -> NoiseKey + Send + Sync + 'static,
    ) -> Self {
        let everybody = 0..crowd.people();
        let phones = everybody.filter_map(|person| Some((crowd.phone(person).ok()?, person)));
        let mut places: Box<[(u64, u32)]> =
            phones.map(|(phone, person)| (beginning(&names.alias(&phone)), person)).collect();
        places.sort_unstable();
        Self { named, crowd: Some(Subscribers { crowd, names, link: Box::new(link), places }) }
    }

    /// The link of the device at which a number is.
    pub fn link(&self, account: &Alias) -> Option<NoiseKey> {
        let of_crowd = || self.crowd.as_ref()?.called(account).map(|(_, link)| link);
        self.named.get(account).copied().or_else(of_crowd)
    }

    /// The name and the link of the one of a crowd who has a number.
    pub fn of_crowd(&self, account: &Alias) -> Option<(String, NoiseKey)> {
        self.crowd.as_ref()?.called(account)
    }

    /// How many numbers there are.
    pub fn numbers(&self) -> usize {
        let crowd = self.crowd.as_ref().map_or(0, |crowd| crowd.places.len());
        self.named.len().saturating_add(crowd)
    }
}

impl Subscribers {
    fn called(&self, account: &Alias) -> Option<(String, NoiseKey)> {
        let wanted = beginning(account);
        let first = self.places.partition_point(|(known, _)| *known < wanted);
        let alike = self.places.get(first..)?.iter().take_while(|(known, _)| *known == wanted);
        let mut people = alike.map(|(_, person)| *person);
        let is = |person: &u32| {
            self.crowd.phone(*person).is_ok_and(|phone| self.names.alias(&phone) == *account)
        };
        let name = self.crowd.name(people.find(is)?)?;
        let link = (self.link)(&name);
        Some((name, link))
    }
}

fn beginning(account: &Alias) -> u64 {
    account.0.first_chunk().map_or(0, |start| u64::from_be_bytes(*start))
}

impl fmt::Debug for Telephones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Telephones({} numbers)", self.numbers())
    }
}

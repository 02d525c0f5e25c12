//! A store at the end of a run, read by somebody who has the disk and every key.

use std::{collections::BTreeMap, rc::Rc};

use cloud_api::vault::SealedVault;
use endpoint::{
    rows::{Keys, MeRow},
    vault::name_under,
};
use prost::Message as _;
use store::Key;
use vocab::{DataClass, PhoneNumber, UnixMicros};

use super::Ended;
use crate::{
    kernel::HostId,
    scenario::Hop3,
    world::cast::{CLOUD_API, hop3, on_premises},
};

/// All rows of one store.
pub(super) struct Disk {
    rows: BTreeMap<Key, Row>,
}

/// One row, opened where it is sealed and its keys are there.
pub(super) struct Row {
    pub(super) value: Vec<u8>,
    pub(super) class: DataClass,
    pub(super) expires: Option<UnixMicros>,
}

impl Disk {
    /// The store of the node called `name`; `None` if there is none.
    pub(super) fn of(ended: &Ended<'_>, name: &str) -> Option<Self> {
        let (host, _) = ended.world.kernel.hosts().find(|(_, one)| *one == name)?;
        Self::read(ended, host, name)
    }

    pub(super) fn read(ended: &Ended<'_>, host: HostId, name: &str) -> Option<Self> {
        let mut rows = BTreeMap::new();
        ended.world.kernel.store(host)?.visit(&mut |row| {
            let (class, expires) = (row.class, row.expires);
            rows.insert(row.key.clone(), Row { value: row.value.to_vec(), class, expires });
        });
        let mut disk = Self { rows };
        disk.open(&vaults(ended, name));
        Some(disk)
    }

    /// Opens what is sealed.
    fn open(&mut self, vaults: &[SealedVault]) {
        let row = |key: &Key| self.rows.get(key).map(|row| row.value.clone());
        let mut opened = Vec::new();
        for (key, sealed) in &self.rows {
            let content = sealed.class == DataClass::MessageContent;
            let plain = content
                .then(|| vaults.iter().find_map(|vault| vault.look(key, &sealed.value, &row)));
            opened.extend(plain.flatten().map(|plain| (key.clone(), plain)));
        }
        for (key, plain) in opened {
            if let Some(row) = self.rows.get_mut(&key) {
                row.value = plain;
            }
        }
    }

    pub(super) fn get(&self, key: &Key) -> Option<&[u8]> {
        self.rows.get(key).map(|row| row.value.as_slice())
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = (&Key, &Row)> {
        self.rows.iter()
    }

    /// Rows of these tables.
    pub(super) fn of_tables<'d>(
        &'d self,
        tables: &'d [Key],
    ) -> impl Iterator<Item = (&'d Key, &'d Row)> {
        self.rows().filter(|(key, _)| tables.iter().any(|table| key.starts_with(table)))
    }
}

/// What opens the content of a node: one vault for each business, at a node of hop 3.
fn vaults(ended: &Ended<'_>, node: &str) -> Vec<SealedVault> {
    let keys = ended.world.root_keys.get(node).zip(ended.world.name_keys.get(node));
    let Some((root_key, name_key)) = keys else { return Vec::new() };
    let here = |one: &&crate::scenario::Business| match one.hop3 {
        Hop3::CloudApi => node == CLOUD_API,
        Hop3::OnPremises => node == on_premises(&one.name),
    };
    let businesses = ended.scenario.businesses.iter().filter(here);
    businesses.map(|one| SealedVault::new(one.id.to_string(), *root_key, *name_key)).collect()
}

/// One account as its end keeps it.
pub(super) struct End {
    pub(super) disk: Rc<Disk>,
    pub(super) keys: Keys,
    /// Under which this end names others.
    name_key: [u8; 32],
    pub(super) me: Option<MeRow>,
}

impl End {
    /// What this end calls `phone` in keys.
    pub(super) fn name(&self, phone: &PhoneNumber) -> [u8; 16] {
        name_under(&self.name_key, phone)
    }
}

/// The ends of people and businesses; a store that several share is read once.
pub(super) struct Ends<'e, 'r> {
    ended: &'e Ended<'r>,
    shared: BTreeMap<String, Rc<Disk>>,
}

impl<'e, 'r> Ends<'e, 'r> {
    pub(super) const fn new(ended: &'e Ended<'r>) -> Self {
        Self { ended, shared: BTreeMap::new() }
    }

    /// The end of a person or a business.
    pub(super) fn of(&mut self, who: &str) -> Option<End> {
        let ended = self.ended;
        let is_person = ended.scenario.person(who).is_some();
        let node = if is_person { who.to_owned() } else { hop3(ended.scenario, who) };
        let name_key = *ended.world.name_keys.get(&node)?;
        let disk = match self.shared.get(&node) {
            Some(disk) => Rc::clone(disk),
            None => Rc::new(Disk::of(ended, &node)?),
        };
        if !is_person {
            self.shared.insert(node, Rc::clone(&disk));
        }
        let phone = ended.watch.phone(who)?;
        let keys = Keys { name: name_under(&name_key, &phone) };
        let me = disk.get(&keys.me()).and_then(|bytes| MeRow::decode(bytes).ok());
        Some(End { disk, keys, name_key, me })
    }
}

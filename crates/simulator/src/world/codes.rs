//! Whom the two ends of a chat take each other for: the identities that lie in their stores.
//!
//! Codes are compared out of band: nothing of it passes any node, and nobody on the way can change
//! what two people read to each other.

use std::collections::BTreeMap;

use endpoint::{
    rows::{Keys, MeRow},
    vault::name_under,
};
use keys::IdentityKey;
use prost::Message as _;
use signal::{IdentityKeyPair, Party, SafetyNumber};
use store::Key;
use vocab::PhoneNumber;

use super::{World, cast};
use crate::{
    kernel::HostId,
    scenario::Scenario,
    watch::{Compared, time},
};

/// Rows of one store, by key.
pub(crate) type Rows = BTreeMap<Key, Vec<u8>>;

/// One end of a chat.
struct End<'r> {
    rows: &'r Rows,
    name_key: &'r [u8; 32],
    phone: PhoneNumber,
}

impl End<'_> {
    fn keys(&self) -> Keys {
        Keys { name: name_under(self.name_key, &self.phone) }
    }

    /// Its own identity.
    fn own(&self) -> Option<IdentityKey> {
        let row = MeRow::decode(self.rows.get(&self.keys().me())?.as_slice()).ok()?;
        Some(IdentityKeyPair::from_bytes(&row.identity).ok()?.public())
    }

    /// The identity that it takes for that of `peer`.
    fn other(&self, peer: &PhoneNumber) -> Option<IdentityKey> {
        let key = self.keys().pin(&name_under(self.name_key, peer));
        IdentityKey::decode(self.rows.get(&key)?).ok()
    }

    /// The digits that it shows for its chat with `peer`.
    fn code(&self, peer: &PhoneNumber) -> Option<String> {
        let (own, other) = ([self.own()?], [self.other(peer)?]);
        let (us, them) = (format!("+{}", self.phone.digits()), format!("+{}", peer.digits()));
        let (us, them) = (Party::new(us.as_bytes(), &own), Party::new(them.as_bytes(), &other));
        Some(SafetyNumber::new(&us, &them).digits())
    }
}

impl World {
    /// The rows of a host that say who it is and whom it knows.
    pub(crate) fn identity_rows(&self, host: HostId) -> Rows {
        let (me, pin) = (Key::table("me"), Key::table("pin"));
        let mut rows = Rows::new();
        if let Some(store) = self.kernel.store(host) {
            store.visit(&mut |row| {
                if row.key.starts_with(&me) || row.key.starts_with(&pin) {
                    rows.insert(row.key.clone(), row.value.to_vec());
                }
            });
        }
        rows
    }

    fn phone(&self, name: &str) -> Option<PhoneNumber> {
        self.shared.with(|watch| watch.phone(name))
    }

    /// The host at which a business's messages are decrypted.
    pub(crate) fn end_of(&self, scenario: &Scenario, business: &str) -> HostId {
        let node = self.clouds.get(&cast::hop3(scenario, business)).copied();
        self.own.get(business).copied().or(node).unwrap_or(self.cloud).id()
    }

    fn end<'r>(&'r self, node: &str, rows: &'r Rows, phone: PhoneNumber) -> Option<End<'r>> {
        Some(End { rows, name_key: self.name_keys.get(node)?, phone })
    }

    /// A person and a business compare their codes.
    pub(super) fn compare_codes(&self, scenario: &Scenario, (who, with): (&str, &str), at_us: u64) {
        let codes = self.codes(scenario, who, with);
        let (person, business) = (who.to_owned(), with.to_owned());
        let compared = Compared { person, business, at_us, codes };
        self.shared.with(|watch| watch.dishonest.compared.push(compared));
    }

    fn codes(&self, scenario: &Scenario, who: &str, with: &str) -> Option<(String, String)> {
        let (ours, theirs) = (self.phone(who)?, self.phone(with)?);
        let device = self.identity_rows(self.people.get(who)?.id());
        let desk = self.identity_rows(self.end_of(scenario, with));
        let device = self.end(who, &device, ours.clone())?;
        let desk = self.end(&cast::hop3(scenario, with), &desk, theirs.clone())?;
        Some((device.code(&theirs)?, desk.code(&ours)?))
    }

    /// Whether the identity that a person's device takes for a business's is another than that of
    /// the business's end: somebody is in between. `None` if one of them is not known. `desk` has
    /// the rows of the business's end.
    pub(crate) fn is_in_between(
        &self,
        who: &str,
        (ours, theirs): (&PhoneNumber, &PhoneNumber),
        (node, desk): (&str, &Rows),
    ) -> Option<bool> {
        let device = self.identity_rows(self.people.get(who)?.id());
        let believed = self.end(who, &device, ours.clone())?.other(theirs)?;
        let real = self.end(node, desk, theirs.clone())?.own()?;
        Some(believed != real)
    }
}

impl Compared {
    /// What was found, with the first of the twelve blocks of digits that differ.
    pub(crate) fn said(&self) -> String {
        let Self { person, business, at_us, codes } = self;
        let at = time(*at_us);
        let Some((ours, theirs)) = codes else {
            return format!("{person} and {business} do not know each other at {at}");
        };
        let both = (1..).zip(blocks(ours).into_iter().zip(blocks(theirs)));
        both.into_iter().find(|(_, (one, other))| one != other).map_or_else(
            || format!("{person} and {business} have the same code at {at}"),
            |(number, (one, other))| {
                format!(
                    "block {number} of the code is {one} for {person} and {other} for {business} \
                     at {at}"
                )
            },
        )
    }
}

/// The digits in the blocks in which they are read out.
fn blocks(digits: &str) -> Vec<String> {
    let digits: Vec<char> = digits.chars().collect();
    digits.chunks(5).map(|block| block.iter().collect()).collect()
}

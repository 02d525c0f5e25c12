//! Somebody whose account was deleted, and the bytes that they are known by: digits of the number,
//! its keyed names, ids and texts of messages.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use store::Key;
use vocab::{Micros, PhoneNumber, UnixMicros, limits};

use super::super::{Ended, disk::Row};
use crate::watch::{Entry, Left};

/// Hashes at hop 3 that outlive an account: up to where a mailbox speaks of whoever is gone. What
/// suppresses at the transport is under another hash than all other rows, and no sign of anybody.
const GONE: &str = "gone";

/// That a link asked about a number: what came after the person had left limits who asks about
/// numbers, whether anybody has them or not, and is nothing of the person's.
const ASKED: &str = "met";

/// Requests of a business, by which hop 3 knows one that comes again, with the id that it answered:
/// a random number that leads to nobody when no other row has it.
const REQUESTS: &str = "req";

/// Shorter texts may be part of anything.
const MIN_TEXT_BYTES: usize = 12;

/// Bytes that tell of a person.
enum Sign {
    Number,
    /// A keyed hash of the number, and whose the key is.
    Name(String),
    Message,
    Text,
}

/// Whose account was deleted.
pub(super) struct Person<'p> {
    pub(super) name: &'p str,
    pub(super) left: Left,
    signs: Vec<Sign>,
    /// Finds each sign, by its place among them.
    finder: AhoCorasick,
}

/// What a row is, to somebody who looks for a person.
pub(super) enum Verdict {
    Nothing,
    /// A hash or a request's answer, which may stay for its time.
    Hash,
    /// A message that waits for somebody else, for its time.
    OnItsWay,
    /// What must be gone, and is not.
    Kept(String),
}

impl<'p> Person<'p> {
    /// `None` if there is nobody of that name, or too much to look for.
    pub(super) fn of(ended: &Ended<'_>, name: &'p str, left: Left) -> Option<Self> {
        let is_back = left.back_us.is_some();
        let entries = ended.watch.journal.entries().iter();
        let (mine, others): (Vec<&Entry>, Vec<&Entry>) = entries.partition(|entry| {
            let of_both = entry.from == name || entry.to == name;
            of_both && (!is_back || was_over(entry, left.at_us))
        });
        let mut known = Vec::new();
        // Whoever is back has the number again; what was before is gone all the same.
        if !is_back {
            known = numbers(ended, name, &ended.watch.phone(name)?);
        }
        let ids = mine.iter().filter_map(|entry| entry.id);
        known.extend(ids.map(|id| (Sign::Message, id.0.to_vec())));
        let texts = own_texts(&mine, &others)?.into_iter();
        known.extend(texts.map(|text| (Sign::Text, text.as_bytes().to_vec())));
        let (signs, bytes): (Vec<_>, Vec<_>) = known.into_iter().unzip();
        Some(Self { name, left, signs, finder: AhoCorasick::new(bytes).ok()? })
    }

    /// By how much the person is known.
    pub(super) const fn signs(&self) -> usize {
        self.signs.len()
    }

    /// Judges a row that has not expired. `is_rough` says whether something went wrong, so that
    /// messages may still be on their way.
    pub(super) fn judge(
        &self,
        (key, row): (&Key, &Row),
        start: UnixMicros,
        is_rough: bool,
    ) -> Verdict {
        let expires = row.expires;
        let is_in = |table: &str| key.starts_with(&Key::table(table));
        let is_hash = expires.is_some() && is_in(GONE)
            || expires.is_some_and(|expires| is_in(ASKED) && self.came_later(expires, start));
        let is_request = expires.is_some() && is_in(REQUESTS);
        let may_wait = is_rough && expires.is_some() && on_their_way().any(is_in);
        let mut verdict = Verdict::Nothing;
        let in_key = self.found(key.as_bytes()).map(|sign| (sign, true));
        for (sign, in_key) in in_key.chain(self.found(&row.value).map(|sign| (sign, false))) {
            verdict = match sign {
                Sign::Name(_) if is_hash && in_key => Verdict::Hash,
                Sign::Message if is_request => Verdict::Hash,
                Sign::Number | Sign::Message | Sign::Text if may_wait => Verdict::OnItsWay,
                Sign::Number | Sign::Name(_) | Sign::Message | Sign::Text => {
                    return Verdict::Kept(sign.shown());
                }
            };
        }
        verdict
    }

    fn found<'b>(&'b self, bytes: &'b [u8]) -> impl Iterator<Item = &'b Sign> {
        let found = self.finder.find_overlapping_iter(bytes);
        found.filter_map(|found| self.signs.get(found.pattern().as_usize()))
    }

    /// Whether a row that is kept so long was written when the person had left.
    fn came_later(&self, expires: UnixMicros, start: UnixMicros) -> bool {
        expires > start.after(Micros(self.left.at_us)).after(limits::MET_AGE)
    }
}

impl Sign {
    fn shown(&self) -> String {
        match self {
            Self::Number => "the number".to_owned(),
            Self::Name(whose) => format!("the name under the key of {whose}"),
            Self::Message => "the id of a message".to_owned(),
            Self::Text => "what a message says".to_owned(),
        }
    }
}

/// Tables of messages on their way, at the transport and at hop 3.
fn on_their_way() -> impl Iterator<Item = &'static str> {
    let ends = endpoint::rows::ON_THEIR_WAY.into_iter().chain(cloud_api::rows::ON_THEIR_WAY);
    transport::ON_THEIR_WAY.into_iter().chain(ends)
}

/// The number, and what every node calls it in its rows.
fn numbers(ended: &Ended<'_>, name: &str, phone: &PhoneNumber) -> Vec<(Sign, Vec<u8>)> {
    let mut known = vec![(Sign::Number, phone.digits().as_bytes().to_vec())];
    let aliases = ended.watch.guard.owners.iter().filter(|(_, owner)| owner.name == name);
    known.extend(
        aliases.map(|(alias, _)| (Sign::Name("the transport".to_owned()), alias.0.to_vec())),
    );
    known.extend(ended.world.name_keys.iter().map(|(node, key)| {
        (Sign::Name(node.clone()), endpoint::vault::name_under(key, phone).to_vec())
    }));
    known
}

/// Whether it was known what became of a message before that time.
fn was_over(entry: &Entry, at_us: u64) -> bool {
    entry.shown_us.iter().any(|shown| *shown < at_us)
}

/// Texts among `mine` that say something, and that nobody else wrote.
fn own_texts<'e>(mine: &[&'e Entry], others: &[&Entry]) -> Option<BTreeSet<&'e str>> {
    let texts = mine.iter().map(|entry| entry.text.as_str());
    let texts: BTreeSet<&str> = texts.filter(|text| text.len() >= MIN_TEXT_BYTES).collect();
    let all: Vec<&str> = texts.iter().copied().collect();
    let finder = AhoCorasick::new(&all).ok()?;
    let elsewhere: BTreeSet<usize> = others
        .iter()
        .flat_map(|other| finder.find_overlapping_iter(&other.text))
        .map(|found| found.pattern().as_usize())
        .collect();
    let own = all.into_iter().enumerate().filter(|(place, _)| !elsewhere.contains(place));
    Some(own.map(|(_, text)| text).collect())
}

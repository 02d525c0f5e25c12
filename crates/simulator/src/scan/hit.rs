//! What a scan found: which marker, where, and in what disguise.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::marker::MarkerClass;

/// Where bytes were seen: a node and one of its streams, such as `transport/log`.
///
/// Bytes of one place are one stream: the end of a record and the start of the next are adjacent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(String);

impl Place {
    /// A place, named as reports will print it.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One way of writing bytes that the scanner undoes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// Two hexadecimal digits a byte, in either case.
    Hex,
    /// Base64 in the standard or the URL alphabet, padded or not, wrapped or not.
    Base64,
    /// Bytes as decimal numbers with commas between, as a debug log prints them.
    Decimal,
    /// UTF-16, either byte order.
    Utf16,
    /// `%62`, everywhere or here and there.
    Percent,
    /// `\u0062` and the other escapes of a JSON string, everywhere or here and there.
    Json,
    /// A gzip member.
    Gzip,
}

impl Encoding {
    /// A name for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Decimal => "decimal",
            Self::Utf16 => "utf16",
            Self::Percent => "percent",
            Self::Json => "json",
            Self::Gzip => "gzip",
        }
    }
}

/// How a marker was written: the outermost encoding first, none for plain bytes.
///
/// Prints as `raw`, `gzip`, or `base64(gzip)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disguise(pub Vec<Encoding>);

impl fmt::Display for Disguise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((outermost, inner)) = self.0.split_first() else { return f.write_str("raw") };
        f.write_str(outermost.name())?;
        inner.iter().try_for_each(|encoding| write!(f, "({}", encoding.name()))?;
        inner.iter().try_for_each(|_| f.write_str(")"))
    }
}

/// Everything known about one marker that an actor saw. Of the record that first
/// showed it, the plainest sighting is told in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where it was first seen.
    pub place: Place,
    /// How it was written there.
    pub disguise: Disguise,
    /// Bytes of that stream before it; for an encoded one, before the run of encoded bytes that
    /// holds it.
    pub offset: u64,
    /// When it was first seen, on the clock that the caller gave.
    pub first_seen: u64,
    /// Only the beginning of the word was there.
    pub cut: bool,
    /// Records in which it was seen, or in which a sighting that began earlier ended.
    pub count: u64,
    /// The same by place: where this piece of data lies or passed.
    pub places: BTreeMap<Place, u64>,
}

/// One sighting, before it is filed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sighting<'a> {
    pub(super) place: &'a Place,
    pub(super) path: &'a [Encoding],
    pub(super) offset: u64,
    pub(super) at: u64,
    pub(super) cut: bool,
}

/// The files of one scanner.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) hits: BTreeMap<(MarkerClass, u64), Hit>,
    pub(super) unregistered: BTreeMap<(MarkerClass, String), Hit>,
    pub(super) unregistered_unlisted: u64,
    /// What the record now scanned has shown, and whether it was the first to.
    shown: BTreeMap<(MarkerClass, u64), bool>,
    shown_unregistered: BTreeSet<(MarkerClass, String)>,
}

impl Findings {
    /// A new record begins.
    pub(super) fn next_record(&mut self) {
        self.shown.clear();
        self.shown_unregistered.clear();
    }

    pub(super) fn file(&mut self, class: MarkerClass, id: u64, sighting: &Sighting<'_>) {
        let key = (class, id);
        let hit = self.hits.entry(key).or_insert_with(|| sighting.first());
        match self.shown.get(&key) {
            None => {
                self.shown.insert(key, hit.count == 0);
                hit.again(sighting);
            }
            // Escapes are undone with the text around them, which is so seen in several ways.
            Some(true) if sighting.is_plainer_than(hit) => hit.retell(sighting),
            Some(true | false) => {}
        }
    }

    pub(super) fn file_unregistered(
        &mut self,
        class: MarkerClass,
        body: &[u8],
        sighting: &Sighting<'_>,
    ) {
        let key = (class, format!("{}{}", class.tag(), String::from_utf8_lossy(body)));
        if !self.shown_unregistered.insert(key.clone()) {
            return;
        }
        if self.unregistered.len() >= MAX_UNREGISTERED && !self.unregistered.contains_key(&key) {
            self.unregistered_unlisted = self.unregistered_unlisted.saturating_add(1);
            return;
        }
        self.unregistered.entry(key).or_insert_with(|| sighting.first()).again(sighting);
    }
}

impl Sighting<'_> {
    fn first(&self) -> Hit {
        Hit {
            place: self.place.clone(),
            disguise: Disguise(self.path.to_vec()),
            offset: self.offset,
            first_seen: self.at,
            cut: self.cut,
            count: 0,
            places: BTreeMap::new(),
        }
    }

    /// A whole word rather than a part of one, and fewer encodings rather than more.
    fn is_plainer_than(&self, hit: &Hit) -> bool {
        (self.cut, self.path.len()) < (hit.cut, hit.disguise.0.len())
    }
}

impl Hit {
    fn again(&mut self, sighting: &Sighting<'_>) {
        self.count = self.count.saturating_add(1);
        if let Some(count) = self.places.get_mut(sighting.place) {
            *count = count.saturating_add(1);
        } else {
            self.places.insert(sighting.place.clone(), 1);
        }
    }

    fn retell(&mut self, sighting: &Sighting<'_>) {
        let Hit { disguise, offset, cut, .. } = sighting.first();
        (self.disguise, self.offset, self.cut) = (disguise, offset, cut);
    }
}

/// Unknown words are listed up to this many, then only counted: whoever writes them is not ours.
pub const MAX_UNREGISTERED: usize = 1_024;

//! The mint: makes the markers of a run, and knows which piece of data each one stands for.

use std::{
    collections::BTreeMap,
    fmt,
    ops::Bound::{Excluded, Included, Unbounded},
};

use aho_corasick::{AhoCorasick, BuildError};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use vocab::marker::reference;

use super::{
    marker::{MIN_BODY_CHARS, Marker, MarkerClass, PHONE_BODY_DIGITS, TAG_CHARS},
    windows::Windows,
};

/// Makes and resolves the markers of one run. One mint serves the scanners of all actors.
///
/// New markers cost no rebuilding: the automaton knows only the tags, and what follows a tag is
/// looked up here.
pub struct Mint {
    run_key: [u8; 32],
    pub(super) tags: AhoCorasick,
    /// What follows the tag, and whose it is.
    bodies: BTreeMap<MarkerClass, BTreeMap<Vec<u8>, u64>>,
    phones: BTreeMap<u64, String>,
    pub(super) listed: Listed,
    pub(super) windows: Windows,
    texts: u64,
    texts_not_scanned: u64,
}

impl Mint {
    /// A mint that has made nothing; the same key makes the same markers again.
    pub fn new(run_key: [u8; 32]) -> Self {
        Self {
            run_key,
            tags: tag_automaton(),
            bodies: BTreeMap::new(),
            phones: BTreeMap::new(),
            listed: Listed::default(),
            windows: Windows::default(),
            texts: 0,
            texts_not_scanned: 0,
        }
    }

    /// The marker word for one piece of data, registered: 30 lower-case letters and digits, or the
    /// 15 digits of [`Mint::phone`] for a [`MarkerClass::ConsumerPhone`].
    pub fn word(&mut self, class: MarkerClass, id: u64) -> String {
        if class == MarkerClass::ConsumerPhone {
            return self.phone(id);
        }
        let unique = self.draw(class, id).first_chunk().copied().unwrap_or_default();
        let word = reference(class.data_class(), unique);
        self.register_word(&word, id);
        word
    }

    /// Registers a word that a hop made ([`vocab::marker::reference`]), under the id that a find
    /// will report. None if it is no marker word. A word that is known keeps its first id.
    pub fn register_word(&mut self, word: &str, id: u64) -> Option<Marker> {
        let (class, body) = split(word)?;
        let whole = body.len() == class.body_chars() && body.iter().all(|b| class.in_body(*b));
        if !whole {
            return None;
        }
        let id = *self.bodies.entry(class).or_default().entry(body.to_vec()).or_insert(id);
        Some(Marker { class, id })
    }

    /// The phone number drawn for `id`, registered: 15 digits, E.164 without its plus sign.
    ///
    /// Different ids get different numbers, up to the ten million that there are.
    pub fn phone(&mut self, id: u64) -> String {
        if let Some(known) = self.phones.get(&id) {
            return known.clone();
        }
        let class = MarkerClass::ConsumerPhone;
        let [a, b, c, d, e, f, g, h, ..] = self.draw(class, id);
        let drawn = u64::from_be_bytes([a, b, c, d, e, f, g, h]) % PHONE_SPACE;
        let taken = self.bodies.entry(class).or_default();
        // Two ids that draw the same number: the later one takes the next that is free.
        let body = (0..PHONE_SPACE)
            .map(|step| (drawn.wrapping_add(step)) % PHONE_SPACE)
            .map(|number| format!("{number:0width$}", width = PHONE_BODY_DIGITS).into_bytes())
            .find(|body| !taken.contains_key(body))
            .unwrap_or_default();
        let digits = format!("{}{}", class.tag(), String::from_utf8_lossy(&body));
        taken.insert(body, id);
        self.phones.insert(id, digits.clone());
        digits
    }

    /// Registers a number that the run did not draw: digits only, no plus sign, under the id that
    /// a find will report. Rebuilds an automaton, so it is for the few that a scenario names.
    ///
    /// # Errors
    ///
    /// [`PhoneError::NotANumber`] unless it is 8 to 15 digits: a shorter one would be found in
    /// timestamps and sizes.
    pub fn register_phone(&mut self, digits: &str, id: u64) -> Result<(), PhoneError> {
        let length = digits.len();
        if !digits.bytes().all(|digit| digit.is_ascii_digit()) || !PHONE_DIGITS.contains(&length) {
            return Err(PhoneError::NotANumber { length });
        }
        self.listed.register(digits, id)
    }

    /// Registers a text that is not ours, by its 16-byte windows; a find reports
    /// [`MarkerClass::MessageContent`] with this id.
    ///
    /// Any 31 bytes of it in a row are found. A window of fewer than six different bytes is not
    /// used, and one that several texts share reports the first. False for a text that has no
    /// window: it is counted in [`Mint::not_scanned_texts`].
    pub fn register_text(&mut self, id: u64, text: &str) -> bool {
        self.texts = self.texts.saturating_add(1);
        let usable = self.windows.register(id, text);
        if !usable {
            self.texts_not_scanned = self.texts_not_scanned.saturating_add(1);
        }
        usable
    }

    /// Texts that were registered but are too short, or too uniform, to be recognised.
    pub const fn not_scanned_texts(&self) -> u64 {
        self.texts_not_scanned
    }

    /// How many markers of a class a scan can find: words, numbers, and texts with a window.
    pub fn registered(&self, class: MarkerClass) -> u64 {
        let words = self.bodies.get(&class).map_or(0, BTreeMap::len) as u64;
        let others = match class {
            MarkerClass::MessageContent => self.texts.saturating_sub(self.texts_not_scanned),
            MarkerClass::ConsumerPhone => self.listed.ids.len() as u64,
            MarkerClass::BusinessRecord
            | MarkerClass::BillingRow
            | MarkerClass::StatisticsExport
            | MarkerClass::IntegrityRecord => 0,
        };
        words.saturating_add(others)
    }

    /// The marker that a word stands for; a word may be cut short after [`MIN_BODY_CHARS`]
    /// characters behind its tag, if what is left fits one marker only.
    pub fn resolve(&self, word: &str) -> Option<Marker> {
        let (class, body) = split(word)?;
        let id = match self.resolve_body(class, body) {
            Resolved::Whole(id) | Resolved::Cut(id) => id,
            Resolved::Unknown => return None,
        };
        Some(Marker { class, id })
    }

    pub(super) fn resolve_body(&self, class: MarkerClass, body: &[u8]) -> Resolved {
        let Some(known) = self.bodies.get(&class) else { return Resolved::Unknown };
        if let Some(id) = known.get(body) {
            return Resolved::Whole(*id);
        }
        if class == MarkerClass::ConsumerPhone {
            return Resolved::Unknown; // A different number is a different person.
        }
        // Of all words, a neighbour in sorted order shares the longest beginning with this one.
        let before = known.range::<[u8], _>((Unbounded, Excluded(body))).next_back();
        let after = known.range::<[u8], _>((Excluded(body), Unbounded)).next();
        let neighbours = before.into_iter().chain(after);
        let shared = neighbours.map(|(word, _)| common_prefix(word, body)).max().unwrap_or(0);
        let prefix = body.get(..shared).unwrap_or_default();
        let mut fitting = known
            .range::<[u8], _>((Included(prefix), Unbounded))
            .take_while(|(word, _)| word.starts_with(prefix));
        match (fitting.next(), fitting.next()) {
            (Some((_, id)), None) if shared >= MIN_BODY_CHARS => Resolved::Cut(*id),
            _ => Resolved::Unknown,
        }
    }

    /// HMAC-SHA256 under the run key of (class, id).
    fn draw(&self, class: MarkerClass, id: u64) -> [u8; 32] {
        // Zero-padding to the block size is step (1) of RFC 2104 §2; it leaves no error case.
        let mut block = [0; 64];
        let (head, _zero_padding) = block.split_at_mut(self.run_key.len());
        head.copy_from_slice(&self.run_key);
        let mut mac = Hmac::<Sha256>::new((&block).into());
        mac.update(class.tag().as_bytes());
        mac.update(&id.to_be_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Mint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever has the run key can forge markers, so it never prints.
        f.debug_struct("Mint").field("texts", &self.texts).finish_non_exhaustive()
    }
}

/// What a tag and the characters behind it stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolved {
    /// A whole word.
    Whole(u64),
    /// The beginning of a word, and of no other.
    Cut(u64),
    /// No word of this run, or not enough of one to tell which.
    Unknown,
}

/// Phone numbers that were not drawn and so have no tag: each is a pattern of its own.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) automaton: Option<AhoCorasick>,
    digits: Vec<String>,
    pub(super) ids: Vec<u64>,
}

impl Listed {
    fn register(&mut self, digits: &str, id: u64) -> Result<(), PhoneError> {
        if self.digits.iter().any(|known| known == digits) {
            return Ok(());
        }
        let all = self.digits.iter().map(String::as_str).chain([digits]);
        self.automaton = Some(AhoCorasick::new(all)?);
        self.digits.push(digits.to_owned());
        self.ids.push(id);
        Ok(())
    }
}

/// Why a phone number was not registered.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// The scenario's mistake.
    #[error("{length} characters are no phone number; expected 8 to 15 digits and nothing else")]
    NotANumber {
        /// Length of what was given, in bytes.
        length: usize,
    },
    /// More numbers than an automaton can hold.
    #[error("too many phone numbers: {0}")]
    TooMany(#[from] BuildError),
}

#[expect(
    clippy::expect_used,
    reason = "six constant patterns; every test of the scanner builds them"
)]
fn tag_automaton() -> AhoCorasick {
    AhoCorasick::new(MarkerClass::ALL.map(MarkerClass::tag)).expect("constant patterns build")
}

/// A marker's class, by its tag, and what follows the tag.
fn split(word: &str) -> Option<(MarkerClass, &[u8])> {
    let (tag, body) = word.as_bytes().split_at_checked(TAG_CHARS)?;
    let class = MarkerClass::ALL.into_iter().find(|class| class.tag().as_bytes() == tag)?;
    Some((class, body))
}

fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

const PHONE_SPACE: u64 = 10_u64.pow(PHONE_BODY_DIGITS as u32);
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 8..=LONGEST_PHONE;
/// The most digits that E.164 allows.
pub(super) const LONGEST_PHONE: usize = 15;

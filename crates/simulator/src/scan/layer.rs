//! One layer: bytes as they are, searched for markers and for encodings to undo.
//!
//! What an encoding hides is fed to a layer of its own, so encodings inside encodings need no code
//! of their own, only a limit on how deep it goes.

use super::{
    escapes::Escapes, gzip::Gzip, hit::Encoding, marker::MarkerClass, marker::TAG_CHARS,
    mint::LONGEST_PHONE, pass::Pass, runs::Runs, windows::WINDOW_BYTES,
};

/// One stream of bytes, at the top or inside an encoding.
#[derive(Debug)]
pub(super) struct Layer {
    /// The last [`HISTORY_BYTES`] seen, and while a block is scanned the block behind them.
    bytes: Vec<u8>,
    /// Offset of the first of `bytes` in this layer's stream.
    start: u64,
    /// Index of the first of `bytes` at which a tag may start that has not been judged.
    tags_from: usize,
    /// Offsets of tags that were filed before all that follows them was seen.
    judged_early: Vec<u64>,
    runs: [Runs; 4],
    escapes: [Escapes; 2],
    gzip: Gzip,
}

/// What a layer shows its decoders: the new bytes, and some of those before.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub(super) bytes: &'a [u8],
    /// Index of the first new byte.
    pub(super) fresh: usize,
    /// Offset of the first of `bytes` in the layer's stream.
    pub(super) start: u64,
}

impl Default for Layer {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            start: 0,
            tags_from: 0,
            judged_early: Vec::new(),
            runs: [Runs::hex(), Runs::base64(), Runs::decimal(), Runs::utf16()],
            escapes: [Escapes::percent(), Escapes::json()],
            gzip: Gzip::default(),
        }
    }
}

impl Layer {
    /// Scans the next bytes of the stream.
    pub(super) fn feed(&mut self, bytes: &[u8], pass: &mut Pass<'_>) {
        for block in bytes.chunks(BLOCK_BYTES) {
            let fresh = self.bytes.len();
            self.bytes.extend_from_slice(block);
            pass.tally.matched = pass.tally.matched.saturating_add(block.len() as u64);
            self.find_tags(Follows::More, pass);
            self.find_listed(fresh, pass);
            self.find_windows(fresh, pass);
            self.decode(fresh, pass);
            self.forget();
        }
    }

    /// The stream is over: judges what was waiting for more, and forgets everything.
    pub(super) fn end(&mut self, pass: &mut Pass<'_>) {
        self.find_tags(Follows::Nothing, pass);
        self.runs.iter_mut().for_each(|runs| runs.end(pass));
        self.escapes.iter_mut().for_each(|escapes| escapes.end(pass));
        self.gzip.end(pass);
        self.bytes.clear();
        self.judged_early.clear();
        (self.start, self.tags_from) = (0, 0);
    }

    /// Gives memory back that only a large record needed.
    pub(super) fn shrink(&mut self) {
        if self.bytes.capacity() > IDLE_BYTES {
            self.bytes.shrink_to(HISTORY_BYTES);
        }
    }

    fn find_tags(&mut self, follows: Follows, pass: &mut Pass<'_>) {
        let mint = pass.mint;
        let unsearched = self.bytes.get(self.tags_from..).unwrap_or_default();
        let mut waiting = None;
        for tag in mint.tags.find_iter(unsearched) {
            let Some(class) = MarkerClass::ALL.get(tag.pattern().as_usize()).copied() else {
                continue;
            };
            let behind = unsearched.get(tag.end()..).unwrap_or_default();
            let wanted = class.body_chars();
            let fits = behind.iter().take(wanted).take_while(|byte| class.in_body(**byte)).count();
            let body = behind.get(..fits).unwrap_or_default();
            let index = self.tags_from.saturating_add(tag.start());
            let offset = self.start.saturating_add(index as u64);
            let known = self.judged_early.contains(&offset);
            let done = fits == wanted || fits < behind.len() || follows == Follows::Nothing;
            if !done {
                // More of the word may follow. What is there may be all that ever comes, though.
                waiting.get_or_insert(index);
            }
            if !done && pass.echo {
                continue; // The rest of it will be no echo.
            }
            if !known && pass.judge(class, body, offset) {
                self.judged_early.push(offset);
            } else if !known && done && (class != MarkerClass::ConsumerPhone || fits == wanted) {
                pass.found_unregistered(class, body, offset);
                self.judged_early.push(offset);
            }
        }
        let partial_tag = self.bytes.len().saturating_sub(TAG_CHARS.saturating_sub(1));
        self.tags_from = waiting.unwrap_or(partial_tag.max(self.tags_from));
        let settled = self.start.saturating_add(self.tags_from as u64);
        self.judged_early.retain(|offset| *offset >= settled);
    }

    fn find_listed(&self, fresh: usize, pass: &mut Pass<'_>) {
        let mint = pass.mint;
        let Some(automaton) = &mint.listed.automaton else { return };
        let from = fresh.saturating_sub(LONGEST_PHONE.saturating_sub(1));
        let unsearched = self.bytes.get(from..).unwrap_or_default();
        for phone in automaton.find_overlapping_iter(unsearched) {
            let offset = self.start.saturating_add(from.saturating_add(phone.start()) as u64);
            let is_new = from.saturating_add(phone.end()) > fresh;
            if let Some(id) = mint.listed.ids.get(phone.pattern().as_usize())
                && is_new
            {
                pass.found(MarkerClass::ConsumerPhone, *id, offset, false);
            }
        }
    }

    fn find_windows(&self, fresh: usize, pass: &mut Pass<'_>) {
        let mint = pass.mint;
        let from = fresh.saturating_sub(WINDOW_BYTES.saturating_sub(1));
        mint.windows.find(self.bytes.get(from..).unwrap_or_default(), |index, window| {
            let offset = self.start.saturating_add(from.saturating_add(index) as u64);
            if window.utf16 {
                pass.enter(Encoding::Utf16, offset);
            }
            pass.found(MarkerClass::MessageContent, window.id, offset, false);
            if window.utf16 {
                pass.leave();
            }
        });
    }

    fn decode(&mut self, fresh: usize, pass: &mut Pass<'_>) {
        if pass.depth() >= MAX_DEPTH {
            return;
        }
        let view = View { bytes: &self.bytes, fresh, start: self.start };
        self.runs.iter_mut().for_each(|runs| runs.feed(view, pass));
        self.escapes.iter_mut().for_each(|escapes| escapes.feed(view, pass));
        self.gzip.feed(view, pass);
    }

    fn forget(&mut self) {
        let surplus = self.bytes.len().saturating_sub(HISTORY_BYTES);
        self.bytes.drain(..surplus);
        self.start = self.start.saturating_add(surplus as u64);
        self.tags_from = self.tags_from.saturating_sub(surplus);
    }
}

/// What comes behind the bytes that a layer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follows {
    More,
    Nothing,
}

/// What is kept of a stream between records: all that a decoder looks back on, which is the
/// 240 bytes before an escape that may have begun in the record before.
const HISTORY_BYTES: usize = 256;
/// How many encodings are undone, one inside the other.
pub const MAX_DEPTH: usize = 3;
/// Bytes scanned at a time: they stay in the fastest cache while each search passes over them.
const BLOCK_BYTES: usize = 16 * 1_024;
/// Memory that an idle stream may hold on to.
const IDLE_BYTES: usize = 4 * 1_024;

//! Escapes: text in which some or all characters are written as `%62` or `\u0062`.
//!
//! A word may be escaped in part, so undoing escapes needs the plain text around them. A layer is
//! fed from a little before the first escape until no escape has come for a while; text without
//! escapes costs one search for a character.

use memchr::memchr;

use super::{
    hit::Encoding,
    layer::{Layer, View},
    pass::Pass,
};

/// Finds and undoes the escapes of one kind in one layer.
#[derive(Debug)]
pub(super) struct Escapes {
    encoding: Encoding,
    open: Option<Neighbourhood>,
}

/// A stretch of stream with escapes in it.
#[derive(Debug)]
struct Neighbourhood {
    /// Where it starts in the layer's stream.
    origin: u64,
    layer: Box<Layer>,
    /// Bytes since the last escape.
    quiet: usize,
    /// Bytes at the end of the last view that may be the first half of an escape.
    held: usize,
}

impl Escapes {
    pub(super) const fn percent() -> Self {
        Self { encoding: Encoding::Percent, open: None }
    }

    pub(super) const fn json() -> Self {
        Self { encoding: Encoding::Json, open: None }
    }

    pub(super) fn feed(&mut self, view: View<'_>, pass: &mut Pass<'_>) {
        let syntax = Syntax::of(self.encoding);
        let mut at = view.fresh.saturating_sub(MAX_ESCAPE.saturating_sub(1));
        if let Some(open) = &self.open {
            at = view.fresh.saturating_sub(open.held);
        }
        loop {
            let open = match &mut self.open {
                Some(open) => open,
                closed @ None => {
                    let Some(first) = syntax.first(view.bytes, at) else { return };
                    at = first;
                    closed.insert(Neighbourhood::open(self.encoding, view, first, pass))
                }
            };
            pass.enter(self.encoding, open.origin);
            let next = open.feed(syntax, view.bytes, at, pass);
            pass.leave();
            let Some(next) = next else { return };
            self.end(pass);
            at = next;
        }
    }

    /// Whatever neighbourhood is open has ended.
    pub(super) fn end(&mut self, pass: &mut Pass<'_>) {
        let Some(open) = self.open.take() else { return };
        pass.enter(self.encoding, open.origin);
        pass.retire(open.layer);
        pass.leave();
    }
}

impl Neighbourhood {
    /// A neighbourhood around the escape at `first`, which has been shown what stands before it.
    fn open(encoding: Encoding, view: View<'_>, first: usize, pass: &mut Pass<'_>) -> Self {
        let from = first.saturating_sub(LOOK_BACK_BYTES);
        let origin = view.start.saturating_add(from as u64);
        let mut layer = pass.layer();
        pass.enter(encoding, origin);
        let echo = std::mem::replace(&mut pass.echo, true);
        layer.feed(view.bytes.get(from..first).unwrap_or_default(), pass);
        pass.echo = echo;
        pass.leave();
        Self { origin, layer, quiet: 0, held: 0 }
    }

    /// Feeds on with escapes undone; the index to go on at if the neighbourhood ended.
    fn feed(
        &mut self,
        syntax: Syntax,
        bytes: &[u8],
        mut at: usize,
        pass: &mut Pass<'_>,
    ) -> Option<usize> {
        let mut plain = Vec::new();
        let ended = loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let literal = memchr(syntax.lead, rest).unwrap_or(rest.len());
            let room = QUIET_BYTES.saturating_sub(self.quiet);
            let taken = literal.min(room);
            plain.extend_from_slice(rest.get(..taken).unwrap_or_default());
            at = at.saturating_add(taken);
            self.quiet = self.quiet.saturating_add(taken);
            if literal > room {
                break Some(at);
            }
            match (syntax.parse)(rest.get(literal..).unwrap_or_default()) {
                Parsed::Escape { length, decoded } => {
                    decoded.push_to(&mut plain);
                    at = at.saturating_add(length);
                    self.quiet = 0;
                }
                Parsed::Not => {
                    plain.push(syntax.lead);
                    at = at.saturating_add(1);
                    self.quiet = self.quiet.saturating_add(1);
                }
                Parsed::Incomplete => break None,
            }
        };
        self.held = bytes.len().saturating_sub(at);
        self.layer.feed(&plain, pass);
        ended
    }
}

/// How one kind of escape is written.
#[derive(Clone, Copy)]
struct Syntax {
    lead: u8,
    parse: fn(&[u8]) -> Parsed,
}

impl Syntax {
    const fn of(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Percent => Self { lead: b'%', parse: percent },
            Encoding::Json
            | Encoding::Hex
            | Encoding::Base64
            | Encoding::Decimal
            | Encoding::Utf16
            | Encoding::Gzip => Self { lead: b'\\', parse: json },
        }
    }

    /// The first whole escape from `at` on.
    fn first(self, bytes: &[u8], at: usize) -> Option<usize> {
        let rest = bytes.get(at..)?;
        memchr::memchr_iter(self.lead, rest)
            .find(|index| match (self.parse)(rest.get(*index..).unwrap_or_default()) {
                Parsed::Escape { .. } => true,
                Parsed::Not | Parsed::Incomplete => false,
            })
            .map(|index| at.saturating_add(index))
    }
}

/// What stands at a lead character.
enum Parsed {
    Escape {
        length: usize,
        decoded: Decoded,
    },
    Not,
    /// The bytes end before this can be told; also at the end of the bytes.
    Incomplete,
}

/// What an escape stands for.
enum Decoded {
    Byte(u8),
    Char(char),
}

impl Decoded {
    fn push_to(&self, out: &mut Vec<u8>) {
        match self {
            Self::Byte(byte) => out.push(*byte),
            Self::Char(char) => out.extend(char.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
}

/// `%` and two hexadecimal digits (RFC 3986 §2.1).
fn percent(bytes: &[u8]) -> Parsed {
    number(bytes, 1, 2, |value| Decoded::Byte(value as u8))
}

/// The escapes of a JSON string (RFC 8259 §7), and `\x62` as many a log writes it.
fn json(bytes: &[u8]) -> Parsed {
    let Some(kind) = bytes.get(1) else { return Parsed::Incomplete };
    let decoded = match kind {
        b'"' | b'\\' | b'/' => *kind,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 0x08,
        b'f' => 0x0c,
        b'x' => return number(bytes, 2, 2, |value| Decoded::Byte(value as u8)),
        b'u' => return utf16_escape(bytes),
        _ => return Parsed::Not,
    };
    Parsed::Escape { length: 2, decoded: Decoded::Byte(decoded) }
}

/// `\u` and four digits; two of them for a character beyond the basic plane.
fn utf16_escape(bytes: &[u8]) -> Parsed {
    let first = match digits(bytes, 2, 4) {
        Digits::Value(value) => value,
        Digits::Not => return Parsed::Not,
        Digits::Incomplete => return Parsed::Incomplete,
    };
    let alone = |unit| Parsed::Escape {
        length: 6,
        decoded: Decoded::Char(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)),
    };
    if !(0xd800..0xdc00).contains(&first) {
        return alone(first);
    }
    let second = bytes.get(6..).unwrap_or_default();
    let low = match (second.first(), second.get(1)) {
        (None, _) | (Some(b'\\'), None) => return Parsed::Incomplete,
        (Some(b'\\'), Some(b'u')) => digits(bytes, 8, 4),
        (Some(_), _) => Digits::Not,
    };
    match low {
        Digits::Incomplete => Parsed::Incomplete,
        Digits::Value(low) if (0xdc00..0xe000).contains(&low) => {
            let code = 0x10000_u32.wrapping_add((first & 0x3ff) << 10 | low & 0x3ff);
            let char = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            Parsed::Escape { length: 12, decoded: Decoded::Char(char) }
        }
        Digits::Value(_) | Digits::Not => alone(first),
    }
}

fn number(bytes: &[u8], from: usize, count: usize, decode: impl Fn(u32) -> Decoded) -> Parsed {
    match digits(bytes, from, count) {
        Digits::Value(value) => {
            Parsed::Escape { length: from.saturating_add(count), decoded: decode(value) }
        }
        Digits::Not => Parsed::Not,
        Digits::Incomplete => Parsed::Incomplete,
    }
}

enum Digits {
    Value(u32),
    Not,
    Incomplete,
}

fn digits(bytes: &[u8], from: usize, count: usize) -> Digits {
    let mut value = 0_u32;
    for index in from..from.saturating_add(count) {
        let Some(byte) = bytes.get(index) else { return Digits::Incomplete };
        let Some(digit) = char::from(*byte).to_digit(16) else { return Digits::Not };
        value = value.wrapping_shl(4) | digit;
    }
    Digits::Value(value)
}

/// What is fed of the text before a first escape: more than a marker or a window spans.
const LOOK_BACK_BYTES: usize = 240;
/// `\ud83d\ude00`.
const MAX_ESCAPE: usize = 12;
/// A neighbourhood ends after this many bytes without an escape: enough that base64 with a rare
/// `%2F` in it stays in one piece.
const QUIET_BYTES: usize = 256;

//! Leaks to plant: how a careless log would write a message down.
//!
//! A checker that finds nothing is only worth something if it finds these.

use std::{fmt::Write as _, io::Write as _};

use flate2::{Compression, write::GzEncoder};

/// A form in which a log might hold a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// As it is.
    Raw,
    /// Base64, standard alphabet, padded (RFC 4648 §4).
    Base64,
    /// Lower-case hexadecimal.
    Hex,
    /// One gzip member, with the text in it twice: deflate leaves a short text of random letters
    /// readable if nothing in it repeats.
    Gzip,
    /// The first 40 characters only, as a log abbreviates.
    First40,
    /// The first 40 characters, over two records of one stream and cut inside the first word, so
    /// that neither record has enough of a canary to be recognised by itself.
    SplitOverTwo,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 6] =
        [Self::Raw, Self::Base64, Self::Hex, Self::Gzip, Self::First40, Self::SplitOverTwo];

    /// The name that a scenario uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Gzip => "gzip",
            Self::First40 => "first-40",
            Self::SplitOverTwo => "split-over-two",
        }
    }

    /// The form that a scenario names; `None` if there is none of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }
}

/// What a log that leaks `text` in this form writes: the payloads of its records, in order.
pub fn records(form: Form, text: &str) -> Vec<Vec<u8>> {
    match form {
        Form::Raw => vec![text.as_bytes().to_vec()],
        Form::Base64 => vec![base64(text.as_bytes()).into_bytes()],
        Form::Hex => vec![hex(text.as_bytes()).into_bytes()],
        Form::Gzip => vec![gzip(format!("{text}\n{text}\n").as_bytes())],
        Form::First40 => vec![text.chars().take(ABBREVIATED).collect::<String>().into_bytes()],
        Form::SplitOverTwo => {
            let first = text.chars().take(SPLIT_AT).collect::<String>();
            let second = text.chars().take(ABBREVIATED).skip(SPLIT_AT).collect::<String>();
            vec![first.into_bytes(), second.into_bytes()]
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap_or_default(); // A String takes any text.
        text
    })
}

fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let digit = |shift: u32| {
            let value = (bits.wrapping_shr(shift) & 63) as usize;
            char::from(BASE64.get(value).copied().unwrap_or(b'='))
        };
        let digits = [digit(18), digit(12), digit(6), digit(0)];
        let used = group.len().saturating_add(1);
        text.extend(digits.iter().take(used).chain(&['='; 4]).take(4));
    }
    text
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap_or_default(); // A Vec takes any bytes.
    encoder.finish().unwrap_or_default()
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const ABBREVIATED: usize = 40;
/// A tag and fewer characters than name a marker.
const SPLIT_AT: usize = 12;

//! Ways to write bytes down, for planting.

use std::{fmt::Write as _, io::Write as _};

use flate2::{Compression, GzBuilder};

use crate::scan::{Encoding, leak};

/// A way to write bytes, and how the scanner will name it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dress {
    pub(super) name: &'static str,
    pub(super) path: &'static [Encoding],
    pub(super) wear: fn(&[u8]) -> Vec<u8>,
}

use Encoding::{Base64, Decimal, Gzip, Hex, Json, Percent, Utf16};

pub(super) const ALL: [Dress; 28] = [
    Dress { name: "raw", path: &[], wear: <[u8]>::to_vec },
    Dress { name: "hex", path: &[Hex], wear: hex },
    Dress { name: "upper-case hex", path: &[Hex], wear: |b| hex(b).to_ascii_uppercase() },
    Dress { name: "wrapped hex", path: &[Hex], wear: |b| wrapped(&hex(b), 31, b"\n") },
    Dress { name: "base64", path: &[Base64], wear: base64 },
    Dress { name: "URL base64", path: &[Base64], wear: |b| url(&base64(b)) },
    Dress { name: "unpadded base64", path: &[Base64], wear: |b| unpadded(&base64(b)) },
    Dress { name: "wrapped base64", path: &[Base64], wear: |b| wrapped(&base64(b), 19, b"\r\n") },
    Dress { name: "PEM base64", path: &[Base64], wear: |b| wrapped(&base64(b), 64, b"\n") },
    Dress { name: "UTF-16 LE", path: &[Utf16], wear: |b| utf16(b, u16::to_le_bytes) },
    Dress { name: "UTF-16 BE", path: &[Utf16], wear: |b| utf16(b, u16::to_be_bytes) },
    Dress { name: "percent", path: &[Percent], wear: |b| percent(b, 1) },
    Dress { name: "percent, some", path: &[Percent], wear: |b| percent(b, 5) },
    Dress { name: "JSON", path: &[Json], wear: |b| json(b, 1) },
    Dress { name: "JSON, some", path: &[Json], wear: |b| json(b, 7) },
    Dress { name: "log escapes", path: &[Json], wear: log_escapes },
    Dress { name: "decimal", path: &[Decimal], wear: |b| decimal(b, ", ") },
    Dress { name: "tight decimal", path: &[Decimal], wear: |b| decimal(b, ",") },
    Dress { name: "gzip", path: &[Gzip], wear: gzip },
    Dress { name: "gzip with a name", path: &[Gzip], wear: named_gzip },
    Dress { name: "base64 of gzip", path: &[Base64, Gzip], wear: |b| base64(&gzip(b)) },
    Dress { name: "gzip of base64", path: &[Gzip, Base64], wear: |b| gzip(&base64(b)) },
    Dress { name: "hex of base64", path: &[Hex, Base64], wear: |b| hex(&base64(b)) },
    Dress { name: "base64 of base64", path: &[Base64, Base64], wear: |b| base64(&base64(b)) },
    Dress { name: "percent twice", path: &[Percent, Percent], wear: percent_twice },
    Dress { name: "JSON in JSON", path: &[Json, Json], wear: |b| json(&json(b, 3), 1) },
    Dress { name: "base64 of UTF-16", path: &[Base64, Utf16], wear: base64_of_utf16 },
    Dress { name: "gzip thrice", path: &[Gzip, Gzip, Gzip], wear: |b| gzip(&gzip(&gzip(b))) },
];

fn recorded(form: leak::Form, bytes: &[u8]) -> Vec<u8> {
    leak::records(form, std::str::from_utf8(bytes).unwrap()).concat()
}

pub(super) fn hex(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

pub(super) fn base64(bytes: &[u8]) -> Vec<u8> {
    // The encoder under `leak` takes text; this one is for any bytes and checks it.
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes.iter().flat_map(|b| (0..8).rev().map(move |i| b >> i & 1)).collect();
    let digit = |six: &[u8]| {
        let value = (0..6).fold(0, |value, i| value << 1 | six.get(i).copied().unwrap_or(0));
        DIGITS[usize::from(value)]
    };
    let mut text: Vec<u8> = bits.chunks(6).map(digit).collect();
    text.resize(text.len().next_multiple_of(4), b'=');
    text
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.write_all(&PADDING).unwrap();
    encoder.finish().unwrap()
}

/// Something to compress: deflate stores what it cannot shorten, and a stored word is a raw one.
const PADDING: [u8; 256] = [b' '; 256];

fn named_gzip(bytes: &[u8]) -> Vec<u8> {
    let builder = GzBuilder::new().filename("chat.txt").comment("a comment").extra([9; 40]);
    let mut encoder = builder.write(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.write_all(&PADDING).unwrap();
    encoder.finish().unwrap()
}

fn url(base64: &[u8]) -> Vec<u8> {
    let swap = |byte: &u8| match byte {
        b'+' => b'-',
        b'/' => b'_',
        other => *other,
    };
    base64.iter().map(swap).collect()
}

fn unpadded(base64: &[u8]) -> Vec<u8> {
    base64.iter().copied().filter(|byte| *byte != b'=').collect()
}

fn wrapped(text: &[u8], width: usize, line_break: &[u8]) -> Vec<u8> {
    text.chunks(width).collect::<Vec<_>>().join(line_break)
}

fn utf16(bytes: &[u8], order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::str::from_utf8(bytes).unwrap().encode_utf16().flat_map(order).collect()
}

fn base64_of_utf16(bytes: &[u8]) -> Vec<u8> {
    base64(&utf16(bytes, u16::to_le_bytes))
}

fn percent(bytes: &[u8], every: usize) -> Vec<u8> {
    escaped(bytes, every, |byte| format!("%{byte:02X}"))
}

fn percent_twice(bytes: &[u8]) -> Vec<u8> {
    percent(&percent(bytes, 4), 1)
}

fn json(bytes: &[u8], every: usize) -> Vec<u8> {
    escaped(bytes, every, |byte| format!("\\u{byte:04x}"))
}

fn log_escapes(bytes: &[u8]) -> Vec<u8> {
    escaped(bytes, 2, |byte| format!("\\x{byte:02x}"))
}

/// Every `every`th byte is escaped, and so is whatever would read as an escape.
fn escaped(bytes: &[u8], every: usize, escape: fn(u8) -> String) -> Vec<u8> {
    let mut text = Vec::new();
    for (index, byte) in bytes.iter().enumerate() {
        if index % every == every / 2 || matches!(byte, b'%' | b'\\') {
            text.extend(escape(*byte).into_bytes());
        } else {
            text.push(*byte);
        }
    }
    text
}

fn decimal(bytes: &[u8], between: &str) -> Vec<u8> {
    let mut text = String::from("[");
    for (index, byte) in bytes.iter().enumerate() {
        write!(text, "{}{byte}", if index > 0 { between } else { "" }).unwrap();
    }
    (text + "]").into_bytes()
}

#[test]
fn the_leaks_that_a_scenario_plants_are_encoded_as_the_tests_encode() {
    for text in ["", "a", "ab", "abc", "four words, \u{1f600} one emoji"] {
        assert_eq!(recorded(leak::Form::Hex, text.as_bytes()), hex(text.as_bytes()));
        assert_eq!(recorded(leak::Form::Base64, text.as_bytes()), base64(text.as_bytes()));
    }
}

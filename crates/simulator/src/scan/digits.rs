//! Which bytes are hexadecimal digits, base64 characters or parts of a list, and their values.

use std::sync::LazyLock;

/// Something about each of the 256 bytes, as a table: these are looked up for every byte.
pub(super) struct Table<T>(LazyLock<[T; 256]>);

impl Table<bool> {
    const fn members(of: fn() -> [bool; 256]) -> Self {
        Self(LazyLock::new(of))
    }

    /// Whether the byte at an index is a member; false beyond the end.
    pub(super) fn has(&self, bytes: &[u8], at: usize) -> bool {
        bytes.get(at).and_then(|byte| self.0.get(usize::from(*byte))).copied().unwrap_or(false)
    }
}

impl Table<u8> {
    const fn values(of: fn() -> [u8; 256]) -> Self {
        Self(LazyLock::new(of))
    }

    /// The values of the digits among `bytes`; line breaks have none.
    pub(super) fn of(&self, bytes: &[u8]) -> Vec<u8> {
        let values = bytes.iter().filter_map(|byte| self.0.get(usize::from(*byte)));
        values.copied().filter(|value| *value != NO_DIGIT).collect()
    }
}

pub(super) static HEX: Table<bool> =
    Table::members(|| each_byte(|byte| hex_value(byte).is_some() || is_line_break(byte)));
pub(super) static BASE64: Table<bool> =
    Table::members(|| each_byte(|byte| base64_value(byte).is_some() || is_line_break(byte)));
pub(super) static DECIMAL: Table<bool> = Table::members(|| {
    each_byte(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b' ') || is_line_break(byte))
});
pub(super) static HEX_VALUES: Table<u8> =
    Table::values(|| each_byte(|byte| hex_value(byte).unwrap_or(NO_DIGIT)));
pub(super) static BASE64_VALUES: Table<u8> =
    Table::values(|| each_byte(|byte| base64_value(byte).unwrap_or(NO_DIGIT)));
const NO_DIGIT: u8 = u8::MAX;

fn each_byte<T>(about: impl Fn(u8) -> T) -> [T; 256] {
    std::array::from_fn(|byte| about(byte as u8))
}

/// Long runs are wrapped into lines; a run goes on behind the break.
const fn is_line_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

fn hex_value(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// RFC 4648 §4 and §5 at once: the two alphabets differ only in characters the other lacks.
const fn base64_value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte.wrapping_sub(b'A')),
        b'a'..=b'z' => Some(byte.wrapping_sub(b'a').wrapping_add(26)),
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0').wrapping_add(52)),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

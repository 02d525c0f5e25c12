//! What may stand in a field: names and ids, so that no field has room for a text or a number.

use hop::router::Refusal;
use vocab::{DataClass, marker};

/// Characters of the longest name of a business.
const MOST_NAME: usize = 64;
/// Digits of the longest id of a phone number.
const MOST_DIGITS: usize = 32;
/// Hexadecimal digits of the longest id of a record.
const MOST_HEX: usize = 64;

/// Digits of the longest telephone number (E.164 section 6.2.1).
const MOST_TELEPHONE: usize = 15;

/// The id of a business: letters, digits, `-`, `_` and `.`. With a letter among them or longer than
/// a telephone number, so that it cannot be one; Graph's own ids are digits.
pub(crate) fn business(text: &str) -> Result<String, Refusal> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let good = (1..=MOST_NAME).contains(&text.len())
        && text.bytes().all(allowed)
        && (text.len() > MOST_TELEPHONE || text.bytes().any(|byte| byte.is_ascii_alphabetic()));
    checked(good, text, "the id of a business")
}

/// The name of a system user: as the id of a business is written.
pub(crate) fn user(text: &str) -> Result<String, Refusal> {
    business(text).map_err(|_| Refusal::Invalid("not the name of a system user".to_owned()))
}

/// The id that Graph gives to a business's number: digits.
pub(crate) fn phone_number_id(text: &str) -> Result<String, Refusal> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    checked(digits && (1..=MOST_DIGITS).contains(&text.len()), text, "a phone number id")
}

/// The id of a record or an export: hexadecimal digits, lower case.
pub(crate) fn record_id(text: &str) -> Result<String, Refusal> {
    let hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    checked(hex && (1..=MOST_HEX).contains(&text.len()), text, "an id in hexadecimal digits")
}

/// A reference word and nothing else ([`marker::reference`]): of `class`, or without a tag, since
/// those who only try must not carry the tag of what they try to reach.
pub(crate) fn reference(class: DataClass, text: &str) -> Result<String, Refusal> {
    let rest = marker::tag(class).and_then(|tag| text.strip_prefix(tag)).unwrap_or(text);
    let letters = rest.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
    checked(letters && rest.len() == marker::UNIQUE_CHARS, text, "a reference")
}

/// A text of a business about itself, at most `most` bytes and not empty.
pub(crate) fn text(text: &str, most: usize, what: &'static str) -> Result<String, Refusal> {
    checked((1..=most).contains(&text.len()), text, what)
}

fn checked(good: bool, text: &str, what: &'static str) -> Result<String, Refusal> {
    // The refusal names the field, never what was sent in it.
    if good { Ok(text.to_string()) } else { Err(Refusal::Invalid(format!("not {what}"))) }
}

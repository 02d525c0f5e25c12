//! How values of settings are read.

use std::{net::SocketAddr, path::PathBuf};

use vocab::{NoiseKey, PhoneNumber};

use crate::up::Webhook;

type Read<T> = Result<T, String>;

/// An address to listen on or connect to.
///
/// # Errors
///
/// What is wrong with it.
pub fn address(text: &str) -> Read<SocketAddr> {
    text.parse().map_err(|_| format!("`{text}` is no IP address with a port"))
}

/// A file or folder.
///
/// # Errors
///
/// What is wrong with it.
pub fn path(text: &str) -> Read<PathBuf> {
    if text.is_empty() { Err("is the name of no file".to_owned()) } else { Ok(text.into()) }
}

/// Any text but the empty one.
///
/// # Errors
///
/// What is wrong with it.
pub fn text(text: &str) -> Read<String> {
    if text.is_empty() { Err("is empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// `true` or `false`.
///
/// # Errors
///
/// What is wrong with it.
pub fn yes(text: &str) -> Read<bool> {
    text.parse().map_err(|_| format!("`{text}` is neither true nor false"))
}

/// A number above zero.
///
/// # Errors
///
/// What is wrong with it.
pub fn count(text: &str) -> Read<usize> {
    let count = text.parse::<usize>().ok().filter(|count| *count > 0);
    count.ok_or_else(|| format!("`{text}` is no number above zero"))
}

/// 32 bytes as hexadecimal digits. What was said is not repeated: it may be a secret.
///
/// # Errors
///
/// What is wrong with it.
pub fn bytes(text: &str) -> Read<[u8; 32]> {
    let wrong = || format!("is not 64 hexadecimal digits, but {} characters", text.chars().count());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
    let bytes = bytes.filter(|_| rest.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit()));
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(wrong)
}

/// The public half of a static Noise key.
///
/// # Errors
///
/// What is wrong with it.
pub fn key(text: &str) -> Read<NoiseKey> {
    bytes(text).map(NoiseKey)
}

/// A phone number.
///
/// # Errors
///
/// What is wrong with it.
pub fn phone(text: &str) -> Read<PhoneNumber> {
    PhoneNumber::parse(text).map_err(|why| why.to_string())
}

/// `NAME=HASH`: who may call, and the SHA-256 of the token that is shown, as hexadecimal digits.
///
/// # Errors
///
/// What is wrong with it.
pub fn principal(text: &str) -> Read<([u8; 32], String)> {
    let (name, hash) = text.split_once('=').ok_or("is not NAME=SHA256")?;
    Ok((bytes(hash)?, self::text(name)?))
}

/// `http://HOST[:PORT]/PATH`.
///
/// # Errors
///
/// What is wrong with it.
pub fn webhook(text: &str) -> Read<Webhook> {
    let rest = text.strip_prefix("http://").ok_or("is not http://HOST[:PORT]/PATH")?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if authority.is_empty() || authority.contains('@') {
        return Err("has no host between http:// and the path".to_owned());
    }
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Ok(Webhook { authority: authority.to_owned(), path })
}

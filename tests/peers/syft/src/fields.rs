//! What a request contains, checked, and what an answer says.

use std::fmt;

use libsignal_protocol_syft::{DeviceId, IdentityKey, ProtocolAddress, PublicKey};
use serde_json::{Value, json};

use crate::kinds;

/// Why a request was refused. It reads `kind: message`, as it is answered.
pub(crate) struct Refusal(String);

impl Refusal {
    pub(crate) fn new(kind: &str, message: impl fmt::Display) -> Self {
        Self(format!("{kind}: {message}"))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn malformed(field: &str, what: &str) -> Refusal {
    Refusal::new("malformed", format_args!("{field} is not {what}"))
}

pub(crate) fn text<'a>(object: &'a Value, field: &str) -> Result<&'a str, Refusal> {
    object.get(field).and_then(Value::as_str).ok_or_else(|| malformed(field, "a text"))
}

pub(crate) fn number(object: &Value, field: &str) -> Result<u64, Refusal> {
    object.get(field).and_then(Value::as_u64).ok_or_else(|| malformed(field, "a number"))
}

pub(crate) fn u32(object: &Value, field: &str) -> Result<u32, Refusal> {
    number(object, field)?.try_into().map_err(|_| malformed(field, "a number of 32 bits"))
}

pub(crate) fn flag(object: &Value, field: &str, default: bool) -> bool {
    object.get(field).and_then(Value::as_bool).unwrap_or(default)
}

pub(crate) fn device(object: &Value, field: &str) -> Result<DeviceId, Refusal> {
    DeviceId::try_from(u32(object, field)?).map_err(|_| malformed(field, "1 to 127"))
}

pub(crate) fn bytes(object: &Value, field: &str) -> Result<Vec<u8>, Refusal> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text(object, field)?.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect();
    let bytes: Option<Vec<u8>> = if rest.is_empty() { bytes } else { None };
    bytes.ok_or_else(|| malformed(field, "hexadecimal"))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn key(object: &Value, field: &str) -> Result<PublicKey, Refusal> {
    PublicKey::deserialize(&bytes(object, field)?).map_err(|error| Refusal::new("bad_key", error))
}

pub(crate) fn identity(object: &Value, field: &str) -> Result<IdentityKey, Refusal> {
    IdentityKey::decode(&bytes(object, field)?).map_err(kinds::refusal)
}

pub(crate) fn address(object: &Value) -> Result<ProtocolAddress, Refusal> {
    let none = || malformed("peer", "an address");
    let [name, device] = object.get("peer").and_then(Value::as_array).ok_or_else(none)?.as_slice()
    else {
        return Err(none());
    };
    let device = device.as_u64().and_then(|device| u32::try_from(device).ok()).ok_or_else(none)?;
    let device = DeviceId::try_from(device).map_err(|_| malformed("device", "1 to 127"))?;
    Ok(ProtocolAddress::new(name.as_str().ok_or_else(none)?.to_owned(), device))
}

/// What is to be encrypted: the text `m`, or the bytes `mh`.
pub(crate) fn plaintext(request: &Value) -> Result<Vec<u8>, Refusal> {
    match request.get("mh") {
        Some(_) => bytes(request, "mh"),
        None => Ok(text(request, "m")?.as_bytes().to_vec()),
    }
}

/// What was decrypted, as bytes and, where it is text, as text.
pub(crate) fn opened(plaintext: Vec<u8>) -> Value {
    let mh = hex(&plaintext);
    match String::from_utf8(plaintext) {
        Ok(m) => json!({ "m": m, "mh": mh }),
        Err(_) => json!({ "mh": mh }),
    }
}

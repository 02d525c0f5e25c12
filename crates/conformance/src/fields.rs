//! Fields of a request, read and named in the refusal where they are not what they should be.

use core::fmt::{self, Write as _};

use keys::{
    IdentityKey, KemPublicKey, Mode, PublicKey, Signature,
    mutant::{self, planted},
};
use serde_json::{Map, Value};

use crate::refusal::{Kind, Refusal};

/// A device's address: a name and a device number of 1 to 127.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    name: String,
    device: u8,
}

impl Address {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The address as messages name it, if it has a service id.
    pub(crate) fn service_address(&self) -> Option<[u8; 18]> {
        service_address(&self.name, self.device)
    }
}

/// A kind (0 for a plain UUID, 1 for one after `PNI:`), the UUID, and the device.
pub(crate) fn service_address(name: &str, device: u8) -> Option<[u8; 18]> {
    let (kind, uuid) = match name.strip_prefix("PNI:") {
        Some(uuid) => (1, uuid),
        None => (0, name),
    };
    let groups: Vec<usize> = uuid.split('-').map(str::len).collect();
    if groups != [8, 4, 4, 4, 12] {
        return None;
    }
    let id = of_hex(&uuid.replace('-', ""))?;
    [&[kind], id.as_slice(), &[device]].concat().try_into().ok()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.device)
    }
}

/// The fields of one object.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(crate) fn of(value: &'a Value) -> Result<Self, Refusal> {
        value.as_object().map(Self).ok_or_else(|| Refusal::malformed("not a JSON object"))
    }

    /// A field, unless it is absent or null.
    pub(crate) fn optional(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn required(self, name: &str) -> Result<&'a Value, Refusal> {
        self.optional(name).ok_or_else(|| Refusal::malformed(format_args!("no field {name:?}")))
    }

    pub(crate) fn text(self, name: &str) -> Result<&'a str, Refusal> {
        self.required(name)?.as_str().ok_or_else(|| is_not(name, "a string"))
    }

    pub(crate) fn number(self, name: &str) -> Result<u64, Refusal> {
        self.required(name)?.as_u64().ok_or_else(|| is_not(name, "a whole number"))
    }

    pub(crate) fn u32(self, name: &str) -> Result<u32, Refusal> {
        u32::try_from(self.number(name)?).map_err(|_| is_not(name, "a number below 2^32"))
    }

    /// A boolean that may be absent.
    pub(crate) fn flag(self, name: &str, absent: bool) -> Result<bool, Refusal> {
        match self.optional(name) {
            None => Ok(absent),
            Some(value) => value.as_bool().ok_or_else(|| is_not(name, "true or false")),
        }
    }

    pub(crate) fn object(self, name: &str) -> Result<Self, Refusal> {
        self.required(name)?.as_object().map(Self).ok_or_else(|| is_not(name, "an object"))
    }

    pub(crate) fn device(self, name: &str) -> Result<u8, Refusal> {
        device(self.required(name)?).ok_or_else(|| is_not(name, "a device number of 1 to 127"))
    }

    pub(crate) fn address(self, name: &str) -> Result<Address, Refusal> {
        let wrong = || is_not(name, "an address: [\"name\", device of 1 to 127]");
        let [text, number] = self.required(name)?.as_array().ok_or_else(wrong)?.as_slice() else {
            return Err(wrong());
        };
        let text = text.as_str().ok_or_else(wrong)?;
        let text = if planted(mutant::ONE_SESSION) { "everybody" } else { text };
        Ok(Address { name: text.to_owned(), device: device(number).ok_or_else(wrong)? })
    }

    pub(crate) fn bytes(self, name: &str) -> Result<Vec<u8>, Refusal> {
        of_hex(self.text(name)?).ok_or_else(|| is_not(name, "hexadecimal bytes"))
    }

    /// A 33-byte key.
    pub(crate) fn key(self, name: &str, mode: Mode) -> Result<PublicKey, Refusal> {
        Ok(PublicKey::decode_in(&self.bytes(name)?, mode)?)
    }

    pub(crate) fn identity(self, name: &str, mode: Mode) -> Result<IdentityKey, Refusal> {
        self.key(name, mode).map(IdentityKey::new)
    }

    /// A 1,569-byte KEM key.
    pub(crate) fn kem_key(self, name: &str) -> Result<KemPublicKey, Refusal> {
        Ok(KemPublicKey::decode(&self.bytes(name)?)?)
    }

    pub(crate) fn signature(self, name: &str) -> Result<Signature, Refusal> {
        let bytes = self.bytes(name)?;
        Signature::from_slice(&bytes).ok_or_else(|| {
            let message = format_args!("{name:?} has {} bytes", bytes.len());
            Refusal::new(Kind::BadSignature, message)
        })
    }
}

fn is_not(name: &str, what: &str) -> Refusal {
    Refusal::malformed(format_args!("field {name:?} is not {what}"))
}

fn device(value: &Value) -> Option<u8> {
    value.as_u64().and_then(|number| u8::try_from(number).ok()).filter(|n| (1..=127).contains(n))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Bytes of hexadecimal digits, capitals too.
pub(crate) fn of_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

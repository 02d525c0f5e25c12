//! Names of people, devices, businesses and messages.

use alloc::string::String;
use core::fmt;

/// A telephone number in E.164 form without the plus sign: 7 to 15 digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number; a leading plus and the separators `+ - ( )` and space are dropped.
    ///
    /// # Errors
    ///
    /// [`NotAPhoneNumber`] where other characters or too few or too many digits remain.
    pub fn parse(text: &str) -> Result<Self, NotAPhoneNumber> {
        let digits: String =
            text.chars().filter(|c| !matches!(c, '+' | '-' | '(' | ')' | ' ')).collect();
        let all_digits = digits.bytes().all(|b| b.is_ascii_digit());
        match digits.len() {
            7..=15 if all_digits => Ok(Self(digits)),
            length => Err(NotAPhoneNumber { length, all_digits }),
        }
    }

    /// The digits, most significant first.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

/// The text is no telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number: 7 to 15 digits were expected, {length} characters were found{}",
    if *.all_digits { "" } else { ", not all of them digits" })]
pub struct NotAPhoneNumber {
    /// Characters left after separators were dropped.
    pub length: usize,
    /// Whether all of them are digits.
    pub all_digits: bool,
}

/// One device of an account, 1 to 127.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeviceId(u8);

impl DeviceId {
    /// The first device of every account.
    pub const FIRST: Self = Self(1);

    /// A device id, if `id` is one.
    pub const fn new(id: u32) -> Option<Self> {
        match id {
            1..=127 => Some(Self(id as u8)),
            _ => None,
        }
    }

    /// The number itself.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// Where a message goes: an account and one of its devices.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// The account.
    pub phone: PhoneNumber,
    /// The device.
    pub device: DeviceId,
}

impl Address {
    /// The first device of `phone`.
    pub const fn first_device(phone: PhoneNumber) -> Self {
        Self { phone, device: DeviceId::FIRST }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.phone, self.device.get())
    }
}

/// Names a blob among those that one account stores at the transport: 16 random bytes chosen by
/// that account. Whoever knows it may have the blob.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlobId(pub [u8; 16]);

impl BlobId {
    /// The id in `bytes`, if that is how long they are.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It is what lets somebody have the blob.
        f.write_str("BlobId(..)")
    }
}

/// Names one message between two ends, on every hop: 16 random bytes chosen by the sender.
///
/// It stays the same when the message is transmitted again, so that every hop can dedupe by it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageId(pub [u8; 16]);

impl MessageId {
    /// The id in `bytes`, if that is how long they are.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The id written as 32 lower-case hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        if text.len() != 32 || !text.is_ascii() {
            return None;
        }
        for (index, byte) in bytes.iter_mut().enumerate() {
            let start = index.checked_mul(2)?;
            let pair = text.get(start..start.checked_add(2)?)?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageId({self})")
    }
}

/// Names a business in Business Manager, in billing and in statistics.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BusinessId(pub String);

impl fmt::Display for BusinessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The static Noise key of one end of a link (public half): who a frame came from.
///
/// A key of its own, never an identity key of the Signal protocol.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoiseKey(pub [u8; 32]);

impl fmt::Debug for NoiseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "NoiseKey({a:02x}{b:02x}{c:02x}{d:02x}…)")
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::{DeviceId, MessageId, PhoneNumber};

    #[test]
    fn a_phone_number_loses_its_separators_and_nothing_else() {
        let number = PhoneNumber::parse("+39 (333) 123-4567").unwrap();
        assert_eq!(number.digits(), "393331234567");
        assert!(PhoneNumber::parse("12345").is_err());
        assert!(PhoneNumber::parse("39333x234567").is_err());
    }

    #[test]
    fn a_message_id_reads_back_from_its_hexadecimal_form() {
        let id = MessageId([0xa5; 16]);
        assert_eq!(MessageId::from_hex(&id.to_string()), Some(id));
        assert_eq!(MessageId::from_hex("a5"), None);
        assert_eq!(MessageId::from_hex("zz".repeat(16).as_str()), None);
    }

    #[test]
    fn device_ids_run_from_1_to_127() {
        assert_eq!(DeviceId::new(0), None);
        assert_eq!(DeviceId::new(127).map(DeviceId::get), Some(127));
        assert_eq!(DeviceId::new(128), None);
    }
}

//! The two messages of the Signal protocol, as bytes (`proto/signal.proto`).
//!
//! Parsing borrows and allocates nothing: it is on the path of every message. The reader takes
//! what deployed peers write and is stricter than they are where nobody honest notices: a known
//! field that occurs twice, a number above 32 bits and an overlong varint are refused. Unknown
//! fields are skipped, since later versions may add some.

use alloc::vec::Vec;

/// Bytes of MAC at the end of a [`SignalMessage`].
pub const MAC_BYTES: usize = 8;
/// Bytes of the optional `addresses` field: sender, then recipient, 18 bytes each.
pub const ADDRESSES_BYTES: usize = 36;

/// A message inside a session, as received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalMessage<'a> {
    /// The first byte: message version above, the sender's newest version below.
    pub version: u8,
    /// The sender's ratchet key in wire form.
    pub ratchet_key: &'a [u8],
    /// Number of the message in its sending chain.
    pub counter: u32,
    /// Sent for old peers; no receiver uses it.
    pub previous_counter: u32,
    /// The encrypted content.
    pub ciphertext: &'a [u8],
    /// A step of the post-quantum ratchet; empty where absent.
    pub pq_ratchet: &'a [u8],
    /// Sender and recipient, where both have a service id.
    pub addresses: Option<&'a [u8]>,
    /// Every byte that the MAC covers: from the version byte to the last field.
    pub authenticated: &'a [u8],
    /// The truncated MAC.
    pub mac: &'a [u8; MAC_BYTES],
}

/// The first messages of a session, as received. Nothing here is authenticated by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreKeySignalMessage<'a> {
    /// The first byte: message version above, the sender's newest version below.
    pub version: u8,
    /// The sender's registration id.
    pub registration_id: u32,
    /// The recipient's one-time prekey, if one was used.
    pub pre_key_id: Option<u32>,
    /// The recipient's signed prekey.
    pub signed_pre_key_id: u32,
    /// The recipient's KEM prekey and what was encapsulated to it.
    pub kem: Option<KemPart<'a>>,
    /// The sender's ephemeral key in wire form.
    pub base_key: &'a [u8],
    /// The sender's identity key in wire form.
    pub identity_key: &'a [u8],
    /// The message inside.
    pub message: SignalMessage<'a>,
}

/// The post-quantum part of a [`PreKeySignalMessage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KemPart<'a> {
    /// The recipient's KEM prekey.
    pub pre_key_id: u32,
    /// The ciphertext in wire form, type byte first.
    pub ciphertext: &'a [u8],
}

impl<'a> SignalMessage<'a> {
    //= spec: double-ratchet r4 3.1 header-dh — a header without ratchet key is no header.
    /// Reads one message.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if it is cut short or not the encoding that `proto/signal.proto` describes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (authenticated, mac) = bytes.split_last_chunk().ok_or(Malformed::Truncated)?;
        let (version, body) = authenticated.split_first().ok_or(Malformed::Truncated)?;
        let mut fields = Fields::default();
        fields.read(body, &[1, 4, 5, 6], &[2, 3])?;
        Ok(Self {
            version: *version,
            ratchet_key: fields.bytes(1).ok_or(Malformed::Missing { field: 1 })?,
            counter: fields.number(2).ok_or(Malformed::Missing { field: 2 })?,
            previous_counter: fields.number(3).unwrap_or(0),
            ciphertext: fields.bytes(4).ok_or(Malformed::Missing { field: 4 })?,
            pq_ratchet: fields.bytes(5).unwrap_or_default(),
            addresses: fields.bytes(6),
            authenticated,
            mac,
        })
    }
}

impl<'a> PreKeySignalMessage<'a> {
    /// Reads one message and the message inside.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if either is cut short or not the encoding that `proto/signal.proto`
    /// describes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (version, body) = bytes.split_first().ok_or(Malformed::Truncated)?;
        let mut fields = Fields::default();
        fields.read(body, &[2, 3, 4, 8], &[1, 5, 6, 7])?;
        let kem = match (fields.number(7), fields.bytes(8)) {
            (Some(pre_key_id), Some(ciphertext)) => Some(KemPart { pre_key_id, ciphertext }),
            (None, None) => None,
            (Some(_), None) => return Err(Malformed::Missing { field: 8 }),
            (None, Some(_)) => return Err(Malformed::Missing { field: 7 }),
        };
        Ok(Self {
            version: *version,
            registration_id: fields.number(5).unwrap_or(0),
            pre_key_id: fields.number(1),
            signed_pre_key_id: fields.number(6).ok_or(Malformed::Missing { field: 6 })?,
            kem,
            base_key: fields.bytes(2).ok_or(Malformed::Missing { field: 2 })?,
            identity_key: fields.bytes(3).ok_or(Malformed::Missing { field: 3 })?,
            message: SignalMessage::parse(fields.bytes(4).ok_or(Malformed::Missing { field: 4 })?)?,
        })
    }
}

/// What a [`SignalMessage`] is written from. The MAC is the caller's: it needs a key.
#[derive(Clone, Copy, Debug)]
pub struct SignalFields<'a> {
    /// The version byte.
    pub version: u8,
    /// The sender's ratchet key in wire form.
    pub ratchet_key: &'a [u8],
    /// Number of the message in its sending chain.
    pub counter: u32,
    /// Length of the previous chain, less one.
    pub previous_counter: u32,
    /// The encrypted content.
    pub ciphertext: &'a [u8],
    /// Written only if not empty.
    pub pq_ratchet: &'a [u8],
    /// Sender and recipient, where both have a service id.
    pub addresses: Option<&'a [u8; ADDRESSES_BYTES]>,
}

impl SignalFields<'_> {
    /// The bytes that the MAC covers, with room for the MAC after them.
    pub fn encode_authenticated(&self) -> Vec<u8> {
        let lengths = [self.ratchet_key.len(), self.ciphertext.len(), self.pq_ratchet.len()];
        let mut out = Vec::with_capacity(lengths.iter().fold(80, |sum, n| sum.saturating_add(*n)));
        out.push(self.version);
        put_bytes(&mut out, 1, self.ratchet_key);
        put_number(&mut out, 2, self.counter);
        put_number(&mut out, 3, self.previous_counter);
        put_bytes(&mut out, 4, self.ciphertext);
        if !self.pq_ratchet.is_empty() {
            put_bytes(&mut out, 5, self.pq_ratchet);
        }
        if let Some(addresses) = self.addresses {
            put_bytes(&mut out, 6, addresses);
        }
        out
    }
}

/// What a [`PreKeySignalMessage`] is written from.
#[derive(Clone, Copy, Debug)]
pub struct PreKeyFields<'a> {
    /// The version byte.
    pub version: u8,
    /// The sender's registration id.
    pub registration_id: u32,
    /// The recipient's one-time prekey, if one was used.
    pub pre_key_id: Option<u32>,
    /// The recipient's signed prekey.
    pub signed_pre_key_id: u32,
    /// The recipient's KEM prekey and what was encapsulated to it.
    pub kem: Option<KemPart<'a>>,
    /// The sender's ephemeral key in wire form.
    pub base_key: &'a [u8],
    /// The sender's identity key in wire form.
    pub identity_key: &'a [u8],
    /// A whole [`SignalMessage`].
    pub message: &'a [u8],
}

impl PreKeyFields<'_> {
    /// The whole message.
    pub fn encode(&self) -> Vec<u8> {
        let kem_bytes = self.kem.map_or(0, |kem| kem.ciphertext.len());
        let room = self.message.len().saturating_add(kem_bytes).saturating_add(120);
        let mut out = Vec::with_capacity(room);
        out.push(self.version);
        if let Some(id) = self.pre_key_id {
            put_number(&mut out, 1, id);
        }
        put_bytes(&mut out, 2, self.base_key);
        put_bytes(&mut out, 3, self.identity_key);
        put_bytes(&mut out, 4, self.message);
        put_number(&mut out, 5, self.registration_id);
        put_number(&mut out, 6, self.signed_pre_key_id);
        if let Some(kem) = self.kem {
            put_number(&mut out, 7, kem.pre_key_id);
            put_bytes(&mut out, 8, kem.ciphertext);
        }
        out
    }
}

/// Bytes that are not one of these messages. Any hop on the path can cause this.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The bytes end before the message does.
    #[error("truncated")]
    Truncated,
    /// A required field is absent.
    #[error("field {field} is missing")]
    Missing {
        /// The field's number in `proto/signal.proto`.
        field: u32,
    },
    /// A field that may occur once occurs again.
    #[error("field {field} occurs twice")]
    Repeated {
        /// The field's number.
        field: u32,
    },
    /// A field has another wire type than its own, or one that nobody writes.
    #[error("field {field} has wire type {wire_type}")]
    WireType {
        /// The field's number.
        field: u32,
        /// The wire type found.
        wire_type: u8,
    },
    /// A number is too large, or a varint longer than it has to be.
    #[error("number out of range")]
    Number,
}

/// The fields of one message: numbers 1 to 8 are all that either message has.
#[derive(Default)]
pub(crate) struct Fields<'a> {
    slots: [Option<Field<'a>>; 8],
}

#[derive(Clone, Copy)]
pub(crate) enum Field<'a> {
    Number(u32),
    Bytes(&'a [u8]),
}

impl<'a> Fields<'a> {
    //= spec: pqxdh r3 3.3 unambiguous — no field comes twice, and no number has two forms.
    pub(crate) fn read(
        &mut self,
        mut rest: &'a [u8],
        bytes: &[u32],
        numbers: &[u32],
    ) -> Result<(), Malformed> {
        while !rest.is_empty() {
            let tag = take_u32(&mut rest)?;
            let (field, wire_type) = (tag >> 3, (tag & 7) as u8);
            let value = match wire_type {
                0 if numbers.contains(&field) => Field::Number(take_u32(&mut rest)?),
                2 if bytes.contains(&field) => Field::Bytes(take_bytes(&mut rest)?),
                _ if field == 0 || numbers.contains(&field) || bytes.contains(&field) => {
                    return Err(Malformed::WireType { field, wire_type });
                }
                _ => {
                    skip(&mut rest, field, wire_type)?;
                    continue;
                }
            };
            let slot = self.slot(field).ok_or(Malformed::Number)?;
            if slot.replace(value).is_some() {
                return Err(Malformed::Repeated { field });
            }
        }
        Ok(())
    }

    fn slot(&mut self, field: u32) -> Option<&mut Option<Field<'a>>> {
        let index = usize::try_from(field.checked_sub(1)?).ok()?;
        self.slots.get_mut(index)
    }

    pub(crate) fn bytes(&mut self, field: u32) -> Option<&'a [u8]> {
        match self.slot(field)? {
            Some(Field::Bytes(bytes)) => Some(bytes),
            Some(Field::Number(_)) | None => None,
        }
    }

    pub(crate) fn number(&mut self, field: u32) -> Option<u32> {
        match self.slot(field)? {
            Some(Field::Number(number)) => Some(*number),
            Some(Field::Bytes(_)) | None => None,
        }
    }
}

fn skip(rest: &mut &[u8], field: u32, wire_type: u8) -> Result<(), Malformed> {
    match wire_type {
        0 => take_varint(rest).map(drop),
        1 => take(rest, 8).map(drop),
        2 => take_bytes(rest).map(drop),
        5 => take(rest, 4).map(drop),
        _ => Err(Malformed::WireType { field, wire_type }),
    }
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Malformed> {
    let (taken, after) = rest.split_at_checked(length).ok_or(Malformed::Truncated)?;
    *rest = after;
    Ok(taken)
}

fn take_bytes<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Malformed> {
    let length = take_u32(rest)?;
    take(rest, usize::try_from(length).map_err(|_| Malformed::Number)?)
}

fn take_u32(rest: &mut &[u8]) -> Result<u32, Malformed> {
    u32::try_from(take_varint(rest)?).map_err(|_| Malformed::Number)
}

/// A varint in its shortest form.
fn take_varint(rest: &mut &[u8]) -> Result<u64, Malformed> {
    let mut value: u64 = 0;
    for shift in (0..=63u32).step_by(7) {
        let (byte, after) = rest.split_first().ok_or(Malformed::Truncated)?;
        *rest = after;
        let low = u64::from(byte & 0x7f);
        if shift == 63 && low > 1 {
            return Err(Malformed::Number);
        }
        value |= low << shift;
        if byte & 0x80 == 0 {
            let overlong = low == 0 && shift > 0;
            return if overlong { Err(Malformed::Number) } else { Ok(value) };
        }
    }
    Err(Malformed::Number)
}

pub(crate) fn put_number(out: &mut Vec<u8>, field: u8, number: u32) {
    out.push(field << 3);
    put_varint(out, number);
}

pub(crate) fn put_bytes(out: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    out.push(field << 3 | 2);
    // A field of 4 GiB cannot be made: texts and keys are limited far below that.
    put_varint(out, u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    out.extend_from_slice(bytes);
}

fn put_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests;

//! Bytes to checked types: whole or not at all.

use alloc::{string::String, vec::Vec};

use prost::Message as _;
use vocab::{Address, BlobId, DeviceId, MessageId, Micros, PhoneNumber, UnixMicros, limits};

use super::{
    Ask, CODE_DIGITS, Envelope, FromTransport, Notice, Payload, ReceiptKind, Status, ToTransport,
    VERSION,
};
use crate::{
    error::Malformed,
    generated::transport::{self as raw, from_transport, to_transport},
};

impl ToTransport {
    /// Reads a frame.
    ///
    /// # Errors
    ///
    /// [`Malformed`], with the part that is wrong.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let frame = raw::ToTransport::decode(bounded(bytes)?)?;
        if frame.version != VERSION {
            return Err(Malformed::Version { found: frame.version });
        }
        let body = frame.body.ok_or(Malformed::Missing("body"))?;
        Ok(Self { id: frame.request_id, ask: Ask::from_raw(body)? })
    }
}

impl FromTransport {
    /// Reads a frame.
    ///
    /// # Errors
    ///
    /// [`Malformed`], with the part that is wrong.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let frame = raw::FromTransport::decode(bounded(bytes)?)?;
        match frame.body.ok_or(Malformed::Missing("body"))? {
            from_transport::Body::Answer(answer) => Ok(Self::Answer {
                id: answer.request_id,
                status: known(answer.status(), Status::Unspecified, "status")?,
                bundle: answer.bundle,
                retry_after: Micros(answer.retry_after),
            }),
            from_transport::Body::Piece(piece) => {
                Ok(Self::Piece { id: piece.request_id, bytes: part(piece.bytes)? })
            }
            from_transport::Body::Deliver(deliver) => Ok(Self::Deliver {
                place: deliver.place,
                envelope: Envelope::from_raw(
                    deliver.envelope.ok_or(Malformed::Missing("envelope"))?,
                )?,
            }),
            from_transport::Body::Gone(gone) => {
                Ok(Self::Gone { place: gone.place, notice: Notice::from_raw(gone)? })
            }
            from_transport::Body::PrekeysLow(low) => Ok(Self::PrekeysLow {
                address: address(&low.phone, low.device)?,
                one_time: low.one_time,
                kem_one_time: low.kem_one_time,
            }),
        }
    }
}

impl Ask {
    fn from_raw(body: to_transport::Body) -> Result<Self, Malformed> {
        use to_transport::Body;
        Ok(match body {
            Body::Register(register) => Self::Register {
                address: address(&register.phone, register.device)?,
                registration_id: register.registration_id,
                identity_key: register.identity_key,
                code: code(register.code)?,
            },
            Body::RequestCode(request) => {
                Self::RequestCode { address: address(&request.phone, request.device)? }
            }
            Body::Publish(publish) => Self::publish(publish)?,
            Body::Fetch(fetch) => Self::Fetch { address: address(&fetch.phone, fetch.device)? },
            Body::Send(envelope) => Self::Send(Envelope::from_raw(envelope)?),
            Body::Ack(ack) => {
                at_most("places", ack.places.len(), limits::MAX_UNACKNOWLEDGED)?;
                Self::Ack { address: address(&ack.phone, ack.device)?, places: ack.places }
            }
            Body::Hello(hello) => Self::Hello { address: address(&hello.phone, hello.device)? },
            Body::Report(report) => Self::Report {
                by: phone(&report.phone)?,
                about: phone(&report.about)?,
                ids: ids(&report.ids)?,
                attached: report.attached,
            },
            Body::PutPiece(put) => Self::PutPiece {
                by: phone(&put.phone)?,
                blob: blob(&put.blob)?,
                number: nth(put.number)?,
                bytes: part(put.bytes)?,
            },
            Body::GetPiece(get) => Self::GetPiece {
                by: phone(&get.phone)?,
                of: phone(&get.of)?,
                blob: blob(&get.blob)?,
                number: nth(get.number)?,
            },
            Body::DeleteAccount(delete) => Self::DeleteAccount { phone: phone(&delete.phone)? },
            Body::Block(block) => Self::Block {
                by: phone(&block.phone)?,
                blocked: phone(&block.blocked)?,
                on: block.on,
            },
        })
    }

    fn publish(publish: raw::Publish) -> Result<Self, Malformed> {
        at_most("one_time", publish.one_time.len(), limits::MAX_PREKEYS_PER_UPLOAD)?;
        at_most("kem_one_time", publish.kem_one_time.len(), limits::MAX_PREKEYS_PER_UPLOAD)?;
        Ok(Self::Publish {
            address: address(&publish.phone, publish.device)?,
            signed: publish.signed_prekey,
            one_time: publish.one_time,
            kem_one_time: publish.kem_one_time,
            kem_last_resort: publish.kem_last_resort,
        })
    }
}

impl Envelope {
    /// Reads an envelope from the bytes of [`Envelope::encode`].
    ///
    /// # Errors
    ///
    /// [`Malformed`], with the part that is wrong.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::from_raw(raw::Envelope::decode(bounded(bytes)?)?)
    }

    fn from_raw(envelope: raw::Envelope) -> Result<Self, Malformed> {
        let kind = envelope.kind();
        let payload = match (kind, envelope.receipt) {
            (raw::EnvelopeKind::Message, None) => Payload::Message(ciphertext(envelope.content)?),
            (raw::EnvelopeKind::Prekey, None) => Payload::PreKey(ciphertext(envelope.content)?),
            (raw::EnvelopeKind::Receipt, Some(receipt)) if envelope.content.is_empty() => {
                Payload::Receipt {
                    kind: known(receipt.kind(), ReceiptKind::Unspecified, "receipt kind")?,
                    ids: ids(&receipt.ids)?,
                    attempt: receipt.attempt,
                }
            }
            _ => return Err(Malformed::Unknown("envelope kind, or its parts do not fit it")),
        };
        Ok(Self {
            id: id(&envelope.id)?,
            from: address(&envelope.from, envelope.from_device)?,
            to: address(&envelope.to, envelope.to_device)?,
            payload,
            sent_at: UnixMicros(envelope.sent_at),
            attempt: envelope.attempt,
        })
    }
}

impl Notice {
    /// Reads a notice from the bytes of [`Notice::encode`].
    ///
    /// # Errors
    ///
    /// [`Malformed`], with the part that is wrong.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::from_raw(raw::Gone::decode(bounded(bytes)?)?)
    }

    fn from_raw(gone: raw::Gone) -> Result<Self, Malformed> {
        at_most("ids", gone.ids.len(), limits::MAX_NOTICE_IDS)?;
        let ids: Result<_, _> = gone.ids.iter().map(|bytes| id(bytes)).collect();
        Ok(Self { to: address(&gone.to, gone.to_device)?, phone: phone(&gone.phone)?, ids: ids? })
    }
}

fn bounded(bytes: &[u8]) -> Result<&[u8], Malformed> {
    at_most("frame", bytes.len(), limits::MAX_FRAME)?;
    Ok(bytes)
}

const fn at_most(what: &'static str, found: usize, most: usize) -> Result<(), Malformed> {
    if found > most { Err(Malformed::TooMany { what, found, most }) } else { Ok(()) }
}

fn ciphertext(bytes: Vec<u8>) -> Result<Vec<u8>, Malformed> {
    at_most("ciphertext", bytes.len(), limits::MAX_CIPHERTEXT)?;
    if bytes.is_empty() { Err(Malformed::Missing("ciphertext")) } else { Ok(bytes) }
}

fn phone(digits: &str) -> Result<PhoneNumber, Malformed> {
    PhoneNumber::parse(digits).map_err(|_| Malformed::Unknown("phone number"))
}

fn address(digits: &str, device: u32) -> Result<Address, Malformed> {
    let device = DeviceId::new(device).ok_or(Malformed::Unknown("device id"))?;
    Ok(Address { phone: phone(digits)?, device })
}

fn code(digits: String) -> Result<String, Malformed> {
    let is_code = digits.len() == CODE_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || is_code { Ok(digits) } else { Err(Malformed::Unknown("code")) }
}

fn id(bytes: &[u8]) -> Result<MessageId, Malformed> {
    MessageId::from_slice(bytes).ok_or(Malformed::Unknown("message id"))
}

fn blob(bytes: &[u8]) -> Result<BlobId, Malformed> {
    BlobId::from_slice(bytes).ok_or(Malformed::Unknown("blob id"))
}

/// The number of a piece.
const fn nth(number: u32) -> Result<u32, Malformed> {
    if number < limits::MAX_BLOB_PIECES { Ok(number) } else { Err(Malformed::Unknown("piece")) }
}

/// The bytes of a piece.
fn part(bytes: Vec<u8>) -> Result<Vec<u8>, Malformed> {
    at_most("piece", bytes.len(), limits::BLOB_PIECE)?;
    if bytes.is_empty() { Err(Malformed::Missing("piece")) } else { Ok(bytes) }
}

fn ids(list: &[Vec<u8>]) -> Result<Vec<MessageId>, Malformed> {
    at_most("ids", list.len(), limits::MAX_IDS)?;
    if list.is_empty() {
        return Err(Malformed::Missing("ids"));
    }
    list.iter().map(|bytes| id(bytes)).collect()
}

fn known<T: PartialEq>(value: T, unspecified: T, what: &'static str) -> Result<T, Malformed> {
    if value == unspecified { Err(Malformed::Unknown(what)) } else { Ok(value) }
}

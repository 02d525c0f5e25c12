//! Frames between an end and the transport (proto/transport.proto), read into checked types.
//!
//! A frame either becomes a value in which every number is a number and every id an id, or it is
//! refused whole. Keys stay bytes here: `keys` judges them.

use alloc::{string::ToString, vec::Vec};

use prost::Message as _;
use vocab::{Address, DeviceId, MessageId, PhoneNumber, UnixMicros, limits};

pub use crate::generated::transport::{
    Bundle, KemPrekey, Operator, Prekey, ReceiptKind, SignedPrekey, Status,
};
use crate::{
    error::Malformed,
    generated::transport::{self as raw, from_transport, to_transport},
};

/// A request of an end.
#[derive(Clone, Debug, PartialEq)]
pub struct ToTransport {
    /// Chosen by the end; the answer bears it.
    pub id: u64,
    /// What is asked.
    pub ask: Ask,
}

/// What an end can ask of the transport.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Claim a number for the key of this link.
    Register {
        /// The number and device.
        address: Address,
        /// The end's registration id.
        registration_id: u32,
        /// Its public identity key, as sent.
        identity_key: Vec<u8>,
    },
    /// Add prekeys to the directory.
    Publish {
        /// Whose they are.
        address: Address,
        /// A new signed prekey, if there is one.
        signed: Option<SignedPrekey>,
        /// One-time prekeys.
        one_time: Vec<Prekey>,
        /// One-time KEM prekeys.
        kem_one_time: Vec<KemPrekey>,
        /// A new KEM prekey of last resort, if there is one.
        kem_last_resort: Option<KemPrekey>,
    },
    /// Ask for somebody's bundle.
    Fetch {
        /// Whose.
        address: Address,
    },
    /// Carry an envelope.
    Send(Envelope),
    /// Forget delivered envelopes.
    Ack {
        /// Whose mailbox.
        address: Address,
        /// Their places.
        places: Vec<u64>,
    },
    /// Push what waits.
    Hello {
        /// For whom.
        address: Address,
    },
    /// Report a business.
    Report {
        /// Who reports.
        by: PhoneNumber,
        /// The business's number.
        about: PhoneNumber,
        /// The messages.
        ids: Vec<MessageId>,
        /// What the person chose to disclose of them.
        attached: Vec<alloc::string::String>,
    },
    /// Block a number, or stop blocking it.
    Block {
        /// Who blocks.
        by: PhoneNumber,
        /// Whom.
        blocked: PhoneNumber,
        /// Whether from now on, or no longer.
        on: bool,
    },
}

/// One message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The same for every transmission of the message.
    pub id: MessageId,
    /// Who sent it.
    pub from: Address,
    /// Who is to have it.
    pub to: Address,
    /// What it is.
    pub payload: Payload,
    /// When, by the sender's clock.
    pub sent_at: UnixMicros,
    /// 0 for the first transmission.
    pub attempt: u32,
}

/// What an envelope holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A SignalMessage.
    Message(Vec<u8>),
    /// A PreKeySignalMessage.
    PreKey(Vec<u8>),
    /// A receipt, which the transport reads too.
    Receipt {
        /// What it says.
        kind: ReceiptKind,
        /// Of which messages, at least one.
        ids: Vec<MessageId>,
        /// Which attempt of them.
        attempt: u32,
    },
}

impl Payload {
    /// The ciphertext; `None` for a receipt.
    pub fn ciphertext(&self) -> Option<&[u8]> {
        match self {
            Self::Message(bytes) | Self::PreKey(bytes) => Some(bytes),
            Self::Receipt { .. } => None,
        }
    }
}

/// What the transport tells an end.
#[derive(Clone, Debug, PartialEq)]
pub enum FromTransport {
    /// The answer to a request.
    Answer {
        /// Of the request.
        id: u64,
        /// How it went.
        status: Status,
        /// For a fetch.
        bundle: Option<Bundle>,
    },
    /// An envelope from a mailbox.
    Deliver {
        /// Its place.
        place: u64,
        /// The envelope.
        envelope: Envelope,
    },
    /// Few one-time prekeys are left.
    PrekeysLow {
        /// Whose.
        address: Address,
        /// How many of the elliptic curve.
        one_time: u32,
        /// How many of the KEM.
        kem_one_time: u32,
    },
}

impl ToTransport {
    /// The bytes of the frame.
    pub fn encode(&self) -> Vec<u8> {
        raw::ToTransport { request_id: self.id, body: Some(self.ask.to_raw()) }.encode_to_vec()
    }

    /// Reads a frame.
    ///
    /// # Errors
    ///
    /// [`Malformed`], with the part that is wrong.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let frame = raw::ToTransport::decode(bounded(bytes)?)?;
        let body = frame.body.ok_or(Malformed::Missing("body"))?;
        Ok(Self { id: frame.request_id, ask: Ask::from_raw(body)? })
    }
}

impl FromTransport {
    /// The bytes of the frame.
    pub fn encode(&self) -> Vec<u8> {
        let body = match self {
            Self::Answer { id, status, bundle } => from_transport::Body::Answer(raw::Answer {
                request_id: *id,
                status: *status as i32,
                bundle: bundle.clone(),
            }),
            Self::Deliver { place, envelope } => from_transport::Body::Deliver(raw::Deliver {
                place: *place,
                envelope: Some(envelope.to_raw()),
            }),
            Self::PrekeysLow { address, one_time, kem_one_time } => {
                from_transport::Body::PrekeysLow(raw::PrekeysLow {
                    phone: address.phone.digits().to_string(),
                    device: address.device.get().into(),
                    one_time: *one_time,
                    kem_one_time: *kem_one_time,
                })
            }
        };
        raw::FromTransport { body: Some(body) }.encode_to_vec()
    }

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
            }),
            from_transport::Body::Deliver(deliver) => Ok(Self::Deliver {
                place: deliver.place,
                envelope: Envelope::from_raw(
                    deliver.envelope.ok_or(Malformed::Missing("envelope"))?,
                )?,
            }),
            from_transport::Body::PrekeysLow(low) => Ok(Self::PrekeysLow {
                address: address(&low.phone, low.device)?,
                one_time: low.one_time,
                kem_one_time: low.kem_one_time,
            }),
        }
    }
}

impl Ask {
    fn to_raw(&self) -> to_transport::Body {
        use to_transport::Body;
        match self {
            Self::Register { address, registration_id, identity_key } => {
                Body::Register(raw::Register {
                    phone: address.phone.digits().to_string(),
                    device: address.device.get().into(),
                    registration_id: *registration_id,
                    identity_key: identity_key.clone(),
                })
            }
            Self::Publish { address, signed, one_time, kem_one_time, kem_last_resort } => {
                Body::Publish(raw::Publish {
                    phone: address.phone.digits().to_string(),
                    device: address.device.get().into(),
                    signed_prekey: signed.clone(),
                    one_time: one_time.clone(),
                    kem_one_time: kem_one_time.clone(),
                    kem_last_resort: kem_last_resort.clone(),
                })
            }
            Self::Fetch { address } => Body::Fetch(raw::Fetch {
                phone: address.phone.digits().to_string(),
                device: address.device.get().into(),
            }),
            Self::Send(envelope) => Body::Send(envelope.to_raw()),
            Self::Ack { address, places } => Body::Ack(raw::Ack {
                phone: address.phone.digits().to_string(),
                device: address.device.get().into(),
                places: places.clone(),
            }),
            Self::Hello { address } => Body::Hello(raw::Hello {
                phone: address.phone.digits().to_string(),
                device: address.device.get().into(),
            }),
            Self::Report { by, about, ids, attached } => Body::Report(raw::Report {
                phone: by.digits().to_string(),
                about: about.digits().to_string(),
                ids: ids.iter().map(|id| id.0.to_vec()).collect(),
                attached: attached.clone(),
            }),
            Self::Block { by, blocked, on } => Body::Block(raw::Block {
                phone: by.digits().to_string(),
                blocked: blocked.digits().to_string(),
                on: *on,
            }),
        }
    }

    fn from_raw(body: to_transport::Body) -> Result<Self, Malformed> {
        use to_transport::Body;
        Ok(match body {
            Body::Register(register) => Self::Register {
                address: address(&register.phone, register.device)?,
                registration_id: register.registration_id,
                identity_key: register.identity_key,
            },
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
    /// The bytes of the envelope alone, as a mailbox keeps it.
    pub fn encode(&self) -> Vec<u8> {
        self.to_raw().encode_to_vec()
    }

    /// Reads an envelope from the bytes of [`Envelope::encode`].
    ///
    /// # Errors
    ///
    /// [`Malformed`], with the part that is wrong.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::from_raw(raw::Envelope::decode(bounded(bytes)?)?)
    }

    fn to_raw(&self) -> raw::Envelope {
        let (kind, content, receipt) = match &self.payload {
            Payload::Message(bytes) => (raw::EnvelopeKind::Message, bytes.clone(), None),
            Payload::PreKey(bytes) => (raw::EnvelopeKind::Prekey, bytes.clone(), None),
            Payload::Receipt { kind, ids, attempt } => {
                let ids = ids.iter().map(|id| id.0.to_vec()).collect();
                let receipt = raw::Receipt { kind: *kind as i32, ids, attempt: *attempt };
                (raw::EnvelopeKind::Receipt, Vec::new(), Some(receipt))
            }
        };
        raw::Envelope {
            id: self.id.0.to_vec(),
            from: self.from.phone.digits().to_string(),
            from_device: self.from.device.get().into(),
            to: self.to.phone.digits().to_string(),
            to_device: self.to.device.get().into(),
            kind: kind as i32,
            content,
            receipt,
            sent_at: self.sent_at.0,
            attempt: self.attempt,
        }
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

fn id(bytes: &[u8]) -> Result<MessageId, Malformed> {
    MessageId::from_slice(bytes).ok_or(Malformed::Unknown("message id"))
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

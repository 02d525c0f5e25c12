//! Checked types to bytes.

use alloc::{string::ToString, vec::Vec};

use prost::Message as _;

use super::{Ask, Envelope, FromTransport, Notice, Payload, ToTransport, VERSION};
use crate::generated::transport::{self as raw, from_transport, to_transport};

impl ToTransport {
    /// The bytes of the frame.
    pub fn encode(&self) -> Vec<u8> {
        let (request_id, body) = (self.id, Some(self.ask.to_raw()));
        raw::ToTransport { request_id, body, version: VERSION }.encode_to_vec()
    }
}

impl FromTransport {
    /// The bytes of the frame.
    pub fn encode(&self) -> Vec<u8> {
        let body = match self {
            Self::Answer { id, status, bundle, retry_after } => {
                from_transport::Body::Answer(raw::Answer {
                    request_id: *id,
                    status: *status as i32,
                    bundle: bundle.clone(),
                    retry_after: retry_after.0,
                })
            }
            Self::Piece { id, bytes } => {
                from_transport::Body::Piece(raw::Piece { request_id: *id, bytes: bytes.clone() })
            }
            Self::Deliver { place, envelope } => from_transport::Body::Deliver(raw::Deliver {
                place: *place,
                envelope: Some(envelope.to_raw()),
            }),
            Self::Gone { place, notice } => {
                from_transport::Body::Gone(raw::Gone { place: *place, ..notice.to_raw() })
            }
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
}

impl Ask {
    fn to_raw(&self) -> to_transport::Body {
        use to_transport::Body;
        match self {
            Self::Register { address, registration_id, identity_key, code } => {
                Body::Register(raw::Register {
                    phone: address.phone.digits().to_string(),
                    device: address.device.get().into(),
                    registration_id: *registration_id,
                    identity_key: identity_key.clone(),
                    code: code.clone(),
                })
            }
            Self::RequestCode { address } => Body::RequestCode(raw::RequestCode {
                phone: address.phone.digits().to_string(),
                device: address.device.get().into(),
            }),
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
            Self::PutPiece { by, blob, number, bytes } => Body::PutPiece(raw::PutPiece {
                phone: by.digits().to_string(),
                blob: blob.0.to_vec(),
                number: *number,
                bytes: bytes.clone(),
            }),
            Self::GetPiece { by, of, blob, number } => Body::GetPiece(raw::GetPiece {
                phone: by.digits().to_string(),
                of: of.digits().to_string(),
                blob: blob.0.to_vec(),
                number: *number,
            }),
            Self::DeleteAccount { phone } => {
                Body::DeleteAccount(raw::DeleteAccount { phone: phone.digits().to_string() })
            }
            Self::Block { by, blocked, on } => Body::Block(raw::Block {
                phone: by.digits().to_string(),
                blocked: blocked.digits().to_string(),
                on: *on,
            }),
        }
    }
}

impl Notice {
    /// The bytes of the notice without a place, as a mailbox keeps it.
    pub fn encode(&self) -> Vec<u8> {
        self.to_raw().encode_to_vec()
    }

    fn to_raw(&self) -> raw::Gone {
        raw::Gone {
            place: 0,
            to: self.to.phone.digits().to_string(),
            to_device: self.to.device.get().into(),
            phone: self.phone.digits().to_string(),
            ids: self.ids.iter().map(|id| id.0.to_vec()).collect(),
        }
    }
}

impl Envelope {
    /// The bytes of the envelope alone, as a mailbox keeps it.
    pub fn encode(&self) -> Vec<u8> {
        self.to_raw().encode_to_vec()
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
}

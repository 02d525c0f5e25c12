//! Frames between an end and the transport (proto/transport.proto), read into checked types.
//!
//! A frame either becomes a value in which every number is a number and every id an id, or it is
//! refused whole. Keys stay bytes here: `keys` judges them.

mod decode;
mod encode;
mod types;

pub use types::{Ask, CODE_DIGITS, Envelope, FromTransport, Notice, Payload, ToTransport, VERSION};

pub use crate::generated::transport::{
    Bundle, KemPrekey, Operator, Prekey, ReceiptKind, SignedPrekey, Status,
};

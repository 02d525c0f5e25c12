//! What the errors of the crate are in the kinds of the adapter protocol.

use libsignal_protocol_syft::{FingerprintError, SignalProtocolError as E};

use crate::{fields::Refusal, stores::REUSED};

pub(crate) fn refusal(error: E) -> Refusal {
    let text = error.to_string();
    Refusal::new(kind(&error, &text), text)
}

/// Why safety numbers cannot be compared.
pub(crate) fn unlike(error: FingerprintError) -> Refusal {
    let kind = match error {
        FingerprintError::VersionMismatch { .. } => "version",
        FingerprintError::ParsingError(_) => "malformed",
        FingerprintError::InvalidIterationCount(_) => "other",
    };
    Refusal::new(kind, error)
}

fn kind(error: &E, text: &str) -> &'static str {
    match error {
        E::DuplicatedMessage(..) => "duplicate",
        E::UntrustedIdentity(_) => "untrusted_identity",
        E::LegacyCiphertextVersion(_)
        | E::UnrecognizedCiphertextVersion(_)
        | E::UnrecognizedMessageVersion(_) => "version",
        E::SignatureValidationFailed => "bad_signature",
        E::InvalidPreKeyId | E::InvalidSignedPreKeyId | E::InvalidKyberPreKeyId => "no_key",
        E::SessionNotFound(_) => "no_session",
        E::NoKeyTypeIdentifier
        | E::BadKeyType(_)
        | E::BadKeyLength(..)
        | E::BadKEMKeyType(_)
        | E::WrongKEMKeyType(..)
        | E::BadKEMKeyLength(..) => "bad_key",
        E::InvalidProtobufEncoding
        | E::CiphertextMessageTooShort(_)
        | E::BadKEMCiphertextLength(..) => "malformed",
        _ if text.contains(REUSED) => "reused_base_key",
        _ => said(text),
    }
}

/// The errors that only their words tell apart.
fn said(text: &str) -> &'static str {
    const WORDS: &[(&str, &str)] = &[
        ("too far into the future", "too_far"),
        ("MAC verification failed", "bad_mac"),
        ("decryption failed", "bad_mac"),
        ("X3DH no longer supported", "version"),
        ("no longer supported", "version"),
        ("base key", "bad_key"),
        ("key agreement", "bad_key"),
    ];
    WORDS.iter().find(|(words, _)| text.contains(words)).map_or("other", |(_, kind)| kind)
}

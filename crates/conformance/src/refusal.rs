//! Why a request was refused, in the kinds of the protocol.

use core::fmt;

use keys::{
    BundleError, KeyError,
    mutant::{self, planted},
};
use signal::{InitiateError, OpenError, PostQuantumError, SealError};

/// The kind that a test asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Duplicate,
    TooFar,
    BadMac,
    BadSignature,
    BadKey,
    UntrustedIdentity,
    Version,
    NoSession,
    NoKey,
    ReusedBaseKey,
    Malformed,
    Unsupported,
    /// We crashed: never a correct refusal.
    Internal,
    Other,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::TooFar => "too_far",
            Self::BadMac => "bad_mac",
            Self::BadSignature => "bad_signature",
            Self::BadKey => "bad_key",
            Self::UntrustedIdentity => "untrusted_identity",
            Self::Version => "version",
            Self::NoSession => "no_session",
            Self::NoKey => "no_key",
            Self::ReusedBaseKey => "reused_base_key",
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::Internal => "internal",
            Self::Other => "other",
        }
    }
}

/// Why a request was refused. It reads `kind: message`, as it is answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) struct Refusal {
    kind: Kind,
    message: String,
}

impl Refusal {
    pub(crate) fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self { kind, message: message.to_string() }
    }

    pub(crate) fn malformed(message: impl fmt::Display) -> Self {
        Self::new(Kind::Malformed, message)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.name(), self.message)
    }
}

impl From<KeyError> for Refusal {
    fn from(error: KeyError) -> Self {
        Self::new(Kind::BadKey, error)
    }
}

impl From<BundleError> for Refusal {
    fn from(error: BundleError) -> Self {
        let kind = match error {
            BundleError::Alias { .. } => Kind::BadKey,
            BundleError::SignedPreKey { .. } | BundleError::KemPreKey { .. } | _ => {
                Kind::BadSignature
            }
        };
        Self::new(kind, error)
    }
}

impl From<InitiateError> for Refusal {
    fn from(error: InitiateError) -> Self {
        let kind = match error {
            InitiateError::NoKemPreKey => Kind::NoKey,
            InitiateError::LowOrder(_) => Kind::BadKey,
            _ => Kind::Other,
        };
        Self::new(kind, error)
    }
}

impl From<SealError> for Refusal {
    fn from(error: SealError) -> Self {
        let kind = match error {
            // There is one, and it is no longer sent on: what helps is the same, a new bundle.
            SealError::NoSession | SealError::Unacknowledged { .. } => Kind::NoSession,
            SealError::ChainExhausted => Kind::TooFar,
            _ => Kind::Other,
        };
        Self::new(kind, error)
    }
}

fn of_post_quantum(error: PostQuantumError) -> Kind {
    match error {
        PostQuantumError::Absent | PostQuantumError::Version { .. } => Kind::Version,
        PostQuantumError::Malformed => Kind::Malformed,
        PostQuantumError::Epoch { .. } | PostQuantumError::TooFarAhead { .. } => Kind::TooFar,
        PostQuantumError::EpochGone { .. } | PostQuantumError::Used { .. } => Kind::Duplicate,
        PostQuantumError::Authentication => Kind::BadMac,
        PostQuantumError::EncapsulationKey => Kind::BadKey,
        _ => Kind::Other,
    }
}

impl From<OpenError> for Refusal {
    fn from(error: OpenError) -> Self {
        let kind = match error {
            OpenError::Malformed(_) | OpenError::KemCiphertext { .. } | OpenError::BadPadding => {
                Kind::Malformed
            }
            OpenError::Key(_) | OpenError::LowOrder(_) | OpenError::BadBaseKey => Kind::BadKey,
            OpenError::Version { .. } => Kind::Version,
            // What was changed is outside the MAC of the message, and held by that of the first.
            OpenError::BadMac | OpenError::OuterChanged => Kind::BadMac,
            OpenError::Duplicate { .. } if planted(mutant::DUPLICATE_UNNAMED) => Kind::Other,
            OpenError::Duplicate { .. } => Kind::Duplicate,
            OpenError::TooFarAhead { .. } => Kind::TooFar,
            OpenError::PostQuantum(error) => of_post_quantum(error),
            OpenError::ReusedBaseKey { .. } => Kind::ReusedBaseKey,
            OpenError::UnknownPreKey { .. } => Kind::NoKey,
            OpenError::UntrustedIdentity => Kind::UntrustedIdentity,
            OpenError::NoSession => Kind::NoSession,
            OpenError::RegistrationId { .. } | OpenError::AddressMismatch => Kind::Other,
            _ => Kind::Other,
        };
        Self::new(kind, error)
    }
}

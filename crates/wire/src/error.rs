//! Why bytes are no frame.

/// The bytes do not parse, or break a limit. Any hop before this one may be to blame.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not protobuf of this schema.
    #[error("not a frame of this schema")]
    Schema,
    /// A part that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A part has a value that nobody knows.
    #[error("unknown {0}")]
    Unknown(&'static str),
    /// A version that is not spoken here.
    #[error("version {found}")]
    Version {
        /// Which; 0 for a frame that names none.
        found: u32,
    },
    /// A part is longer than its limit.
    #[error("{what}: {found} found, at most {most} are allowed")]
    TooMany {
        /// Which part.
        what: &'static str,
        /// Its size.
        found: usize,
        /// Its limit (`vocab::limits`).
        most: usize,
    },
}

impl From<prost::DecodeError> for Malformed {
    fn from(_cause: prost::DecodeError) -> Self {
        Self::Schema
    }
}

//! Planted mistakes: each edits the one guard that it names, and none flags itself.

/// A planted mistake.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// A one-time prekey is read where it should be taken, so that it leaves again.
    OneTimeKeyTwice,
    /// A hosted number's envelopes are taken from any link.
    NoSenderCheck,
    /// Frames leave without waiting for the transaction that they speak of.
    EffectBeforeTransaction,
    /// What a deleted account published, and its reports, stay.
    PublishedOutlivesAccount,
}

/// Whether `config` names this mutant; never, without the feature.
#[cfg(feature = "mutants")]
macro_rules! planted {
    ($config:expr, $mutant:ident) => {
        $config.mutant == Some($crate::mutant::Mutant::$mutant)
    };
}

/// Whether `config` names this mutant; never, without the feature.
#[cfg(not(feature = "mutants"))]
macro_rules! planted {
    ($config:expr, $mutant:ident) => {{
        let _config = &$config;
        false
    }};
}

pub(crate) use planted;

//! Planted mistakes: each edits the one guard that it names, and none flags itself.

/// A planted mistake. Without the feature `mutants` none of them acts.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// A one-time prekey is read where it should be taken, so that it leaves again.
    OneTimeKeyTwice,
    /// A hosted number's envelopes are taken from any link.
    NoSenderCheck,
    /// Frames leave without waiting for the transaction that they speak of.
    EffectBeforeTransaction,
    /// An acknowledgement takes everything that stands before it along.
    AckTakesAllBefore,
    /// A block does not keep anything away.
    BlockIgnored,
    /// A copy of a transmission that was accepted joins the mailbox again.
    AcceptedForgotten,
    /// An envelope leaves its mailbox when it is pushed, not when it is acknowledged.
    ForgottenWhenPushed,
    /// What is not acknowledged is not pushed again.
    PushedOnce,
    /// A bundle says that the Cloud API runs the other end, whoever does.
    OperatorAssumed,
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

//! Planted mistakes of our engine: each disables one guard, so that the conformance suite can be
//! seen to find it.
//!
//! One is chosen for the whole process, before anything else (`conform --serve --mutant NAME`).
//! Without the feature `mutants` none can be chosen, and the guards are unconditional. The registry
//! is here because every crate of the engine can reach it.

/// A mistake that can be planted into the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mutant {
    /// Its name on the command line.
    pub name: &'static str,
    /// The guard that it takes away.
    pub guard: &'static str,
    /// The cases that must fail with it, and pass without it.
    pub caught_by: &'static [&'static str],
}

macro_rules! registry {
    ($($constant:ident, $name:literal, $guard:literal, [$($id:literal),+];)+) => {
        $(
            #[doc = $guard]
            pub const $constant: Mutant =
                Mutant { name: $name, guard: $guard, caught_by: &[$($id),+] };
        )+

        impl Mutant {
            /// All of them.
            pub const ALL: &[Self] = &[$($constant),+];
        }
    };
}

registry! {
    SIGNED_UNVERIFIED, "signed-unverified", "The signature over a signed prekey is verified.",
        ["sign.signed-flipped", "sign.signed-by-another"];
    KEM_UNVERIFIED, "kem-unverified", "The signature over a KEM prekey is verified.",
        ["sign.kem-flipped", "sign.kem-key-flipped"];
    UNPREFIXED_SIGNED, "unprefixed-signed", "A signature covers the type byte of a key.",
        ["sign.signed-unprefixed"];
    SCALAR_UNCHECKED, "scalar-unchecked", "A signature's scalar has at most 253 bits.",
        ["sign.scalar-too-large"];
    CURVE_TYPE_IGNORED, "curve-type-ignored", "A curve key has its type byte.",
        ["key.bundle-type", "key.first-type"];
    KEM_TYPE_IGNORED, "kem-type-ignored", "A KEM key has its type byte.",
        ["key.bundle-kem-type"];
    KEM_LENGTH_IGNORED, "kem-length-ignored", "A KEM key has no bytes after its end.",
        ["key.bundle-kem-long"];
    BASE_NOT_CANONICAL, "base-not-canonical", "A base key is in its one encoding.",
        ["point.noncanonical-base"];
    BASE_WITH_TORSION, "base-with-torsion", "A base key has no part of small order.",
        ["point.torsion-base"];
    LOW_ORDER, "low-order", "An agreement that yields zeros is refused.",
        ["point.low-order-identity", "point.low-order-first-ratchet", "point.low-order-ratchet"];
    ONE_TIME_LEFT_OUT, "one-time-left-out", "The one-time prekey is part of what is agreed on.",
        ["agree.one-time"];
    KEM_OPTIONAL, "kem-optional", "A handshake of version 4 has its KEM part.",
        ["downgrade.older-handshake"];
    JUMP_UNLIMITED, "jump-unlimited", "A message skips no more than 25,000 keys.",
        ["limit.jump-25001", "limit.jump-named"];
    SKIPPED_FORGOTTEN, "skipped-forgotten", "Keys of skipped messages wait for them.",
        ["order.reversed", "order.shuffled", "limit.skipped-2000"];
    SKIPPED_UNLIMITED, "skipped-unlimited", "No more than 2,000 of them are kept.",
        ["limit.skipped-2001"];
    SKIPPED_USED_TWICE, "skipped-used-twice", "A key that waited serves once.",
        ["duplicate.skipped"];
    CHAINS_UNLIMITED, "chains-unlimited", "No more than five receiving chains are kept.",
        ["limit.chains-6"];
    SHORT_MAC, "short-mac", "All eight bytes of a MAC are compared.",
        ["tamper.message-bytes"];
    VERSION_UNCHECKED, "version-unchecked", "A message has its session's version.",
        ["downgrade.message-version", "downgrade.inner-version"];
    COUNTER_OF_A_BYTE, "counter-of-a-byte", "A message's number is sent as it is.",
        ["long.one-way-1000"];
    SPQR_OPTIONAL, "spqr-optional", "A session with the post-quantum ratchet never goes without.",
        ["spqr.stripped"];
    SPQR_ANY_VERSION, "spqr-any-version", "Another version of the post-quantum field is refused.",
        ["spqr.version-0", "spqr.version-2"];
    SPQR_ANY_TYPE, "spqr-any-type", "A type of chunk that does not exist is refused.",
        ["spqr.unknown-type"];
    BRAID_STANDS_STILL, "braid-stands-still", "The braid sends its chunks, and epochs advance.",
        ["spqr.epochs-advance", "spqr.losses"];
    SHORT_ARCHIVE, "short-archive", "Forty sessions are kept beside the one in use.",
        ["session.archive-40"];
    ONE_TIME_KEPT, "one-time-kept", "A one-time prekey is deleted with its first use.",
        ["replay.one-time-twice"];
    KEM_KEPT, "kem-kept", "A one-time KEM prekey is deleted with its first use.",
        ["replay.kem-twice"];
    LAST_RESORT_DELETED, "last-resort-deleted", "A last-resort KEM prekey stays.",
        ["replay.last-resort-serves"];
    BASE_KEY_FORGOTTEN, "base-key-forgotten", "Base keys that could be replayed are remembered.",
        ["replay.last-resort-again", "replay.no-one-time"];
    REFUSED_USES_KEYS, "refused-uses-keys", "A first message that is refused uses up nothing.",
        ["replay.refused-keeps-keys"];
    OLDER_BUNDLE_FORGOTTEN, "older-bundle-forgotten", "A new bundle leaves the older ones.",
        ["agree.older-bundle"];
    ASCII_ONLY, "ascii-only", "Text is encrypted as the bytes that it is.",
        ["agree.unicode"];
    ONE_SESSION, "one-session", "Each peer has a session of its own.",
        ["agree.several-peers", "identity.another-session"];
    OPENED_AGAIN, "opened-again", "What was opened is not opened again.",
        ["duplicate.refused", "duplicate.first-message"];
    DUPLICATE_UNNAMED, "duplicate-unnamed", "A duplicate is refused as one.",
        ["duplicate.named"];
    REFUSED_DROPS_SESSION, "refused-drops-session", "A message that is refused changes nothing.",
        ["tamper.message-bytes", "limit.jump-25001"];
    ARCHIVE_FORGOTTEN, "archive-forgotten", "The session before a new one is kept.",
        ["session.archived", "session.promoted"];
    CLOCK_IGNORED, "clock-ignored", "An unanswered session is not sent on for ever.",
        ["session.unanswered-30-days"];
    SEALED_TO_NOBODY, "sealed-to-nobody", "Without a session nothing is sealed.",
        ["session.none-to-seal"];
    ANY_BUNDLE_IDENTITY, "any-bundle-identity", "A bundle is compared with the known identity.",
        ["identity.changed-bundle"];
    ANY_FIRST_IDENTITY, "any-first-identity", "A first message is compared with it too.",
        ["identity.changed-first"];
    TRUST_IGNORED, "trust-ignored", "An identity that is trusted from now on replaces the old.",
        ["identity.trusted"];
    ADDRESSES_IGNORED, "addresses-ignored", "Addresses in a message are those of its ends.",
        ["identity.other-addresses"];
    WITHOUT_KEM, "without-kem", "A bundle without a KEM prekey starts no session of version 4.",
        ["downgrade.bundle-without-kem"];
    OLDER_VERSION, "older-version", "A device of version 4 answers no handshake of version 3.",
        ["downgrade.first-v3"];
    TYPE_IGNORED, "type-ignored", "A message is read as the type that it came as.",
        ["wire.wrong-type"];
    CRASH_ON_RUBBISH, "crash-on-rubbish", "What is no message is refused, not crashed on.",
        ["wire.rubbish"];
    UNKNOWN_FIELD_REFUSED, "unknown-field-refused", "Unknown fields of a request are ignored.",
        ["adapter.unknown-field"];
    EXIT_WITH_ERROR, "exit-with-error", "The end of the input is a good end.",
        ["adapter.end"];
}

impl Mutant {
    /// The mistake of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mutant| mutant.name == name)
    }
}

#[cfg(feature = "mutants")]
mod chosen {
    use core::sync::atomic::{AtomicUsize, Ordering};

    use super::Mutant;

    /// Its place among all of them, plus one.
    static CHOSEN: AtomicUsize = AtomicUsize::new(0);

    /// Plants `mutant` into this process, for good.
    pub fn plant(mutant: Mutant) {
        let place = Mutant::ALL.iter().position(|one| *one == mutant);
        CHOSEN.store(place.map_or(0, |place| place.saturating_add(1)), Ordering::Relaxed);
    }

    /// Whether the mistake `wanted` is planted.
    pub fn planted(wanted: Mutant) -> bool {
        let place = CHOSEN.load(Ordering::Relaxed).checked_sub(1);
        place.and_then(|place| Mutant::ALL.get(place)) == Some(&wanted)
    }
}

#[cfg(feature = "mutants")]
pub use chosen::{plant, planted};

/// Without the feature nothing is ever planted.
#[cfg(not(feature = "mutants"))]
pub const fn planted(_wanted: Mutant) -> bool {
    false
}

//! All invariants: id, meaning, requirements.

/// One invariant.
#[derive(Clone, Copy, Debug)]
pub struct Registered {
    /// Which check judges it.
    pub id: Id,
    /// When it must hold.
    pub kind: Kind,
    /// Its id in reports and scenarios.
    pub name: &'static str,
    /// What it says.
    pub says: &'static str,
    /// The requirements that it checks.
    pub requirements: &'static [&'static str],
}

/// When something must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// At every moment of every run.
    Always,
    /// At some moment of some run of a sweep: see [`super::occasions`].
    Sometimes,
    /// At the end of every run whose faults are over: see [`crate::scenario::Scenario::heal`].
    Eventually,
}

/// Which check judges an invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id {
    /// Cells of the who-saw-what table that belong to the invariant of this name.
    Cells(&'static str),
    /// No cell with a policy is unknown.
    Measured,
    /// Every application sees every message exactly once.
    ExactlyOnce,
    /// Nothing that was accepted is lost.
    NothingLost,
    /// Nothing is shown that nobody wrote.
    NoForgery,
    /// Nobody is told that a message arrived which is lost.
    ToldTrue,
    /// Who compares codes has the same.
    SameCodes,
    /// A copy of a device is of no use after a round trip.
    Heals,
    /// A one-time prekey leaves the directory once.
    OneTimeKeyOnce,
    /// No (key, IV) pair is used twice.
    KeyOnce,
    /// An answer that promises durability comes after it.
    DurableFirst,
    /// A kept message goes only to the identity that it was first encrypted to.
    IdentityPinned,
    /// A ratchet is saved only under a check of its revision.
    RatchetRevision,
    /// No row outlives its retention.
    Retention,
    /// At the Cloud API content and numbers lie sealed.
    SealedAtRest,
    /// Private keys lie only where they belong.
    KeysAtEnds,
    /// Nobody but its owner claims a number.
    NumberOwner,
    /// One requester never takes all one-time prekeys that a device keeps published.
    PrekeysLast,
    /// An attacker learns of so many numbers a day.
    NoEnumeration,
    /// While somebody attacks, messages between others arrive in time.
    Fair,
    /// No mailbox holds more than its quota.
    MailboxQuota,
    /// Who only answers is never flagged; who messages everybody is, and does not get far.
    Integrity,
    /// A message is encrypted again a bounded number of times.
    RetriesBounded,
    /// Only its recipient says how far a message got.
    RecipientAlone,
    /// A delivery is reported after it.
    DeliveredTruly,
    /// A one-time private key serves one session and is gone.
    OneTimeKeySpent,
    /// A message opens when it comes.
    OpensFirst,
    /// Both ends of a session agree.
    InStep,
    /// Messages keep their order where it is promised.
    InOrder,
    /// A block keeps away what it should.
    BlockHolds,
    /// Everything arrives in the end.
    Arrives,
    /// What goes into the Cloud API comes out of it.
    Conservation,
    /// The Cloud API forgets whom it carried messages for.
    Forgotten,
    /// A chat names its real other end.
    Label,
    /// Nothing names somebody who deleted their account.
    Erased,
    /// An optional service sees nothing while it is off, and is told apart.
    OptionalServices,
    /// Two traces are equal in types, order and sizes.
    SameTrace,
    /// Something is delivered as long as something waits.
    NoStall,
}

const fn cells(
    name: &'static str,
    says: &'static str,
    requirements: &'static [&'static str],
) -> Registered {
    Registered { id: Id::Cells(name), kind: Kind::Always, name, says, requirements }
}

const fn check(
    id: Id,
    name: &'static str,
    says: &'static str,
    requirements: &'static [&'static str],
) -> Registered {
    Registered { id, kind: Kind::Always, name, says, requirements }
}

const fn in_the_end(one: Registered) -> Registered {
    Registered { kind: Kind::Eventually, ..one }
}

/// All invariants, in the order of reports.
pub const REGISTRY: &[Registered] = &[
    cells(
        "R008",
        "the transport never sees what a message says",
        &["R008", "R029", "R039", "R040", "R046", "R048"],
    ),
    cells("R023", "the rest of Meta never sees what a message says", &["R023", "R042", "R048"]),
    cells("R024", "the ads system sees nothing of the Cloud API", &["R024", "R083"]),
    cells(
        "R031",
        "what is written is seen at both ends: by the person, the Cloud API and the business",
        &["R005", "R030", "R031", "R041"],
    ),
    cells("R049", "the transport routes by phone number, and the ends know it", &["R049", "R063"]),
    cells("R050", "statistics may be read by the transport and the rest of Meta", &["R050"]),
    cells("R051", "integrity signals stay with the transport", &["R051"]),
    cells("R052", "business information may be read by both", &["R052", "R075"]),
    cells("R053", "billing may be read by both", &["R053", "R078"]),
    cells("R066", "no other part of Meta sees a person's phone number", &["R049", "R055", "R066"]),
    check(Id::Measured, "measured", "no cell with a policy is unknown", &["M001", "M004"]),
    check(
        Id::ExactlyOnce,
        "exactly-once",
        "every application sees every message exactly once",
        &["R022", "R035"],
    ),
    check(
        Id::NothingLost,
        "nothing-lost",
        "nothing that a hop took over is lost",
        &["R022", "R034", "R035"],
    ),
    check(
        Id::NoForgery,
        "no-forgery",
        "nothing is shown in a chat that its other side did not write",
        &["R017"],
    ),
    check(
        Id::ToldTrue,
        "told-true",
        "no message is lost of which its writer was told that it arrived",
        &["R022", "R035"],
    ),
    check(
        Id::SameCodes,
        "same-codes",
        "a person and a business that compare their codes have the same",
        &["R028", "R046", "R047"],
    ),
    check(
        Id::Heals,
        "heals",
        "what a device is sent after a round trip under new keys cannot be read with a copy of it",
        &["R027", "R045"],
    ),
    check(
        Id::OneTimeKeyOnce,
        "one-time-key-once",
        "a one-time prekey leaves the directory once",
        &["R028"],
    ),
    check(Id::KeyOnce, "key-once", "no cipher key and IV serve two messages", &["R036"]),
    check(
        Id::DurableFirst,
        "durable-first",
        "an acknowledged envelope is durable before its acknowledgement leaves",
        &["R034"],
    ),
    check(
        Id::IdentityPinned,
        "identity-pinned",
        "a kept message is encrypted again only to the identity it was first encrypted to",
        &["R038"],
    ),
    check(
        Id::RatchetRevision,
        "ratchet-revision",
        "a ratchet is written only under a check of the revision that it builds on",
        &["R036"],
    ),
    check(
        Id::Retention,
        "retention",
        "no row is readable after its time, and its bytes are gone within the sweep",
        &["R032", "R057", "R059", "R060"],
    ),
    check(
        Id::SealedAtRest,
        "sealed-at-rest",
        "at the Cloud API neither content nor a phone number lies in clear",
        &["R061", "R062", "R064", "R065"],
    ),
    check(
        Id::KeysAtEnds,
        "keys-at-ends",
        "private keys and sessions lie only with the person and with whoever runs hop 3",
        &["R019", "R028", "R043", "R046"],
    ),
    check(
        Id::NumberOwner,
        "number-owner",
        "nobody but its owner claims a number",
        &["R016", "R017"],
    ),
    check(
        Id::PrekeysLast,
        "prekeys-last",
        "one requester never takes all one-time prekeys that a device keeps published",
        &["R028"],
    ),
    check(
        Id::NoEnumeration,
        "no-enumeration",
        "an attacker learns of so many numbers a day whether somebody has them",
        &["R063"],
    ),
    check(
        Id::Fair,
        "fair",
        "while somebody attacks, messages between others arrive within a minute",
        &["R006", "R012"],
    ),
    check(Id::MailboxQuota, "mailbox-quota", "no mailbox holds more than its quota", &["R006"]),
    check(
        Id::Integrity,
        "integrity",
        "who only answers is never flagged; a business that messages everybody does not get far",
        &["R009", "R010", "R012"],
    ),
    check(
        Id::OneTimeKeySpent,
        "one-time-key-spent",
        "a one-time private key begins one session and is gone with it",
        &["R028", "R044"],
    ),
    check(
        Id::OpensFirst,
        "opens-first",
        "a message opens when it comes, unless an end lost its session or is another than before",
        &["R030", "R044"],
    ),
    check(
        Id::InStep,
        "in-step",
        "where nothing is on its way, what one end of a session seals the other opens",
        &["R028", "R030"],
    ),
    check(
        Id::RetriesBounded,
        "retries-bounded",
        "a message is encrypted again ten times at most",
        &["R036"],
    ),
    check(
        Id::InOrder,
        "in-order",
        "a business's messages to a person keep their order up to the Cloud API, and where no link \
         loses or overtakes up to the person; webhooks promise none",
        &["R033"],
    ),
    check(
        Id::DeliveredTruly,
        "delivered-truly",
        "a business is told of a delivery after its customer was shown the message",
        &["R034"],
    ),
    check(
        Id::RecipientAlone,
        "recipient-alone",
        "only its recipient's word moves a message on to delivered or read",
        &["R017", "R022"],
    ),
    check(
        Id::BlockHolds,
        "block-holds",
        "nothing that was sealed while its addressee blocked its writer is shown",
        &["R012"],
    ),
    check(
        Id::Conservation,
        "conservation",
        "what goes into the Cloud API comes out of it: decrypted, handed over, given up or waiting",
        &["R022"],
    ),
    check(
        Id::Forgotten,
        "forgotten",
        "at the Cloud API no row names a person for longer than 30 days, or after the last message",
        &["R065", "R087"],
    ),
    in_the_end(check(
        Id::Arrives,
        "arrives",
        "when faults are over, everything that was written arrives",
        &["R034", "R035"],
    )),
    check(Id::Label, "label", "a chat names the end that really decrypts", &["R047", "G038"]),
    check(
        Id::Erased,
        "erased",
        "of a deleted account nothing is kept but hashes that suppress, and they expire",
        &["R065", "R087", "G046"],
    ),
    check(
        Id::OptionalServices,
        "optional-services",
        "an optional service sees what is written to businesses that added it, under its own terms",
        &["R002", "R003", "R004"],
    ),
    check(
        Id::SameTrace,
        "same-trace",
        "the transport sees the same trace whoever runs hop 3",
        &["R018"],
    ),
    check(
        Id::NoStall,
        "no-stall",
        "as long as something waits, something is delivered",
        &["R034", "R035"],
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::REGISTRY;

    #[test]
    fn every_invariant_has_an_id_of_its_own_and_names_a_requirement() {
        let names: BTreeSet<_> = REGISTRY.iter().map(|invariant| invariant.name).collect();
        assert_eq!(names.len(), REGISTRY.len());
        assert!(REGISTRY.iter().all(|invariant| !invariant.requirements.is_empty()));
    }
}

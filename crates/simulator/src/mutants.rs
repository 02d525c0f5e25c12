//! The registry of planted mistakes: for each, where it is planted, what it breaks, and the
//! invariant that must see it. One row of the table is one mistake.

use business::Mutant as Business;
use client::Mutant as Client;
use cloud_api::Mutant as CloudApi;
use endpoint::Mutant as Endpoint;
use hop::Mutant as Desk;
use store::Mutant as Store;
use transport::Mutant as Transport;

use crate::{
    actor::Actor,
    node::Mutant as Node,
    world::cast::{ON_PREMISES, TRANSPORT},
};

/// A mistake that can be planted into a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planted {
    name: &'static str,
    at: At,
    caught_by: &'static str,
    says: &'static str,
}

/// Where a mistake is planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// In what looks on: the transport's bytes are not scanned.
    Watch,
    /// In the world around hops.
    Node(Node, Whose),
    /// In the stores of all.
    Store(Store),
    /// In the desks of all hops on the path.
    Desk(Desk),
    /// In the transport.
    Transport(Transport),
    /// In every end, at people's and at the Cloud API.
    Endpoint(Endpoint),
    /// In people's devices.
    Client(Client),
    /// In the Cloud API, whoever runs it.
    CloudApi(CloudApi),
    /// In businesses.
    Business(Business),
}

/// Around whose hops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The transport's.
    Transport,
    /// People's and those of hop 3.
    Ends,
    /// Everybody's.
    Everybody,
}

impl Whose {
    /// Whether the node of that name is one of them.
    pub(crate) fn is(self, name: &str, actor: Actor) -> bool {
        match self {
            Self::Transport => name == TRANSPORT,
            Self::Ends => {
                matches!(actor, Actor::User | Actor::CloudApi) || name.ends_with(ON_PREMISES)
            }
            Self::Everybody => true,
        }
    }
}

const fn row(name: &'static str, at: At, caught_by: &'static str, says: &'static str) -> Planted {
    Planted { name, at, caught_by, says }
}

/// All of them, in the order of the path.
#[rustfmt::skip]
const ALL: &[Planted] = &[
    row("early-input-forgotten", At::Client(Client::EarlyForgotten), "arrives",
        "what a person does before the device has read its account is forgotten"),
    row("dedupe-forgotten", At::Endpoint(Endpoint::ForgottenDedupe), "exactly-once",
        "an end opens a message to its application again"),
    row("dedupe-too-short", At::Endpoint(Endpoint::DedupeTooShort), "exactly-once",
        "an end remembers for a minute what it has opened"),
    row("ratchet-without-revision", At::Endpoint(Endpoint::RatchetWithoutRevision),
        "ratchet-revision",
        "the rows of a session are written without a check of their revision"),
    row("turn-unsaved", At::Endpoint(Endpoint::TurnUnsaved), "in-step",
        "what a turn of the ratchet changes is saved the first time only"),
    row("skipped-unsaved", At::Endpoint(Endpoint::SkippedUnsaved), "nothing-lost",
        "keys that were set aside for overtaken messages are not saved"),
    row("archive-unsaved", At::Endpoint(Endpoint::ArchiveUnsaved), "opens-first",
        "a session that was replaced is not saved"),
    row("one-time-key-kept", At::Endpoint(Endpoint::OneTimeKept), "one-time-key-spent",
        "a one-time private key stays after the session that used it began"),
    row("last-resort-deleted", At::Endpoint(Endpoint::LastResortDeleted), "opens-first",
        "a KEM prekey of last resort goes with its first use"),
    row("key-reused-on-retransmission", At::Endpoint(Endpoint::KeyReusedOnRetransmission),
        "key-once",
        "what a retransmission did to its session is not saved"),
    row("any-identity", At::Endpoint(Endpoint::AnyIdentity), "identity-pinned",
        "a kept message is encrypted to whatever identity its recipient has now"),
    row("retry-without-limit", At::Endpoint(Endpoint::RetryWithoutLimit), "retries-bounded",
        "a message is encrypted anew however often it is asked for"),
    row("kept-too-long", At::Endpoint(Endpoint::KeptTooLong), "retention",
        "a message is kept for retransmission for a sweep longer than it may be"),
    row("receipts-of-strangers", At::Endpoint(Endpoint::AnybodysReceipt), "recipient-alone",
        "anybody's word for how far a message got is taken"),
    row("receipt-without-opening", At::Endpoint(Endpoint::ReceiptWithoutOpening),
        "delivered-truly",
        "a message that could not be opened is reported as delivered"),
    row("sent-outlives-account", At::Endpoint(Endpoint::SentOutlivesAccount), "erased",
        "what was sent to somebody stays when their account is deleted"),
    row("file-in-clear", At::Endpoint(Endpoint::FileInClear), "R008",
        "a file is stored at the transport as it is"),
    row("transport-scan-off", At::Watch, "measured",
        "the watch does not scan what the transport sees"),
    row("sender-check-missing", At::Transport(Transport::NoSenderCheck), "no-forgery",
        "the transport takes a business number's envelopes from any link"),
    row("one-time-key-twice", At::Transport(Transport::OneTimeKeyTwice), "one-time-key-once",
        "the transport hands a one-time prekey out again"),
    row("operator-assumed", At::Transport(Transport::OperatorAssumed), "label",
        "a bundle says that the Cloud API runs the other end, whoever does"),
    row("answered-before-durable", At::Transport(Transport::EffectBeforeTransaction),
        "durable-first",
        "the transport's frames leave without waiting for their transaction"),
    row("accepted-twice", At::Transport(Transport::AcceptedForgotten), "conservation",
        "a copy of an envelope that was accepted joins the mailbox again"),
    row("block-ignored", At::Transport(Transport::BlockIgnored), "block-holds",
        "a block keeps nothing away"),
    row("ack-takes-all-before", At::Transport(Transport::AckTakesAllBefore), "nothing-lost",
        "an acknowledgement takes everything that stands before it along"),
    row("forgotten-when-pushed", At::Transport(Transport::ForgottenWhenPushed), "nothing-lost",
        "an envelope leaves its mailbox when it is pushed, not when it is acknowledged"),
    row("pushed-once", At::Transport(Transport::PushedOnce), "arrives",
        "what is not acknowledged is not pushed again"),
    row("published-outlives-account", At::Transport(Transport::PublishedOutlivesAccount), "erased",
        "what a deleted account published, and its reports, stay"),
    row("request-forgotten", At::CloudApi(CloudApi::RequestForgotten), "no-forgery",
        "a request of a business that came before is a new one each time"),
    row("webhook-done-anyhow", At::CloudApi(CloudApi::WebhookDoneAnyhow), "nothing-lost",
        "a webhook counts as delivered however its exchange ended"),
    row("delivered-when-taken", At::CloudApi(CloudApi::DeliveredWhenTaken), "delivered-truly",
        "a message that the transport took is reported as delivered"),
    row("author-in-clear", At::CloudApi(CloudApi::AuthorInClear), "sealed-at-rest",
        "the Cloud API keeps in clear who wrote a message"),
    row("author-for-ever", At::CloudApi(CloudApi::AuthorForEver), "forgotten",
        "the Cloud API keeps for ever who wrote a message"),
    row("bill-names-person", At::CloudApi(CloudApi::BillNamesPerson), "R066",
        "a billing record says who was written to"),
    row("service-fed-while-off", At::CloudApi(CloudApi::ServiceFedWhileOff), "optional-services",
        "an optional service is handed what was written to businesses that did not add it"),
    row("webhook-dedupe-forgotten", At::Business(Business::ForgottenDedupe), "exactly-once",
        "a business shows a webhook that it had before"),
    row("unanswered-is-settled", At::Business(Business::UnansweredIsSettled), "nothing-lost",
        "a business counts a request that nobody answered as settled"),
    row("outbox-unordered", At::Business(Business::OutboxUnordered), "in-order",
        "requests of one customer do not wait for each other"),
    row("taken-stays", At::Store(Store::TakenStays), "one-time-key-once",
        "a store leaves the row that was taken where it was"),
    row("inserts-survive-crash", At::Store(Store::InsertsSurviveCrash), "nothing-lost",
        "rows that were new and not durable survive a crash"),
    row("numbers-from-one", At::Store(Store::NumbersFromOne), "nothing-lost",
        "after a crash the queues of a store count from one again"),
    row("desk-unchecked", At::Desk(Desk::Unchecked), "ratchet-revision",
        "rows that were read are not checked to be as they were"),
    row("conflict-is-done", At::Desk(Desk::ConflictIsDone), "arrives",
        "a transaction that conflicted counts as done"),
    row("postponed-forgotten", At::Desk(Desk::PostponedForgotten), "arrives",
        "work that the store could not do is forgotten"),
    row("effect-before-transaction", At::Node(Node::EffectBeforeTransaction, Whose::Transport),
        "durable-first",
        "the transport's answers leave before the rows that they speak of are durable"),
    row("sync-late", At::Node(Node::SyncLate, Whose::Ends), "key-once",
        "an end's store calls durable what it writes to disk some transactions later"),
    row("sweep-off", At::Node(Node::SweepOff, Whose::Everybody), "retention",
        "expired rows are never swept"),
];

impl Planted {
    /// All of them.
    pub const ALL: &'static [Self] = ALL;

    /// The name on the command line.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it breaks.
    pub const fn says(&self) -> &'static str {
        self.says
    }

    /// The invariant that must fail, in a scenario that gives the mistake an occasion.
    pub const fn caught_by(&self) -> &'static str {
        self.caught_by
    }

    /// The crate that it is planted in.
    pub const fn component(&self) -> &'static str {
        match self.at {
            At::Watch | At::Node(..) => "simulator",
            At::Store(_) => "store",
            At::Desk(_) => "hop",
            At::Transport(_) => "transport",
            At::Endpoint(_) => "endpoint",
            At::Client(_) => "client",
            At::CloudApi(_) => "cloud-api",
            At::Business(_) => "business",
        }
    }

    /// Where it is planted.
    pub(crate) const fn at(&self) -> At {
        self.at
    }

    /// The mistake of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|planted| planted.name == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Planted;
    use crate::invariants::REGISTRY;

    #[test]
    fn every_mistake_has_a_name_of_its_own_and_an_invariant_that_exists() {
        let names: BTreeSet<_> = Planted::ALL.iter().map(Planted::name).collect();
        assert_eq!(names.len(), Planted::ALL.len());
        for planted in Planted::ALL {
            assert_eq!(Planted::named(planted.name()), Some(*planted));
            let known = REGISTRY.iter().any(|one| one.name == planted.caught_by());
            assert!(known, "{}: no invariant {}", planted.name(), planted.caught_by());
        }
    }
}

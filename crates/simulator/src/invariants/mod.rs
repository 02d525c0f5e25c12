//! What must hold in every run: a registry, and the judgement of one run on each of them.
//!
//! Every invariant has an id, says what it means in one line, and names the requirements that it
//! checks. A judgement comes with evidence: what was counted when it held, who and what and where
//! when it did not.

mod cells;
mod conversations;
mod counts;
mod dishonest;
mod disk;
mod ends;
mod erased;
mod messages;
pub mod occasions;
mod on_their_way;
mod protection;
mod queue;
mod registry;
pub mod services;
mod stores;
mod traces;

use std::cell::OnceCell;

use self::on_their_way::OnTheirWay;
pub use self::{
    cells::{Table, table},
    messages::{count, latency},
    registry::{Id, Kind, REGISTRY},
    traces::chat_labels,
};
use crate::{
    report::model::{Invariant, Verdict},
    scenario::Scenario,
    watch::Watch,
    world::{ProbeResult, World},
};

/// A run that has ended, with all that is known of it.
pub struct Ended<'r> {
    /// The scenario.
    pub scenario: &'r Scenario,
    /// The world at its end.
    pub world: &'r World,
    /// What was seen.
    pub watch: &'r Watch,
    /// What looks into stores found.
    pub probes: &'r [ProbeResult],
    /// Rows on their way: read once, for every check that asks.
    queued: OnceCell<Vec<(String, Vec<u8>)>>,
    /// Counted messages on their way, in the same manner.
    way: OnceCell<OnTheirWay>,
}

impl<'r> Ended<'r> {
    /// A run that has ended.
    pub const fn new(
        scenario: &'r Scenario,
        world: &'r World,
        watch: &'r Watch,
        probes: &'r [ProbeResult],
    ) -> Self {
        Self { scenario, world, watch, probes, queued: OnceCell::new(), way: OnceCell::new() }
    }

    /// Counted messages on their way.
    fn way(&self) -> &OnTheirWay {
        self.way.get_or_init(|| OnTheirWay::look(self))
    }
}

/// The outcome of one check: evidence, and whether it holds.
pub(crate) struct Outcome {
    verdict: Verdict,
    evidence: Vec<String>,
}

impl Outcome {
    /// It held, and this was looked at.
    pub(crate) fn held(evidence: impl Into<String>) -> Self {
        Self { verdict: Verdict::Pass, evidence: vec![evidence.into()] }
    }

    /// It holds if nothing speaks against it.
    pub(crate) fn unless(against: Vec<String>, held: impl Into<String>) -> Self {
        if against.is_empty() {
            Self::held(held)
        } else {
            Self { verdict: Verdict::Fail, evidence: against }
        }
    }

    /// Nothing was there to be judged.
    pub(crate) fn unknown(evidence: impl Into<String>) -> Self {
        Self { verdict: Verdict::Unknown, evidence: vec![evidence.into()] }
    }
}

/// Judges a run.
pub fn judge(ended: &Ended<'_>, table: &Table) -> Vec<Invariant> {
    REGISTRY
        .iter()
        .filter_map(|registered| {
            let outcome = outcome(ended, table, registered.id)?;
            Some(Invariant {
                id: registered.name.to_owned(),
                says: registered.says.to_owned(),
                verdict: outcome.verdict,
                requirements: registered.requirements.iter().map(|&id| id.to_owned()).collect(),
                evidence: outcome.evidence,
            })
        })
        .collect()
}

fn outcome(ended: &Ended<'_>, table: &Table, id: Id) -> Option<Outcome> {
    Some(match id {
        Id::Cells(wanted) => cells::judged(table, wanted)?,
        Id::ToldTrue => messages::told_true(ended),
        Id::SameCodes => dishonest::same_codes(ended)?,
        Id::Heals => dishonest::heals(ended)?,
        Id::Measured if !ended.watch.looks => unseen(),
        Id::Measured => cells::all_known(ended, table),
        Id::ExactlyOnce => messages::exactly_once(ended),
        Id::NothingLost => messages::nothing_lost(ended),
        Id::NoForgery => messages::no_forgery(ended),
        Id::OneTimeKeyOnce | Id::DurableFirst | Id::SealedAtRest if !ended.watch.looks => unseen(),
        Id::OneTimeKeyOnce => found(ended, "one-time-key-once", || {
            format!("{} one-time prekeys left the directory", ended.watch.one_time_keys())
        }),
        Id::KeyOnce => found(ended, "key-once", || {
            format!("{} messages were sealed, each under its own key", ended.watch.sealed)
        }),
        Id::DurableFirst => found(ended, "durable-first", || {
            "every acknowledged envelope was durable before".to_owned()
        }),
        Id::IdentityPinned => found(ended, "identity-pinned", || {
            format!("{} retransmissions", ended.watch.retransmitted.len())
        }),
        Id::RatchetRevision => stores::ratchet_revision(ended),
        Id::Retention => stores::retention(ended),
        Id::SealedAtRest => stores::sealed_at_rest(ended),
        Id::KeysAtEnds => stores::keys_at_ends(ended),
        Id::NumberOwner => protection::number_owner(ended),
        Id::PrekeysLast => protection::prekeys_last(ended),
        Id::NoEnumeration => protection::no_enumeration(ended)?,
        Id::Fair => protection::fair(ended)?,
        Id::MailboxQuota => protection::mailbox_quota(ended),
        Id::Integrity => protection::integrity(ended),
        Id::RetriesBounded => found(ended, "retries-bounded", || {
            format!("{} messages were encrypted again", ended.watch.retransmitted.len())
        }),
        Id::RecipientAlone => found(ended, "recipient-alone", || {
            format!("{} steps, each on its recipient's word", ended.watch.story.moved_on)
        }),
        Id::DeliveredTruly => found(ended, "delivered-truly", || {
            "no business was told of a delivery before it".to_owned()
        }),
        Id::OneTimeKeySpent => ends::one_time_key_spent(ended),
        Id::OpensFirst => ends::opens_first(ended)?,
        Id::InStep => ends::in_step(ended),
        Id::InOrder => conversations::in_order(ended),
        Id::BlockHolds => conversations::block_holds(ended),
        Id::Arrives => conversations::arrives(ended)?,
        Id::Conservation => counts::conservation(ended),
        Id::Forgotten => counts::forgotten(ended),
        Id::Label => traces::labels(ended)?,
        Id::Erased => erased::erased(ended)?,
        Id::OptionalServices if !ended.watch.looks && ended.scenario.has_auto_reply() => unseen(),
        Id::OptionalServices => services::judged(ended, table)?,
        Id::SameTrace => traces::same(ended)?,
        Id::NoStall => found(ended, "no-stall", || {
            format!("nothing waited in vain for {}", ended.scenario.stall_after)
        }),
    })
}

/// What only bytes tell, in a run that does not look at them.
fn unseen() -> Outcome {
    Outcome::unknown("the bytes that nodes saw were not looked at")
}

/// What the watch found while the world was running.
fn found(ended: &Ended<'_>, id: &str, held: impl FnOnce() -> String) -> Outcome {
    let findings = ended.watch.findings.iter().filter(|finding| finding.invariant == id);
    Outcome::unless(findings.map(|finding| finding.evidence.clone()).collect(), held())
}

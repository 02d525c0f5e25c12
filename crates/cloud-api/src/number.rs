//! One granted number: its account at this end, and what waits for it.

use std::collections::BTreeMap;

use endpoint::Account;
use vocab::{Address, PhoneNumber};

use crate::{
    config::{Config, OptionalService, Subscription},
    input::NumberJob,
    mutant::{Mutant, planted},
    rows::GrantRow,
    rules::{Pace, Rules},
    storage::Storage,
    vault::{SealedVault, WORK},
};

/// One granted number.
#[derive(Debug)]
pub(crate) struct Number {
    pub(crate) grant: GrantRow,
    pub(crate) account: Account<SealedVault>,
    /// The greeting that waits for its answer.
    pub(crate) hello: Option<u64>,
    /// Places of the mailbox whose notices of deleted accounts are being worked on, and whose.
    pub(crate) forgetting: BTreeMap<u64, PhoneNumber>,
    /// Work that came before the account's row was read.
    pub(crate) early: Vec<NumberJob>,
    /// What it has used of its throughput.
    pub(crate) pace: Pace,
    pub(crate) rules: Rules,
    /// Whether what it sends is counted for analytics.
    pub(crate) insights: bool,
    /// Optional services that there are, for businesses that add one.
    pub(crate) services: Vec<OptionalService>,
    mutant: Option<Mutant>,
}

impl Number {
    /// The number of a grant; `None` if what Business Manager calls a number is none.
    pub(crate) fn new(grant: GrantRow, config: &Config) -> Option<Self> {
        let phone = PhoneNumber::parse(&grant.display_phone_number).ok()?;
        let endpoint = endpoint::Config {
            address: Address::first_device(phone),
            transport: config.transport,
            profile: config.profile,
            profile_name: grant.business.clone(),
            one_time_prekeys: config.one_time_prekeys,
            kem_prekeys: config.kem_prekeys,
            work: WORK,
            slot: grant.slot,
            trace: config.trace,
            mutant: config.endpoint_mutant,
        };
        let vault = SealedVault::new(grant.business.clone(), config.root_key, config.name_key);
        vault.store_in(Storage::named(&grant.storage));
        let account = Account::new(endpoint, vault);
        Some(Self {
            grant,
            account,
            hello: None,
            forgetting: BTreeMap::new(),
            early: Vec::new(),
            pace: Pace::default(),
            rules: config.rules,
            insights: config.management.insights,
            services: config.services.clone(),
            mutant: config.mutant,
        })
    }
}

impl Number {
    /// Whether this mistake is planted.
    pub(crate) fn planted(&self, wanted: Mutant) -> bool {
        planted(self.mutant, wanted)
    }
}

/// Where the webhooks of a number go.
pub(crate) fn subscription<'c>(config: &'c Config, id: &str) -> Option<&'c Subscription> {
    config.subscriptions.iter().find(|subscription| subscription.phone_number_id == id)
}

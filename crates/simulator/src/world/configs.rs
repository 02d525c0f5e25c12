//! What each node of a scenario is told before it starts.

use std::collections::BTreeMap;

use cloud_api::Share;
use meta::auto_reply::{Rule, Wanted};
use vocab::{Address, Keep, Micros, Reason};

use super::{
    build::Stage,
    cast::{self, AUTO_REPLY, BILLING, BUSINESS_MANAGER, STATISTICS},
};
use crate::{mutants::At, scenario};

/// Prekeys of a business to which a crowd writes first messages.
const BUSY: u32 = 100;

impl Stage<'_> {
    /// Where the run has a planted mistake.
    pub(super) fn planted_at(&self) -> Option<At> {
        self.options.mutant.map(|planted| planted.at())
    }

    pub(super) fn desk_mutant(&self) -> Option<hop::Mutant> {
        if let Some(At::Desk(mutant)) = self.planted_at() { Some(mutant) } else { None }
    }

    fn endpoint_mutant(&self) -> Option<endpoint::Mutant> {
        if let Some(At::Endpoint(mutant)) = self.planted_at() { Some(mutant) } else { None }
    }

    fn client_mutant(&self) -> Option<client::Mutant> {
        if let Some(At::Client(mutant)) = self.planted_at() { Some(mutant) } else { None }
    }

    fn cloud_api_mutant(&self) -> Option<cloud_api::Mutant> {
        if let Some(At::CloudApi(mutant)) = self.planted_at() { Some(mutant) } else { None }
    }

    fn business_mutant(&self) -> Option<business::Mutant> {
        if let Some(At::Business(mutant)) = self.planted_at() { Some(mutant) } else { None }
    }

    pub(super) const fn profile(&self) -> signal::Profile {
        match self.scenario.profile {
            scenario::Profile::V3 => signal::Profile::V3,
            scenario::Profile::V4 => signal::Profile::V4,
            scenario::Profile::V4Spqr => signal::Profile::V4Spqr,
        }
    }

    /// Where many people are, nobody publishes one-time KEM prekeys: the last resort serves.
    fn kem_prekeys(&self) -> u32 {
        match self.scenario.profile {
            _ if self.is_crowded() => 0,
            scenario::Profile::V3 => 0,
            scenario::Profile::V4 | scenario::Profile::V4Spqr => 5,
        }
    }

    /// One-time prekeys of the elliptic curve that each number of a business keeps published.
    fn business_prekeys(&self) -> u32 {
        if self.is_crowded() { BUSY } else { 10 }
    }

    fn is_crowded(&self) -> bool {
        !self.scenario.scale.populations.is_empty()
    }

    pub(super) fn device(&self, name: &str) -> client::Config {
        client::Config {
            endpoint: endpoint::Config {
                address: Address::first_device(self.cast.phone(name)),
                transport: self.cast.noise(&self.scenario.transport_of(name)),
                profile: self.profile(),
                profile_name: name.to_owned(),
                one_time_prekeys: 10,
                kem_prekeys: self.kem_prekeys(),
                work: Keep::Never(Reason::UntilDone),
                slot: 0,
                trace: self.options.trace,
                mutant: self.endpoint_mutant(),
            },
            name_key: self.cast.secret("names", name),
            rows_at_hand: client::ROWS_AT_HAND,
            mutant: self.client_mutant(),
            desk_mutant: self.desk_mutant(),
        }
    }

    pub(super) fn hop3_config(&self, node: &str) -> cloud_api::Config {
        let subscriptions = self.scenario.businesses.iter().enumerate().map(|(index, business)| {
            cloud_api::Subscription {
                phone_number_id: cast::phone_number_id(index),
                authority: business.name.clone(),
                path: "/webhook".to_owned(),
                app_secret: self.cast.token(&format!("app secret of {}", business.id)),
            }
        });
        cloud_api::Config {
            transport: self.cast.noise(&self.scenario.transport_of(node)),
            business_manager: BUSINESS_MANAGER.to_owned(),
            billing: Some(BILLING.to_owned()),
            statistics: Some(STATISTICS.to_owned()),
            own: None,
            token: self.cast.token("cloud-api"),
            principals: vec![(
                self.cast.token_hash("business-manager"),
                "business-manager".to_owned(),
            )],
            share: Share::ALL,
            services: self.services(),
            subscriptions: subscriptions.collect(),
            webhook_updates: vocab::limits::MAX_WEBHOOK_UPDATES,
            profile: self.profile(),
            one_time_prekeys: self.business_prekeys(),
            kem_prekeys: self.kem_prekeys(),
            root_key: self.cast.secret("root", node),
            name_key: self.cast.secret("names", node),
            statistics_every: Micros::seconds(20),
            // Businesses of scenarios write first, and as often as they like.
            rules: cloud_api::Rules::NONE,
            management: cloud_api::Management::default(),
            trace: self.options.trace,
            mutant: self.cloud_api_mutant(),
            endpoint_mutant: self.endpoint_mutant(),
            desk_mutant: self.desk_mutant(),
        }
    }

    /// Optional services that there are: none where no business adds one.
    fn services(&self) -> Vec<cloud_api::OptionalService> {
        let name = meta::auto_reply::SERVICE.to_owned();
        let service = cloud_api::OptionalService { name, authority: AUTO_REPLY.to_owned() };
        self.scenario.has_auto_reply().then_some(service).into_iter().collect()
    }

    /// What each business that adds the automatic-reply service wants answered, by its name.
    pub(super) fn replies_of(&self) -> BTreeMap<String, Wanted> {
        let businesses = self.scenario.businesses.iter();
        let wanted = businesses.filter_map(|business| {
            let service = business.auto_reply.as_ref()?;
            let rule = |(contains, reply): &(String, String)| Rule {
                contains: contains.clone(),
                reply: reply.clone(),
            };
            let rules = service.rules.iter().map(rule).collect();
            let otherwise = service.otherwise.clone();
            Some((business.name.clone(), Wanted { rules, otherwise }))
        });
        wanted.collect()
    }

    pub(super) fn business(&self, index: usize, business: &scenario::Business) -> business::Config {
        let rules = business.rules.iter().map(|rule| business::Rule {
            when: match &rule.when {
                scenario::When::Any => business::Match::Any,
                scenario::When::First => business::Match::First,
                scenario::When::Contains(words) => business::Match::Contains(words.clone()),
            },
            reply: rule.reply.clone(),
        });
        business::Config {
            id: business.id.to_string(),
            authority: business.name.clone(),
            name: business.name.clone(),
            address: business.address.clone(),
            contacts: business.contacts.clone(),
            kind: business.kind.clone(),
            terms_id: scenario::BASE_TERMS.to_owned(),
            phone_number_id: cast::phone_number_id(index),
            display_phone_number: self.cast.phone(&business.name),
            cloud_api: cast::hop3(self.scenario, &business.name),
            business_manager: BUSINESS_MANAGER.to_owned(),
            token: self.cast.token(&format!("business:{}", business.id)),
            app_secret: self.cast.token(&format!("app secret of {}", business.id)),
            verify_token: self.cast.token(&format!("verify token of {}", business.id)),
            auto_reply: business.auto_reply.as_ref().map(|service| business::AutoReply {
                authority: AUTO_REPLY.to_owned(),
                terms_id: service.terms.clone(),
                rules: service.rules.clone(),
                otherwise: service.otherwise.clone(),
            }),
            bot: rules.collect(),
            mark_as_read: true,
            hash_key: self.cast.secret("names", &business.name),
            canary: self
                .scenario
                .canaries
                .then(|| business::Canary { key: self.cast.secret("canary", &business.name) }),
            mutant: self.business_mutant(),
            desk_mutant: self.desk_mutant(),
        }
    }
}

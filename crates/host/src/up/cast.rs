//! Who takes part in `blindpost up`, and what each is told before it starts.

use std::net::SocketAddr;

use business::{Match, Rule};
use cloud_api::{
    App, Management, OptionalService, Rules, Share, Subscription, flows::APPS, management::Servers,
};
use link::StaticKey;
use signal::Profile;
use vocab::{Address, Keep, Micros, NoiseKey, PhoneNumber, Reason, ids::NotAPhoneNumber};

use super::Options;
use crate::secrets::Secrets;

/// The transport, by its name as a server and in the log.
pub(crate) const TRANSPORT: &str = "transport";
/// The Cloud API.
pub(crate) const CLOUD_API: &str = "cloud-api";
/// Business Manager.
pub(crate) const BUSINESS_MANAGER: &str = "business-manager";
/// Billing.
pub(crate) const BILLING: &str = "billing";
/// Statistics.
pub(crate) const STATISTICS: &str = "statistics";
/// The sample business.
pub(crate) const BUSINESS: &str = "sample-business";
/// The automatic-reply service, which is off unless the business adds it.
pub(crate) const AUTO_REPLY: &str = "auto-reply";
/// The store that people's devices share; each sees only its own rows.
pub(crate) const PEOPLE: &str = "people";
/// How names of people's devices begin.
const PERSON: &str = "person-";
/// Who may read at the servers beside the path.
const READERS: [&str; 5] = ["cloud-api", "business-manager", "whatsapp", "rest-of-meta", "ads"];
/// What ids and secrets of the sample business are drawn under.
const SAMPLE: &str = "sample";

/// Who takes part.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    secrets: Secrets,
    /// The number of the sample business.
    pub(crate) business: PhoneNumber,
    /// Numbers of the simulated people.
    pub(crate) people: Vec<PhoneNumber>,
}

/// Where webhooks go, if not to the sample business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The server.
    pub authority: String,
    /// Path and query there.
    pub path: String,
}

/// Numbers are made up: 555-01xx is for fiction in every area code of North America.
fn person(index: u32) -> Result<PhoneNumber, NotAPhoneNumber> {
    let (area, line) = (index / 100, index % 100);
    PhoneNumber::parse(&format!("1{:03}55501{line:02}", area.saturating_add(201)))
}

/// Rows that the devices of all people keep at hand together: some 60 MB.
const ROWS_OF_ALL: usize = 131_072;
/// The most people that there are numbers for.
pub const MOST_PEOPLE: u32 = 59_900;

impl Cast {
    /// As many people as were asked for, at most [`MOST_PEOPLE`], and those who were named.
    pub(crate) fn new(secrets: Secrets, asked: &Options) -> Result<Self, NotAPhoneNumber> {
        let business = PhoneNumber::parse("18005550199")?;
        let mut people: Vec<PhoneNumber> =
            (0..asked.people.min(MOST_PEOPLE)).map(person).collect::<Result<_, _>>()?;
        for named in &asked.persons {
            if *named != business && !people.contains(named) {
                people.push(named.clone());
            }
        }
        Ok(Self { secrets, business, people })
    }

    /// The static Noise key of a node.
    pub(crate) fn key(&self, node: &str) -> StaticKey {
        StaticKey::from_secret(&mut self.secrets.secret("noise", node))
    }

    /// Its public half.
    pub(crate) fn public(&self, node: &str) -> NoiseKey {
        self.key(node).public()
    }

    /// The name of the `index`th person, as its device is called in the log.
    pub(crate) fn name(index: usize) -> String {
        format!("{PERSON}{}", index.saturating_add(1))
    }

    pub(crate) fn token(&self) -> String {
        self.secrets.token(&self.principal())
    }

    /// The token of the apps of people towards the platform's servers.
    pub(crate) fn apps_token(&self) -> String {
        self.secrets.token(APPS)
    }

    pub(crate) fn app_secret(&self) -> String {
        self.secrets.hex("app secret", SAMPLE, 16)
    }

    pub(crate) fn verify_token(&self) -> String {
        self.secrets.hex("verify token", SAMPLE, 12)
    }

    pub(crate) fn phone_number_id(&self) -> String {
        self.secrets.id("phone number", SAMPLE)
    }

    /// The key under which the transport names people.
    pub(crate) fn aliases(&self) -> transport::HashKey {
        transport::HashKey::new(self.secrets.secret("names", TRANSPORT))
    }

    fn principals(&self) -> Vec<([u8; 32], String)> {
        let names = READERS.map(str::to_owned).into_iter().chain([self.principal()]);
        names.map(|name| (self.secrets.token_hash(&name), name)).collect()
    }

    pub(crate) fn transport(&self) -> transport::Config {
        let mut config = transport::Config::new(TRANSPORT, self.aliases());
        config.cloud_api = vec![self.public(CLOUD_API)];
        config.principals = self.principals();
        // Codes reach the telephones of the simulated people, not a log.
        config.shows_codes = false;
        config
    }

    /// The Cloud API that is called under `base_url`.
    pub(crate) fn cloud_api(
        &self,
        (webhook, allowed): (Option<&Webhook>, &[String]),
        base_url: String,
    ) -> cloud_api::Config {
        let to_sample = Webhook { authority: BUSINESS.to_owned(), path: "/webhook".to_owned() };
        let Webhook { authority, path } = webhook.unwrap_or(&to_sample).clone();
        let subscription = Subscription {
            phone_number_id: self.phone_number_id(),
            authority,
            path,
            app_secret: self.app_secret(),
        };
        cloud_api::Config {
            transport: self.public(TRANSPORT),
            business_manager: BUSINESS_MANAGER.to_owned(),
            billing: Some(BILLING.to_owned()),
            statistics: Some(STATISTICS.to_owned()),
            own: None,
            token: self.secrets.token("cloud-api"),
            principals: ["business-manager", APPS]
                .map(|name| (self.secrets.token_hash(name), name.to_owned()))
                .to_vec(),
            share: Share::ALL,
            services: vec![OptionalService {
                name: meta::auto_reply::SERVICE.to_owned(),
                authority: AUTO_REPLY.to_owned(),
            }],
            subscriptions: vec![subscription],
            webhook_updates: 1,
            profile: Profile::V4Spqr,
            one_time_prekeys: 100,
            kem_prekeys: 10,
            root_key: self.secrets.secret("root", CLOUD_API),
            name_key: self.secrets.secret("names", CLOUD_API),
            statistics_every: Micros::minutes(1),
            rules: Rules::default(),
            management: Management {
                apps: vec![self.app()],
                media_base: base_url,
                links: Servers::LocalAnd(allowed.to_vec()),
                insights: true,
                ..Management::default()
            },
            trace: false,
            mutant: None,
            endpoint_mutant: None,
            desk_mutant: None,
        }
    }

    /// The sample business; it answers only where it is the one that hears of messages.
    pub(crate) fn business(&self, webhook: Option<&Webhook>) -> business::Config {
        let answer = Rule { when: Match::Any, reply: "You wrote: {text}".to_owned() };
        business::Config {
            id: self.waba_id(),
            authority: BUSINESS.to_owned(),
            name: "Sample business".to_owned(),
            address: "1 Example Street".to_owned(),
            contacts: Vec::new(),
            kind: "OTHER".to_owned(),
            terms_id: "whatsapp-business-terms".to_owned(),
            phone_number_id: self.phone_number_id(),
            display_phone_number: self.business.clone(),
            cloud_api: CLOUD_API.to_owned(),
            business_manager: BUSINESS_MANAGER.to_owned(),
            token: self.token(),
            app_secret: self.app_secret(),
            verify_token: self.verify_token(),
            auto_reply: None,
            bot: if webhook.is_none() { vec![answer] } else { Vec::new() },
            mark_as_read: true,
            hash_key: self.secrets.secret("names", BUSINESS),
            canary: None,
            mutant: None,
            desk_mutant: None,
        }
    }

    pub(crate) fn manager(&self) -> meta::manager::Config {
        meta::manager::Config {
            principals: self.principals(),
            cloud_api: vec![CLOUD_API.to_owned()],
            token: self.secrets.token("business-manager"),
            services: vec![meta::auto_reply::SERVICE.to_owned()],
        }
    }

    pub(crate) fn auto_reply(&self) -> meta::auto_reply::Config {
        meta::auto_reply::Config { principals: self.principals() }
    }

    pub(crate) fn billing(&self) -> meta::billing::Config {
        meta::billing::Config { principals: self.principals() }
    }

    pub(crate) fn statistics(&self) -> meta::statistics::Config {
        meta::statistics::Config { principals: self.principals() }
    }

    /// Rows that a device may keep at hand, of [`ROWS_OF_ALL`].
    fn rows_for_each(&self) -> usize {
        ROWS_OF_ALL.checked_div(self.people.len()).unwrap_or_default()
    }

    /// The device of the `index`th person.
    pub(crate) fn device(&self, index: usize, phone: PhoneNumber) -> client::Config {
        let name = Self::name(index);
        client::Config {
            name_key: self.secrets.secret("names", &name),
            endpoint: endpoint::Config {
                address: Address::first_device(phone),
                transport: self.public(TRANSPORT),
                profile: Profile::V4Spqr,
                profile_name: format!("Person {}", index.saturating_add(1)),
                one_time_prekeys: 10,
                kem_prekeys: 5,
                work: Keep::Never(Reason::UntilDone),
                slot: 0,
                trace: false,
                mutant: None,
            },
            rows_at_hand: client::ROWS_AT_HAND.min(self.rows_for_each()),
            mutant: None,
            desk_mutant: None,
        }
    }

    fn app(&self) -> App {
        App { id: self.app_id(), secret: self.app_secret(), business: self.waba_id() }
    }

    /// The id of its app in Graph.
    pub(crate) fn app_id(&self) -> String {
        self.secrets.id("app", SAMPLE)
    }

    /// Its WhatsApp Business Account, which is what a business is called here: webhooks name it.
    pub(crate) fn waba_id(&self) -> String {
        // Longer than a telephone number, so that it is taken for none.
        format!("1{}", self.secrets.id("waba", SAMPLE))
    }

    /// Its principal.
    fn principal(&self) -> String {
        format!("business:{}", self.waba_id())
    }
}

/// Whether this account is an end of the encryption.
pub(crate) fn is_end(account: &str) -> bool {
    account == CLOUD_API || account.starts_with(PERSON)
}

/// Where a link key is dialed.
pub(crate) fn dial(cast: &Cast, to: SocketAddr, node: &str) -> crate::links::Dial {
    let (pin, key) = (cast.public(TRANSPORT), std::sync::Arc::new(cast.key(node)));
    crate::links::Dial { to, pin, key }
}

//! `blindpost cloud-api`.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use cloud_api::{
    CloudApi, Config, Event, Management, OptionalService, Share, Subscription, management::Servers,
};
use endpoint::Happening;
use signal::Profile;
use vocab::{Micros, NoiseKey, limits};

#[cfg(feature = "otel")]
use super::common::OTLP;
use super::{
    RoleError,
    common::{Common, DATA, Ground, LOG, NOISE_KEYS, Running, operations},
};
use crate::{
    links::{Dial, Links},
    log::Log,
    node::Observer,
    settings::{Setting, Values, parse},
    site::to_node,
    up::{Webhook, log_service},
};

const NAME: &str = "cloud-api";

pub(super) const SETTINGS: &[Setting] = &[
    DATA,
    Setting::default("listen", "ADDRESS", "127.0.0.1:8700", "Where businesses call."),
    operations("127.0.0.1:8702"),
    Setting::needed("transport", "ADDRESS", "Where the transport lets devices in."),
    Setting::needed("transport_key", "KEY", "The key that the transport proves there."),
    Setting::needed("business_manager", "ADDRESS", "Where Business Manager is asked."),
    Setting::optional("billing", "ADDRESS", "Where billing records go; none are kept without."),
    Setting::optional("statistics", "ADDRESS", "Where statistics go; none are kept without."),
    Setting::optional(
        "auto_reply",
        "ADDRESS",
        "Where the automatic-reply service is handed messages of businesses that add it.",
    ),
    Setting::needed("token", "TOKEN", "What it shows to these."),
    Setting::many("principal", "NAME=SHA256", "Callers that are known without asking."),
    Setting::needed("phone_number_id", "ID", "The number of which webhooks go out."),
    Setting::needed("webhook", "URL", "Where they go."),
    Setting::needed("app_secret", "SECRET", "What they are signed with."),
    Setting::many(
        "allow",
        "HOST[:PORT]",
        "Where else than on this machine they may go, and where files may be fetched by a link.",
    ),
    NOISE_KEYS,
    #[cfg(feature = "otel")]
    OTLP,
    LOG,
];

/// What it is told.
#[derive(Debug)]
pub(super) struct Told {
    common: Common,
    listen: SocketAddr,
    transport: SocketAddr,
    allowed: Vec<String>,
    noise_keys: Option<PathBuf>,
    #[cfg(feature = "otel")]
    otlp: Option<Webhook>,
    hop: Hop,
}

/// What its hop is told.
#[derive(Debug)]
struct Hop {
    transport_key: NoiseKey,
    business_manager: SocketAddr,
    billing: Option<SocketAddr>,
    statistics: Option<SocketAddr>,
    auto_reply: Option<SocketAddr>,
    token: String,
    principals: Vec<([u8; 32], String)>,
    phone_number_id: String,
    webhook: Webhook,
    app_secret: String,
}

impl Told {
    pub(super) fn read(values: &mut Values) -> Option<Self> {
        let common = Common::read(values);
        let listen = values.one("listen", parse::address);
        let transport = values.one("transport", parse::address);
        let allowed = values.many("allow", parse::text);
        let noise_keys = values.optional("noise_keys", parse::path);
        #[cfg(feature = "otel")]
        let otlp = values.optional("otlp", parse::webhook);
        let hop = Hop::read(values);
        Some(Self {
            common: common?,
            listen: listen?,
            transport: transport?,
            allowed: allowed?,
            noise_keys: noise_keys?,
            #[cfg(feature = "otel")]
            otlp: otlp?,
            hop: hop?,
        })
    }

    pub(super) async fn start(self) -> Result<Running, RoleError> {
        let Self { common, listen, transport, allowed, noise_keys, hop, .. } = self;
        let mut ground = common.open(noise_keys.as_deref()).await?;
        allowed.iter().for_each(|authority| ground.site.hosts.allow(authority));
        let http = ground.bind("base_url", listen).await?;
        let pin = hop.transport_key;
        let base_url = http.local_addr().map(|at| format!("http://{at}")).unwrap_or_default();
        let hop = CloudApi::new(hop.config(&ground, (base_url, allowed)));
        #[cfg(feature = "otel")]
        let tracer = ground.trace(self.otlp);
        let links = Links::new(limits::MAX_LINK_WAITING);
        let node = ground.join(NAME, hop, &links, logs(ground.site.log.clone()))?;
        let dial = Dial { to: transport, pin, key: Arc::new(ground.key(NAME)) };
        ground.crew.dial(dial, (&node, &links), NAME);
        let graph = to_node(&node);
        #[cfg(feature = "otel")]
        let graph = tracer.iter().fold(graph, |graph, tracer| tracer.accepts(graph));
        ground.serve(http, NAME, graph);
        ground.tell_key(NAME);
        Ok(ground.running())
    }
}

/// Tells the operator what becomes of numbers.
fn logs(log: Log) -> Observer<Event> {
    Box::new(move |event| {
        let (what, number) = match event {
            Event::Happened { phone_number_id, happening: Happening::Ready } => {
                ("a number is ready", phone_number_id)
            }
            // Where no telephone is, the operator tells the business its code.
            Event::Code { phone_number_id, code } => {
                let number = ("phone_number_id", phone_number_id.into());
                return log.line(NAME, "a verification code", &[number, ("code", code.into())]);
            }
            Event::Granted { phone_number_id } => ("a number was granted", phone_number_id),
            Event::Revoked { phone_number_id } => ("a number was revoked", phone_number_id),
            Event::ServiceOn { phone_number_id, service, terms_id } => {
                return log_service(&log, (phone_number_id, service), Some(terms_id));
            }
            Event::ServiceOff { phone_number_id, service } => {
                return log_service(&log, (phone_number_id, service), None);
            }
            Event::Happened { .. }
            | Event::Decrypted { .. }
            | Event::Forwarded { .. }
            | Event::ServiceReplied { .. }
            | Event::Forgot { .. }
            | Event::Took { .. }
            | Event::Withheld { .. }
            | Event::Denied { .. }
            | Event::Accessed { .. } => return,
        };
        log.line(NAME, what, &[("phone_number_id", number.into())]);
    })
}

impl Hop {
    fn read(values: &mut Values) -> Option<Self> {
        let transport_key = values.one("transport_key", parse::key);
        let business_manager = values.one("business_manager", parse::address);
        let billing = values.optional("billing", parse::address);
        let statistics = values.optional("statistics", parse::address);
        let auto_reply = values.optional("auto_reply", parse::address);
        let token = values.one("token", parse::text);
        let principals = values.many("principal", parse::principal);
        let phone_number_id = values.one("phone_number_id", parse::text);
        let webhook = values.one("webhook", parse::webhook);
        let app_secret = values.one("app_secret", parse::text);
        Some(Self {
            transport_key: transport_key?,
            business_manager: business_manager?,
            billing: billing?,
            statistics: statistics?,
            auto_reply: auto_reply?,
            token: token?,
            principals: principals?,
            phone_number_id: phone_number_id?,
            webhook: webhook?,
            app_secret: app_secret?,
        })
    }

    fn config(self, ground: &Ground, (base_url, allowed): (String, Vec<String>)) -> Config {
        let Webhook { authority, path } = self.webhook;
        let subscription = Subscription {
            phone_number_id: self.phone_number_id,
            authority,
            path,
            app_secret: self.app_secret,
        };
        let services = self.auto_reply.into_iter().map(|at| OptionalService {
            name: meta::auto_reply::SERVICE.to_owned(),
            authority: at.to_string(),
        });
        Config {
            transport: self.transport_key,
            business_manager: self.business_manager.to_string(),
            billing: self.billing.map(|at| at.to_string()),
            statistics: self.statistics.map(|at| at.to_string()),
            own: None,
            token: self.token,
            principals: self.principals,
            share: Share::ALL,
            services: services.collect(),
            subscriptions: vec![subscription],
            webhook_updates: 1,
            profile: Profile::V4Spqr,
            one_time_prekeys: 100,
            kem_prekeys: 10,
            root_key: ground.secrets.secret("root", NAME),
            name_key: ground.secrets.secret("names", NAME),
            statistics_every: Micros::minutes(1),
            rules: cloud_api::Rules::default(),
            management: Management {
                media_base: base_url,
                links: Servers::Only(allowed),
                ..Management::default()
            },
            trace: false,
            mutant: None,
            endpoint_mutant: None,
            desk_mutant: None,
        }
    }
}

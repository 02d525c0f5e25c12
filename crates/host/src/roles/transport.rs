//! `blindpost transport`.

use std::{net::SocketAddr, path::PathBuf};

use transport::{Config, Event, HashKey, PrekeyKind, Transport};
use vocab::{NoiseKey, limits};

use super::{
    RoleError,
    common::{Common, DATA, LOG, NOISE_KEYS, Running, operations},
};
use crate::{
    links::{Links, Rules},
    log::Log,
    metrics::Metrics,
    node::Observer,
    settings::{Setting, Values, parse},
    site::{listen, to_node},
};
#[cfg(feature = "otel")]
use {super::common::OTLP, crate::up::Webhook};

const NAME: &str = "transport";

pub(super) const SETTINGS: &[Setting] = &[
    DATA,
    Setting::default("listen", "ADDRESS", "127.0.0.1:8710", "Where devices connect."),
    Setting::default("http", "ADDRESS", "127.0.0.1:8711", "Where its back office is asked."),
    operations("127.0.0.1:8712"),
    Setting::many("cloud_api_key", "KEY", "The link key of each node of the Cloud API."),
    Setting::many("principal", "NAME=SHA256", "Who may ask, with the hash of the token shown."),
    Setting::default(
        "show_codes",
        "true|false",
        "false",
        "Whether registration codes stand in the log: for development, where no telephone is.",
    ),
    Setting::default("max_links", "N", "100000", "Connections of devices at a time."),
    Setting::default("max_half_open", "N", "1024", "Connections within their handshake."),
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
    http: SocketAddr,
    cloud_api: Vec<NoiseKey>,
    principals: Vec<([u8; 32], String)>,
    shows_codes: bool,
    most: usize,
    most_half_open: usize,
    noise_keys: Option<PathBuf>,
    #[cfg(feature = "otel")]
    otlp: Option<Webhook>,
}

impl Told {
    pub(super) fn read(values: &mut Values) -> Option<Self> {
        let common = Common::read(values);
        let listen = values.one("listen", parse::address);
        let http = values.one("http", parse::address);
        let cloud_api = values.many("cloud_api_key", parse::key);
        let principals = values.many("principal", parse::principal);
        let shows_codes = values.one("show_codes", parse::yes);
        let most = values.one("max_links", parse::count);
        let most_half_open = values.one("max_half_open", parse::count);
        let noise_keys = values.optional("noise_keys", parse::path);
        #[cfg(feature = "otel")]
        let otlp = values.optional("otlp", parse::webhook);
        Some(Self {
            common: common?,
            listen: listen?,
            http: http?,
            cloud_api: cloud_api?,
            principals: principals?,
            shows_codes: shows_codes?,
            most: most?,
            most_half_open: most_half_open?,
            noise_keys: noise_keys?,
            #[cfg(feature = "otel")]
            otlp: otlp?,
        })
    }

    pub(super) async fn start(self) -> Result<Running, RoleError> {
        let mut ground = self.common.open(self.noise_keys.as_deref()).await?;
        let (devices, at) = listen(self.listen).await?;
        ground.tell("devices", at.to_string());
        let http = ground.bind("http", self.http).await?;
        let mut config = Config::new(NAME, HashKey::new(ground.secrets.secret("names", NAME)));
        config.cloud_api.clone_from(&self.cloud_api);
        config.principals = self.principals;
        config.shows_codes = self.shows_codes;
        config.rows_kept = limits::ROWS_AT_HAND;
        let links = Links::new(limits::MAX_LINK_WAITING);
        let observer = looks_on(ground.site.log.clone(), &ground.site.metrics);
        #[cfg(feature = "otel")]
        let observer = ground.trace(self.otlp).iter().fold(observer, |all, to| to.relays(all));
        let node = ground.join(NAME, Transport::new(config), &links, observer)?;
        let key = ground.key(NAME);
        let rules = Rules {
            most: self.most,
            most_half_open: self.most_half_open,
            unpaced: self.cloud_api,
            ..Rules::default()
        };
        ground.crew.open_door(devices, key, (&node, &links), rules);
        ground.serve(http, NAME, to_node(&node));
        ground.tell_key(NAME);
        Ok(ground.running())
    }
}

/// Writes down which one-time prekeys left, so that an operator can see that none left twice, and
/// counts envelopes.
fn looks_on(log: Log, metrics: &Metrics) -> Observer<Event> {
    let of_kind = |kind| {
        let (name, help) = ("blindpost_envelopes_total", "Envelopes that were accepted.");
        metrics.counter(name, help, &[("kind", kind)])
    };
    let (messages, receipts) = (of_kind("message"), of_kind("receipt"));
    let bytes =
        metrics.counter("blindpost_envelope_bytes_total", "Their ciphertext, in bytes.", &[]);
    Box::new(move |event| {
        if let Event::Accepted { bytes: length, .. } = event {
            // A receipt has no ciphertext.
            let of_its_kind = if length == 0 { &receipts } else { &messages };
            of_its_kind.add();
            bytes.count(length as u64);
        } else if let Event::OneTimeKeyTaken { account, device, kind, id, .. } = event {
            let kind = match kind {
                PrekeyKind::Curve => "curve",
                PrekeyKind::Kem => "kem",
            };
            let with = [
                ("account", account.to_string().into()),
                ("device", device.into()),
                ("kind", kind.into()),
                ("id", id.into()),
            ];
            log.line(NAME, "a one-time prekey left", &with);
        }
    })
}

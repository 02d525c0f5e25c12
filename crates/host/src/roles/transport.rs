//! `blindpost transport`.

use std::net::SocketAddr;

use transport::{Config, HashKey, Transport};
use vocab::{NoiseKey, limits};

use super::{
    RoleError,
    common::{Common, DATA, LOG, Running, operations},
};
use crate::{
    links::{Links, Rules},
    settings::{Problem, Setting, Values, parse},
    site::{listen, to_node},
};

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
}

impl Told {
    pub(super) fn read(mut values: Values) -> Result<Self, Vec<Problem>> {
        let told = Self::from(&mut values);
        values.finish(told)
    }

    fn from(values: &mut Values) -> Option<Self> {
        let common = Common::read(values);
        let listen = values.one("listen", parse::address);
        let http = values.one("http", parse::address);
        let cloud_api = values.many("cloud_api_key", parse::key);
        let principals = values.many("principal", parse::principal);
        let shows_codes = values.one("show_codes", parse::yes);
        let most = values.one("max_links", parse::count);
        let most_half_open = values.one("max_half_open", parse::count);
        Some(Self {
            common: common?,
            listen: listen?,
            http: http?,
            cloud_api: cloud_api?,
            principals: principals?,
            shows_codes: shows_codes?,
            most: most?,
            most_half_open: most_half_open?,
        })
    }

    pub(super) async fn start(self) -> Result<Running, RoleError> {
        let mut ground = self.common.open().await?;
        let (devices, at) = listen(self.listen).await?;
        ground.tell("devices", at.to_string());
        let http = ground.bind("http", self.http).await?;
        let mut config = Config::new(NAME, HashKey::new(ground.secrets.secret("names", NAME)));
        config.cloud_api.clone_from(&self.cloud_api);
        config.principals = self.principals;
        config.shows_codes = self.shows_codes;
        config.rows_kept = limits::ROWS_AT_HAND;
        let links = Links::new(limits::MAX_LINK_WAITING);
        let node = ground.join(NAME, Transport::new(config), &links, Box::new(drop))?;
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

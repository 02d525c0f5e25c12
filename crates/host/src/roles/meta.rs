//! `blindpost meta`.

use std::net::SocketAddr;

use meta::{
    AutoReply, Billing, BusinessManager, Statistics, auto_reply, billing, manager, statistics,
};

use super::{
    RoleError,
    common::{Common, DATA, LOG, Running, operations},
};
use crate::{
    links::Links,
    settings::{Setting, Values, parse},
    site::to_node,
};

pub(super) const SETTINGS: &[Setting] = &[
    DATA,
    Setting::default("listen", "ADDRESS", "127.0.0.1:8730", "Where Business Manager answers."),
    Setting::default("billing", "ADDRESS", "127.0.0.1:8731", "Where billing answers."),
    Setting::default("statistics", "ADDRESS", "127.0.0.1:8732", "Where statistics answer."),
    Setting::optional(
        "auto_reply",
        "ADDRESS",
        "Where the automatic-reply service answers; no business can add it without.",
    ),
    operations("127.0.0.1:8733"),
    Setting::needed("cloud_api", "ADDRESS", "Whom to tell that grants changed."),
    Setting::needed("token", "TOKEN", "What Business Manager shows there."),
    Setting::many("principal", "NAME=SHA256", "Who may call, with the hash of the token shown."),
    LOG,
];

/// What it is told.
#[derive(Debug)]
pub(super) struct Told {
    common: Common,
    manager: SocketAddr,
    billing: SocketAddr,
    statistics: SocketAddr,
    auto_reply: Option<SocketAddr>,
    cloud_api: SocketAddr,
    token: String,
    principals: Vec<([u8; 32], String)>,
}

impl Told {
    pub(super) fn read(values: &mut Values) -> Option<Self> {
        let common = Common::read(values);
        let manager = values.one("listen", parse::address);
        let billing = values.one("billing", parse::address);
        let statistics = values.one("statistics", parse::address);
        let auto_reply = values.optional("auto_reply", parse::address);
        let cloud_api = values.one("cloud_api", parse::address);
        let token = values.one("token", parse::text);
        let principals = values.many("principal", parse::principal);
        Some(Self {
            common: common?,
            manager: manager?,
            billing: billing?,
            statistics: statistics?,
            auto_reply: auto_reply?,
            cloud_api: cloud_api?,
            token: token?,
            principals: principals?,
        })
    }

    pub(super) async fn start(self) -> Result<Running, RoleError> {
        let Self { common, manager, billing, statistics, auto_reply, .. } = self;
        let (cloud_api, token, principals) = (self.cloud_api, self.token, self.principals);
        let mut ground = common.open(None).await?;
        let sockets = (
            ground.bind("business_manager", manager).await?,
            ground.bind("billing", billing).await?,
            ground.bind("statistics", statistics).await?,
        );
        let none = Links::new(0);
        let config = manager::Config {
            principals: principals.clone(),
            cloud_api: vec![cloud_api.to_string()],
            token,
            services: auto_reply.map(|_| auto_reply::SERVICE.to_owned()).into_iter().collect(),
        };
        let hop = BusinessManager::new(config);
        let node = ground.join("business-manager", hop, &none, Box::new(drop))?;
        ground.serve(sockets.0, "business-manager", to_node(&node));
        let hop = Billing::new(billing::Config { principals: principals.clone() });
        let node = ground.join("billing", hop, &none, Box::new(drop))?;
        ground.serve(sockets.1, "billing", to_node(&node));
        if let Some(at) = auto_reply {
            let socket = ground.bind("auto_reply", at).await?;
            let hop = AutoReply::new(auto_reply::Config { principals: principals.clone() });
            let node = ground.join("auto-reply", hop, &none, Box::new(drop))?;
            ground.serve(socket, "auto-reply", to_node(&node));
        }
        let hop = Statistics::new(statistics::Config { principals });
        let node = ground.join("statistics", hop, &none, Box::new(drop))?;
        ground.serve(sockets.2, "statistics", to_node(&node));
        Ok(ground.running())
    }
}

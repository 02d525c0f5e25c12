//! `blindpost business`.

use std::net::SocketAddr;

use business::{Business, Config, Match, Rule};
use vocab::PhoneNumber;

use super::{
    RoleError,
    common::{Common, DATA, Ground, LOG, Running, operations},
};
use crate::{
    links::Links,
    settings::{Setting, Values, parse},
    site::to_node,
};

const NAME: &str = "business";

pub(super) const SETTINGS: &[Setting] = &[
    DATA,
    Setting::default("listen", "ADDRESS", "127.0.0.1:8720", "Where its webhook is."),
    operations("127.0.0.1:8722"),
    Setting::needed("cloud_api", "ADDRESS", "Where the Cloud API answers."),
    Setting::needed("business_manager", "ADDRESS", "Where Business Manager answers."),
    Setting::default("id", "ID", "sample", "Its id; its principal is `business:ID`."),
    Setting::default("name", "TEXT", "Sample business", "Its name."),
    Setting::default("address", "TEXT", "1 Example Street", "Its postal address."),
    Setting::needed("phone_number_id", "ID", "The id of its number at the Cloud API."),
    Setting::needed("phone_number", "NUMBER", "Its number, as people see it."),
    Setting::needed("token", "TOKEN", "What it shows to both."),
    Setting::needed("app_secret", "SECRET", "What the Cloud API signs webhooks with."),
    Setting::needed("verify_token", "TEXT", "What is said when the webhook is verified."),
    Setting::default(
        "reply",
        "TEXT",
        "You wrote: {text}",
        "What its bot answers; `{text}` is the message, `{name}` the person, `{count}` how many.",
    ),
    LOG,
];

/// What it is told.
#[derive(Debug)]
pub(super) struct Told {
    common: Common,
    listen: SocketAddr,
    hop: Hop,
}

/// What its hop is told.
#[derive(Debug)]
struct Hop {
    cloud_api: SocketAddr,
    business_manager: SocketAddr,
    id: String,
    name: String,
    address: String,
    phone_number_id: String,
    phone_number: PhoneNumber,
    token: String,
    app_secret: String,
    verify_token: String,
    reply: String,
}

impl Told {
    pub(super) fn read(values: &mut Values) -> Option<Self> {
        let common = Common::read(values);
        let listen = values.one("listen", parse::address);
        let hop = Hop::read(values);
        Some(Self { common: common?, listen: listen?, hop: hop? })
    }

    pub(super) async fn start(self) -> Result<Running, RoleError> {
        let Self { common, listen, hop } = self;
        let mut ground = common.open(None).await?;
        let http = ground.bind("http", listen).await?;
        let hop = Business::new(hop.config(&ground));
        let node = ground.join(NAME, hop, &Links::new(0), Box::new(drop))?;
        ground.serve(http, NAME, to_node(&node));
        Ok(ground.running())
    }
}

impl Hop {
    fn read(values: &mut Values) -> Option<Self> {
        let cloud_api = values.one("cloud_api", parse::address);
        let business_manager = values.one("business_manager", parse::address);
        let id = values.one("id", parse::text);
        let name = values.one("name", parse::text);
        let address = values.one("address", parse::text);
        let phone_number_id = values.one("phone_number_id", parse::text);
        let phone_number = values.one("phone_number", parse::phone);
        let token = values.one("token", parse::text);
        let app_secret = values.one("app_secret", parse::text);
        let verify_token = values.one("verify_token", parse::text);
        let reply = values.one("reply", parse::text);
        Some(Self {
            cloud_api: cloud_api?,
            business_manager: business_manager?,
            id: id?,
            name: name?,
            address: address?,
            phone_number_id: phone_number_id?,
            phone_number: phone_number?,
            token: token?,
            app_secret: app_secret?,
            verify_token: verify_token?,
            reply: reply?,
        })
    }

    fn config(self, ground: &Ground) -> Config {
        Config {
            id: self.id,
            authority: NAME.to_owned(),
            name: self.name,
            address: self.address,
            contacts: Vec::new(),
            kind: "OTHER".to_owned(),
            terms_id: "whatsapp-business-terms".to_owned(),
            phone_number_id: self.phone_number_id,
            display_phone_number: self.phone_number,
            cloud_api: self.cloud_api.to_string(),
            business_manager: self.business_manager.to_string(),
            token: self.token,
            app_secret: self.app_secret,
            verify_token: self.verify_token,
            auto_reply: None,
            bot: vec![Rule { when: Match::Any, reply: self.reply }],
            mark_as_read: true,
            hash_key: ground.secrets.secret("names", NAME),
            canary: None,
            mutant: None,
            desk_mutant: None,
        }
    }
}

//! `blindpost client`: a device whose person reads and writes lines of JSON.

use std::{
    io::{self, BufRead as _, Write as _},
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    thread,
};

use client::{Ask, Client, Command, Config, Event};
use endpoint::Happening;
use rand_core::Rng as _;
use serde::Deserialize;
use serde_json::{Value, json};
use signal::Profile;
use tokio::runtime;
use vocab::{Address, Keep, MessageId, NoiseKey, PhoneNumber, Reason, limits};

use super::{
    RoleError,
    common::{Common, DATA, Ground, LOG, NOISE_KEYS, Running, operations},
};
use crate::{
    links::{Dial, Links},
    node::Handle,
    rng::{Kind, Randomness},
    settings::{Setting, Values, parse},
};

const NAME: &str = "client";

pub(super) const SETTINGS: &[Setting] = &[
    DATA,
    operations("127.0.0.1:0"),
    Setting::needed("transport", "ADDRESS", "Where the transport lets devices in."),
    Setting::needed("transport_key", "KEY", "The key that the transport proves there."),
    Setting::needed("phone_number", "NUMBER", "The person's number."),
    Setting::default("name", "TEXT", "A person", "What others see as the person's name."),
    NOISE_KEYS,
    LOG,
];

/// What it is told.
#[derive(Debug)]
pub(super) struct Told {
    common: Common,
    transport: SocketAddr,
    transport_key: NoiseKey,
    phone_number: PhoneNumber,
    name: String,
    noise_keys: Option<PathBuf>,
}

/// What a person types: a line of JSON.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Typed {
    Write { to: String, text: String },
    Code { code: String },
}

impl Told {
    pub(super) fn read(values: &mut Values) -> Option<Self> {
        let common = Common::read(values);
        let transport = values.one("transport", parse::address);
        let transport_key = values.one("transport_key", parse::key);
        let phone_number = values.one("phone_number", parse::phone);
        let name = values.one("name", parse::text);
        let noise_keys = values.optional("noise_keys", parse::path);
        Some(Self {
            common: common?,
            transport: transport?,
            transport_key: transport_key?,
            phone_number: phone_number?,
            name: name?,
            noise_keys: noise_keys?,
        })
    }

    pub(super) async fn start(self) -> Result<Running, RoleError> {
        let Self { common, transport, transport_key, phone_number, name, noise_keys } = self;
        let mut ground = common.open(noise_keys.as_deref()).await?;
        let config = config(&ground, (transport_key, phone_number), name);
        let links = Links::new(limits::MAX_LINK_WAITING);
        let node =
            ground.join(NAME, Client::new(config), &links, Box::new(|event| shows(&event)))?;
        let key = Arc::new(ground.key(NAME));
        let dial = Dial { to: transport, pin: transport_key, key };
        ground.crew.dial(dial, (&node, &links), NAME);
        ground.tell_key(NAME);
        let starts = ground.folder.starts();
        let person = Person { node, draws: ground.site.randomness("person")?, starts, typed: 0 };
        person.sits_down();
        Ok(ground.running())
    }
}

fn config(
    ground: &Ground,
    (transport, phone): (NoiseKey, PhoneNumber),
    profile_name: String,
) -> Config {
    Config {
        name_key: ground.secrets.secret("names", NAME),
        endpoint: endpoint::Config {
            address: Address::first_device(phone),
            transport,
            profile: Profile::V4Spqr,
            profile_name,
            one_time_prekeys: 10,
            kem_prekeys: 5,
            work: Keep::Never(Reason::UntilDone),
            slot: 0,
            trace: false,
            mutant: None,
        },
        rows_at_hand: client::ROWS_AT_HAND,
        mutant: None,
        desk_mutant: None,
    }
}

/// The person at the standard input.
struct Person {
    node: Handle<Command>,
    draws: Randomness,
    /// Starts of the device: numbers of commands are above those of every earlier one.
    starts: u64,
    typed: u64,
}

impl Person {
    /// Reads lines on a thread of its own, since the standard input cannot be waited for otherwise.
    /// The process does not wait for it at the end.
    fn sits_down(mut self) {
        let runtime = runtime::Handle::current();
        drop(thread::spawn(move || {
            for line in io::stdin().lock().lines() {
                let Ok(line) = line else { return };
                match self.means(&line) {
                    Ok(command) => {
                        if runtime.block_on(self.node.command(command)).is_err() {
                            return;
                        }
                    }
                    Err(why) => print(&json!({ "event": "not_understood", "why": why })),
                }
            }
        }));
    }

    fn means(&mut self, line: &str) -> Result<Command, String> {
        let typed = serde_json::from_str(line).map_err(|why| why.to_string())?;
        self.typed = self.typed.saturating_add(1);
        let number = self.starts.wrapping_shl(32).wrapping_add(self.typed);
        let ask = match typed {
            Typed::Code { code } => Ask::EnterCode { code },
            Typed::Write { to, text } => {
                let mut id = [0; 16];
                self.draws.next(Kind::Command).fill_bytes(&mut id);
                Ask::Write { id: MessageId(id), to: parse::phone(&to)?, text }
            }
        };
        Ok(Command { number, ask })
    }
}

/// Shows the person what the device says.
fn shows(event: &Event) {
    let told = match event {
        Event::Acknowledged { number } => json!({ "event": "acknowledged", "number": number }),
        Event::Shown { from, name, id, text, sent_at, .. } => json!({
            "event": "shown", "from": from.digits(), "name": name, "id": id.to_string(),
            "text": text, "sent_at_us": sent_at.0,
        }),
        Event::Fetched { from, id, outcome: Ok((_, length)) } => json!({
            "event": "file", "from": from.digits(), "id": id.to_string(), "file_size": length,
        }),
        Event::Fetched { from, id, outcome: Err(why) } => json!({
            "event": "no_file", "from": from.digits(), "id": id.to_string(), "why": why.to_string(),
        }),
        Event::Labelled { with, operator } => json!({
            "event": "labelled", "with": with.digits(), "operator": format!("{operator:?}"),
        }),
        Event::Happened(Happening::Ready) => json!({ "event": "ready" }),
        Event::Happened(Happening::CodeNeeded) => json!({ "event": "code_needed" }),
        Event::Happened(Happening::WrongCode) => json!({ "event": "wrong_code" }),
        Event::Happened(Happening::Accepted { id, .. }) => {
            json!({ "event": "sent", "id": id.to_string() })
        }
        Event::Happened(Happening::Delivered { id, .. }) => {
            json!({ "event": "delivered", "id": id.to_string() })
        }
        Event::Happened(Happening::Read { id, .. }) => {
            json!({ "event": "read", "id": id.to_string() })
        }
        Event::Happened(Happening::Failed { id, why, .. }) => {
            json!({ "event": "failed", "id": id.to_string(), "why": why.to_string() })
        }
        Event::Happened(Happening::NotOpened { id, why, .. }) => {
            json!({ "event": "not_opened", "id": id.to_string(), "why": why })
        }
        Event::Happened(Happening::Retransmitted { id, attempt }) => {
            json!({ "event": "retransmitted", "id": id.to_string(), "attempt": attempt })
        }
        Event::Happened(Happening::RetransmissionRefused { id, why, .. }) => json!({
            "event": "retransmission_refused", "id": id.to_string(), "why": why.to_string(),
        }),
        Event::Happened(_) => return,
    };
    print(&told);
}

fn print(line: &Value) {
    let mut out = io::stdout().lock();
    // A person who left reads nothing.
    let _unread = writeln!(out, "{line}").and_then(|()| out.flush());
}

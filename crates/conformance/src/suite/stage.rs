//! What a case plays on: the implementation under test, devices of ours, and the forger.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    adapter::Refused,
    case::{Checked, Profile, Reading, Role, Stop},
    forge::Forger,
    local::Local,
    seeded::Seeded,
    subject::Subject,
    transcript::Transcript,
};
use crate::fields::{hex, of_hex};

/// Who speaks in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Party {
    /// The implementation under test.
    Subject,
    /// A device of our engine; there can be several.
    Ours(u8),
    /// The forger, which is no device: it has a name, and bytes.
    Forger,
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) from: Party,
    /// 3 for a first message, 2 for one inside a session.
    pub(crate) kind: u64,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) const MESSAGE: u64 = 2;
pub(crate) const FIRST: u64 = 3;

/// The stage of one case.
pub(crate) struct Stage<'a> {
    pub(crate) profile: Profile,
    pub(crate) role: Role,
    pub(crate) random: Seeded,
    /// How the implementation was found to read what can be read in two ways.
    pub(crate) reading: Option<Reading>,
    pub(crate) transcript: Transcript,
    subject: &'a mut Subject,
    ours: BTreeMap<u8, Local>,
    seed: u64,
    names: Names,
}

/// What devices are called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Numbers,
    ServiceIds,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(
        subject: &'a mut Subject,
        profile: Profile,
        role: Role,
        seed: u64,
        id: &str,
    ) -> Self {
        Self {
            profile,
            role,
            random: Seeded::new(seed, &[id, profile.name(), role.name()]),
            reading: None,
            transcript: Transcript::default(),
            subject,
            ours: BTreeMap::new(),
            seed,
            names: Names::Numbers,
        }
    }

    /// The implementation under test, for what is below its devices.
    pub(crate) const fn subject(&mut self) -> &mut Subject {
        self.subject
    }

    /// From now on, and for devices that are made from now on, names are service ids.
    pub(crate) const fn use_service_ids(&mut self) {
        self.names = Names::ServiceIds;
    }

    fn name(&self, party: Party) -> String {
        let number = match party {
            Party::Subject => 1,
            Party::Ours(index) => u16::from(index).saturating_add(2),
            Party::Forger => 999,
        };
        match self.names {
            Names::Numbers => format!("+1555{number:07}"),
            Names::ServiceIds => format!("5eed0000-0000-4000-8000-{number:012}"),
        }
    }

    pub(crate) fn address(&self, party: Party) -> Value {
        json!([self.name(party), 1])
    }

    /// Asks `party` for something, which it may refuse.
    pub(crate) fn ask(&mut self, party: Party, request: &Value) -> Checked<Result<Value, Refused>> {
        let asked = self.says(party, ">");
        self.transcript.add(&asked, request);
        let answer = match party {
            Party::Subject => self.subject.ask(request).map_err(Stop::Broken),
            Party::Ours(index) => {
                let ours = self.ours.get_mut(&index);
                let ours = ours.ok_or_else(|| Stop::Failed("no such device of ours".to_owned()))?;
                Ok(ours.ask(request))
            }
            Party::Forger => Err(Stop::Failed("the forger answers nothing".to_owned())),
        }?;
        let answered = self.says(party, "<");
        let shown = match &answer {
            Ok(ok) => json!({ "ok": ok }),
            Err(refused) => json!({ "err": refused.text }),
        };
        self.transcript.add(&answered, &shown);
        Ok(answer)
    }

    fn says(&self, party: Party, arrow: &str) -> String {
        match party {
            Party::Subject => format!("adapter {arrow}"),
            Party::Ours(0) => format!("ours {arrow}"),
            Party::Ours(index) => format!("ours {index} {arrow}"),
            Party::Forger => format!("forger {arrow}"),
        }
    }

    /// Asks `party` for something that it must not refuse.
    pub(crate) fn ok(&mut self, party: Party, request: &Value) -> Checked<Value> {
        let op = request.get("op").and_then(Value::as_str).unwrap_or("a request").to_owned();
        self.ask(party, request)?.map_err(|refused| {
            Stop::Failed(format!("{} refused {op}: {}", who(party), refused.text))
        })
    }

    /// As [`ok`](Self::ok), for an operation that need not be supported.
    pub(crate) fn optional(&mut self, party: Party, request: &Value) -> Checked<Value> {
        match self.ask(party, request)? {
            Ok(answer) => Ok(answer),
            Err(refused) if refused.kind == "unsupported" => Err(Stop::Unsupported(refused.text)),
            Err(refused) => Err(Stop::Failed(format!("{} refused: {}", who(party), refused.text))),
        }
    }

    /// Makes `party` a fresh device of the case's profile.
    pub(crate) fn init(&mut self, party: Party) -> Checked {
        let (registration, index) = match party {
            Party::Subject | Party::Forger => (77, 0),
            Party::Ours(index) => (u32::from(index).saturating_add(88), index),
        };
        let mut request = json!({
            "op": "init", "name": self.name(party), "dev": 1, "regid": registration,
            "profile": self.profile.name(),
        });
        if party == Party::Subject {
            if let (Value::Object(fields), false) =
                (&mut request, self.subject.capabilities.answered)
            {
                fields.remove("profile");
            }
            self.transcript.add("adapter >", &request);
            let answer = self.subject.init(&request).map_err(Stop::Broken)?;
            return answer.map(drop).map_err(|refused| match refused.kind.as_str() {
                "unsupported" => Stop::Unsupported(refused.text),
                _ => Stop::Failed(format!("the adapter refused init: {}", refused.text)),
            });
        }
        let names = [self.profile.name(), self.role.name(), &index.to_string()];
        self.ours.insert(index, Local::new(Seeded::new(self.seed, &names)));
        self.ok(party, &request).map(drop)
    }

    /// A device of ours; made when it is asked for first.
    pub(crate) fn ours(&mut self, index: u8) -> Checked<Party> {
        let party = Party::Ours(index);
        if !self.ours.contains_key(&index) {
            self.init(party)?;
        }
        Ok(party)
    }

    /// Who starts the session and who publishes the bundle, as the role has it.
    pub(crate) fn ends(&mut self) -> Checked<(Party, Party)> {
        let ours = self.ours(0)?;
        Ok(match self.role {
            Role::Initiates => (Party::Subject, ours),
            Role::Responds => (ours, Party::Subject),
        })
    }

    pub(crate) fn forger(&self) -> Forger {
        let names = ["forger", self.profile.name(), self.role.name()];
        Forger::new(self.profile, Seeded::new(self.seed, &names))
    }

    /// A fresh bundle of `party`.
    pub(crate) fn bundle(&mut self, party: Party, one_time: bool) -> Checked<Value> {
        let kem = self.profile.has_kem();
        self.ok(party, &json!({"op":"bundle","otk":one_time,"kyber":kem}))
    }

    /// `party` starts a session towards `peer`, from `peer`'s bundle.
    pub(crate) fn process(&mut self, party: Party, peer: Party, bundle: &Value) -> Checked {
        let request = json!({"op":"process","peer":self.address(peer),"b":bundle});
        self.ok(party, &request).map(drop)
    }

    pub(crate) fn encrypt(&mut self, from: Party, to: Party, text: &str) -> Checked<Sealed> {
        let request = json!({"op":"encrypt","peer":self.address(to),"m":text});
        let answer = self.ok(from, &request)?;
        sealed(from, &answer)
    }

    pub(crate) fn decrypt(
        &mut self,
        at: Party,
        message: &Sealed,
    ) -> Checked<Result<Value, Refused>> {
        let request = json!({
            "op": "decrypt", "peer": self.address(message.from),
            "type": message.kind, "c": hex(&message.bytes),
        });
        self.ask(at, &request)
    }
}

/// What `party` is called in a verdict.
pub(crate) const fn who(party: Party) -> &'static str {
    match party {
        Party::Subject => "the adapter",
        Party::Ours(_) => "our engine",
        Party::Forger => "the forger",
    }
}

/// What `encrypt` answered.
pub(crate) fn sealed(from: Party, answer: &Value) -> Checked<Sealed> {
    let kind = answer.get("type").and_then(Value::as_u64);
    let kind = kind.filter(|kind| [MESSAGE, FIRST].contains(kind));
    let bytes = answer.get("c").and_then(Value::as_str).and_then(of_hex);
    match (kind, bytes) {
        (Some(kind), Some(bytes)) => Ok(Sealed { from, kind, bytes }),
        _ => Err(Stop::Failed(format!("{} sealed to no message: {answer}", who(from)))),
    }
}

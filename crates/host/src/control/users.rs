//! Calls about the simulated people.

use std::sync::Arc;

use client::Ask;
use cloud_api::{message_id, wamid};
use serde::Deserialize;
use serde_json::{Value, json};
use vocab::{MessageId, PhoneNumber};

use super::{Inner, Refusal, read};
use crate::up::{Person, Persona, Says};

/// What `POST /users/{user}/read`, `play` and `report` take.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    /// One message; all, if nothing is said.
    wamid: Option<String>,
}

/// What `POST /users/{user}/block` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    on: bool,
}

/// What `POST /users/{user}/marketing` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marketing {
    value: Preference,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Preference {
    Stop,
    Resume,
}

/// What takes nothing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

fn done() -> Value {
    json!({ "success": true })
}

fn show(person: &Person) -> Value {
    json!({ "user": person.phone().digits(), "persona": person.persona() })
}

impl Inner {
    /// The person with this number.
    pub(super) fn person(&self, user: &str) -> Result<Arc<Person>, Refusal> {
        let phone = PhoneNumber::parse(user).map_err(|why| Refusal::Bad(why.to_string()))?;
        let person = self.people.get(&phone);
        person.ok_or_else(|| Refusal::Absent("no such user".to_owned()))
    }

    pub(super) fn users(&self) -> Value {
        let users: Vec<Value> = self.people.all().iter().map(|person| show(person)).collect();
        json!({ "users": users })
    }

    pub(super) fn user(&self, user: &str) -> Result<Value, Refusal> {
        Ok(show(&*self.person(user)?))
    }

    /// What a person does by themselves from now on.
    pub(super) fn set_persona(&self, user: &str, body: &[u8]) -> Result<Value, Refusal> {
        let persona: Persona = read(body)?;
        let person = self.person(user)?;
        person.becomes(persona);
        Ok(show(&person))
    }

    /// A person reads a message, or everything that was shown and not read.
    pub(super) async fn reads(&self, user: &str, body: &[u8]) -> Result<Value, Refusal> {
        let (person, ids) = self.shown(user, body)?;
        if !ids.is_empty() {
            self.people.read(&person, ids).await?;
        }
        Ok(done())
    }

    /// A person listens to voice messages.
    pub(super) async fn plays(&self, user: &str, body: &[u8]) -> Result<Value, Refusal> {
        let (person, ids) = self.shown(user, body)?;
        if !ids.is_empty() {
            let (_, from) = self.people.business();
            person.does(Ask::Play { from: from.clone(), ids }).await?;
        }
        Ok(done())
    }

    /// A person does something with a flow that they were shown.
    pub(super) async fn fills(&self, user: &str, body: &[u8]) -> Result<Value, Refusal> {
        let step = read(body)?;
        Ok(self.people.fills(&self.servers, &*self.person(user)?, step).await?)
    }

    /// A person stops marketing of the business, or wants it again.
    pub(super) async fn prefers(&self, user: &str, body: &[u8]) -> Result<Value, Refusal> {
        let Marketing { value } = read(body)?;
        let says = Says::prefers(value == Preference::Stop);
        let id = self.people.says(&*self.person(user)?, says).await?;
        Ok(json!({ "wamid": wamid(id) }))
    }

    /// A person blocks the business, or does so no longer.
    pub(super) async fn blocks(&self, user: &str, body: &[u8]) -> Result<Value, Refusal> {
        let Block { on } = read(body)?;
        let (_, business) = self.people.business();
        let ask = Ask::Block { who: business.clone(), on };
        self.person(user)?.does(ask).await?;
        Ok(done())
    }

    /// A person reports the business, and discloses nothing of what it wrote.
    pub(super) async fn reports(&self, user: &str, body: &[u8]) -> Result<Value, Refusal> {
        let (person, ids) = self.shown(user, body)?;
        if ids.is_empty() {
            return Err(Refusal::Conflict("this person was shown nothing to report".to_owned()));
        }
        let (_, about) = self.people.business();
        person.does(Ask::Report { about: about.clone(), ids, attached: Vec::new() }).await?;
        Ok(done())
    }

    /// A person sets up the app anew under the same number, with a new identity.
    pub(super) async fn changes_phone(&self, user: &str, body: &[u8]) -> Result<Value, Refusal> {
        let Nothing {} = read(body)?;
        self.person(user)?.does(Ask::Reinstall).await?;
        Ok(done())
    }

    /// Who does something about which messages: the one that is named, which must have been shown,
    /// or all that were shown and not read.
    fn shown(&self, user: &str, body: &[u8]) -> Result<(Arc<Person>, Vec<MessageId>), Refusal> {
        let Which { wamid } = read(body)?;
        let person = self.person(user)?;
        let Some(wamid) = wamid else {
            let unread = self.journal.unread(person.phone());
            return Ok((person, unread));
        };
        let id = message_id(&wamid).filter(|id| self.journal.was_shown(person.phone(), *id));
        let absent = || Refusal::Absent("this person was shown no such message".to_owned());
        Ok((person, vec![id.ok_or_else(absent)?]))
    }
}

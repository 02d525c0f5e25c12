//! What businesses want answered, and answering it.

use hop::{
    Attempt, Waiting,
    http::{Request, Route},
    router::{Call, Refusal},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    MESSAGES, REPLIES, ROUTES, SERVICE,
    rows::{self, Done, Wanted},
};
use crate::{
    names,
    output::Event,
    server::{News, NoCommand, Served, Service, body, business_of},
};

/// What the automatic-reply service is for.
pub(super) struct Replies;

/// One call.
pub(super) enum Ask {
    Want { id: String, wanted: Wanted },
    Wanted { id: String },
    Answer(Handed),
}

/// A message that is handed over. It names nobody who wrote it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Handed {
    business: String,
    terms_id: String,
    message: Message,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    id: String,
    text: String,
}

/// Characters that a text message may have (facts, cloud-api.md: the body of a text).
const MOST_CHARACTERS: usize = 4_096;
/// Rules of one business.
const MOST_RULES: usize = 64;
/// Bytes of the words that a rule looks for, and of ids.
const MOST_BYTES: usize = 256;

impl Service for Replies {
    type Ask = Ask;
    type Own = NoCommand;
    type Note = NoCommand;
    const ROUTES: &'static [Route] = ROUTES;

    fn may(&self, call: &Call<'_>) -> bool {
        match call.route.pattern {
            MESSAGES => call.principal == "cloud-api",
            _ => {
                let own = business_of(call.principal);
                own.is_some() && call.parameters.first().copied() == own
            }
        }
    }

    fn read(&self, call: &Call<'_>, request: &Request, _news: News) -> Result<Ask, Refusal> {
        match (call.route.method, call.route.pattern, call.parameters.as_slice()) {
            ("PUT", REPLIES, [id]) => {
                Ok(Ask::Want { id: names::business(id)?, wanted: checked(body(request)?)? })
            }
            ("GET", REPLIES, [id]) => Ok(Ask::Wanted { id: names::business(id)? }),
            ("POST", MESSAGES, []) => handed(body(request)?),
            _ => Err(Refusal::NoSuchRoute),
        }
    }

    fn serve(attempt: &mut Try<'_>, ask: &Ask) -> Result<Served, Waiting> {
        match ask {
            Ask::Want { id, wanted } => {
                let (class, keep) = rows::REPLIES;
                attempt.write(rows::replies(id), encoded(wanted), class, keep);
                Ok(Ok(json!({ "success": true })))
            }
            Ask::Wanted { id } => Ok(match wanted(attempt, id)? {
                Some(wanted) => Ok(serde_json::to_value(wanted).unwrap_or_default()),
                None => Err(Refusal::NoSuchObject),
            }),
            Ask::Answer(handed) => answer(attempt, handed),
        }
    }

    fn own(_attempt: &mut Try<'_>, own: &NoCommand) -> Result<(), Waiting> {
        match *own {}
    }
}

type Try<'a> = Attempt<'a, Event, NoCommand>;

/// Processes a message. One that is handed over again, since nobody heard the answer, is answered
/// again and is no further processing.
fn answer(attempt: &mut Try<'_>, handed: &Handed) -> Result<Served, Waiting> {
    let Handed { business, terms_id, message } = handed;
    let done = rows::done(business, &message.id);
    attempt.need(&[rows::replies(business), done.clone()])?;
    if attempt.read(&done)?.is_none() {
        let (class, keep) = rows::DONE;
        attempt.write(done, encoded(&Done { terms_id: terms_id.clone() }), class, keep);
        let (business, message) = (business.clone(), message.id.clone());
        let terms_id = terms_id.clone();
        attempt.event(Event::Processed { service: SERVICE, business, message, terms_id });
    }
    let wanted = wanted(attempt, business)?.unwrap_or_default();
    Ok(Ok(json!({ "reply": wanted.to(&message.text) })))
}

fn wanted(attempt: &mut Try<'_>, business: &str) -> Result<Option<Wanted>, Waiting> {
    let bytes = attempt.read(&rows::replies(business))?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

fn encoded<T: serde::Serialize>(row: &T) -> Vec<u8> {
    serde_json::to_vec(row).unwrap_or_default()
}

/// What can be sent as a text, and looked for in reasonable time.
fn checked(wanted: Wanted) -> Result<Wanted, Refusal> {
    if wanted.rules.len() > MOST_RULES {
        return Err(Refusal::Invalid(format!("more than {MOST_RULES} rules")));
    }
    let replies = wanted.rules.iter().map(|rule| &rule.reply).chain(&wanted.otherwise);
    for reply in replies {
        if reply.is_empty() || reply.chars().count() > MOST_CHARACTERS {
            return Err(Refusal::Invalid("not a text that can be sent".to_string()));
        }
    }
    for rule in &wanted.rules {
        names::text(&rule.contains, MOST_BYTES, "words to look for")?;
    }
    Ok(wanted)
}

fn handed(handed: Handed) -> Result<Ask, Refusal> {
    names::business(&handed.business)?;
    names::text(&handed.terms_id, MOST_BYTES, "the id of terms")?;
    names::text(&handed.message.id, MOST_BYTES, "the id of a message")?;
    Ok(Ask::Answer(handed))
}

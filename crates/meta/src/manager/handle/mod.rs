//! What Business Manager does with a call: who may, what it says, where it goes.

mod grants;
mod numbers;
mod principals;
mod records;
mod services;
mod tokens;
mod users;

use hop::{
    Attempt, Waiting,
    http::{Request, Route},
    router::{Call, Refusal, TokenHash},
};

use super::{
    ROUTES, SERVICE, TOKEN, TOKENS, USER, USERS,
    input::{Ask, Note, Own},
    rows::{self, Changes},
};
use crate::{
    names,
    output::Event,
    server::{self, News, Served, Service, business_of},
};

/// Work on the rows of Business Manager.
pub(super) type Try<'a> = Attempt<'a, Event, Note>;

/// What Business Manager is for.
pub(super) struct Registry {
    principals: Vec<(TokenHash, String)>,
    /// The optional services that there are.
    services: Vec<String>,
}

impl Registry {
    pub(super) const fn new(principals: Vec<(TokenHash, String)>, services: Vec<String>) -> Self {
        Self { principals, services }
    }
}

impl Service for Registry {
    type Ask = Ask;
    type Own = Own;
    type Note = Note;
    const ROUTES: &'static [Route] = ROUTES;

    fn may(&self, call: &Call<'_>) -> bool {
        let own = business_of(call.principal);
        match (call.route.method, call.route.pattern) {
            ("GET", "/grants" | "/principals/{hash}") => call.principal == "cloud-api",
            ("GET", "/businesses") => reads_all(call.principal) || own.is_some(),
            ("GET", _) => reads_all(call.principal) || is_own(own, call),
            _ => is_own(own, call),
        }
    }

    fn read(&self, call: &Call<'_>, request: &Request, news: News) -> Result<Ask, Refusal> {
        let parameters = call.parameters.as_slice();
        match (call.route.method, call.route.pattern, parameters) {
            ("PUT", "/businesses/{id}", [id]) => records::read(id, request, news),
            ("PUT", "/businesses/{id}/numbers/{phone_number_id}", [id, number]) => {
                numbers::read(id, number, request)
            }
            (method, "/businesses/{id}/grants/{phone_number_id}", [id, number]) => Ok(Ask::Grant {
                id: names::business(id)?,
                phone_number_id: names::phone_number_id(number)?,
                granted: method == "PUT",
            }),
            (_, USERS, [id]) => Ok(Ask::Users { id: names::business(id)? }),
            (method, USER, [id, user]) => {
                users::read(id, user, (method == "PUT").then_some(request))
            }
            (_, TOKENS, [id, user]) => tokens::read(id, user, request, news),
            (_, TOKEN, [id, hash]) => tokens::revoked(id, hash),
            (method, SERVICE, [id, service]) => {
                let adds = method == "PUT";
                services::read(id, service, adds.then_some(request), &self.services)
            }
            ("GET", "/businesses", []) => Ok(Ask::List {
                only: business_of(call.principal).map(str::to_string),
                after: server::after(request, names::business)?,
            }),
            ("GET", "/businesses/{id}", [id]) => Ok(Ask::One { id: names::business(id)? }),
            ("GET", "/grants", []) => Ok(Ask::Grants),
            ("GET", "/principals/{hash}", [hash]) => principals::read(hash, &self.principals),
            _ => Err(Refusal::NoSuchRoute),
        }
    }

    fn serve(attempt: &mut Try<'_>, ask: &Ask) -> Result<Served, Waiting> {
        match ask {
            Ask::Record { id, record } => records::write(attempt, id, record),
            Ask::Number { id, phone_number_id, display } => {
                numbers::write(attempt, id, phone_number_id, display)
            }
            Ask::Grant { id, phone_number_id, granted } => {
                grants::write(attempt, id, phone_number_id, *granted)
            }
            Ask::Service { id, service, terms_id } => {
                services::write(attempt, id, service, terms_id.as_deref())
            }
            Ask::List { only, after } => records::list(attempt, only.as_deref(), after.as_deref()),
            Ask::One { id } => records::one(attempt, id),
            Ask::Grants => grants::list(attempt),
            Ask::Principal { known, hash } => principals::answer(attempt, known.as_deref(), hash),
            Ask::User { id, user, wanted } => users::write(attempt, id, user, wanted.as_ref()),
            Ask::Users { id } => users::list(attempt, id),
            Ask::Issue { token, hash, issued } => tokens::issue(attempt, (token, hash), issued),
            Ask::Revoke { id, hash } => tokens::revoke(attempt, id, hash),
        }
    }

    fn own(attempt: &mut Try<'_>, own: &Own) -> Result<(), Waiting> {
        let changes = read_changes(attempt)?;
        match own {
            Own::Load => attempt.note(Note::Changes { made: changes.made, told: changes.told }),
            Own::Told(told) if *told > changes.told => {
                write_changes(attempt, Changes { told: *told, ..changes });
            }
            Own::Told(_) => {}
        }
        Ok(())
    }
}

fn reads_all(principal: &str) -> bool {
    matches!(principal, "business-manager" | "rest-of-meta" | "whatsapp")
}

/// The first parameter of every route about one business is its id.
fn is_own(own: Option<&str>, call: &Call<'_>) -> bool {
    own.is_some() && call.parameters.first().copied() == own
}

/// Notes in the same transaction that grants are not what the Cloud API was told.
fn grants_changed(attempt: &mut Try<'_>) -> Result<(), Waiting> {
    let changes = read_changes(attempt)?;
    write_changes(attempt, Changes { made: changes.made.saturating_add(1), ..changes });
    Ok(())
}

fn read_changes(attempt: &mut Try<'_>) -> Result<Changes, Waiting> {
    let bytes = attempt.read(&rows::changes())?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

fn write_changes(attempt: &mut Try<'_>, changes: Changes) {
    let value = serde_json::to_vec(&changes).unwrap_or_default();
    attempt.write(rows::changes(), value, rows::CLASS, rows::KEEP);
    attempt.note(Note::Changes { made: changes.made, told: changes.told });
}

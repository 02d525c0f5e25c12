//! One file for each thing the transport handles; here, what is common to all requests of ends.

mod accounts;
mod blobs;
mod clear;
mod codes;
mod delete;
mod erase;
mod fetch;
pub(crate) mod http;
mod integrity;
mod mailbox;
mod meeting;
mod person;
mod publish;
mod push;
mod send;
mod suppress;

use alloc::{format, string::ToString, vec::Vec};

use hop::{Act, Waiting};
use rand_core::CryptoRng;
use vocab::{Address, Micros, NoiseKey, PhoneNumber};
use wire::transport::{Ask, Bundle, FromTransport, Status};

use crate::{
    alias::Alias,
    config::Config,
    input::{Asked, Job, Mailbox},
    links::Links,
    output::{Event, Refusal},
    rows::{self, Account, Answered, keys},
};

/// An attempt at a piece of the transport's work.
pub(crate) type Attempt<'a> = hop::Attempt<'a, Event, Note>;

/// What an attempt may look at, beside rows.
pub(crate) struct Context<'c> {
    pub(crate) config: &'c Config,
    pub(crate) links: &'c Links,
    pub(crate) rng: &'c mut dyn CryptoRng,
}

/// Somebody claims a number.
pub(crate) struct Claim<'c> {
    pub(crate) link: NoiseKey,
    pub(crate) address: &'c Address,
    /// The code that came to the number; may be empty.
    pub(crate) code: &'c str,
}

/// Why an attempt stops before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// A row is on its way.
    Waiting,
    /// The request is refused; nothing of it was written but what counts it.
    Refused(Refusal),
}

impl From<Waiting> for Stop {
    fn from(Waiting: Waiting) -> Self {
        Self::Waiting
    }
}

impl From<Refusal> for Stop {
    fn from(why: Refusal) -> Self {
        Self::Refused(why)
    }
}

/// What the memory of links is told when an attempt is durable.
#[derive(Clone, Debug)]
pub(crate) enum Note {
    /// A request was answered.
    Answered { link: NoiseKey, request: u64 },
    /// The owner of a mailbox is here.
    Hello { link: NoiseKey, address: Address, request: u64 },
    /// An envelope joined a mailbox; its owner's link, were it up.
    Arrived { link: NoiseKey, address: Address },
    /// Places of a mailbox are gone.
    Gone { link: NoiseKey, address: Address, places: Vec<u64> },
    /// A push has ended.
    Pushed { to: Mailbox, places: Vec<u64>, room: usize },
    /// A number has another owner than this link now.
    Lost { link: NoiseKey, phone: PhoneNumber },
    /// More is to be done.
    Next(Job),
    /// An HTTP exchange was answered.
    Replied,
}

/// Attempts a job.
pub(crate) fn run(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    job: &Job,
) -> Result<(), Waiting> {
    match job {
        Job::Ask(asked) => ask(attempt, context, asked),
        Job::Push { to, after, room } => push::push(attempt, context, to, *after, *room),
        Job::PushAgain { to, places } => push::push_again(attempt, context, to, places),
        Job::Look { to } => mailbox::look(attempt, context, to),
        Job::Resume { after } => clear::resume(attempt, after.as_ref()),
        Job::Clear(key) => clear::clear(attempt, key),
        Job::ResumeErasing { after } => erase::resume(attempt, after.as_ref()),
        Job::Erase(key) => erase::erase(attempt, context, key),
        Job::Page { id, page } => http::answer(attempt, context, *id, page),
    }
}

/// Attempts a request of an end. Whatever comes of it, it is answered.
fn ask(attempt: &mut Attempt<'_>, context: &mut Context<'_>, asked: &Asked) -> Result<(), Waiting> {
    let frame = match decide(attempt, context, asked) {
        Ok(frame) => frame,
        Err(Stop::Waiting) => return Err(Waiting),
        Err(Stop::Refused(why)) => {
            refuse(attempt, asked.link, why);
            refusal(asked.request.id, why)
        }
    };
    attempt.act(Act::Send { to: asked.link, bytes: frame });
    attempt.note(Note::Answered { link: asked.link, request: asked.request.id });
    Ok(())
}

/// The frame that answers, from memory where the request was answered before.
fn decide(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    asked: &Asked,
) -> Result<Vec<u8>, Stop> {
    // Envelopes, acknowledgements and hellos are idempotent by what they say. A copy of a request
    // for a code asks for one, since the first may have been lost with a crash. Pieces of blobs are
    // too large to be kept twice, and never change.
    let remembered = !matches!(
        asked.request.ask,
        Ask::Send(_)
            | Ask::Ack { .. }
            | Ask::Hello { .. }
            | Ask::RequestCode { .. }
            | Ask::PutPiece { .. }
            | Ask::GetPiece { .. }
    );
    let memory = keys::answered(&asked.link, asked.request.id);
    if remembered
        && let Some(answered) = rows::read::<Answered>(attempt, &memory)?
        && answered.digest == asked.digest
    {
        return Ok(answered.frame);
    }
    let given = dispatch(attempt, context, asked)?;
    let frame = answer(asked, given);
    if remembered {
        let row = Answered { digest: asked.digest.to_vec(), frame: frame.clone() };
        rows::write(attempt, memory, &row);
    }
    Ok(frame)
}

/// What a request that is not refused is given.
enum Given {
    Nothing,
    Bundle(Bundle),
    Piece(Vec<u8>),
}

fn dispatch(
    attempt: &mut Attempt<'_>,
    context: &mut Context<'_>,
    asked: &Asked,
) -> Result<Given, Stop> {
    let link = asked.link;
    match &asked.request.ask {
        Ask::Register { address, registration_id, identity_key, code } => {
            let claim = Claim { link, address, code };
            accounts::register(attempt, context, &claim, *registration_id, identity_key)?;
        }
        Ask::RequestCode { address } => {
            codes::request(attempt, context, link, address, asked.request.id)?;
        }
        Ask::Publish { .. } => publish::publish(attempt, context, link, &asked.request.ask)?,
        Ask::Fetch { address } => {
            return fetch::fetch(attempt, context, link, address).map(Given::Bundle);
        }
        Ask::Send(envelope) => send::send(attempt, context, link, envelope)?,
        Ask::Ack { address, places } => mailbox::ack(attempt, context, link, address, places)?,
        Ask::Hello { address } => {
            mailbox::hello(attempt, context, link, address, asked.request.id)?;
        }
        Ask::Report { by, about, ids, attached } => {
            person::report(attempt, context, link, [by, about], ids, attached)?;
        }
        Ask::PutPiece { by, blob, number, bytes } => {
            blobs::put(attempt, context, (link, by), (*blob, *number), bytes)?;
        }
        Ask::GetPiece { by, of, blob, number } => {
            return blobs::get(attempt, context, (link, by), of, (*blob, *number))
                .map(Given::Piece);
        }
        Ask::DeleteAccount { phone } => delete::account(attempt, context, link, phone)?,
        Ask::Block { by, blocked, on } => {
            person::block(attempt, context, link, [by, blocked], *on)?;
        }
    }
    Ok(Given::Nothing)
}

fn answer(asked: &Asked, given: Given) -> Vec<u8> {
    let (id, status, retry_after) = (asked.request.id, Status::Ok, Micros(0));
    let answer = match given {
        Given::Nothing => FromTransport::Answer { id, status, bundle: None, retry_after },
        Given::Bundle(bundle) => {
            FromTransport::Answer { id, status, bundle: Some(bundle), retry_after }
        }
        Given::Piece(bytes) => FromTransport::Piece { id, bytes },
    };
    answer.encode()
}

/// The frame that answers a request with a refusal.
pub(crate) fn refusal(id: u64, why: Refusal) -> Vec<u8> {
    let (status, retry_after) = (why.status(), why.retry_after());
    FromTransport::Answer { id, status, bundle: None, retry_after }.encode()
}

fn refuse(attempt: &mut Attempt<'_>, link: NoiseKey, why: Refusal) {
    attempt.act(Act::Log(format!("refused a request on link {link:?}: {why}")));
    attempt.event(Event::Refused { link, why });
}

/// The account of `phone`, if this link owns it.
fn owned(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    link: NoiseKey,
    phone: &PhoneNumber,
) -> Result<(Alias, Account), Stop> {
    let alias = context.config.hash_key.alias(phone);
    let account = rows::read::<Account>(attempt, &keys::account(&alias))?;
    let account = account.ok_or(Refusal::NoAccount)?;
    if account.link == link.0 { Ok((alias, account)) } else { Err(Refusal::NotOwner.into()) }
}

/// Whether the number of an open mailbox still belongs to the link that opened it. A node alone was
/// told if not; one of several asks the store. Where it is not, the mailbox is closed.
fn still_owned(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    to: &Mailbox,
) -> Result<bool, Waiting> {
    if context.config.writer.is_none() {
        return Ok(true);
    }
    match owned_device(attempt, context, to.link, &to.address) {
        Ok(_) => Ok(true),
        Err(Stop::Waiting) => Err(Waiting),
        Err(Stop::Refused(_)) => {
            let phone = to.address.phone.clone();
            attempt.note(Note::Lost { link: to.link, phone });
            Ok(false)
        }
    }
}

/// The account of `address`, if this link owns it and it has the device.
fn owned_device(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    link: NoiseKey,
    address: &Address,
) -> Result<(Alias, Account), Stop> {
    let (alias, account) = owned(attempt, context, link, &address.phone)?;
    if account.has(address) { Ok((alias, account)) } else { Err(Refusal::NoAccount.into()) }
}

impl Account {
    /// Whether it has the device of `address`.
    fn has(&self, address: &Address) -> bool {
        self.devices.contains(&address.device.get().into())
    }

    /// Its link.
    fn noise_key(&self) -> Result<NoiseKey, Stop> {
        let key = self.link.as_slice().try_into().map_err(|_| Refusal::Damaged)?;
        Ok(NoiseKey(key))
    }

    /// Whether integrity is counted for it.
    fn is_business(&self, config: &Config) -> bool {
        let own = |(number, _): &(PhoneNumber, NoiseKey)| number.digits() == self.phone;
        self.hosted || config.on_premises.iter().any(own)
    }

    fn new(address: &Address, link: NoiseKey, hosted: bool) -> Self {
        let phone = address.phone.digits().to_string();
        Self {
            phone,
            link: link.0.to_vec(),
            hosted,
            devices: Vec::new(),
            blocked: 0,
            suppressed: false,
        }
    }
}

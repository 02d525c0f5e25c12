//! `POST /{phone_number_id}/messages`: a message is accepted or refused, and what is accepted goes
//! out or is told as failed.
//!
//! What is wrong with a call is answered at once. What is wrong with reaching this person now is
//! told in a status, as the platform does it (facts, cloud-api.md section 1.5).

use endpoint::Vault as _;
use hop::{ExchangeId, Waiting, http::Response};
use prost::Message as _;
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use vocab::{Address, DataClass, Keep, MessageId, PhoneNumber, limits};
use wire::content::{Body, Content, Media, Offer};

use super::{Attempted, flows, happenings, identity, manage, media, reply, retention};
use crate::{
    errors::{GraphError, codes},
    graph::messages::{self, MediaCall, Outgoing, Recipient, Say},
    mutant::Mutant,
    number::Number,
    output::Event,
    rows::{self, Category, TagRow, TemplateStatus},
    rules,
    templates::{self, Rendered},
    users,
};

/// An error for the business, or rows that are not on the desk.
pub(super) enum Stop {
    Refused(GraphError),
    Waiting,
}

impl From<Waiting> for Stop {
    fn from(Waiting: Waiting) -> Self {
        Self::Waiting
    }
}

impl From<GraphError> for Stop {
    fn from(error: GraphError) -> Self {
        Self::Refused(error)
    }
}

/// A message that is accepted.
struct Accepted {
    to: PhoneNumber,
    name: [u8; 16],
    body: Body,
    /// The file that goes with it.
    file: Option<Vec<u8>>,
    tag: TagRow,
    /// Why it will not go out all the same.
    withheld: Option<GraphError>,
}

/// Accepts a message. The answer promises that it is kept and on its way.
pub(super) fn send(
    number: &Number,
    attempt: &mut Attempted<'_>,
    exchange: ExchangeId,
    outgoing: &Outgoing,
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    accept(number, attempt, Some(exchange), outgoing, rng).map(|_accepted| ())
}

/// Accepts a message that its business asks for in a call, or an optional service without one;
/// whether it was accepted. Both are under the same rules.
pub(super) fn accept(
    number: &Number,
    attempt: &mut Attempted<'_>,
    exchange: Option<ExchangeId>,
    outgoing: &Outgoing,
    rng: &mut dyn CryptoRng,
) -> Result<bool, Waiting> {
    let to = meant(number, attempt, &outgoing.to)?;
    let repeated =
        outgoing.request_id.as_deref().map(|id| rows::request(number.grant.slot, &cut(id)));
    if let Some(key) = repeated.as_ref().filter(|_| !number.planted(Mutant::RequestForgotten))
        && let Some(known) = attempt.read(key)?.and_then(|bytes| MessageId::from_slice(&bytes))
    {
        answer(attempt, exchange, messages::accepted(outgoing, &to, known));
        return Ok(true);
    }
    let mut accepted = match judge(number, attempt, outgoing, &to) {
        Ok(accepted) => accepted,
        Err(Stop::Waiting) => return Err(Waiting),
        Err(Stop::Refused(error)) => {
            answer(attempt, exchange, error.response(rng));
            return Ok(false);
        }
    };
    if accepted.withheld.is_none() {
        accepted.withheld = withheld(number, attempt, outgoing, &accepted)?;
    }
    if !rules::take_pair(number, attempt, &accepted.name)? {
        answer(attempt, exchange, GraphError::new(codes::PAIR_RATE).response(rng));
        return Ok(false);
    }
    if let Some(key) = repeated {
        let (class, keep) = (DataClass::ConnectionMetadata, Keep::For(limits::DEDUPE_AGE));
        attempt.write(key, outgoing.id.0.to_vec(), class, keep);
    }
    let response = messages::accepted(outgoing, &to, outgoing.id);
    go(number, attempt, (exchange, response), (outgoing, accepted), rng)?;
    Ok(true)
}

/// Answers the call that asked for a message, if one did.
fn answer(attempt: &mut Attempted<'_>, exchange: Option<ExchangeId>, response: Response) {
    if let Some(exchange) = exchange {
        reply(attempt, exchange, response);
    }
}

/// Sends what was accepted, or tells why it does not go.
fn go(
    number: &Number,
    attempt: &mut Attempted<'_>,
    (exchange, response): (Option<ExchangeId>, Response),
    (outgoing, accepted): (&Outgoing, Accepted),
    rng: &mut dyn CryptoRng,
) -> Result<(), Waiting> {
    let id = outgoing.id;
    let phone_number_id = number.grant.phone_number_id.clone();
    if accepted.tag != TagRow::default() {
        let key = rows::tag(number.grant.slot, id);
        let keep = Keep::For(limits::DEDUPE_AGE);
        // What it is charged as and which template it was is nothing that somebody wrote.
        let (row, bears) = (accepted.tag.encode_to_vec(), !accepted.tag.opaque.is_empty());
        number.account.vault().put_bearing(attempt, key, (&row, bears), keep, rng)?;
    }
    let to = Address::first_device(accepted.to);
    if let Some(error) = accepted.withheld {
        answer(attempt, exchange, response);
        let code = error.code;
        attempt.event(Event::Took { phone_number_id: phone_number_id.clone(), id });
        happenings::failed(number, attempt, (id, &to, &error), rng)?;
        attempt.event(Event::Withheld { phone_number_id, id, code });
        return Ok(());
    }
    let content = Content {
        id,
        sent_at: attempt.now().wall,
        profile_name: number.grant.verified_name().to_owned(),
        quoted: outgoing.quoted,
        body: accepted.body,
    };
    retention::message_waits(number, attempt, id);
    let happened = match accepted.file {
        Some(file) => number.account.send_file(attempt, &to, (content, &file), rng)?,
        None => number.account.send(attempt, &to, &content, rng)?,
    };
    answer(attempt, exchange, response);
    attempt.event(Event::Took { phone_number_id, id });
    happenings::tell(number, attempt, happened, rng)
}

fn cut(request_id: &str) -> [u8; 16] {
    let hash: [u8; 32] = Sha256::digest(request_id.as_bytes()).into();
    hash.first_chunk().copied().unwrap_or_default()
}

/// What a call comes to, before the rules about its recipient.
fn judge(
    number: &Number,
    attempt: &mut Attempted<'_>,
    outgoing: &Outgoing,
    to: &Recipient,
) -> Result<Accepted, Stop> {
    if number.grant.restriction != 0 {
        return Err(GraphError::new(number.grant.restriction).into());
    }
    if number.grant.deregistered {
        return Err(GraphError::new(codes::NOT_REGISTERED).into());
    }
    let to = recipient(number, attempt, to)?;
    if to == number.account.address().phone {
        return Err(GraphError::new(codes::TO_ITSELF).into());
    }
    let name = users::name(number, &to);
    let mut tag = TagRow { opaque: outgoing.opaque.clone(), ..TagRow::default() };
    let Composed { body, file, withheld } = match &outgoing.say {
        Say::Ready(body) => Composed::without_file(body.clone()),
        Say::Media(call) => with_file(number, attempt, call, Body::Media)?,
        Say::WithHeader(offer, call) => with_header(number, attempt, offer, call)?,
        Say::Template(call) => {
            let template = (call.name.as_str(), call.language.as_str());
            let row = templates::find(attempt, &number.grant.business, template)?;
            let mut row = row.ok_or_else(|| GraphError::new(codes::TEMPLATE_MISSING))?;
            if number.planted(Mutant::TemplateStateIgnored) {
                row.status = TemplateStatus::Approved.into();
            }
            let Rendered { category, offer, header } = templates::render(&row, call)?;
            if outgoing.only_marketing && category != Category::Marketing {
                return Err(GraphError::new(codes::NOT_MARKETING).into());
            }
            let by_user_id = matches!(outgoing.to, Recipient::User(_));
            if category == Category::Authentication && by_user_id {
                return Err(GraphError::new(codes::RECIPIENT_KIND).into());
            }
            tag.category = category.into();
            if number.insights {
                tag.template = manage::templates::number(&number.grant.business, &row);
            }
            tag.in_window = rules::is_window_open(number, attempt, &name)?;
            match header {
                Some(call) => with_header(number, attempt, &offer, &call)?,
                None => Composed::without_file(Body::Offer(Box::new(offer))),
            }
        }
    };
    if let Body::Offer(offer) = &body {
        flows::may_be_sent(number, attempt, offer)?;
    }
    if body.check().is_err() {
        return Err(GraphError::parameter("The message is longer than may be sent.").into());
    }
    Ok(Accepted { to, name, body, file, tag, withheld })
}

/// The recipient by the number of their own account.
fn meant(
    number: &Number,
    attempt: &mut Attempted<'_>,
    to: &Recipient,
) -> Result<Recipient, Waiting> {
    Ok(match to {
        Recipient::Phone(phone) => Recipient::Phone(users::meant(number, attempt, phone)?),
        Recipient::User(user) => Recipient::User(user.clone()),
    })
}

fn recipient(
    number: &Number,
    attempt: &mut Attempted<'_>,
    to: &Recipient,
) -> Result<PhoneNumber, Stop> {
    match to {
        Recipient::Phone(phone) => Ok(phone.clone()),
        Recipient::User(user) => users::find(number, attempt, user)?.ok_or_else(|| {
            let details = "No user with this ID has written to this phone number lately.";
            GraphError::with(codes::UNDELIVERABLE, details).into()
        }),
    }
}

/// What a message says, its file, and why it is withheld all the same.
struct Composed {
    body: Body,
    file: Option<Vec<u8>>,
    withheld: Option<GraphError>,
}

impl Composed {
    const fn without_file(body: Body) -> Self {
        Self { body, file: None, withheld: None }
    }
}

/// A message around a file; it is empty and withheld where the file cannot be had.
fn with_file(
    number: &Number,
    attempt: &mut Attempted<'_>,
    call: &MediaCall,
    around: impl FnOnce(Box<Media>) -> Body,
) -> Result<Composed, Stop> {
    Ok(match media::find(number, attempt, call)?? {
        media::Found::Here(media, file) => {
            Composed { file: Some(file), ..Composed::without_file(around(media)) }
        }
        media::Found::Unfetched(why) => {
            Composed { withheld: Some(why), ..Composed::without_file(Body::text(String::new())) }
        }
    })
}

fn with_header(
    number: &Number,
    attempt: &mut Attempted<'_>,
    offer: &Offer,
    call: &MediaCall,
) -> Result<Composed, Stop> {
    let around =
        |media: Box<Media>| Body::Offer(Box::new(Offer { header: Some(*media), ..offer.clone() }));
    with_file(number, attempt, call, around)
}

/// Why a message that is accepted does not go to this person now.
fn withheld(
    number: &Number,
    attempt: &mut Attempted<'_>,
    outgoing: &Outgoing,
    accepted: &Accepted,
) -> Result<Option<GraphError>, Waiting> {
    let is_template = matches!(outgoing.say, Say::Template(_));
    if !is_template && !rules::is_window_open(number, attempt, &accepted.name)? {
        return Ok(Some(GraphError::new(codes::RE_ENGAGEMENT)));
    }
    if accepted.tag.category() == Category::Marketing
        && rules::has_stopped_marketing(number, attempt, &accepted.name)?
    {
        return Ok(Some(GraphError::new(codes::MARKETING_STOPPED)));
    }
    let expected = outgoing.identity_hash.as_ref();
    if let Some(expected) = expected.filter(|_| !number.planted(Mutant::IdentityUnchecked)) {
        let identity = attempt.peek(&number.account.keys().pin(&accepted.name))?;
        // Of somebody whose key is not known here nothing can be stale.
        if identity.is_some_and(|identity| identity::hash(&identity) != *expected) {
            return Ok(Some(GraphError::new(codes::IDENTITY)));
        }
    }
    if accepted.tag.category() == Category::Marketing
        && !rules::take_marketing(number, attempt, &accepted.name)?
    {
        return Ok(Some(GraphError::new(codes::MARKETING_CAP)));
    }
    Ok(None)
}

//! Whom a number blocks. The transport holds the block: what the person sends does not arrive. Here
//! lies only the list that the business can read, sealed, and no longer than any number of a
//! person.

use endpoint::Vault as _;
use hop::http::Response;
use rand_core::CryptoRng;
use serde_json::{Value, json};
use store::Key;
use vocab::{Keep, PhoneNumber, limits};
use wire::transport::Ask;

use super::{Answered, Context, Stop, page};
use crate::{
    errors::{GraphError, codes},
    graph::{self, manage::product, messages::fields::Fields},
    handle::Attempted,
    rows::manage,
    rules, users,
};

/// Users that one call names (ours).
const MOST_IN_A_CALL: usize = 1_000;

/// Lists, blocks or unblocks.
pub(super) fn work(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    rng: &mut dyn CryptoRng,
) -> Answered {
    let call = context.call;
    if call.is_get() {
        return list(context, attempt);
    }
    let fields = call.fields();
    product(&fields)?;
    let users = fields.objects("block_users", (1, MOST_IN_A_CALL))?;
    let on = call.route.method == "POST";
    if on && is_full(context, attempt)? {
        return Err(GraphError::new(codes::BLOCK_LIST_FULL).into());
    }
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for user in &users {
        let input = user.text("user", 131)?;
        match change(context, attempt, (user, &input), on, rng) {
            Ok(phone) => done.push(json!({ "input": input, "wa_id": phone.digits() })),
            Err(Stop::Refused(error)) => failed.push(json!({
                "input": input,
                "wa_id": PhoneNumber::parse(&input).map(|phone| phone.digits().to_owned()).ok(),
                "errors": [error.in_webhook()],
            })),
            Err(Stop::Waiting) => return Err(Stop::Waiting),
        }
    }
    Ok(told(done, failed, on, rng))
}

/// The answer. The documentation calls those that were unblocked `added_users` on one page and
/// `removed_users` on another.
fn told(done: Vec<Value>, failed: Vec<Value>, on: bool, rng: &mut dyn CryptoRng) -> Response {
    let mut users = json!({ "added_users": done });
    if let Some(users) = users.as_object_mut() {
        if !on {
            users.insert("removed_users".to_owned(), done.into());
        }
        if !failed.is_empty() {
            users.insert("failed_users".to_owned(), failed.clone().into());
        }
    }
    let mut body = json!({ "messaging_product": "whatsapp", "block_users": users });
    if failed.is_empty() {
        return graph::answer(&body);
    }
    let error = GraphError::new(codes::BLOCK_FAILED);
    if let Some(body) = body.as_object_mut() {
        body.insert("error".to_owned(), error.object(rng));
    }
    Response::json(error.status, body.to_string().into_bytes())
}

fn change(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    (user, input): (&Fields<'_>, &str),
    on: bool,
    rng: &mut dyn CryptoRng,
) -> Result<PhoneNumber, Stop> {
    let number = context.number;
    let found = match PhoneNumber::parse(input) {
        Ok(phone) => Some(users::meant(number, attempt, &phone)?),
        Err(_) => users::find(number, attempt, input)?,
    };
    let phone = found.ok_or_else(|| user.wrong("user", "is nobody that is known here"))?;
    if phone == number.account.address().phone {
        return Err(user.wrong("user", "is the number itself").into());
    }
    let name = users::name(number, &phone);
    let key = manage::blocked(context.slot(), &name);
    if on && !rules::is_window_open(number, attempt, &name)? {
        return Err(GraphError::new(codes::RE_ENGAGEMENT).into());
    }
    if on {
        let keep = Keep::For(limits::RETRANSMISSION_AGE);
        // Not content: it is kept in every storage mode.
        let digits = phone.digits().as_bytes();
        number.account.vault().put_sealed(attempt, key, digits, keep, rng)?;
    } else {
        number.account.vault().remove(attempt, &key);
    }
    let by = number.account.address().phone.clone();
    number.account.request(attempt, Ask::Block { by, blocked: phone.clone(), on }, rng)?;
    Ok(phone)
}

/// Whether the list holds as many as it may.
fn is_full(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Result<bool, Stop> {
    let most = context.config.management.block_limit;
    let table = manage::all_blocked(context.slot());
    let (mut count, mut after): (usize, Option<Key>) = (0, None);
    loop {
        let rows = attempt.scan(&table, after.as_ref(), limits::MAX_ROWS_READ)?;
        count = count.saturating_add(rows.len());
        after = rows.last().map(|row| row.key.clone());
        if count >= most || rows.len() < limits::MAX_ROWS_READ {
            return Ok(count >= most);
        }
    }
}

/// The newest thousand, at most.
fn list(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let table = manage::all_blocked(context.slot());
    let stored = attempt.scan(&table, None, limits::MAX_ROWS_READ)?;
    let opened = context.number.account.vault().open_all(attempt, stored)?;
    let digits: Vec<String> =
        opened.into_iter().filter_map(|(_, plain)| String::from_utf8(plain?).ok()).collect();
    let listed = page(context.call, digits, Clone::clone, |digits| {
        Ok(json!({ "messaging_product": "whatsapp", "wa_id": digits, "input": digits }))
    })?;
    Ok(graph::answer(&listed))
}

//! Where webhooks go: a number's own address, else its account's, else its app's, else that of the
//! configuration (facts, cloud-api.md section 1.6).

use hop::Waiting;
use serde_json::{Map, Value, json};
use vocab::{DataClass, Keep, Reason};

use super::{Answered, Context, documents};
use crate::{
    config::{Config, Subscription},
    errors::GraphError,
    graph::{
        self,
        manage::callbacks::{self as read, Callback, Wanted},
    },
    handle::Attempted,
    management::App,
    number::{self, Number},
    rows::{
        GrantRow,
        manage::{self, Document},
    },
};

/// The app of a business.
fn app_of<'c>(config: &'c Config, business: &str) -> Option<&'c App> {
    config.management.apps.iter().find(|app| app.business == business)
}

/// Addresses that were set for a number: its own, its account's, its app's.
fn set(
    config: &Config,
    attempt: &mut Attempted<'_>,
    grant: &GrantRow,
) -> Result<[Option<Value>; 3], Waiting> {
    let own = manage::document(grant.slot, Document::Callback);
    let account = manage::account(&grant.business);
    let app = manage::app(app_of(config, &grant.business).map_or("", |app| &app.id));
    attempt.need(&[own.clone(), account.clone(), app.clone()])?;
    let mut object = |key| -> Result<Option<Value>, Waiting> {
        let row = attempt.peek(key)?;
        Ok(row.and_then(|row| serde_json::from_slice(&row).ok()))
    };
    Ok([object(&own)?, object(&account)?, object(&app)?])
}

/// Where the webhooks of a number go; `None` if nobody wants them.
pub(in crate::handle) fn destination(
    config: &Config,
    number: &Number,
    attempt: &mut Attempted<'_>,
) -> Result<Option<Subscription>, Waiting> {
    let grant = &number.grant;
    let set = set(config, attempt, grant)?;
    let default = number::subscription(config, &grant.phone_number_id);
    let [_, account, _] = &set;
    if account.as_ref().is_some_and(|account| account.get("unsubscribed").is_some()) {
        return Ok(None);
    }
    let secret = app_secret(config, grant);
    let callback = set.iter().flatten().find_map(read::read);
    Ok(match callback.zip(secret) {
        Some((callback, secret)) => Some(callback.subscription(&grant.phone_number_id, secret)),
        None => default.cloned(),
    })
}

/// The secret under which what goes to the business of a number is signed.
pub(in crate::handle) fn app_secret<'c>(config: &'c Config, grant: &GrantRow) -> Option<&'c str> {
    let default = number::subscription(config, &grant.phone_number_id);
    let secret = default.map(|default| default.app_secret.as_str());
    secret.or_else(|| app_of(config, &grant.business).map(|app| app.secret.as_str()))
}

/// All addresses of a number, as Graph shows them.
pub(super) fn configuration(
    context: &Context<'_>,
    attempt: &mut Attempted<'_>,
    grant: &GrantRow,
) -> Result<Value, Waiting> {
    let [own, account, app] = set(context.config, attempt, grant)?;
    let uri = |stored: Option<Value>| stored.as_ref().and_then(read::read).map(|one| one.uri);
    let default = number::subscription(context.config, &grant.phone_number_id);
    let default = default.map(|one| format!("https://{}{}", one.authority, one.path));
    let levels = [
        ("phone_number", uri(own)),
        ("whatsapp_business_account", uri(account)),
        ("application", uri(app).or(default)),
    ];
    let shown = levels.into_iter().filter_map(|(name, uri)| Some((name.to_owned(), uri?.into())));
    Ok(Value::Object(shown.collect()))
}

/// Sets a number's own address.
pub(super) fn number(context: &Context<'_>, attempt: &mut Attempted<'_>, wanted: &Wanted) {
    if let Some(callback) = address(wanted) {
        let mut document = Map::new();
        if let Value::Object(stored) = read::stored(callback) {
            document = stored;
        }
        documents::put(attempt, context.slot(), Document::Callback, &document);
    }
}

fn address(wanted: &Wanted) -> Option<Option<&Callback>> {
    match wanted {
        Wanted::Nothing => None,
        Wanted::Default => Some(None),
        Wanted::To(callback, _) => Some(Some(callback)),
    }
}

fn put(attempt: &mut Attempted<'_>, key: store::Key, stored: &Value) {
    let (class, keep) = (DataClass::BusinessInformation, Keep::Never(Reason::BusinessRecord));
    attempt.write(key, stored.to_string().into_bytes(), class, keep);
}

/// `/{waba}/subscribed_apps`.
pub(super) fn account(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let grant = &context.number.grant;
    let key = manage::account(&grant.business);
    match context.call.route.method {
        "GET" => {
            let [_, account, _] = set(context.config, attempt, grant)?;
            let account = account.unwrap_or_default();
            if account.get("unsubscribed").is_some() {
                return Ok(graph::answer(&json!({ "data": [] })));
            }
            let app = app_of(context.config, &grant.business);
            let id = app.map_or(grant.business.as_str(), |app| app.id.as_str());
            let data = json!({
                "id": id, "name": grant.business,
                "link": format!("https://www.facebook.com/games/?app_id={id}"),
            });
            let mut shown = json!({ "whatsapp_business_api_data": data });
            if let (Some(callback), Some(shown)) = (read::read(&account), shown.as_object_mut()) {
                shown.insert("override_callback_uri".to_owned(), callback.uri.into());
            }
            Ok(graph::answer(&json!({ "data": [shown] })))
        }
        "POST" => {
            put(attempt, key, &read::stored(address(&read::wanted(context.call)?).flatten()));
            Ok(graph::success())
        }
        _ => {
            put(attempt, key, &json!({ "unsubscribed": true }));
            Ok(graph::success())
        }
    }
}

/// `/{app}/subscriptions`.
pub(super) fn app(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let key = manage::app(&context.call.id);
    match context.call.route.method {
        "GET" => {
            let row = attempt.read(&key)?.and_then(|row| serde_json::from_slice(&row).ok());
            let stored: Value = row.unwrap_or_default();
            let shown = read::read(&stored).map(|callback| {
                let fields = stored.get("fields").cloned().unwrap_or_else(|| json!([]));
                json!({
                    "object": "whatsapp_business_account", "callback_url": callback.uri,
                    "active": true, "fields": fields,
                })
            });
            Ok(graph::answer(&json!({ "data": Vec::from_iter(shown) })))
        }
        "POST" => {
            let Wanted::To(callback, _) = read::wanted(context.call)? else {
                return Err(GraphError::missing("callback_url").into());
            };
            let mut stored = read::stored(Some(&callback));
            if let Some(stored) = stored.as_object_mut() {
                stored.insert("fields".to_owned(), fields(context));
            }
            put(attempt, key, &stored);
            Ok(graph::success())
        }
        _ => {
            attempt.delete(key);
            Ok(graph::success())
        }
    }
}

/// The fields that an app names, as an array or as a text with commas.
fn fields(context: &Context<'_>) -> Value {
    let named = match context.call.parameters.fields.get("fields") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
        Some(Value::String(names)) => names.split(',').map(str::trim).collect(),
        _ => Vec::new(),
    };
    named.iter().map(|name| json!({ "name": name })).collect()
}

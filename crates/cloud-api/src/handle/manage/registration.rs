//! Registering and deregistering a number.

use hop::Waiting;
use prost::Message as _;
use vocab::{DataClass, Keep, Micros, UnixMicros};

use super::{Answered, Context, Stop, documents, two_step, verification};
use crate::{
    errors::{GraphError, codes},
    graph::{
        self,
        manage::{documents as read, product, six_digits},
    },
    handle::{Attempted, Note, grants},
    rows::{
        GrantRow,
        manage::{self, Document, RegistrationsRow},
    },
    storage::Storage,
};

/// Registrations and deregistrations of one number (facts, cloud-api.md section 1.7).
const MOST: usize = 10;
/// Within this time.
const WITHIN: Micros = Micros::hours(72);
/// From this version on the region is a setting, and no parameter of registering (facts, section
/// 1.1). A path without a version means the newest.
const REGION_IS_A_SETTING: u32 = 21;

/// Registers a number: from now on it sends and receives.
pub(super) fn register(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    let fields = context.call.fields();
    product(&fields)?;
    let pin = six_digits(&fields, "pin")?;
    let region = fields.get("data_localization_region").is_some();
    if region && context.call.version.is_none_or(|version| version >= REGION_IS_A_SETTING) {
        return Err(GraphError::deprecated().into());
    }
    let storage = if region { Some(read::in_country(&fields)?) } else { None };
    take(context, attempt)?;
    if !verification::is_verified(context, attempt)? {
        return Err(GraphError::new(codes::NOT_VERIFIED).into());
    }
    two_step::check(context, attempt, &pin)?;
    let mut row = GrantRow { deregistered: false, ..context.number.grant.clone() };
    if let Some(storage) = storage.filter(|_| context.number.grant.deregistered) {
        let mut settings = documents::get(attempt, context.slot(), Document::Settings)?;
        settings.insert("storage_configuration".to_owned(), storage);
        documents::put(attempt, context.slot(), Document::Settings, &settings);
        row.storage = Storage::of(&settings).name();
    }
    outdate_key(context, attempt)?;
    grants::change(attempt, row, &context.number.grant);
    attempt.note(Note::Registered(context.slot()));
    Ok(graph::success())
}

/// Deregisters a number: it neither sends nor receives.
pub(super) fn deregister(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Answered {
    take(context, attempt)?;
    if context.number.grant.deregistered {
        return Err(GraphError::new(codes::NOT_REGISTERED).into());
    }
    let row = GrantRow { deregistered: true, ..context.number.grant.clone() };
    grants::change(attempt, row, &context.number.grant);
    Ok(graph::success())
}

/// The key of flows has to be uploaded again after a registration (facts, section 4).
fn outdate_key(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Result<(), Waiting> {
    let mut key = documents::get(attempt, context.slot(), Document::Encryption)?;
    if let Some(status) = key.get_mut("business_public_key_signature_status") {
        *status = "MISMATCH".into();
        documents::put(attempt, context.slot(), Document::Encryption, &key);
    }
    Ok(())
}

/// Takes one of the attempts that a number has.
fn take(context: &Context<'_>, attempt: &mut Attempted<'_>) -> Result<(), Stop> {
    let key = manage::registrations(context.slot());
    let row = attempt.read(&key)?;
    let mut row =
        row.and_then(|row| RegistrationsRow::decode(row.as_slice()).ok()).unwrap_or_default();
    let now = attempt.now().wall;
    row.at.retain(|at| now.since(UnixMicros(*at)) < WITHIN);
    if row.at.len() >= MOST {
        return Err(GraphError::new(codes::REGISTRATIONS).into());
    }
    row.at.push(now.0);
    attempt.write(key, row.encode_to_vec(), DataClass::BusinessInformation, Keep::For(WITHIN));
    Ok(())
}

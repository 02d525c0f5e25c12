//! The books: records come in once each, and are read by those who may.

use hop::{
    Attempt, Waiting,
    http::{Request, Route},
    router::{Call, Refusal},
};
use serde::Deserialize;
use serde_json::{Value, json};
use vocab::DataClass;

use super::{
    ROUTES,
    rows::{self, Category, Record},
};
use crate::{
    names,
    output::Event,
    server::{News, NoCommand, Served, Service, after, body, business_of, page, with_paging},
};

/// What Billing is for.
pub(super) struct Books;

/// One call.
pub(super) enum Ask {
    Keep { id: String, record: Record },
    List { only: Option<String>, after: Option<String> },
}

/// The body of a report. Another field is refused, so that there is no room for content or numbers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    id: String,
    business: String,
    category: Category,
    count: u64,
    reference: String,
}

impl Service for Books {
    type Ask = Ask;
    type Own = NoCommand;
    type Note = NoCommand;
    const ROUTES: &'static [Route] = ROUTES;

    fn may(&self, call: &Call<'_>) -> bool {
        match (call.route.method, call.principal) {
            ("POST", who) => who == "cloud-api",
            ("GET", "rest-of-meta" | "whatsapp") => true,
            ("GET", who) => business_of(who).is_some(),
            _ => false,
        }
    }

    fn read(&self, call: &Call<'_>, request: &Request, news: News) -> Result<Ask, Refusal> {
        if call.route.method == "GET" {
            let only = business_of(call.principal).map(str::to_string);
            return Ok(Ask::List { only, after: after(request, names::record_id)? });
        }
        let report: Report = body(request)?;
        if report.count == 0 {
            return Err(Refusal::Invalid("count is zero".to_string()));
        }
        let record = Record {
            business: names::business(&report.business)?,
            category: report.category,
            count: report.count,
            reference: names::reference(DataClass::Billing, &report.reference)?,
            day: news.now.wall.day(),
        };
        Ok(Ask::Keep { id: names::record_id(&report.id)?, record })
    }

    fn serve(attempt: &mut Attempt<'_, Event, NoCommand>, ask: &Ask) -> Result<Served, Waiting> {
        match ask {
            Ask::Keep { id, record } => keep(attempt, id, record),
            Ask::List { only, after } => list(attempt, only.as_deref(), after.as_deref()),
        }
    }

    fn own(_attempt: &mut Attempt<'_, Event, NoCommand>, own: &NoCommand) -> Result<(), Waiting> {
        match *own {}
    }
}

fn keep(
    attempt: &mut Attempt<'_, Event, NoCommand>,
    id: &str,
    record: &Record,
) -> Result<Served, Waiting> {
    let key = rows::record(id);
    let known = attempt.read(&key)?;
    let known = known.and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok());
    if let Some(known) = known {
        // The first report stands; its day and reference are those that were read since.
        let same = |one: &Record| (one.business.clone(), one.category, one.count);
        let agrees = same(&known) == same(record);
        let disagrees = Refusal::Conflict("another record has this id");
        return Ok(if agrees { Ok(json!({ "success": true })) } else { Err(disagrees) });
    }
    let value = serde_json::to_vec(record).unwrap_or_default();
    attempt.write(key, value, rows::CLASS, rows::KEEP);
    Ok(Ok(json!({ "success": true })))
}

fn list(
    attempt: &mut Attempt<'_, Event, NoCommand>,
    only: Option<&str>,
    after: Option<&str>,
) -> Result<Served, Waiting> {
    let table = rows::table();
    let page = page(attempt, &table, after)?;
    let items = page.rows.iter().filter_map(|row| {
        let record: Record = serde_json::from_slice(&row.value).ok()?;
        let mut item = serde_json::to_value(&record).ok()?;
        let id = String::from_utf8(row.key.after(&table)?.to_vec()).ok()?;
        item.as_object_mut()?.insert("id".to_string(), Value::String(id));
        only.is_none_or(|only| only == record.business).then_some(item)
    });
    Ok(Ok(with_paging("records", items.collect(), "/records", page.next.as_deref())))
}

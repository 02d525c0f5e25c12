//! Lists that are longer than one answer: a page, and where the next one begins.

use hop::{
    Attempt, Waiting,
    http::Request,
    router::{Refusal, decoded},
};
use serde_json::{Value, json};
use store::{Key, transaction::Stored};
use vocab::limits::MAX_ROWS_READ;

use crate::output::Event;

/// Rows of one answer.
pub(crate) struct Page<'a> {
    /// The rows, in the order of their keys.
    pub(crate) rows: &'a [Stored],
    /// The last part of the key of the last row, where there may be more behind it.
    pub(crate) next: Option<String>,
}

/// Where the caller wants to go on: the query parameter `after`.
pub(crate) fn after(
    request: &Request,
    check: fn(&str) -> Result<String, Refusal>,
) -> Result<Option<String>, Refusal> {
    let Some(raw) = request.query("after") else { return Ok(None) };
    let text = decoded(raw).ok_or_else(|| Refusal::Invalid("not a cursor".to_string()))?;
    check(&text).map(Some)
}

/// One page of a table whose keys end in text.
pub(crate) fn page<'a, N>(
    attempt: &mut Attempt<'a, Event, N>,
    table: &Key,
    after: Option<&str>,
) -> Result<Page<'a>, Waiting> {
    let after = after.map(|text| table.clone().with(text.as_bytes()));
    let rows = attempt.scan(table, after.as_ref(), MAX_ROWS_READ)?;
    let next = rows.last().filter(|_| rows.len() >= MAX_ROWS_READ).and_then(|row| {
        let last = row.key.after(table)?;
        String::from_utf8(last.to_vec()).ok()
    });
    Ok(Page { rows, next })
}

/// All rows of a table.
pub(crate) fn scan_all<'a, N>(
    attempt: &mut Attempt<'a, Event, N>,
    table: &Key,
) -> Result<Vec<&'a Stored>, Waiting> {
    let mut all: Vec<&Stored> = Vec::new();
    loop {
        let after = all.last().map(|row| row.key.clone());
        let rows = attempt.scan(table, after.as_ref(), MAX_ROWS_READ)?;
        all.extend(rows);
        if rows.len() < MAX_ROWS_READ {
            return Ok(all);
        }
    }
}

/// `{"<name>": [...], "paging": {"next": "<path>?after=..."}}`, without `paging` on the last page.
pub(crate) fn with_paging(name: &str, items: Vec<Value>, path: &str, next: Option<&str>) -> Value {
    let mut body = json!({ name: items });
    if let (Some(next), Some(object)) = (next, body.as_object_mut()) {
        object.insert("paging".to_string(), json!({ "next": format!("{path}?after={next}") }));
    }
    body
}

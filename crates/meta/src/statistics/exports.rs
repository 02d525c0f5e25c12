//! The exports: cells large enough to name nobody come in, and are read by those who may.

use hop::{
    Attempt, Waiting,
    http::{Request, Route},
    router::{Call, Refusal},
};
use serde::Deserialize;
use serde_json::{Value, json};
use vocab::{
    DataClass,
    limits::{MAX_ROWS_READ, SMALLEST_CELL},
};

use super::{
    ROUTES,
    rows::{self, Cell, Export},
};
use crate::{
    names,
    output::Event,
    server::{News, NoCommand, Served, Service, after, body, page, with_paging},
};

/// What Statistics is for.
pub(super) struct Exports;

/// One call.
pub(super) enum Ask {
    Keep { id: String, export: Export },
    List { after: Option<String> },
}

/// The body of an export. Another field is refused: there is no room for free text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    id: String,
    cells: Vec<Cell>,
    reference: String,
}

/// Cells of one export.
const MOST_CELLS: usize = MAX_ROWS_READ;
/// The last day that a cell may name: the year 9999.
const LAST_DAY: u64 = 2_932_896;

impl Service for Exports {
    type Ask = Ask;
    type Own = NoCommand;
    type Note = NoCommand;
    const ROUTES: &'static [Route] = ROUTES;

    fn may(&self, call: &Call<'_>) -> bool {
        match (call.route.method, call.principal) {
            ("POST", who) => who == "cloud-api",
            ("GET", "rest-of-meta" | "whatsapp" | "cloud-api") => true,
            _ => false,
        }
    }

    fn read(&self, call: &Call<'_>, request: &Request, _news: News) -> Result<Ask, Refusal> {
        if call.route.method == "GET" {
            return Ok(Ask::List { after: after(request, names::record_id)? });
        }
        let report: Report = body(request)?;
        if report.cells.len() > MOST_CELLS {
            return Err(Refusal::Invalid(format!("more than {MOST_CELLS} cells")));
        }
        for cell in &report.cells {
            judge(cell)?;
        }
        let reference = names::reference(DataClass::Statistics, &report.reference)?;
        let export = Export { cells: report.cells, reference };
        Ok(Ask::Keep { id: names::record_id(&report.id)?, export })
    }

    fn serve(attempt: &mut Attempt<'_, Event, NoCommand>, ask: &Ask) -> Result<Served, Waiting> {
        match ask {
            Ask::Keep { id, export } => keep(attempt, id, export),
            Ask::List { after } => list(attempt, after.as_deref()),
        }
    }

    fn own(_attempt: &mut Attempt<'_, Event, NoCommand>, own: &NoCommand) -> Result<(), Waiting> {
        match *own {}
    }
}

/// Requirement R050: a cell stands for at least [`SMALLEST_CELL`] events, whoever exported it.
fn judge(cell: &Cell) -> Result<(), Refusal> {
    names::business(&cell.business)?;
    if cell.day > LAST_DAY {
        return Err(Refusal::Invalid("not a day".to_string()));
    }
    if cell.count < SMALLEST_CELL {
        return Err(Refusal::Invalid(format!("a cell of fewer than {SMALLEST_CELL}")));
    }
    Ok(())
}

fn keep(
    attempt: &mut Attempt<'_, Event, NoCommand>,
    id: &str,
    export: &Export,
) -> Result<Served, Waiting> {
    let key = rows::export(id);
    let known = attempt.read(&key)?;
    if let Some(known) = known.and_then(|bytes| serde_json::from_slice::<Export>(&bytes).ok()) {
        let agrees = known.cells == export.cells;
        let disagrees = Refusal::Conflict("another export has this id");
        return Ok(if agrees { Ok(json!({ "success": true })) } else { Err(disagrees) });
    }
    let value = serde_json::to_vec(export).unwrap_or_default();
    attempt.write(key, value, rows::CLASS, rows::KEEP);
    Ok(Ok(json!({ "success": true })))
}

fn list(
    attempt: &mut Attempt<'_, Event, NoCommand>,
    after: Option<&str>,
) -> Result<Served, Waiting> {
    let table = rows::table();
    let page = page(attempt, &table, after)?;
    let items = page.rows.iter().filter_map(|row| {
        let export: Export = serde_json::from_slice(&row.value).ok()?;
        let mut item = serde_json::to_value(&export).ok()?;
        let id = String::from_utf8(row.key.after(&table)?.to_vec()).ok()?;
        item.as_object_mut()?.insert("id".to_string(), Value::String(id));
        Some(item)
    });
    Ok(Ok(with_paging("exports", items.collect(), "/export", page.next.as_deref())))
}

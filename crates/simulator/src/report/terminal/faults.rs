//! What went wrong: a line for each fault, by its beginning.

use super::{
    line::{Ink, Line},
    table::Table,
};
use crate::{
    export::bands::Band,
    report::words::{clock, span},
};

/// More than these are left out: a screen is no place for a storm.
pub(super) const MOST: usize = 20;

/// When each fault began, how long it lasted and what it was.
pub(super) fn table(faults: &[Band]) -> Table {
    let mut table = Table::bare();
    for fault in faults.iter().take(MOST) {
        let lasted = match fault.until_us.saturating_sub(fault.from_us) {
            0 => "at once".to_owned(),
            lasted => format!("for {}", span(lasted)),
        };
        table.row(vec![
            vec![Line::of(Ink::Faint, &clock(fault.from_us))],
            vec![Line::of(Ink::Faint, &lasted)],
            vec![Line::of(Ink::Plain, &fault.what)],
        ]);
    }
    table
}

/// How to have the others.
pub(super) fn left_out(more: usize) -> String {
    format!("… and {more} more: --write-plan lists them")
}

//! Who saw what: a row for each class of data, a column for each actor.

use super::{
    line::{Ink, Line},
    table::{Cell as TableCell, Table},
};
use crate::report::{
    model::{Cell, Report},
    words::{ACTORS, CLASSES, Finding, grounds, named, plural, present, size},
};

/// The table.
pub(super) fn table(cells: &[Cell]) -> Table {
    let classes = present(&CLASSES, cells.iter().map(|cell| &*cell.data_class));
    let actors = present(&ACTORS, cells.iter().map(|cell| &*cell.actor));

    let mut head = vec![""];
    head.extend(actors.iter().map(|actor| named(&ACTORS, actor)));
    let mut table = Table::headed(&head);
    for class in classes {
        let mut row = vec![vec![Line::of(Ink::Strong, named(&CLASSES, class))]];
        row.extend(actors.iter().map(|actor| {
            let same = |cell: &&Cell| cell.data_class == class && cell.actor == *actor;
            cells.iter().find(same).map(shown).unwrap_or_default()
        }));
        table.row(row);
    }
    let mut scanned = vec![vec![Line::of(Ink::Faint, "bytes scanned")]];
    scanned.extend(actors.iter().map(|actor| {
        let of_actor = cells.iter().filter(|cell| cell.actor == *actor);
        let bytes = of_actor.map(|cell| cell.bytes_scanned).max().unwrap_or(0);
        vec![Line::of(Ink::Faint, &size(bytes))]
    }));
    table.row(scanned);
    table.airy()
}

fn shown(cell: &Cell) -> TableCell {
    let finding = Finding::of(cell);
    let mut lines = vec![Line::of(ink(finding), finding.words())];
    let grounds = grounds(cell);
    if !grounds.is_empty() {
        lines.push(Line::of(Ink::Faint, &grounds));
    }
    lines
}

const fn ink(finding: Finding) -> Ink {
    match finding {
        Finding::Held(_) => Ink::Good,
        Finding::Leak | Finding::Unseen | Finding::Unknown => Ink::Bad,
        Finding::Unjudged(_) => Ink::Faint,
    }
}

/// How to read the table.
pub(super) fn legend() -> Line {
    Line::of(
        Ink::Faint,
        "yes/no: could that actor read it? ✓ as the policy says; LEAK, UNSEEN, UNKNOWN: not so. \
         – no policy, only measured. “3 of 8”: markers found in its view. “12 refused”: it asked \
         12 times with its real credentials.",
    )
}

/// Where something was found that should not be there, and what was disclosed on purpose.
pub(super) fn notes(report: &Report) -> Vec<Line> {
    let mut notes = Vec::new();
    for cell in &report.views {
        let (class, actor) = (named(&CLASSES, &cell.data_class), named(&ACTORS, &cell.actor));
        let finding = Finding::of(cell);
        if finding == Finding::Leak {
            let place = cell.first.as_deref().unwrap_or("place not recorded");
            let line = Line::of(Ink::Bad, &format!("{actor} saw {class}: "));
            notes.push(line.and(Ink::Plain, place));
        }
        if finding == Finding::Unknown {
            let text = format!("{actor}, {class}: nothing was asked and nothing scanned");
            notes.push(Line::of(Ink::Doubt, &text));
        }
        if finding == Finding::Unseen {
            let text = format!("{actor} may read {class}, and it never arrived there");
            notes.push(Line::of(Ink::Bad, &text));
        }
        if cell.disclosed > 0 {
            let text = format!("{actor} was shown {class} by a person: {}", cell.disclosed);
            notes.push(Line::of(Ink::Faint, &text));
        }
    }
    if report.texts_not_scanned > 0 {
        let texts = plural(report.texts_not_scanned, "text");
        let text = format!("{texts} too short to be recognised, and so not looked for");
        notes.push(Line::of(Ink::Faint, &text));
    }
    notes
}

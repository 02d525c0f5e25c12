//! Tables without lines between columns, which narrow their widest columns until they fit.

use std::io;

use super::line::{Ink, Line};

/// Columns between two cells.
const GAP: usize = 2;
/// No column is narrowed below this.
const NARROWEST: usize = 4;

/// A cell: lines under each other, each broken further where its column is too narrow.
pub(super) type Cell = Vec<Line>;

/// A table under construction.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Vec<Cell>>,
    headed: bool,
    airy: bool,
}

impl Table {
    /// A table with a head.
    pub(super) fn headed(names: &[&str]) -> Self {
        let head = names.iter().map(|name| vec![Line::of(Ink::Faint, name)]).collect();
        Self { rows: vec![head], headed: true, airy: false }
    }

    /// A table without one.
    pub(super) fn bare() -> Self {
        Self::default()
    }

    /// With an empty line between two rows.
    pub(super) const fn airy(mut self) -> Self {
        self.airy = true;
        self
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Writes it, at most `width` columns wide.
    pub(super) fn write(
        &self,
        width: usize,
        colour: bool,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let widths = self.widths(width.saturating_sub(GAP));
        for (number, row) in self.rows.iter().enumerate() {
            if self.airy && number > usize::from(self.headed) {
                writeln!(out)?;
            }
            write_row(row, &widths, colour, out)?;
            if self.headed && number == 0 {
                let gaps = widths.len().saturating_sub(1).saturating_mul(GAP);
                let rule = "─".repeat(widths.iter().sum::<usize>().saturating_add(gaps));
                Line::default().to(GAP).and(Ink::Faint, &rule).write(colour, out)?;
            }
        }
        Ok(())
    }

    /// The width of each column: what its content takes, less where the whole would not fit. The
    /// widest gives way first, and words are cut only when nothing else is left.
    fn widths(&self, room: usize) -> Vec<usize> {
        let mut widths = self.columns(Line::width);
        let words = self.columns(Line::longest_word);
        let gaps = widths.len().saturating_sub(1).saturating_mul(GAP);
        let room = room.saturating_sub(gaps);
        for floors in [words, vec![NARROWEST; widths.len()]] {
            while widths.iter().sum::<usize>() > room {
                let wide =
                    widths.iter_mut().zip(&floors).filter(|(width, floor)| **width > **floor);
                let Some((widest, _)) = wide.max_by_key(|(width, _)| **width) else { break };
                *widest = widest.saturating_sub(1);
            }
        }
        widths
    }

    /// The largest `measure` of a line in each column.
    fn columns(&self, measure: impl Fn(&Line) -> usize) -> Vec<usize> {
        let mut columns = Vec::new();
        for row in &self.rows {
            columns.resize(columns.len().max(row.len()), 0);
            for (column, cell) in columns.iter_mut().zip(row) {
                *column = cell.iter().map(&measure).fold(*column, usize::max);
            }
        }
        columns
    }
}

fn write_row(
    row: &[Cell],
    widths: &[usize],
    colour: bool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let fit = |(cell, width): (&Cell, &usize)| -> Vec<Line> {
        cell.iter().flat_map(|line| line.wrapped(*width)).collect()
    };
    let cells: Vec<Vec<Line>> = row.iter().zip(widths).map(fit).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    for number in 0..height {
        let mut line = Line::default();
        let mut start = GAP;
        for (cell, width) in cells.iter().zip(widths) {
            line = line.to(start);
            if let Some(piece) = cell.get(number) {
                line = line.then(piece);
            }
            start = start.saturating_add(*width).saturating_add(GAP);
        }
        line.write(colour, out)?;
    }
    Ok(())
}

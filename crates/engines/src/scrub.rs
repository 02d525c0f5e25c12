//! Bytes that SQLite leaves behind: copies of rows in the unused part of a page.
//!
//! With `secure_delete` SQLite overwrites what is deleted. But when it spreads the rows of a full
//! page over its neighbours it may build the page anew and leave the old copies of rows that moved
//! away in the gap between the list of cells and the cells (`rebuildPage` in its source, version
//! 3.53). Nobody reads a gap, and nothing overwrites it until a row happens to be put there: a row
//! that is over could lie in it for good. So gaps are set to zero here, in the file.
//!
//! This is safe while the log is empty and no transaction is open: then the file is the database.
//! A gap's bytes mean nothing, so a crash in the middle leaves a whole database too. Pages that
//! SQLite has in memory must be dropped, or it would write the old gap again. The layout of pages
//! is that of the SQLite file format, sections 1.6 (b-tree pages) and 1.3 (the header).

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    ops::Range,
    path::Path,
};

/// Bytes that one pass looks through; a larger file is gone round in several.
const MOST: u64 = 256 << 20;

/// Pages from this number on could begin like a b-tree page where they are none: the first byte of
/// an overflow page is the highest of a page number.
const MOST_PAGES: u64 = 0x0200_0000;

/// Goes through a database's pages for gaps that are not empty.
///
/// The file is opened once and closed after SQLite: closing it gives up SQLite's own lock on it.
pub(crate) struct Scrubber {
    file: File,
    page_size: usize,
    /// The page that comes next, from zero.
    next: u64,
}

/// A part of the file that is to be zero and is not.
type Stain = Range<u64>;

impl Scrubber {
    pub(crate) fn open(path: &Path, page_size: usize) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        Ok(Self { file, page_size, next: 0 })
    }

    /// Gaps with something in them, in the part of the file whose turn it is.
    pub(crate) fn look(&mut self) -> io::Result<Vec<Stain>> {
        let size = u64::try_from(self.page_size).unwrap_or(u64::MAX);
        let pages = self.file.metadata()?.len().checked_div(size).unwrap_or_default();
        if pages >= MOST_PAGES {
            return Ok(Vec::new());
        }
        let first = if self.next < pages { self.next } else { 0 };
        let end = pages.min(first.saturating_add(MOST.checked_div(size).unwrap_or_default()));
        self.file.seek(SeekFrom::Start(first.saturating_mul(size)))?;
        let mut reader = io::BufReader::with_capacity(1 << 20, &self.file);
        let mut page = vec![0; self.page_size];
        let mut stains = Vec::new();
        for number in first..end {
            reader.read_exact(&mut page)?;
            let start = number.saturating_mul(size);
            if let Some(gap) = stained(&page, number == 0) {
                let at = |place| start.saturating_add(u64::try_from(place).unwrap_or_default());
                stains.push(at(gap.start)..at(gap.end));
            }
        }
        self.next = end;
        Ok(stains)
    }

    /// Sets `stains` to zero, on the disk.
    pub(crate) fn remove(&mut self, stains: &[Stain]) -> io::Result<()> {
        let zeros = vec![0; self.page_size];
        for stain in stains {
            let length = usize::try_from(stain.end.saturating_sub(stain.start)).unwrap_or(0);
            self.file.seek(SeekFrom::Start(stain.start))?;
            self.file.write_all(zeros.get(..length).unwrap_or_default())?;
        }
        self.file.sync_data()
    }
}

/// The gap of a b-tree page, if there is something in it.
fn stained(page: &[u8], is_first: bool) -> Option<Range<usize>> {
    // The first page begins with the header of the database.
    let header = if is_first { 100 } else { 0 };
    let two = |at: usize| {
        let bytes = page.get(at..)?.first_chunk::<2>()?;
        Some(usize::from(u16::from_be_bytes(*bytes)))
    };
    let head = match page.get(header)? {
        // Inner pages of an index and of a table; leaves of an index and of a table.
        0x02 | 0x05 => 12_usize,
        0x0a | 0x0d => 8,
        _ => return None,
    };
    let cells = two(header.saturating_add(3))?;
    let start = header.saturating_add(head).saturating_add(cells.saturating_mul(2));
    // Zero stands for 65,536, which does not occur here.
    let end = two(header.saturating_add(5))?;
    let gap = page.get(start..end)?;
    gap.iter().any(|byte| *byte != 0).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::stained;

    /// A leaf of 64 bytes with two cells, whose content begins at 50.
    fn leaf() -> Vec<u8> {
        let mut page = vec![0; 64];
        page[..8].copy_from_slice(&[0x0d, 0, 0, 0, 2, 0, 50, 0]);
        page[8..12].copy_from_slice(&[0, 50, 0, 57]);
        page[50..].fill(7);
        page
    }

    #[test]
    fn a_gap_is_what_lies_between_the_list_of_cells_and_the_cells() {
        assert_eq!(stained(&leaf(), false), None);
        for place in [12, 30, 49] {
            let mut page = leaf();
            page[place] = 1;
            assert_eq!(stained(&page, false), Some(12..50));
        }
    }

    #[test]
    fn a_page_of_another_kind_has_no_gap() {
        for kind in [0, 1, 7, 0xff] {
            let mut page = leaf();
            page[0] = kind;
            page[30] = 1;
            assert_eq!(stained(&page, false), None);
        }
    }

    #[test]
    fn the_first_page_begins_behind_the_header() {
        let mut page = vec![9; 100];
        page.extend(leaf());
        page[105..107].copy_from_slice(&[0, 150]);
        assert_eq!(stained(&page, true), None);
        page[130] = 1;
        assert_eq!(stained(&page, true), Some(112..150));
    }

    #[test]
    fn a_damaged_page_is_left_alone() {
        let mut page = leaf();
        page[5..7].copy_from_slice(&[0xff, 0xff]);
        assert_eq!(stained(&page, false), None);
        page[5..7].copy_from_slice(&[0, 9]);
        assert_eq!(stained(&page, false), None);
        assert_eq!(stained(&[], false), None);
    }
}

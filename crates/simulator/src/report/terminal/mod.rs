//! The report for people at a terminal: what happened, then what it came to.

mod faults;
mod line;
mod matrix;
mod result;
mod services;
mod story;
mod table;
#[cfg(test)]
mod tests;

use std::io;

use line::{Ink, Line, hanging};

use super::{
    model::{Report, ServiceSection, Verdict},
    words::{clipped, clock, paragraphs, plural, verdict, visible},
};

/// How to write.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to write colours.
    pub colour: bool,
    /// Columns of the terminal; at least [`NARROWEST`] are used.
    pub width: usize,
}

/// Columns below which nothing is narrowed.
pub const NARROWEST: usize = 60;

impl Default for Style {
    /// No colour, 100 columns.
    fn default() -> Self {
        Self { colour: false, width: 100 }
    }
}

/// Writes `report` to `out`.
///
/// Whatever a text contains, no command in it reaches the terminal.
///
/// # Errors
///
/// Whatever `out` refuses with.
pub fn write(report: &Report, style: &Style, out: &mut dyn io::Write) -> io::Result<()> {
    let style = Style { width: style.width.max(NARROWEST), ..*style };
    let mut page = Page { style, out };
    page.title(report)?;
    page.what_happened(report)?;
    page.what_it_came_to(report)?;
    page.forms(report)?;
    page.blank()?;
    let conclusion = result::conclusion(report, page.style.width);
    conclusion.iter().try_for_each(|line| page.line(line))
}

/// Where the report goes.
struct Page<'a> {
    style: Style,
    out: &'a mut dyn io::Write,
}

impl Page<'_> {
    fn title(&mut self, report: &Report) -> io::Result<()> {
        let mut title = Line::of(Ink::Strong, &report.title);
        if let Some(variant) = &report.variant {
            title = title.and(Ink::Strong, &format!(" — {variant}"));
        }
        self.line(&title.and(Ink::Faint, &format!("  {}, seed {}", report.scenario, report.seed)))?;
        if let Some(mutant) = &report.mutant {
            self.line(&Line::of(Ink::Doubt, &format!("with a planted mistake: {mutant}")))?;
        }
        paragraphs(&report.about).iter().try_for_each(|about| {
            let lines = Line::of(Ink::Plain, about).wrapped(self.style.width);
            lines.iter().try_for_each(|line| self.line(line))
        })
    }

    fn what_happened(&mut self, report: &Report) -> io::Result<()> {
        if report.conversation.arrows.is_empty() {
            return Ok(());
        }
        self.heading("What happened", "in virtual time; “zq4…” is a canary in the text")?;
        let lines = story::lines(&report.conversation, self.style.width);
        lines.iter().try_for_each(|line| self.line(line))
    }

    fn what_it_came_to(&mut self, report: &Report) -> io::Result<()> {
        if !report.stall.is_empty() {
            self.heading("Why nothing moves", "")?;
            for line in &report.stall {
                self.line(&Line::of(Ink::Doubt, line))?;
            }
        }
        if !report.series.faults.is_empty() {
            self.heading("What went wrong", "faults, by their beginning")?;
            let width = self.style.width;
            faults::table(&report.series.faults).write(width, self.style.colour, self.out)?;
            let more = report.series.faults.len().saturating_sub(faults::MOST);
            if more > 0 {
                self.indented(&Line::of(Ink::Faint, &faults::left_out(more)))?;
            }
        }
        self.heading("Messages", "")?;
        result::counts(report).write(self.style.width, self.style.colour, self.out)?;

        if !report.views.is_empty() {
            self.heading("Who saw what", "policy beside measurement")?;
            matrix::table(&report.views).write(self.style.width, self.style.colour, self.out)?;
            self.blank()?;
            self.indented(&matrix::legend())?;
            matrix::notes(report).iter().try_for_each(|note| self.indented(note))?;
        }
        if !report.stored.is_empty() {
            self.heading("Where it is stored", "")?;
            result::stored(&report.stored).write(self.style.width, self.style.colour, self.out)?;
        }
        report.services.iter().try_for_each(|service| self.optional(service))?;
        if !report.labels.is_empty() {
            self.heading("What the chats say", "about who is at the other end")?;
            result::labels(report).write(self.style.width, self.style.colour, self.out)?;
        }
        if !report.dishonest.is_empty() {
            self.heading("Who did not keep to the protocol", "")?;
            result::dishonest(report).iter().try_for_each(|note| self.indented(note))?;
        }
        if !report.invariants.is_empty() {
            self.heading("Invariants", "")?;
            let lines = result::invariants(&report.invariants, self.style.width);
            lines.iter().try_for_each(|line| self.line(line))?;
        }
        Ok(())
    }

    /// The section of an optional service.
    fn optional(&mut self, section: &ServiceSection) -> io::Result<()> {
        let aside = "an optional service, which is in none of the tables above";
        self.heading(&format!("What {} saw", section.service), aside)?;
        for line in services::lines(section) {
            self.indented(&line)?;
        }
        self.blank()?;
        matrix::table(&section.views).write(self.style.width, self.style.colour, self.out)?;
        self.blank()?;
        result::stored(&section.stored).write(self.style.width, self.style.colour, self.out)
    }

    /// Each form of a scenario that has several: its verdict, and what did not hold.
    fn forms(&mut self, report: &Report) -> io::Result<()> {
        if report.runs.is_empty() {
            return Ok(());
        }
        self.heading("Each form", "")?;
        for run in &report.runs {
            let ink = if run.verdict == Verdict::Pass { Ink::Good } else { Ink::Bad };
            let line = Line::default().to(2).and(ink, verdict(run.verdict)).to(10);
            let name = run.variant.as_deref().unwrap_or(&run.title);
            self.line(&line.and(Ink::Strong, name))?;
            let failed = run.invariants.iter().filter(|i| i.verdict != Verdict::Pass);
            for invariant in failed {
                for evidence in &invariant.evidence {
                    let line = Line::default().to(10).and(Ink::Strong, &invariant.id);
                    let line = line.and(Ink::Plain, &format!("  {evidence}"));
                    let lines = hanging(&line, 12, self.style.width);
                    lines.iter().try_for_each(|line| self.line(line))?;
                }
            }
        }
        Ok(())
    }

    fn heading(&mut self, name: &str, aside: &str) -> io::Result<()> {
        self.blank()?;
        let line = Line::of(Ink::Strong, name).and(Ink::Faint, &format!("  {aside}"));
        self.line(&line.clipped(self.style.width))
    }

    fn indented(&mut self, line: &Line) -> io::Result<()> {
        let lines = line.wrapped(self.style.width.saturating_sub(2));
        lines.iter().try_for_each(|line| self.line(&Line::default().to(2).then(line)))
    }

    fn line(&mut self, line: &Line) -> io::Result<()> {
        line.write(self.style.colour, self.out)
    }

    fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }
}

/// One line, without colour and of no more than 79 columns, about a run that is under way.
pub fn progress(name: &str, virtual_us: u64, events: u64) -> String {
    let how_far = format!("{} virtual, {}", clock(virtual_us), plural(events, "event"));
    let room = 77_usize.saturating_sub(how_far.len());
    format!("{}: {how_far}", clipped(&visible(name), room))
}

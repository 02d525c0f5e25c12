//! Which order of day, month and year the lines of an export show.
//!
//! Two kinds of evidence: a line that is no date in some order, and lines whose time goes back.

use super::date::{DateOrder, LocalTime};
use super::stamp::YearPlace;
use super::{Block, ChatError, error::excerpt};

/// The order that was asked for, if every line can be read in it.
///
/// # Errors
///
/// The first line that contradicts it, or is no date in any order.
pub(super) fn check(blocks: &[Block<'_>], asked: DateOrder) -> Result<DateOrder, ChatError> {
    check_times(blocks)?;
    let Some(wrong) = blocks.iter().find(|block| block.stamp.read_as(asked).is_none()) else {
        return Ok(asked);
    };
    let other = ORDERS.iter().find_map(|order| Some((*order, wrong.stamp.read_as(*order)?)));
    Err(match other {
        None => wrong.bad_date(asked),
        Some((fits, as_fits)) => {
            let found = excerpt(wrong.stamp.shown);
            ChatError::ContradictsDateOrder { line: wrong.line, found, asked, fits, as_fits }
        }
    })
}

/// The one order that explains the lines best.
///
/// # Errors
///
/// A line that no order explains, or the first line that two orders explain differently.
pub(super) fn detect(blocks: &[Block<'_>]) -> Result<DateOrder, ChatError> {
    check_times(blocks)?;
    if blocks.first().is_some_and(|block| block.stamp.style.year == YearPlace::First) {
        return check(blocks, DateOrder::YearFirst);
    }
    let by_day = Trial::of(blocks, DateOrder::DayFirst);
    let by_month = Trial::of(blocks, DateOrder::MonthFirst);
    if !by_day.fits() && !by_month.fits() && Trial::of(blocks, DateOrder::YearFirst).fits() {
        // A last resort: almost every day-first date of two digits is also a year-first one.
        return Ok(DateOrder::YearFirst);
    }
    match (by_day, by_month) {
        (Trial::NoDate(by_day), Trial::NoDate(by_month)) => {
            // The order that held longer is the likely one, and its line the strange one.
            Err(if by_day.line >= by_month.line {
                by_day.bad_date(DateOrder::DayFirst)
            } else {
                by_month.bad_date(DateOrder::MonthFirst)
            })
        }
        (Trial::Fits, Trial::GoesBack | Trial::NoDate(_)) | (Trial::GoesBack, Trial::NoDate(_)) => {
            Ok(DateOrder::DayFirst)
        }
        (Trial::GoesBack | Trial::NoDate(_), Trial::Fits) | (Trial::NoDate(_), Trial::GoesBack) => {
            Ok(DateOrder::MonthFirst)
        }
        (Trial::Fits, Trial::Fits) | (Trial::GoesBack, Trial::GoesBack) => either(blocks),
    }
}

/// Both orders explain the lines equally well: harmless only where they agree on every line.
fn either(blocks: &[Block<'_>]) -> Result<DateOrder, ChatError> {
    for block in blocks {
        let by_day = block.stamp.read_as(DateOrder::DayFirst);
        let by_month = block.stamp.read_as(DateOrder::MonthFirst);
        if let (Some(as_day_first), Some(as_month_first)) = (by_day, by_month)
            && as_day_first != as_month_first
        {
            return Err(ChatError::AmbiguousDateOrder {
                line: block.line,
                found: excerpt(block.stamp.shown),
                as_day_first,
                as_month_first,
            });
        }
    }
    Ok(DateOrder::DayFirst)
}

fn check_times(blocks: &[Block<'_>]) -> Result<(), ChatError> {
    match blocks.iter().find(|block| block.stamp.second_of_day.is_none()) {
        None => Ok(()),
        Some(block) => {
            Err(ChatError::BadTime { line: block.line, found: excerpt(block.stamp.shown) })
        }
    }
}

/// How well one order explains the lines.
enum Trial<'a> {
    Fits,
    /// Every line is a date, but a later line has an earlier time.
    GoesBack,
    /// The first block that is no date.
    NoDate(&'a Block<'a>),
}

impl<'a> Trial<'a> {
    fn fits(&self) -> bool {
        matches!(self, Self::Fits)
    }

    fn of(blocks: &'a [Block<'a>], order: DateOrder) -> Self {
        let mut latest: Option<LocalTime> = None;
        let mut verdict = Self::Fits;
        for block in blocks {
            let Some(at) = block.stamp.read_as(order) else {
                return Self::NoDate(block);
            };
            if latest.is_some_and(|latest| latest.0.saturating_sub(at.0) > CLOCK_SET_BACK_SECONDS) {
                verdict = Self::GoesBack;
            }
            latest = latest.max(Some(at));
        }
        verdict
    }
}

/// Every civil clock with summer time goes back an hour once a year; that is no evidence.
const CLOCK_SET_BACK_SECONDS: i64 = 3_600;

const ORDERS: [DateOrder; 3] = [DateOrder::DayFirst, DateOrder::MonthFirst, DateOrder::YearFirst];

//! Where time lies on the page: in order, and longer for more time, but not to scale.

use super::Drawing;

/// Room above the first moment.
const HEAD: u32 = 74;
/// Between one departure and the next, so that each has room for its words.
const LINE: u32 = 24;
/// For each doubling of the time between two moments, from about a millisecond.
const DOUBLING: u32 = 3;
const LEAST_DOUBLINGS: u32 = 10;
/// The most room that time without events takes.
const MOST: u32 = 60;

/// Heights of moments.
pub(super) struct Layout {
    /// Where each arrow begins.
    pub(super) departures: Vec<u32>,
    /// Moments and their heights, in order.
    moments: Vec<(u64, u32)>,
    /// The height of everything.
    pub(super) height: u32,
}

/// What needs a height, in the order in which things of one moment are drawn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Arrival,
    Edge,
    Departure(usize),
}

impl Layout {
    pub(super) fn of(drawing: &Drawing<'_>) -> Self {
        let mut marks: Vec<(u64, Mark)> = Vec::new();
        for (index, arrow) in drawing.arrows.iter().enumerate() {
            marks.push((arrow.at_us, Mark::Departure(index)));
            marks.extend(arrow.arrived.iter().map(|at_us| (*at_us, Mark::Arrival)));
        }
        let first = marks.iter().map(|(at, _)| *at).min().unwrap_or(0);
        let last = marks.iter().map(|(at, _)| *at).max().unwrap_or(0);
        for band in &drawing.bands {
            marks.push((band.from_us.max(first), Mark::Edge));
            marks.push((band.until_us.min(last), Mark::Edge));
        }
        marks.sort_unstable();
        let mut layout =
            Self { departures: vec![0; drawing.arrows.len()], moments: Vec::new(), height: HEAD };
        let mut before = first;
        for (at, mark) in marks {
            let room = gap(at.saturating_sub(before));
            let room = if let Mark::Departure(_) = mark { room.max(LINE) } else { room };
            layout.height = layout.height.saturating_add(room);
            if let Mark::Departure(index) = mark
                && let Some(place) = layout.departures.get_mut(index)
            {
                *place = layout.height;
            }
            layout.moments.push((at, layout.height));
            before = at;
        }
        layout.height = layout.height.saturating_add(40);
        layout
    }

    /// The height of a moment: the first of those that it has, or else the last before it.
    pub(super) fn y(&self, at_us: u64) -> u32 {
        let after = self.moments.partition_point(|(at, _)| *at < at_us);
        let exact = self.moments.get(after).filter(|(at, _)| *at == at_us);
        let before = || self.moments.get(after.checked_sub(1)?);
        exact.or_else(before).map_or(HEAD, |(_, y)| *y)
    }

    /// Stretches without anything that are longer than `least`: their end, their height there, and
    /// how long they are.
    pub(super) fn pauses(&self, least: u64) -> impl Iterator<Item = (u32, u64)> {
        let pairs = self.moments.iter().zip(self.moments.iter().skip(1));
        pairs.filter_map(move |((from, above), (to, below))| {
            let lasts = to.saturating_sub(*from);
            (lasts >= least).then_some((u32::midpoint(*above, *below), lasts))
        })
    }
}

/// Room for a stretch of time.
fn gap(micros: u64) -> u32 {
    match micros.checked_ilog2() {
        None => 0,
        // Whatever takes time takes room: an arrow always falls.
        Some(doublings) => {
            doublings.saturating_sub(LEAST_DOUBLINGS).saturating_mul(DOUBLING).clamp(2, MOST)
        }
    }
}

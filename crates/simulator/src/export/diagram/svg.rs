//! The picture as SVG that needs nothing but itself, in light and in dark.

use maud::{Markup, PreEscaped, html};

use super::{Arrow, Drawing, SHOWN_TEXT, layout::Layout};
use crate::{
    export::bands::Band,
    kernel::HostId,
    report::words::{clipped, clock, size, span, visible},
};

const GUTTER: u32 = 110;
const COLUMN: u32 = 250;
const HEAD: u32 = 56;
/// Time without anything that is said in words.
const PAUSE_US: u64 = 5_000_000;
/// What a letter takes, roughly.
const LETTER: u32 = 7;

const STYLE: &str = "\
svg{--ground:#fbfaf7;--ink:#1d1c1a;--muted:#5a5751;--line:#d8d4ca;--tone:#0a6670;--bad:#b0221b;\
--band:#b0221b1c;background:var(--ground);font:12px system-ui,sans-serif}\
@media(prefers-color-scheme:dark){svg{--ground:#14161a;--ink:#e9e7e2;--muted:#a9a69e;\
--line:#363a43;--tone:#5fcbd3;--bad:#ff8f85;--band:#ff8f8526}}\
text{fill:var(--ink)}.muted{fill:var(--muted)}.node{fill:var(--ground);stroke:var(--line)}\
.life{stroke:var(--line);stroke-dasharray:3 4}.band{fill:var(--band)}.edge{fill:var(--bad)}\
.shaft{stroke:var(--tone);stroke-width:1.6;fill:none}.tip,.dot{fill:var(--tone)}\
.again .shaft{stroke-dasharray:2 3}.lost .shaft,.cross{stroke:var(--bad);stroke-dasharray:6 4;\
fill:none}.cross{stroke-width:2;stroke-dasharray:none}\
.label{text-anchor:middle;paint-order:stroke;stroke:var(--ground);stroke-width:4px;\
stroke-linejoin:round}.name,.actor{text-anchor:middle}.name{font-weight:650}.time{text-anchor:end}";

/// The picture.
pub(super) fn write(drawing: &Drawing<'_>) -> String {
    let layout = Layout::of(drawing);
    let columns = (drawing.columns.len() as u32).max(1);
    let width = columns.saturating_mul(COLUMN).saturating_add(GUTTER).saturating_add(20);
    let height = layout.height;
    let page = Page { drawing, layout, width };
    let picture = html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(width) height=(height)
            viewBox={ "0 0 " (width) " " (height) } role="img" {
            title { (visible(&drawing.title)) }
            style { (PreEscaped(STYLE)) }
            defs {
                marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7"
                    markerHeight="7" orient="auto-start-reverse" {
                    path.tip d="M0 0 L10 5 L0 10 z" {}
                }
            }
            @for band in &drawing.bands { (page.band(band)) }
            @for (id, host) in &drawing.columns {
                line.life x1=(page.x(*id)) x2=(page.x(*id)) y1=(HEAD) y2=(height) {}
                rect.node x=(page.x(*id).saturating_sub(105)) y="8" width="210" height="40"
                    rx="8" {}
                text.name x=(page.x(*id)) y="25" { (clipped(&visible(&host.name), 28)) }
                text."actor muted" x=(page.x(*id)) y="40" { (host.actor.name()) }
            }
            @for (y, lasts) in page.layout.pauses(PAUSE_US) {
                text."time muted" x=(GUTTER.saturating_sub(20)) y=(y) { "⋮ " (span(lasts)) }
            }
            @for (index, arrow) in drawing.arrows.iter().enumerate() {
                (page.arrow(index, arrow))
            }
            @if drawing.left_out > 0 {
                text."muted" x="10" y=(height.saturating_sub(10)) {
                    (drawing.left_out) " further steps were left out."
                }
            }
        }
    };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", picture.into_string())
}

struct Page<'a> {
    drawing: &'a Drawing<'a>,
    layout: Layout,
    width: u32,
}

impl Page<'_> {
    /// The middle of a host's column.
    fn x(&self, id: HostId) -> u32 {
        let place = self.drawing.columns.iter().position(|(column, _)| *column == id);
        let place = place.unwrap_or(0) as u32;
        place.saturating_mul(COLUMN).saturating_add(GUTTER).saturating_add(COLUMN / 2)
    }

    fn band(&self, band: &Band) -> Markup {
        let (top, bottom) = (self.layout.y(band.from_us), self.layout.y(band.until_us));
        let columns = self.drawing.columns.iter();
        let named: Vec<u32> = columns
            .filter(|(_, host)| band.nodes.contains(&host.name))
            .map(|(id, _)| self.x(*id))
            .collect();
        let (left, right) = match (named.iter().min(), named.iter().max()) {
            (Some(left), Some(right)) => (left.saturating_sub(60), right.saturating_add(60)),
            _ => (GUTTER, self.width.saturating_sub(10)),
        };
        let (wide, high) = (right.saturating_sub(left), bottom.saturating_sub(top).max(3));
        html! {
            g.fault {
                title { (visible(&band.what)) }
                rect.band x=(left) y=(top) width=(wide) height=(high) {}
                text.edge x=(left.saturating_add(4)) y=(top.saturating_add(12)) {
                    (clipped(&visible(&band.what), (wide / LETTER) as usize))
                }
            }
        }
    }

    fn arrow(&self, index: usize, arrow: &Arrow) -> Markup {
        let y = self.layout.departures.get(index).copied().unwrap_or(0);
        let (from, to) = (self.x(arrow.from), self.x(arrow.to));
        let what = visible(&arrow.what);
        html! {
            g.step {
                text."time muted" x=(GUTTER.saturating_sub(20)) y=(y.saturating_add(4)) {
                    (clock(arrow.at_us))
                }
                @if arrow.is_at_home() {
                    circle.dot cx=(from) cy=(y) r="4" {}
                    @let text = clipped(&what, SHOWN_TEXT);
                    @if Some(from) == self.drawing.columns.last().map(|(id, _)| self.x(*id)) {
                        text.time x=(from.saturating_sub(9)) y=(y.saturating_add(4)) { (text) }
                    } @else {
                        text x=(from.saturating_add(9)) y=(y.saturating_add(4)) { (text) }
                    }
                } @else if arrow.arrived.is_empty() {
                    (lost(from, to, y))
                } @else {
                    @for (copy, at_us) in arrow.arrived.iter().enumerate() {
                        g.again[copy > 0] {
                            line.shaft x1=(from) y1=(y) x2=(to) y2=(self.layout.y(*at_us).max(y))
                                marker-end="url(#tip)" {}
                        }
                    }
                }
                @if !arrow.is_at_home() {
                    text.label x=(u32::midpoint(from, to)) y=(y.saturating_sub(4)) {
                        (clipped(&what, 30)) " · " (size(arrow.bytes as u64)) (note(arrow))
                    }
                }
            }
        }
    }
}

/// An arrow that ends on the way.
fn lost(from: u32, to: u32, y: u32) -> Markup {
    let end = u32::midpoint(u32::midpoint(from, to), to);
    let (left, right) = (end.saturating_sub(5), end.saturating_add(5));
    let end_y = y.saturating_add(12);
    let (top, bottom) = (end_y.saturating_sub(5), end_y.saturating_add(5));
    html! {
        g.lost {
            line.shaft x1=(from) y1=(y) x2=(end) y2=(end_y) {}
            path.cross d={ "M" (left) " " (top) " L" (right) " " (bottom)
                " M" (left) " " (bottom) " L" (right) " " (top) } {}
        }
    }
}

fn note(arrow: &Arrow) -> String {
    match arrow.arrived.len() {
        0 => ", lost".to_owned(),
        1 => String::new(),
        copies => format!(", arrives {copies} times"),
    }
}

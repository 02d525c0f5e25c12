//! What lies in time: latencies, queues, and faults on the same axis.

use maud::{Markup, html};

use crate::{
    export::{bands::Band, depths},
    report::{
        model::Report,
        series::{Histogram, Series},
        words::{clipped, clock, count, plural, span, visible},
    },
};

/// Room for names, left of the axis.
const GUTTER: f64 = 210.0;
/// How long the axis is.
const AXIS: f64 = 700.0;
/// How high one queue is.
const LANE: f64 = 40.0;
/// How high one fault is.
const FAULT: f64 = 20.0;
/// Faults that have a bar of their own.
const MAX_FAULTS: usize = 40;
/// Bars of the histogram.
const BAR: f64 = 22.0;

/// All of it; nothing if there is nothing to show.
pub(super) fn all(report: &Report) -> Markup {
    let series = &report.series;
    html! {
        @if !report.stall.is_empty() { (stall(&report.stall)) }
        @if !series.latencies.buckets.is_empty() { (latencies(&series.latencies)) }
        @if !series.queues.is_empty() || !series.faults.is_empty() { (over_time(series)) }
    }
}

fn stall(lines: &[String]) -> Markup {
    html! {
        section.stall {
            h2 { "Why nothing moves" }
            pre.explained tabindex="0" {
                @for line in lines { (visible(line)) "\n" }
            }
        }
    }
}

fn latencies(histogram: &Histogram) -> Markup {
    let most = histogram.buckets.iter().map(|bucket| bucket.count).max().unwrap_or(1).max(1);
    let height = float(histogram.buckets.len() as u64).mul_add(BAR, 6.0);
    let width = GUTTER + AXIS + 70.0;
    html! {
        section {
            h2 { "How long messages took" }
            p.muted { "From being written to being shown, in virtual time: "
                (plural(histogram.count(), "message")) "." }
            div.chart tabindex="0" role="group" aria-label="Latencies" {
                svg width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } {
                    @for (row, bucket) in histogram.buckets.iter().enumerate() {
                        @let y = float(row as u64).mul_add(BAR, 4.0);
                        @let wide = AXIS * float(bucket.count) / float(most);
                        text.edge x=(GUTTER - 10.0) y=(y + 13.0) {
                            "up to " (span(bucket.up_to_us))
                        }
                        rect.bar x=(GUTTER) y=(y) width=(one(wide)) height=(BAR - 6.0) rx="2" {}
                        @if bucket.count > 0 {
                            text x=(one(GUTTER + wide + 6.0)) y=(y + 13.0) { (count(bucket.count)) }
                        }
                    }
                }
            }
        }
    }
}

/// Queues above, faults below, on one axis.
fn over_time(series: &Series) -> Markup {
    let faults = series.faults.len().min(MAX_FAULTS);
    let queues = float(series.queues.len() as u64) * LANE;
    let height = float(faults as u64).mul_add(FAULT, queues) + 40.0;
    let width = GUTTER + AXIS + 20.0;
    html! {
        section {
            h2 { "What waited, and what went wrong" }
            p.muted {
                "Rows of messages on their way above, what the scenario lets go wrong below, on "
                "the same axis of virtual time."
            }
            div.chart tabindex="0" role="group" aria-label="Queues and faults" {
                svg width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } {
                    @for band in series.faults.iter().take(MAX_FAULTS) {
                        (shade(band, series.until_us, queues))
                    }
                    @for (row, queue) in series.queues.iter().enumerate() {
                        (lane(queue, float(row as u64) * LANE, series.until_us))
                    }
                    @for (row, band) in series.faults.iter().take(MAX_FAULTS).enumerate() {
                        @let top = float(row as u64).mul_add(FAULT, queues + 6.0);
                        (bar(band, top, series.until_us))
                    }
                    (axis(height - 26.0, series.until_us))
                }
            }
            @if series.faults.len() > MAX_FAULTS {
                p.muted { (series.faults.len().saturating_sub(MAX_FAULTS)) " further faults." }
            }
        }
    }
}

/// Where a moment lies on the axis.
fn x(at_us: u64, until_us: u64) -> f64 {
    one(GUTTER + AXIS * float(at_us.min(until_us)) / float(until_us.max(1)))
}

/// A band: where it begins, and how wide it is, wide enough to be seen.
fn extent(band: &Band, until_us: u64) -> (f64, f64) {
    let from = x(band.from_us, until_us);
    (from, one((x(band.until_us, until_us) - from).max(2.0)))
}

fn shade(band: &Band, until_us: u64, height: f64) -> Markup {
    let (from, wide) = extent(band, until_us);
    html! { rect.shade x=(from) y="0" width=(wide) height=(height) {} }
}

fn bar(band: &Band, y: f64, until_us: u64) -> Markup {
    let (from, wide) = extent(band, until_us);
    html! {
        g.fault {
            title {
                (visible(&band.what)) ", " (clock(band.from_us)) " to " (clock(band.until_us))
            }
            text.edge x=(GUTTER - 10.0) y=(y + 12.0) { (clipped(&visible(&band.what), 33)) }
            rect.fault x=(from) y=(y) width=(wide) height=(FAULT - 6.0) rx="2" {}
        }
    }
}

/// A queue as steps: its number holds until the next look that found another.
fn lane(queue: &depths::Series, top: f64, until_us: u64) -> Markup {
    let floor = top + LANE - 4.0;
    let scale = (LANE - 12.0) / float(queue.most.max(1));
    let level = |rows: u64| one(floor - float(rows) * scale);
    let mut path = format!("M{} {}", x(0, until_us), one(floor));
    for (at_us, rows) in &queue.points {
        path.push_str(&format!(" H{} V{}", x(*at_us, until_us), level(*rows)));
    }
    path.push_str(&format!(" H{} V{}", x(until_us, until_us), one(floor)));
    html! {
        g.queue {
            title { (visible(&queue.node)) ": " (visible(&queue.queue)) ", at most " (queue.most) }
            text.edge x=(GUTTER - 10.0) y=(top + 16.0) { (clipped(&visible(&queue.node), 30)) }
            text."edge faint" x=(GUTTER - 10.0) y=(top + 31.0) {
                (clipped(&queue.queue, 26)) ", ≤ " (count(queue.most))
            }
            line.floor x1=(GUTTER) x2=(GUTTER + AXIS) y1=(floor) y2=(floor) {}
            path.depth d=(path) {}
        }
    }
}

fn axis(y: f64, until_us: u64) -> Markup {
    html! {
        g.axis {
            line.floor x1=(GUTTER) x2=(GUTTER + AXIS) y1=(y) y2=(y) {}
            @for quarter in 0..=4_u64 {
                @let at_us = (u128::from(until_us).saturating_mul(u128::from(quarter)) / 4) as u64;
                @let place = x(at_us, until_us);
                line.floor x1=(place) x2=(place) y1=(y) y2=(y + 4.0) {}
                text.tick x=(place) y=(y + 17.0) { (clock(at_us)) }
            }
        }
    }
}

/// One decimal is enough on a page.
fn one(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn float(number: u64) -> f64 {
    number as f64
}

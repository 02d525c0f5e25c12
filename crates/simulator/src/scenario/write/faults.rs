//! Faults as a file has them.

use vocab::Micros;

use super::{Text, fraction, list, quoted, range, span};
use crate::fault::{Dishonesty, Fault, LinkFault, NodeFault, On, WebhookFault, What};

pub(super) fn fault(out: &mut Text, fault: &Fault) {
    out.table("[[fault]]");
    out.pair("at", &span(fault.at));
    if fault.lasts > Micros(0) {
        out.pair("for", &span(fault.lasts));
    }
    match &fault.what {
        What::Link { on: ways, how } => {
            link(out, how);
            on(out, ways);
        }
        What::Split { groups } => {
            out.pair("what", "\"split\"");
            let groups: Vec<String> = groups.iter().map(|group| list(group)).collect();
            out.pair("groups", &format!("[{}]", groups.join(", ")));
        }
        What::Flap { node, every, down } => {
            at_node(out, "flap", node);
            out.pair("every", &span(*every));
            out.pair("down", &span(*down));
        }
        What::Storm { node } => at_node(out, "storm", node),
        What::Node { node, how } => node_fault(out, node, how),
        What::Webhook { node, rate_ppm, how } => {
            webhook(out, node, how);
            rate(out, *rate_ppm);
        }
        What::Dishonest { node, rate_ppm, how } => {
            dishonest(out, node, how);
            if !matches!(how, Dishonesty::Clone) {
                rate(out, *rate_ppm);
            }
        }
    }
}

fn at_node(out: &mut Text, what: &str, node: &str) {
    out.pair("what", &quoted(what));
    out.pair("node", &quoted(node));
}

/// A rate is left out where it is all.
fn rate(out: &mut Text, ppm: u32) {
    if ppm < 1_000_000 {
        out.pair("rate", &fraction(ppm));
    }
}

fn on(out: &mut Text, on: &On) {
    match on {
        On::All => {}
        On::Node(node) => out.pair("node", &quoted(node)),
        On::Between { from, to, one_way } => {
            out.pair("between", &list(&[from.clone(), to.clone()]));
            if *one_way {
                out.pair("one_way", "true");
            }
        }
    }
}

fn link(out: &mut Text, how: &LinkFault) {
    let (what, ppm) = match how {
        LinkFault::Loss(ppm) => ("loss", Some(*ppm)),
        LinkFault::Duplicate(ppm) => ("duplicate", Some(*ppm)),
        LinkFault::Reorder(ppm, _) => ("reorder", Some(*ppm)),
        LinkFault::Corrupt(ppm) => ("corrupt", Some(*ppm)),
        LinkFault::Delay(_) => ("delay", None),
        LinkFault::Bandwidth(_) => ("bandwidth", None),
    };
    out.pair("what", &quoted(what));
    if let Some(ppm) = ppm {
        out.pair("rate", &fraction(ppm));
    }
    match how {
        LinkFault::Reorder(_, (low, high)) | LinkFault::Delay((low, high)) => {
            out.pair("by", &range(*low, *high));
        }
        LinkFault::Bandwidth(bytes) => out.pair("bytes_per_second", &bytes.to_string()),
        LinkFault::Loss(_) | LinkFault::Duplicate(_) | LinkFault::Corrupt(_) => {}
    }
}

fn node_fault(out: &mut Text, node: &str, how: &NodeFault) {
    let (what, by) = match how {
        NodeFault::Crash { torn: false } => ("crash", None),
        NodeFault::Crash { torn: true } => ("torn-write", None),
        NodeFault::Pause => ("pause", None),
        NodeFault::DiskFull => ("disk-full", None),
        NodeFault::DiskReadOnly => ("disk-read-only", None),
        NodeFault::SlowDisk(by) => ("slow-disk", Some(span(*by))),
        NodeFault::SlowConsumer(by) => ("slow-consumer", Some(span(*by))),
        NodeFault::ClockSkew(by) => ("clock-skew", Some(off(*by))),
        NodeFault::ClockJump(by) => ("clock-jump", Some(off(*by))),
    };
    at_node(out, what, node);
    if let Some(by) = by {
        out.pair("by", &by);
    }
}

/// A span ahead, or behind with a minus.
fn off(micros: i64) -> String {
    let shown = crate::scenario::shown(Micros(micros.unsigned_abs()));
    quoted(&if micros < 0 { format!("-{shown}") } else { shown })
}

fn webhook(out: &mut Text, node: &str, how: &WebhookFault) {
    match how {
        WebhookFault::Status(status) => {
            at_node(out, "webhook-status", node);
            out.pair("status", &status.to_string());
        }
        WebhookFault::Slowly(by) => {
            at_node(out, "webhook-slow", node);
            out.pair("by", &span(*by));
        }
        WebhookFault::NotAtAll => at_node(out, "webhook-silent", node),
        WebhookFault::Twice => at_node(out, "webhook-twice", node),
    }
}

fn dishonest(out: &mut Text, node: &str, how: &Dishonesty) {
    match how {
        Dishonesty::Swap => at_node(out, "swap", node),
        Dishonesty::Replay => at_node(out, "replay", node),
        Dishonesty::Withhold => at_node(out, "withhold", node),
        Dishonesty::Shuffle => at_node(out, "shuffle", node),
        Dishonesty::Inject => at_node(out, "inject", node),
        Dishonesty::Lie { about } => {
            at_node(out, "lie", node);
            out.pair("about", &quoted(about));
        }
        Dishonesty::Clone => at_node(out, "clone", node),
        Dishonesty::MessageEverybody(every) => {
            at_node(out, "message-everybody", node);
            out.pair("every", &span(*every));
        }
        Dishonesty::Drain { about, every } => {
            at_node(out, "drain", node);
            out.pair("about", &quoted(about));
            out.pair("every", &span(*every));
        }
    }
}

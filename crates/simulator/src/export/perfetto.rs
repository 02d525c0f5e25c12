//! The run as a trace in the Trace Event Format, which ui.perfetto.dev and chrome://tracing open.
//!
//! A process is a node, a thread one kind of what it does. A message is an arrow of two flow
//! events with an id of their own, written when a copy of it arrives; one that never does is an
//! instant. Queue depths are counters, faults spans of a process of their own.

use serde_json::{Value, json};

use super::{
    Target,
    bands::{Band, lasts},
    depths::Depth,
    flow::{Flow, Passing, Sent, passing},
};
use crate::{
    kernel::{HostId, Time},
    view::{EventRecord, Stream, View},
    watch::{Host, arrows},
};

/// The threads of every process.
const THREADS: [&str; 5] = ["frames", "HTTP", "person or operator", "events", "log"];

/// What happens takes no virtual time; a span that is to be seen takes this much.
const SPAN_US: u64 = 1;

/// Writes a trace while a run goes on.
#[derive(Debug)]
pub struct Perfetto {
    target: Target,
    empty: bool,
    flow: Flow<String>,
    arrows: u64,
}

impl Perfetto {
    /// A trace of a world with these hosts and faults.
    pub fn new(target: Target, title: &str, hosts: &[Host], bands: &[Band]) -> Self {
        let mut trace = Self { target, empty: true, flow: Flow::new(), arrows: 0 };
        let head = json!({ "tool": "blindpost", "scenario": title });
        let head = format!("{{\"displayTimeUnit\":\"ms\",\"otherData\":{head},\"traceEvents\":[");
        trace.target.write(head.as_bytes());
        let faults = hosts.len().saturating_add(1);
        trace.name("process_name", faults, 0, &json!({ "name": "faults" }));
        trace.name("process_sort_index", faults, 0, &json!({ "sort_index": -1 }));
        for (index, host) in hosts.iter().enumerate() {
            let pid = index.saturating_add(1);
            let name = format!("{} ({})", host.name, host.actor.name());
            trace.name("process_name", pid, 0, &json!({ "name": name }));
            trace.name("process_sort_index", pid, 0, &json!({ "sort_index": pid }));
            for (thread, name) in THREADS.iter().enumerate() {
                let tid = thread.saturating_add(1);
                trace.name("thread_name", pid, tid, &json!({ "name": name }));
            }
        }
        for (number, band) in bands.iter().enumerate() {
            let tid = number.saturating_add(1);
            trace.name("thread_name", faults, tid, &json!({ "name": band.family }));
            trace.put(&json!({
                "ph": "X", "name": band.what, "cat": "fault", "pid": faults, "tid": tid,
                "ts": band.from_us, "dur": lasts(band).0.max(SPAN_US),
            }));
        }
        trace
    }

    fn name(&mut self, what: &str, pid: usize, tid: usize, args: &Value) {
        self.put(&json!({
            "ph": "M", "name": what, "pid": pid, "tid": tid, "ts": 0, "args": args,
        }));
    }

    fn put(&mut self, event: &Value) {
        let lead = if std::mem::take(&mut self.empty) { "\n" } else { ",\n" };
        self.target.write(format!("{lead}{event}").as_bytes());
    }

    fn span(&mut self, view: &View, tid: u64, name: &str, args: &Value) {
        self.put(&json!({
            "ph": "X", "name": name, "cat": view.stream.name(), "pid": pid(view.host), "tid": tid,
            "ts": view.at.0, "dur": SPAN_US, "args": args,
        }));
    }

    /// Bytes that a node saw.
    pub fn view(&mut self, view: &View, hosts: &[Host]) {
        if let Some((passing, arrives)) = passing(view) {
            return self.message(view, passing, arrives, hosts);
        }
        let (tid, name) = match view.stream {
            Stream::AppIn => (3, "writes"),
            Stream::AppOut => (3, "sees"),
            Stream::Log => (5, "log line"),
            // Rows are too many to be seen one by one; their numbers are counters.
            Stream::Store
            | Stream::Erased
            | Stream::FrameIn
            | Stream::FrameOut
            | Stream::RequestIn
            | Stream::RequestOut
            | Stream::ResponseIn
            | Stream::ResponseOut => return,
        };
        self.span(view, tid, name, &json!({ "bytes": view.bytes.len() }));
    }

    fn message(&mut self, view: &View, passing: Passing, arrives: bool, hosts: &[Host]) {
        let (http, from, to, number) = passing;
        let tid = if http { 2 } else { 1 };
        let name =
            if http { first_line(&view.bytes) } else { arrows::kind(&view.bytes).to_owned() };
        let peer = if arrives { from } else { to };
        let peer = hosts.get(peer.index()).map_or("?", |host| host.name.as_str());
        let args = json!({ "bytes": view.bytes.len(), "number": number, "peer": peer });
        self.span(view, tid, &name, &args);
        if arrives {
            if let Some(sent) = self.flow.arrived(passing) {
                let (at_us, name) = (sent.at_us, sent.what.clone());
                self.arrow(passing, tid, at_us, view.at.0, &name);
            }
        } else if let Some((passing, sent)) = self.flow.left(passing, view.at.0, name) {
            self.lost(passing, &sent);
        }
    }

    fn arrow(&mut self, (_, from, to, _): Passing, tid: u64, left: u64, arrived: u64, name: &str) {
        self.arrows = self.arrows.saturating_add(1);
        let id = self.arrows;
        self.put(&json!({
            "ph": "s", "name": name, "cat": "message", "id": id, "pid": pid(from), "tid": tid,
            "ts": left,
        }));
        self.put(&json!({
            "ph": "f", "bp": "e", "name": name, "cat": "message", "id": id, "pid": pid(to),
            "tid": tid, "ts": arrived,
        }));
    }

    fn lost(&mut self, (http, from, _, _): Passing, sent: &Sent<String>) {
        if sent.arrived == 0 {
            let name = format!("never arrived: {}", sent.what);
            self.put(&json!({
                "ph": "i", "s": "t", "name": name, "cat": "message", "pid": pid(from),
                "tid": if http { 2 } else { 1 }, "ts": sent.at_us,
            }));
        }
    }

    /// An event of a hop.
    pub fn event(&mut self, at: Time, host: HostId, event: &EventRecord) {
        self.put(&json!({
            "ph": "i", "s": "t", "name": event.kind, "cat": "event", "pid": pid(host), "tid": 4,
            "ts": at.0, "args": event.fields,
        }));
    }

    /// How much lies in a queue from now on.
    pub fn depth(&mut self, at_us: u64, depth: &Depth) {
        self.put(&json!({
            "ph": "C", "name": depth.queue, "pid": pid(depth.host), "tid": 0, "ts": at_us,
            "args": { "rows": depth.rows },
        }));
    }

    /// Nothing more happens.
    pub fn finish(mut self) {
        for (passing, sent) in self.flow.finish() {
            self.lost(passing, &sent);
        }
        self.target.write(b"\n]}\n");
    }
}

fn pid(host: HostId) -> u64 {
    u64::from(host.0).saturating_add(1)
}

/// What an HTTP message is: its first line without the version, or its status.
pub(super) fn first_line(bytes: &[u8]) -> String {
    let head = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
    String::from_utf8_lossy(head).replace(" HTTP/1.1", "").replace("HTTP/1.1 ", "HTTP ")
}

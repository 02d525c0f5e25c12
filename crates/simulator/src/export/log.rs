//! The event log: a line of JSON for each event, in the order (time, host, number).

use serde_json::json;

use super::{Target, bands::Band};
use crate::{kernel::HostId, view::EventRecord, watch::Host};

/// The event log of one run. It holds the lines of one moment, no more, unless somebody wants them
/// back.
#[derive(Debug, Default)]
pub struct Log {
    target: Option<Target>,
    kept: Option<Vec<String>>,
    /// The moment whose lines are collected.
    at_us: u64,
    /// Lines of this moment, with their hosts.
    now: Vec<(HostId, String)>,
    /// Lines of each host so far.
    counts: Vec<u64>,
    /// Beginnings and ends of faults that are still to come, the next one last.
    marks: Vec<Mark>,
}

#[derive(Debug)]
struct Mark {
    at_us: u64,
    line: String,
}

impl Log {
    /// A log that goes to `target`, and is kept if `keep`. Faults of the plan among `bands` get a
    /// line where they begin and one where they end, up to `until_us`.
    pub fn new(target: Option<Target>, keep: bool, bands: &[Band], until_us: u64) -> Self {
        let mut marks: Vec<Mark> = Vec::new();
        for (band, number) in bands.iter().filter_map(|band| Some((band, band.number?))) {
            for (at_us, phase) in [(band.from_us, "begins"), (band.until_us, "ends")] {
                let fields = json!({
                    "fault": number, "family": band.family, "nodes": band.nodes,
                    "phase": phase, "what": band.what,
                });
                let line = json!({
                    "at_us": at_us, "node": null, "actor": null, "seq": null,
                    "event": "fault", "fields": fields,
                });
                if at_us <= until_us {
                    marks.push(Mark { at_us, line: line.to_string() });
                }
            }
        }
        marks.sort_by_key(|mark| mark.at_us);
        marks.reverse();
        let kept = keep.then(Vec::new);
        Self { target, kept, at_us: 0, now: Vec::new(), counts: Vec::new(), marks }
    }

    /// An event of a host. Times never go back.
    pub fn event(&mut self, at_us: u64, id: HostId, host: Option<&Host>, event: &EventRecord) {
        if at_us > self.at_us {
            self.flush();
            self.at_us = at_us;
        }
        if self.counts.len() <= id.index() {
            self.counts.resize(id.index().saturating_add(1), 0);
        }
        let Some(count) = self.counts.get_mut(id.index()) else { return };
        let line = json!({
            "at_us": at_us,
            "node": host.map_or("?", |host| host.name.as_str()),
            "actor": host.map_or("?", |host| host.actor.name()),
            "seq": *count,
            "event": event.kind,
            "fields": event.fields,
        });
        *count = count.saturating_add(1);
        self.now.push((id, line.to_string()));
    }

    /// Writes what was collected of one moment, faults first, then host by host.
    fn flush(&mut self) {
        self.write_marks(self.at_us);
        let mut now = std::mem::take(&mut self.now);
        now.sort_by_key(|(host, _)| *host); // Stable: a host's lines keep their order.
        for (_, line) in now {
            self.put(line);
        }
    }

    fn write_marks(&mut self, until_us: u64) {
        while let Some(mark) = self.marks.pop_if(|mark| mark.at_us <= until_us) {
            self.put(mark.line);
        }
    }

    fn put(&mut self, mut line: String) {
        if let Some(target) = &self.target {
            line.push('\n');
            target.write(line.as_bytes());
            line.pop();
        }
        if let Some(kept) = &mut self.kept {
            kept.push(line);
        }
    }

    /// Nothing more happens; the lines, if they were kept.
    pub fn finish(mut self) -> Vec<String> {
        self.flush();
        self.write_marks(u64::MAX);
        self.kept.take().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Band, Log};
    use crate::{actor::Actor, export::Target, kernel::HostId, view::EventRecord, watch::Host};

    fn fault(from_us: u64, until_us: u64) -> Band {
        Band {
            from_us,
            until_us,
            family: "loss".into(),
            what: "10 % lost everywhere".into(),
            nodes: Vec::new(),
            number: Some(0),
        }
    }

    #[test]
    fn lines_are_in_the_order_of_time_host_and_number_with_faults_between_them() {
        let hosts = ["a", "b"].map(|name| Host { name: name.into(), actor: Actor::User });
        let target = Target::memory();
        let mut log = Log::new(Some(target.clone()), true, &[fault(5, 900)], 1_000);
        for (at_us, host, kind) in
            [(4, 1, "early"), (5, 1, "b1"), (5, 0, "a1"), (5, 1, "b2"), (7, 0, "late")]
        {
            let record = EventRecord::new(kind);
            log.event(at_us, HostId(host), hosts.get(host as usize), &record);
        }
        let lines = log.finish();
        let told: Vec<(u64, String, Value)> = lines
            .iter()
            .map(|line| {
                let line: Value = serde_json::from_str(line).unwrap();
                let kind = line["event"].as_str().unwrap().to_owned();
                (line["at_us"].as_u64().unwrap(), kind, line["seq"].clone())
            })
            .collect();
        let order: Vec<(u64, &str)> = told.iter().map(|(at, kind, _)| (*at, &**kind)).collect();
        assert_eq!(
            order,
            [
                (4, "early"),
                (5, "fault"),
                (5, "a1"),
                (5, "b1"),
                (5, "b2"),
                (7, "late"),
                (900, "fault")
            ]
        );
        let numbers: Vec<&Value> = told.iter().map(|(_, _, seq)| seq).collect();
        assert_eq!(numbers[2..6], [&0.into(), &1.into(), &2.into(), &1.into()] as [&Value; 4]);
        let written = String::from_utf8(target.bytes()).unwrap();
        assert_eq!(written.lines().collect::<Vec<_>>(), lines, "what is streamed is what is kept");
    }

    #[test]
    fn a_fault_that_outlasts_the_run_has_no_end_in_its_log() {
        let lines = Log::new(None, true, &[fault(5, 2_000)], 1_000).finish();
        assert_eq!(lines.len(), 1);
        assert!(lines[0].contains("\"phase\":\"begins\""), "{}", lines[0]);
    }
}

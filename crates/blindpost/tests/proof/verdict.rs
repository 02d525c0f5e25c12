//! What must not have happened, looked for in what people's devices and the transport's log say.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
};

use serde_json::Value;

use crate::{
    people::{People, Person},
    stage::{Stage, TRANSPORT},
};

/// What went wrong; each list names what.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Messages that a device had for good, and no answer came.
    pub(crate) lost: Vec<String>,
    /// Messages that the business took, or answered, more than once.
    pub(crate) twice: Vec<String>,
    /// What devices could not open, were asked for again, or did not expect.
    pub(crate) out_of_step: Vec<String>,
    /// One-time prekeys that left the directory more than once.
    pub(crate) prekeys_twice: Vec<String>,
}

impl Verdict {
    /// On a run, with the log that its transport wrote.
    pub(crate) fn of(stage: &Stage, people: &People) -> Self {
        Self::on(people, &log_of_transport(stage))
    }

    fn on(people: &People, log_of_transport: &str) -> Self {
        let mut verdict =
            Self { prekeys_twice: prekeys_twice(log_of_transport), ..Self::default() };
        people.0.iter().for_each(|person| verdict.judge(person));
        verdict
    }

    fn judge(&mut self, person: &Person) {
        self.out_of_step.extend(person.complaints.iter().cloned());
        let mut counts = BTreeSet::new();
        for (tag, written) in &person.written {
            if written.is_open() {
                self.lost.push(format!("{tag}: {written:?}"));
            }
            if written.answers.len() > 1 {
                self.twice.push(format!("{tag} was answered {:?}", written.answers));
            }
            counts.extend(written.answers.iter().copied());
        }
        // The business counts what it takes: with a copy among them, the numbers go too far.
        let most = counts.last().copied().unwrap_or(0);
        if most > person.written.len() as u64 {
            let (taken, written) = (most, person.written.len());
            self.twice.push(format!("the business took {taken} messages of {written}"));
        }
    }

    pub(crate) fn is_clean(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lost, twice, out_of_step, prekeys_twice } = self;
        for (name, list) in [
            ("lost", lost),
            ("more than once", twice),
            ("out of step", out_of_step),
            ("one-time prekeys that left twice", prekeys_twice),
        ] {
            writeln!(f, "{name}: {}", list.len())?;
            list.iter().take(10).try_for_each(|one| writeln!(f, "  {one}"))?;
        }
        Ok(())
    }
}

pub(crate) fn log_of_transport(stage: &Stage) -> String {
    fs::read_to_string(stage.log(TRANSPORT)).expect("the transport wrote a log")
}

/// One-time prekeys that a transport's log has leaving: how often each.
pub(crate) fn prekeys_left(log: &str) -> BTreeMap<String, usize> {
    let mut left = BTreeMap::new();
    for line in log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if line["what"] == "a one-time prekey left" {
            let key = ["account", "device", "kind", "id"].map(|name| line[name].to_string());
            *left.entry(key.join(" ")).or_insert(0) += 1;
        }
    }
    left
}

fn prekeys_twice(log: &str) -> Vec<String> {
    prekeys_left(log).into_iter().filter(|(_, times)| *times > 1).map(|(key, _)| key).collect()
}

#[test]
fn a_one_time_prekey_that_left_twice_is_named() {
    let line = |id: u32| {
        let what = r#""what":"a one-time prekey left""#;
        format!(r#"{{{what},"account":"aa","device":1,"kind":"kem","id":{id}}}"#)
    };
    let log = [line(1), line(2), line(1)].join("\n");
    let verdict = Verdict::on(&People(Vec::new()), &log);
    assert_eq!(verdict.prekeys_twice, [r#""aa" 1 "kem" 1"#]);
}

//! What must not have happened, looked for in what people's devices and the transport's log say.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::Value;

use crate::people::{People, Person};

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
    pub(crate) fn on(people: &People, log_of_transport: &str) -> Self {
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

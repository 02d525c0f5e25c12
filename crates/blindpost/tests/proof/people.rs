//! People with devices: each a process that is never killed, so that what it says is whole.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use crate::{
    process::{Line, Process, Said},
    stage::{BUSINESS_NUMBER, Stage, TRANSPORT},
};

/// How long a device may take to be set up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Longer than any wait before something is tried again: who is silent for so long, has stopped.
pub(crate) const STOPPED: Duration = Duration::from_secs(90);

/// A person, and what the device said.
pub(crate) struct Person {
    number: String,
    /// There is none while it is off.
    device: Option<Process>,
    /// Lines that were typed, by their number: the tag of a text, or nothing for a code.
    typed: Vec<Option<String>>,
    /// What was written, by tag.
    pub(crate) written: BTreeMap<String, Written>,
    /// What came unasked, by the word after `order`: how often it was shown.
    pub(crate) notices: BTreeMap<String, usize>,
    /// What the device said, by kind: how often.
    pub(crate) events: BTreeMap<String, u64>,
    /// What the device reported that should not happen.
    pub(crate) complaints: Vec<String>,
}

/// What became of one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// The device has it for good.
    pub(crate) acknowledged: bool,
    /// Which message of this person it was to the business: one for each answer.
    pub(crate) answers: Vec<u64>,
}

impl Written {
    pub(crate) fn is_open(&self) -> bool {
        !self.acknowledged || self.answers.is_empty()
    }
}

/// All people.
pub(crate) struct People(pub(crate) Vec<Person>);

impl People {
    /// People with these numbers join, one after the other: a code in the transport's log is that
    /// of whoever joins.
    pub(crate) fn join(stage: &mut Stage, numbers: &[String]) -> Self {
        let mut people = Self(Vec::new());
        for number in numbers {
            people.one_more(stage, number);
        }
        people
    }

    /// What came unasked to anybody, by the word after `order`: how often it was shown.
    pub(crate) fn notices(&self) -> BTreeMap<&str, usize> {
        let mut all = BTreeMap::new();
        for (order, times) in self.0.iter().flat_map(|person| &person.notices) {
            *all.entry(order.as_str()).or_default() += times;
        }
        all
    }

    fn one_more(&mut self, stage: &mut Stage, number: &str) {
        let index = self.0.len();
        let name = name(index);
        let device = Some(device(stage, index, number));
        let number = number.to_owned();
        let (typed, written, complaints) = (Vec::new(), BTreeMap::new(), Vec::new());
        let (notices, events) = (BTreeMap::new(), BTreeMap::new());
        self.0.push(Person { number, notices, device, typed, written, events, complaints });
        let (mut code, mut is_asked) = (None, false);
        loop {
            let said = stage.next(PATIENCE).unwrap_or_else(|| panic!("{name} is not set up"));
            if let Some(sent) = sent_code(&said) {
                code = Some(sent);
            }
            match event_of(&said, &name).as_ref().and_then(|event| event["event"].as_str()) {
                Some("ready") => return,
                Some("code_needed") => is_asked = true,
                Some("wrong_code") => panic!("the code in the log of the transport is wrong"),
                _ => {}
            }
            if is_asked && let Some(code) = code.take() {
                is_asked = false;
                self.0[index].types(None, &json!({ "code": code }));
            }
        }
    }

    /// All devices end in order, `meanwhile` happens, and they start again.
    pub(crate) fn restart(&mut self, stage: &mut Stage, meanwhile: impl FnOnce(&mut Stage)) {
        let devices = self.0.iter_mut().filter_map(|person| person.device.take());
        devices.for_each(|device| assert!(device.terminate().success()));
        meanwhile(stage);
        for (index, person) in self.0.iter_mut().enumerate() {
            person.device = Some(device(stage, index, &person.number));
            // Lines are counted from one again.
            person.typed.clear();
        }
    }

    /// A person writes to the business. The text starts with a tag that no other has.
    pub(crate) fn writes(&mut self, index: usize, words: &str) {
        let tag = format!("p{index}-{}", self.0[index].written.len());
        self.writes_whole(index, &format!("{tag} {words}"));
    }

    /// A person writes to the business, nothing but this. Its first word is its tag.
    pub(crate) fn writes_whole(&mut self, index: usize, text: &str) {
        let person = &mut self.0[index];
        let tag = text.split(' ').next().unwrap_or_default().to_owned();
        person.written.insert(tag.clone(), Written::default());
        person.types(Some(tag), &json!({ "to": BUSINESS_NUMBER, "text": text }));
    }

    /// Takes note of what somebody said: whether a message has come further by it.
    pub(crate) fn note(&mut self, said: &Said) -> bool {
        let Some(index) = said.who.strip_prefix("person-").and_then(|index| index.parse().ok())
        else {
            return false;
        };
        let index: usize = index;
        event_of(said, &said.who).is_some_and(|event| self.0[index].note(&event))
    }

    /// Waits until everything that was written is answered.
    pub(crate) fn are_answered(&mut self, stage: &mut Stage) {
        while self.open() > 0 {
            let said = stage.next(STOPPED).unwrap_or_else(|| panic!("{} open", self.open()));
            self.note(&said);
        }
    }

    /// Texts that are not answered yet.
    pub(crate) fn open(&self) -> usize {
        self.0.iter().map(Person::open).sum()
    }
}

impl Person {
    /// How often the device said that a text of this person has come so far: `sent`, once the
    /// transport has taken it over, `delivered`, once the Cloud API has it.
    pub(crate) fn count(&self, event: &str) -> u64 {
        self.events.get(event).copied().unwrap_or(0)
    }

    /// SIGKILL to the device.
    pub(crate) fn dies(self) {
        self.device.into_iter().for_each(Process::kill);
    }

    fn types(&mut self, tag: Option<String>, line: &Value) {
        self.typed.push(tag);
        self.device.as_mut().expect("the device is on").types(&line.to_string());
    }

    pub(crate) fn open(&self) -> usize {
        self.written.values().filter(|written| written.is_open()).count()
    }

    fn note(&mut self, event: &Value) -> bool {
        let name = event["event"].as_str();
        *self.events.entry(name.unwrap_or_default().to_owned()).or_insert(0) += 1;
        match name {
            Some("acknowledged") => self.acknowledged(event),
            Some("shown") => self.shown(event),
            Some("sent" | "delivered" | "read") => true,
            Some("ready" | "labelled") => false,
            _ => {
                self.complaints.push(event.to_string());
                false
            }
        }
    }

    /// Numbers of lines are in the lower half of numbers of commands, and start with one.
    fn acknowledged(&mut self, event: &Value) -> bool {
        let line = event["number"].as_u64().map(|number| number & u64::from(u32::MAX));
        let line = line.and_then(|line| usize::try_from(line).ok()?.checked_sub(1));
        let tag = line.and_then(|line| self.typed.get(line)?.as_ref());
        let written = tag.and_then(|tag| self.written.get_mut(tag));
        written.is_some_and(|written| {
            written.acknowledged = true;
            true
        })
    }

    /// An answer is `COUNT: TAG WORDS`, a notice `order WORD WORDS`.
    fn shown(&mut self, event: &Value) -> bool {
        let text = event["text"].as_str().unwrap_or_default();
        if let Some(order) = text.strip_prefix("order ").and_then(|rest| rest.split(' ').next()) {
            *self.notices.entry(order.to_owned()).or_insert(0) += 1;
            return true;
        }
        let answer = text.split_once(": ").and_then(|(count, quoted)| {
            let written = self.written.get_mut(quoted.split(' ').next()?)?;
            written.answers.push(count.parse().ok()?);
            Some(())
        });
        if answer.is_none() {
            self.complaints.push(format!("nobody can have sent this: {event}"));
        }
        answer.is_some()
    }
}

fn name(index: usize) -> String {
    format!("person-{index}")
}

fn device(stage: &Stage, index: usize, number: &str) -> Process {
    let folder = stage.written().join(name(index)).display().to_string();
    stage.process(&name(index), "client", &["--data", &folder, "--phone-number", number])
}

/// The event in what a device said.
fn event_of(said: &Said, name: &str) -> Option<Value> {
    match &said.line {
        Line::Out(line) if said.who == name => serde_json::from_str(line).ok(),
        Line::Out(_) | Line::Log(_) => None,
    }
}

/// The code that the transport would have sent to a telephone.
fn sent_code(said: &Said) -> Option<String> {
    match &said.line {
        Line::Log(line) if said.who == TRANSPORT => {
            let line: Value = serde_json::from_str(line).ok()?;
            let (_, code) = line["what"].as_str()?.split_once("verification code for ")?;
            Some(code.split_once(": ")?.1.to_owned())
        }
        Line::Out(_) | Line::Log(_) => None,
    }
}

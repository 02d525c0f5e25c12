//! People with devices: each a process that is never killed, so that what it says is whole.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use crate::{
    process::{Line, Process, Said},
    stage::{BUSINESS_NUMBER, Stage, TRANSPORT},
};

/// How long a device may take to be set up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A person, and what the device said.
pub(crate) struct Person {
    device: Process,
    /// Lines that were typed, by their number: the tag of a text, or nothing for a code.
    typed: Vec<Option<String>>,
    /// What was written, by tag.
    pub(crate) written: BTreeMap<String, Written>,
    /// Texts that the transport has taken over.
    pub(crate) sent: usize,
    /// Texts that the Cloud API has.
    pub(crate) delivered: usize,
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

    fn one_more(&mut self, stage: &mut Stage, number: &str) {
        let index = self.0.len();
        let name = format!("person-{index}");
        let folder = stage.written().join(&name);
        let flags = ["--data", &folder.display().to_string(), "--phone-number", number];
        let device = stage.process(&name, "client", &flags);
        let (typed, written, complaints) = (Vec::new(), BTreeMap::new(), Vec::new());
        let (sent, delivered) = (0, 0);
        self.0.push(Person { device, typed, written, sent, delivered, complaints });
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

    /// A person writes to the business. The text starts with a tag that no other has.
    pub(crate) fn writes(&mut self, index: usize, words: &str) {
        let person = &mut self.0[index];
        let tag = format!("p{index}-{}", person.written.len());
        person.written.insert(tag.clone(), Written::default());
        let text = format!("{tag} {words}");
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

    /// Texts that are not answered yet.
    pub(crate) fn open(&self) -> usize {
        self.0.iter().map(Person::open).sum()
    }
}

impl Person {
    fn types(&mut self, tag: Option<String>, line: &Value) {
        self.typed.push(tag);
        self.device.types(&line.to_string());
    }

    pub(crate) fn open(&self) -> usize {
        self.written.values().filter(|written| written.is_open()).count()
    }

    fn note(&mut self, event: &Value) -> bool {
        match event["event"].as_str() {
            Some("acknowledged") => self.acknowledged(event),
            Some("shown") => self.shown(event),
            Some("sent") => {
                self.sent += 1;
                true
            }
            Some("delivered") => {
                self.delivered += 1;
                true
            }
            Some("read") => true,
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

    /// An answer is `COUNT: TAG WORDS`.
    fn shown(&mut self, event: &Value) -> bool {
        let text = event["text"].as_str().unwrap_or_default();
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

//! The implementation under test, as devices that cases can ask for.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    adapter::{Adapter, Broken, Refused},
    case::Profile,
};

/// What the implementation says that it can do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Capabilities {
    pub(crate) profiles: Vec<Profile>,
    pub(crate) ops: Vec<String>,
    pub(crate) implementation: String,
    /// It answered `capabilities`, and so may be told a profile.
    pub(crate) answered: bool,
}

/// A command and the process of it that is running.
pub(crate) struct Subject {
    command: Vec<String>,
    timeout: Duration,
    running: Option<Adapter>,
    /// Whether `init` in a process that has a device makes another.
    fresh_init: bool,
    pub(crate) capabilities: Capabilities,
}

impl Subject {
    pub(crate) const fn new(command: Vec<String>, timeout: Duration) -> Self {
        let capabilities = Capabilities {
            profiles: Vec::new(),
            ops: Vec::new(),
            implementation: String::new(),
            answered: false,
        };
        Self { command, timeout, running: None, fresh_init: false, capabilities }
    }

    /// A process that has no device yet.
    pub(crate) fn start(&mut self) -> Result<&mut Adapter, Broken> {
        self.running = None;
        let started = Adapter::start(&self.command, self.timeout)?;
        Ok(self.running.insert(started))
    }

    /// Asks the running process; one that breaks is ended.
    pub(crate) fn ask(&mut self, request: &Value) -> Result<Result<Value, Refused>, String> {
        self.with(|adapter| adapter.ask(request))
    }

    /// Writes a line as it is to the running process.
    pub(crate) fn say(&mut self, line: &str) -> Result<Result<Value, Refused>, String> {
        self.with(|adapter| adapter.say(format!("{line}\n").into_bytes()))
    }

    /// That the running process says nothing more.
    pub(crate) fn silent(&mut self) -> Result<(), String> {
        match self.running {
            Some(_) => self.with(|adapter| adapter.silent()),
            None => Ok(()),
        }
    }

    /// Ends the input of the running process, which must then exit.
    pub(crate) fn finish(&mut self) -> Result<(), String> {
        let ended = self.with(Adapter::finish);
        self.running = None;
        ended
    }

    fn with<T>(
        &mut self,
        ask: impl FnOnce(&mut Adapter) -> Result<T, Broken>,
    ) -> Result<T, String> {
        let running = match &mut self.running {
            Some(running) => Ok(running),
            None => self.start(),
        };
        let broken = match running.and_then(ask) {
            Ok(answer) => return Ok(answer),
            Err(broken) => broken,
        };
        let complaints = self.running.take().map(|one| one.complaints()).unwrap_or_default();
        Err(if complaints.is_empty() {
            format!("the adapter {broken}")
        } else {
            let shown: Vec<&str> = complaints.lines().rev().take(8).collect();
            let shown: Vec<&str> = shown.into_iter().rev().collect();
            format!("the adapter {broken}; its last words: {}", shown.join(" | "))
        })
    }

    /// Makes a fresh device, in the running process if that can be.
    pub(crate) fn init(&mut self, request: &Value) -> Result<Result<Value, Refused>, String> {
        if self.running.is_none() || !self.fresh_init {
            self.start().map_err(|broken| format!("the adapter {broken}"))?;
        }
        self.ask(request)
    }

    /// Learns what the implementation can do.
    ///
    /// # Errors
    ///
    /// Why it is of no use, in words.
    pub(crate) fn introduce(&mut self) -> Result<(), String> {
        self.start().map_err(|broken| format!("the adapter {broken}"))?;
        let answer = self.ask(&json!({"op":"capabilities"}))?;
        self.with(|adapter| adapter.stays_silent())?;
        let mut found = Capabilities::default();
        match answer {
            Ok(answer) => {
                found.answered = true;
                let texts = |name: &str| -> Vec<String> {
                    let list = answer.get(name).and_then(Value::as_array);
                    let texts = list.into_iter().flatten().filter_map(Value::as_str);
                    texts.map(str::to_owned).collect()
                };
                let profiles = texts("profiles");
                let spoken = |profile: &Profile| profiles.iter().any(|one| one == profile.name());
                found.profiles = Profile::ALL.into_iter().filter(spoken).collect();
                found.ops = texts("ops");
                let implementation = answer.get("impl").and_then(Value::as_str);
                found.implementation = implementation.unwrap_or("unnamed").to_owned();
                if found.profiles.is_empty() {
                    return Err(format!("the adapter speaks no profile of ours: {answer}"));
                }
            }
            Err(_) => found.profiles = vec![self.only_profile()?],
        }
        self.capabilities = found;
        self.try_second_init()
    }

    /// The one profile of an adapter that does not say: whether it publishes a KEM key.
    ///
    /// One that would speak the post-quantum ratchet is taken for one that does not: whether it
    /// does shows in its messages only, and it says so in `capabilities`.
    fn only_profile(&mut self) -> Result<Profile, String> {
        let init = json!({"op":"init","name":"subject","dev":1,"regid":1});
        let started = self.ask(&init)?;
        started.map_err(|refused| format!("the adapter refuses init: {}", refused.text))?;
        let bundle = self.ask(&json!({"op":"bundle","otk":true,"kyber":true}))?;
        let bundle =
            bundle.map_err(|refused| format!("the adapter refuses bundle: {}", refused.text))?;
        let kem = bundle.get("k").is_some_and(Value::is_string);
        Ok(if kem { Profile::V4 } else { Profile::V3 })
    }

    /// Whether a second `init` in one process is a device that shares nothing with the first.
    fn try_second_init(&mut self) -> Result<(), String> {
        let mut identities = Vec::new();
        for name in ["first", "second"] {
            let mut init = json!({"op":"init","name":name,"dev":1,"regid":1});
            let profile = self.capabilities.profiles.last().copied().unwrap_or(Profile::V4);
            if let (Value::Object(fields), true) = (&mut init, self.capabilities.answered) {
                fields.insert("profile".to_owned(), profile.name().into());
            }
            match self.ask(&init)? {
                Ok(_) => {}
                // It wants a process for each device, and gets it.
                Err(_) if name == "second" => return Ok(()),
                Err(refused) => return Err(format!("the adapter refuses init: {}", refused.text)),
            }
            let bundle = self.ask(&json!({"op":"bundle","otk":true,"kyber":profile.has_kem()}))?;
            let bundle = bundle
                .map_err(|refused| format!("the adapter refuses bundle: {}", refused.text))?;
            identities.push(bundle.get("ik").cloned());
        }
        identities.dedup();
        self.fresh_init = identities.len() > 1;
        Ok(())
    }
}

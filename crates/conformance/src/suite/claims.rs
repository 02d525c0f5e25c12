//! What cases claim: that something opens, or is refused, or holds.

use serde_json::{Value, json};

use super::{
    adapter::Refused,
    case::{Checked, Reading, Role, Stop},
    forge::{First, Forger},
    stage::{FIRST, MESSAGE, Party, Sealed, Stage, who},
};

/// Fails the case.
pub(crate) fn fail<T>(why: impl Into<String>) -> Checked<T> {
    Err(Stop::Failed(why.into()))
}

/// A value that a case cannot do without.
pub(crate) fn need<T>(value: Option<T>, what: &str) -> Checked<T> {
    value.ok_or_else(|| Stop::Failed(what.to_owned()))
}

/// That two things are the same.
pub(crate) fn same<T: PartialEq + core::fmt::Debug>(found: &T, wanted: &T, what: &str) -> Checked {
    if found == wanted {
        return Ok(());
    }
    fail(format!("{what} is {found:?}, and should be {wanted:?}"))
}

impl Stage<'_> {
    /// `at` opens `message` to `text`.
    pub(crate) fn opens(&mut self, at: Party, message: &Sealed, text: &str) -> Checked {
        match self.decrypt(at, message)? {
            Ok(answer) => {
                let found = answer.get("m").and_then(Value::as_str).map(str::to_owned);
                if found.as_deref() == Some(text) {
                    return Ok(());
                }
                fail(format!("{} opened {text:?} to {answer}", who(at)))
            }
            Err(refused) => fail(format!("{} refused {text:?}: {}", who(at), refused.text)),
        }
    }

    /// `from` seals `text`, and `to` opens it.
    pub(crate) fn passes(&mut self, from: Party, to: Party, text: &str) -> Checked<Sealed> {
        let message = self.encrypt(from, to, text)?;
        self.opens(to, &message, text)?;
        Ok(message)
    }

    /// The implementation refuses `message`, by something better than a crash: its kind.
    pub(crate) fn refuses(&mut self, message: &Sealed, what: &str) -> Checked<String> {
        match self.decrypt(Party::Subject, message)? {
            Ok(answer) => fail(format!("the adapter opened {what}: {answer}")),
            Err(refused) => refusal(refused, what),
        }
    }

    /// The implementation refuses to start a session from `bundle`.
    pub(crate) fn refuses_bundle(
        &mut self,
        from: Party,
        bundle: &Value,
        what: &str,
    ) -> Checked<String> {
        let request = json!({"op":"process","peer":self.address(from),"b":bundle});
        match self.ask(Party::Subject, &request)? {
            Ok(_) => fail(format!("the adapter started a session from {what}")),
            Err(refused) => refusal(refused, what),
        }
    }

    /// Notes whether the implementation starts a session from a bundle that can be read in two
    /// ways.
    pub(crate) fn reads_bundle(&mut self, bundle: &Value) -> Checked {
        let request = json!({"op":"process","peer":self.address(Party::Forger),"b":bundle});
        let accepted = match self.ask(Party::Subject, &request)? {
            Ok(_) => true,
            Err(refused) => refusal(refused, "a bundle").map(|_| false)?,
        };
        self.reads(accepted);
        Ok(())
    }

    /// Whether the implementation opens `message`; a refusal may be of any kind but a crash.
    pub(crate) fn opens_or_refuses(&mut self, message: &Sealed, what: &str) -> Checked<bool> {
        match self.decrypt(Party::Subject, message)? {
            Ok(_) => Ok(true),
            Err(refused) => refusal(refused, what).map(|_| false),
        }
    }

    /// Notes how the implementation reads what can be read in two ways. Compat wins: who reads one
    /// thing so in a case does not read strictly.
    pub(crate) fn reads(&mut self, compat: bool) {
        let found = if compat { Reading::Compat } else { Reading::Strict };
        if self.reading != Some(Reading::Compat) {
            self.reading = Some(found);
        }
    }

    /// A session over which both ends have spoken: who began it, and who answered.
    pub(crate) fn session(&mut self, one_time: bool) -> Checked<(Party, Party)> {
        let (initiator, responder) = self.ends()?;
        let bundle = self.bundle(responder, one_time)?;
        self.process(initiator, responder, &bundle)?;
        self.passes(initiator, responder, "hello")?;
        self.passes(responder, initiator, "hello back")?;
        Ok((initiator, responder))
    }

    /// As [`session`](Self::session), with our engine and whoever it was that began.
    pub(crate) fn with_ours(&mut self) -> Checked<Party> {
        self.session(true)?;
        self.ours(0)
    }

    /// A session with the forger over which both ends have spoken.
    pub(crate) fn with_forger(&mut self) -> Checked<Forger> {
        let mut forger = self.forger();
        match self.role {
            Role::Responds => {
                let first = self.forged_first(&mut forger)?;
                let message = first_of(&mut forger, &first, "hello")?;
                self.opens(Party::Subject, &message, "hello")?;
            }
            Role::Initiates => {
                let bundle = forger.bundle(true);
                self.process(Party::Subject, Party::Forger, &bundle)?;
                let message = self.encrypt(Party::Subject, Party::Forger, "hello")?;
                same(&message.kind, &FIRST, "the type of a first message")?;
                same(&forger.respond(&message.bytes), &Some("hello".to_owned()), "what it says")?;
                let answer = inside(&mut forger, "hello back")?;
                self.opens(Party::Subject, &answer, "hello back")?;
            }
        }
        self.answers_forger(&mut forger, "and so on")?;
        Ok(forger)
    }

    /// The implementation seals `text` to the forger, which opens it.
    pub(crate) fn answers_forger(&mut self, forger: &mut Forger, text: &str) -> Checked {
        let message = self.encrypt(Party::Subject, Party::Forger, text)?;
        same(&message.kind, &MESSAGE, "the type of a message in a session")?;
        same(&forger.open(&message.bytes), &Some(text.to_owned()), "what the forger opened")
    }

    /// The forger starts an honest session with the implementation.
    pub(crate) fn forged_first(&mut self, forger: &mut Forger) -> Checked<First> {
        let bundle = self.bundle(Party::Subject, true)?;
        let plan = forger.plan();
        need(forger.initiate(&bundle, &plan), "the adapter's bundle is not complete")
    }

    /// The genuine message opens, and the session goes on in both directions.
    pub(crate) fn goes_on(&mut self, peer: Party, genuine: &Sealed, text: &str) -> Checked {
        self.opens(Party::Subject, genuine, text)?;
        self.passes(Party::Subject, peer, "still here")?;
        self.passes(peer, Party::Subject, "still there").map(drop)
    }
}

fn refusal(refused: Refused, what: &str) -> Checked<String> {
    if refused.kind == "internal" {
        return fail(format!("the adapter crashed on {what}: {}", refused.text));
    }
    Ok(refused.kind)
}

/// A first message of the forger's session.
pub(crate) fn first_of(forger: &mut Forger, first: &First, text: &str) -> Checked<Sealed> {
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    let inside = ratchet.seal(text, |_, _| {});
    Ok(Sealed { from: Party::Forger, kind: FIRST, bytes: first.encode(&inside) })
}

/// A message inside the forger's session.
pub(crate) fn inside(forger: &mut Forger, text: &str) -> Checked<Sealed> {
    let ratchet = need(forger.ratchet(), "the forger has no session")?;
    Ok(message(ratchet.seal(text, |_, _| {})))
}

/// Bytes of the forger as a message inside a session.
pub(crate) const fn message(bytes: Vec<u8>) -> Sealed {
    Sealed { from: Party::Forger, kind: MESSAGE, bytes }
}

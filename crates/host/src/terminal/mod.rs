//! What commands in a terminal do to an `up` that runs in another process: over HTTP, as anybody on
//! this machine could.
//!
//! Knows: the control API and Graph, as their callers do. Does not know: anything in that process.

mod listen;
mod trigger;

use hop::http::{Request, Response};
use serde_json::{Value, json};

pub use self::{
    listen::{Forwarded, Listener},
    trigger::{EVENTS, Event, trigger},
};
use crate::{
    http::{Asker, Hosts},
    log::Log,
    up::{Ready, Webhook},
};

/// Why a command comes to nothing.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// Nobody answers.
    #[error("nothing answers at http://{0}; is `blindpost up` running there?")]
    Unreachable(String),
    /// What answers is not what it should be.
    #[error("what answers at http://{0} is no `blindpost up`")]
    Strange(String),
    /// A call was refused.
    #[error("{method} {path} was refused with status {status}: {message}")]
    Refused {
        /// The method.
        method: &'static str,
        /// The path.
        path: String,
        /// The status.
        status: u16,
        /// What was said.
        message: String,
    },
    /// What was to come of it did not come in time.
    #[error("{0} did not come in time; GET /_blindpost/messages says what did")]
    Late(&'static str),
    /// Whoever wrote within a day can be written to.
    #[error("everybody asked for wrote already, and may be written to for a day")]
    AllWrote,
    /// Nobody can be written to.
    #[error("there are no simulated people; start `blindpost up` with some")]
    Nobody,
    /// There is no randomness.
    #[error("the system gives no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
    /// Nothing can be listened on.
    #[error(transparent)]
    Listen(#[from] crate::site::StartError),
}

/// An `up` that runs.
#[derive(Clone, Debug)]
pub struct Session {
    asker: Asker,
    hosts: Hosts,
    authority: String,
    /// How to use it.
    pub ready: Ready,
}

impl Session {
    /// The one at `at`, whose path does not count.
    ///
    /// # Errors
    ///
    /// [`TerminalError`].
    pub async fn open(at: &Webhook) -> Result<Self, TerminalError> {
        let (authority, hosts) = (at.authority.clone(), Hosts::default());
        let asker = Asker::new(hosts.clone(), Log::none());
        let request = Request::new(&authority, "GET", "/_blindpost/ready");
        let answer = asker.ask(request).await;
        let answer = answer.map_err(|_| TerminalError::Unreachable(authority.clone()))?;
        let ready = serde_json::from_slice(&answer.body).ok().filter(|_| answer.status == 200);
        let ready = ready.ok_or_else(|| TerminalError::Strange(authority.clone()))?;
        Ok(Self { asker, hosts, authority, ready })
    }

    async fn ask(
        &self,
        method: &'static str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, TerminalError> {
        let mut request = Request::new(&self.authority, method, path).bearer(&self.ready.token);
        if let Some(body) = body {
            request = request.json(body.to_string().into_bytes());
        }
        let unreachable = || TerminalError::Unreachable(self.authority.clone());
        let Response { status, body, .. } =
            self.asker.ask(request).await.map_err(|_| unreachable())?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status == 200 {
            return Ok(answer);
        }
        let message = answer.pointer("/error/message").and_then(Value::as_str);
        let message = message.unwrap_or_default().to_owned();
        Err(TerminalError::Refused { method, path: path.to_owned(), status, message })
    }

    /// A call of the Graph API about the number, or below it.
    async fn number(&self, edge: &str, body: Value) -> Result<Value, TerminalError> {
        let path = format!("/v24.0/{}{edge}", self.ready.phone_number_id);
        self.ask("POST", &path, Some(body)).await
    }

    /// Puts aside the state of the whole world under a name.
    ///
    /// # Errors
    ///
    /// [`TerminalError`].
    pub async fn snapshot(&self, name: &str) -> Result<(), TerminalError> {
        self.control("/snapshot", json!({ "name": name })).await.map(drop)
    }

    /// Puts back the state that was put aside under a name.
    ///
    /// # Errors
    ///
    /// [`TerminalError`].
    pub async fn restore(&self, name: &str) -> Result<(), TerminalError> {
        self.control("/restore", json!({ "name": name })).await.map(drop)
    }

    /// A call of the control API.
    async fn control(&self, path: &str, body: Value) -> Result<Value, TerminalError> {
        self.ask("POST", &format!("/_blindpost{path}"), Some(body)).await
    }
}

//! OpenTelemetry traces: what became of a message at each role, sent to a collector over HTTP.
//!
//! A trace is one message. Its id follows from the message's own, so that roles in different
//! processes agree on it without telling each other, and says nothing of it: it is a hash. Spans
//! have durations, statuses and sizes, never content, a number, or an id that Graph knows.

mod otlp;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hop::http::{Request, Response};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::{sync::Notify, task::JoinHandle, time::Duration};
use vocab::{MessageId, UnixMicros};

use crate::{
    clock::machine_wall,
    http::{Asker, Hosts, Service, service},
    log::Log,
    node::Observer,
    up::Webhook,
};

/// Spans that wait for the collector; more are dropped.
const MOST_WAITING: usize = 10_000;
/// Spans of one request to the collector.
const TOGETHER: usize = 512;
/// Messages between mailbox and device whose beginning is remembered.
const MOST_RELAYED: usize = 10_000;
/// How long whoever ends waits for the collector.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long spans are gathered.
const GATHERED: Duration = Duration::from_millis(500);

/// What happened to one message at one role.
#[derive(Clone, Debug)]
struct Span {
    role: &'static str,
    name: &'static str,
    message: MessageId,
    began: UnixMicros,
    ended: UnixMicros,
    /// An HTTP status, where there is one.
    status: Option<u16>,
    failed: bool,
}

/// Where spans go. Copies are the same.
#[derive(Clone, Debug)]
pub(crate) struct Tracer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    waiting: Mutex<Waiting>,
    came: Notify,
    asker: Asker,
    to: Webhook,
    log: Log,
}

#[derive(Debug, Default)]
struct Waiting {
    spans: VecDeque<Span>,
    is_ended: bool,
}

impl Tracer {
    /// Sends spans to the collector at `to`, until it is ended.
    pub(crate) fn start(to: Webhook, log: Log) -> (Self, JoinHandle<()>) {
        let hosts = Hosts::default();
        hosts.allow(&to.authority);
        let asker = Asker::new(hosts, Log::none());
        let (waiting, came) = Default::default();
        let tracer = Self(Arc::new(Inner { waiting, came, asker, to, log }));
        let export = tokio::spawn(tracer.clone().export());
        (tracer, export)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, span: Span) {
        let mut waiting = self.waiting();
        if waiting.spans.len() < MOST_WAITING {
            waiting.spans.push_back(span);
        }
        drop(waiting);
        self.0.came.notify_one();
    }

    /// What waits is sent, and nothing more.
    pub(crate) async fn ends(&self, export: JoinHandle<()>) {
        self.waiting().is_ended = true;
        self.0.came.notify_one();
        // A collector that does not answer is no reason to stay.
        let _sent = tokio::time::timeout(PATIENCE, export).await;
    }

    async fn export(self) {
        loop {
            self.0.came.notified().await;
            if !self.waiting().is_ended {
                // More may come with the first; whoever ends does not wait for it.
                let _more = tokio::time::timeout(GATHERED, self.is_ended()).await;
            }
            loop {
                let spans: Vec<Span> = {
                    let mut waiting = self.waiting();
                    let count = waiting.spans.len().min(TOGETHER);
                    waiting.spans.drain(..count).collect()
                };
                if spans.is_empty() {
                    break;
                }
                self.send(&spans).await;
            }
            if self.waiting().is_ended {
                return;
            }
        }
    }

    async fn is_ended(&self) {
        while !self.waiting().is_ended {
            self.0.came.notified().await;
        }
    }

    async fn send(&self, spans: &[Span]) {
        let Webhook { authority, path } = &self.0.to;
        let body = otlp::body(spans).to_string().into_bytes();
        let request = Request::new(authority, "POST", path).json(body);
        let taken = self.0.asker.ask(request).await.is_ok_and(|answer| answer.status == 200);
        if !taken {
            let count = [("spans", spans.len().into())];
            self.0.log.line("traces", "the collector did not take spans", &count);
        }
    }

    /// The Cloud API's answers, with a span for each message that it accepts.
    pub(crate) fn accepts(&self, rest: Service) -> Service {
        let tracer = self.clone();
        service(move |request: Request| {
            let (tracer, rest) = (tracer.clone(), rest.clone());
            let sends = request.method == "POST"
                && request.path().trim_end_matches('/').ends_with("/messages");
            async move {
                let began = machine_wall();
                let answer = rest(request).await;
                if let Some(answer) = answer.as_ref().filter(|_| sends) {
                    tracer.accepted(answer, began);
                }
                answer
            }
        })
    }

    fn accepted(&self, answer: &Response, began: UnixMicros) -> Option<()> {
        let body: Value = serde_json::from_slice(&answer.body).ok()?;
        let message = cloud_api::message_id(body.pointer("/messages/0/id")?.as_str()?)?;
        let (ended, status) = (machine_wall(), Some(answer.status));
        let (role, name) = ("cloud-api", "accept");
        self.note(Span { role, name, message, began, ended, status, failed: false });
        Some(())
    }

    /// The transport's events, with a span for each message from its mailbox to its device.
    pub(crate) fn relays(
        &self,
        mut observer: Observer<transport::Event>,
    ) -> Observer<transport::Event> {
        let (tracer, mut kept) = (self.clone(), BTreeMap::<MessageId, UnixMicros>::new());
        Box::new(move |event| {
            if let transport::Event::Accepted { id, bytes: 1.., .. } = &event {
                kept.insert(*id, machine_wall());
                if kept.len() > MOST_RELAYED {
                    kept.pop_first();
                }
            } else if let transport::Event::Delivered { id, .. } = &event
                && let Some(began) = kept.remove(id)
            {
                let (role, name, message) = ("transport", "relay", *id);
                let (ended, status) = (machine_wall(), None);
                tracer.note(Span { role, name, message, began, ended, status, failed: false });
            }
            observer(event);
        })
    }

    /// A request that delivered webhooks, or was to: a span for each message that they tell of.
    pub(crate) fn delivered(&self, body: &Value, began: UnixMicros, status: Option<u16>) {
        let failed = !status.is_some_and(|status| (200..300).contains(&status));
        let ended = machine_wall();
        let list = |of: &Value, name: &str| -> Vec<Value> {
            of.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
        };
        for change in list(body, "entry").iter().flat_map(|entry| list(entry, "changes")) {
            let value = change.get("value").cloned().unwrap_or_default();
            for told in list(&value, "messages").iter().chain(&list(&value, "statuses")) {
                let id = told.get("id").and_then(Value::as_str).and_then(cloud_api::message_id);
                let Some(message) = id else { continue };
                let (role, name) = ("cloud-api", "webhook");
                self.note(Span { role, name, message, began, ended, status, failed });
            }
        }
    }
}

/// The id of a message's trace.
fn trace_id(message: MessageId) -> [u8; 16] {
    first(&Sha256::new().chain_update(b"blindpost trace").chain_update(message.0).finalize())
}

/// The first bytes of a hash.
fn first<const N: usize>(hash: &[u8]) -> [u8; N] {
    hash.first_chunk().copied().unwrap_or([0; N])
}

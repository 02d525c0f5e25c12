//! What operators ask: metrics, health, readiness. On a port of its own.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use hop::http::{Request, Response};

use crate::{
    failure::Failure,
    http::{Service, service},
    metrics::Metrics,
};

/// What operators ask.
#[derive(Clone, Debug)]
pub struct Operations {
    metrics: Metrics,
    ready: Arc<AtomicBool>,
    failure: Failure,
}

impl Operations {
    /// Not ready yet, and never again once `failure` is told.
    pub fn new(metrics: Metrics, failure: Failure) -> Self {
        Self { metrics, ready: Arc::default(), failure }
    }

    /// Whether the process serves; not while it starts or ends.
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Relaxed);
    }

    /// Answers `/metrics`, `/healthz` and `/readyz`.
    pub fn service(&self) -> Service {
        let operations = self.clone();
        service(move |request: Request| {
            let answer = operations.answer(&request);
            async move { Some(answer) }
        })
    }

    fn answer(&self, request: &Request) -> Response {
        let text = |status, body: String| Response {
            status,
            headers: vec![("content-type".to_owned(), "text/plain; version=0.0.4".to_owned())],
            body: body.into_bytes(),
        };
        let ready = self.ready.load(Ordering::Relaxed);
        let path = request.path();
        if request.method == "GET"
            && matches!(path, "/healthz" | "/readyz")
            && let Some(what) = self.failure.told()
        {
            return text(503, format!("{what}\n"));
        }
        match (request.method.as_str(), path) {
            ("GET", "/metrics") => text(200, self.metrics.render()),
            ("GET", "/healthz") => text(200, "alive\n".to_owned()),
            ("GET", "/readyz") if ready => text(200, "ready\n".to_owned()),
            ("GET", "/readyz") => text(503, "starting or ending\n".to_owned()),
            (_, "/metrics" | "/healthz" | "/readyz") => text(405, "GET only\n".to_owned()),
            _ => text(404, "no such page\n".to_owned()),
        }
    }
}

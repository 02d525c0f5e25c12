//! Asking over HTTP.

use std::sync::Arc;

use hop::{
    Unreachable,
    http::{Request, Response},
};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Method, Uri, body::Bytes, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time::{Duration, sleep, timeout};
use vocab::limits;

use super::{hosts::Hosts, message};
use crate::{
    clock::Clock,
    deliveries::Deliveries,
    faults::{Faults, WebhookFault},
    log::Log,
};

/// What marks a request that delivers webhooks.
const SIGNATURE: &str = "x-hub-signature-256";

/// Connections to one server that are kept for later.
const KEPT: usize = 64;
/// How long they are kept.
const KEPT_FOR: Duration = Duration::from_secs(30);

/// Asks over HTTP, over connections that are used again. Copies share them.
#[derive(Clone, Debug)]
pub struct Asker(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    client: Client<HttpConnector, Full<Bytes>>,
    hosts: Hosts,
    log: Log,
    faults: Faults,
    deliveries: Deliveries,
}

impl Asker {
    /// May ask whom `hosts` says.
    pub fn new(hosts: Hosts, log: Log) -> Self {
        let deliveries = Deliveries::new(Clock::real());
        Self::with(hosts, log, (Faults::default(), deliveries))
    }

    /// The same, with what goes wrong on purpose, and who looks on at webhooks.
    pub(crate) fn with(hosts: Hosts, log: Log, (faults, deliveries): (Faults, Deliveries)) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEPT_FOR)
            .pool_max_idle_per_host(KEPT)
            .build(HttpConnector::new());
        Self(Some(Arc::new(Inner { client, hosts, log, faults, deliveries })))
    }

    /// May ask nobody.
    pub const fn nobody() -> Self {
        Self(None)
    }

    /// Asks, and waits for the answer for as long as [`limits::HTTP_PATIENCE`]. Redirections are
    /// not followed.
    ///
    /// # Errors
    ///
    /// [`Unreachable`], if no answer came or nobody may ask there.
    pub fn ask(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<Response, Unreachable>> + Send + use<> {
        let inner = self.0.clone();
        async move {
            let inner = inner.ok_or(Unreachable)?;
            if request.get_header(SIGNATURE).is_none() {
                return inner.ask_patiently(request).await;
            }
            let under_way = inner.deliveries.leaves(&request);
            let outcome = match inner.faults.of_webhook() {
                Some(fault) => inner.ask_faultily(request, fault).await,
                None => inner.ask_patiently(request).await,
            };
            if let Some(under_way) = under_way {
                let status = outcome.as_ref().ok().map(|answer| answer.status);
                inner.deliveries.ended(under_way, status);
            }
            outcome
        }
    }
}

impl Inner {
    async fn ask_patiently(&self, request: Request) -> Result<Response, Unreachable> {
        let patience = Duration::from_micros(limits::HTTP_PATIENCE.0);
        timeout(patience, self.ask(request)).await.map_err(|_| Unreachable)?
    }

    async fn ask_faultily(
        &self,
        request: Request,
        fault: WebhookFault,
    ) -> Result<Response, Unreachable> {
        sleep(Duration::from_millis(fault.delay_ms)).await;
        if let Some(status) = fault.status {
            return Ok(Response::empty(status));
        }
        if fault.duplicate {
            // The second answer is the one that counts.
            let _first = self.ask_patiently(request.clone()).await;
        }
        let answer = self.ask_patiently(request).await;
        if fault.lost_answer { Err(Unreachable) } else { answer }
    }

    async fn ask(&self, request: Request) -> Result<Response, Unreachable> {
        let address = self.hosts.find(&request.authority).await.map_err(|why| {
            self.log.line("http", "a request was not made", &[("why", why.to_string().into())]);
            Unreachable
        })?;
        let Request { authority, method, target, headers, body } = request;
        let uri = Uri::builder()
            .scheme("http")
            .authority(address.to_string())
            .path_and_query(target)
            .build()
            .map_err(|_| Unreachable)?;
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| Unreachable)?;
        let mut asked = hyper::Request::builder().method(method).uri(uri);
        asked = asked.header(header::HOST, authority);
        for (name, value) in headers {
            asked = asked.header(name, value);
        }
        let asked = asked.body(Full::new(Bytes::from(body))).map_err(|_| Unreachable)?;
        let answer = self.client.request(asked).await.map_err(|_| Unreachable)?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, limits::MAX_HTTP_BODY).collect().await;
        Ok(message::response(&parts, &body.map_err(|_| Unreachable)?.to_bytes()))
    }
}

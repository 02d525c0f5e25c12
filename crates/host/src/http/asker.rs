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
use tokio::time::{Duration, timeout};
use vocab::limits;

use super::{hosts::Hosts, message};
use crate::log::Log;

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
}

impl Asker {
    /// May ask whom `hosts` says.
    pub fn new(hosts: Hosts, log: Log) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEPT_FOR)
            .pool_max_idle_per_host(KEPT)
            .build(HttpConnector::new());
        Self(Some(Arc::new(Inner { client, hosts, log })))
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
            let patience = Duration::from_micros(limits::HTTP_PATIENCE.0);
            let answer = timeout(patience, inner.ask(request)).await;
            answer.map_err(|_| Unreachable)?
        }
    }
}

impl Inner {
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

//! What the proxy does with a connection: `CONNECT` to one of the hosts, TLS, then HTTP as the
//! Cloud API's own port has it. Everything else is refused before anything is opened.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
};

use hop::http::{Request, Response};
use hyper::{Method, body::Incoming, service::service_fn, upgrade::OnUpgrade};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use serde_json::json;
use tokio::{
    net::{TcpListener, TcpStream},
    time::{Duration, timeout},
};
use tokio_rustls::TlsAcceptor;
use vocab::limits;

use super::{FILES, GRAPH, is_meta};
use crate::{
    http::{Connections, Server, Service, service, to_hyper},
    log::Log,
    stop::Stop,
};

/// The proxy's name in the log.
const NAME: &str = "intercept";

/// What stands in for Meta's hosts.
pub(crate) struct Proxy {
    acceptor: TlsAcceptor,
    connections: Arc<Connections>,
    log: Log,
}

impl Proxy {
    /// What is asked of the hosts `rest` answers, which calls itself `base_url`.
    pub(crate) fn new(tls: ServerConfig, base_url: &str, rest: Service, log: Log) -> Self {
        let connections = Arc::new(Connections::new(in_the_name_of_meta(base_url, rest)));
        Self { acceptor: TlsAcceptor::from(Arc::new(tls)), connections, log }
    }

    /// Serves until it is stopped.
    pub(crate) async fn run(self, listener: TcpListener, stop: Stop) {
        let server = Server::new(listener, NAME, self.log.clone());
        let proxy = Arc::new(self);
        server.accept(stop, move |stream, stop| proxy.clone().serve(stream, stop)).await;
    }

    async fn serve(self: Arc<Self>, stream: TcpStream, mut stop: Stop) {
        let tunnel: Mutex<Option<OnUpgrade>> = Mutex::default();
        let answers = service_fn(|request: hyper::Request<Incoming>| {
            let answer = if asks_for_meta(&request) {
                let upgrade = hyper::upgrade::on(request);
                *tunnel.lock().unwrap_or_else(PoisonError::into_inner) = Some(upgrade);
                Response::empty(200)
            } else {
                refusal()
            };
            async move { Ok::<_, Infallible>(to_hyper(answer)) }
        });
        let connection =
            Connections::protocol().serve_connection(TokioIo::new(stream), answers).with_upgrades();
        tokio::pin!(connection);
        // Whoever breaks HTTP is answered by hyper, as far as that is possible.
        tokio::select! {
            _ended = connection.as_mut() => {}
            () = stop.stopped() => return,
        }
        let upgrade = tunnel.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(upgrade) = upgrade {
            self.end_tls(upgrade, stop).await;
        }
    }

    async fn end_tls(&self, upgrade: OnUpgrade, stop: Stop) {
        // A program that went away wants nothing any more.
        let Ok(stream) = upgrade.await else { return };
        let patience = Duration::from_micros(limits::HTTP_HEAD_TIME.0);
        let handshake = self.acceptor.accept(TokioIo::new(stream));
        let why = match timeout(patience, handshake).await {
            Ok(Ok(stream)) => return self.connections.clone().serve(stream, stop).await,
            Ok(Err(why)) => why.to_string(),
            Err(_slow) => "it came too slowly".to_owned(),
        };
        let what = "no TLS with a program; does it trust the CA?";
        self.log.line(NAME, what, &[("why", why.into())]);
    }
}

/// Whether a request is a `CONNECT` to one of the hosts.
fn asks_for_meta(request: &hyper::Request<Incoming>) -> bool {
    let authority = request.uri().authority();
    request.method() == Method::CONNECT
        && authority.is_some_and(|to| to.port_u16() == Some(443) && is_meta(to.as_str()))
}

fn refusal() -> Response {
    let message =
        format!("this proxy connects to {GRAPH}:443 and {FILES}:443, and to nothing else");
    let error = json!({ "error": { "message": message } });
    Response::json(403, error.to_string().into_bytes())
}

/// Answers requests to the hosts as they would: addresses that the Cloud API gives of itself are
/// theirs. A request within the connection that names another host is misdirected.
fn in_the_name_of_meta(base_url: &str, rest: Service) -> Service {
    let files = (format!("{base_url}/media/"), format!("https://{FILES}/media/"));
    let names = Arc::new([files, (base_url.to_owned(), format!("https://{GRAPH}"))]);
    service(move |request: Request| {
        let (names, rest) = (names.clone(), rest.clone());
        async move {
            if !is_meta(&request.authority) {
                return Some(Response::empty(421));
            }
            let mut response = rest(request).await?;
            let kind = response.headers.iter().find(|(name, _)| name == "content-type");
            if kind.is_some_and(|(_, kind)| kind.starts_with("application/json"))
                && let Ok(body) = str::from_utf8(&response.body)
            {
                let body = names.iter().fold(body.to_owned(), |body, (own, theirs)| {
                    body.replace(own.as_str(), theirs)
                });
                response.body = body.into_bytes();
            }
            Some(response)
        }
    })
}

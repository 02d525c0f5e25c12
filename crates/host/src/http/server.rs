//! Serving HTTP: one catch-all, with a limit on everything that a peer can grow.

use std::{convert::Infallible, pin::Pin, sync::Arc};

use hop::http::{Request, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::{Duration, sleep, timeout},
};
use vocab::limits;

use super::message;
use crate::{log::Log, stop::Stop};

/// How long nobody is let in after the machine had no room for another socket.
const NO_ROOM: Duration = Duration::from_millis(100);
/// How long a server that is to end waits for what it works on.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Answers requests, each of them.
pub type Service = Arc<dyn Fn(Request) -> Answering + Send + Sync>;

/// An answer that is being worked on; `None` if none will come.
pub(super) type Answering = Pin<Box<dyn Future<Output = Option<Response>> + Send>>;

/// A service from a function.
pub fn service<A>(answer: impl Fn(Request) -> A + Send + Sync + 'static) -> Service
where
    A: Future<Output = Option<Response>> + Send + 'static,
{
    Arc::new(move |request| Box::pin(answer(request)))
}

/// A server on one socket.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    name: String,
    log: Log,
}

/// What all connections of a server share.
pub(crate) struct Connections {
    service: Service,
    requests: Semaphore,
}

impl Server {
    /// A server called `name` in the log.
    pub fn new(listener: TcpListener, name: &str, log: Log) -> Self {
        Self { listener, name: name.to_owned(), log }
    }

    /// Serves until it is stopped; what it works on then is answered first.
    pub async fn run(self, service: Service, stop: Stop) {
        let shared = Arc::new(Connections::new(service));
        let serve = move |stream: TcpStream, stop| {
            // Answers leave at once. Where that cannot be had, they leave later.
            let _later = stream.set_nodelay(true);
            shared.clone().serve(stream, stop)
        };
        self.accept(stop, serve).await;
    }

    /// Hands connections to `serve` until it is stopped; what they work on then is ended first.
    pub(crate) async fn accept<W>(self, mut stop: Stop, serve: impl Fn(TcpStream, Stop) -> W)
    where
        W: Future<Output = ()> + Send + 'static,
    {
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                biased;
                () = stop.stopped() => break,
                Some(_ended) = connections.join_next() => continue,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) if connections.len() < limits::MAX_HTTP_CONNECTIONS => {
                    connections.spawn(serve(stream, stop.clone()));
                }
                Ok(_full) => {}
                Err(error) => {
                    let why = [("why", error.to_string().into())];
                    self.log.line(&self.name, "no connection could be accepted", &why);
                    sleep(NO_ROOM).await;
                }
            }
        }
        drop(self.listener);
        let last = async { while connections.join_next().await.is_some() {} };
        // Whoever is not answered by then will not be.
        let _late = timeout(LAST_ANSWERS, last).await;
        connections.shutdown().await;
    }
}

impl Connections {
    /// Those whose requests `service` answers.
    pub(crate) fn new(service: Service) -> Self {
        Self { service, requests: Semaphore::new(limits::MAX_EXCHANGES) }
    }

    /// HTTP with the limits that a server has.
    pub(crate) fn protocol() -> http1::Builder {
        let mut protocol = http1::Builder::new();
        protocol
            .timer(TokioTimer::new())
            .header_read_timeout(micros(limits::HTTP_HEAD_TIME))
            .max_headers(limits::MAX_HTTP_HEADERS)
            .max_buf_size(limits::MAX_HTTP_HEAD);
        protocol
    }

    /// Answers what comes on `stream` until it ends or the process does.
    pub(crate) async fn serve(
        self: Arc<Self>,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin,
        mut stop: Stop,
    ) {
        let answers = service_fn(move |request| {
            let shared = self.clone();
            async move { Ok::<_, Infallible>(message::to_hyper(shared.answer(request).await)) }
        });
        let connection = Self::protocol().serve_connection(TokioIo::new(stream), answers);
        tokio::pin!(connection);
        // A peer that breaks HTTP or goes away is answered by hyper, as far as it can be.
        tokio::select! {
            _ended = connection.as_mut() => {}
            () = stop.stopped() => {
                connection.as_mut().graceful_shutdown();
                let _ended = connection.await;
            }
        }
    }

    async fn answer(&self, request: hyper::Request<Incoming>) -> Response {
        let Ok(_permit) = self.requests.try_acquire() else {
            return refusal(503, "too many requests at a time");
        };
        let (parts, body) = request.into_parts();
        let body = Limited::new(body, limits::MAX_HTTP_BODY).collect();
        let body = match timeout(micros(limits::HTTP_BODY_TIME), body).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                return refusal(413, "the body is too large");
            }
            Ok(Err(_broken)) => return refusal(400, "the body is broken"),
            Err(_slow) => return refusal(408, "the body came too slowly"),
        };
        let answer = (self.service)(message::request(&parts, &body));
        match timeout(micros(limits::HTTP_PATIENCE), answer).await {
            Ok(Some(response)) => response,
            Ok(None) => refusal(503, "this server is about to end"),
            Err(_slow) => refusal(504, "the answer takes too long"),
        }
    }
}

const fn micros(span: vocab::Micros) -> Duration {
    Duration::from_micros(span.0)
}

/// An answer of the server itself, in the shape of Graph's errors.
fn refusal(status: u16, message: &str) -> Response {
    let error = json!({ "message": message, "type": "OAuthException", "code": 2 });
    Response::json(status, json!({ "error": error }).to_string().into_bytes())
}

//! What lives as long as the process: where the Cloud API answers, and a world behind it that can
//! be stopped, changed where it lies on the disk, and started again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use hop::http::{Request, Response};
use serde_json::json;
use tokio::{net::TcpListener, sync::Mutex as Turn, task::JoinSet};

use super::{
    Options, Ready, UpError,
    build::Start,
    sockets::{Addresses, Sockets},
};
#[cfg(feature = "otel")]
use crate::trace::Tracer;
use crate::{
    failure::Failure,
    folder::Folder,
    http::{Server, Service, service},
    intercept::Proxy,
    log::Log,
    operations::Operations,
    site::{self, Crew},
    stop::{Stop, Stopper},
};

/// A world that runs.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) crew: Crew,
    pub(super) operations: Operations,
}

/// What lives as long as the process.
#[derive(Debug)]
pub(crate) struct World {
    pub(super) options: Options,
    pub(super) ready: Ready,
    pub(super) folder: Arc<Mutex<Folder>>,
    pub(super) failure: Failure,
    /// Where traces go, if anywhere.
    #[cfg(feature = "otel")]
    pub(super) tracer: Option<Tracer>,
    /// Who answers for the Cloud API just now.
    pub(super) answers: Switch,
    /// Where everybody listens, to listen there again.
    pub(super) addresses: Addresses,
    /// One at a time stops or starts it.
    pub(super) running: Turn<Option<Running>>,
}

/// Why a world was not stopped and started again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stopped<E> {
    /// The process is about to end.
    #[error("the process is about to end")]
    Ending,
    /// It did not start again: the process ends.
    #[error(transparent)]
    Start(UpError),
    /// What was to be done meanwhile failed; the world runs as before.
    #[error(transparent)]
    Work(E),
}

impl World {
    /// What whoever started it was told.
    pub(crate) const fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Starts the world on these sockets, and waits until everybody is set up.
    pub(super) async fn begin(self: &Arc<Self>, sockets: Sockets) -> Result<Running, UpError> {
        let mut start = Start::new(self)?;
        let operations = start.servers(sockets, self)?;
        start.settled(operations).await
    }

    /// Stops everything in order, does `work` with what lies on the disk, and starts again on the
    /// same addresses. Whoever asks the Cloud API meanwhile is answered 503.
    ///
    /// # Errors
    ///
    /// [`Stopped`].
    pub(crate) async fn around<T, E>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Folder) -> Result<T, E>,
    ) -> Result<T, Stopped<E>> {
        let mut running = self.running.lock().await;
        let Some(Running { crew, operations }) = running.take() else {
            return Err(Stopped::Ending);
        };
        operations.set_ready(false);
        self.answers.set(None);
        crew.end().await;
        let done = work(&mut locked(&self.folder));
        match self.again().await {
            Ok(again) => *running = Some(again),
            Err(why) => {
                self.failure.tell(why.to_string());
                return Err(Stopped::Start(why));
            }
        }
        done.map_err(Stopped::Work)
    }

    async fn again(self: &Arc<Self>) -> Result<Running, UpError> {
        locked(&self.folder).starts_again()?;
        let sockets = Sockets::again(&self.addresses).await?;
        self.begin(sockets).await
    }
}

pub(super) fn locked(folder: &Mutex<Folder>) -> MutexGuard<'_, Folder> {
    folder.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who answers just now, if anybody does. Copies are the same.
#[derive(Clone, Default)]
pub(super) struct Switch(Arc<RwLock<Option<Service>>>);

impl core::fmt::Debug for Switch {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Switch")
    }
}

impl Switch {
    /// From now on this one answers.
    pub(super) fn set(&self, service: Option<Service>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = service;
    }

    /// Whoever answers just now does; 503 if nobody.
    pub(super) fn service(&self) -> Service {
        let switch = self.clone();
        service(move |request: Request| {
            let now = switch.0.read().unwrap_or_else(PoisonError::into_inner).clone();
            async move {
                match now {
                    Some(service) => service(request).await,
                    None => Some(stands_still()),
                }
            }
        })
    }
}

fn stands_still() -> Response {
    let message = "the world is stopped for a moment, and starts again";
    let error = json!({ "message": message, "type": "OAuthException", "code": 2 });
    site::json(503, &json!({ "error": error }))
}

/// What listens for the Cloud API, whatever is behind it.
#[derive(Debug)]
pub(super) struct Front {
    servers: JoinSet<()>,
    serving: (Stopper, Stop),
}

impl Front {
    /// Serves the Cloud API, and stands in for Meta's hosts, if that is asked for.
    pub(super) fn open(
        (listener, service): (TcpListener, Service),
        proxy: Option<(TcpListener, Proxy)>,
        log: Log,
    ) -> Self {
        let (mut servers, serving) = (JoinSet::new(), Stopper::new());
        let server = Server::new(listener, super::CLOUD_API, log);
        servers.spawn(server.run(service, serving.1.clone()));
        if let Some((listener, proxy)) = proxy {
            servers.spawn(proxy.run(listener, serving.1.clone()));
        }
        Self { servers, serving }
    }

    /// No new request; those under way are answered.
    pub(super) async fn end(self) {
        let Self { mut servers, serving } = self;
        serving.0.stop();
        while servers.join_next().await.is_some() {}
    }
}

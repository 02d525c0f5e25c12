//! The process: what it is told, what it tells, and how it ends.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use tempfile::TempDir;
#[cfg(feature = "otel")]
use tokio::task::JoinHandle;
use tokio::{net::TcpListener, sync::Mutex as Turn};

use super::{
    AUTO_REPLY, BUSINESS_MANAGER, Cast, INTERCEPT, LOG, Options, Ready, TRANSPORT, UpError,
    ready::url,
    sockets::{Addresses, Sockets},
    world::{Front, Running, Switch, World},
};
#[cfg(feature = "otel")]
use crate::trace::Tracer;
use crate::{
    clock::machine_wall,
    failure::Failure,
    folder::Folder,
    http::Service,
    intercept::{Authority, CERTIFICATE, Proxy},
    log::Log,
    secrets::hex,
};

/// Everything, live.
#[derive(Debug)]
pub struct Up {
    /// How to use it.
    pub ready: Ready,
    world: Arc<World>,
    front: Front,
    /// Sends traces until everything has ended.
    #[cfg(feature = "otel")]
    export: Option<JoinHandle<()>>,
    temporary: Option<TempDir>,
}

impl Up {
    /// Starts everything; returns when all accounts are set up.
    ///
    /// # Errors
    ///
    /// [`UpError`].
    pub async fn start(options: Options) -> Result<Self, UpError> {
        let (path, temporary) = match &options.data {
            Some(path) => (path.clone(), None),
            None => {
                let made = tempfile::Builder::new().prefix("blindpost-").tempdir();
                let made = made.map_err(UpError::Temporary)?;
                (made.path().to_path_buf(), Some(made))
            }
        };
        let folder = Folder::open(&path, options.seed)?;
        let log = match &options.log {
            Some(log) => log.clone(),
            None => log_in(folder.path())?,
        };
        let options = Options { log: Some(log.clone()), ..options };
        let (sockets, fronts, addresses) = Sockets::open(options.port, options.intercept).await?;
        let ready = ready(&folder, &options, &addresses, temporary.is_some())?;
        let answers = Switch::default();
        let proxy = proxy(&folder, fronts.intercept, &ready, (answers.service(), log.clone()))?;
        #[cfg(feature = "otel")]
        let (tracer, export) =
            options.otlp.clone().map(|to| Tracer::start(to, log.clone())).unzip();
        let world = Arc::new(World {
            #[cfg(feature = "otel")]
            tracer,
            options,
            ready: ready.clone(),
            folder: Arc::new(Mutex::new(folder)),
            failure: Failure::default(),
            answers: answers.clone(),
            addresses,
            running: Turn::default(),
        });
        let front = Front::open((fronts.graph, answers.service()), proxy, log);
        let running = world.begin(sockets).await?;
        *world.running.lock().await = Some(running);
        Ok(Self {
            ready,
            world,
            front,
            #[cfg(feature = "otel")]
            export,
            temporary,
        })
    }

    /// Waits until something breaks that nothing here goes on without; what it was. Then this is
    /// dropped, not ended: what was acknowledged is on the disk.
    pub async fn failed(&self) -> String {
        self.world.failure.happened().await
    }

    /// Ends everything in order; nothing that was acknowledged is lost.
    pub async fn end(self) {
        let Self {
            world,
            front,
            temporary,
            #[cfg(feature = "otel")]
            export,
            ..
        } = self;
        let running = world.running.lock().await.take();
        if let Some(Running { operations, .. }) = &running {
            operations.set_ready(false);
        }
        front.end().await;
        if let Some(Running { crew, .. }) = running {
            crew.end().await;
        }
        world.answers.set(None);
        #[cfg(feature = "otel")]
        if let Some((tracer, export)) = world.tracer.as_ref().zip(export) {
            tracer.ends(export).await;
        }
        drop(world);
        drop(temporary);
    }
}

fn log_in(folder: &Path) -> Result<Log, UpError> {
    let path = folder.join(LOG);
    Log::append(&path).map_err(|source| UpError::Log { path, source })
}

/// What stands in for Meta's hosts on `listener`, if that is asked for: `rest` answers.
fn proxy(
    folder: &Folder,
    listener: Option<TcpListener>,
    ready: &Ready,
    (rest, log): (Service, Log),
) -> Result<Option<(TcpListener, Proxy)>, UpError> {
    let Some(listener) = listener else { return Ok(None) };
    // Programs judge certificates by the machine's date, whatever the clock of this world says.
    let now = machine_wall();
    let tls = Authority::open(&folder.path().join(INTERCEPT), now)?.server(now)?;
    Ok(Some((listener, Proxy::new(tls, &ready.base_url, rest, log))))
}

fn ready(
    folder: &Folder,
    options: &Options,
    addresses: &Addresses,
    data_is_temporary: bool,
) -> Result<Ready, UpError> {
    let cast = Cast::new(folder.secrets(), options)?;
    let base_url = url(addresses.graph);
    let sample = addresses.business().map(|at| format!("{}/webhook", url(at)));
    let webhook = options.webhook.as_ref();
    let webhook = webhook.map(|to| format!("http://{}{}", to.authority, to.path));
    let key = cast.public(TRANSPORT).0;
    let path = folder.path();
    Ok(Ready {
        control_url: format!("{base_url}/_blindpost"),
        base_url,
        token: cast.token(),
        app_id: cast.app_id(),
        app_secret: cast.app_secret(),
        verify_token: cast.verify_token(),
        waba_id: cast.waba_id(),
        phone_number_id: cast.phone_number_id(),
        display_phone_number: cast.business.to_string(),
        users: cast.people.iter().map(|phone| phone.digits().to_owned()).collect(),
        transport_addr: addresses.transport.to_string(),
        transport_key: hex(&key),
        operations_url: url(addresses.operations),
        business_manager_url: addresses.server(BUSINESS_MANAGER).map(url).unwrap_or_default(),
        auto_reply_url: addresses.server(AUTO_REPLY).map(url).unwrap_or_default(),
        webhook_url: webhook.or(sample).unwrap_or_default(),
        ca_file: addresses.intercept.map(|_| path.join(INTERCEPT).join(CERTIFICATE)),
        proxy_url: addresses.intercept.map(url),
        data_dir: path.to_path_buf(),
        data_is_temporary,
        pids: vec![std::process::id()],
    })
}

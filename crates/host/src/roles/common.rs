//! What every role has: a folder, a log, a port for operators.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use link::StaticKey;
use tokio::net::TcpListener;
#[cfg(feature = "otel")]
use tokio::task::JoinHandle;

use super::RoleError;
use crate::{
    clock::Clock,
    folder::Folder,
    http::Service,
    links::Links,
    log::Log,
    node::{Handle, Observer, Resident},
    operations::Operations,
    secrets::{Secrets, hex},
    settings::{Setting, Values, parse},
    site::{Crew, Draws, Site, listen},
    stores::Stores,
};
#[cfg(feature = "otel")]
use crate::{trace::Tracer, up::Webhook};

pub(super) const DATA: Setting =
    Setting::needed("data", "FOLDER", "Where its keys and stores are kept.");
pub(super) const LOG: Setting = Setting::default(
    "log",
    "FILE|-",
    "-",
    "Where the log goes, a line of JSON each; `-` is the standard error.",
);

pub(super) const NOISE_KEYS: Setting = Setting::optional(
    "noise_keys",
    "FILE",
    "For development only: where the keys of its links go, with which a capture of them opens.",
);

#[cfg(feature = "otel")]
pub(super) const OTLP: Setting = Setting::optional(
    "otlp",
    "URL",
    "Where traces go: a collector of OpenTelemetry, OTLP as JSON over HTTP.",
);

pub(super) const fn operations(default: &'static str) -> Setting {
    let doc = "Where metrics, health and readiness are.";
    Setting::default("operations", "ADDRESS", default, doc)
}

/// What every role is told.
#[derive(Debug)]
pub(super) struct Common {
    data: PathBuf,
    log: String,
    operations: SocketAddr,
}

impl Common {
    pub(super) fn read(values: &mut Values) -> Option<Self> {
        let data = values.one("data", parse::path);
        let log = values.one("log", parse::text);
        let operations = values.one("operations", parse::address);
        Some(Self { data: data?, log: log?, operations: operations? })
    }

    /// Opens the folder and the port for operators. The keys of links go to `noise_keys`, if that
    /// is said.
    pub(super) async fn open(self, noise_keys: Option<&Path>) -> Result<Ground, RoleError> {
        let Self { data, log, operations: port } = self;
        let folder = Folder::open(&data, None)?;
        let log = if log == "-" { Log::to(io::stderr()) } else { log_to(Path::new(&log))? };
        let (clock, secrets) = (Clock::real(), folder.secrets());
        let path = folder.stores();
        let stores = Stores::new(path, secrets.clone(), clock.clone(), log.clone());
        let mut site = Site::new(clock, log, stores, Draws::System)?;
        if let Some(path) = noise_keys {
            site.log_keys(path)?;
        }
        let mut crew = Crew::new(site.clone());
        let operations = Operations::new(site.metrics.clone(), site.failure());
        let (listener, at) = listen(port).await?;
        crew.serve(listener, "operations", operations.service());
        let told = vec![("operations".to_owned(), format!("http://{at}"))];
        Ok(Ground {
            site,
            crew,
            secrets,
            folder,
            operations,
            told,
            #[cfg(feature = "otel")]
            tracer: None,
        })
    }
}

/// The static Noise key of a role.
pub(super) fn key(secrets: &Secrets, role: &str) -> StaticKey {
    StaticKey::from_secret(&mut secrets.secret("noise", role))
}

/// The public half of a key as settings have it.
pub(super) fn key_text(key: &StaticKey) -> String {
    hex(&key.public().0)
}

fn log_to(path: &Path) -> Result<Log, RoleError> {
    Log::append(path).map_err(|source| RoleError::File { path: path.display().to_string(), source })
}

/// What a role starts from.
pub(super) struct Ground {
    pub(super) site: Site,
    pub(super) crew: Crew,
    pub(super) secrets: Secrets,
    pub(super) folder: Folder,
    operations: Operations,
    told: Vec<(String, String)>,
    /// Where traces go, if anywhere, and what sends them.
    #[cfg(feature = "otel")]
    tracer: Option<(Tracer, JoinHandle<()>)>,
}

impl Ground {
    /// Traces go to this collector, if there is one.
    #[cfg(feature = "otel")]
    pub(super) fn trace(&mut self, to: Option<Webhook>) -> Option<Tracer> {
        self.tracer = to.map(|to| Tracer::start(to, self.site.log.clone()));
        let tracer = self.tracer.as_ref().map(|(tracer, _)| tracer.clone())?;
        self.site.deliveries.trace(tracer.clone());
        Some(tracer)
    }

    /// The static Noise key of a role.
    pub(super) fn key(&self, role: &str) -> StaticKey {
        key(&self.secrets, role)
    }

    /// Tells whoever started it.
    pub(super) fn tell(&mut self, name: &str, value: String) {
        self.told.push((name.to_owned(), value));
    }

    /// Tells the key that others know this role by.
    pub(super) fn tell_key(&mut self, role: &str) {
        self.tell("key", key_text(&self.key(role)));
    }

    /// Starts a hop in a store that is called like it.
    pub(super) fn join<H: Resident>(
        &mut self,
        name: &str,
        hop: H,
        links: &Arc<Links>,
        observer: Observer<H::Event>,
    ) -> Result<Handle<H::Command>, RoleError> {
        let node = self.site.start((name, name, name), hop, links, observer)?;
        Ok(self.crew.join(node))
    }

    /// Listens for HTTP, before there is anybody to serve it.
    pub(super) async fn bind(
        &mut self,
        name: &str,
        at: SocketAddr,
    ) -> Result<TcpListener, RoleError> {
        let (listener, at) = listen(at).await?;
        self.tell(name, format!("http://{at}"));
        Ok(listener)
    }

    pub(super) fn serve(&mut self, listener: TcpListener, name: &str, service: Service) {
        self.crew.serve(listener, name, service);
    }

    /// It runs.
    pub(super) fn running(self) -> Running {
        let Self { crew, folder, operations, told, .. } = self;
        operations.set_ready(true);
        Running {
            told,
            crew,
            folder,
            operations,
            #[cfg(feature = "otel")]
            tracer: self.tracer,
        }
    }
}

/// A role that runs.
#[derive(Debug)]
pub struct Running {
    /// Its addresses and the key that it proves, by name.
    pub told: Vec<(String, String)>,
    crew: Crew,
    folder: Folder,
    operations: Operations,
    #[cfg(feature = "otel")]
    tracer: Option<(Tracer, JoinHandle<()>)>,
}

impl Running {
    /// Waits until something breaks that it cannot go on without; what it was. Then this is
    /// dropped, not ended: what was acknowledged is on the disk.
    pub async fn failed(&self) -> String {
        self.crew.failed().await
    }

    /// Ends it in order; nothing that was acknowledged is lost.
    pub async fn end(self) {
        let Self { crew, folder, operations, .. } = self;
        operations.set_ready(false);
        crew.end().await;
        drop(folder);
        #[cfg(feature = "otel")]
        if let Some((tracer, export)) = self.tracer {
            tracer.ends(export).await;
        }
    }
}

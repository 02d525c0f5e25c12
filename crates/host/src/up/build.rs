//! Starts everything, in an order in which nobody asks a server that does not listen yet.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use business::Business;
use client::Client;
use cloud_api::CloudApi;
use meta::{Billing, BusinessManager, Statistics};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    time::{Duration, timeout},
};
use transport::Transport;
use vocab::{PhoneNumber, UnixMicros, limits};

use super::{
    Cast, INTERCEPT, Journal, LOG, Options, People, Ready, Time, UpError,
    cast::{BILLING, BUSINESS, BUSINESS_MANAGER, CLOUD_API, PEOPLE, STATISTICS, TRANSPORT, dial},
    journal::at_cloud_api,
    people::{Memory, Person, Persona, onlooker, telephone_network},
    ready::url,
    setup::Setup,
    sockets::Sockets,
};
use crate::{
    clock::{Clock, machine_wall},
    control::{Control, Parts},
    folder::Folder,
    http::Service,
    intercept::{Authority, CERTIFICATE, Proxy},
    links::{Links, Rules},
    log::Log,
    node::Handle,
    operations::Operations,
    secrets::hex,
    site::{Crew, Draws, Site, to_node},
    stores::Stores,
};

/// How long it may take until the accounts of the business are set up.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much longer for each person, who draws a hundred keys on a machine that has much to do.
const PATIENCE_EACH: Duration = Duration::from_millis(200);
/// The date at which a seeded virtual clock starts: 2026-01-01.
const SEEDED_DATE: UnixMicros = UnixMicros(1_767_225_600_000_000);
/// How far a virtual clock has moved over a restart: two starts write no row at the same moment.
const OVER_A_RESTART: vocab::Micros = vocab::Micros::seconds(1);

/// Everything, live.
#[derive(Debug)]
pub struct Up {
    /// How to use it.
    pub ready: Ready,
    crew: Crew,
    folder: Arc<Mutex<Folder>>,
    operations: Operations,
    temporary: Option<TempDir>,
}

/// What is at hand while everything starts.
struct Start {
    site: Site,
    crew: Crew,
    cast: Cast,
    folder: Arc<Mutex<Folder>>,
    /// Which start of the folder this is.
    starts: u64,
    options: Options,
    journal: Journal,
    setup: Setup,
    people: People,
    to_transport: SocketAddr,
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
        let sockets = Sockets::open(options.port, options.intercept).await?;
        let mut start = Start::new(folder, options, sockets.transport.1)?;
        for (name, _, at) in &sockets.servers {
            start.site.hosts.name(name, *at);
        }
        let ready = start.ready(&sockets, temporary.is_some());
        let operations = Operations::new(start.site.metrics.clone(), start.site.failure());
        start.everybody(sockets, &operations, &ready)?;
        let people = PATIENCE_EACH.saturating_mul(start.options.people);
        let patience = PATIENCE.saturating_add(people);
        let missing = timeout(patience, start.setup.done()).await;
        let Start { crew, folder, setup, cast, .. } = start;
        if missing.is_err() {
            crew.end().await;
            return Err(UpError::NotReady(setup.missing()));
        }
        locked(&folder).set_ready(accounts(&cast))?;
        operations.set_ready(true);
        Ok(Self { ready, crew, folder, operations, temporary })
    }

    /// Waits until something breaks that nothing here goes on without; what it was. Then this is
    /// dropped, not ended: what was acknowledged is on the disk.
    pub async fn failed(&self) -> String {
        self.crew.failed().await
    }

    /// Ends everything in order; nothing that was acknowledged is lost.
    pub async fn end(self) {
        let Self { crew, operations, folder, temporary, .. } = self;
        operations.set_ready(false);
        crew.end().await;
        drop(folder);
        drop(temporary);
    }
}

fn log_in(folder: &Path) -> Result<Log, UpError> {
    let path = folder.join(LOG);
    Log::append(&path).map_err(|source| UpError::Log { path, source })
}

fn locked(folder: &Mutex<Folder>) -> MutexGuard<'_, Folder> {
    folder.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Everybody who has to be set up.
fn accounts(cast: &Cast) -> Vec<String> {
    let fixed = [CLOUD_API, BUSINESS].map(str::to_owned);
    fixed.into_iter().chain((0..cast.people.len()).map(Cast::name)).collect()
}

impl Start {
    fn new(folder: Folder, options: Options, to_transport: SocketAddr) -> Result<Self, UpError> {
        let cast = Cast::new(folder.secrets(), options.people)?;
        let clock = match options.time {
            Time::Real => Clock::real(),
            Time::Virtual => {
                let first = if folder.is_seeded() { SEEDED_DATE } else { machine_wall() };
                Clock::standing(folder.clock().map_or(first, |at| at.after(OVER_A_RESTART)))
            }
        };
        let draws = if folder.is_seeded() {
            Draws::Seeded(folder.secrets(), folder.starts())
        } else {
            Draws::System
        };
        let log = match &options.log {
            Some(log) => log.clone(),
            None => log_in(folder.path())?,
        };
        let stores = Stores::new(folder.stores(), folder.secrets(), clock.clone(), log.clone());
        let mut site = Site::new(clock.clone(), log, stores, draws)?;
        if let Some(path) = &options.noise_keys {
            site.log_keys(path)?;
        }
        site.deliveries.keep();
        options.allowed.iter().for_each(|authority| site.hosts.allow(authority));
        let missing = accounts(&cast).into_iter().filter(|one| !folder.is_ready(one));
        let setup = Setup::of(missing);
        let (crew, journal) = (Crew::new(site.clone()), Journal::new(clock.clone()));
        let business = (cast.phone_number_id(), cast.business.clone());
        let randomness = site.randomness("control")?;
        let people = People::new((clock, journal.clone()), business, randomness);
        let (starts, folder) = (folder.starts(), Arc::new(Mutex::new(folder)));
        Ok(Self { site, crew, cast, folder, starts, options, journal, setup, people, to_transport })
    }

    fn ready(&self, sockets: &Sockets, data_is_temporary: bool) -> Ready {
        let cast = &self.cast;
        let base_url = sockets.at(CLOUD_API).map(url).unwrap_or_default();
        let sample = sockets.at(BUSINESS).map(|at| format!("{}/webhook", url(at)));
        let webhook = self.options.webhook.as_ref();
        let webhook = webhook.map(|to| format!("http://{}{}", to.authority, to.path));
        let key = cast.public(TRANSPORT).0;
        let folder = locked(&self.folder).path().to_path_buf();
        let intercept = sockets.intercept.as_ref().map(|(_, at)| url(*at));
        Ready {
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
            transport_addr: sockets.transport.1.to_string(),
            transport_key: hex(&key),
            operations_url: url(sockets.operations.1),
            webhook_url: webhook.or(sample).unwrap_or_default(),
            ca_file: intercept.as_ref().map(|_| folder.join(INTERCEPT).join(CERTIFICATE)),
            proxy_url: intercept,
            data_dir: folder,
            data_is_temporary,
            pids: vec![std::process::id()],
        }
    }

    fn everybody(
        &mut self,
        sockets: Sockets,
        operations: &Operations,
        ready: &Ready,
    ) -> Result<(), UpError> {
        let base_url = sockets.at(CLOUD_API).map(url).unwrap_or_default();
        let Sockets { transport, operations: port, intercept, servers } = sockets;
        self.crew.serve(port.0, "operations", operations.service());
        let transport = self.transport(transport.0)?;
        let cloud_api = self.cloud_api(base_url.clone())?;
        let none = Links::new(0);
        let manager = BusinessManager::new(self.cast.manager());
        let manager = self.beside(BUSINESS_MANAGER, manager, &none)?;
        let billing = self.beside(BILLING, Billing::new(self.cast.billing()), &none)?;
        let statistics = Statistics::new(self.cast.statistics());
        let statistics = self.beside(STATISTICS, statistics, &none)?;
        let business = self.business(&none)?;
        let control = Control::new(Parts {
            clock: self.site.clock.clone(),
            journal: self.journal.clone(),
            people: self.people.clone(),
            folder: self.folder.clone(),
            faults: self.site.faults.clone(),
            deliveries: self.site.deliveries.clone(),
            randomness: self.site.randomness("faults")?,
            ready: ready.clone(),
            stores: self.site.stores().clone(),
        });
        let graph = control.before(to_node(&cloud_api));
        if let Some((listener, _)) = intercept {
            self.intercept(listener, &base_url, graph.clone())?;
        }
        for (name, listener, _) in servers {
            let service = match name {
                CLOUD_API => graph.clone(),
                TRANSPORT => to_node(&transport),
                BUSINESS_MANAGER => to_node(&manager),
                BILLING => to_node(&billing),
                STATISTICS => to_node(&statistics),
                _ => to_node(&business),
            };
            self.crew.serve(listener, name, service);
        }
        for (index, phone) in self.cast.people.clone().into_iter().enumerate() {
            self.person(index, phone)?;
        }
        Ok(())
    }

    /// Stands in for Meta's hosts: what is asked of them `graph` answers.
    fn intercept(
        &mut self,
        listener: TcpListener,
        base_url: &str,
        graph: Service,
    ) -> Result<(), UpError> {
        // Programs judge certificates by the machine's date, whatever the clock of this world says.
        let (folder, now) = (locked(&self.folder).path().join(INTERCEPT), machine_wall());
        let tls = Authority::open(&folder, now)?.server(now)?;
        let proxy = Proxy::new(tls, base_url, graph, self.site.log.clone());
        self.crew.intercept(listener, proxy);
        Ok(())
    }

    fn transport(&mut self, listener: TcpListener) -> Result<Handle<transport::Command>, UpError> {
        let links = Links::new(limits::MAX_LINK_WAITING);
        let aliases = self.cast.aliases();
        let telephones =
            self.cast.people.iter().map(|phone| (aliases.alias(phone), phone.clone())).collect();
        let network = telephone_network(self.people.clone(), telephones);
        let hop = Transport::new(self.cast.transport());
        let node = self.site.start((TRANSPORT, TRANSPORT, TRANSPORT), hop, &links, network)?;
        let handle = self.crew.join(node);
        let unpaced = vec![self.cast.public(CLOUD_API)];
        let rules = Rules { unpaced, ..Rules::default() };
        self.crew.open_door(listener, self.cast.key(TRANSPORT), (&handle, &links), rules);
        Ok(handle)
    }

    fn cloud_api(&mut self, base_url: String) -> Result<Handle<cloud_api::Command>, UpError> {
        let links = Links::new(limits::MAX_LINK_WAITING);
        let hop = CloudApi::new(self.cast.cloud_api(self.options.webhook.as_ref(), base_url));
        let observer = at_cloud_api(self.journal.clone(), self.setup.clone());
        let node = self.site.start((CLOUD_API, CLOUD_API, CLOUD_API), hop, &links, observer)?;
        let handle = self.crew.join(node);
        let dial = dial(&self.cast, self.to_transport, CLOUD_API);
        self.crew.dial(dial, (&handle, &links), CLOUD_API);
        Ok(handle)
    }

    fn business(&mut self, none: &Arc<Links>) -> Result<Handle<business::Command>, UpError> {
        let hop = Business::new(self.cast.business(self.options.webhook.as_ref()));
        let setup = self.setup.clone();
        let observer = Box::new(move |event| {
            if matches!(event, business::Event::Registered { granted: true }) {
                setup.is_ready(BUSINESS);
            }
        });
        let node = self.site.start((BUSINESS, "business", BUSINESS), hop, none, observer)?;
        Ok(self.crew.join(node))
    }

    /// A server beside the path, whose events nobody needs.
    fn beside<H: crate::node::Resident>(
        &mut self,
        name: &str,
        hop: H,
        none: &Arc<Links>,
    ) -> Result<Handle<H::Command>, UpError> {
        let node = self.site.start((name, name, name), hop, none, Box::new(drop))?;
        Ok(self.crew.join(node))
    }

    fn person(&mut self, index: usize, phone: PhoneNumber) -> Result<(), UpError> {
        let name = Cast::name(index);
        let links = Links::new(limits::MAX_LINK_WAITING);
        let memory = Memory::new(self.starts);
        let both = (self.people.clone(), self.setup.clone());
        let observer = onlooker((name.clone(), phone.clone()), memory.clone(), both);
        let hop = Client::new(self.cast.device(index, phone.clone()));
        let node = self.site.start((&name, "client", PEOPLE), hop, &links, observer)?;
        let handle = self.crew.join(node);
        self.people.add(Person::new(phone, handle.clone(), memory, Persona::default()));
        let dial = dial(&self.cast, self.to_transport, &name);
        self.crew.dial(dial, (&handle, &links), &name);
        Ok(())
    }
}

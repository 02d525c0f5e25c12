//! Starts everything, in an order in which nobody asks a server that does not listen yet.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
};

use business::Business;
use client::Client;
use cloud_api::CloudApi;
use meta::{Billing, BusinessManager, Statistics};
use tempfile::TempDir;
#[cfg(feature = "otel")]
use tokio::task::JoinHandle;
use tokio::{
    net::TcpListener,
    sync::Mutex as Turn,
    time::{Duration, timeout},
};
use transport::Transport;
use vocab::{PhoneNumber, UnixMicros, limits};

use super::{
    Cast, INTERCEPT, Journal, LOG, Options, People, Ready, Throughput, Time, UpError, Webhook,
    cast::{BILLING, BUSINESS, BUSINESS_MANAGER, CLOUD_API, PEOPLE, STATISTICS, TRANSPORT, dial},
    journal::at_cloud_api,
    people::{Memory, Person, Persona, onlooker, telephone_network},
    ready::url,
    setup::Setup,
    sockets::{Addresses, Sockets},
    world::{Front, Running, Switch, World, locked},
};
#[cfg(feature = "otel")]
use crate::trace::Tracer;
use crate::{
    clock::{Clock, machine_wall},
    control::{Control, Parts},
    failure::Failure,
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
    world: Arc<World>,
    front: Front,
    /// Sends traces until everything has ended.
    #[cfg(feature = "otel")]
    export: Option<JoinHandle<()>>,
    temporary: Option<TempDir>,
}

/// What is at hand while everything starts.
pub(super) struct Start {
    site: Site,
    crew: Crew,
    cast: Cast,
    folder: Arc<Mutex<Folder>>,
    /// Which start of the folder this is.
    starts: u64,
    webhook: Option<Webhook>,
    throughput: Throughput,
    journal: Journal,
    setup: Setup,
    people: People,
    to_transport: SocketAddr,
    /// Where traces go, if anywhere.
    #[cfg(feature = "otel")]
    tracer: Option<Tracer>,
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
            tracer.end();
            // Traces that cannot be sent are no reason to stay.
            let _sent = export.await;
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

/// Everybody who has to be set up.
fn accounts(cast: &Cast) -> Vec<String> {
    let fixed = [CLOUD_API, BUSINESS].map(str::to_owned);
    fixed.into_iter().chain((0..cast.people.len()).map(Cast::name)).collect()
}

fn ready(
    folder: &Folder,
    options: &Options,
    addresses: &Addresses,
    data_is_temporary: bool,
) -> Result<Ready, UpError> {
    let cast = Cast::new(folder.secrets(), options.people)?;
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
        webhook_url: webhook.or(sample).unwrap_or_default(),
        ca_file: addresses.intercept.map(|_| path.join(INTERCEPT).join(CERTIFICATE)),
        proxy_url: addresses.intercept.map(url),
        data_dir: path.to_path_buf(),
        data_is_temporary,
        pids: vec![std::process::id()],
    })
}

impl Start {
    /// Everything but who takes part.
    pub(super) fn new(world: &World) -> Result<Self, UpError> {
        let World { options, addresses, .. } = world;
        let folder = locked(&world.folder);
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
        let log = options.log.clone().unwrap_or_else(Log::none);
        let told = (log.clone(), world.failure.clone());
        let stores = Stores::telling(folder.stores(), folder.secrets(), clock.clone(), told);
        let mut site = Site::new(clock.clone(), log, stores, draws)?;
        if let Some(path) = &options.noise_keys {
            site.log_keys(path)?;
        }
        site.deliveries.keep();
        #[cfg(feature = "otel")]
        world.tracer.iter().for_each(|tracer| site.deliveries.trace(tracer.clone()));
        options.allowed.iter().for_each(|authority| site.hosts.allow(authority));
        site.hosts.name(CLOUD_API, addresses.graph);
        addresses.servers().for_each(|(name, at)| site.hosts.name(name, at));
        let missing = accounts(&cast).into_iter().filter(|one| !folder.is_ready(one));
        let setup = Setup::of(missing);
        let (crew, journal) = (Crew::new(site.clone()), Journal::new(clock.clone()));
        let business = (cast.phone_number_id(), cast.business.clone());
        let randomness = site.randomness("control")?;
        let people = People::new((clock, journal.clone()), business, randomness);
        let (starts, folder) = (folder.starts(), world.folder.clone());
        Ok(Self {
            site,
            crew,
            cast,
            folder,
            starts,
            webhook: options.webhook.clone(),
            throughput: options.throughput,
            journal,
            setup,
            people,
            to_transport: addresses.transport,
            #[cfg(feature = "otel")]
            tracer: world.tracer.clone(),
        })
    }

    /// Waits until everybody is set up.
    pub(super) async fn settled(
        self,
        world: &World,
        operations: Operations,
    ) -> Result<Running, UpError> {
        let people = PATIENCE_EACH.saturating_mul(world.options.people);
        let patience = PATIENCE.saturating_add(people);
        let Self { crew, folder, setup, cast, .. } = self;
        if timeout(patience, setup.done()).await.is_err() {
            crew.end().await;
            return Err(UpError::NotReady(setup.missing()));
        }
        locked(&folder).set_ready(accounts(&cast))?;
        operations.set_ready(true);
        Ok(Running { crew, operations })
    }

    /// Everybody takes part.
    pub(super) fn everybody(
        &mut self,
        sockets: Sockets,
        world: &Arc<World>,
    ) -> Result<Operations, UpError> {
        let Sockets { transport, operations: port, servers } = sockets;
        let operations = Operations::new(self.site.metrics.clone(), self.site.failure());
        self.crew.serve(port, "operations", operations.service());
        let transport = self.transport(transport)?;
        let cloud_api = self.cloud_api(world.ready.base_url.clone())?;
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
            world: Arc::downgrade(world),
            stores: self.site.stores().clone(),
        });
        let graph = to_node(&cloud_api);
        #[cfg(feature = "otel")]
        let graph = self.tracer.iter().fold(graph, |graph, tracer| tracer.accepts(graph));
        world.answers.set(Some(control.before(graph)));
        for (name, listener) in servers {
            let service = match name {
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
        Ok(operations)
    }

    fn transport(&mut self, listener: TcpListener) -> Result<Handle<transport::Command>, UpError> {
        let links = Links::new(limits::MAX_LINK_WAITING);
        let aliases = self.cast.aliases();
        let telephones =
            self.cast.people.iter().map(|phone| (aliases.alias(phone), phone.clone())).collect();
        let network = telephone_network(self.people.clone(), telephones);
        #[cfg(feature = "otel")]
        let network = self.tracer.iter().fold(network, |all, tracer| tracer.relays(all));
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
        let mut config = self.cast.cloud_api(self.webhook.as_ref(), base_url);
        config.rules.throughput = Some(self.throughput.rate());
        let hop = CloudApi::new(config);
        let observer = at_cloud_api(self.journal.clone(), self.setup.clone());
        let node = self.site.start((CLOUD_API, CLOUD_API, CLOUD_API), hop, &links, observer)?;
        let handle = self.crew.join(node);
        let dial = dial(&self.cast, self.to_transport, CLOUD_API);
        self.crew.dial(dial, (&handle, &links), CLOUD_API);
        Ok(handle)
    }

    fn business(&mut self, none: &Arc<Links>) -> Result<Handle<business::Command>, UpError> {
        let hop = Business::new(self.cast.business(self.webhook.as_ref()));
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

//! Starts everything, in an order in which nobody asks a server that does not listen yet.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use business::Business;
use client::Client;
use cloud_api::CloudApi;
use meta::{AutoReply, Billing, BusinessManager, Statistics};
use tokio::{
    net::TcpListener,
    time::{Duration, timeout},
};
use transport::Transport;
use vocab::{PhoneNumber, UnixMicros, limits};

use super::{
    Cast, Journal, People, Servers, Time, UpError, Webhook,
    cast::{
        AUTO_REPLY, BILLING, BUSINESS, BUSINESS_MANAGER, CLOUD_API, PEOPLE, STATISTICS, TRANSPORT,
        dial,
    },
    journal::at_cloud_api,
    people::{Memory, Person, Persona, onlooker, telephone_network},
    setup::Setup,
    sockets::Sockets,
    world::{Running, World, locked},
};
#[cfg(feature = "otel")]
use crate::trace::Tracer;
use crate::{
    clock::{Clock, machine_wall},
    control::{Control, Parts},
    folder::Folder,
    links::{Links, Rules},
    log::Log,
    node::Handle,
    operations::Operations,
    site::{Crew, Draws, Site, to_node},
    stores::Stores,
};

/// How long it may take until the accounts of the business are set up.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much longer for each person, who draws a hundred keys on a machine that has much to do.
const PATIENCE_EACH: Duration = Duration::from_millis(200);
/// How many people are set up at a time. Thousands who all register at once are answered so late
/// that each asks again and again, and one whose handshake is not done makes room for a newer one.
const IN_TURN: usize = 128;
/// KiB of pages that each of the stores keeps in memory. There are several in the process, and what
/// they do not keep, the system does.
const CACHE_KIB: u32 = 4_096;
/// The date at which a seeded virtual clock starts: 2026-01-01.
const SEEDED_DATE: UnixMicros = UnixMicros(1_767_225_600_000_000);
/// How far a virtual clock has moved over a restart: two starts write no row at the same moment.
const OVER_A_RESTART: vocab::Micros = vocab::Micros::seconds(1);

/// What is at hand while everything starts.
pub(super) struct Start {
    site: Site,
    crew: Crew,
    cast: Cast,
    folder: Arc<Mutex<Folder>>,
    /// Which start of the folder this is.
    starts: u64,
    webhook: Option<Webhook>,
    journal: Journal,
    setup: Setup,
    people: People,
    to_transport: SocketAddr,
    /// Where traces go, if anywhere.
    #[cfg(feature = "otel")]
    tracer: Option<Tracer>,
}

/// Everybody who has to be set up.
fn accounts(cast: &Cast) -> Vec<String> {
    let fixed = [CLOUD_API, BUSINESS].map(str::to_owned);
    fixed.into_iter().chain((0..cast.people.len()).map(Cast::name)).collect()
}

impl Start {
    /// Everything but who takes part.
    pub(super) fn new(world: &World) -> Result<Self, UpError> {
        let World { options, addresses, .. } = world;
        let mut folder = locked(&world.folder);
        let cast = Cast::new(folder.secrets(), options)?;
        let clock = match options.time {
            Time::Real => Clock::real(),
            Time::Virtual => {
                let first = if folder.is_seeded() { SEEDED_DATE } else { machine_wall() };
                let first = folder.clock().map_or(first, |at| at.after(OVER_A_RESTART));
                // The next start, and a back-up, go by it also if it never moves.
                folder.set_clock(first)?;
                Clock::standing(first)
            }
        };
        let draws = if folder.is_seeded() {
            Draws::Seeded(folder.secrets(), folder.starts())
        } else {
            Draws::System
        };
        let log = options.log.clone().unwrap_or_else(Log::none);
        let told = (log.clone(), world.failure.clone());
        let place = (folder.stores(), Some(CACHE_KIB));
        let stores = Stores::telling(place, folder.secrets(), clock.clone(), told);
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
        let (webhook, to_transport) = (options.webhook.clone(), addresses.transport);
        Ok(Self {
            site,
            crew,
            cast,
            folder,
            starts,
            webhook,
            journal,
            setup,
            people,
            to_transport,
            #[cfg(feature = "otel")]
            tracer: world.tracer.clone(),
        })
    }

    /// People take part too, one after the other; waits until everybody is set up.
    pub(super) async fn settled(mut self, operations: Operations) -> Result<Running, UpError> {
        let people = u32::try_from(self.cast.people.len()).unwrap_or(u32::MAX);
        let patience = PATIENCE.saturating_add(PATIENCE_EACH.saturating_mul(people));
        let started = timeout(patience, self.people()).await;
        let Self { crew, folder, setup, cast, .. } = self;
        let started = started.unwrap_or_else(|_elapsed| Err(UpError::NotReady(setup.missing())));
        if let Err(why) = started {
            crew.end().await;
            return Err(why);
        }
        locked(&folder).set_ready(accounts(&cast))?;
        operations.set_ready(true);
        Ok(Running { crew, operations })
    }

    async fn people(&mut self) -> Result<(), UpError> {
        let setup = self.setup.clone();
        for (index, phone) in self.cast.people.clone().into_iter().enumerate() {
            setup.turn(&Cast::name(index), IN_TURN).await;
            self.person(index, phone)?;
        }
        setup.done().await;
        Ok(())
    }

    /// Everybody takes part but people.
    pub(super) fn servers(
        &mut self,
        sockets: Sockets,
        world: &Arc<World>,
    ) -> Result<Operations, UpError> {
        let Sockets { transport, operations: port, servers } = sockets;
        let operations = Operations::new(self.site.metrics.clone(), self.site.failure());
        self.crew.serve(port, "operations", operations.service());
        let transport = self.transport(transport)?;
        let cloud_api = self.cloud_api(world)?;
        let none = Links::new(0);
        let manager = BusinessManager::new(self.cast.manager());
        let manager = self.beside(BUSINESS_MANAGER, manager, &none)?;
        let auto_reply = AutoReply::new(self.cast.auto_reply());
        let auto_reply = self.beside(AUTO_REPLY, auto_reply, &none)?;
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
            servers: Servers { cloud_api: cloud_api.clone(), token: self.cast.apps_token() },
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
                AUTO_REPLY => to_node(&auto_reply),
                BILLING => to_node(&billing),
                STATISTICS => to_node(&statistics),
                _ => to_node(&business),
            };
            self.crew.serve(listener, name, service);
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

    fn cloud_api(&mut self, world: &World) -> Result<Handle<cloud_api::Command>, UpError> {
        let links = Links::new(limits::MAX_LINK_WAITING);
        let World { options, ready, .. } = world;
        let servers = (self.webhook.as_ref(), options.allowed.as_slice());
        let mut config = self.cast.cloud_api(servers, ready.base_url.clone());
        config.rules.throughput = Some(options.throughput.rate());
        let hop = CloudApi::new(config);
        let observer =
            at_cloud_api(self.journal.clone(), self.setup.clone(), self.site.log.clone());
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

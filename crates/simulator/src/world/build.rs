//! A scenario becomes a world: nodes, links, and the scripts of people and businesses.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use business::Business;
use cloud_api::CloudApi;
use meta::{AutoReply, Billing, BusinessManager, Statistics};
use vocab::Micros;

use super::{
    Options, World, WorldError,
    cast::{self, AUTO_REPLY, BILLING, BUSINESS_MANAGER, CLOUD_API, Cast, STATISTICS, TRANSPORT},
    readers,
    script::Script,
};
use crate::{
    actor::Actor,
    adversary::{Device, Habit},
    export::{Exports, Log, bands::bands},
    kernel::{Builder, HostId, Kernel, Time},
    mutants::At,
    node::{Handle, HopNode, Resident, StoreTiming},
    people::Attentive,
    scan::{Mint, leak::Form},
    scenario::{Hop3, Journal, Scenario},
    watch::{Host, Onlookers, Shared, Watch},
};

/// From how many events in a window on threads are woken: hops compute, so it takes fewer than
/// where an event costs nothing.
const WORTH_WAKING: u64 = 100;

/// Builds the world of one run.
pub(super) struct Stage<'s> {
    pub(super) scenario: &'s Scenario,
    pub(super) options: &'s Options,
    pub(super) cast: Cast,
    pub(super) builder: Builder,
    pub(super) hosts: Vec<Host>,
    pub(super) shared: Shared,
    pub(super) script: Script,
}

impl<'s> Stage<'s> {
    pub(super) fn set(
        scenario: &'s Scenario,
        options: &'s Options,
        form: Option<Form>,
    ) -> Result<World, WorldError> {
        let seed = options.seed.unwrap_or(scenario.seed);
        let mut mint = Mint::new(crate::rng::key(seed, "markers", "world"));
        let cast = Cast::new(scenario, seed, &mut mint)?;
        let mut builder = Builder::new(seed, scenario.start);
        builder.partitions(options.partitions.unwrap_or(scenario.partitions as usize));
        builder.http_default(scenario.links.config("http"));
        let shared = Shared(Arc::new(Mutex::new(Watch::new(Vec::new(), mint))));
        let script = Script::new(scenario, &cast, seed, &shared)?;
        let hosts = Vec::new();
        let mut stage = Self { scenario, options, cast, builder, hosts, shared, script };
        stage.build(form)
    }

    fn build(&mut self, form: Option<Form>) -> Result<World, WorldError> {
        let logs = form.is_some();
        let transport = self.transport(0, logs);
        let mut people = self.people(form);
        self.attackers();
        let cloud = self.cloud_api();
        let own = self.on_premises();
        let businesses = self.businesses();
        self.meta();
        readers::add(self)?;
        let clouds = self.further_clouds();
        let transports = self.further_transports(logs);
        let transport_store = self.transport_store(transport.id());
        let first = HostId(self.hosts.len() as u32);
        people.extend(self.crowd());
        self.links();
        self.brief(&people, first);
        let kernel = self.kernel(&people)?;
        let (shared, seed) = (self.shared.clone(), self.options.seed.unwrap_or(self.scenario.seed));
        let deeds = std::mem::take(&mut self.script.deeds);
        let (name_keys, copies) = (self.name_keys(), self.copies());
        let root_keys = self.root_keys();
        Ok(World {
            kernel,
            shared,
            people,
            businesses,
            cloud,
            clouds,
            own,
            transport,
            transports,
            transport_store,
            deeds,
            name_keys,
            copies,
            root_keys,
            seed,
            mutant: self.options.mutant,
        })
    }

    /// Tells the watch who is there and what is wanted; `first` is the first host of a crowd.
    fn brief(&mut self, people: &BTreeMap<String, Handle<Device>>, first: HostId) {
        let shared = self.shared.clone();
        shared.with(|watch| {
            watch.names = self
                .cast
                .phones()
                .map(|(name, phone)| (phone.digits().to_owned(), name.to_owned()))
                .collect();
            watch.crowd =
                Some(Onlookers::new(self.cast.crowd.clone(), first, self.scenario, &self.hosts));
            watch.looks = self.scenario.scale.looks;
            watch.notes = self.scenario.scale.journal == Journal::Full;
            let names = transport::HashKey::new(self.cast.secret("names", TRANSPORT));
            let phones = self.cast.phones();
            watch.story.aliases =
                phones.map(|(name, phone)| (names.alias(phone), name.to_owned())).collect();
            watch.services.replies_of = self.replies_of();
            let hosts = std::mem::take(&mut self.hosts);
            watch.set_hosts(hosts);
            self.begin_exports(watch);
            if self.planted_at() == Some(At::Watch) {
                watch.blind_to = Some(Actor::Transport);
            }
            for (name, handle) in people {
                let compared =
                    self.scenario.compare_traces.iter().any(|(a, b)| a == name || b == name);
                if compared {
                    watch.traces.insert(handle.id(), Vec::new());
                }
            }
            self.script.own_writes(watch, people);
        });
    }

    /// The kernel, with everything that is known to happen to its hosts.
    fn kernel(&mut self, people: &BTreeMap<String, Handle<Device>>) -> Result<Kernel, WorldError> {
        let seed = self.options.seed.unwrap_or(self.scenario.seed);
        let builder = std::mem::replace(&mut self.builder, Builder::new(seed, self.scenario.start));
        let mut kernel = builder.build()?;
        kernel.set_threads(self.options.threads)?;
        kernel.side_by_side_from(if self.options.eager { 0 } else { WORTH_WAKING });
        for person in &self.scenario.people {
            let Some(handle) = people.get(&person.name) else { continue };
            for (from, until) in &person.offline {
                kernel.offline(handle.id(), Time(from.0), Time(until.0));
            }
        }
        for crash in &self.scenario.crashes {
            let host = kernel.hosts().find(|(_, name)| *name == crash.node).map(|(id, _)| id);
            if let Some(host) = host {
                kernel.crash_at(host, Time(crash.at.0), crash.down);
            }
        }
        kernel.afflict(&self.scenario.faults)?;
        Ok(kernel)
    }

    /// What is written while the run goes on.
    fn begin_exports(&self, watch: &mut Watch) {
        let wanted = &self.options.exports;
        let bands = bands(self.scenario);
        let (log, keep) = (wanted.log.clone(), self.options.log);
        watch.log =
            (log.is_some() || keep).then(|| Log::new(log, keep, &bands, self.scenario.duration.0));
        watch.exports =
            Exports::begin(wanted, self.scenario, self.cast.seed(), watch.hosts(), &bands);
    }

    /// Adds a node that a hop lives in.
    pub(super) fn add<H: Resident>(
        &mut self,
        name: &str,
        actor: Actor,
        node: HopNode<H>,
    ) -> Handle<H> {
        let timing = self.store_timing();
        self.hosts.push(Host { name: name.to_owned(), actor });
        let node = match self.planted_at() {
            Some(At::Store(mutant)) => {
                node.with_disk(Box::new(store::Memory::new().with_mutant(Some(mutant))))
            }
            Some(At::Node(mutant, whose)) if whose.is(name, actor) => node.with_mutant(mutant),
            Some(_) | None => node,
        };
        self.builder.hop(name, self.cast.noise(name), node.with_timing(timing))
    }

    pub(super) fn store_timing(&self) -> StoreTiming {
        StoreTiming {
            read: self.scenario.store.read.clone(),
            sync: self.scenario.store.sync.clone(),
        }
    }

    pub(super) fn principals(&self) -> Vec<([u8; 32], String)> {
        let mut principals: Vec<([u8; 32], String)> =
            ["cloud-api", "business-manager", "whatsapp", "rest-of-meta", "ads"]
                .map(|name| (self.cast.token_hash(name), name.to_owned()))
                .into();
        if self.scenario.has_auto_reply() {
            principals.push((self.cast.token_hash(AUTO_REPLY), AUTO_REPLY.to_owned()));
        }
        for business in &self.scenario.businesses {
            let principal = format!("business:{}", business.id);
            principals.push((self.cast.token_hash(&principal), principal));
        }
        principals
    }

    fn people(&mut self, form: Option<Form>) -> BTreeMap<String, Handle<Device>> {
        let mut people = BTreeMap::new();
        let leaks = self.scenario.leak.as_ref().zip(form);
        for person in &self.scenario.people {
            let habit = match leaks {
                Some((leak, form)) if leak.by == person.name => Habit::Leaks(form),
                _ => Habit::Honest,
            };
            let handle = self.person(&person.name, habit, person.reads);
            people.insert(person.name.clone(), handle);
        }
        for impostor in &self.scenario.impostors {
            let habit = Habit::PosesAs(self.cast.phone(&impostor.poses_as));
            let handle = self.person(&impostor.name, habit, None);
            people.insert(impostor.name.clone(), handle);
        }
        people
    }

    fn person(&mut self, name: &str, habit: Habit, reads: Option<Micros>) -> Handle<Device> {
        let config = self.device(name);
        let observer = Arc::new(Mutex::new(self.shared.clone()));
        let (drains, tally) = self.drains(name);
        let device = move || {
            let device = Device::new(config.clone(), habit.clone());
            device.with_drains(drains.clone(), tally.clone())
        };
        let mut node =
            HopNode::new(device).with_script(self.script.of_person(name)).with_observer(observer);
        if let Some(after) = reads {
            node = node.with_application(Attentive::new(after));
        }
        self.add(name, Actor::User, node)
    }

    pub(super) fn hop3(
        &mut self,
        name: &str,
        actor: Actor,
        config: cloud_api::Config,
    ) -> Handle<CloudApi> {
        let observer = Arc::new(Mutex::new(self.shared.clone()));
        let node = HopNode::new(move || CloudApi::new(config.clone())).with_observer(observer);
        let handle = self.add(name, actor, node);
        // It opens and seals what all people write and read.
        self.builder.weight(handle.id(), self.scenario.people.len() as u64);
        handle
    }

    fn cloud_api(&mut self) -> Handle<CloudApi> {
        let config = self.share_config(0);
        self.hop3(CLOUD_API, Actor::CloudApi, config)
    }

    /// The same code, run by businesses for themselves.
    fn on_premises(&mut self) -> BTreeMap<String, Handle<CloudApi>> {
        let mut own = BTreeMap::new();
        for (index, business) in self.scenario.businesses.iter().enumerate() {
            if business.hop3 != Hop3::OnPremises {
                continue;
            }
            let node = cast::on_premises(&business.name);
            let principal = format!("business:{}", business.id);
            let config = cloud_api::Config {
                billing: None,
                statistics: None,
                own: Some(cloud_api::Own {
                    phone_number_id: cast::phone_number_id(index),
                    business: business.id.to_string(),
                    phone: self.cast.phone(&business.name),
                }),
                principals: vec![(self.cast.token_hash(&principal), principal)],
                ..self.hop3_config(&node)
            };
            let handle = self.hop3(&node, Actor::Business, config);
            own.insert(business.name.clone(), handle);
        }
        own
    }

    fn businesses(&mut self) -> BTreeMap<String, Handle<Business>> {
        let mut businesses = BTreeMap::new();
        for (index, business) in self.scenario.businesses.iter().enumerate() {
            let config = self.business(index, business);
            let observer = Arc::new(Mutex::new(self.shared.clone()));
            let node = HopNode::new(move || Business::new(config.clone()))
                .with_script(self.script.of_business(&business.name))
                .with_observer(observer);
            let handle = self.add(&business.name, Actor::Business, node);
            businesses.insert(business.name.clone(), handle);
        }
        businesses
    }

    fn meta(&mut self) {
        let principals = self.principals();
        let config = meta::manager::Config {
            principals: principals.clone(),
            cloud_api: self.scenario.cloud_nodes().collect(),
            token: self.cast.token("business-manager"),
            services: vec![meta::auto_reply::SERVICE.to_owned()],
        };
        let observer = Arc::new(Mutex::new(self.shared.clone()));
        let node =
            HopNode::new(move || BusinessManager::new(config.clone())).with_observer(observer);
        self.add(BUSINESS_MANAGER, Actor::BusinessManager, node);
        let config = meta::billing::Config { principals: principals.clone() };
        let node = HopNode::new(move || Billing::new(config.clone()));
        self.add(BILLING, Actor::RestOfMeta, node);
        if self.scenario.has_auto_reply() {
            let config = meta::auto_reply::Config { principals: principals.clone() };
            let observer = Arc::new(Mutex::new(self.shared.clone()));
            let node = HopNode::new(move || AutoReply::new(config.clone())).with_observer(observer);
            self.add(AUTO_REPLY, Actor::AutoReply, node);
        }
        let config = meta::statistics::Config { principals };
        let node = HopNode::new(move || Statistics::new(config.clone()));
        self.add(STATISTICS, Actor::RestOfMeta, node);
    }

    fn name_keys(&self) -> BTreeMap<String, [u8; 32]> {
        let people = self.scenario.people.iter().map(|person| person.name.clone());
        let named = self.hosts_named().chain(people);
        named.map(|name| (name.clone(), self.cast.secret("names", &name))).collect()
    }

    fn root_keys(&self) -> BTreeMap<String, [u8; 32]> {
        self.hosts_named().map(|name| (name.clone(), self.cast.secret("root", &name))).collect()
    }

    fn hosts_named(&self) -> impl Iterator<Item = String> {
        let own = self.scenario.businesses.iter().map(|one| cast::on_premises(&one.name));
        let people = self.scenario.people.iter().map(|person| person.name.clone());
        own.chain(self.scenario.cloud_nodes()).chain(people)
    }
}

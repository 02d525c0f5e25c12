//! The scripts of people and businesses, from the plan of the workload.

use std::collections::BTreeMap;

use client::{Ask, Command, File};
use vocab::{MessageId, PhoneNumber};
use wire::content::{Media, MediaKind};

use super::{WorldError, cast::Cast, dishonest};
use crate::{
    adversary::Device,
    kernel::Time,
    node::Handle,
    scan::MarkerClass,
    scenario::Scenario,
    watch::{Entry, Shared, Watch},
    workload::{self, Act, Action},
};

/// What everybody does, by name.
pub(super) struct Script {
    people: BTreeMap<String, Vec<(Time, Command, Option<usize>)>>,
    businesses: BTreeMap<String, Vec<(Time, business::Command)>>,
    /// What needs to know what happened before, in the order of time.
    pub(super) deeds: Vec<Deed>,
}

/// Something that a person does later, when it is known what happened before.
#[derive(Clone, Debug)]
pub struct Deed {
    /// When.
    pub at_us: u64,
    /// Who.
    pub who: String,
    /// The number of the command.
    pub number: u64,
    /// What.
    pub act: Act,
}

impl Script {
    pub(super) fn new(
        scenario: &Scenario,
        cast: &Cast,
        seed: u64,
        shared: &Shared,
    ) -> Result<Self, WorldError> {
        let plan = workload::plan_of(scenario, seed)?;
        let (people, businesses) = (BTreeMap::new(), BTreeMap::new());
        let mut script = Self { people, businesses, deeds: Vec::new() };
        for (number, action) in (1..).zip(plan.actions) {
            script.action(scenario, cast, shared, (number, action));
        }
        for (fault, action) in dishonest::letters(scenario, seed) {
            let index = shared.with(|watch| watch.journal.entries().len());
            script.action(scenario, cast, shared, (0, action));
            shared.with(|watch| watch.dishonest.orders.insert(cast.message(index), fault));
        }
        script.services(scenario);
        script.deeds.extend(dishonest::copied(scenario));
        script.deeds.sort_by_key(|deed| deed.at_us); // Stable.
        for impostor in &scenario.impostors {
            // What an impostor writes is no message of anybody: whoever is shown it was deceived.
            let id = MessageId(
                cast.secret("forged", &impostor.name).first_chunk().copied().unwrap_or_default(),
            );
            let ask = Ask::Write { id, to: cast.phone(&impostor.to), text: impostor.text.clone() };
            let lines = script.people.entry(impostor.name.clone()).or_default();
            lines.push((Time(impostor.at.0), Command { number: 1, ask }, None));
        }
        Ok(script)
    }

    /// Businesses add optional services, and remove them.
    fn services(&mut self, scenario: &Scenario) {
        for business in &scenario.businesses {
            let Some(service) = &business.auto_reply else { continue };
            let until = service.until.map(|until| (until, false));
            for (at, on) in [(service.from, true)].into_iter().chain(until) {
                let line = (Time(at.0), business::Command::AutoReply(on));
                self.businesses.entry(business.name.clone()).or_default().push(line);
            }
        }
    }

    fn action(
        &mut self,
        scenario: &Scenario,
        cast: &Cast,
        shared: &Shared,
        (number, action): (u64, Action),
    ) {
        let Action { at, who, act } = action;
        let Act::Write { to, text, label, picture, ours } = act else {
            self.deeds.push(Deed { at_us: at.0, who, number, act });
            return;
        };
        let is_person = scenario.is_person(&who);
        let addressee = cast.phone(&to);
        let (index, text) = shared.with(|watch| {
            let index = watch.journal.entries().len();
            let text = if ours && scenario.canaries {
                let word = watch.mint.word(MarkerClass::MessageContent, index as u64);
                format!("{word} {text} {word}")
            } else {
                watch.mint.register_text(index as u64, &text);
                text
            };
            let id = cast.message(index);
            watch.journal.add(Entry {
                label,
                from: who.clone(),
                to,
                text: text.clone(),
                id: is_person.then_some(id),
                planned_us: Some(at.0),
                written_us: None,
                shown_us: Vec::new(),
                failed: false,
                dropped: false,
                by_service: false,
            });
            if !is_person {
                watch.journal.requested(index, id);
            }
            (index, text)
        });
        let id = cast.message(index);
        if is_person {
            let ask = if picture {
                shows(id, addressee, text)
            } else {
                Ask::Write { id, to: addressee, text }
            };
            let lines = self.people.entry(who).or_default();
            lines.push((Time(at.0), Command { number, ask }, Some(index)));
        } else {
            let (to, context) = (addressee, None);
            let command = business::Command::Send { id, to, text, context, picture };
            self.businesses.entry(who).or_default().push((Time(at.0), command));
        }
    }

    pub(super) fn of_person(&self, name: &str) -> Vec<(Time, Command)> {
        let lines = self.people.get(name).into_iter().flatten();
        lines.map(|(at, command, _)| (*at, command.clone())).collect()
    }

    pub(super) fn of_business(&self, name: &str) -> Vec<(Time, business::Command)> {
        self.businesses.get(name).cloned().unwrap_or_default()
    }

    /// Tells the watch which command of a person writes which message.
    pub(super) fn own_writes(&self, watch: &mut Watch, people: &BTreeMap<String, Handle<Device>>) {
        for (name, lines) in &self.people {
            let Some(handle) = people.get(name) else { continue };
            for (_, command, index) in lines {
                if let Some(index) = index {
                    watch.writes.insert((handle.id(), command.number), *index);
                }
            }
        }
    }
}

/// A person sends a picture with this caption, which the picture holds too.
fn shows(id: MessageId, to: PhoneNumber, caption: String) -> Ask {
    let file = File(business::picture_of(&caption));
    let media = Box::new(Media {
        kind: MediaKind::Image,
        blob: Vec::new(),
        key: [0; 32],
        digest: [0; 32],
        file_digest: [0; 32],
        size: 0,
        mime_type: "image/png".to_owned(),
        caption,
        filename: String::new(),
        voice: false,
        animated: false,
    });
    Ask::SendFile { id, to, quoted: None, media, file }
}

//! One conversation as a sequence diagram in Lamport's manner: a column for each node, time
//! downwards, an arrow from where a message left to where and when it arrived.

mod belongs;
mod layout;
mod mermaid;
mod svg;

use std::collections::BTreeMap;

use self::belongs::Belongs;
use super::{
    Target,
    bands::Band,
    flow::{Flow, passing},
    perfetto::first_line,
};
use crate::{
    kernel::HostId,
    scenario::Scenario,
    view::{Stream, View},
    watch::{Host, arrows},
    world::cast,
};

/// Arrows that a picture has; the rest is counted.
const MAX_ARROWS: usize = 1_000;
/// Characters of what somebody writes or sees that are kept.
const MAX_TEXT: usize = 400;
/// Columns of it that are shown.
pub(super) const SHOWN_TEXT: usize = 64;

/// Names of people and businesses by their numbers.
pub type Names = BTreeMap<String, String>;

/// How a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A picture that needs nothing but itself.
    Svg,
    /// Text for Mermaid, which draws it.
    Mermaid,
}

/// A picture of the conversation between two.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where it goes.
    pub target: Target,
    /// How it is written.
    pub form: Form,
    /// A person or impostor and a business, in either order.
    pub between: (String, String),
}

/// Two names between which there is no conversation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no conversation {between:?}: expected a person and a business of the scenario, such as \
     {example:?}; people: {people}; businesses: {businesses}"
)]
pub struct NoConversation {
    /// What was asked for.
    pub between: String,
    /// What could have been.
    pub example: String,
    /// Everybody with a device.
    pub people: String,
    /// Every business.
    pub businesses: String,
}

impl Wanted {
    /// The person and the business, in this order.
    ///
    /// # Errors
    ///
    /// [`NoConversation`] if the scenario has no such two.
    pub fn ends(&self, scenario: &Scenario) -> Result<(String, String), NoConversation> {
        let people: Vec<&str> = scenario
            .people
            .iter()
            .map(|person| &*person.name)
            .chain(scenario.impostors.iter().map(|impostor| &*impostor.name))
            .collect();
        let businesses: Vec<&str> = scenario.businesses.iter().map(|one| &*one.name).collect();
        let (a, b) = (&self.between.0, &self.between.1);
        for (person, business) in [(a, b), (b, a)] {
            if people.contains(&&**person) && businesses.contains(&&**business) {
                return Ok((person.clone(), business.clone()));
            }
        }
        let some = |names: &[&str]| names.first().copied().unwrap_or("?").to_owned();
        let listed = |names: &[&str]| {
            let shown: Vec<&str> = names.iter().take(12).copied().collect();
            let more = if names.len() > shown.len() { ", …" } else { "" };
            format!("{}{more}", shown.join(", "))
        };
        Err(NoConversation {
            between: format!("{a},{b}"),
            example: format!("{},{}", some(&people), some(&businesses)),
            people: listed(&people),
            businesses: listed(&businesses),
        })
    }
}

/// Something that went from one column to another, or happened in one.
#[derive(Clone, Debug)]
pub(super) struct Arrow {
    pub(super) from: HostId,
    pub(super) to: HostId,
    pub(super) at_us: u64,
    /// When each copy arrived.
    pub(super) arrived: Vec<u64>,
    pub(super) what: String,
    pub(super) bytes: usize,
}

impl Arrow {
    pub(super) fn is_at_home(&self) -> bool {
        self.from == self.to
    }
}

/// A picture while its run goes on.
#[derive(Debug)]
pub struct Diagram {
    wanted: Wanted,
    title: String,
    bands: Vec<Band>,
    belongs: Belongs,
    flow: Flow<Option<usize>>,
    arrows: Vec<Arrow>,
    left_out: u64,
}

/// What is drawn.
pub(super) struct Drawing<'a> {
    pub(super) title: String,
    /// The columns from left to right, with who runs them.
    pub(super) columns: Vec<(HostId, &'a Host)>,
    pub(super) arrows: &'a [Arrow],
    pub(super) bands: Vec<&'a Band>,
    pub(super) left_out: u64,
}

impl Diagram {
    /// Begins a picture. Ends that there are not make an empty one; [`Wanted::ends`] tells before.
    pub fn new(wanted: &Wanted, scenario: &Scenario, bands: &[Band]) -> Self {
        let (person, business) = wanted.ends(scenario).unwrap_or_else(|_| wanted.between.clone());
        let hop3 = cast::hop3(scenario, &business);
        Self {
            wanted: wanted.clone(),
            title: scenario.title.clone(),
            bands: bands.to_vec(),
            belongs: Belongs::new(person, business, hop3),
            flow: Flow::new(),
            arrows: Vec::new(),
            left_out: 0,
        }
    }

    /// Bytes that a node saw.
    pub fn view(&mut self, view: &View, hosts: &[Host], names: &Names) {
        let Some((passing, arrives)) = passing(view) else {
            let verb = match view.stream {
                Stream::AppIn => "writes",
                Stream::AppOut => "sees",
                Stream::FrameIn
                | Stream::FrameOut
                | Stream::RequestIn
                | Stream::RequestOut
                | Stream::ResponseIn
                | Stream::ResponseOut
                | Stream::Store
                | Stream::Erased
                | Stream::Log => return,
            };
            if self.belongs.at_home(view, hosts, names) {
                let text: String =
                    String::from_utf8_lossy(&view.bytes).chars().take(MAX_TEXT).collect();
                self.draw(view, view.host, format!("{verb} {text}"));
            }
            return;
        };
        if arrives {
            let arrow = self.flow.arrived(passing).and_then(|sent| sent.what);
            if let Some(arrow) = arrow.and_then(|index| self.arrows.get_mut(index)) {
                arrow.arrived.push(view.at.0);
            }
            return;
        }
        let mut index = None;
        if self.belongs.message(view, passing, hosts, names) {
            let (http, _, to, _) = passing;
            let what =
                if http { first_line(&view.bytes) } else { arrows::frame_words(&view.bytes) };
            index = self.draw(view, to, what);
        }
        self.flow.left(passing, view.at.0, index);
    }

    fn draw(&mut self, view: &View, to: HostId, what: String) -> Option<usize> {
        if self.arrows.len() >= MAX_ARROWS {
            self.left_out = self.left_out.saturating_add(1);
            return None;
        }
        self.arrows.push(Arrow {
            from: view.host,
            to,
            at_us: view.at.0,
            arrived: Vec::new(),
            what,
            bytes: view.bytes.len(),
        });
        self.arrows.len().checked_sub(1)
    }

    /// Nothing more happens: the picture is written.
    pub fn finish(self, hosts: &[Host]) {
        let text = match self.wanted.form {
            Form::Svg => svg::write(&self.drawing(hosts)),
            Form::Mermaid => mermaid::write(&self.drawing(hosts)),
        };
        self.wanted.target.write(text.as_bytes());
    }

    fn drawing<'a>(&'a self, hosts: &'a [Host]) -> Drawing<'a> {
        let takes_part =
            |id: HostId| self.arrows.iter().any(|arrow| arrow.from == id || arrow.to == id);
        let mut columns: Vec<(HostId, &Host)> =
            (0..).map(HostId).zip(hosts).filter(|(id, _)| takes_part(*id)).collect();
        columns.sort_by_key(|(id, host)| (self.belongs.column(host), *id));
        let seen = |node: &str| columns.iter().any(|(_, host)| host.name == node);
        let first = self.arrows.first().map_or(0, |arrow| arrow.at_us);
        let last = self.arrows.iter().flat_map(|arrow| arrow.arrived.iter().chain([&arrow.at_us]));
        let last = last.copied().max().unwrap_or(0);
        let bands = self.bands.iter().filter(|band| {
            let here = band.nodes.is_empty() || band.nodes.iter().any(|node| seen(node));
            here && band.from_us <= last && band.until_us >= first
        });
        let (person, business) = self.belongs.ends();
        Drawing {
            title: format!("{}: {person} and {business}", self.title),
            bands: bands.collect(),
            columns,
            arrows: &self.arrows,
            left_out: self.left_out,
        }
    }
}

//! What is remembered of links while they are up: unanswered requests and open mailboxes.
//!
//! A mailbox is open from its owner's hello until the link goes down. Nothing here is needed after
//! a restart: owners come again, and the rows are in the store. An absent owner takes no memory.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use vocab::{Address, Instant, Micros, NoiseKey, PhoneNumber, limits};

use crate::input::{Job, Mailbox};

/// All links that something came on.
#[derive(Debug, Default)]
pub(crate) struct Links {
    links: BTreeMap<NoiseKey, Link>,
    /// When each open mailbox has something to push again, earliest first.
    timers: BTreeSet<(Instant, NoiseKey, Address)>,
    /// Counts openings, so that work for an earlier one is known as late.
    openings: u64,
}

#[derive(Debug, Default)]
struct Link {
    unanswered: BTreeSet<u64>,
    mailboxes: Mailboxes,
}

/// Open mailboxes of one link, in the order of their addresses. Nearly every link has one, and a
/// tree would take the room of eleven.
#[derive(Debug, Default)]
struct Mailboxes(Vec<(Address, Open)>);

impl Mailboxes {
    fn place(&self, address: &Address) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(address))
    }

    fn get(&self, address: &Address) -> Option<&Open> {
        self.place(address).ok().and_then(|place| self.0.get(place)).map(|(_, open)| open)
    }

    fn get_mut(&mut self, address: &Address) -> Option<&mut Open> {
        let place = self.place(address).ok()?;
        self.0.get_mut(place).map(|(_, open)| open)
    }

    fn insert(&mut self, address: Address, open: Open) -> Option<Open> {
        match self.place(&address) {
            Ok(place) => self.0.get_mut(place).map(|(_, there)| core::mem::replace(there, open)),
            Err(place) => {
                if self.0.is_empty() {
                    self.0.reserve_exact(1);
                }
                self.0.insert(place, (address, open));
                None
            }
        }
    }
}

#[derive(Debug)]
struct Open {
    opening: u64,
    /// The request that opened it.
    hello: u64,
    /// Places that were pushed and not acknowledged.
    out: BTreeMap<u64, Out>,
    /// The last place that was pushed.
    cursor: Option<u64>,
    /// A push is under way.
    pushing: bool,
    /// Something may wait behind the cursor.
    more: bool,
    /// Its entry among the timers.
    timer: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Out {
    due: Instant,
    wait: Micros,
}

/// Whether a request is to be worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Yes.
    New,
    /// Its copy is being worked on: the answer to that one answers this one.
    UnderWay,
    /// The link has too many that wait.
    TooMany,
}

impl Links {
    /// A request came on a link.
    pub(crate) fn admit(&mut self, link: NoiseKey, request: u64) -> Admission {
        let unanswered = &mut self.links.entry(link).or_default().unanswered;
        if unanswered.contains(&request) {
            Admission::UnderWay
        } else if unanswered.len() >= limits::MAX_UNANSWERED {
            Admission::TooMany
        } else {
            unanswered.insert(request);
            Admission::New
        }
    }

    /// A request was answered.
    pub(crate) fn answered(&mut self, link: NoiseKey, request: u64) {
        if let Some(link) = self.links.get_mut(&link) {
            link.unanswered.remove(&request);
            if link.unanswered.is_empty() {
                // Not its room: most links are at rest nearly always.
                link.unanswered = BTreeSet::new();
            }
        }
    }

    /// A link went down: nothing is pushed to it until its end says hello again. The mailboxes that
    /// were open on it.
    pub(crate) fn down(&mut self, peer: NoiseKey) -> Vec<Address> {
        let Some(link) = self.links.remove(&peer) else { return Vec::new() };
        let mut closed = Vec::new();
        for (address, open) in link.mailboxes.0 {
            if let Some(timer) = open.timer {
                self.timers.remove(&(timer, peer, address.clone()));
            }
            closed.push(address);
        }
        closed
    }

    /// A number has another owner now: nothing more of it is pushed on the old one's link.
    pub(crate) fn lost(&mut self, link: NoiseKey, phone: &PhoneNumber) {
        let Some(there) = self.links.get_mut(&link) else { return };
        let timers = &mut self.timers;
        there.mailboxes.0.retain_mut(|(address, open)| {
            let goes = address.phone == *phone;
            if let Some(timer) = open.timer.filter(|_| goes) {
                timers.remove(&(timer, link, address.clone()));
            }
            !goes
        });
    }

    /// The owner of a mailbox is here: what was out before is pushed anew. A copy of the hello that
    /// opened it changes nothing.
    pub(crate) fn hello(&mut self, link: NoiseKey, address: &Address, request: u64) {
        let mailboxes = &mut self.links.entry(link).or_default().mailboxes;
        if mailboxes.get(address).is_some_and(|open| open.hello == request) {
            return;
        }
        self.openings = self.openings.saturating_add(1);
        let fresh = Open {
            opening: self.openings,
            hello: request,
            out: BTreeMap::new(),
            cursor: None,
            pushing: false,
            more: true,
            timer: None,
        };
        if let Some(Open { timer: Some(timer), .. }) = mailboxes.insert(address.clone(), fresh) {
            self.timers.remove(&(timer, link, address.clone()));
        }
    }

    /// Whether the owner of a mailbox is here.
    pub(crate) fn is_open(&self, link: NoiseKey, address: &Address) -> bool {
        self.links.get(&link).is_some_and(|link| link.mailboxes.get(address).is_some())
    }

    /// The opening of a mailbox that lasts, if its owner is here.
    pub(crate) fn mailbox(&self, link: NoiseKey, address: &Address) -> Option<Mailbox> {
        let open = self.links.get(&link)?.mailboxes.get(address)?;
        Some(Mailbox { link, address: address.clone(), opening: open.opening })
    }

    /// Whether this opening of a mailbox is the one that lasts.
    pub(crate) fn is_current(&self, mailbox: &Mailbox) -> bool {
        let link = self.links.get(&mailbox.link);
        link.and_then(|link| link.mailboxes.get(&mailbox.address))
            .is_some_and(|open| open.opening == mailbox.opening)
    }

    /// An envelope joined a mailbox.
    pub(crate) fn arrived(&mut self, link: NoiseKey, address: &Address) {
        if let Some(open) = self.open(link, address) {
            open.more = true;
        }
    }

    /// Places were acknowledged, or are found gone.
    pub(crate) fn gone(&mut self, link: NoiseKey, address: &Address, places: &[u64]) {
        if let Some(open) = self.open(link, address) {
            for place in places {
                open.out.remove(place);
            }
            if open.out.is_empty() {
                open.out = BTreeMap::new();
            }
            self.set_timer(link, address);
        }
    }

    /// A push has ended: these places are out, of as many as there was `room` for.
    pub(crate) fn pushed(&mut self, to: &Mailbox, places: &[u64], room: usize, now: Instant) {
        if !self.is_current(to) {
            return;
        }
        let Some(open) = self.open(to.link, &to.address) else { return };
        open.pushing = false;
        open.more |= places.len() >= room;
        open.cursor = places.last().copied().or(open.cursor);
        let wait = limits::RESEND_FIRST;
        open.out.extend(places.iter().map(|place| (*place, Out { due: now.after(wait), wait })));
        self.set_timer(to.link, &to.address);
    }

    /// The next push into an open mailbox's link, if there is one to make.
    pub(crate) fn next_push(&mut self, link: NoiseKey, address: &Address) -> Option<Job> {
        let open = self.open(link, address)?;
        let room = limits::MAX_UNACKNOWLEDGED.saturating_sub(open.out.len());
        if open.pushing || !open.more || room == 0 {
            return None;
        }
        open.pushing = true;
        open.more = false;
        let to = Mailbox { link, address: address.clone(), opening: open.opening };
        Some(Job::Push { to, after: open.cursor, room })
    }

    /// What is to be pushed again by now; each waits twice as long for the next time.
    pub(crate) fn overdue(&mut self, now: Instant) -> Vec<Job> {
        let mut jobs = Vec::new();
        while let Some((due, link, address)) = self.timers.first().cloned()
            && due <= now
        {
            self.timers.pop_first();
            let Some(open) = self.open(link, &address) else { continue };
            open.timer = None;
            let mut places = Vec::new();
            for (place, out) in open.out.iter_mut().filter(|(_, out)| out.due <= now) {
                out.wait = out.wait.doubled_up_to(limits::RESEND_MOST);
                out.due = now.after(out.wait);
                places.push(*place);
            }
            let to = Mailbox { link, address: address.clone(), opening: open.opening };
            jobs.push(Job::PushAgain { to, places });
            self.set_timer(link, &address);
        }
        jobs
    }

    /// When [`Links::overdue`] has something.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        self.timers.first().map(|(due, _, _)| *due)
    }

    fn open(&mut self, link: NoiseKey, address: &Address) -> Option<&mut Open> {
        self.links.get_mut(&link)?.mailboxes.get_mut(address)
    }

    fn set_timer(&mut self, link: NoiseKey, address: &Address) {
        let Some(open) = self.open(link, address) else { return };
        let due = open.out.values().map(|out| out.due).min();
        let before = core::mem::replace(&mut open.timer, due);
        if before == due {
            return;
        }
        if let Some(before) = before {
            self.timers.remove(&(before, link, address.clone()));
        }
        if let Some(due) = due {
            self.timers.insert((due, link, address.clone()));
        }
    }
}

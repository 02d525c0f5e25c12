//! What left one node and arrived at another, matched: whose arrow ends where.

use std::collections::{BTreeMap, VecDeque};

use crate::{
    kernel::HostId,
    view::{Stream, View},
};

/// Messages that are remembered at once, arrived ones included: a second copy may still come.
const REMEMBERED: usize = 1 << 16;

/// Names a message on its way: whether by HTTP, from whom, to whom, which.
pub(super) type Passing = (bool, HostId, HostId, u64);

/// What both ends say of a message on its way.
#[derive(Debug)]
pub(super) struct Flow<T> {
    open: BTreeMap<Passing, Sent<T>>,
    order: VecDeque<Passing>,
    remembered: usize,
}

/// A message that left.
#[derive(Debug)]
pub(super) struct Sent<T> {
    /// When, in microseconds.
    pub(super) at_us: u64,
    /// Copies that arrived.
    pub(super) arrived: u32,
    /// What is to be known at its arrival.
    pub(super) what: T,
}

/// The message of a view, if it went from one node to another, and whether it arrives.
pub(super) const fn passing(view: &View) -> Option<(Passing, bool)> {
    let Some(peer) = view.peer else { return None };
    let (http, arrives) = match view.stream {
        Stream::FrameOut => (false, false),
        Stream::FrameIn => (false, true),
        Stream::RequestOut | Stream::ResponseOut => (true, false),
        Stream::RequestIn | Stream::ResponseIn => (true, true),
        Stream::Store | Stream::Erased | Stream::AppIn | Stream::AppOut | Stream::Log => {
            return None;
        }
    };
    let (from, to) = if arrives { (peer, view.host) } else { (view.host, peer) };
    Some(((http, from, to, view.number), arrives))
}

impl<T> Flow<T> {
    pub(super) const fn new() -> Self {
        Self { open: BTreeMap::new(), order: VecDeque::new(), remembered: REMEMBERED }
    }

    /// A message left. What is forgotten for it, and whether that ever arrived.
    pub(super) fn left(
        &mut self,
        passing: Passing,
        at_us: u64,
        what: T,
    ) -> Option<(Passing, Sent<T>)> {
        self.open.insert(passing, Sent { at_us, arrived: 0, what });
        self.order.push_back(passing);
        if self.order.len() <= self.remembered {
            return None;
        }
        let oldest = self.order.pop_front()?;
        Some((oldest, self.open.remove(&oldest)?))
    }

    /// A copy of a message arrived.
    pub(super) fn arrived(&mut self, passing: Passing) -> Option<&mut Sent<T>> {
        let sent = self.open.get_mut(&passing)?;
        sent.arrived = sent.arrived.saturating_add(1);
        Some(sent)
    }

    /// Everything that is remembered, in the order in which it left.
    pub(super) fn finish(&mut self) -> Vec<(Passing, Sent<T>)> {
        let order = std::mem::take(&mut self.order);
        order
            .into_iter()
            .filter_map(|passing| Some((passing, self.open.remove(&passing)?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Flow;
    use crate::kernel::HostId;

    #[test]
    fn what_is_on_its_way_never_takes_more_than_its_share_of_memory() {
        let mut flow = Flow { remembered: 2, ..Flow::new() };
        let passing = |number| (false, HostId(0), HostId(1), number);
        assert!(flow.left(passing(0), 10, ()).is_none());
        assert!(flow.left(passing(1), 11, ()).is_none());
        assert_eq!(flow.arrived(passing(0)).unwrap().arrived, 1);
        let (gone, sent) = flow.left(passing(2), 12, ()).unwrap();
        assert_eq!((gone, sent.arrived, sent.at_us), (passing(0), 1, 10));
        assert!(flow.arrived(passing(0)).is_none(), "it is forgotten");
        assert_eq!(flow.finish().len(), 2);
    }
}

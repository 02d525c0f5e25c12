//! A typed name for a host.

use std::marker::PhantomData;

use crate::kernel::HostId;

/// A host on which a hop of type `H` lives.
pub struct Handle<H> {
    id: HostId,
    hop: PhantomData<fn() -> H>,
}

impl<H> Handle<H> {
    pub(crate) const fn new(id: HostId) -> Self {
        Self { id, hop: PhantomData }
    }

    /// The host.
    pub const fn id(self) -> HostId {
        self.id
    }
}

impl<H> Clone for Handle<H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for Handle<H> {}

impl<H> core::fmt::Debug for Handle<H> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Handle({})", self.id.0)
    }
}

//! What a case is: data, and a function that tries it.

use super::stage::Stage;

/// A handshake with the ratchet after it, as the adapter protocol names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Profile {
    V3,
    V4,
    V4Spqr,
}

impl Profile {
    pub(crate) const ALL: [Self; 3] = [Self::V3, Self::V4, Self::V4Spqr];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::V3 => "v3",
            Self::V4 => "v4",
            Self::V4Spqr => "v4-spqr",
        }
    }

    pub(crate) const fn has_kem(self) -> bool {
        matches!(self, Self::V4 | Self::V4Spqr)
    }

    pub(crate) const fn version_byte(self) -> u8 {
        if self.has_kem() { 0x44 } else { 0x33 }
    }
}

/// What the implementation under test does in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// It starts the session from a bundle.
    Initiates,
    /// It publishes the bundle.
    Responds,
}

impl Role {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Initiates => "initiates",
            Self::Responds => "responds",
        }
    }
}

/// How binding a case is. What is only recommended fails a run too, unless a reason is on file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Must,
    Should,
}

impl Level {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
        }
    }
}

/// How something is read that deployed clients read in one way and the specification in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As deployed clients do.
    Compat,
    /// As the specification says, or stricter.
    Strict,
}

impl Reading {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compat => "compat",
            Self::Strict => "strict",
        }
    }
}

/// Why a case went no further.
#[derive(Debug)]
pub(crate) enum Stop {
    /// What the case claims does not hold.
    Failed(String),
    /// The process is of no use any more.
    Broken(String),
    /// The implementation says that it cannot do this.
    Unsupported(String),
}

pub(crate) type Checked<T = ()> = Result<T, Stop>;

/// One thing that an implementation has to do, or not to do.
#[derive(Debug)]
pub(crate) struct Case {
    /// Family and name: `family.name`. Never changes once it is published.
    pub(crate) id: &'static str,
    /// Document, revision and section, or `deployed` and what deployed clients agree on.
    pub(crate) section: &'static str,
    pub(crate) level: Level,
    pub(crate) profiles: &'static [Profile],
    pub(crate) roles: &'static [Role],
    /// Optional operations of the adapter protocol that it cannot do without.
    pub(crate) needs: &'static [&'static str],
    /// Whether either reading passes; the verdict says which was found.
    pub(crate) readings: bool,
    /// What has to hold.
    pub(crate) claim: &'static str,
    /// Why it matters.
    pub(crate) why: &'static str,
    pub(crate) check: fn(&mut Stage<'_>) -> Checked,
}

pub(crate) const EVERY: &[Profile] = &Profile::ALL;
pub(crate) const KEM: &[Profile] = &[Profile::V4, Profile::V4Spqr];
pub(crate) const BOTH: &[Role] = &[Role::Initiates, Role::Responds];
pub(crate) const INITIATES: &[Role] = &[Role::Initiates];
pub(crate) const RESPONDS: &[Role] = &[Role::Responds];

/// What most cases are; the rest of a case is its own.
pub(crate) const MUST: Case = Case {
    id: "",
    section: "",
    level: Level::Must,
    profiles: EVERY,
    roles: BOTH,
    needs: &[],
    readings: false,
    claim: "",
    why: "",
    check: |_| Ok(()),
};

/// As [`MUST`], only recommended.
pub(crate) const SHOULD: Case = Case { level: Level::Should, ..MUST };

impl Case {
    /// What comes before the dot.
    pub(crate) fn family(&self) -> &'static str {
        self.id.split_once('.').map_or(self.id, |(family, _)| family)
    }
}

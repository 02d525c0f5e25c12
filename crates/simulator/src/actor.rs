//! Actors: who operates a node. What an actor sees is what its nodes see.

/// Who operates a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// A person.
    User,
    /// The transport's operator (WhatsApp's role).
    Transport,
    /// The operator of the Cloud API (Meta's role as a processor).
    CloudApi,
    /// A business.
    Business,
    /// The rest of Meta.
    RestOfMeta,
    /// The ads system.
    Ads,
    /// Business Manager.
    BusinessManager,
}

impl Actor {
    /// All actors, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::User,
        Self::Transport,
        Self::CloudApi,
        Self::Business,
        Self::RestOfMeta,
        Self::Ads,
        Self::BusinessManager,
    ];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Transport => "transport",
            Self::CloudApi => "cloud_api",
            Self::Business => "business",
            Self::RestOfMeta => "rest_of_meta",
            Self::Ads => "ads",
            Self::BusinessManager => "business_manager",
        }
    }
}

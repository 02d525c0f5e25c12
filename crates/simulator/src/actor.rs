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
    /// The automatic-reply service: optional, with a section of its own in the data map
    /// (requirement R004), and so in no list of those who are always there.
    AutoReply,
}

impl Actor {
    /// All actors but optional services, in the order of reports.
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
            Self::AutoReply => "auto_reply",
        }
    }
}

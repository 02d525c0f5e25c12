//! Planted mistakes: each disables one guard, so that a checker can be seen to catch it.
//!
//! Without the feature `mutants` none of them acts and the guards are unconditional.

/// A mistake planted in the Cloud API.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// A webhook counts as delivered however its exchange ended.
    WebhookDoneAnyhow,
    /// A message that the transport took is reported as delivered.
    DeliveredWhenTaken,
    /// A request of a business that came before is a new one each time.
    RequestForgotten,
    /// Who wrote a message is kept in clear.
    AuthorInClear,
    /// A billing record says who was written to.
    BillNamesPerson,
    /// Who wrote a message is kept for ever.
    AuthorForEver,
    /// Whoever has written once is in the window for ever.
    WindowForEver,
    /// One person is written to as often as a business likes.
    PairRateIgnored,
    /// Marketing goes also to whom it stopped for.
    MarketingStopIgnored,
    /// Marketing goes to one person as often as a business likes.
    MarketingUncapped,
    /// The identity key that a business expects is not compared.
    IdentityUnchecked,
    /// A template is sent in whatever state it is.
    TemplateStateIgnored,
    /// Webhooks are signed before they are escaped.
    SignedUnescaped,
    /// A webhook's body is not escaped.
    Unescaped,
    /// The token of any business serves for every number.
    AnyBusiness,
    /// A token is good for everything of its business, whatever it was issued for.
    ScopesIgnored,
    /// Anybody may have bytes carried to the endpoint of a flow.
    AnyFlowClient,
    /// A flow is published whatever its endpoint says.
    EndpointUnchecked,
    /// A cell of analytics is shown however small it is.
    SmallCells,
    /// Optional services are handed the messages of businesses that did not add them.
    ServiceFedWhileOff,
}

/// Whether the mistake `wanted` is planted.
#[cfg(feature = "mutants")]
pub(crate) fn planted(mutant: Option<Mutant>, wanted: Mutant) -> bool {
    mutant == Some(wanted)
}

/// Without the feature nothing is ever planted.
#[cfg(not(feature = "mutants"))]
pub(crate) const fn planted(_mutant: Option<Mutant>, _wanted: Mutant) -> bool {
    false
}

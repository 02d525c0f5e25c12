//! What the servers tell their operators: an audit without content, numbers or tokens.

/// One line of a server's audit.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody asked for what they have no right to, or for what there is not: 401, 403, 404 of a
    /// path, 405.
    Denied {
        /// Who, or `unknown`.
        principal: String,
        /// The method, or `OTHER` where it is none of HTTP's usual ones.
        method: &'static str,
        /// The pattern of the route, or `unknown`.
        pattern: &'static str,
    },
    /// Somebody with the right to ask asked for what cannot be done: 400, 404 of an object, 409,
    /// 413.
    Invalid {
        /// Who.
        principal: String,
        /// The method.
        method: &'static str,
        /// The pattern of the route.
        pattern: &'static str,
    },
    /// A business added an optional service (requirement R002), or agreed to other terms of it.
    ServiceEnabled {
        /// The business.
        business: String,
        /// The service.
        service: String,
        /// The service's own terms, which the business agreed to.
        terms_id: String,
    },
    /// A business removed an optional service.
    ServiceRemoved {
        /// The business.
        business: String,
        /// The service.
        service: String,
    },
    /// An optional service processed a message (requirement R003).
    Processed {
        /// The service.
        service: &'static str,
        /// The business that added it.
        business: String,
        /// The message, as Graph names it.
        message: String,
        /// The terms of the service under which it did, which are never those of the Cloud API.
        terms_id: String,
    },
    /// Somebody read what they have the right to read.
    Accessed {
        /// Who.
        principal: String,
        /// The pattern of the route.
        pattern: &'static str,
    },
}

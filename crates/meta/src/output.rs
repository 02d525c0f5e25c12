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
    /// Somebody read what they have the right to read.
    Accessed {
        /// Who.
        principal: String,
        /// The pattern of the route.
        pattern: &'static str,
    },
}

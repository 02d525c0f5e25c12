//! What a token has to be good for, call by call.
//!
//! The names are Meta's permissions. Which call needs which is ours where Meta's description does
//! not say: what people write and are sent needs one, all else the other.

use hop::http::Route;

use super::manage::edge;
use crate::errors::{GraphError, codes};

/// Something that a token can be good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Messages, files in them, and whom a number blocks.
    Messaging,
    /// Numbers, accounts, apps, templates and flows.
    Management,
}

impl Scope {
    /// As Meta calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Messaging => "whatsapp_business_messaging",
            Self::Management => "whatsapp_business_management",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Messaging, Self::Management].into_iter().find(|scope| scope.name() == name)
    }

    /// What a call needs; `None` where that depends on what the id in its path names.
    pub(crate) fn of(route: &Route) -> Option<Self> {
        match edge(route) {
            "messages" | "marketing_messages" | "message_history" | "events" | "media"
            | "block_users" => Some(Self::Messaging),
            "" => None,
            _ => Some(Self::Management),
        }
    }
}

/// All that a token is good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scopes {
    messaging: bool,
    management: bool,
}

impl Scopes {
    pub(crate) const ALL: Self = Self { messaging: true, management: true };

    /// # Errors
    ///
    /// Error 200, with the name of what the token lacks.
    pub(crate) fn need(self, scope: Scope) -> Result<(), GraphError> {
        let has = match scope {
            Scope::Messaging => self.messaging,
            Scope::Management => self.management,
        };
        let lacks = || format!("The access token lacks the permission {}.", scope.name());
        if has { Ok(()) } else { Err(GraphError::with(codes::API_PERMISSION, lacks())) }
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<T: IntoIterator<Item = Scope>>(scopes: T) -> Self {
        scopes.into_iter().fold(Self::default(), |scopes, scope| match scope {
            Scope::Messaging => Self { messaging: true, ..scopes },
            Scope::Management => Self { management: true, ..scopes },
        })
    }
}

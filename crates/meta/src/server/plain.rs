//! A hop that is a server and nothing else.

use hop::router::TokenHash;

/// What one server is that nobody but its callers has to be told of.
#[derive(Clone)]
pub struct Config {
    /// SHA-256 of every token that may call, with whose it is.
    pub principals: Vec<(TokenHash, String)>,
}

/// The hop `$hop`, which does what is asked of `$service` and has no work of its own: all that it
/// knows beside its configuration is in its store.
macro_rules! plain_server {
    ($(#[$doc:meta])* $hop:ident, $service:ident) => {
        $(#[$doc])*
        pub struct $hop($crate::server::Server<$service>);

        impl $hop {
            /// A server without anything but its configuration; all else is in its store.
            pub fn new(config: $crate::server::Config) -> Self {
                Self($crate::server::Server::new($service, config.principals))
            }
        }

        impl hop::Hop for $hop {
            type Command = $crate::server::NoCommand;
            type Event = $crate::output::Event;

            fn handle(
                &mut self,
                input: hop::Input<Self::Command>,
                now: vocab::Now,
                rng: &mut dyn rand_core::CryptoRng,
            ) -> hop::Outputs<Self::Event> {
                let mut effects = Vec::new();
                let _no_notes = self.0.handle(input, now, rng, &mut effects);
                hop::Outputs { effects, wake_at: self.0.wake_at() }
            }
        }
    };
}

pub(crate) use plain_server;

//! What a device is told before it starts.

/// A person's device.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its end of every conversation.
    pub endpoint: endpoint::Config,
    /// Under which its rows name people.
    pub name_key: [u8; 32],
}

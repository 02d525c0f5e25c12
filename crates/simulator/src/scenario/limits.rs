//! How much a scenario may ask for. Each is ours and generous: what is refused is a slip.

use vocab::Micros;

/// Bytes of a scenario file.
pub const MAX_FILE: u64 = 1024 * 1024;
/// Bytes of a chat export.
pub const MAX_CHAT_FILE: u64 = 16 * 1024 * 1024;
/// The longest span of time.
pub const MAX_SPAN: Micros = Micros::days(400);
/// Seeds are below this, so that every JSON reader keeps them exact.
pub const SEEDS: u64 = 1 << 53;
/// Partitions of the simulated world.
pub const MAX_PARTITIONS: u64 = 64;
/// Characters of a name of a person or a business.
pub const MAX_NAME: usize = 64;
/// Characters of a label, an id, a title or a line of business information.
pub const MAX_LINE: usize = 200;
/// Characters of a text that somebody writes: what the Cloud API takes (4,096), less two canaries.
pub const MAX_TEXT: usize = 4_000;
/// Characters of a replayed text, which gets no canary: what the Cloud API takes.
pub const MAX_REPLAYED_TEXT: usize = 4_096;
/// Messages that one `[[generate]]` makes.
pub const MAX_GENERATED: u64 = 100_000;
/// Words of a generated message.
pub const MAX_WORDS: u64 = 100;
/// How much faster than it happened a chat may be replayed.
pub const MAX_PACE: u64 = 1_000_000;
/// Rounds of the readers.
pub const MAX_ROUNDS: u64 = 10_000;
/// Of so many questions a reader asks one in a round.
pub const MAX_ONE_IN: u64 = 1_000;
/// Faults of one plan.
pub const MAX_FAULTS: usize = 1_000;
/// Faults of one family that a swarm draws.
pub const MAX_DRAWN: u64 = 100;
/// Bytes a second of a narrow link.
pub const MAX_BANDWIDTH: u64 = 1_000_000_000_000;
/// People of one `[[population]]`, and of all of them.
pub const MAX_PEOPLE: u64 = 1_000_000;
/// Businesses of one `[[businesses]]`, and of all of them.
pub const MAX_BUSINESSES: u64 = 10_000;
/// Businesses that one person of a population writes to.
pub const MAX_KNOWN: u64 = 100;
/// Messages that one person of a population writes in a day.
pub const MAX_WRITES: u64 = 1_000;
/// Nodes of the Cloud API.
pub const MAX_CLOUD_NODES: u64 = 64;
/// Nodes of the transport.
pub const MAX_TRANSPORT_NODES: u64 = 16;
/// Parts of the world.
pub const MAX_REGIONS: usize = 64;
/// People of populations up to whom a run is noted in full unless the scenario says otherwise.
pub const NOTED_IN_FULL: u64 = 2_000;

//! Discrete events in virtual time.
//!
//! Hosts are spread over partitions. A window is as long as the shortest latency between two
//! partitions, so within one window no partition can affect another: each runs alone, and what it
//! sends to the others is handed over at the window's end. Events happen in the order (time,
//! source, per-source sequence). An event never takes effect at the moment of its cause but at
//! least a microsecond later, so that order is total and the same however hosts are spread.
//!
//! Knows: hosts, links, time, crashes. Does not know: any hop, or what any message says.

mod assemble;
mod builder;
mod crew;
mod deal;
mod directory;
mod event;
mod ground;
mod links;
mod partition;
mod port;
mod queue;
mod receive;
mod recording;
mod records;
mod report;
mod run;
#[cfg(test)]
mod tests;
mod trouble;
mod web;

pub use self::{
    assemble::BuildError,
    builder::Builder,
    crew::NoThreads,
    event::{HostId, Stamp, Time, Timer, WireId},
    port::Port,
    recording::{Difference, Received, Recording},
    report::{Report, Stop},
    run::{Kernel, NeedsOnePartition},
    trouble::NoSuchNode,
};

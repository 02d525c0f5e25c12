//! Statistics: counts of the Cloud API from which no person can be told.
//!
//! Knows: how much happened for a business on a day. Does not know: to whom, and nothing at all
//! about fewer than [`vocab::limits::SMALLEST_CELL`] events; an export with such a cell is refused
//! whole.

mod exports;
mod rows;

use hop::http::Route;
use vocab::DataClass;

use self::exports::Exports;
pub use crate::server::Config;
use crate::server::plain_server;

/// The interfaces of Statistics.
pub const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        pattern: "/cells",
        class: DataClass::Statistics,
        doc: "The Cloud API exports cells; repeated with the same id they count once.",
    },
    Route {
        method: "GET",
        pattern: "/export",
        class: DataClass::Statistics,
        doc: "Everything that was exported.",
    },
];

plain_server!(
    /// Statistics as a hop.
    Statistics,
    Exports
);

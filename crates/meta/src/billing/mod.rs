//! Billing: what each business is charged for, and nothing about whom it wrote to.
//!
//! Knows: business, category, count, day. Does not know: any message or any number; a record with a
//! field for one is refused.

mod books;
mod rows;

use hop::http::Route;
use vocab::DataClass;

use self::books::Books;
pub use crate::server::Config;
use crate::server::plain_server;

/// The interfaces of Billing.
pub const ROUTES: &[Route] = &[
    Route {
        method: "POST",
        pattern: "/records",
        class: DataClass::Billing,
        doc: "The Cloud API reports one billable event; repeated with the same id it counts once.",
    },
    Route {
        method: "GET",
        pattern: "/records",
        class: DataClass::Billing,
        doc: "What every business is charged for; a business reads its own.",
    },
];

plain_server!(
    /// Billing as a hop.
    Billing,
    Books
);

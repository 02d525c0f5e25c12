//! Business Manager: which businesses there are, which numbers are theirs, and what they granted.
//!
//! Knows: businesses, numbers, grants, whose token is whose. Does not know: any customer of any
//! business, any message, any key that opens one.
//!
//! A grant is a business's word that the Cloud API may act for one of its numbers. The Cloud API is
//! told that grants changed until it has answered, and asks for them itself. An optional service
//! that a business added travels with its grants, with the terms that it was added under.

mod config;
mod handle;
mod input;
mod rows;
mod state;
mod telling;

use hop::http::Route;
use vocab::DataClass;

pub use self::{config::Config, state::BusinessManager};

/// Where a business adds and removes an optional service.
pub const SERVICE: &str = "/businesses/{id}/services/{service}";

/// The interfaces of Business Manager.
pub const ROUTES: &[Route] = &[
    Route {
        method: "PUT",
        pattern: "/businesses/{id}",
        class: DataClass::BusinessInformation,
        doc: "A business writes its own record.",
    },
    Route {
        method: "PUT",
        pattern: "/businesses/{id}/numbers/{phone_number_id}",
        class: DataClass::BusinessInformation,
        doc: "A business adds a number of its own.",
    },
    Route {
        method: "PUT",
        pattern: "/businesses/{id}/grants/{phone_number_id}",
        class: DataClass::BusinessInformation,
        doc: "A business grants the Cloud API the power to act for one of its numbers.",
    },
    Route {
        method: "DELETE",
        pattern: "/businesses/{id}/grants/{phone_number_id}",
        class: DataClass::BusinessInformation,
        doc: "A business revokes such a grant.",
    },
    Route {
        method: "PUT",
        pattern: SERVICE,
        class: DataClass::BusinessInformation,
        doc: "A business adds an optional service, under terms of the service's own.",
    },
    Route {
        method: "DELETE",
        pattern: SERVICE,
        class: DataClass::BusinessInformation,
        doc: "A business removes an optional service.",
    },
    Route {
        method: "GET",
        pattern: "/businesses",
        class: DataClass::BusinessInformation,
        doc: "Every business; a business reads its own record.",
    },
    Route {
        method: "GET",
        pattern: "/businesses/{id}",
        class: DataClass::BusinessInformation,
        doc: "One business; a business reads its own record.",
    },
    Route {
        method: "GET",
        pattern: "/grants",
        class: DataClass::BusinessInformation,
        doc: "The Cloud API reads for which numbers it may act.",
    },
    Route {
        method: "GET",
        pattern: "/principals/{hash}",
        class: DataClass::Credential,
        doc: "The Cloud API asks whose a token is, by the SHA-256 of the token in hexadecimal.",
    },
];

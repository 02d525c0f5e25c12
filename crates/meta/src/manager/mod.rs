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

/// What a token can be good for, as Meta calls it: messages and files; everything else.
pub const SCOPES: [&str; 2] = ["whatsapp_business_messaging", "whatsapp_business_management"];

/// The system users of a business.
pub const USERS: &str = "/businesses/{id}/system_users";
/// Where a business makes and removes one.
pub const USER: &str = "/businesses/{id}/system_users/{user}";
/// Where it has a token issued for one.
pub const TOKENS: &str = "/businesses/{id}/system_users/{user}/tokens";
/// Where it takes one back.
pub const TOKEN: &str = "/businesses/{id}/tokens/{hash}";

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
        pattern: USERS,
        class: DataClass::BusinessInformation,
        doc: "The system users of a business.",
    },
    Route {
        method: "PUT",
        pattern: USER,
        class: DataClass::BusinessInformation,
        doc: "A business says who may act for it with tokens of their own, and for which numbers.",
    },
    Route {
        method: "POST",
        pattern: TOKENS,
        class: DataClass::Credential,
        doc: "A business has a token issued to a system user, for some things and some time.",
    },
    Route {
        method: "DELETE",
        pattern: TOKEN,
        class: DataClass::Credential,
        doc: "A business takes such a token back, by its SHA-256 in hexadecimal.",
    },
    Route {
        method: "DELETE",
        pattern: USER,
        class: DataClass::BusinessInformation,
        doc: "A business removes a system user, whose tokens end with it.",
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

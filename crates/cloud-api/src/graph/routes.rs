//! The table of routes. Paths may begin with a version, which makes no difference here.

use hop::http::Route;
use vocab::DataClass;

use super::{GRANTS_CHANGED, flows, messages};

const CONTENT: DataClass = DataClass::MessageContent;
const BUSINESS: DataClass = DataClass::BusinessInformation;
const PHONE: DataClass = DataClass::ConsumerPhone;
const SECRET: DataClass = DataClass::Credential;
const TEMPLATE: DataClass = DataClass::Template;

/// Every interface of this server; of two that fit a path the first one counts.
pub const ROUTES: &[Route] = &[
    route("POST", messages::MESSAGES, CONTENT, "send a message, or mark one as read"),
    route("POST", messages::MARKETING, CONTENT, "send a template that advertises"),
    route("GET", "/{phone_number_id}/message_history", CONTENT, "messages that this number sent"),
    route("GET", "/{id}/events", BUSINESS, "what became of one, and of the webhooks about it"),
    route("POST", GRANTS_CHANGED, BUSINESS, "Business Manager says that grants changed"),
    // What the apps of people ask about flows.
    route("POST", flows::ENVIRONMENT, TEMPLATE, "what an app has to know before it shows a flow"),
    route("POST", flows::EXCHANGE, CONTENT, "carry sealed bytes to the endpoint of a flow"),
    // Numbers.
    route("POST", "/{phone_number_id}/register", SECRET, "register a number, with its PIN"),
    route("POST", "/{phone_number_id}/deregister", BUSINESS, "deregister a number"),
    route("POST", "/{phone_number_id}/request_code", SECRET, "have a verification code sent"),
    route("POST", "/{phone_number_id}/verify_code", SECRET, "verify a number with its code"),
    route("GET", "/{phone_number_id}/settings", BUSINESS, "storage and identity settings"),
    route("POST", "/{phone_number_id}/settings", BUSINESS, "change them"),
    route("GET", "/{phone_number_id}/whatsapp_business_profile", BUSINESS, "what people see"),
    route("POST", "/{phone_number_id}/whatsapp_business_profile", BUSINESS, "change it"),
    route("GET", "/{phone_number_id}/whatsapp_business_encryption", BUSINESS, "the key of flows"),
    route("POST", "/{phone_number_id}/whatsapp_business_encryption", BUSINESS, "set it"),
    route("GET", "/{phone_number_id}/whatsapp_commerce_settings", BUSINESS, "catalogue and cart"),
    route("POST", "/{phone_number_id}/whatsapp_commerce_settings", BUSINESS, "change them"),
    route("GET", "/{phone_number_id}/conversational_automation", BUSINESS, "prompts, commands"),
    route("POST", "/{phone_number_id}/conversational_automation", BUSINESS, "change them"),
    route("GET", "/{phone_number_id}/block_users", PHONE, "whom this number blocks"),
    route("POST", "/{phone_number_id}/block_users", PHONE, "block people"),
    route("DELETE", "/{phone_number_id}/block_users", PHONE, "stop blocking people"),
    route("GET", "/{phone_number_id}/message_qrdls", BUSINESS, "links that begin a chat"),
    route("POST", "/{phone_number_id}/message_qrdls", BUSINESS, "make or change one"),
    route("GET", "/{phone_number_id}/message_qrdls/{id}", BUSINESS, "one of them"),
    route("DELETE", "/{phone_number_id}/message_qrdls/{id}", BUSINESS, "delete one"),
    route("POST", "/{phone_number_id}/media", CONTENT, "upload a file"),
    route("GET", "/media/{id}", CONTENT, "download a file, within five minutes of its address"),
    // WhatsApp business accounts.
    route("GET", "/{id}/phone_numbers", BUSINESS, "the numbers of an account"),
    route("GET", "/{id}/message_templates", TEMPLATE, "the templates of an account"),
    route("POST", "/{id}/message_templates", TEMPLATE, "make a template"),
    route("DELETE", "/{id}/message_templates", TEMPLATE, "delete a template by its name"),
    route("GET", "/{id}/subscribed_apps", BUSINESS, "who gets the webhooks of an account"),
    route("POST", "/{id}/subscribed_apps", SECRET, "subscribe, also with another address"),
    route("DELETE", "/{id}/subscribed_apps", BUSINESS, "have no webhooks sent"),
    route("GET", "/{id}/flows", TEMPLATE, "the flows of an account"),
    route("POST", "/{id}/flows", TEMPLATE, "make a flow"),
    // Flows.
    route("GET", "/{id}/assets", TEMPLATE, "what a flow is made of"),
    route("POST", "/{id}/assets", TEMPLATE, "upload its Flow JSON"),
    route("POST", "/{id}/publish", TEMPLATE, "have it sent to everybody"),
    route("POST", "/{id}/deprecate", TEMPLATE, "have it sent to nobody"),
    // Apps.
    route("GET", "/oauth/access_token", SECRET, "an app's own token"),
    route("POST", "/oauth/access_token", SECRET, "an app's own token"),
    route("GET", "/{id}/subscriptions", BUSINESS, "where webhooks of an app go"),
    route("POST", "/{id}/subscriptions", SECRET, "say where they go"),
    route("DELETE", "/{id}/subscriptions", BUSINESS, "have them go where they went before"),
    route("POST", "/{id}/uploads", TEMPLATE, "begin to upload a file for a template"),
    // Whatever has an id: a number, an account, a template, a flow, a file, an upload.
    route("GET", "/{id}", CONTENT, "look at a number, account, template, flow, file or upload"),
    route("POST", "/{id}", CONTENT, "change a number, template or flow, or go on with an upload"),
    route("DELETE", "/{id}", CONTENT, "delete a file or a flow"),
];

const fn route(
    method: &'static str,
    pattern: &'static str,
    class: DataClass,
    doc: &'static str,
) -> Route {
    Route { method, pattern, class, doc }
}

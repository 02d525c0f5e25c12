//! Every code that the Cloud API documents, as data: the rows of the facts page's table
//! (cloud-api-errors.tsv), the newer codes of cloud-api.md section 1.5, and those of managing
//! flows, as pywa 4.5.0 names them.
//!
//! Sorted by code. Titles are what clients compare; details are those of the table where they fit
//! one sentence, and ours otherwise.

use super::Known;

/// The catalogue.
pub const CATALOGUE: &[Known] = &[
    known(0, 401, "AuthException", "We were unable to authenticate the app user."),
    known(1, 400, "API Unknown", "Invalid request or possible server error."),
    known(2, 503, "API Service", "Temporary due to downtime or due to being overloaded."),
    known(3, 500, "API Method", "Capability or permissions issue."),
    known(4, 400, "API Too Many Calls", "The app has reached its API call rate limit."),
    known(10, 403, "Permission Denied", "Permission is either not granted or has been removed."),
    known(33, 400, "Parameter value is not valid", "The business phone number has been deleted."),
    known(
        100,
        400,
        "Invalid parameter",
        "The request included one or more unsupported or misspelled parameters.",
    ),
    known(190, 401, "Access token has expired", "Your access token has expired."),
    Known {
        last: 299,
        ..known(200, 403, "API Permission", "Permission is either not granted or has been removed.")
    },
    known(
        368,
        403,
        "Temporarily blocked for policies violations",
        "The WhatsApp Business Account associated with the app has been restricted or disabled \
         for violating a platform policy.",
    ),
    known(
        80_007,
        400,
        "Rate limit issues",
        "The WhatsApp Business Account has reached its rate limit.",
    ),
    known(130_429, 400, "Rate limit hit", "Cloud API message throughput has been reached."),
    known(
        130_472,
        400,
        "User's number is part of an experiment",
        "Message was not sent as part of an experiment.",
    ),
    known(
        130_497,
        403,
        "Business account is restricted from messaging users in this country.",
        "The WhatsApp Business Account is restricted from messaging to users in certain countries.",
    ),
    known(131_000, 500, "Something went wrong", "Message failed to send due to an unknown error."),
    known(131_005, 403, "Access denied", "Permission is either not granted or has been removed."),
    known(
        131_008,
        400,
        "Required parameter is missing",
        "The request is missing a required parameter.",
    ),
    known(
        131_009,
        400,
        "Parameter value is not valid",
        "One or more parameter values are invalid.",
    ),
    known(131_016, 500, "Service unavailable", "A service is temporarily unavailable."),
    known(
        131_021,
        400,
        "Recipient cannot be sender",
        "Sender and recipient phone number is the same.",
    ),
    known(131_026, 400, "Message undeliverable", "Unable to deliver message."),
    known(
        131_031,
        403,
        "Account has been locked",
        "The WhatsApp Business Account associated with the app is restricted or disabled for \
         violating a platform policy, or its data could not be verified.",
    ),
    known(
        131_035,
        400,
        "Webhook not delivered",
        "The webhook was not delivered within the retention period of the phone number.",
    ),
    known(
        131_036,
        400,
        "Message payload not found",
        "The message was asked for again after its retention period.",
    ),
    known(
        131_037,
        400,
        "WhatsApp provided number needs display name approval before message can be sent.",
        "The display name of this WhatsApp provided number is not approved yet.",
    ),
    known(
        131_042,
        400,
        "Business eligibility payment issue",
        "There was an error related to your payment method.",
    ),
    known(
        131_045,
        500,
        "Incorrect certificate",
        "Message failed to send due to a phone number registration error.",
    ),
    known(
        131_047,
        400,
        "Re-engagement message",
        "More than 24 hours have passed since the recipient last replied to the sender number.",
    ),
    known(
        131_048,
        400,
        "Spam rate limit hit",
        "This phone number is restricted in how many messages it can send, since too many of its \
         earlier messages were blocked or flagged.",
    ),
    known(
        131_049,
        400,
        "Meta chose not to deliver.",
        "This message was not delivered to maintain healthy ecosystem engagement.",
    ),
    known(
        131_050,
        400,
        "User has stopped receipt of marketing messages.",
        "Unable to deliver the message. This recipient has chosen to stop receiving marketing \
         messages on WhatsApp from your business.",
    ),
    known(131_051, 400, "Unsupported message type", "Unsupported message type."),
    known(131_052, 400, "Media download error", "Unable to download the media sent by the user."),
    known(131_053, 400, "Media upload error", "Unable to upload the media used in the message."),
    known(131_055, 400, "Method not allowed", "Only marketing template messages are supported"),
    known(
        131_056,
        400,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Too many messages sent from the sender phone number to the same recipient phone number \
         in a short period of time.",
    ),
    known(131_057, 500, "Account in maintenance mode", "Business Account is in maintenance mode"),
    known(
        131_062,
        400,
        "Recipient not supported",
        "Business-scoped user IDs are not supported for this message.",
    ),
    known(
        131_063,
        400,
        "Marketing templates disabled",
        "Marketing templates cannot be sent from this account.",
    ),
    known(
        131_064,
        400,
        "Messaging limit reached",
        "Templates of this account were put into the wrong category too often.",
    ),
    known(
        132_000,
        400,
        "Template Param Count Mismatch",
        "The number of variable parameter values included in the request did not match the \
         number of variable parameters defined in the template.",
    ),
    known(
        132_001,
        404,
        "Template does not exist",
        "The template does not exist in the specified language or the template has not been \
         approved.",
    ),
    known(132_005, 400, "Template Hydrated Text Too Long", "Translated text is too long."),
    known(
        132_007,
        400,
        "Template Format Character Policy Violated",
        "Template content violates a WhatsApp policy.",
    ),
    known(
        132_012,
        400,
        "Template Parameter Format Mismatch",
        "Variable parameter values formatted incorrectly.",
    ),
    known(
        132_015,
        400,
        "Template is Paused",
        "Template is paused due to low quality so it cannot be sent in a template message.",
    ),
    known(
        132_016,
        400,
        "Template is Disabled",
        "Template has been paused too many times due to low quality and is now permanently \
         disabled.",
    ),
    known(132_068, 400, "Flow is blocked", "Flow is in blocked state."),
    known(
        132_069,
        400,
        "Flow is throttled",
        "Flow is in throttled state and 10 messages using this flow were already sent in the \
         last hour.",
    ),
    known(133_000, 500, "Incomplete Deregistration", "A previous deregistration attempt failed."),
    known(133_004, 503, "Server Temporarily Unavailable", "Server is temporarily unavailable."),
    known(
        133_005,
        400,
        "Two step verification PIN Mismatch",
        "Two-step verification PIN incorrect.",
    ),
    known(
        133_006,
        400,
        "Phone number re-verification needed",
        "Phone number needs to be verified before registering.",
    ),
    known(
        133_008,
        400,
        "Too Many two step verification PIN Guesses",
        "Too many two-step verification PIN guesses for this phone number.",
    ),
    known(
        133_009,
        400,
        "Two step verification PIN Guessed Too Fast",
        "Two-step verification PIN was entered too quickly.",
    ),
    known(
        133_010,
        400,
        "Phone number Not Registered",
        "Phone number not registered on the WhatsApp Business Platform.",
    ),
    known(
        133_015,
        400,
        "Please wait a few minutes before attempting to register this phone number",
        "The phone number you are attempting to register was recently deleted, and deletion has \
         not yet completed.",
    ),
    known(
        133_016,
        400,
        "Account register deregister rate limit exceeded",
        "Registration or Deregistration failed because there were too many attempts for this \
         phone number in a short period of time",
    ),
    known(
        134_011,
        400,
        "WhatsApp Payments terms of service has not been accepted",
        "Message failed to send because WhatsApp Payments terms of service acceptance is pending \
         for this WhatsApp Business Account.",
    ),
    known(
        134_100,
        400,
        "Only marketing messages supported",
        "You're only able to send marketing messages on this API.",
    ),
    known(
        134_101,
        400,
        "Your template is still syncing",
        "The template is still being synchronised, which takes up to 10 minutes.",
    ),
    known(
        134_102,
        400,
        "Template unavailable for use",
        "The template cannot be used; check the onboarding to marketing messages.",
    ),
    known(
        135_000,
        400,
        "Generic user error",
        "Message failed to send because of an unknown error with your request parameters.",
    ),
    known(
        137_000,
        400,
        "Recipient identity key hash mismatch",
        "The recipient has another identity key than the one named.",
    ),
    known(139_000, 400, "Flow blocked by integrity", "Flows of this account are restricted."),
    known(
        139_001,
        400,
        "Flow failed to update",
        "Only a flow that was not published can be changed in this way.",
    ),
    known(139_002, 400, "Flow failed to publish", "The flow cannot be published."),
    known(
        139_003,
        400,
        "Flow failed to deprecate",
        "Only a flow that is published and not yet deprecated can be deprecated.",
    ),
    known(
        139_004,
        400,
        "Flow failed to delete",
        "Only a flow that was never published can be deleted.",
    ),
    known(
        139_100,
        400,
        "Failed to block/unblock users",
        "Some of the users could not be blocked or unblocked.",
    ),
    known(139_101, 400, "Blocklist limit reached", "The block list holds as many users as it may."),
    known(
        139_102,
        500,
        "Blocklist concurrent update",
        "The block list is being changed by another call.",
    ),
    known(139_103, 500, "Internal error", "The block list could not be changed."),
    known(
        1_752_041,
        400,
        "Duplicate Request",
        "Duplicate Request is thrown when a client has already been invited to onboard by any \
         partner.",
    ),
    known(
        2_593_079,
        400,
        "Template insights unavailable",
        "This WABA has already been marked for migration to a different solution ID",
    ),
    known(
        2_593_085,
        400,
        "Invalid WhatsApp Business Account for OBO Mobility",
        "The WhatsApp Business Account is not eligible for a transfer of ownership.",
    ),
    known(
        2_593_107,
        400,
        "Synchronization Request limit exceeded",
        "You have exceeded the maximum number of times to call the synchronization api for this \
         phone number.",
    ),
    known(
        2_593_108,
        400,
        "Synchronization Request made outside of allowed time window",
        "Synchronization request can only be made within 24 hours of onboarding",
    ),
];

const fn known(code: u32, status: u16, title: &'static str, details: &'static str) -> Known {
    Known { code, last: code, status, title, details }
}

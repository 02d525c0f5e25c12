//! Names for the codes that this hop answers or reports with.

/// What Business Manager may say of a number that the platform restricts: everything that it sends
/// is refused with this code.
pub const RESTRICTIONS: [u32; 9] =
    [33, 368, 130_497, 131_005, 131_031, 131_037, 131_042, 131_045, 131_057];

/// Nothing is known about what happened.
pub const UNKNOWN: u32 = 1;
/// The service is down or overloaded; the call may be made again.
pub const SERVICE: u32 = 2;
/// The app makes too many calls.
pub const APP_CALLS: u32 = 4;
/// The business manages its account too often.
pub const ACCOUNT_CALLS: u32 = 80_007;
/// The caller has no right to this.
pub const PERMISSION: u32 = 10;
/// The token is not good for this.
pub const API_PERMISSION: u32 = 200;
/// A parameter is not supported, or the request's form is wrong.
pub const PARAMETER: u32 = 100;
/// The token is nobody's, or has expired.
pub const TOKEN: u32 = 190;
/// The number sends more than its throughput.
pub const THROUGHPUT: u32 = 130_429;
/// A webhook was not delivered within its retention.
pub const WEBHOOK_NOT_DELIVERED: u32 = 131_035;
/// The message was asked for again after its retention.
pub const NOT_KEPT: u32 = 131_036;
/// A parameter that must be there is not.
pub const MISSING: u32 = 131_008;
/// A parameter has a value that it cannot have.
pub const VALUE: u32 = 131_009;
/// The recipient is the sender.
pub const TO_ITSELF: u32 = 131_021;
/// The message cannot be delivered.
pub const UNDELIVERABLE: u32 = 131_026;
/// The recipient's last message is more than 24 hours old.
pub const RE_ENGAGEMENT: u32 = 131_047;
/// The number reaches only those who wrote to it, for now.
pub const SPAM: u32 = 131_048;
/// The recipient has been sent enough marketing.
pub const MARKETING_CAP: u32 = 131_049;
/// The recipient wants no marketing of this business.
pub const MARKETING_STOPPED: u32 = 131_050;
/// There is no such type of message.
pub const TYPE: u32 = 131_051;
/// Media that a person sent could not be had.
pub const MEDIA_DOWNLOAD: u32 = 131_052;
/// Media of a message could not be fetched.
pub const MEDIA_UPLOAD: u32 = 131_053;
/// This interface does not do this.
pub const METHOD: u32 = 131_055;
/// This interface sends only templates that advertise.
pub const NOT_MARKETING: u32 = 134_100;
/// The flow of a message is blocked, since its endpoint fails.
pub const FLOW_BLOCKED: u32 = 132_068;
/// The flow of a message is throttled, since its endpoint fails.
pub const FLOW_THROTTLED: u32 = 132_069;
/// A flow cannot be changed any more.
pub const FLOW_UPDATE: u32 = 139_001;
/// A flow cannot be published.
pub const FLOW_PUBLISH: u32 = 139_002;
/// A flow cannot be deprecated.
pub const FLOW_DEPRECATE: u32 = 139_003;
/// A flow cannot be deleted any more.
pub const FLOW_DELETE: u32 = 139_004;
/// Too many messages to one recipient.
pub const PAIR_RATE: u32 = 131_056;
/// This kind of recipient is not possible for this message.
pub const RECIPIENT_KIND: u32 = 131_062;
/// A template is given another number of parameters than it has.
pub const TEMPLATE_COUNT: u32 = 132_000;
/// A parameter of a template has characters that it may not have.
pub const TEMPLATE_CHARACTERS: u32 = 132_007;
/// There is no such template in this language, or it is not approved.
pub const TEMPLATE_MISSING: u32 = 132_001;
/// A template with its parameters is too long.
pub const TEMPLATE_LONG: u32 = 132_005;
/// A parameter of a template has the wrong form.
pub const TEMPLATE_FORMAT: u32 = 132_012;
/// A template is paused.
pub const TEMPLATE_PAUSED: u32 = 132_015;
/// A template is disabled.
pub const TEMPLATE_DISABLED: u32 = 132_016;
/// The PIN is wrong.
pub const PIN: u32 = 133_005;
/// The number has to be verified first.
pub const NOT_VERIFIED: u32 = 133_006;
/// Too many wrong PINs.
pub const PIN_GUESSES: u32 = 133_008;
/// A PIN came too soon after a wrong one.
pub const PIN_TOO_FAST: u32 = 133_009;
/// The number is not registered.
pub const NOT_REGISTERED: u32 = 133_010;
/// The number was registered and deregistered too often.
pub const REGISTRATIONS: u32 = 133_016;
/// The recipient's identity is another than was expected.
pub const IDENTITY: u32 = 137_000;
/// Some users could not be blocked or unblocked.
pub const BLOCK_FAILED: u32 = 139_100;
/// The block list is full.
pub const BLOCK_LIST_FULL: u32 = 139_101;

//! Everything that a peer can grow has a limit, here, with its source.

use crate::{rate::Rate, time::Micros};

// --- The Signal protocol -------------------------------------------------------------------

/// How far one message may move a receiving chain forward (libsignal's deployed limit).
pub const MAX_FORWARD_JUMP: u32 = 25_000;
/// Message keys of skipped messages kept for each receiving chain (libsignal's deployed limit).
pub const MAX_SKIPPED_KEYS: usize = 2_000;
/// Receiving chains kept for each session state (libsignal's deployed limit).
pub const MAX_RECEIVING_CHAINS: usize = 5;
/// Earlier session states kept for each remote device (libsignal's deployed limit).
pub const MAX_ARCHIVED_SESSIONS: usize = 40;
/// Chain links derived for one incoming message, over all session states together (design §10).
pub const MAX_TRIAL_LINKS: u32 = 25_000;
/// Diffie-Hellman steps taken for one incoming message, over all states together (design §10).
pub const MAX_TRIAL_DH: u32 = 41;
/// Age at which a session that was never answered is not sent on any more (libsignal).
pub const MAX_UNACKNOWLEDGED_AGE: Micros = Micros::days(30);

// --- Prekeys -------------------------------------------------------------------------------

/// One-time prekeys of one kind in one upload (Signal's published server).
pub const MAX_PREKEYS_PER_UPLOAD: usize = 100;
/// One-time prekeys of one kind that the directory holds for one device.
pub const MAX_PREKEYS_HELD: usize = 100;
/// One-time prekeys that a device keeps published (design: populations publish ten).
pub const PREKEYS_PUBLISHED: usize = 10;
/// The directory tells a device to publish more when fewer than this many are left.
pub const PREKEYS_LOW: usize = 5;

// --- Links and mailboxes -------------------------------------------------------------------

/// Bytes of one frame between device and transport (Noise's message limit).
pub const MAX_FRAME: usize = 65_519;
/// Bytes of one ciphertext in an envelope.
pub const MAX_CIPHERTEXT: usize = 60_000;
/// Envelopes waiting for one device.
pub const MAX_MAILBOX_ENVELOPES: usize = 10_000;
/// Envelopes pushed to one device and not yet acknowledged.
pub const MAX_UNACKNOWLEDGED: usize = 32;
/// How often one of several nodes over a store looks into an open mailbox unasked, in case a word
/// about a new envelope was lost.
pub const MAILBOX_POLL: Micros = Micros::seconds(30);
/// Requests that one link may leave unanswered.
pub const MAX_UNANSWERED: usize = 1_000;
/// How long the transport keeps what nobody has fetched (source documents: 30 days).
pub const MAILBOX_AGE: Micros = Micros::days(30);
/// The first wait before a frame is sent again.
pub const RESEND_FIRST: Micros = Micros::seconds(2);
/// The longest wait between two sendings of one frame.
pub const RESEND_MOST: Micros = Micros::seconds(60);

// --- Noise on a link -----------------------------------------------------------------------

/// Bytes of one Noise message (Noise revision 34, section 3).
pub const MAX_LINK_MESSAGE: usize = 65_535;
/// Records of one direction under one key (ours): of the longest ones, 2^28 blocks, far below the
/// 2^34 that TLS 1.3 (RFC 8446, section 5.5) allows AES-GCM.
pub const LINK_RECORDS_PER_KEY: u64 = 65_536;
/// Records of one direction of a link (ours): a million a second for twelve days.
pub const MAX_LINK_RECORDS: u64 = 1 << 40;
/// How far around the record that is due a receiver looks to say why one does not open (ours).
pub const LINK_MISPLACED: u64 = 8;
/// How long a handshake may take, however slowly its bytes come (ours).
pub const LINK_HANDSHAKE_TIME: Micros = Micros::seconds(10);
/// A client that has heard nothing for so long sends a ping (ours).
pub const LINK_PING_AFTER: Micros = Micros::seconds(60);
/// An end that has heard nothing for so long closes the link (ours: a ping lost, and one more).
pub const LINK_DEAD_AFTER: Micros = Micros::seconds(150);

// --- Links of a live host ------------------------------------------------------------------

/// Connections of devices at one transport (ours).
pub const MAX_LINKS: usize = 100_000;
/// Connections within their handshake at a time (ours): one more ends the oldest of them.
pub const MAX_HALF_OPEN: usize = 1_024;
/// Frames of one connection (ours): what is beyond is read later. The transport's own rate for a
/// link is that of [`FRAMES_PER_LINK`].
pub const FRAMES_PER_CONNECTION: Rate = Rate { burst: 10_000, every: Micros(500) };
/// Bytes that wait for one connection (ours; as [`MAX_UNACKNOWLEDGED`] frames and as much again):
/// whoever does not read them is disconnected, and finds them in the mailbox.
pub const MAX_LINK_WAITING: usize = 4 * 1024 * 1024;
/// Rows that a live transport keeps in memory for work to come (ours): those of five thousand
/// devices that write, in about ten megabytes.
pub const ROWS_AT_HAND: usize = 32_768;
/// How long a peer may leave unread what was written to it (ours).
pub const LINK_WRITE_TIME: Micros = Micros::seconds(30);
/// The first wait before a connection is tried again (ours).
pub const LINK_RETRY_FIRST: Micros = Micros::millis(100);
/// The longest such wait (ours).
pub const LINK_RETRY_MOST: Micros = Micros::seconds(15);

// --- Files ---------------------------------------------------------------------------------

/// Bytes of every piece of a blob but its last one (ours; with its headers a piece fits a frame).
/// No blob ends with a full piece: a blob is whole blocks of 16 bytes and a MAC of 10.
pub const BLOB_PIECE: usize = 60_000;
/// Pieces of one blob (ours): those of the longest file.
pub const MAX_BLOB_PIECES: u32 = 53;
/// Bytes of one file (ours; as [`MAX_HTTP_BODY`], in which a business uploads it).
pub const MAX_FILE: usize = 3 * 1024 * 1024;
/// How long the transport keeps a blob (ours; as long as a mailbox keeps the message that names
/// it).
pub const BLOB_AGE: Micros = MAILBOX_AGE;
/// Bytes that one account stores in blobs (ours): 64 MiB at once, and 100 MB a day after that.
pub const BLOB_BYTES_PER_ACCOUNT: Rate = Rate { burst: 64 * 1024 * 1024, every: Micros(864) };
/// The same of a business's number (ours): 1 GiB at once, and 8 GB a day.
pub const BLOB_BYTES_PER_BUSINESS: Rate = Rate { burst: 1024 * 1024 * 1024, every: Micros(10) };
/// Pieces of blobs that a person's link gets (ours): 60 MB at once, and 1 MB a second.
pub const PIECES_PER_LINK: Rate = Rate { burst: 1_000, every: Micros::millis(60) };
/// Messages that wait for one blob (ours): each names it, and more than one is rare.
pub const MAX_WAITING_FOR_BLOB: usize = 16;

// --- Transport -----------------------------------------------------------------------------

/// Bytes of envelopes waiting for one device (design §10: queue length and bytes).
pub const MAX_MAILBOX_BYTES: u64 = 64 * 1024 * 1024;
/// How long the answer to a request is remembered, so that its copy is answered alike (ours; longer
/// than a link's worst delay and an end's restart).
pub const ANSWER_AGE: Micros = Micros::minutes(10);
/// Numbers that one link may claim; the Cloud API's may claim any (ours).
pub const MAX_ACCOUNTS_PER_LINK: u32 = 1_000;
/// Numbers that one account may block (ours).
pub const MAX_BLOCKED: u32 = 10_000;
/// Reports of one account that are kept at a time (ours).
pub const MAX_REPORTS: usize = 20;
/// How long a report is kept (source documents: 30 days).
pub const REPORT_AGE: Micros = Micros::days(30);
/// How long a recipient of a business is remembered as one that was counted (ours).
pub const CONTACT_AGE: Micros = Micros::days(1);
/// How long a recipient of a business stays known to it, and who wrote to it stays known as that
/// (ours; as long as a mailbox keeps what was sent).
pub const CONTACT_KEPT: Micros = Micros::days(30);
/// Envelopes on one page of a mailbox, as its operator reads it: a page fits an HTTP body (ours).
pub const MAX_ENVELOPES_READ: usize = 20;
/// HTTP requests that one server works on at a time (ours).
pub const MAX_EXCHANGES: usize = 1_000;

// --- Protection: registration --------------------------------------------------------------

/// How long a registration code can be used (ours; as one-time passwords by SMS commonly do).
pub const CODE_AGE: Micros = Micros::minutes(10);
/// Wrong guesses at one code (ours).
pub const MAX_CODE_TRIES: u32 = 3;
/// Times that copies of one request are each sent a code, since an answer may get lost (ours).
pub const MAX_CODE_COPIES: u32 = 5;
/// Codes that one link is sent (ours). Slower than [`CODES_PER_NUMBER`] and, with
/// [`MAX_CODE_TRIES`], than [`TRIES_PER_NUMBER`]: one stranger cannot use up what a number has.
pub const CODES_PER_LINK: Rate = Rate { burst: 3, every: Micros::hours(1) };
/// Codes that one number is sent, whoever asks (ours; Signal's published server: 6, then one every
/// 30 s).
pub const CODES_PER_NUMBER: Rate = Rate { burst: 10, every: Micros::minutes(10) };
/// Guesses at the codes of one number, whoever guesses (ours): with two codes of 6 digits that are
/// right, a number is guessed with a chance of 1 in 3,000 a day.
pub const TRIES_PER_NUMBER: Rate = Rate { burst: 20, every: Micros::minutes(10) };

// --- Protection: bundles and numbers -------------------------------------------------------

/// Bundles of one number for one requester (Signal's published server: 6, then one every 10 min).
pub const BUNDLES_PER_PAIR: Rate = Rate { burst: 6, every: Micros::minutes(10) };
/// The same for an end that acts for businesses, which are many behind one link (ours).
pub const BUNDLES_PER_PAIR_HOP3: Rate = Rate { burst: 600, every: Micros::seconds(6) };
/// Bundles with one-time prekeys, of one number for one requester (ours): with
/// [`PREKEYS_PUBLISHED`] a requester needs a week without the owner to use them up.
pub const ONE_TIME_PER_PAIR: Rate = Rate { burst: 3, every: Micros::days(1) };
/// The same for an end that acts for businesses (ours).
pub const ONE_TIME_PER_PAIR_HOP3: Rate = Rate { burst: 100, every: Micros::minutes(10) };
/// Bundles with one-time prekeys, of one person's device for everybody (ours).
pub const ONE_TIME_PER_DEVICE: Rate = Rate { burst: 100, every: Micros::seconds(30) };
/// The same of a business's number (ours: the number on a poster).
pub const ONE_TIME_PER_DEVICE_HOP3: Rate = Rate { burst: 100_000, every: Micros::millis(1) };
/// Numbers that one link asks about or writes to for the first time (ours): at most this burst and
/// 48 more each day become known to whoever tries all numbers.
pub const NEW_NUMBERS_PER_LINK: Rate = Rate { burst: 50, every: Micros::minutes(30) };
/// How long a number stays known to a link (ours; as long as a mailbox keeps what was sent).
pub const MET_AGE: Micros = Micros::days(30);
/// How long what a link has used up of its limits is kept: longer than it takes to be whole again.
pub const CALLER_AGE: Micros = Micros::days(2);

// --- Protection: rates of links ------------------------------------------------------------

/// Messages of a person's link (ours; Signal's published server: 60, then one a second).
pub const MESSAGES_PER_LINK: Rate = Rate { burst: 300, every: Micros::seconds(1) };
/// Receipts of a person's link (ours): a full mailbox is delivered and read at once.
pub const RECEIPTS_PER_LINK: Rate = Rate { burst: 20_000, every: Micros::millis(10) };
/// Frames of a person's link (ours): what is beyond is not read.
pub const FRAMES_PER_LINK: Rate = Rate { burst: 60_000, every: Micros::millis(2) };
/// Bytes of a person's link (Signal's published server: 128 MiB; ours: 1 MB a second after that).
pub const BYTES_PER_LINK: Rate = Rate { burst: 128 * 1024 * 1024, every: Micros(1) };
/// Messages of an end that acts for businesses, all of them together (ours; the Cloud API's
/// documented throughput is 80 to 1,000 a second for each number).
pub const MESSAGES_PER_HOP3: Rate = Rate { burst: 10_000_000, every: Micros(10) };
/// Links whose rates are remembered at a time (ours): the most idle ones are forgotten first.
pub const MAX_LINKS_RATED: usize = 1_000_000;

// --- Protection: integrity -----------------------------------------------------------------

/// Messages of one business number (ours; the Cloud API's documented default is 80 a second).
pub const MESSAGES_PER_BUSINESS: Rate = Rate { burst: 100_000, every: Micros::millis(1) };
/// Recipients in a day who had not written to the business: from here on more than half of all
/// numbers is everybody (ours, requirement R009).
pub const FAN_OUT_LEAST: u64 = 10;
/// Such recipients that are too many in any case (the Cloud API's highest documented messaging
/// limit below "unlimited").
pub const FAN_OUT_MOST: u64 = 100_000;
/// Reporters in a day: from here on a tenth of all recipients is too many (ours, R012).
pub const REPORTERS_LEAST: u64 = 3;
/// Recipients in a day for each reporter: with fewer, too many report (ours).
pub const RECIPIENTS_PER_REPORTER: u64 = 10;
/// How long a business that was flagged reaches only those who wrote to it (ours).
pub const THROTTLE_AGE: Micros = Micros::days(1);

// --- Ends of a conversation ----------------------------------------------------------------

/// Bytes of one message's text (the Cloud API's limit for a text body is 4,096 characters).
pub const MAX_TEXT: usize = 16_384;
/// Bytes of one encoded content: with padding and envelope it fits [`MAX_CIPHERTEXT`].
pub const MAX_CONTENT: usize = 40_000;
/// Bytes of one object that travels as JSON inside a content (ours; the longest that the Cloud API
/// documents is a carousel of ten cards).
pub const MAX_OBJECT: usize = 16_384;
/// Things that can be pressed in one message (the Cloud API: 30 products in a list).
pub const MAX_CHOICES: usize = 30;
/// Bytes of the id of something that can be pressed (the Cloud API: 256 characters; a payload of a
/// quick reply 1,000 bytes).
pub const MAX_CHOICE_ID: usize = 1_024;
/// Bytes of a title, file name or MIME type (the Cloud API: at most 240 characters).
pub const MAX_NAME: usize = 1_024;
/// Bytes of an emoji: the longest sequences of Unicode have about 35.
pub const MAX_EMOJI: usize = 64;
/// Bytes of what names a blob of the transport (ours).
pub const MAX_BLOB_ID: usize = 64;
/// How long a message id is remembered, so that a copy is known as one (design §10).
pub const DEDUPE_AGE: Micros = Micros::days(31);
/// How long a sent message is kept for retransmission (source documents: 30 days).
pub const RETRANSMISSION_AGE: Micros = Micros::days(30);
/// Retries that a receiver asks for, for each message.
pub const MAX_RETRIES_ASKED: u32 = 5;
/// Retries that a sender grants, for each message.
pub const MAX_RETRIES_GRANTED: u32 = 10;
/// The longest that an end waits before it asks again for what is limited, whatever it was told.
pub const MAX_RETRY_AFTER: Micros = Micros::days(1);
/// Messages that wait for a bundle of one recipient.
pub const MAX_WAITING_FOR_BUNDLE: usize = 1_000;

// --- HTTP ----------------------------------------------------------------------------------

/// Bytes of one HTTP body.
pub const MAX_HTTP_BODY: usize = 3 * 1024 * 1024;
/// Bytes of the head of one HTTP request, and of what is read at a time (ours).
pub const MAX_HTTP_HEAD: usize = 64 * 1024;
/// Headers of one HTTP request (ours).
pub const MAX_HTTP_HEADERS: usize = 100;
/// Connections of one HTTP server at a time (ours).
pub const MAX_HTTP_CONNECTIONS: usize = 4_096;
/// How long the head of an HTTP request may take, however slowly it comes (ours).
pub const HTTP_HEAD_TIME: Micros = Micros::seconds(10);
/// How long the body of an HTTP request may take (ours).
pub const HTTP_BODY_TIME: Micros = Micros::seconds(30);
/// How long an asker waits for an answer over HTTP (ours).
pub const HTTP_PATIENCE: Micros = Micros::seconds(30);
/// How long a business may write freely to somebody who wrote to it (the Cloud API: 24 hours).
pub const SERVICE_WINDOW: Micros = Micros::days(1);
/// Messages of one business number to one person (the Cloud API: one in 6 seconds, 45 at once).
pub const MESSAGES_PER_PAIR: Rate = Rate { burst: 45, every: Micros::seconds(6) };
/// Messages that one business number sends (the Cloud API: 80 a second).
pub const MESSAGES_PER_NUMBER: Rate = Rate { burst: 80, every: Micros(12_500) };
/// Messages that a number sends whose throughput was raised (the Cloud API: 1,000 a second).
pub const MESSAGES_PER_RAISED_NUMBER: Rate = Rate { burst: 1_000, every: Micros(1_000) };
/// How long a file that came in a message can be fetched (the Cloud API: 7 days).
pub const MEDIA_RECEIVED_AGE: Micros = Micros::days(7);
/// How long content of a number without storage is held in memory (the Cloud API: 60 minutes).
pub const HELD_AGE: Micros = Micros::minutes(60);
/// Bytes of such content of one number (ours): the oldest goes first.
pub const MAX_HELD: usize = 256 * 1024 * 1024;
/// The longest wait between two deliveries of a webhook that is held in memory (ours): that its
/// time is over is told so soon.
pub const HELD_RETRY_MOST: Micros = Micros::minutes(5);
/// Updates in one webhook (the Cloud API: 1,000).
pub const MAX_WEBHOOK_UPDATES: usize = 1_000;
/// How long webhook delivery is tried (source documents: 7 days).
pub const WEBHOOK_AGE: Micros = Micros::days(7);
/// The first wait before a webhook is delivered again.
pub const WEBHOOK_RETRY_FIRST: Micros = Micros::seconds(5);
/// The longest wait between two deliveries of one webhook.
pub const WEBHOOK_RETRY_MOST: Micros = Micros::hours(1);

// --- Business Manager ----------------------------------------------------------------------

/// System users of one business (ours).
pub const MAX_SYSTEM_USERS: usize = 100;
/// Tokens that one system user holds at once (ours).
pub const MAX_TOKENS_HELD: usize = 20;

// --- Stores --------------------------------------------------------------------------------

/// An expired row is physically gone this long after its expiry, the store being up (design §4).
pub const SWEEP_INTERVAL: Micros = Micros::seconds(60);
/// Bytes of one row's key.
pub const MAX_ROW_KEY: usize = 256;
/// Bytes of one row's value.
pub const MAX_ROW_VALUE: usize = 4 * 1024 * 1024;
/// Rows that one read returns.
pub const MAX_ROWS_READ: usize = 1_000;
/// Fewest events that a cell of exported statistics may stand for (requirement R050).
pub const SMALLEST_CELL: u64 = 10;

// --- Receipts ------------------------------------------------------------------------------

/// Message ids in one receipt or one report.
pub const MAX_IDS: usize = 100;
/// Message ids in one notice that an account was deleted: as many as fit a frame (ours).
pub const MAX_NOTICE_IDS: usize = 3_000;
/// How long somebody is shown as writing (the Cloud API: 25 seconds).
pub const TYPING_AGE: Micros = Micros::seconds(25);
/// How long it is remembered, by hash alone, that whoever had a number did not want to hear of a
/// business (ours; a year, as numbers are given out again).
pub const SUPPRESSION_AGE: Micros = Micros::days(365);
/// How long a number is not claimed anew while what is kept of its last owner is removed (ours).
pub const ERASURE_WAIT: Micros = Micros::seconds(5);

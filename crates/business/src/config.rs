//! What one business is.

use core::fmt;

use vocab::{DataClass, MessageId, PhoneNumber, marker};

use crate::{bot::Rule, hashing, mutant::Mutant};

/// What one business is.
///
/// No `Debug`: it holds tokens and secrets.
#[derive(Clone)]
pub struct Config {
    /// Its id in Business Manager, such as `bakery`; its principal is `business:bakery`.
    pub id: String,
    /// The authority under which its webhook is reached.
    pub authority: String,
    /// Its name.
    pub name: String,
    /// Its postal address.
    pub address: String,
    /// Whom to ask for.
    pub contacts: Vec<String>,
    /// What kind of business it is.
    pub kind: String,
    /// The terms that it agreed to.
    pub terms_id: String,
    /// The id of its number at the Cloud API: digits.
    pub phone_number_id: String,
    /// Its number as people see it.
    pub display_phone_number: PhoneNumber,
    /// The authority of the Cloud API.
    pub cloud_api: String,
    /// The authority of Business Manager.
    pub business_manager: String,
    /// Its bearer token, at the Cloud API and at Business Manager.
    pub token: String,
    /// The secret with which the Cloud API signs webhooks.
    pub app_secret: String,
    /// What the Cloud API says when it verifies the webhook.
    pub verify_token: String,
    /// The optional service that answers for it, while it has added that.
    pub auto_reply: Option<AutoReply>,
    /// What its bot answers; the first rule that matches wins.
    pub bot: Vec<Rule>,
    /// Whether a message is marked as read, which happens before it is answered.
    pub mark_as_read: bool,
    /// The key of the hashes by which rows name people.
    pub hash_key: [u8; 32],
    /// How the bot's texts are made recognisable, if they are.
    pub canary: Option<Canary>,
    /// The planted mistake, if any; it acts only with the feature `mutants`.
    pub mutant: Option<Mutant>,
    /// A mistake planted in its desk.
    pub desk_mutant: Option<hop::Mutant>,
}

/// What a business wants of the automatic-reply service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutoReply {
    /// The authority of the service.
    pub authority: String,
    /// The terms of the service, to which the business agrees when it adds it.
    pub terms_id: String,
    /// What is answered to messages with these words in them: words and reply.
    pub rules: Vec<(String, String)>,
    /// What is answered to all others; nothing if absent.
    pub otherwise: Option<String>,
}

/// Makes a text recognisable wherever its bytes turn up: a word at each end of it.
#[derive(Clone)]
pub struct Canary {
    /// The key of the words.
    pub key: [u8; 32],
}

impl Canary {
    /// The word of the text that is sent under `request`: a reference of message content, from the
    /// first 14 bytes of HMAC-SHA256 over the id's 16 bytes.
    pub fn word(&self, request: MessageId) -> String {
        let mut unique = [0; 14];
        let hash = hashing::hmac(&self.key, &[&request.0]);
        unique.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        marker::reference(DataClass::MessageContent, unique)
    }
}

impl fmt::Debug for Canary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key: _secret } = self;
        f.write_str("Canary")
    }
}

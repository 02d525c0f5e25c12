//! Who takes part: names, numbers, keys and tokens, all drawn from the seed.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use cloud_api::Share;
use link::StaticKey;
use sha2::{Digest as _, Sha256};
use vocab::{MessageId, NoiseKey, PhoneNumber, ids::NotAPhoneNumber};

use crate::{
    crowd::Crowd,
    scan::Mint,
    scenario::{Hop3, Scenario, cloud_node},
};

/// Names of the nodes that every scenario has.
pub const TRANSPORT: &str = "transport";
/// The Cloud API.
pub const CLOUD_API: &str = "cloud-api";
/// Business Manager.
pub const BUSINESS_MANAGER: &str = "business-manager";
/// Billing.
pub const BILLING: &str = "billing";
/// Statistics.
pub const STATISTICS: &str = "statistics";

/// The automatic-reply service, where a business adds it.
pub use crate::scenario::AUTO_REPLY;

/// Everything about the participants that is drawn.
pub struct Cast {
    seed: u64,
    /// Whether link keys are such that a handshake can be made with them.
    noise: bool,
    /// Numbers of people, impostors and businesses, by name.
    phones: BTreeMap<String, PhoneNumber>,
    /// The people of populations.
    pub(super) crowd: Arc<Crowd>,
    /// The number of a name that nobody has.
    nobody: PhoneNumber,
}

impl Cast {
    /// Draws the cast of a scenario; numbers become markers.
    ///
    /// # Errors
    ///
    /// [`NotAPhoneNumber`] if one that is made here is none: there are too many people.
    pub fn new(scenario: &Scenario, seed: u64, mint: &mut Mint) -> Result<Self, NotAPhoneNumber> {
        let mut phones = BTreeMap::new();
        for (id, person) in (0..).zip(&scenario.people) {
            let drawn = mint.phone(id);
            let phone = match &person.phone {
                Some(phone) => {
                    // A number too short to be told from chance is not looked for; the report says
                    // how many markers there were.
                    let _ = mint.register_phone(phone.digits(), id);
                    phone.clone()
                }
                None => PhoneNumber::parse(&drawn)?,
            };
            phones.insert(person.name.clone(), phone);
        }
        for (index, impostor) in (0_u64..).zip(&scenario.impostors) {
            let digits = format!("1202555{:04}", index.saturating_add(9_000));
            phones.insert(impostor.name.clone(), PhoneNumber::parse(&digits)?);
        }
        for (index, attacker) in (0_u64..).zip(&scenario.attackers) {
            let digits = format!("1202555{:04}", index.saturating_add(9_500));
            phones.insert(attacker.name.clone(), PhoneNumber::parse(&digits)?);
        }
        for (index, business) in (0_u64..).zip(&scenario.businesses) {
            let digits = match index {
                0..8_000 => format!("1202555{:04}", index.saturating_add(1_000)),
                _ => format!("1303555{index:05}"),
            };
            let phone = match &business.phone {
                Some(phone) => phone.clone(),
                None => PhoneNumber::parse(&digits)?,
            };
            phones.insert(business.name.clone(), phone);
        }
        let nobody = PhoneNumber::parse("10000000000")?;
        let businesses = scenario.businesses.iter().map(|business| phones.get(&business.name));
        let businesses = businesses.map(|phone| phone.unwrap_or(&nobody).clone()).collect();
        let crowd = Arc::new(Crowd::new(scenario, seed, businesses, mint)?);
        Ok(Self { seed, noise: scenario.noise, phones, crowd, nobody })
    }

    /// What everything is drawn from.
    pub(super) const fn seed(&self) -> u64 {
        self.seed
    }

    /// The number of a person, impostor or business.
    pub fn phone(&self, name: &str) -> PhoneNumber {
        let made = || self.crowd.phone(self.crowd.called(name)?).ok();
        self.phones.get(name).cloned().or_else(made).unwrap_or_else(|| self.nobody.clone())
    }

    /// All numbers with their names.
    pub fn phones(&self) -> impl Iterator<Item = (&str, &PhoneNumber)> {
        self.phones.iter().map(|(name, phone)| (name.as_str(), phone))
    }

    /// 32 bytes that depend on the seed, a purpose and a name.
    pub fn secret(&self, purpose: &str, name: &str) -> [u8; 32] {
        secret(self.seed, purpose, name)
    }

    /// The link key of a node.
    pub fn noise(&self, node: &str) -> NoiseKey {
        noise(self.seed, self.noise, node)
    }

    /// The link key of any node, for whoever outlives the cast.
    pub(super) fn noise_of(&self) -> impl Fn(&str) -> NoiseKey + Send + Sync + 'static {
        let (seed, real) = (self.seed, self.noise);
        move |node: &str| noise(seed, real, node)
    }

    /// The bearer token of a principal.
    pub fn token(&self, principal: &str) -> String {
        let mut token = String::from("BP");
        for byte in self.secret("token", principal).iter().take(20) {
            let _ = write!(token, "{byte:02x}"); // Writing to a String cannot fail.
        }
        token
    }

    /// What servers keep of a principal's token.
    pub fn token_hash(&self, principal: &str) -> [u8; 32] {
        Sha256::digest(self.token(principal).as_bytes()).into()
    }

    /// The id of planned message number `index`.
    pub fn message(&self, index: usize) -> MessageId {
        let secret = self.secret("message", &index.to_string());
        MessageId(secret.first_chunk().copied().unwrap_or_default())
    }
}

/// A key that names a link's end: of a key pair only where somebody wants a handshake with it,
/// since that costs as much as sealing ten messages.
fn noise(seed: u64, real: bool, node: &str) -> NoiseKey {
    if real { static_key(seed, node).public() } else { NoiseKey(secret(seed, "noise", node)) }
}

/// The key pair behind a node's link key.
pub(crate) fn static_key(seed: u64, node: &str) -> StaticKey {
    StaticKey::from_secret(&mut secret(seed, "noise", node))
}

/// 32 bytes that depend on the seed, a purpose and a name.
pub(super) fn secret(seed: u64, purpose: &str, name: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"blindpost cast");
    hash.update(seed.to_be_bytes());
    hash.update(purpose.as_bytes());
    hash.update([0]);
    hash.update(name.as_bytes());
    hash.finalize().into()
}

/// The id that the Graph interface has for a business's number.
pub fn phone_number_id(index: usize) -> String {
    format!("{}", index.saturating_add(106_540_352_242_000))
}

/// The node at which a business's messages are decrypted.
pub fn hop3(scenario: &Scenario, business: &str) -> String {
    let index = scenario.businesses.iter().position(|one| one.name == business);
    let hop3 = index.and_then(|index| Some(scenario.businesses.get(index)?.hop3));
    match (hop3, index) {
        (Some(Hop3::OnPremises), _) => on_premises(business),
        (Some(Hop3::CloudApi), Some(index)) => {
            cloud_node(Share::of(&phone_number_id(index), scenario.scale.cloud_nodes))
        }
        _ => CLOUD_API.to_owned(),
    }
}

/// How the name of such a node ends that a business runs itself.
pub const ON_PREMISES: &str = " (own hop 3)";

/// The node of a business that runs hop 3 itself.
pub fn on_premises(business: &str) -> String {
    format!("{business}{ON_PREMISES}")
}

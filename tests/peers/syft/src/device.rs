//! One device: what the operations of the adapter protocol are in terms of the crate.

use std::time::{Duration, SystemTime};

use libsignal_protocol_syft::{
    CiphertextMessage, CiphertextMessageType, DeviceId, Fingerprint, GenericSignedPreKey as _,
    IdentityKeyPair, IdentityKeyStore as _, InMemSignalProtocolStore, KeyPair, KyberPreKeyId,
    KyberPreKeyRecord, KyberPreKeyStore as _, PreKeyBundle, PreKeyId, PreKeyRecord,
    PreKeySignalMessage, PreKeyStore as _, ProtocolAddress, SignalMessage, SignedPreKeyId,
    SignedPreKeyRecord, SignedPreKeyStore as _, Timestamp, kem, message_decrypt, message_encrypt,
    process_prekey_bundle,
};
use rand::{TryRngCore as _, rngs::OsRng};
use serde_json::{Value, json};

use crate::{
    fields::{self, Refusal, hex},
    kinds::{self, refusal},
    stores::KemPreKeys,
};

/// Hashes for one half of a safety number, as deployed clients have it.
const ITERATIONS: u32 = 5_200;

/// A device from its `init` on.
pub(crate) struct Device {
    name: String,
    device: DeviceId,
    registration_id: u32,
    identity: IdentityKeyPair,
    store: InMemSignalProtocolStore,
    kem: KemPreKeys,
    /// Number of the next prekey; no two prekeys have the same, of whatever kind.
    next_id: u32,
    now_seconds: u64,
}

impl Device {
    pub(crate) fn new(request: &Value) -> Result<Self, Refusal> {
        let name = fields::text(request, "name")?.to_owned();
        let registration_id = fields::u32(request, "regid")?;
        let identity = IdentityKeyPair::generate(&mut OsRng.unwrap_err());
        let store = InMemSignalProtocolStore::new(identity, registration_id).map_err(refusal)?;
        Ok(Self {
            name,
            device: fields::device(request, "dev")?,
            registration_id,
            identity,
            store,
            kem: KemPreKeys::default(),
            next_id: 1,
            now_seconds: 0,
        })
    }

    fn take_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id - 1
    }

    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.now_seconds)
    }

    pub(crate) async fn bundle(&mut self, request: &Value) -> Result<Value, Refusal> {
        let random = &mut OsRng.unwrap_err();
        let (id, pair) = (self.take_id(), KeyPair::generate(random));
        let spk = pair.public_key.serialize();
        let signature = self.identity.private_key().calculate_signature(&spk, random);
        let signature = signature.map_err(|error| Refusal::new("other", error))?;
        let at = Timestamp::from_epoch_millis(self.now_seconds * 1_000);
        let record = SignedPreKeyRecord::new(SignedPreKeyId::from(id), at, &pair, &signature);
        self.store.save_signed_pre_key(id.into(), &record).await.map_err(refusal)?;
        let mut bundle = json!({
            "reg": self.registration_id,
            "dev": u32::from(self.device),
            "ik": hex(&self.identity.identity_key().serialize()),
            "spk_id": id,
            "spk": hex(&spk),
            "spk_sig": hex(&signature),
        });
        if fields::flag(request, "otk", false) {
            let (id, pair) = (self.take_id(), KeyPair::generate(random));
            let record = PreKeyRecord::new(PreKeyId::from(id), &pair);
            self.store.save_pre_key(id.into(), &record).await.map_err(refusal)?;
            bundle["otk_id"] = id.into();
            bundle["otk"] = hex(&pair.public_key.serialize()).into();
        }
        if fields::flag(request, "kyber", true) {
            self.kem_prekey(&mut bundle, fields::flag(request, "last_resort", false)).await?;
        }
        Ok(bundle)
    }

    async fn kem_prekey(&mut self, bundle: &mut Value, last_resort: bool) -> Result<(), Refusal> {
        let (kind, id) = (kem::KeyType::Kyber1024, self.take_id());
        let secret = self.identity.private_key();
        let record = KyberPreKeyRecord::generate(kind, id.into(), secret).map_err(refusal)?;
        self.kem.save_kyber_pre_key(id.into(), &record).await.map_err(refusal)?;
        if last_resort {
            self.kem.last_resort.insert(id);
        }
        bundle["k_id"] = id.into();
        bundle["k"] = hex(&record.public_key().map_err(refusal)?.serialize()).into();
        bundle["k_sig"] = hex(&record.signature().map_err(refusal)?).into();
        Ok(())
    }

    pub(crate) async fn process(&mut self, request: &Value) -> Result<Value, Refusal> {
        let peer = fields::address(request)?;
        let (bundle, now) = (bundle(&request["b"])?, self.now());
        process_prekey_bundle(
            &peer,
            &mut self.store.session_store,
            &mut self.store.identity_store,
            &bundle,
            now,
            &mut OsRng.unwrap_err(),
        )
        .await
        .map_err(refusal)?;
        Ok(json!({}))
    }

    pub(crate) async fn encrypt(&mut self, request: &Value) -> Result<Value, Refusal> {
        let peer = fields::address(request)?;
        let (plaintext, now) = (fields::plaintext(request)?, self.now());
        let sealed = message_encrypt(
            &plaintext,
            &peer,
            &mut self.store.session_store,
            &mut self.store.identity_store,
            now,
            &mut OsRng.unwrap_err(),
        )
        .await
        .map_err(refusal)?;
        let kind = if sealed.message_type() == CiphertextMessageType::PreKey { 3 } else { 2 };
        Ok(json!({ "type": kind, "c": hex(sealed.serialize()) }))
    }

    pub(crate) async fn decrypt(&mut self, request: &Value) -> Result<Value, Refusal> {
        let peer = fields::address(request)?;
        let bytes = fields::bytes(request, "c")?;
        let message = match fields::number(request, "type")? {
            2 => SignalMessage::try_from(&*bytes).map(CiphertextMessage::SignalMessage),
            3 => PreKeySignalMessage::try_from(&*bytes).map(CiphertextMessage::PreKeySignalMessage),
            other => return Err(Refusal::new("malformed", format_args!("type {other}"))),
        };
        let message = message.map_err(refusal)?;
        Ok(fields::opened(self.open(&message, &peer).await?))
    }

    async fn open(
        &mut self,
        message: &CiphertextMessage,
        peer: &ProtocolAddress,
    ) -> Result<Vec<u8>, Refusal> {
        message_decrypt(
            message,
            peer,
            &mut self.store.session_store,
            &mut self.store.identity_store,
            &mut self.store.pre_key_store,
            &self.store.signed_pre_key_store,
            &mut self.kem,
            &mut OsRng.unwrap_err(),
        )
        .await
        .map_err(refusal)
    }

    pub(crate) async fn trust(&mut self, request: &Value) -> Result<Value, Refusal> {
        let (peer, identity) = (fields::address(request)?, fields::identity(request, "ik")?);
        self.store.save_identity(&peer, &identity).await.map_err(refusal)?;
        Ok(json!({}))
    }

    /// The safety number with a peer whose identity is known; `scanned` is the code that it shows.
    pub(crate) async fn fingerprint(&mut self, request: &Value) -> Result<Value, Refusal> {
        let peer = fields::address(request)?;
        let theirs = self.store.get_identity(&peer).await.map_err(refusal)?;
        let unknown = || Refusal::new("no_session", "the identity of the peer is not known");
        let theirs = theirs.ok_or_else(unknown)?;
        let identifier = |field: &str, name: &str| match request.get(field) {
            None => Ok(name.as_bytes().to_vec()),
            Some(_) => fields::bytes(request, field),
        };
        let version = request.get("version").map_or(Ok(2), |_| fields::u32(request, "version"))?;
        let local = identifier("local_id", &self.name)?;
        let remote = identifier("remote_id", peer.name())?;
        let ours = self.identity.identity_key();
        let made = Fingerprint::new(version, ITERATIONS, &local, ours, &remote, &theirs);
        let made = made.map_err(kinds::unlike)?;
        let mut answer = json!({
            "display": made.display_string().map_err(kinds::unlike)?,
            "scannable": hex(&made.scannable.serialize().map_err(kinds::unlike)?),
        });
        if request.get("scanned").is_some() {
            let scanned = fields::bytes(request, "scanned")?;
            answer["same"] = made.scannable.compare(&scanned).map_err(kinds::unlike)?.into();
        }
        Ok(answer)
    }

    pub(crate) fn time(&mut self, request: &Value) -> Result<Value, Refusal> {
        self.now_seconds = fields::number(request, "now")?;
        Ok(json!({}))
    }
}

/// A published bundle.
fn bundle(b: &Value) -> Result<PreKeyBundle, Refusal> {
    if b.get("k").is_none() {
        return Err(Refusal::new("no_key", "the bundle has no KEM prekey"));
    }
    let one_time = match b.get("otk") {
        None => None,
        Some(_) => Some((PreKeyId::from(fields::u32(b, "otk_id")?), fields::key(b, "otk")?)),
    };
    PreKeyBundle::new(
        fields::u32(b, "reg")?,
        fields::device(b, "dev")?,
        one_time,
        SignedPreKeyId::from(fields::u32(b, "spk_id")?),
        fields::key(b, "spk")?,
        fields::bytes(b, "spk_sig")?,
        KyberPreKeyId::from(fields::u32(b, "k_id")?),
        kem::PublicKey::deserialize(&fields::bytes(b, "k")?).map_err(refusal)?,
        fields::bytes(b, "k_sig")?,
        fields::identity(b, "ik")?,
    )
    .map_err(refusal)
}

//! The prekey directory takes an upload whole, after every signature in it has verified.

use alloc::{collections::BTreeSet, vec::Vec};

use keys::{IdentityKey, KemPreKey, KemPublicKey, Mode, PublicKey, Signature, SignedPreKey};
use sha2::{Digest, Sha256};
use store::Key;
use vocab::{DeviceId, NoiseKey, limits};
use wire::transport::{Ask, KemPrekey, Prekey, SignedPrekey};

use super::{Attempt, Context, Stop, owned_device};
use crate::{
    alias::Alias,
    output::{Event, PrekeyKind, Refusal},
    rows::{
        self, Device, Kept, Published, Stock,
        keys::{self as key, Owner},
    },
};

/// Adds the prekeys of an [`Ask::Publish`] to the directory: all of them, or none.
pub(super) fn publish(
    attempt: &mut Attempt<'_>,
    context: &Context<'_>,
    link: NoiseKey,
    ask: &Ask,
) -> Result<(), Stop> {
    let Ask::Publish { address, signed, one_time, kem_one_time, kem_last_resort } = ask else {
        return Err(Refusal::Malformed.into());
    };
    let (alias, _account) = owned_device(attempt, context, link, address)?;
    let (device_key, stock_key) =
        (key::device(&alias, address.device), key::stock(&alias, address.device));
    attempt.need(&[device_key.clone(), stock_key.clone()])?;
    let device = rows::read::<Device>(attempt, &device_key)?.ok_or(Refusal::NoAccount)?;
    let mut stock = rows::read::<Stock>(attempt, &stock_key)?.unwrap_or_default();
    let shelf = Shelf { alias, device: address.device, generation: device.generation };
    let curve_new = shelf.unseen(attempt, PrekeyKind::Curve, one_time);
    let kem_new = shelf.unseen(attempt, PrekeyKind::Kem, kem_one_time);
    let (curve_new, kem_new) = (curve_new?, kem_new?);
    verify(&device, signed.as_ref(), one_time, kem_one_time, kem_last_resort.as_ref())?;
    stock.one_time = shelf.room(attempt, PrekeyKind::Curve, stock.one_time, curve_new.len())?;
    stock.kem_one_time = shelf.room(attempt, PrekeyKind::Kem, stock.kem_one_time, kem_new.len())?;

    shelf.put(attempt, PrekeyKind::Curve, &curve_new);
    shelf.put(attempt, PrekeyKind::Kem, &kem_new);
    rows::write(attempt, stock_key, &stock);
    if signed.is_some() || kem_last_resort.is_some() {
        let signed = signed.clone().or(device.signed);
        let last_resort = kem_last_resort.clone().or(device.last_resort);
        rows::write(attempt, device_key, &Device { signed, last_resort, ..device });
    }
    attempt.event(Event::Published {
        account: alias,
        one_time: count(curve_new.len()),
        kem_one_time: count(kem_new.len()),
    });
    Ok(())
}

/// What both kinds of one-time prekeys have.
trait OneTime: Kept {
    fn id(&self) -> u32;
    fn public_key(&self) -> &[u8];

    fn digest(&self) -> Vec<u8> {
        Sha256::digest(self.public_key()).to_vec()
    }
}

impl OneTime for Prekey {
    fn id(&self) -> u32 {
        self.id
    }

    fn public_key(&self) -> &[u8] {
        &self.public_key
    }
}

impl OneTime for KemPrekey {
    fn id(&self) -> u32 {
        self.id
    }

    fn public_key(&self) -> &[u8] {
        &self.public_key
    }
}

/// Where the one-time prekeys of one identity of a device stand.
struct Shelf {
    alias: Alias,
    device: DeviceId,
    generation: u64,
}

impl Shelf {
    /// Those of `prekeys` that never joined the directory. A copy of an upload must not bring back
    /// what has left since.
    fn unseen<'k, P: OneTime>(
        &self,
        attempt: &mut Attempt<'_>,
        kind: PrekeyKind,
        prekeys: &'k [P],
    ) -> Result<Vec<&'k P>, Stop> {
        let published: Vec<Key> =
            prekeys.iter().map(|prekey| self.published(kind, prekey.id())).collect();
        attempt.need(&published)?;
        let mut unseen = Vec::new();
        for (prekey, key) in prekeys.iter().zip(&published) {
            match rows::read::<Published>(attempt, key)? {
                Some(row) if row.digest == prekey.digest() => {}
                Some(_) | None => unseen.push(prekey),
            }
        }
        Ok(unseen)
    }

    /// How many there are with `new` more, if there is room for them.
    fn room(
        &self,
        attempt: &mut Attempt<'_>,
        kind: PrekeyKind,
        held: u32,
        new: usize,
    ) -> Result<u32, Stop> {
        let with_new = |held: usize| count(held.saturating_add(new));
        let most = count(limits::MAX_PREKEYS_HELD);
        let held = usize::try_from(held).unwrap_or(usize::MAX);
        if new == 0 || with_new(held) <= most {
            return Ok(with_new(held));
        }
        // The stock may say too many, never too few: count before refusing.
        let owner = Owner::new(&self.alias, self.device, self.generation);
        let rows = attempt.scan(&key::one_time(kind, &owner), None, limits::MAX_PREKEYS_HELD)?;
        let total = with_new(rows.len());
        if total <= most { Ok(total) } else { Err(Refusal::DirectoryFull.into()) }
    }

    fn put<P: OneTime>(&self, attempt: &mut Attempt<'_>, kind: PrekeyKind, prekeys: &[&P]) {
        let owner = Owner::new(&self.alias, self.device, self.generation);
        for prekey in prekeys {
            let key = key::one_time(kind, &owner).with(&prekey.id().to_be_bytes());
            rows::write(attempt, key, *prekey);
            let published = Published { digest: prekey.digest() };
            rows::write(attempt, self.published(kind, prekey.id()), &published);
        }
    }

    fn published(&self, kind: PrekeyKind, id: u32) -> Key {
        key::published(kind, &self.alias, self.device, id)
    }
}

//= spec: x3dh r1 3.2 publish — what is published is signed by the publisher's identity key.
//= spec: pqxdh r3 3.2 publish — so is every KEM prekey.
/// Checks every key and signature of an upload under the account's identity.
fn verify(
    device: &Device,
    signed: Option<&SignedPrekey>,
    one_time: &[Prekey],
    kem_one_time: &[KemPrekey],
    last_resort: Option<&KemPrekey>,
) -> Result<(), Refusal> {
    let identity = IdentityKey::decode(&device.identity_key).map_err(|_| Refusal::Damaged)?;
    if !all_differ(one_time) || !all_differ(kem_one_time) {
        return Err(Refusal::Malformed);
    }
    if one_time.iter().any(|prekey| PublicKey::decode(&prekey.public_key).is_err()) {
        return Err(Refusal::Malformed);
    }
    if let Some(SignedPrekey { id, public_key, signature }) = signed {
        let key = PublicKey::decode(public_key).map_err(|_| Refusal::Malformed)?;
        let signature = Signature::from_slice(signature).ok_or(Refusal::Malformed)?;
        let prekey = SignedPreKey { id: *id, key, signature };
        let verdict = prekey.verify(&identity, Mode::Compat);
        verdict.map_err(|_| Refusal::BadSignature { id: *id })?;
    }
    for KemPrekey { id, public_key, signature } in kem_one_time.iter().chain(last_resort) {
        let key = KemPublicKey::decode(public_key).map_err(|_| Refusal::Malformed)?;
        let signature = Signature::from_slice(signature).ok_or(Refusal::Malformed)?;
        let prekey = KemPreKey { id: *id, key, signature };
        let verdict = prekey.verify(&identity, Mode::Compat);
        verdict.map_err(|_| Refusal::BadSignature { id: *id })?;
    }
    Ok(())
}

fn all_differ<P: OneTime>(prekeys: &[P]) -> bool {
    let ids: BTreeSet<u32> = prekeys.iter().map(OneTime::id).collect();
    ids.len() == prekeys.len()
}

/// A count that is limited far below the end of its type.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

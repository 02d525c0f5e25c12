//! Symmetric keys: one type for each role, made by one macro.

/// Length of every symmetric key in the protocol.
pub(crate) const KEY_BYTES: usize = 32;

pub(crate) const fn wipes_on_drop<T: zeroize::ZeroizeOnDrop>() {}

/// Declares a secret with a role of its own, of 32 bytes unless a length is given.
///
/// No `Copy`, `Clone`, `PartialEq` or `Serialize`: a key is moved, never shared. Boxed, so that
/// moving it leaves no copy behind; wiped when dropped; its `Debug` is a fingerprint.
macro_rules! secret_key {
    ($(#[$doc:meta])* $name:ident) => {
        $crate::crypto::secret::secret_key!($(#[$doc])* $name, $crate::crypto::secret::KEY_BYTES);
    };
    ($(#[$doc:meta])* $name:ident, $length:expr) => {
        $(#[$doc])*
        #[derive(zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
        pub(crate) struct $name(alloc::boxed::Box<[u8; $length]>);

        impl $name {
            /// Takes over `bytes`; the caller's copy is wiped.
            pub(crate) fn from_secret(bytes: &mut [u8; $length]) -> Self {
                let key = Self(alloc::boxed::Box::new(*bytes));
                zeroize::Zeroize::zeroize(bytes);
                key
            }

            /// Takes over other bytes in place of its own.
            #[allow(dead_code, reason = "only keys that move in place need it")]
            pub(crate) fn overwrite(&mut self, bytes: &[u8; $length]) {
                self.0.copy_from_slice(bytes);
            }

            /// The key itself, for derivations, snapshots and tracers.
            pub(crate) fn expose(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                let Self(secret) = self; // A new field must be judged here before it compiles.
                let fingerprint = $crate::trace::Fingerprint::of(secret.as_ref());
                write!(f, concat!(stringify!($name), "({})"), fingerprint)
            }
        }

        const _: () = $crate::crypto::secret::wipes_on_drop::<$name>();
    };
}

pub(crate) use secret_key;

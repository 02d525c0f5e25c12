//! What may link what. A new crate, or a new link, is entered here first, its reason in the commit.

/// The two ends of the encryption.
pub(crate) const ENDS: &[&str] = &["client", "cloud-api"];

/// They carry, answer or bill messages, and must not be able to open one.
pub(crate) const BLIND: &[&str] = &["transport", "business", "meta"];

/// In the order a message visits them; `meta` stands beside the path.
pub(crate) const HOPS: &[&str] = &["client", "transport", "cloud-api", "business", "meta"];

/// State machines, and what they are made of: the same input gives the same output.
pub(crate) const PURE: &[&str] = &[
    "vocab",
    "wire",
    "keys",
    "signal",
    "store",
    "hop",
    "endpoint",
    "client",
    "transport",
    "cloud-api",
    "business",
    "meta",
    "link",
];

/// Where not even `std` can be named; the hops that use it are held by `cargo xtask tidy`.
pub(crate) const NO_STD: &[&str] =
    &["vocab", "wire", "keys", "signal", "store", "hop", "endpoint", "client", "transport", "link"];

/// Which crates of this workspace a crate may reach, directly or through others.
pub(crate) const BELOW: &[(&str, &[&[&str]])] = &[
    ("vocab", &[]),
    ("wire", &[&["vocab"]]),
    ("keys", &[&["vocab", "wire"]]),
    ("signal", &[&["vocab", "wire", "keys"]]),
    ("store", &[&["vocab"]]),
    ("hop", &[&["vocab", "store"]]),
    ("endpoint", &[BENEATH_THE_BLIND, &["signal"]]),
    ("client", &[BENEATH_THE_BLIND, &["signal", "endpoint"]]),
    ("transport", &[BENEATH_THE_BLIND]),
    ("cloud-api", &[BENEATH_THE_BLIND, &["signal", "endpoint"]]),
    ("business", &[BENEATH_THE_BLIND]),
    ("meta", &[BENEATH_THE_BLIND]),
    ("link", &[&["vocab"]]),
    ("engines", &[&["vocab", "store"]]),
    ("simulator", &[PURE]),
    ("conformance", &[&["vocab", "wire", "keys", "signal"]]),
    ("host", &[PURE, &["engines"]]),
    ("blindpost", &[PURE, &["engines", "host", "simulator", "conformance"]]),
    ("tests", &[PURE, &["engines", "host", "simulator", "conformance", "blindpost"]]),
    // Builds when nothing else does.
    ("xtask", &[]),
];

const BENEATH_THE_BLIND: &[&str] = &["vocab", "wire", "keys", "store", "hop"];

/// Which cryptography a crate may reach, directly or through others; `*` stands for any ending.
pub(crate) const CRYPTOGRAPHY: &[(&str, &[&[&str]])] = &[
    ("vocab", &[]),
    ("wire", &[]),
    // The trait alone, and unused: `rsa` asks `crypto-common` for it, and features are of the whole
    // workspace.
    ("keys", &[SIGNATURES, RANDOMNESS]),
    ("signal", &[SIGNATURES, KEYED_HASHES, RANDOMNESS, AGREEMENT, MESSAGE_CIPHER]),
    ("store", &[]),
    ("hop", &[RANDOMNESS]),
    ("endpoint", &[SIGNATURES, KEYED_HASHES, RANDOMNESS, AGREEMENT, MESSAGE_CIPHER]),
    ("client", &[SIGNATURES, KEYED_HASHES, RANDOMNESS, AGREEMENT, MESSAGE_CIPHER]),
    // Verifies signatures, and names people by a keyed hash; nothing that opens or seals.
    ("transport", &[SIGNATURES, KEYED_HASHES, RANDOMNESS]),
    (
        "cloud-api",
        &[SIGNATURES, KEYED_HASHES, RANDOMNESS, AGREEMENT, MESSAGE_CIPHER, ROW_CIPHER, FLOW_KEYS],
    ),
    // Verifies that a webhook is the Cloud API's.
    ("business", &[KEYED_HASHES, RANDOMNESS]),
    ("meta", &[KEYED_HASHES, RANDOMNESS]),
    // Keeps a link between two ends secret from those in between, and knows nothing of messages.
    ("link", &[SIGNATURES, RANDOMNESS, SEEDED, MESSAGE_CIPHER, ROW_CIPHER, NOISE]),
    // Seals rows for whoever runs the hops; no hop links it.
    ("engines", &[RANDOMNESS, MESSAGE_CIPHER, ROW_CIPHER]),
    ("simulator", &[EVERYTHING]),
    ("conformance", &[SIGNATURES, KEYED_HASHES, RANDOMNESS, AGREEMENT, MESSAGE_CIPHER, SEEDED]),
    ("host", &[EVERYTHING, TLS]),
    ("blindpost", &[EVERYTHING, TLS]),
    ("tests", &[EVERYTHING, TLS]),
    ("xtask", &[]),
];

const SIGNATURES: &[&str] = &["curve25519-dalek", "digest", "sha2"];
const KEYED_HASHES: &[&str] = &["digest", "hkdf", "hmac", "sha2"];
/// The trait that bytes of randomness come through; no generator.
const RANDOMNESS: &[&str] = &["rand_core"];
/// Diffie-Hellman and key encapsulation. `rand` and `getrandom` lie beneath them, unused.
const AGREEMENT: &[&str] = &["getrandom", "graviola", "libcrux-*", "rand", "x25519-dalek"];
const MESSAGE_CIPHER: &[&str] = &["aes", "cbc", "cipher"];
/// What rows at rest are sealed with.
const ROW_CIPHER: &[&str] = &["aead", "aes-gcm", "ctr", "ghash", "polyval", "universal-hash"];
/// What encapsulates the key of a flow's exchange for its business: the public operation alone.
const FLOW_KEYS: &[&str] = &["rsa", "signature"];
/// What the links between ends are made of. No hop reaches it: a link is the world's.
const NOISE: &[&str] = &["snow", "x25519-dalek"];
/// The generator behind every seed.
const SEEDED: &[&str] = &["rand_chacha"];
/// What stands in for Meta's hosts speaks TLS with programs on this machine; nothing of a hop does.
const TLS: &[&str] = &["ring", "rustls", "rustls-pki-types", "rustls-webpki"];
/// Who links the hops links what they link; what is new still has to be named.
const EVERYTHING: &[&str] = &[
    "aead",
    "aes",
    "aes-gcm",
    "cbc",
    "cipher",
    "ctr",
    "curve25519-dalek",
    "digest",
    "getrandom",
    "ghash",
    "graviola",
    "hkdf",
    "hmac",
    "libcrux-*",
    "polyval",
    "rand",
    "rand_chacha",
    "rand_core",
    "rsa",
    "sha2",
    "signature",
    "snow",
    "universal-hash",
    "x25519-dalek",
];

/// What opens, seals or encapsulates: none of it beneath the [`BLIND`].
pub(crate) const CIPHERS: &[&str] = &[
    "aead*",
    "aes*",
    "ascon*",
    "aws-lc*",
    "boring*",
    "cbc*",
    "ccm",
    "chacha*",
    "cipher",
    "crypto_box",
    "crypto_secretbox",
    "ctr",
    "eax",
    "ghash",
    "graviola",
    "hpke*",
    "kyber*",
    "libcrux*",
    "libsodium*",
    "ml-kem",
    "mlkem*",
    "ocb3",
    "openssl*",
    "orion",
    "poly1305",
    "polyval",
    "pqc*",
    "ring",
    "rustls*",
    "salsa20",
    "snow",
    "sodiumoxide",
    "x25519*",
    "x448",
    "xsalsa20*",
];

/// By their names, further cryptography that a crate has to be allowed.
pub(crate) const OTHER_CRYPTOGRAPHY: &[&str] = &[
    "argon2",
    "bcrypt",
    "blake*",
    "curve25519*",
    "digest",
    "ecdsa",
    "ed25519*",
    "ed448*",
    "elliptic-curve",
    "getrandom",
    "hkdf",
    "hmac*",
    "k256",
    "keccak",
    "md-5",
    "md5",
    "ml-dsa",
    "native-tls",
    "p256",
    "p384",
    "p521",
    "pbkdf2",
    "primeorder",
    "rand",
    "rand_*",
    "ripemd",
    "rsa",
    "scrypt",
    "sha1*",
    "sha2*",
    "sha3*",
    "signature",
    "slh-dsa",
    "tiny-keccak",
    "universal-hash",
];

/// Sockets, clocks, threads, files, and the crates that have them.
pub(crate) const WORLD: &[&str] = &[
    "async-io",
    "async-std",
    "axum*",
    "blindpost",
    "chrono",
    "crossbeam*",
    "engines",
    "getrandom",
    "hifitime",
    "host",
    "hyper*",
    "jiff",
    "lab",
    "libc",
    "mio",
    "nix",
    "parking_lot*",
    "polling",
    "rayon*",
    "reqwest",
    "rusqlite",
    "rustix",
    "simulator",
    "smol",
    "socket2",
    "sqlx*",
    "tempfile",
    "time",
    "tokio*",
    "ureq",
    "windows-sys",
];

/// Beneath these, `getrandom` and `libc` are for asking the processor what it can do; their own
/// generators are disallowed methods in `clippy.toml`.
pub(crate) const WORLD_UNUSED_BENEATH: &[&str] = &["cpufeatures", "graviola", "libcrux-*"];

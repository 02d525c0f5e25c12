//! The certificate authority of the proxy, in a folder of its own. It is drawn at the first use,
//! its private key never leaves that folder, and it can vouch for Meta's two hosts alone: its
//! certificate names them as the only ones (RFC 5280 section 4.2.1.10), so that whoever trusts it
//! trusts it with nothing else.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject as _},
};
use sha2::{Digest as _, Sha256};
use vocab::{Micros, UnixMicros};
use zeroize::Zeroizing;

use super::{GRAPH, HOSTS};
use crate::{folder::replace, secrets::hex};

/// The file that programs are told to trust.
pub(crate) const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca-key.pem";

/// How long the authority is good for.
const YEARS_OF_AUTHORITY: Micros = Micros::days(3_650);
/// How long what a start of the process shows is good for: no longer than browsers accept.
const DAYS_OF_HOST: Micros = Micros::days(397);
/// Clocks of programs may be this much behind.
const BEHIND: Micros = Micros::days(1);

/// Why there is no authority.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others than its owner can read the private key.
    #[error("{} can be read by others (mode {mode:03o}): `chmod 600` it if nobody has, and \
        delete the folder otherwise", path.display())]
    Exposed {
        /// The private key.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// A file is not what it was written as.
    #[error("{}: {why}; delete the folder to get another authority", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// No certificate could be made.
    #[error("no certificate could be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// TLS refuses what was made.
    #[error("TLS refuses the certificate: {0}")]
    Tls(#[from] rustls::Error),
    /// The date is beyond what certificates can say.
    #[error("the date is beyond what certificates can say")]
    Date,
}

/// Says which file an error is about.
fn at(path: &Path) -> impl FnOnce(io::Error) -> AuthorityError {
    let path = path.to_path_buf();
    move |source| AuthorityError::Io { path, source }
}

/// Who vouches for the two hosts.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
}

impl core::fmt::Debug for Authority {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Authority")
    }
}

impl Authority {
    /// The authority in `folder`; drawn, if there is none.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`].
    pub(crate) fn open(folder: &Path, now: UnixMicros) -> Result<Self, AuthorityError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(at(folder))?;
        let (key_file, certificate) = (folder.join(KEY), folder.join(CERTIFICATE));
        let key = match read_key(&key_file)? {
            Some(key) => key,
            None => {
                // A certificate without its key vouches for nothing any more.
                remove(&certificate)?;
                let key = KeyPair::generate()?;
                let text = Zeroizing::new(key.serialize_pem());
                replace(&key_file, text.as_bytes()).map_err(at(&key_file))?;
                key
            }
        };
        let params = params(&key, now)?;
        match fs::read(&certificate) {
            Ok(pem) => is_of(&certificate, &pem, &key)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let made = params.self_signed(&key)?;
                replace(&certificate, made.pem().as_bytes()).map_err(at(&certificate))?;
            }
            Err(error) => return Err(at(&certificate)(error)),
        }
        Ok(Self { issuer: Issuer::new(params, key) })
    }

    /// How TLS is ended in the name of the hosts: with a key and a certificate that live as long as
    /// what is returned.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`].
    pub(crate) fn server(&self, now: UnixMicros) -> Result<ServerConfig, AuthorityError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(HOSTS.map(str::to_owned))?;
        params.distinguished_name.push(DnType::CommonName, GRAPH);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        (params.not_before, params.not_after) = span(now, DAYS_OF_HOST)?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// What the certificate of the authority says. Its name has a fingerprint of its key, so that two
/// of them are told apart where both are trusted.
fn params(key: &KeyPair, now: UnixMicros) -> Result<CertificateParams, AuthorityError> {
    let mut params = CertificateParams::new(Vec::new())?;
    let fingerprint = hex(&Sha256::digest(key.public_key_raw()));
    let name = format!("Blindpost local CA {}", fingerprint.get(..8).unwrap_or_default());
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let any_v4 = CidrSubnet::V4([0; 4], [0; 4]);
    let any_v6 = CidrSubnet::V6([0; 16], [0; 16]);
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: HOSTS.map(|host| GeneralSubtree::DnsName(host.to_owned())).into(),
        excluded_subtrees: [any_v4, any_v6].map(GeneralSubtree::IpAddress).into(),
    });
    (params.not_before, params.not_after) = span(now, YEARS_OF_AUTHORITY)?;
    Ok(params)
}

/// A date of a certificate.
type Date = time::OffsetDateTime;

/// From a little before `now` until `length` after it.
fn span(now: UnixMicros, length: Micros) -> Result<(Date, Date), AuthorityError> {
    let date = |micros: u64| {
        let since = i64::try_from(micros).map(time::Duration::microseconds).ok();
        since.and_then(|since| date_time_ymd(1970, 1, 1).checked_add(since))
    };
    let dates = date(now.0.saturating_sub(BEHIND.0)).zip(date(now.after(length).0));
    dates.ok_or(AuthorityError::Date)
}

/// The private key; `None` where there is none.
fn read_key(path: &Path) -> Result<Option<KeyPair>, AuthorityError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(path)(error)),
    };
    #[cfg(unix)]
    {
        let file = fs::metadata(path).map_err(at(path))?;
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            return Err(AuthorityError::Exposed { path: path.to_path_buf(), mode });
        }
    }
    let damaged = |why: rcgen::Error| AuthorityError::Damaged {
        path: path.to_path_buf(),
        why: why.to_string(),
    };
    KeyPair::from_pem(&text).map(Some).map_err(damaged)
}

/// Whether a certificate is that of the key.
fn is_of(path: &Path, pem: &[u8], key: &KeyPair) -> Result<(), AuthorityError> {
    let public = key.public_key_raw();
    let der = CertificateDer::from_pem_slice(pem).map_err(|why| why.to_string());
    let why = match der {
        Ok(der) if der.windows(public.len()).any(|part| part == public) => return Ok(()),
        Ok(_) => "it is no certificate of the key beside it".to_owned(),
        Err(why) => why,
    };
    Err(AuthorityError::Damaged { path: path.to_path_buf(), why })
}

fn remove(path: &Path) -> Result<(), AuthorityError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use vocab::UnixMicros;

    use super::{Authority, AuthorityError, CERTIFICATE, KEY};

    const NOW: UnixMicros = UnixMicros(1_767_225_600_000_000);

    #[test]
    fn an_authority_is_drawn_once_and_its_key_is_its_owners_alone() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("intercept");
        let files = || [KEY, CERTIFICATE].map(|name| fs::read(folder.join(name)).unwrap());
        Authority::open(&folder, NOW).unwrap().server(NOW).unwrap();
        let first = files();
        Authority::open(&folder, NOW).unwrap();
        assert_eq!(files(), first);
        #[cfg(unix)]
        for (name, expected) in [(KEY, 0o600), (".", 0o700)] {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, expected, "{name}");
        }
        let certificate = String::from_utf8(first[1].clone()).unwrap();
        assert!(!certificate.contains("PRIVATE"), "{certificate}");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;
        let scratch = tempfile::tempdir().unwrap();
        Authority::open(scratch.path(), NOW).unwrap();
        let key = scratch.path().join(KEY);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = Authority::open(scratch.path(), NOW);
        assert!(matches!(refused, Err(AuthorityError::Exposed { mode: 0o644, .. })));
    }

    #[test]
    fn a_certificate_of_another_key_is_refused_and_one_without_a_key_is_replaced() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for folder in [&one, &other] {
            Authority::open(folder.path(), NOW).unwrap();
        }
        let stranger = other.path().join(CERTIFICATE);
        fs::copy(&stranger, one.path().join(CERTIFICATE)).unwrap();
        let refused = Authority::open(one.path(), NOW);
        assert!(matches!(refused, Err(AuthorityError::Damaged { .. })), "{refused:?}");
        fs::remove_file(one.path().join(KEY)).unwrap();
        Authority::open(one.path(), NOW).unwrap();
        let replaced = fs::read(one.path().join(CERTIFICATE)).unwrap();
        assert_ne!(replaced, fs::read(&stranger).unwrap());
    }
}

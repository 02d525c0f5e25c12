//! An HTTPS proxy for programs that know Meta's hosts by heart: what they ask of those two hosts
//! the Cloud API of this process answers, and nobody else is reached.
//!
//! Knows: the two hosts, TLS, the authority that vouches for them. Does not know: what is asked.

mod authority;
mod proxy;

pub use self::authority::AuthorityError;
pub(crate) use self::authority::{Authority, CERTIFICATE};
pub(crate) use self::proxy::Proxy;

/// Where Meta's Graph API answers.
const GRAPH: &str = "graph.facebook.com";
/// Where it hands out files.
const FILES: &str = "lookaside.fbsbx.com";
/// The hosts that are stood in for. The authority can vouch for no other.
const HOSTS: [&str; 2] = [GRAPH, FILES];

/// Whether `authority` (`host` or `host:443`) is one of [`HOSTS`].
fn is_meta(authority: &str) -> bool {
    let host = authority.strip_suffix(":443").unwrap_or(authority);
    HOSTS.iter().any(|known| host.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::is_meta;

    #[test]
    fn the_two_hosts_at_their_port_are_stood_in_for_and_nothing_that_looks_like_them() {
        for host in ["graph.facebook.com", "graph.facebook.com:443", "LOOKASIDE.fbsbx.com:443"] {
            assert!(is_meta(host), "{host}");
        }
        for host in [
            "",
            ":443",
            "facebook.com:443",
            "www.graph.facebook.com:443",
            "graph.facebook.com.evil.example:443",
            "graph.facebook.com:444",
            "graph.facebook.com:443:443",
            "evil.example@graph.facebook.com:443",
            "graph.facebook.com.:443",
        ] {
            assert!(!is_meta(host), "{host}");
        }
    }
}

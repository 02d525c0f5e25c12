//! Each guard compares a graph with the rules and names every violation by the path that makes it.

use std::collections::BTreeSet;

use crate::{
    graph::{Graph, is_any},
    rules::{BELOW, CIPHERS, CRYPTOGRAPHY, OTHER_CRYPTOGRAPHY, WORLD, WORLD_UNUSED_BENEATH},
};

/// Links from one of `names` to another.
pub(crate) fn links_among(graph: &Graph, names: &[&str]) -> Vec<String> {
    let found = names.iter().flat_map(|from| graph.reach(from, |_| false));
    found
        .filter(|(to, path)| names.contains(&to.as_str()) && !path.starts_with(&format!("{to} ")))
        .map(|(_, path)| format!("{path}: these never link each other"))
        .collect()
}

/// Links to a crate of the workspace that is not below, and crates that the rules do not list.
pub(crate) fn links_upwards(graph: &Graph, members: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for member in members {
        let Some((_, below)) = BELOW.iter().find(|(name, _)| name == member) else {
            found.push(format!("{member} is not in BELOW: say what it may link"));
            continue;
        };
        let below = below.concat();
        for (to, path) in graph.reach(member, |_| false) {
            if members.contains(&to) && !below.contains(&to.as_str()) {
                found.push(format!("{path}: {member} may link {below:?} of this workspace"));
            }
        }
    }
    found
}

/// Ciphers and key encapsulation beneath any of `names`.
pub(crate) fn ciphers_beneath(graph: &Graph, names: &[&str]) -> Vec<String> {
    let found = names.iter().flat_map(|from| graph.reach(from, |_| false));
    found
        .filter(|(to, _)| is_any(to, CIPHERS))
        .map(|(_, path)| format!("{path}: what must not read messages links no cipher"))
        .collect()
}

/// Cryptography that a member is not allowed, and members that the rules do not list.
pub(crate) fn cryptography(graph: &Graph, members: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for member in members {
        let Some((_, allowed)) = CRYPTOGRAPHY.iter().find(|(name, _)| name == member) else {
            found.push(format!("{member} is not in CRYPTOGRAPHY: say what it may link"));
            continue;
        };
        let allowed = allowed.concat();
        for (to, path) in graph.reach(member, |_| false) {
            let is_cryptography = is_any(&to, CIPHERS) || is_any(&to, OTHER_CRYPTOGRAPHY);
            if is_cryptography && !is_any(&to, &allowed) {
                found.push(format!("{path}: of cryptography, {member} may link {allowed:?}"));
            }
        }
    }
    found
}

/// Sockets, clocks, threads and files beneath any of `names`.
pub(crate) fn world_beneath(graph: &Graph, names: &[&str]) -> Vec<String> {
    let unused = |name: &str| is_any(name, WORLD_UNUSED_BENEATH);
    let found = names.iter().flat_map(|from| graph.reach(from, unused));
    found
        .filter(|(to, _)| is_any(to, WORLD))
        .map(|(_, path)| format!("{path}: what is pure reaches no world"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hop_that_links_a_hop_is_found_even_through_another_crate() {
        let hops = &["client", "transport"];
        let good = Graph::of(&[("client", &["hop"]), ("transport", &["hop"])]);
        assert_eq!(links_among(&good, hops), [""; 0]);
        let planted = Graph::of(&[("client", &["hop"]), ("hop", &["transport"])]);
        let [found] = <[String; 1]>::try_from(links_among(&planted, hops)).unwrap();
        assert!(found.starts_with("client -> hop -> transport:"), "{found}");
    }

    #[test]
    fn a_link_to_a_crate_above_is_found() {
        let members = names(&["vocab", "wire", "keys", "signal"]);
        let good = Graph::of(&[("signal", &["keys", "thiserror"]), ("keys", &["wire", "vocab"])]);
        assert_eq!(links_upwards(&good, &members), [""; 0]);
        let planted = Graph::of(&[("wire", &["keys"]), ("keys", &["vocab"])]);
        let [found] = <[String; 1]>::try_from(links_upwards(&planted, &members)).unwrap();
        assert!(found.starts_with("wire -> keys:"), "{found}");
    }

    #[test]
    fn a_crate_that_no_rule_lists_is_found() {
        let graph = Graph::of(&[("newcomer", &[])]);
        assert_eq!(links_upwards(&graph, &names(&["newcomer"])).len(), 1);
        assert_eq!(cryptography(&graph, &names(&["newcomer"])).len(), 1);
    }

    #[test]
    fn a_cipher_or_a_kem_beneath_the_blind_is_found() {
        let blind = &["transport"];
        let good = Graph::of(&[("transport", &["keys"]), ("keys", &["curve25519-dalek", "sha2"])]);
        assert_eq!(ciphers_beneath(&good, blind), [""; 0]);
        for planted in [
            "aes",
            "aes-gcm",
            "cbc",
            "chacha20poly1305",
            "libcrux-ml-kem",
            "ml-kem",
            "x25519-dalek",
            "snow",
            "ring",
        ] {
            let graph = Graph::of(&[("transport", &["innocent"]), ("innocent", &[planted])]);
            assert_eq!(ciphers_beneath(&graph, blind).len(), 1, "{planted}");
        }
    }

    #[test]
    fn cryptography_that_a_crate_was_not_allowed_is_found() {
        let members = names(&["keys", "meta"]);
        let good = Graph::of(&[("keys", &["curve25519-dalek"]), ("meta", &["serde", "hmac"])]);
        assert_eq!(cryptography(&good, &members), [""; 0]);
        for planted in ["ed25519-dalek", "sha3", "rand", "rsa", "curve25519-dalek"] {
            let graph = Graph::of(&[("meta", &["helper"]), ("helper", &[planted])]);
            assert_eq!(cryptography(&graph, &members).len(), 1, "{planted}");
        }
    }

    #[test]
    fn a_socket_a_clock_or_a_thread_beneath_a_pure_crate_is_found() {
        for planted in ["tokio", "mio", "chrono", "simulator", "host", "getrandom", "rayon-core"] {
            let graph = Graph::of(&[("store", &["helper"]), ("helper", &[planted])]);
            assert_eq!(world_beneath(&graph, &["store"]).len(), 1, "{planted}");
        }
    }

    #[test]
    fn operating_system_randomness_is_no_world_where_it_lies_unused() {
        let good = Graph::of(&[("signal", &["graviola"]), ("graviola", &["getrandom"])]);
        assert_eq!(world_beneath(&good, &["signal"]), [""; 0]);
        let links: &[(&str, &[&str])] = &[
            ("signal", &["graviola", "rand"]),
            ("graviola", &["getrandom"]),
            ("rand", &["getrandom"]),
        ];
        let planted = Graph::of(links);
        assert_eq!(world_beneath(&planted, &["signal"]).len(), 1);
    }

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }
}

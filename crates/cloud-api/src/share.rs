//! Which numbers a node serves, where several nodes share all of them.

use sha2::{Digest as _, Sha256};

/// One node's share of all numbers. They are spread by a hash of their ids, so that every node, and
/// whoever asks one, finds the right one without a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which node this is, counted from zero.
    pub node: u32,
    /// How many there are; zero is as good as one.
    pub nodes: u32,
}

impl Share {
    /// All numbers: the only node there is.
    pub const ALL: Self = Self { node: 0, nodes: 1 };

    /// Which of `nodes` nodes serves a number, counted from zero.
    pub fn of(phone_number_id: &str, nodes: u32) -> u32 {
        let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(phone_number_id));
        u32::from_be_bytes([a, b, c, d]).checked_rem(nodes).unwrap_or(0)
    }

    /// Whether this node serves the number.
    pub fn holds(self, phone_number_id: &str) -> bool {
        Self::of(phone_number_id, self.nodes) == self.node
    }
}

#[cfg(test)]
mod tests {
    use super::Share;

    #[test]
    fn every_number_is_served_by_exactly_one_node_and_every_node_serves_some() {
        for nodes in [1, 2, 3, 8] {
            let mut served = vec![0_u32; nodes as usize];
            for number in 0..400 {
                let id = format!("{}", 106_540_352_242_000_u64 + number);
                let all: Vec<u32> = (0..nodes)
                    .filter(|node| Share { node: *node, nodes }.holds(&id))
                    .inspect(|node| served[*node as usize] += 1)
                    .collect();
                assert_eq!(all, [Share::of(&id, nodes)]);
            }
            let least = 200 / nodes;
            assert!(served.iter().all(|count| *count >= least), "{served:?}");
        }
        assert!(Share { node: 0, nodes: 0 }.holds("1"));
        assert!(Share::ALL.holds("1"));
    }
}

//! How often something may happen. Who counts it, and where the count is kept, is a hop's affair.

use crate::time::Micros;

/// So many at once, and then one in each span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// As many as are allowed at once; at least 1.
    pub burst: u32,
    /// After how long one more is allowed; above zero.
    pub every: Micros,
}

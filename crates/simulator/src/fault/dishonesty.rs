//! What dishonesties are called.

use super::model::Dishonesty;

impl Dishonesty {
    /// The name in scenario files and reports.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Swap => "swap",
            Self::Replay => "replay",
            Self::Withhold => "withhold",
            Self::Shuffle => "shuffle",
            Self::Inject => "inject",
            Self::Lie { .. } => "lie",
            Self::Clone => "clone",
            Self::MessageEverybody(_) => "message-everybody",
            Self::Drain { .. } => "drain",
        }
    }
}

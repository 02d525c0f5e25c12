//! Counts of what a business sent, for the analytics of its account: by day, and by nothing that
//! names a person.
//!
//! | table | holds | class | kept |
//! |---|---|---|---|
//! | `cell` | counts by business, day and what is counted | statistics | an aggregate |
//! | `conv` | that a conversation goes on, by keyed hash | connection metadata | 24 hours |

use store::Key;

use super::{Category, cut};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Conversations that began: messages of one category to one person within 24 hours are one.
    Conversations(Category, Pricing),
    /// Messages that were delivered, by what they are charged as.
    Volume(Category, Pricing),
    /// What became of messages with a template, by its id.
    Template(u64, Step),
}

/// How a message is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pricing {
    /// By its category.
    Regular = 0,
    /// Not at all, since it answers.
    FreeCustomerService = 1,
}

impl Pricing {
    /// The name in webhooks and analytics; the latter write capitals.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::FreeCustomerService => "free_customer_service",
        }
    }
}

/// How far a message with a template got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The transport took it.
    Sent = 0,
    /// It arrived.
    Delivered = 1,
    /// It was read.
    Read = 2,
    /// A quick reply of it was pressed.
    Clicked = 3,
}

impl Step {
    /// All, in the order of the analytics.
    pub const ALL: [Self; 4] = [Self::Sent, Self::Delivered, Self::Read, Self::Clicked];

    /// The name in analytics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Clicked => "clicked",
        }
    }
}

impl Cell {
    fn key(self) -> [u8; 11] {
        let mut key = [0; 11];
        let (kind, [a, b], id) = match self {
            Self::Conversations(category, pricing) => (0, [category as u8, pricing as u8], 0),
            Self::Volume(category, pricing) => (1, [category as u8, pricing as u8], 0),
            Self::Template(id, step) => (2, [step as u8, 0], id),
        };
        let [c, d, e, f, g, h, i, j] = u64::to_be_bytes(id);
        key.copy_from_slice(&[kind, a, b, c, d, e, f, g, h, i, j]);
        key
    }

    /// What the end of a row's key counts.
    pub fn of_key(key: &[u8]) -> Option<Self> {
        let [kind, a, b, id @ ..] = key else { return None };
        let category = Category::try_from(i32::from(*a)).ok();
        let pricing = if *b == 0 { Pricing::Regular } else { Pricing::FreeCustomerService };
        match kind {
            0 => Some(Self::Conversations(category?, pricing)),
            1 => Some(Self::Volume(category?, pricing)),
            2 => {
                let step = Step::ALL.into_iter().find(|step| *step as u8 == *a)?;
                Some(Self::Template(u64::from_be_bytes(id.try_into().ok()?), step))
            }
            _ => None,
        }
    }
}

/// All counts of a business on one day.
pub fn cells(business: &str, day: u64) -> Key {
    Key::table("cell").with(&cut(&[business.as_bytes()])).with_number(day)
}

/// One of them.
pub fn cell(business: &str, day: u64, cell: Cell) -> Key {
    cells(business, day).with(&cell.key())
}

/// Conversations of every category with a person; `name` is their keyed hash.
pub fn conversations(slot: u32, name: &[u8; 16]) -> [Key; 4] {
    [Category::Service, Category::Utility, Category::Marketing, Category::Authentication]
        .map(|category| conversation(slot, name, category))
}

/// One of them.
pub fn conversation(slot: u32, name: &[u8; 16], category: Category) -> Key {
    Key::table("conv").with(&slot.to_be_bytes()).with(name).with(&[category as u8])
}

#[cfg(test)]
mod tests {
    use super::{Category, Cell, Pricing, Step};

    #[test]
    fn a_key_says_what_it_counts() {
        for cell in [
            Cell::Conversations(Category::Marketing, Pricing::Regular),
            Cell::Volume(Category::Service, Pricing::FreeCustomerService),
            Cell::Template(u64::MAX, Step::Clicked),
        ] {
            assert_eq!(Cell::of_key(&cell.key()), Some(cell));
        }
        assert_eq!(Cell::of_key(&[9; 11]), None);
    }
}

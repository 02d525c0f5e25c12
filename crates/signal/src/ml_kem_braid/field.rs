//! The field GF(2^16) of the erasure code, with the polynomial x^16 + x^12 + x^3 + x + 1.
//!
//! Nothing here is secret: what the code carries travels in the clear, under a MAC. The time taken
//! depends on no value all the same.

//= spec: mlkem-braid r1 3.5 field-size — elements of 16 bits, so that numbers of chunks do not run
//= out under an attacker's hand.
/// One element: bit 0 is the coefficient of x^0. Addition is exclusive or.
pub(crate) type Element = u16;

/// The same column position of sixteen polynomials at once.
pub(crate) type Row = [Element; ROW_ELEMENTS];

/// Elements in 32 bytes.
pub(crate) const ROW_ELEMENTS: usize = 16;

/// The polynomial without its x^16.
const REDUCTION: Element = 0x100b;

/// `value` times x.
const fn times_x(value: Element) -> Element {
    let carry = 0_u16.wrapping_sub(value >> 15);
    (value << 1) ^ (REDUCTION & carry)
}

/// A product of two polynomials of degree below 16, reduced.
const fn reduce(product: u32) -> Element {
    // x^16 is x^12 + x^3 + x + 1: what stands above comes down, by four places each time.
    fold(fold(fold(fold(product)))) as Element
}

const fn fold(product: u32) -> u32 {
    let above = product >> 16;
    (product & 0xffff) ^ above ^ (above << 1) ^ (above << 3) ^ (above << 12)
}

/// The product of two elements.
pub(crate) const fn multiply(a: Element, b: Element) -> Element {
    let (mut product, mut bit) = (0_u32, 0_u32);
    while bit < Element::BITS {
        let mask = 0_u32.wrapping_sub((b as u32 >> bit) & 1);
        product ^= ((a as u32) << bit) & mask;
        bit = bit.wrapping_add(1);
    }
    reduce(product)
}

/// The square of an element: its bits with a zero between any two, reduced.
const fn square(value: Element) -> Element {
    let mut spread = value as u32;
    spread = (spread | (spread << 8)) & 0x00ff_00ff;
    spread = (spread | (spread << 4)) & 0x0f0f_0f0f;
    spread = (spread | (spread << 2)) & 0x3333_3333;
    spread = (spread | (spread << 1)) & 0x5555_5555;
    reduce(spread)
}

/// The inverse of an element; zero for zero.
pub(crate) const fn inverse(value: Element) -> Element {
    // The group has 2^16 - 1 elements, so value^(2^16 - 2) is the inverse: the product of the
    // squares value^2, value^4, ..., value^(2^15).
    let (mut product, mut power, mut step) = (1, value, 1);
    while step < Element::BITS {
        power = square(power);
        product = multiply(product, power);
        step = step.wrapping_add(1);
    }
    product
}

/// Adds `row` times `factor` to `sum`.
pub(crate) fn add_scaled(sum: &mut Row, row: &Row, factor: Element) {
    let mut power = *row;
    for bit in 0..Element::BITS {
        let mask = 0_u16.wrapping_sub((factor >> bit) & 1);
        for (slot, value) in sum.iter_mut().zip(&mut power) {
            *slot ^= *value & mask;
            *value = times_x(*value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiplying_is_commutative_and_distributes() {
        let values = [0, 1, 2, 3, 0x8000, 0x1234, 0xfffe, 0xffff];
        for a in values {
            for b in values {
                assert_eq!(multiply(a, b), multiply(b, a));
                for c in values {
                    assert_eq!(multiply(a, b ^ c), multiply(a, b) ^ multiply(a, c));
                    assert_eq!(multiply(multiply(a, b), c), multiply(a, multiply(b, c)));
                }
            }
        }
    }

    #[test]
    fn a_square_is_a_product_and_x_shifts() {
        for value in 0..=Element::MAX {
            assert_eq!(square(value), multiply(value, value), "{value:04x}");
            assert_eq!(times_x(value), multiply(value, 2), "{value:04x}");
        }
    }

    #[test]
    fn every_element_but_zero_has_an_inverse() {
        for value in 1..=Element::MAX {
            assert_eq!(multiply(value, inverse(value)), 1, "{value:04x}");
        }
        assert_eq!(inverse(0), 0);
    }

    #[test]
    fn a_row_is_scaled_as_its_elements_are() {
        let row: Row = core::array::from_fn(|index| 0x1111_u16.wrapping_mul(index as u16 + 1));
        let mut sum = [0xabcd; ROW_ELEMENTS];
        add_scaled(&mut sum, &row, 0x9137);
        let expected = row.map(|value| multiply(value, 0x9137) ^ 0xabcd);
        assert_eq!(sum, expected);
    }
}

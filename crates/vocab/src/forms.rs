//! Numbers that people write in two ways: of mobile telephones in Brazil and in Mexico.
//!
//! Both countries changed how their numbers are dialled after accounts under the old numbers were
//! there. An account keeps the form that it was made with, and others write either. Meta's guide
//! to phone numbers says no more than that the prefix of such a number may be changed; the forms
//! are those of the national numbering plans of 2010 (Anatel) and 2019 (IFT).

use alloc::format;

use crate::PhoneNumber;

impl PhoneNumber {
    /// The other form of a Brazilian or Mexican mobile number; `None` for every other number.
    ///
    /// In Brazil the ninth digit, a 9 before eight digits of which the first is 6 to 9, is put in
    /// or left out. In Mexico it is the 1 between the country's code and ten digits.
    #[must_use]
    pub fn other_form(&self) -> Option<Self> {
        let (country, national) = self.digits().split_at_checked(2)?;
        let other = match (country, national.len()) {
            ("55", 10 | 11) => {
                let (area, line) = national.split_at_checked(2)?;
                let short = if line.len() == 8 { line } else { line.strip_prefix('9')? };
                if area.contains('0') || !short.starts_with(['6', '7', '8', '9']) {
                    return None;
                }
                let ninth = if line.len() == 8 { "9" } else { "" };
                format!("55{area}{ninth}{short}")
            }
            ("52", 10) => format!("521{national}"),
            ("52", 11) => format!("52{}", national.strip_prefix('1')?),
            _ => return None,
        };
        Self::parse(&other).ok()
    }
}

#[cfg(test)]
mod tests {
    use crate::PhoneNumber;

    #[test]
    fn a_mobile_number_of_brazil_or_mexico_has_two_forms_each_the_others() {
        for [one, other] in [
            ["5511987654321", "551187654321"],
            ["5591981234567", "559181234567"],
            ["5215512345678", "525512345678"],
            ["5219991234567", "529991234567"],
        ] {
            let [one, other] = [one, other].map(|number| PhoneNumber::parse(number).unwrap());
            assert_eq!(one.other_form().as_ref(), Some(&other));
            assert_eq!(other.other_form(), Some(one));
        }
    }

    #[test]
    fn every_other_number_has_one_form() {
        let fixed_lines = ["551132345678", "5511932345678"];
        let malformed = ["551034567890", "5511887654321", "55119876543210", "5225512345678"];
        let elsewhere = ["12015550100", "4915112345678", "5491112345678"];
        for number in fixed_lines.into_iter().chain(malformed).chain(elsewhere) {
            assert_eq!(PhoneNumber::parse(number).unwrap().other_form(), None, "{number}");
        }
    }
}

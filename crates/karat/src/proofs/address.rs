//! Pure. Addresses of the application's pages, as its router reads them.

use std::fmt::Write as _;

/// A page, with the feature that it is to show.
pub fn of_feature(page: &str, feature: &str) -> String {
    format!("{page}?feature={}", escaped(feature))
}

/// A page with a part behind it, such as a run or a bet.
pub fn with_part(page: &str, part: &str) -> String {
    format!("{page}/{}", escaped(part))
}

/// Everything but letters, digits and a few marks as %XX.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_place_in_the_address() {
        assert_eq!(of_feature("/gate", "e-mail draft"), "/gate?feature=e-mail%20draft");
        assert_eq!(with_part("/bet", "../x?y=1#z&ü"), "/bet/..%2Fx%3Fy%3D1%23z%26%C3%BC");
    }
}

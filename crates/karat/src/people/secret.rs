//! Pure. Secrets as others hold them and as we keep them: an id to look up, random digits, and their hash.

use karat_records::Hash;

/// What a token begins with, so that scanners of leaked secrets can find it.
const TOKEN_PREFIX: &str = "karat_";

/// A secret in two parts: the id finds it, the digits prove it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// Under which it is kept.
    pub id: String,
    digits: String,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Secret {
    /// From an id and random digits, both made by the clock.
    pub fn new(id: String, digits: String) -> Self {
        Self { id, digits }
    }

    /// As it stands in a link or a cookie: `ID.DIGITS`.
    pub fn in_link(&self) -> String {
        format!("{}.{}", self.id, self.digits)
    }

    /// As programs send it: `karat_ID_DIGITS`.
    pub fn as_token(&self) -> String {
        format!("{TOKEN_PREFIX}{}_{}", self.id, self.digits)
    }

    /// From a link or a cookie.
    pub fn from_link(text: &str) -> Option<Self> {
        Self::from_parts(text.split_once('.')?)
    }

    /// From what a program sent.
    pub fn from_token(text: &str) -> Option<Self> {
        Self::from_parts(text.strip_prefix(TOKEN_PREFIX)?.split_once('_')?)
    }

    fn from_parts((id, digits): (&str, &str)) -> Option<Self> {
        let is_plain =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let fits = (1..=64).contains(&id.len()) && (32..=128).contains(&digits.len());
        (fits && is_plain(id) && is_plain(digits))
            .then(|| Self { id: id.to_owned(), digits: digits.to_owned() })
    }

    /// What is kept instead of it; the id is part of it, so that no hash serves for two.
    pub fn hash(&self) -> Hash {
        Hash::of_bytes(format!("{}.{}", self.id, self.digits).as_bytes())
    }

    /// Whether this is the secret that was kept.
    pub fn is_kept_as(&self, hash: &Hash) -> bool {
        is_equal(self.hash().as_str(), hash.as_str())
    }

    /// The token against forged requests that belongs to this session; the cookie cannot be computed from it.
    pub fn csrf(&self) -> String {
        Hash::of_bytes(format!("csrf {}.{}", self.id, self.digits).as_bytes()).as_str().to_owned()
    }
}

/// Whether two texts are equal, in a time that does not depend on where they differ.
pub fn is_equal(one: &str, other: &str) -> bool {
    let difference = one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    std::hint::black_box(difference) == 0 && one.len() == other.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret::new("0199-a".into(), "ab".repeat(32))
    }

    #[test]
    fn a_secret_survives_the_way_through_a_link_and_a_token() {
        let secret = secret();
        assert_eq!(Secret::from_link(&secret.in_link()), Some(secret.clone()));
        assert_eq!(Secret::from_token(&secret.as_token()), Some(secret));
    }

    #[test]
    fn what_is_no_secret_is_none() {
        for text in ["", ".", "a.", "a.b", "..", "karat_", "karat__", "a_b", &"x".repeat(9999)] {
            assert_eq!((Secret::from_link(text), Secret::from_token(text)), (None, None), "{text}");
        }
        let spaced = format!("a b.{}", "ab".repeat(32));
        assert_eq!(Secret::from_link(&spaced), None);
    }

    #[test]
    fn only_the_same_secret_fits_and_nothing_shows_its_digits() {
        let (one, other) = (secret(), Secret::new("0199-b".into(), "ab".repeat(32)));
        assert!(one.is_kept_as(&one.hash()) && !one.is_kept_as(&other.hash()));
        assert!(!format!("{one:?}").contains("abab"));
        assert!(!one.hash().as_str().contains("abab") && one.csrf() != one.hash().as_str());
        assert!(is_equal("ab", "ab") && !is_equal("ab", "abc") && !is_equal("ab", "aa"));
    }
}

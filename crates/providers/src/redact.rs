//! Pure. Takes keys out of a provider's words before anybody keeps or shows them.

const LONGEST: usize = 500;

/// Stands in the place of a key.
const REDACTED: &str = "[redacted]";

/// How keys of known vendors begin; what follows must be long enough to be a secret.
const KEY_STARTS: [&str; 8] = ["sk-", "sk_", "gsk_", "xai-", "pplx-", "hf_", "AIza", "eyJ"];
const SHORTEST_SECRET: usize = 8;

/// The text with everything that looks like a key replaced, cut at 500 characters.
pub fn redact(text: &str) -> String {
    shorten(&clean(text, LONGEST))
}

/// The whole text with everything that looks like a key replaced.
pub fn redact_all(text: &str) -> String {
    clean(text, usize::MAX)
}

fn clean(text: &str, most: usize) -> String {
    let mut clean = String::new();
    let mut rest = text;
    let mut previous = ' ';
    let mut n_characters = 0;
    while let Some(next) = rest.chars().next() {
        if n_characters > most {
            break;
        }
        let secret = if is_word(previous) { 0 } else { secret_length(rest) };
        if secret > 0 {
            clean.push_str(REDACTED);
            n_characters += REDACTED.len();
            previous = ' ';
            rest = &rest[secret..];
        } else {
            clean.push(next);
            n_characters += 1;
            previous = next;
            rest = &rest[next.len_utf8()..];
        }
    }
    clean
}

/// The beginning of a body as text, white space trimmed.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let head = &body[..body.len().min(4 * LONGEST)];
    String::from_utf8_lossy(head).trim().to_owned()
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LONGEST - 1).collect();
    short.push('…');
    short
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The length in bytes of the key at the start of the text, 0 if there is none.
fn secret_length(text: &str) -> usize {
    const BEARER: &str = "bearer ";
    let head = text.get(..BEARER.len()).unwrap_or_default();
    if head.eq_ignore_ascii_case(BEARER) {
        let token = token_length(&text[BEARER.len()..]);
        return if token < SHORTEST_SECRET { 0 } else { BEARER.len() + token };
    }
    let Some(start) = KEY_STARTS.iter().find(|start| text.starts_with(**start)) else {
        return 0;
    };
    let token = token_length(&text[start.len()..]);
    if token < SHORTEST_SECRET { 0 } else { start.len() + token }
}

fn token_length(text: &str) -> usize {
    let is_token = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '*' | '+' | '/' | '=')
    };
    text.char_indices()
        .find(|&(index, character)| {
            // A full stop inside is part of a token (a JWT), one at the end closes the sentence.
            let after = || text[index + 1..].chars().next();
            !(is_token(character) || (character == '.' && after().is_some_and(is_token)))
        })
        .map_or(text.len(), |(index, _)| index)
}

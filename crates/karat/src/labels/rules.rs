//! Pure. Rules of a guideline: lines that begin with an id and a colon, such as `R1: a refund is returns`.

/// The ids in the order of the text.
pub fn ids(markdown: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for line in markdown.lines() {
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || "-*#>_".contains(c));
        let Some((id, _)) = line.split_once([':', '*']) else { continue };
        if is_id(id) && !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    ids
}

/// Capital letters, then digits: `R1`, `RULE12`.
fn is_id(text: &str) -> bool {
    let letters = text.chars().take_while(char::is_ascii_uppercase).count();
    let digits = text.len() - letters.min(text.len());
    (1..=6).contains(&letters)
        && (1..=4).contains(&digits)
        && text[letters..].chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rules_are_lines_that_begin_with_an_id() {
        let text = "# Queues\n\nR1: a refund is returns.\n- R2: an invoice is billing\n**R3**: bold\n* **R4:** also\nSee R5: no\nR1: again\nr6: small\nNote: none\nR7 no colon\n";
        assert_eq!(ids(text), ["R1", "R2", "R3", "R4"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}") {
            ids(&text);
        }
    }
}

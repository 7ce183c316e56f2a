//! Pure. Text that a model, a provider or a file wrote, made harmless before any surface shows it.
//!
//! Escaping for HTML, Markdown or XML comes after this and belongs to each surface.

/// The text on one line: no control characters, no line ends, no runs of white space.
pub fn line(text: &str) -> String {
    let cleaned = block(text);
    cleaned.split_whitespace().collect::<Vec<&str>>().join(" ")
}

/// The text with its line ends, without anything else that is invisible and changes what readers see:
/// terminal escape sequences, control characters, overrides of the writing direction, hidden tags.
pub fn block(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' if characters.peek() == Some(&'[') => {
                characters.next();
                // A control sequence: parameters, then one final byte (ECMA-48, 5.4).
                while characters.next_if(|next| matches!(next, ' '..='?')).is_some() {}
                characters.next_if(|next| matches!(next, '@'..='~'));
            }
            '\n' => cleaned.push('\n'),
            '\t' | '\u{2028}' | '\u{2029}' => cleaned.push(' '),
            hidden if is_hidden(hidden) => {}
            shown => cleaned.push(shown),
        }
    }
    cleaned
}

/// Invisible characters that reorder or hide text; joiners, which scripts and emoji need, are none.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}')
}

/// The five characters that mean something in HTML and XML, in text and in quoted attributes.
pub fn markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_control_characters_do_not_reach_a_terminal() {
        assert_eq!(
            line("\u{1b}[31mred\u{1b}[0m and \u{1b}]0;title\u{7}\u{8}x"),
            "red and ]0;titlex"
        );
        assert_eq!(line("a\r\n\tb\u{9b}2Jc"), "a b2Jc");
        assert_eq!(line("\u{1b}["), "");
    }

    #[test]
    fn marks_that_turn_the_writing_direction_are_dropped() {
        assert_eq!(line("a\u{202e}txt.exe\u{202c}b\u{2067}c"), "atxt.exebc");
    }

    #[test]
    fn scripts_and_emoji_keep_their_joiners() {
        let text = "👩‍🔧 می‌خواهم שלום";
        assert_eq!(block(text), text);
    }
}

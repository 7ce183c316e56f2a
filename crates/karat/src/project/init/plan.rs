//! Pure. What is to be written, decided before anything is.

use std::path::Path;

/// Files to write and what to say about them.
#[derive(Debug, Default)]
pub struct Plan {
    /// New files in reading order.
    pub files: Vec<NewFile>,
    /// What the user reads.
    pub text: String,
}

/// One file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Relative to the project's folder, with forward slashes.
    pub path: String,
    /// What is in it.
    pub content: Vec<u8>,
}

impl NewFile {
    /// A file with this text.
    pub fn text(path: impl Into<String>, content: impl Into<String>) -> Self {
        Self { path: path.into(), content: content.into().into_bytes() }
    }
}

/// Something that is not taken over, or not quite: what, why, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The thing, as its file names it.
    pub what: String,
    /// The reason.
    pub why: String,
    /// The next step.
    pub next: String,
}

/// Notes in the order in which they were made; the same thing is noted once and counted.
#[derive(Debug, Default)]
pub struct Notes(Vec<Counted>);

#[derive(Debug)]
struct Counted {
    note: Note,
    example: Option<String>,
    count: usize,
}

impl Notes {
    /// Notes something.
    pub fn add(
        &mut self,
        what: impl Into<String>,
        why: impl Into<String>,
        next: impl Into<String>,
    ) {
        self.push(Note { what: what.into(), why: why.into(), next: next.into() }, None);
    }

    /// Notes something of which there may be many; the first stands for all.
    pub fn add_example(&mut self, note: Note, example: &str) {
        let example = shorten(example, 50);
        self.push(note, (!example.is_empty()).then_some(example));
    }

    fn push(&mut self, note: Note, example: Option<String>) {
        match self.0.iter_mut().find(|known| known.note == note) {
            Some(known) => known.count += 1,
            None => self.0.push(Counted { note, example, count: 1 }),
        }
    }

    /// One paragraph for each note.
    pub fn lines(&self) -> Vec<String> {
        let line = |Counted { note, example, count }: &Counted| {
            let times = if *count > 1 { format!(" ({count} times)") } else { String::new() };
            let example = match example {
                Some(example) if *count > 1 => format!(", for example `{example}`"),
                Some(example) => format!(" `{example}`"),
                None => String::new(),
            };
            let (what, why, next) =
                (one_line(&note.what), one_line(&note.why), one_line(&note.next));
            format!("{what}{times}{example}: {why}; next: {next}")
        };
        self.0.iter().map(line).collect()
    }
}

/// A text without line breaks and control characters, so that it stays inside its comment.
pub fn one_line(text: &str) -> String {
    let words: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text shortened to one line of so many characters.
pub fn shorten(text: &str, most: usize) -> String {
    let line = one_line(text);
    if line.chars().count() <= most {
        return line;
    }
    let kept: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// `1 case`, `40 cases`.
pub fn plural(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// The file's extension in lower case, without the dot.
pub fn extension(path: &Path) -> String {
    path.extension().and_then(|text| text.to_str()).unwrap_or_default().to_lowercase()
}

/// A name in kebab-case: letters and digits, dashes between them; a version keeps its dot.
pub fn kebab(text: &str) -> String {
    let mut name = String::new();
    let mut previous = ' ';
    for c in text.chars() {
        if c.is_alphanumeric() {
            // fooBar becomes foo-bar, GPT4 stays together.
            if c.is_uppercase() && previous.is_lowercase() {
                name.push('-');
            }
            name.extend(c.to_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        previous = c;
    }
    name.trim_end_matches('-').to_owned()
}

/// As `kebab`, cut between words so that it stays short.
pub fn short_kebab(text: &str, most: usize) -> String {
    let name = kebab(text);
    let mut short = String::new();
    for word in name.split('-') {
        if !short.is_empty() && short.chars().count() + 1 + word.chars().count() > most {
            break;
        }
        if !short.is_empty() {
            short.push('-');
        }
        short.extend(word.chars().take(most));
    }
    short
}

/// The name, or the name with a number behind it where it is taken; remembers it.
pub fn unique(name: &str, taken: &mut Vec<String>) -> String {
    let mut candidate = name.to_owned();
    let mut number = 2;
    while taken.contains(&candidate) {
        candidate = format!("{name}-{number}");
        number += 1;
    }
    taken.push(candidate.clone());
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_short_and_unique() {
        assert_eq!(kebab("Candidate A (v1.2)"), "candidate-a-v1-2");
        assert_eq!(kebab("replyTo_GPT4"), "reply-to-gpt4");
        assert_eq!(kebab("—"), "");
        assert_eq!(short_kebab("summarise the whole document please", 18), "summarise-the");
        let mut taken = Vec::new();
        assert_eq!(unique("a", &mut taken), "a");
        assert_eq!(unique("a", &mut taken), "a-2");
        assert_eq!(unique("a", &mut taken), "a-3");
    }

    #[test]
    fn a_note_stays_on_one_line_and_is_counted() {
        let mut notes = Notes::default();
        notes.add("javascript", "runs\n[features]", "port it");
        notes.add("javascript", "runs\n[features]", "port it");
        assert_eq!(notes.lines(), ["javascript (2 times): runs [features]; next: port it"]);
    }
}

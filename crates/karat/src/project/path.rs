//! Pure. The part of `JSONPath` that points at one value: `$`, `.key`, `['key']`, `[0]`, `[-1]`.

use serde_json::Value;

/// A way to one value inside JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    text: String,
    steps: Vec<Step>,
}

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Every path starts at the root.
    #[error("path `{0}` must start with `$`, as in `$.queue`")]
    NoRoot(String),
    /// A part of `JSONPath` that points at several values, or no `JSONPath` at all.
    #[error(
        "path `{path}`: `{rest}` is not supported; use `.key`, `['key']`, `[0]` or `[-1]`, which point at one value"
    )]
    Unsupported {
        /// The whole path.
        path: String,
        /// What could not be read.
        rest: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    /// Counted from the end where negative.
    Index(i64),
}

impl Path {
    /// Reads a path.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let text = text.trim();
        let Some(mut rest) = text.strip_prefix('$') else {
            return Err(PathError::NoRoot(text.to_owned()));
        };
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let Some((step, after)) = parse_step(rest) else {
                return Err(PathError::Unsupported { path: text.into(), rest: rest.into() });
            };
            steps.push(step);
            rest = after;
        }
        Ok(Self { text: text.to_owned(), steps })
    }

    /// The value at the end of the path.
    pub fn select<'a>(&self, root: &'a Value) -> Option<&'a Value> {
        self.steps.iter().try_fold(root, |value, step| match step {
            Step::Key(key) => value.get(key),
            Step::Index(index) => {
                let list = value.as_array()?;
                let from_start = usize::try_from(index.unsigned_abs()).ok()?;
                let from_end = || list.len().checked_sub(from_start);
                list.get(if *index < 0 { from_end()? } else { from_start })
            }
        })
    }

    /// The keys of a path that leads through objects only.
    pub fn keys(&self) -> Option<Vec<String>> {
        let keys = self.steps.iter().map(|step| match step {
            Step::Key(key) => Some(key.clone()),
            Step::Index(_) => None,
        });
        keys.collect()
    }

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Reads one step from the front; `None` where it is none.
fn parse_step(rest: &str) -> Option<(Step, &str)> {
    if let Some(rest) = rest.strip_prefix('.') {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        let plain = !key.is_empty() && !key.contains(['*', '?', '(', ')', ']', '\'', '"', '@']);
        return plain.then(|| (Step::Key(key.to_owned()), after));
    }
    let rest = rest.strip_prefix('[')?;
    for quote in ['\'', '"'] {
        let Some(quoted) = rest.strip_prefix(quote) else { continue };
        let (key, after) = parse_quoted(quoted, quote)?;
        return Some((Step::Key(key), after.strip_prefix(']')?));
    }
    let (index, after) = rest.split_once(']')?;
    let digits = index.strip_prefix('-').unwrap_or(index);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((Step::Index(index.parse().ok()?), after))
}

/// Reads up to the closing quote; a backslash keeps the next character.
fn parse_quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => key.push(chars.next()?.1),
            _ if c == quote => return Some((key, &text[at + c.len_utf8()..])),
            _ => key.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_points_at_one_value() {
        let root = json!({"a": {"b": [1, {"c d": 2}, 3]}, "x.y": 4, "it's": 5, "ключ": 6, "0": 7});
        for (path, wanted) in [
            ("$", Some(root.clone())),
            ("$.a.b[0]", Some(json!(1))),
            ("$.a.b[-1]", Some(json!(3))),
            ("$['a'][\"b\"][1]['c d']", Some(json!(2))),
            ("$['x.y']", Some(json!(4))),
            (r"$['it\'s']", Some(json!(5))),
            ("$.ключ", Some(json!(6))),
            ("$.0", Some(json!(7))),
            ("$.a.b[3]", None),
            ("$.a.b[-4]", None),
            ("$.a.b.c", None),
            ("$.a[0]", None),
            ("$.missing.deeper", None),
        ] {
            assert_eq!(Path::parse(path).unwrap().select(&root), wanted.as_ref(), "{path}");
        }
    }

    #[test]
    fn a_path_that_could_point_at_several_values_is_refused_with_the_part_that_does() {
        for (path, rest) in [
            ("$..a", "..a"),
            ("$.a[*].b", "[*].b"),
            ("$.a.*", ".*"),
            ("$.a[?(@.b)]", "[?(@.b)]"),
            ("$.a[0:2]", "[0:2]"),
            ("$.a[0,1]", "[0,1]"),
            ("$a", "a"),
            ("$.", "."),
            ("$[]", "[]"),
            ("$['a'", "['a'"),
            ("$[99999999999999999999]", "[99999999999999999999]"),
        ] {
            let error = Path::parse(path).unwrap_err();
            assert_eq!(error, PathError::Unsupported { path: path.into(), rest: rest.into() });
        }
        let error = Path::parse("queue").unwrap_err().to_string();
        assert_eq!(error, "path `queue` must start with `$`, as in `$.queue`");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,40}") {
            if let Ok(path) = Path::parse(&format!("${text}")) {
                path.select(&json!({"a": [1]}));
            }
        }
    }
}

//! Pure. Lines, columns and colours of a terminal page; widths are columns of the terminal, not bytes.

use karat_records::Verdict;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Style;

/// Two spaces between columns.
const GAP: usize = 2;

/// A name wider than this is shortened.
const WIDEST_CELL: usize = 44;

/// A page that is being written.
pub struct Page {
    pub style: Style,
    text: String,
}

impl Page {
    pub fn new(style: Style) -> Self {
        Self { style: Style { width: style.width.max(40), ..style }, text: String::new() }
    }

    pub fn finish(self) -> String {
        self.text
    }

    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// The first sentence, with the verdict's mark before it.
    pub fn title(&mut self, verdict: Option<Verdict>, sentence: &str) {
        let lines = wrap(sentence, self.style.width - 2);
        for (index, line) in lines.iter().enumerate() {
            match verdict.filter(|_| index == 0) {
                Some(verdict) => {
                    let mark = painted(verdict.mark(), Some(verdict), self.style);
                    self.text.push_str(&mark);
                    self.text.push(' ');
                }
                None if verdict.is_some() => self.text.push_str("  "),
                None => {}
            }
            let line = self.bold(line);
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    /// Text behind a mark, its further lines under the text.
    pub fn marked(&mut self, mark: &str, verdict: Option<Verdict>, words: &str) {
        self.hanging(0, mark, &painted(mark, verdict, self.style), words);
    }

    /// A word that nobody overlooks, and what it means.
    pub fn loud(&mut self, word: &str, meaning: &str) {
        let word = format!("{word}:");
        let painted = if self.style.is_coloured {
            format!("\u{1b}[1;7m{word}\u{1b}[0m")
        } else {
            word.clone()
        };
        self.hanging(2, &word, &painted, meaning);
    }

    /// A heading with a blank line before it.
    pub fn heading(&mut self, title: &str) {
        self.blank();
        for line in wrap(title, self.style.width) {
            let line = self.bold(&line);
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    /// One item of a list.
    pub fn item(&mut self, words: &str) {
        self.hanging(2, "·", "·", words);
    }

    /// A paragraph.
    pub fn text(&mut self, indent: usize, words: &str) {
        for line in wrap(words, self.style.width - indent) {
            self.text.push_str(&" ".repeat(indent));
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    /// A line that is already laid out.
    pub fn raw(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A table; where it is too wide its further columns follow below, the first column again before them.
    pub fn grid(&mut self, grid: &Grid) {
        for (index, columns) in grid.blocks(self.style.width).iter().enumerate() {
            if index > 0 {
                self.blank();
            }
            for line in grid.lines(columns, self.style) {
                self.raw(&line);
            }
        }
    }

    fn hanging(&mut self, indent: usize, mark: &str, painted: &str, words: &str) {
        let under = indent + mark.width() + 1;
        for (index, line) in wrap(words, self.style.width - under).iter().enumerate() {
            if index == 0 {
                self.text.push_str(&" ".repeat(indent));
                self.text.push_str(painted);
                self.text.push(' ');
            } else {
                self.text.push_str(&" ".repeat(under));
            }
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    fn bold(&self, text: &str) -> String {
        if self.style.is_coloured { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Which cell of a row is a verdict.
type Painted = Option<(usize, Verdict)>;

/// Rows and columns; the first `n_left` columns and verdicts stand left, figures right.
pub struct Grid {
    head: Vec<String>,
    n_left: usize,
    rows: Vec<(Vec<String>, Painted)>,
}

impl Grid {
    pub fn new(head: Vec<String>, n_left: usize) -> Self {
        let head = head.into_iter().map(|cell| truncate(&cell, WIDEST_CELL)).collect();
        Self { head, n_left, rows: Vec::new() }
    }

    /// Adds a row; one of its cells may be a verdict and is then painted.
    pub fn row(&mut self, cells: Vec<String>, verdict: Painted) {
        let cells = cells.into_iter().map(|cell| truncate(&cell, WIDEST_CELL)).collect();
        self.rows.push((cells, verdict));
    }

    fn width(&self, column: usize) -> usize {
        let cell = |row: &Vec<String>| row.get(column).map_or(0, |cell| cell.width());
        self.rows.iter().map(|(row, _)| cell(row)).max().unwrap_or(0).max(cell(&self.head))
    }

    /// Which columns stand in which block, so that no block is too wide where that can be avoided.
    fn blocks(&self, width: usize) -> Vec<Vec<usize>> {
        let first = GAP + self.width(0);
        let mut blocks = vec![vec![0]];
        let mut used = first;
        for column in 1..self.head.len() {
            let needed = GAP + self.width(column);
            if used + needed > width && used > first {
                blocks.push(vec![0]);
                used = first;
            }
            used += needed;
            if let Some(block) = blocks.last_mut() {
                block.push(column);
            }
        }
        blocks
    }

    fn lines(&self, columns: &[usize], style: Style) -> Vec<String> {
        let mut lines = vec![self.line(columns, &self.head, None, style)];
        lines.extend(
            self.rows.iter().map(|(row, verdict)| self.line(columns, row, *verdict, style)),
        );
        // A table whose head is empty has none.
        if lines[0].trim().is_empty() {
            lines.remove(0);
        }
        lines
    }

    fn line(&self, columns: &[usize], row: &[String], verdict: Painted, style: Style) -> String {
        let mut line = String::new();
        for column in columns {
            let cell = row.get(*column).map_or("", String::as_str);
            let fill = " ".repeat(self.width(*column).saturating_sub(cell.width()));
            let verdict = verdict.filter(|(at, _)| at == column).map(|(_, verdict)| verdict);
            let cell = painted(cell, verdict, style);
            line.push_str(&" ".repeat(GAP));
            if *column < self.n_left {
                line.push_str(&cell);
                line.push_str(&fill);
            } else {
                line.push_str(&fill);
                line.push_str(&cell);
            }
        }
        line
    }
}

/// Text in the colour of a verdict: green, red, blue-grey.
pub fn painted(text: &str, verdict: Option<Verdict>, style: Style) -> String {
    let code = match verdict {
        Some(Verdict::Pass) => "32",
        Some(Verdict::Fail) => "31",
        Some(Verdict::Undecided) => "38;5;67",
        None => return text.to_owned(),
    };
    if style.is_coloured { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// At most so many columns, with an ellipsis where something is missing.
pub fn truncate(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    for character in text.chars() {
        if short.width() + character.width().unwrap_or(0) + 1 > most {
            break;
        }
        short.push(character);
    }
    format!("{}…", short.trim_end())
}

/// Lines of at most so many columns, broken at spaces but not at no-break spaces, which become spaces;
/// a word that is wider than a line is broken inside.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let word = word.replace('\u{a0}', " ");
        let word = word.as_str();
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        if line.width() + word.width() <= width {
            line.push_str(word);
            continue;
        }
        for character in word.chars() {
            if line.width() + character.width().unwrap_or(0) > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(character);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_as_two_columns() {
        assert_eq!(truncate("日本語テキスト", 7), "日本語…");
        assert_eq!(wrap("日本語 テキスト", 8), ["日本語", "テキスト"]);
    }

    #[test]
    fn a_word_wider_than_the_line_is_broken() {
        assert_eq!(wrap("aaaaaaaaaaaa b", 8), ["aaaaaaaa", "aaaa b"]);
        assert_eq!(wrap("", 8), [""]);
    }

    #[test]
    fn a_table_too_wide_goes_on_below_with_its_first_column() {
        let mut grid = Grid::new(vec!["name".into(), "first".into(), "second".into()], 1);
        grid.row(vec!["a".into(), "1".into(), "2".into()], None);
        assert_eq!(grid.blocks(80), [vec![0, 1, 2]]);
        assert_eq!(grid.blocks(16), [vec![0, 1], vec![0, 2]]);
    }
}

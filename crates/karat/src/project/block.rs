//! Pure. Adds tables to the text of `karat.toml`: what stands there stays byte for byte where that is possible.

use anyhow::{Result, bail};
use toml_edit::{DocumentMut, Item, TableLike};

/// The text with some tables behind it; where the file keeps such tables in braces, they are put in there.
pub fn with_tables(text: &str, tables: &str) -> Result<String> {
    let is_crlf = text.contains("\r\n");
    let tables = if is_crlf { tables.replace('\n', "\r\n") } else { tables.to_owned() };
    let newline = if is_crlf { "\r\n" } else { "\n" };
    let mut behind = text.to_owned();
    if !behind.is_empty() {
        if !behind.ends_with('\n') {
            behind.push_str(newline);
        }
        behind.push_str(newline);
    }
    behind.push_str(&tables);
    if behind.parse::<DocumentMut>().is_ok() {
        return Ok(behind);
    }
    let Ok(mut document) = text.parse::<DocumentMut>() else {
        bail!("karat.toml is not valid TOML\n  next: `karat check` names the line")
    };
    let Ok(added) = tables.parse::<DocumentMut>() else {
        bail!(
            "these tables cannot be written as TOML\n  next: use letters, digits and dashes in names"
        )
    };
    merge(document.as_table_mut(), added.as_table())?;
    Ok(document.to_string())
}

fn merge(into: &mut dyn TableLike, from: &dyn TableLike) -> Result<()> {
    for (key, item) in from.iter() {
        match into.get_mut(key) {
            None => {
                into.insert(key, item.clone());
            }
            Some(there) => match (there.as_table_like_mut(), item.as_table_like()) {
                (Some(there), Some(item)) => merge(there, item)?,
                _ => bail!("{key} is there already in karat.toml\n  next: choose another name"),
            },
        }
    }
    Ok(())
}

/// The table at a path of names, as `features`, `triage`, `variants`, `live`.
pub fn table_at<'a>(document: &'a DocumentMut, path: &[&str]) -> Option<&'a dyn TableLike> {
    let mut table: &dyn TableLike = document.as_table();
    for name in path {
        table = table.get(name).and_then(Item::as_table_like)?;
    }
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDED: &str = "[datasets.new]\nfile = \"n.csv\"\n";

    #[test]
    fn what_stands_there_stays_byte_for_byte() {
        for text in [
            "",
            "# head\n[project]   # odd   spaces\nname='x'\n",
            "[project]\r\nname = \"x\"\r\n# tail without an end",
        ] {
            let after = with_tables(text, ADDED).unwrap();
            assert!(after.starts_with(text), "{after}");
            let read: toml::Table = toml::from_str(&after).unwrap();
            assert_eq!(read["datasets"]["new"]["file"].as_str(), Some("n.csv"));
        }
    }

    #[test]
    fn tables_in_braces_take_the_new_one_in() {
        let text = "# head\ndatasets = { old = { file = \"o.csv\" } } # here\n[project]\nname = \"x\" # there\n";
        let after = with_tables(text, ADDED).unwrap();
        let read: toml::Table = toml::from_str(&after).unwrap();
        assert_eq!(read["datasets"]["old"]["file"].as_str(), Some("o.csv"));
        assert_eq!(read["datasets"]["new"]["file"].as_str(), Some("n.csv"));
        assert!(after.contains("# here") && after.ends_with("name = \"x\" # there\n"), "{after}");
    }

    #[test]
    fn a_name_that_is_there_is_refused() {
        with_tables("[datasets.new]\nfile = \"old.csv\"\n", ADDED).unwrap_err();
    }
}

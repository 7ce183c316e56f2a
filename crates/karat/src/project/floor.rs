//! Pure. Another floor for one criterion in the text of `karat.toml`; everything else stays as people wrote it.

use anyhow::{Result, bail};
use toml_edit::{DocumentMut, Item, Value};

/// The text with the floor of a criterion replaced.
pub fn with_floor(text: &str, feature: &str, criterion: &str, min: f64) -> Result<String> {
    let Ok(mut document) = text.parse::<DocumentMut>() else {
        bail!("karat.toml is not valid TOML\n  next: `karat check` names the line")
    };
    let mut item: &mut Item = document.as_item_mut();
    for name in ["features", feature, "mvq", criterion, "min"] {
        let Some(next) = item.as_table_like_mut().and_then(|table| table.get_mut(name)) else {
            bail!(
                "karat.toml says features.{feature}.mvq.{criterion}.min in a way that cannot be changed here\n  next: change it in the file"
            )
        };
        item = next;
    }
    let Some(value) = item.as_value_mut() else {
        bail!("the floor of {criterion} is no number\n  next: change it in the file")
    };
    let mut new = Value::from(min);
    // What stands before and behind the number, such as a comment, belongs to the line and not to the number.
    *new.decor_mut() = value.decor().clone();
    *value = new;
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_number_changes() {
        for (text, wanted) in [
            (
                "# head\n[features.f.mvq]   # all must hold\ncorrect  = { metric = \"right\", min =  0.85 , each = \"metadata.a\" } # why\n",
                "# head\n[features.f.mvq]   # all must hold\ncorrect  = { metric = \"right\", min =  0.8 , each = \"metadata.a\" } # why\n",
            ),
            (
                "[features.f.mvq.correct]\nmetric = \"right\"\nmin = 0.85   # agreed with the desk\n\n# tail",
                "[features.f.mvq.correct]\nmetric = \"right\"\nmin = 0.8   # agreed with the desk\n\n# tail",
            ),
            (
                "features.f.mvq.correct.metric = \"right\"\r\nfeatures.f.mvq.correct.min = 1\r\n",
                "features.f.mvq.correct.metric = \"right\"\r\nfeatures.f.mvq.correct.min = 0.8\r\n",
            ),
            (
                "features = { f = { mvq = { correct = { min = 0.9 } } } }",
                "features = { f = { mvq = { correct = { min = 0.8 } } } }",
            ),
        ] {
            // The editor of TOML writes line ends as \n.
            let changed = with_floor(text, "f", "correct", 0.8).unwrap();
            assert_eq!(changed.replace('\r', ""), wanted.replace('\r', ""));
        }
    }

    #[test]
    fn what_is_not_there_is_not_made() {
        for text in ["", "[features.f.mvq]\ncorrect = { metric = \"right\", max = 0.1 }\n", "[[["] {
            with_floor(text, "f", "correct", 0.8).unwrap_err();
        }
    }
}

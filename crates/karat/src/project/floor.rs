//! Pure. Another floor for one criterion in the text of `karat.toml`; everything else stays byte for byte.

use anyhow::{Result, bail};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The text with the floor of a criterion replaced.
pub fn with_floor(text: &str, feature: &str, criterion: &str, min: f64) -> Result<String> {
    let Ok(document) = DeTable::parse(text) else {
        bail!("karat.toml is not valid TOML\n  next: `karat check` names the line")
    };
    let mut table = document.get_ref();
    for name in ["features", feature, "mvq", criterion] {
        let Some(DeValue::Table(next)) = value_of(table, name).map(Spanned::get_ref) else {
            bail!(
                "karat.toml has no table features.{feature}.mvq.{criterion}\n  next: change the floor in the file"
            )
        };
        table = next;
    }
    let floor = value_of(table, "min")
        .filter(|floor| matches!(floor.get_ref(), DeValue::Float(_) | DeValue::Integer(_)));
    let Some(floor) = floor else {
        bail!("{criterion} has no floor that is a number\n  next: change it in the file")
    };
    let span = floor.span();
    Ok(format!("{}{min}{}", &text[..span.start], &text[span.end..]))
}

fn value_of<'a, 'b>(table: &'a DeTable<'b>, name: &str) -> Option<&'a Spanned<DeValue<'b>>> {
    table.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| value)
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
            assert_eq!(with_floor(text, "f", "correct", 0.8).unwrap(), wanted);
        }
    }

    #[test]
    fn what_is_not_there_is_not_made() {
        for text in [
            "",
            "[features.f.mvq]\ncorrect = { metric = \"right\", max = 0.1 }\n",
            "[features.f.mvq]\ncorrect = { min = \"a\" }\n",
            "[[[",
        ] {
            with_floor(text, "f", "correct", 0.8).unwrap_err();
        }
    }
}

//! Pure. Assertions of all tests, grouped into what one scorer can judge.

use serde_json::{Value, json};

use super::assertion::Assertion;
use super::cases::Test;
use super::merge;

/// Assertions that differ in their wanted value alone.
#[derive(Debug)]
pub struct Group {
    /// One of them, for its settings.
    pub like: Assertion,
    /// Position of the test, and what is wanted there.
    pub members: Vec<(usize, Option<Value>)>,
}

impl Group {
    /// The value, where all members want the same.
    pub fn common(&self) -> Option<&Option<Value>> {
        let (_, first) = self.members.first()?;
        self.members.iter().all(|(_, value)| value == first).then_some(first)
    }

    /// Different values in the order of their first use, each with its tests.
    pub fn by_value(&self) -> Vec<(Option<Value>, Vec<usize>)> {
        let mut found: Vec<(Option<Value>, Vec<usize>)> = Vec::new();
        for (index, value) in &self.members {
            match found.iter_mut().find(|(known, _)| known == value) {
                Some((_, tests)) => tests.push(*index),
                None => found.push((value.clone(), vec![*index])),
            }
        }
        found
    }

    /// Positions of the tests.
    pub fn tests(&self) -> Vec<usize> {
        self.members.iter().map(|(index, _)| *index).collect()
    }
}

/// Everything but the wanted value.
fn settings(assertion: &Assertion) -> Value {
    json!([
        assertion.kind,
        assertion.is_negated,
        assertion.threshold,
        assertion.weight,
        assertion.metric,
        assertion.judge,
        assertion.path,
    ])
}

/// Groups the assertions and takes them out of their tests.
pub fn groups(tests: &mut [Test]) -> Vec<Group> {
    let mut taken: Vec<Vec<Assertion>> =
        tests.iter_mut().map(|test| std::mem::take(&mut test.assertions)).collect();
    let mut groups = common_to_all(&mut taken);
    taken = taken.into_iter().map(merge::join).collect();
    for (one, many, is_negated) in [
        ("contains", "contains-all", false),
        ("icontains", "icontains-all", false),
        ("contains", "contains-any", true),
        ("icontains", "icontains-any", true),
    ] {
        widen(&mut taken, one, many, is_negated);
    }
    let mut found: Vec<(String, Group)> = Vec::new();
    let mut position: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    for (index, assertions) in taken.into_iter().enumerate() {
        let mut seen: Vec<String> = Vec::new();
        for assertion in assertions {
            let settings = settings(&assertion).to_string();
            let occurrence = seen.iter().filter(|known| **known == settings).count();
            seen.push(settings.clone());
            let key = format!("{settings} {occurrence}");
            let member = (index, assertion.value.clone());
            match position.get(&key) {
                Some(at) => found[*at].1.members.push(member),
                None => {
                    position.insert(key.clone(), found.len());
                    found.push((key, Group { like: assertion, members: vec![member] }));
                }
            }
        }
    }
    groups.extend(found.into_iter().map(|(_, group)| group));
    groups
}

/// What every test asserts in the same way, usually by `defaultTest`.
fn common_to_all(taken: &mut [Vec<Assertion>]) -> Vec<Group> {
    if taken.len() < 2 {
        return Vec::new();
    }
    let mut groups = Vec::new();
    for candidate in taken[0].clone() {
        // A desired output stands in the case, even where all cases have the same.
        let is_expected =
            matches!(candidate.kind, "equals" | "factuality") && !candidate.is_negated;
        if is_expected || !taken.iter().all(|assertions| assertions.contains(&candidate)) {
            continue;
        }
        for assertions in taken.iter_mut() {
            if let Some(at) = assertions.iter().position(|own| *own == candidate) {
                assertions.remove(at);
            }
        }
        let members = (0..taken.len()).map(|index| (index, candidate.value.clone())).collect();
        groups.push(Group { like: candidate, members });
    }
    groups
}

/// Where some tests want several texts and others one, all want a list.
fn widen(taken: &mut [Vec<Assertion>], one: &str, many: &'static str, is_negated: bool) {
    let has_many = taken
        .iter()
        .flatten()
        .any(|assertion| assertion.kind == many && assertion.is_negated == is_negated);
    if !has_many {
        return;
    }
    for assertion in taken.iter_mut().flatten() {
        if assertion.kind == one && assertion.is_negated == is_negated {
            assertion.kind = many;
            assertion.value = assertion.value.take().map(|value| json!([value]));
        }
    }
}

//! Which keys of two recipes differ.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::Recipe;

/// Keys that a resumed run may change: they decide how long it goes on, and not what a step does.
const FREE: [&str; 1] = ["train.steps"];

impl Recipe {
    /// The dotted keys that differ, ascending, but for `train.steps`: a run may not go on with any of them
    /// changed.
    ///
    /// ```
    /// use tercet_train::Recipe;
    /// let (before, mut after) = (Recipe::default(), Recipe::default());
    /// after.train.steps = 9;
    /// assert!(before.changed(&after).is_empty());
    /// after.optimizer.learning_rate = 0.5;
    /// assert_eq!(before.changed(&after), ["optimizer.learning_rate"]);
    /// ```
    pub fn changed(&self, other: &Self) -> Vec<String> {
        changed(&self.to_table(), &other.to_table())
    }
}

/// The dotted keys of two descriptions of a run that differ, ascending, but for those that may.
pub(crate) fn changed(one: &Table, other: &Table) -> Vec<String> {
    let (ours, theirs) = (flat(one), flat(other));
    let mut keys: Vec<&String> = ours.keys().chain(theirs.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.retain(|&key| ours.get(key) != theirs.get(key) && !FREE.contains(&key.as_str()));
    keys.into_iter().cloned().collect()
}

fn flat(table: &Table) -> BTreeMap<String, Value> {
    let mut flat = BTreeMap::new();
    flatten("", table.clone(), &mut flat);
    flat
}

fn flatten(section: &str, table: Table, flat: &mut BTreeMap<String, Value>) {
    for (key, value) in table {
        match value {
            Value::Table(table) => flatten(&format!("{section}{key}."), table, flat),
            value => drop(flat.insert(format!("{section}{key}"), value)),
        }
    }
}

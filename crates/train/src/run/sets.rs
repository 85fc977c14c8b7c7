//! Keys replaced by flags.

use toml::{Table, Value};

use super::message::{dotted, explain, unknown_key};
use super::{Place, Recipe};
use crate::Error;

/// Sections whose keys depend on their `kind`.
const OF_A_KIND: [&str; 5] = [
    "loss",
    "sampler",
    "model",
    "model.picture",
    "curriculum.loss",
];

type Set = (String, String);

/// The recipe with the keys of `sets` replaced, kinds first.
pub(super) fn apply(recipe: &Recipe, sets: &[Set]) -> Result<Recipe, Error> {
    if sets.is_empty() {
        return Ok(recipe.clone());
    }
    let table = Table::try_from(recipe).expect("a recipe holds numbers, words and tables alone");
    let (kinds, others): (Vec<&Set>, _) = sets.iter().partition(|(key, _)| key.ends_with(".kind"));
    let sets: Vec<&Set> = kinds.into_iter().chain(others).collect();
    let with = |count: usize| {
        let mut table = table.clone();
        sets[..count]
            .iter()
            .try_for_each(|set| put(&mut table, set))?;
        Recipe::from_table(table).map_err(|error| blame(sets[count - 1], &error))
    };
    let whole = with(sets.len());
    if whole.is_ok() {
        return whole;
    }
    // The first flag after which it is never right again is the one to blame.
    let earlier = (1..sets.len()).rev().map(with);
    earlier.take_while(Result::is_err).last().unwrap_or(whole)
}

/// The flag that sets a key, if one does.
pub(super) fn flag(sets: &[Set], key: &str) -> Option<Place> {
    sets.iter().rev().find(|(set, _)| set == key).map(place)
}

fn place((key, value): &Set) -> Place {
    Place::Flag {
        key: key.clone(),
        value: value.clone(),
    }
}

fn blame(set: &Set, error: &toml::de::Error) -> Error {
    let (place, key) = (place(set), &set.0);
    let section = key.rsplit_once('.').map_or("", |(section, _)| section);
    match unknown_key(error.message()) {
        Some(unknown) => {
            let key = upto(key, &unknown.key).unwrap_or_else(|| dotted(section, &unknown.key));
            unknown.error(place, key)
        }
        None => {
            let missing = error.message().starts_with("missing field");
            let message = explain(if missing { section } else { key }, error.message());
            Error::Value { place, message }
        }
    }
}

/// The beginning of a dotted key, up to and with this part.
fn upto(key: &str, part: &str) -> Option<String> {
    let parts: Vec<&str> = key.split('.').collect();
    let at = parts.iter().position(|&one| one == part)?;
    Some(parts[..=at].join("."))
}

/// Writes the value of a flag into the table.
fn put(table: &mut Table, set: &Set) -> Result<(), Error> {
    let (key, text) = set;
    let value = value(text);
    let mut table = table;
    let mut parts: Vec<&str> = key.split('.').collect();
    let last = parts.pop().unwrap_or_default();
    for part in &parts {
        let entry = table
            .entry(*part)
            .or_insert_with(|| Value::Table(Table::new()));
        table = entry.as_table_mut().ok_or_else(|| Error::Value {
            place: place(set),
            message: format!("{part}: wanted a section, given a key with a value of its own"),
        })?;
    }
    let anew = last == "kind" && OF_A_KIND.contains(&parts.join(".").as_str());
    if anew && table.get(last) != Some(&value) {
        table.clear();
    }
    table.insert(last.to_owned(), value);
    Ok(())
}

/// A value as TOML reads it, or else the text itself as a word.
fn value(text: &str) -> Value {
    let parsed = format!("value = {text}").parse::<Table>().ok();
    let alone = parsed.filter(|table| table.len() == 1);
    alone
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

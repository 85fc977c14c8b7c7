//! Keys replaced by flags.

use toml::{Table, Value};

use super::fault::{Fault, dotted};
use super::reader::Shown;
use super::text_source::TextSource;
use super::{Place, Recipe, kinds};
use crate::Error;

/// A dotted key and its new value.
pub(super) type Set = (String, String);

/// The recipe with the keys of `sets` replaced, kinds first, and its keys checked against each other.
pub(super) fn apply(
    recipe: Recipe,
    sets: &[Set],
    source: &TextSource<'_>,
) -> Result<Recipe, Error> {
    if sets.is_empty() {
        return recipe.checked().map_err(|fault| source.error(fault));
    }
    let table = recipe.to_table();
    let (kinds, others): (Vec<&Set>, _) = sets.iter().partition(|(key, _)| key.ends_with(".kind"));
    let sets: Vec<&Set> = kinds.into_iter().chain(others).collect();
    let read = |count: usize| {
        let mut table = table.clone();
        sets[..count]
            .iter()
            .try_for_each(|set| put(&mut table, set))?;
        Recipe::from_table(&table)
    };
    match read(sets.len()) {
        Err(fault) => Err(blame(&sets, fault, read, source)),
        Ok(recipe) => recipe.checked().map_err(|fault| {
            let checked = |count| read(count)?.checked();
            blame(&sets, fault, checked, source)
        }),
    }
}

/// The error of all flags together, at the one that is to blame: that which sets the key, else the first after which it is
/// never right again (`with` so many of them), else the text.
fn blame(
    sets: &[&Set],
    fault: Fault,
    with: impl Fn(usize) -> Result<Recipe, Fault>,
    source: &TextSource<'_>,
) -> Error {
    let itself = sets.iter().rev().find(|(key, _)| *key == fault.key);
    if let Some(set) = itself {
        return fault.at(place(set));
    }
    let earlier = (0..sets.len()).rev();
    let wrong = earlier.map_while(|count| Some((count, with(count).err()?)));
    let (count, fault) = wrong.last().unwrap_or((sets.len(), fault));
    match sets[..count].last() {
        Some(set) => fault.at(place(set)),
        None => source.error(fault),
    }
}

fn place((key, value): &Set) -> Place {
    Place::Flag {
        key: key.clone(),
        value: value.clone(),
    }
}

/// Writes the value of a flag into the table.
fn put(table: &mut Table, (key, text): &Set) -> Result<(), Fault> {
    let (section, last) = key.rsplit_once('.').unwrap_or(("", key));
    let value = value(text);
    let mut table = table;
    let mut seen = String::new();
    let mut parts = section
        .split('.')
        .filter(|part| !part.is_empty())
        .peekable();
    while let Some(part) = parts.next() {
        seen = dotted(&seen, part);
        let index = parts.next_if(|next| is_term(&seen, next));
        let entry = table
            .entry(part)
            .or_insert_with(|| Value::Table(Table::new()));
        let entry = match index {
            Some(index) => term(entry, &seen, index)?,
            None => entry,
        };
        if let Some(index) = index {
            seen = dotted(&seen, index);
        }
        table = inner(entry, &seen)?;
    }
    let anew = last == "kind" && kinds::has_kind(section);
    if anew && table.get(last) != Some(&value) {
        table.clear();
    }
    table.insert(last.to_owned(), value);
    Ok(())
}

/// Whether a part of a key is the number of one of a criterion's tables.
fn is_term(section: &str, part: &str) -> bool {
    let number = part.bytes().all(|digit| digit.is_ascii_digit());
    number && kinds::has_kind(section) && kinds::has_kind(&dotted(section, part))
}

/// One of a criterion's tables, from 0 on: one that there is, or one more.
fn term<'t>(entry: &'t mut Value, key: &str, index: &str) -> Result<&'t mut Value, Fault> {
    let index: usize = index.parse().unwrap_or(usize::MAX);
    if index == 0 && entry.is_table() {
        return Ok(entry);
    }
    if entry.is_table() {
        *entry = Value::Array(vec![entry.clone()]);
    }
    let shown = Shown(entry).to_string();
    let Value::Array(terms) = entry else {
        return Err(Fault::new(key, "one table or several", shown));
    };
    let most = terms.len();
    if index == most {
        terms.push(Value::Table(Table::new()));
    }
    let wanted = format!("a table from 0 to {most}, the last of them a new one");
    let term = terms.get_mut(index);
    term.ok_or_else(|| Fault::new(key, wanted, index))
}

/// The section that a value is.
fn inner<'t>(entry: &'t mut Value, key: &str) -> Result<&'t mut Table, Fault> {
    match entry {
        Value::Table(table) => Ok(table),
        Value::Array(terms) if kinds::has_kind(key) => {
            let each: Vec<String> = (0..terms.len()).map(|i| format!("{key}.{i}")).collect();
            let wanted = format!("one of its tables, {}", each.join(" or "));
            Err(Fault::new(key, wanted, "a list of several"))
        }
        other => {
            let given = format!("a key with the value {}", Shown(other));
            Err(Fault::new(key, "a section", given))
        }
    }
}

/// A value as TOML reads it, or else the text itself as a word.
fn value(text: &str) -> Value {
    let parsed = format!("value = {text}").parse::<Table>().ok();
    let alone = parsed.filter(|table| table.len() == 1);
    alone
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

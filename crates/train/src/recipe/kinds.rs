//! Sections with a `kind`, each read as the kind it has.
//!
//! Their types read all keys before they know the kind, and forget on the way which key they were at. So every one is
//! read here first: a fault is found by its key, or not at all.

use serde::de::DeserializeOwned;
use tercet_data::Sampler;
use tercet_kernels::{Criterion, KeyError};
use tercet_nn::{ConvNetConfig, VectorNetworkConfig};
use toml::{Table, Value};

use super::fault::{Fault, Why};
use super::reader::{Reader, Shown};
use super::{ModelRecipe, PictureRecipe, SentenceRecipe, TowerRecipe, TowersRecipe};

/// Whether `key` is that of a section whose keys depend on its `kind`.
pub(super) fn has_kind(key: &str) -> bool {
    let of_a_criterion = ["loss", "curriculum.loss"].iter().any(|section| {
        let rest = key.strip_prefix(section);
        rest.is_some_and(|rest| rest.is_empty() || is_index(rest))
    });
    let sections = [
        "sampler",
        "model",
        "model.picture",
        "model.query",
        "model.document",
    ];
    of_a_criterion || sections.contains(&key)
}

/// `.0`, `.1`, ...
fn is_index(rest: &str) -> bool {
    let number = rest.strip_prefix('.');
    number.is_some_and(|number| number.parse::<usize>().is_ok())
}

/// The first fault of the sections with a `kind`.
pub(super) fn check(recipe: &Table) -> Result<(), Fault> {
    section(recipe, "sampler", |table| {
        keys_alone::<Sampler>(table)?;
        read::<Sampler>(table)
    })?;
    section(recipe, "model", network)?;
    criterion(recipe, "loss")?;
    section(recipe, "curriculum", |curriculum| {
        criterion(curriculum, "loss")
    })
}

/// Reads one section, if it is there and is one.
fn section(
    parent: &Table,
    key: &str,
    read: impl Fn(&Table) -> Result<(), Fault>,
) -> Result<(), Fault> {
    match parent.get(key) {
        Some(Value::Table(table)) => read(table).map_err(|fault| fault.within(key)),
        _ => Ok(()),
    }
}

fn criterion(parent: &Table, key: &str) -> Result<(), Fault> {
    let Some(value) = parent.get(key) else {
        return Ok(());
    };
    let read = Criterion::read(value.clone());
    let fault = |error: KeyError| match value {
        Value::Array(terms) if !terms.is_empty() => of_term(&error).within(&error.term.to_string()),
        _ => of_term(&error),
    };
    read.map(drop).map_err(|error| fault(error).within(key))
}

/// The fault of one table of a criterion.
fn of_term(error: &KeyError) -> Fault {
    let key = match error.key.as_str() {
        "criterion" | "term" => "",
        key => key,
    };
    if error.is_unknown_key() {
        let known = error.known.clone();
        let key = key.to_owned();
        return Fault {
            key,
            why: Why::Unknown { known },
        };
    }
    Fault::new(key, &error.wanted, &error.given)
}

fn network(section: &Table) -> Result<(), Fault> {
    let kind = kind::<ModelRecipe>(section)?;
    let mut keys = section.clone();
    keys.remove("kind");
    let keys = &keys;
    match kind {
        ModelRecipe::Convnet(_) => read::<ConvNetConfig>(keys),
        ModelRecipe::Picture(_) => read::<PictureRecipe>(keys),
        ModelRecipe::Sentence(_) => read::<SentenceRecipe>(keys),
        ModelRecipe::Mlp(_) => read::<VectorNetworkConfig>(keys),
        ModelRecipe::Towers(_) => towers(keys),
    }
    .map_err(|fault| match fault.key.contains('.') {
        true => fault,
        false => fault.of_a_kind(),
    })
}

fn towers(keys: &Table) -> Result<(), Fault> {
    for side in ["picture", "query", "document"] {
        section(keys, side, |side| {
            kind::<TowerRecipe>(side)?;
            network(side)
        })?;
    }
    read::<TowersRecipe>(keys)
}

/// A section's `kind`, with that kind's defaults.
fn kind<T: DeserializeOwned>(section: &Table) -> Result<T, Fault> {
    let mut alone = section.clone();
    alone.retain(|key, _| key == "kind");
    T::deserialize(Reader(&Value::Table(alone))).map_err(|fault| match fault.why {
        Why::Missing { .. } => fault,
        _ => of_key(fault, "kind", section),
    })
}

/// The first key that is wrong by itself, whatever the others are.
fn keys_alone<T: DeserializeOwned>(section: &Table) -> Result<(), Fault> {
    for only in ["kind"]
        .into_iter()
        .chain(section.keys().map(String::as_str))
    {
        let mut alone = section.clone();
        alone.retain(|key, _| key == "kind" || key == only);
        match T::deserialize(Reader(&Value::Table(alone))) {
            Err(fault) if matches!(fault.why, Why::Value { .. }) => {
                return Err(of_key(fault, only, section));
            }
            Err(fault) if matches!(fault.why, Why::Unknown { .. }) => {
                return Err(fault.of_a_kind());
            }
            _ => {}
        }
    }
    Ok(())
}

/// The fault of a section as that of one of its keys.
fn of_key(fault: Fault, key: &str, section: &Table) -> Fault {
    let given = section.get(key).map(|value| Shown(value).to_string());
    let fault = fault.given(given.unwrap_or_default());
    match fault.key.is_empty() {
        true => fault.within(key),
        false => fault,
    }
}

fn read<T: DeserializeOwned>(keys: &Table) -> Result<(), Fault> {
    T::deserialize(Reader(&Value::Table(keys.clone()))).map(drop)
}

//! The criterion that the flags ask for: the table that `[loss]` of a recipe is.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use serde_json::{Map, Value};
use tercet::kernels::{Criterion, KeyError, TermKind};
use tercet::train::Recipe;

/// The flags that make a criterion.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// Which loss
    #[arg(long, value_name = "NAME", default_value = "triplet", help = loss_help())]
    loss: String,

    /// What counts, of a loss that selects: of triplet all, hardest, semi-hard, semi-hard:nearest-above, random, easy-positive, ...; of margin distance-weighted, all, triplets
    #[arg(long, value_name = "NAME")]
    select: Option<String>,

    /// The margin, of a loss that has one: as a rule in units of the distance (arc-face: radians), of triplet also `soft`
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    margin: Option<String>,

    /// squared-euclidean, euclidean, cosine or negative-dot [default: the one that the loss is published with]
    #[arg(long, value_name = "NAME")]
    distance: Option<String>,

    /// sum, mean, mean-active, mean-anchors or mean-positive-pairs [default: the one that the loss is published with]
    #[arg(long, value_name = "NAME")]
    reduce: Option<String>,

    /// Any other key of [loss] in a recipe, as often as wanted: --set form=linear --set thresholds=0.8,0.5
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,

    /// The [loss] of a recipe (.toml) instead, a sum of several too, on the sizes of its [matryoshka]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["loss", "select", "margin", "distance", "reduce", "set"])]
    recipe: Option<PathBuf>,
}

fn loss_help() -> String {
    format!("One of {}", TermKind::names().join(", "))
}

/// One key of the table, and the flag it came by.
struct Setting {
    flag: String,
    key: String,
    value: Value,
}

impl Asked {
    /// The criterion.
    pub(super) fn criterion(&self) -> anyhow::Result<Criterion> {
        if let Some(path) = &self.recipe {
            return of_recipe(path);
        }
        let settings = self.settings()?;
        let read = Criterion::read(Value::Object(self.table(&settings)));
        read.map_err(|error| self.refusal(&settings, &error))
    }

    /// What chose it, for messages.
    pub(super) fn flag(&self) -> String {
        match &self.recipe {
            Some(path) => format!("--recipe {}", path.display()),
            None => format!("--loss {}", self.loss),
        }
    }

    fn settings(&self) -> anyhow::Result<Vec<Setting>> {
        let named = [
            ("margin", &self.margin),
            ("select", &self.select),
            ("distance", &self.distance),
            ("reduce", &self.reduce),
        ];
        let mut all: Vec<Setting> = vec![];
        for (key, value) in named {
            all.extend(value.iter().map(|value| Setting {
                flag: format!("--{key}"),
                key: key.to_owned(),
                value: value_of(value),
            }));
        }
        for set in &self.set {
            let Some((key, value)) = set.split_once('=') else {
                bail!("--set: wanted KEY=VALUE, given {set}");
            };
            let key = key.trim();
            if key == "kind" {
                bail!("--set: wanted a setting of the loss, given {set}; --loss chooses it");
            }
            if let Some(twice) = all.iter().find(|setting| setting.key == key) {
                bail!(
                    "--set {set}: wanted each setting once, given {key} by {} too",
                    twice.flag
                );
            }
            all.push(Setting {
                flag: format!("--set {key}"),
                key: key.to_owned(),
                value: value_of(value.trim()),
            });
        }
        Ok(all)
    }

    /// The flat table of the settings; a number is a list of one where the loss has a list.
    fn table(&self, settings: &[Setting]) -> Map<String, Value> {
        let kind = ("kind".to_owned(), Value::from(self.loss.as_str()));
        let alone = Map::from_iter([kind.clone()]);
        let default = Criterion::read(Value::Object(alone));
        let default = default.map(serde_json::to_value);
        let is_list = |key: &str| matches!(&default, Ok(Ok(table)) if table[key].is_array());
        let each = settings.iter().map(|setting| {
            let value = match &setting.value {
                Value::Number(number) if is_list(&setting.key) => vec![number.clone()].into(),
                value => value.clone(),
            };
            (setting.key.clone(), value)
        });
        std::iter::once(kind).chain(each).collect()
    }

    /// What is wrong with the table, in the words of the command.
    fn refusal(&self, settings: &[Setting], error: &KeyError) -> anyhow::Error {
        let setting = settings.iter().find(|setting| setting.key == error.key);
        let flag = match (error.key.as_str(), setting) {
            ("kind", _) => "--loss".to_owned(),
            (_, Some(setting)) => setting.flag.clone(),
            ("distance" | "reduce" | "margin" | "select", None) => format!("--{}", error.key),
            _ => self.flag(),
        };
        if error.is_unknown_key() {
            let known = error.known.iter().map(String::as_str);
            let known: Vec<&str> = known.filter(|key| *key != "kind").collect();
            return anyhow!(
                "{flag}: the loss {} has no {}; it has {}",
                self.loss,
                error.key,
                known.join(", ")
            );
        }
        let wanted = match error.wanted.as_str() {
            "a list" => "numbers with commas between them".to_owned(),
            count if self.loss == "ladder" && count.parse::<usize>().is_ok() => {
                format!("{count} numbers, one more than there are thresholds")
            }
            wanted => wanted.to_owned(),
        };
        anyhow!("{flag}: wanted {wanted}, given {}", error.given)
    }
}

/// `[loss]`, on the leading dimensions of `[matryoshka]`.
fn of_recipe(path: &Path) -> anyhow::Result<Criterion> {
    let recipe = Recipe::read(path, &[])?;
    let keys = recipe.matryoshka;
    if keys.sizes.is_empty() {
        return Ok(recipe.loss);
    }
    let weights = keys.weights.into_iter().chain(std::iter::repeat(1.0));
    let sizes: Vec<(usize, f64)> = keys.sizes.into_iter().zip(weights).collect();
    Ok(recipe.loss.matryoshka(&sizes)?)
}

/// A number, `true`, a list with or without its brackets; or else a word.
fn value_of(text: &str) -> Value {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let list = || {
        let numbers: Option<Vec<f64>> = text.split(',').map(number).collect();
        numbers.filter(|list| list.len() > 1).map(Value::from)
    };
    let read = serde_json::from_str(text).ok();
    // JSON has no number for `nan` and `inf`, which then stay words and are refused as such.
    read.or_else(|| number(text).map(Value::from))
        .or_else(list)
        .filter(|value| !value.is_null())
        .unwrap_or_else(|| Value::from(text))
}

//! The objective that the flags ask for.

use anyhow::{anyhow, bail};
use serde_json::{Map, Value};
use tercet::kernels::{Distance, Loss, Margin, Objective, Reduce};

/// The flags that make an objective.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// Which loss
    #[arg(long, value_name = "NAME", default_value = "triplet", help = loss_help())]
    loss: String,

    /// Which triplets count, of a loss that selects: all, hardest, semi-hard, semi-hard:nearest-above, random, easy-positive, ...
    #[arg(long, value_name = "NAME")]
    select: Option<String>,

    /// The margin, of a loss that has one: a number in units of the distance, for some losses also `soft`
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    margin: Option<String>,

    /// squared-euclidean, euclidean, cosine or negative-dot [default: the one that the loss is published with]
    #[arg(long, value_name = "NAME")]
    distance: Option<Distance>,

    /// sum, mean, mean-active, mean-anchors or mean-positive-pairs [default: the one that the loss is published with]
    #[arg(long, value_name = "NAME")]
    reduce: Option<Reduce>,

    /// Any other setting of the loss, as often as wanted: --set form=linear --set positive_margin=0.1
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
}

fn loss_help() -> String {
    format!("One of {}", Loss::NAMES.join(", "))
}

/// One setting of the loss, and the flag it came by.
struct Setting {
    flag: String,
    key: String,
    value: Value,
}

impl Asked {
    /// The objective.
    pub(super) fn objective(&self) -> anyhow::Result<Objective<Loss>> {
        let loss = self.read()?;
        let distance = self.distance.unwrap_or(loss.default_distance());
        let reduce = self.reduce.unwrap_or(loss.default_reduce());
        Objective::new(distance, loss, reduce).map_err(|error| anyhow!("--{error}"))
    }

    fn read(&self) -> anyhow::Result<Loss> {
        Loss::named(&self.loss).map_err(|error| anyhow!("--{error}"))?;
        let settings = self.settings()?;
        let Err(error) = self.with(&settings) else {
            return Ok(self.with(&settings)?);
        };
        // Which flag is wrong: the first that is by itself, else they are together.
        for setting in &settings {
            if let Err(alone) = self.with(std::slice::from_ref(setting)) {
                return Err(self.refusal(setting, &alone.to_string()));
            }
        }
        bail!("--loss {} with these settings: {error}", self.loss)
    }

    fn settings(&self) -> anyhow::Result<Vec<Setting>> {
        let named = [("margin", &self.margin), ("select", &self.select)];
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

    fn with(&self, settings: &[Setting]) -> Result<Loss, serde_json::Error> {
        let kind = ("kind".to_owned(), Value::from(self.loss.as_str()));
        let each = settings
            .iter()
            .map(|setting| (setting.key.clone(), setting.value.clone()));
        let table: Map<String, Value> = std::iter::once(kind).chain(each).collect();
        serde_json::from_value(Value::Object(table))
    }

    /// The reader's message in the words of the command.
    fn refusal(&self, setting: &Setting, message: &str) -> anyhow::Error {
        let Setting { flag, key, value } = setting;
        if message.starts_with("unknown field") {
            // Every second piece between quotes is a name, the first of them the unknown one.
            let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
            let known = match known.is_empty() {
                true => "nothing to set".to_owned(),
                false => known.join(", "),
            };
            return anyhow!(
                "{flag}: the loss {} has no {key}; it has {known}",
                self.loss
            );
        }
        for name in ["number", key] {
            let named = message
                .strip_prefix(name)
                .and_then(|rest| rest.strip_prefix(": "));
            if let Some(rest) = named {
                return anyhow!("{flag}: {rest}");
            }
        }
        anyhow!("{flag}: {message}, given {value}")
    }
}

/// A number, `true`, a list; or else a word.
fn value_of(text: &str) -> Value {
    let number = || text.parse::<f64>().ok().map(Value::from);
    let read = serde_json::from_str(text).ok();
    // JSON has no number for `nan` and `inf`, which then stay words and are refused as such.
    read.or_else(number)
        .filter(|value| !value.is_null())
        .unwrap_or_else(|| Value::from(text))
}

/// The settings of a loss by name, without its kind.
pub(super) fn settings(loss: &Loss) -> Vec<(String, Value)> {
    match serde_json::to_value(loss) {
        Ok(Value::Object(table)) => table.into_iter().filter(|(key, _)| key != "kind").collect(),
        _ => vec![],
    }
}

/// The loss's margin, if it has one, by which triplets are called semi-hard or easy.
pub(super) fn margin(loss: &Loss) -> Option<Margin> {
    let mut settings = settings(loss).into_iter();
    let (_, margin) = settings.find(|(key, _)| key == "margin")?;
    serde_json::from_value(margin).ok()
}

//! The objective that the flags ask for.

use anyhow::{anyhow, bail};
use serde_json::{Map, Value};
use tercet::kernels::{Distance, Loss, Objective, Reduce};

/// The flags that make an objective.
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
    distance: Option<Distance>,

    /// sum, mean, mean-active, mean-anchors or mean-positive-pairs [default: the one that the loss is published with]
    #[arg(long, value_name = "NAME")]
    reduce: Option<Reduce>,

    /// Any other setting of the loss, as often as wanted: --set form=linear --set thresholds=0.8,0.5
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
        // Which flag is wrong: the one that the message is about, else the first that is wrong by itself.
        let message = error.to_string();
        if let Some(setting) = settings.iter().find(|setting| setting.is_in(&message)) {
            return Err(self.refusal(setting, &message));
        }
        for setting in &settings {
            if let Err(alone) = self.with(std::slice::from_ref(setting)) {
                return Err(self.refusal(setting, &alone.to_string()));
            }
        }
        bail!("--loss {} with these settings: {message}", self.loss)
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
        let default = Loss::named(&self.loss).map(|loss| table_of(&loss));
        let default = default.unwrap_or_default();
        let each = settings.iter().map(|setting| {
            let value = setting.value_for(default.get(&setting.key));
            (setting.key.clone(), value)
        });
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
        let message = words(message);
        match message.contains("given ") {
            true => anyhow!("{flag}: {message}"),
            false => anyhow!("{flag}: {message}, given {}", word(value)),
        }
    }
}

impl Setting {
    /// Whether a message names this setting: `margin: wanted ...`, `ladder margins: wanted ...`.
    fn is_in(&self, message: &str) -> bool {
        let before = message.split(": wanted ").next().unwrap_or("");
        let named = before.rsplit(' ').next().unwrap_or("");
        // A number of a list is named in the singular.
        before.len() < message.len() && (named == self.key || format!("{named}s") == self.key)
    }

    /// The same, as a list if that is what the loss has there.
    fn value_for(&self, default: Option<&Value>) -> Value {
        match (default, &self.value) {
            (Some(Value::Array(_)), Value::Number(number)) => vec![number.clone()].into(),
            _ => self.value.clone(),
        }
    }
}

/// What a reader says of a wrong value, in the words of the command.
fn words(message: &str) -> String {
    if let Some((what, wanted)) = message.split_once(": wanted ") {
        let wanted = match what {
            "ladder margins" | "ladder betas" => {
                let rungs = " numbers, one more than there are thresholds, given";
                wanted.replacen(", given", rungs, 1)
            }
            _ => wanted.to_owned(),
        };
        return format!("wanted {wanted}");
    }
    let Some((given, expected)) = message.split_once(", expected ") else {
        return message.to_owned();
    };
    let wanted = match expected {
        "a boolean" => "true or false",
        "a sequence" => "numbers with commas between them",
        "f64" => "a number",
        "a nonzero usize" => "a whole number above 0",
        other if given.starts_with("unknown variant") => {
            return format!("wanted {}", other.replace('`', ""));
        }
        other => other,
    };
    format!("wanted {wanted}")
}

/// A value as it is written in a flag and on the page.
pub(super) fn word(value: &Value) -> String {
    match value {
        Value::String(word) => word.clone(),
        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN).to_string(),
        Value::Array(list) => {
            let list: Vec<String> = list.iter().map(word).collect();
            format!("[{}]", list.join(", "))
        }
        other => other.to_string(),
    }
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

/// The settings of a loss by name, without its kind.
pub(super) fn settings(loss: &Loss) -> Vec<(String, Value)> {
    let settings = table_of(loss).into_iter();
    settings.filter(|(key, _)| key != "kind").collect()
}

fn table_of(loss: &Loss) -> Map<String, Value> {
    match serde_json::to_value(loss) {
        Ok(Value::Object(table)) => table,
        _ => Map::new(),
    }
}

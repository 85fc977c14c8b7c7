//! The section as it is written: which keys there are depends on the `kind`.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tercet_kernels::{Distance, Loss, Margin, Objective, Reduce};
use toml::{Table, Value};

use super::{ContrastiveRecipe, Form, GivenRecipe, LossRecipe, OtherRecipe, TripletRecipe};

/// Losses whose candidates are learnt, and what these are.
const WITH_PROXIES: [(&str, &str); 5] = [
    ("proxy-anchor", "a proxy per class"),
    ("proxy-nca", "a proxy per class"),
    ("arc-face", "a weight vector per class"),
    ("cos-face", "a weight vector per class"),
    ("soft-triple", "several centres per class"),
];

/// What `info-nce` on pairs is called where sentences are trained.
const RANKING: &str = "multiple-negatives-ranking";

/// The keys of every kind, and those of one.
#[derive(Serialize, Deserialize, Default)]
pub(super) struct Written {
    #[serde(default)]
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<Distance>,
    #[serde(flatten)]
    keys: Table,
    #[serde(skip_serializing_if = "Option::is_none")]
    reduce: Option<Reduce>,
}

/// The name of a loss that one batch of labelled rows is enough for.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Kind(String);

impl Default for Kind {
    fn default() -> Self {
        Self("triplet".to_owned())
    }
}

impl From<Kind> for String {
    fn from(kind: Kind) -> Self {
        kind.0
    }
}

impl TryFrom<String> for Kind {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let of = |&(proxies, what): &(&str, &'static str)| (proxies == name).then_some(what);
        if let Some(what) = WITH_PROXIES.iter().find_map(of) {
            return Err(format!(
                "wanted a loss of one batch of labelled rows, given {name}: it needs {what}, which the \
                 training loop does not own yet (tercet loss computes it)"
            ));
        }
        let proxies = WITH_PROXIES.map(|(name, _)| name);
        let names = Loss::NAMES.iter().filter(|name| !proxies.contains(name));
        let names: Vec<&str> = names.copied().chain(GivenRecipe::NAMES).collect();
        if GivenRecipe::NAMES.contains(&name.as_str()) {
            return Ok(Self(name));
        }
        let loss = Loss::named(match name.as_str() {
            RANKING => "info-nce",
            name => name,
        });
        let loss = loss.map_err(|_| format!("wanted one of {}, given {name}", names.join(", ")))?;
        Ok(Self(loss.name().to_owned()))
    }
}

impl TryFrom<Written> for LossRecipe {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written.kind.0.as_str() {
            "triplet" => written.triplet().map(Self::Triplet),
            "contrastive" => written.contrastive().map(Self::Contrastive),
            name => match GivenRecipe::read(name, written.all()) {
                Some(given) => given.map(Self::Given),
                None => written.other().map(Self::Other),
            },
        }
    }
}

impl Written {
    /// The keys without `kind`, those of every kind among them.
    fn all(&self) -> Table {
        let mut keys = self.keys.clone();
        let distance = self.distance.map(|distance| ("distance", value(distance)));
        let reduce = self.reduce.map(|reduce| ("reduce", value(reduce)));
        let both = distance.into_iter().chain(reduce);
        keys.extend(both.map(|(key, value)| (key.to_owned(), value)));
        keys
    }

    fn triplet(self) -> Result<TripletRecipe, String> {
        self.refuse_others(&["margin", "select"])?;
        Ok(TripletRecipe {
            distance: self.distance.unwrap_or_default(),
            margin: self.read("margin")?.unwrap_or_default(),
            select: self.read("select")?.unwrap_or_default(),
            reduce: self.reduce.unwrap_or_default(),
        })
    }

    fn contrastive(self) -> Result<ContrastiveRecipe, String> {
        let default = ContrastiveRecipe::default();
        let form = self.read("form")?.unwrap_or_default();
        match form {
            Form::Squared => self.refuse_others(&["form", "margin"])?,
            Form::Linear => self.refuse_others(&["form", "margin", "positive_margin"])?,
        }
        let margin = match self.read("margin")? {
            Some(Margin::Hard(margin)) => margin,
            Some(_) => {
                return Err(
                    "margin: wanted a number with kind = \"contrastive\", given soft".to_owned(),
                );
            }
            None => default.margin,
        };
        Ok(ContrastiveRecipe {
            distance: self.distance.unwrap_or(default.distance),
            form,
            margin,
            positive_margin: self.read("positive_margin")?.unwrap_or_default(),
            reduce: self.reduce.unwrap_or(default.reduce),
        })
    }

    fn other(self) -> Result<OtherRecipe, String> {
        let default = Loss::named(&self.kind.0).map_err(|error| error.to_string())?;
        let known = table_of(&default);
        let known: Vec<&str> = known.keys().map(String::as_str).collect();
        self.refuse_others(&known)?;
        let loss = self.loss()?;
        let distance = self.distance.unwrap_or(loss.default_distance());
        let reduce = self.reduce.unwrap_or(loss.default_reduce());
        let objective = Objective::new(distance, loss, reduce);
        let objective = objective.map_err(|error| error.to_string())?;
        Ok(OtherRecipe { objective })
    }

    /// The loss of these keys, or the key that is to blame: the one that the reader names, else the first that is
    /// wrong by itself.
    fn loss(&self) -> Result<Loss, String> {
        let with = |keys: Table| {
            let mut keys = keys;
            keys.insert("kind".to_owned(), self.kind.0.as_str().into());
            Loss::deserialize(Value::Table(keys))
        };
        let Err(error) = with(self.keys.clone()) else {
            return with(self.keys.clone()).map_err(|error| error.message().to_owned());
        };
        let message = error.message();
        let key = match self.keys.iter().find(|(key, _)| names(message, key)) {
            Some((key, _)) => return Err(format!("{key}: {}", wanted(message))),
            None => self.keys.iter().find_map(|(key, value)| {
                let alone = Table::from_iter([(key.clone(), value.clone())]);
                let error = with(alone).err()?;
                Some(format!("{key}: {}", wanted(error.message())))
            }),
        };
        Err(key.unwrap_or(message.to_owned()))
    }

    /// The value of a key, if it is there.
    fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, String> {
        let value = self.keys.get(key).cloned();
        let value = value.map(T::deserialize).transpose();
        value.map_err(|error: toml::de::Error| format!("{key}: {}", wanted(error.message())))
    }

    /// Refuses a key that is no key of the chosen kind, named as serde names an unknown one, so that it is looked
    /// for and reported in the same way.
    fn refuse_others(&self, known: &[&str]) -> Result<(), String> {
        let Some(key) = self.keys.keys().find(|key| !known.contains(&key.as_str())) else {
            return Ok(());
        };
        let known = ["kind", "distance"].iter().chain(known).chain(&["reduce"]);
        let known: Vec<String> = known.map(|key| format!("`{key}`")).collect();
        Err(format!(
            "unknown field `{key}`, expected one of {}",
            known.join(", ")
        ))
    }
}

/// Whether a message is about this key: `margin: wanted ...`, and of a number of a list `ladder margin: wanted ...`.
fn names(message: &str, key: &str) -> bool {
    let Some((before, _)) = message.split_once(": wanted ") else {
        return false;
    };
    let word = before.rsplit(' ').next().unwrap_or(before);
    word == key || key.strip_suffix('s') == Some(word)
}

/// The message from `wanted` on, where it has that word.
fn wanted(message: &str) -> String {
    match message.split_once(": wanted ") {
        Some((_, rest)) => format!("wanted {rest}"),
        None => message.to_owned(),
    }
}

/// The keys of a loss, without its kind.
fn table_of(loss: &Loss) -> Table {
    let mut table = Table::try_from(loss).expect("a loss holds numbers, words and lists alone");
    table.remove("kind");
    table
}

impl From<LossRecipe> for Written {
    fn from(recipe: LossRecipe) -> Self {
        if let LossRecipe::Given(keys) = &recipe {
            return Self {
                kind: Kind(keys.name().to_owned()),
                keys: keys.table(),
                ..Self::default()
            };
        }
        let (distance, reduce) = (Some(recipe.distance()), Some(recipe.reduce()));
        let (kind, keys) = match &recipe {
            LossRecipe::Triplet(keys) => {
                let keys = [
                    ("margin", value(keys.margin)),
                    ("select", value(keys.select)),
                ];
                ("triplet", table(keys))
            }
            LossRecipe::Contrastive(keys) => {
                let mut table = table([("form", value(keys.form)), ("margin", value(keys.margin))]);
                if keys.form == Form::Linear {
                    table.insert("positive_margin".to_owned(), value(keys.positive_margin));
                }
                ("contrastive", table)
            }
            LossRecipe::Other(keys) => {
                let loss = keys.objective.loss();
                (loss.name(), table_of(loss))
            }
            LossRecipe::Given(keys) => (keys.name(), keys.table()),
        };
        Self {
            kind: Kind(kind.to_owned()),
            distance,
            keys,
            reduce,
        }
    }
}

fn table(keys: [(&str, Value); 2]) -> Table {
    let keys = keys.into_iter();
    keys.map(|(key, value)| (key.to_owned(), value)).collect()
}

fn value(key: impl Serialize) -> Value {
    Value::try_from(key).expect("a number or a word")
}

//! Terms as they are written down: flat tables.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::content::{Content, Table};
use super::direction::Direction;
use super::key_error::KeyError;
use super::kind::GIVEN;
use super::reader::{Reader, take, take_many};
use super::term::fit;
use super::{Criterion, Term, TermKind};
use crate::number::Finite;
use crate::{
    BatchObjective, Cosent, CosineRegression, Distance, GivenTriplets, Loss, Objective, Reduce,
    Regularizer, WholeBatchLoss,
};

/// What `info-nce` on pairs is called where sentences are trained.
const RANKING: &str = "multiple-negatives-ranking";
/// The keys of every term.
const COMMON: [&str; 6] = [
    "weight",
    "dims",
    "dim_weights",
    "normalize",
    "direction",
    "learn",
];

impl Criterion {
    /// From a table or a list of tables of any format, with errors that know their key.
    ///
    /// ```
    /// use tercet_kernels::{Criterion, TermKind};
    /// let table = serde_json::json!({"kind": "multiple-negatives-ranking", "scale": 10.0, "learn": true});
    /// let criterion = Criterion::read(table)?;
    /// assert_eq!(criterion.terms()[0].kind().name(), "info-nce");
    /// # Ok::<(), tercet_kernels::KeyError>(())
    /// ```
    ///
    /// # Errors
    /// The first key that cannot be read.
    pub fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Self, KeyError> {
        let content = Content::deserialize(source);
        criterion(content.map_err(|error| KeyError::custom(error.to_string()))?)
    }
}

fn criterion(content: Content) -> Result<Criterion, KeyError> {
    let tables = match content {
        Content::List(tables) => tables,
        table => vec![table],
    };
    if tables.is_empty() {
        return Err(KeyError::new("criterion", "at least one table", "none"));
    }
    let terms = tables.into_iter().enumerate().map(|(index, table)| {
        let term = match table {
            Content::Table(table) => term(table),
            other => Err(KeyError::new(
                "criterion",
                "a table, or a list of tables",
                other,
            )),
        };
        term.map_err(|error| KeyError {
            term: index,
            ..error
        })
    });
    let terms = terms.collect::<Result<Vec<Term>, KeyError>>()?;
    Criterion::try_from(terms).map_err(KeyError::from)
}

fn term(mut table: Table) -> Result<Term, KeyError> {
    let name: String = take(&mut table, "kind")?.unwrap_or_else(|| "triplet".to_owned());
    let name = if name == RANKING { "info-nce" } else { &name };
    let weight: Option<Finite> = take(&mut table, "weight")?;
    let sizes = sizes(&mut table)?;
    let normalize: Option<bool> = take(&mut table, "normalize")?;
    let direction: Option<Direction> = take(&mut table, "direction")?;
    let learn: Option<bool> = take(&mut table, "learn")?;
    let own = match name {
        name if Loss::NAMES.contains(&name) => objective(name, table)?,
        name if WholeBatchLoss::NAMES.contains(&name) => whole_batch(name, table)?,
        name if GIVEN.contains(&name) => given(name, table)?,
        name if Regularizer::ALL.iter().any(|kind| kind.name() == name) => {
            regularizer(name, table)?
        }
        _ => return Err(KeyError::one_of("kind", &TermKind::names(), name)),
    };
    if learn == Some(true) && !own.can_learn() {
        let wanted = "false: this kind has no number to learn";
        return Err(KeyError::new("learn", wanted, true));
    }
    Ok(Term {
        weight: weight.unwrap_or(Finite::of(1.0)),
        normalize: normalize.unwrap_or(!sizes.is_empty()),
        sizes,
        direction,
        learn,
        ..own
    })
}

/// `dims` and `dim_weights`.
fn sizes(table: &mut Table) -> Result<Vec<(usize, Finite)>, KeyError> {
    let dims: Vec<usize> = take_many(table, "dims")?;
    let has_weights = table.iter().any(|(key, _)| key == "dim_weights");
    let mut weights: Vec<Finite> = take_many(table, "dim_weights")?;
    for &size in &dims {
        fit(usize::MAX, size).map_err(|_| KeyError::new("dims", "numbers of at least 1", size))?;
    }
    if !has_weights {
        weights.resize(dims.len(), Finite::of(1.0));
    }
    if weights.len() != dims.len() {
        let wanted = format!("one number for each of {} dims", dims.len());
        return Err(KeyError::new("dim_weights", wanted, weights.len()));
    }
    Ok(dims.into_iter().zip(weights).collect())
}

/// Reads what is left of a table; an unknown key is told all that there are.
fn read<X>(
    table: Table,
    others: &[&str],
    read: impl Fn(Reader<'_>) -> Result<X, KeyError>,
) -> Result<X, KeyError> {
    let table = Content::Table(table);
    read(Reader(&table)).map_err(|error| {
        if error.is_unknown_key() || error.wanted == "none" {
            let known: Vec<&str> = ["kind"]
                .into_iter()
                .chain(error.known.iter().map(String::as_str))
                .chain(others.iter().copied())
                .chain(COMMON)
                .collect();
            return KeyError::one_of(&error.key, &known, &error.given);
        }
        let Content::Table(table) = &table else {
            return error;
        };
        error.about(table.iter().map(|(key, _)| key.as_str()))
    })
}

fn objective(name: &str, mut table: Table) -> Result<Term, KeyError> {
    let distance: Option<Distance> = take(&mut table, "distance")?;
    let reduce: Option<Reduce> = take(&mut table, "reduce")?;
    let loss = read(table, &["distance", "reduce"], |keys| {
        Loss::read(name, keys).expect("the name is one of the list")
    })?;
    let distance = distance.unwrap_or(loss.default_distance());
    let reduce = reduce.unwrap_or(loss.default_reduce());
    let objective = Objective::new(distance, loss, reduce)?;
    Ok(Term::new(TermKind::Objective(objective)))
}

fn whole_batch(name: &str, mut table: Table) -> Result<Term, KeyError> {
    let distance: Option<Distance> = take(&mut table, "distance")?;
    let loss = read(table, &["distance"], |keys| {
        WholeBatchLoss::read(name, keys).expect("the name is one of the list")
    })?;
    let distance = distance.unwrap_or(loss.default_distance());
    let objective = BatchObjective::new(distance, loss)?;
    Ok(Term::new(TermKind::WholeBatch(objective)))
}

fn given(name: &str, table: Table) -> Result<Term, KeyError> {
    Ok(Term::new(match name {
        "given-triplet" => {
            TermKind::Triplets(read(table, &[], |keys| GivenTriplets::deserialize(keys))?)
        }
        "cosent" => TermKind::Cosent(read(table, &[], |keys| Cosent::deserialize(keys))?),
        _ => {
            let regression = read(table, &[], |keys| CosineRegression::deserialize(keys))?;
            TermKind::CosineRegression(regression)
        }
    }))
}

fn regularizer(name: &str, mut table: Table) -> Result<Term, KeyError> {
    let kind: Regularizer = name.parse()?;
    let on: Option<String> = take(&mut table, "on")?;
    if let Some((key, _)) = table.first() {
        let known: Vec<&str> = ["kind", "on"].into_iter().chain(COMMON).collect();
        return Err(KeyError::one_of(key, &known, key));
    }
    Ok(Term::new(match on.as_deref() {
        None | Some("rows") => TermKind::Regularizer(kind),
        Some("proxies") => TermKind::ProxyRegularizer(kind),
        Some(other) => return Err(KeyError::one_of("on", &["rows", "proxies"], other)),
    }))
}

/// A term as it is written down. Keys that stand as they would be read without are left out.
#[derive(Serialize)]
struct Written<'t> {
    #[serde(flatten)]
    kind: Kind<'t>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<Direction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    learn: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dims: Vec<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dim_weights: Vec<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    normalize: Option<bool>,
}

/// `kind` and its own keys.
#[derive(Serialize)]
#[serde(untagged)]
enum Kind<'t> {
    Objective {
        distance: Distance,
        reduce: Reduce,
        #[serde(flatten)]
        loss: &'t Loss,
    },
    WholeBatch {
        distance: Distance,
        #[serde(flatten)]
        loss: &'t WholeBatchLoss,
    },
    Triplets(Named<&'t GivenTriplets>),
    Cosent(Named<&'t Cosent>),
    CosineRegression(Named<&'t CosineRegression>),
    Regularizer {
        kind: Regularizer,
    },
}

#[derive(Serialize)]
struct Named<X> {
    kind: &'static str,
    #[serde(flatten)]
    keys: X,
}

impl<'t> From<&'t TermKind> for Kind<'t> {
    fn from(kind: &'t TermKind) -> Self {
        let name = kind.name();
        match kind {
            TermKind::Objective(objective) => Self::Objective {
                distance: objective.distance(),
                reduce: objective.reduce(),
                loss: objective.loss(),
            },
            TermKind::WholeBatch(objective) => Self::WholeBatch {
                distance: objective.distance(),
                loss: objective.loss(),
            },
            TermKind::Triplets(keys) => Self::Triplets(Named { kind: name, keys }),
            TermKind::Cosent(keys) => Self::Cosent(Named { kind: name, keys }),
            TermKind::CosineRegression(keys) => Self::CosineRegression(Named { kind: name, keys }),
            TermKind::Regularizer(kind) | TermKind::ProxyRegularizer(kind) => {
                Self::Regularizer { kind: *kind }
            }
        }
    }
}

impl<'t> From<&'t Term> for Written<'t> {
    fn from(term: &'t Term) -> Self {
        let usual = !term.sizes.is_empty();
        let weights: Vec<f64> = term.dims().map(|(_, weight)| weight).collect();
        let is_plain = weights.iter().all(|&weight| weight == 1.0);
        let is_of_proxies = matches!(term.kind, TermKind::ProxyRegularizer(_));
        Self {
            kind: (&term.kind).into(),
            on: is_of_proxies.then_some("proxies"),
            direction: term.direction,
            learn: term.learn,
            weight: (term.weight() != 1.0).then_some(term.weight()),
            dims: term.dims().map(|(size, _)| size).collect(),
            dim_weights: if is_plain { Vec::new() } else { weights },
            normalize: (term.normalize != usual).then_some(term.normalize),
        }
    }
}

impl Serialize for Term {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Term {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Content::deserialize(deserializer)? {
            Content::Table(table) => term(table).map_err(D::Error::custom),
            other => Err(D::Error::custom(format!(
                "term: wanted a table, given {other}"
            ))),
        }
    }
}

impl Serialize for Criterion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.terms() {
            [term] => term.serialize(serializer),
            terms => terms.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Criterion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let content = Content::deserialize(deserializer)?;
        criterion(content).map_err(D::Error::custom)
    }
}

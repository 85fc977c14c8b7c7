//! What embeddings cost.

use serde::{Deserialize, Serialize};
use tercet_kernels::{
    Contrastive, Distance, Loss, Margin, Negative, NonNegative, Objective, Reduce, Select,
    SemiHard, Triplet,
};

use crate::Error;

/// `[loss]`: `kind = "triplet"` (default) or `"contrastive"`, and the keys of that kind; a key of the
/// other kind is refused.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
#[non_exhaustive]
pub enum LossRecipe {
    /// Triplets of anchor, positive and negative.
    Triplet(TripletRecipe),
    /// Pairs: positives are pulled together, negatives pushed beyond the margin.
    Contrastive(ContrastiveRecipe),
}

/// The keys of `kind = "triplet"`. Default: squared Euclidean, margin 0.2, `semi-hard`, `mean`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TripletRecipe {
    /// `distance`: how far two embeddings are.
    pub distance: Distance,
    /// `margin`: a number in units of the distance, or `"soft"`.
    pub margin: Margin,
    /// `select`: which triplets count.
    pub select: Select,
    /// `reduce`: from a sum to one number.
    pub reduce: Reduce,
}

/// The keys of `kind = "contrastive"`. Default: Hadsell's form on Euclidean distance, margin 1, `mean`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContrastiveRecipe {
    /// `distance`: how far two embeddings are.
    pub distance: Distance,
    /// `form`: what a pair costs.
    pub form: Form,
    /// `margin`: below it a negative costs something, in units of the distance.
    pub margin: NonNegative,
    /// `positive_margin`, with `form = "linear"` alone: above it a positive costs something; default 0.
    pub positive_margin: NonNegative,
    /// `reduce`: from a sum to one number.
    pub reduce: Reduce,
}

impl Default for ContrastiveRecipe {
    fn default() -> Self {
        Self {
            distance: Distance::Euclidean,
            form: Form::Squared,
            margin: NonNegative::new("margin", 1.0).expect("1 is not negative"),
            positive_margin: NonNegative::default(),
            reduce: Reduce::Mean,
        }
    }
}

/// What a pair at distance `D` costs under the contrastive loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Form {
    /// `D^2 / 2` and `[margin - D]+^2 / 2` (Hadsell, Chopra, LeCun 2006).
    #[default]
    Squared,
    /// `[D - positive_margin]+` and `[margin - D]+` (pytorch-metric-learning).
    Linear,
}

impl Default for LossRecipe {
    fn default() -> Self {
        Self::Triplet(TripletRecipe::default())
    }
}

impl LossRecipe {
    /// The objective that it describes.
    ///
    /// # Errors
    /// [`Error::Kernels`] for a loss that has no meaning on its distance.
    pub fn objective(&self) -> Result<Objective<Loss>, Error> {
        let loss = match self {
            Self::Triplet(keys) => Loss::Triplet(Triplet::new(keys.margin, keys.select)),
            Self::Contrastive(keys) => Loss::Contrastive(keys.loss()?),
        };
        Ok(Objective::new(self.distance(), loss, self.reduce())?)
    }

    /// How far two embeddings are.
    pub fn distance(&self) -> Distance {
        match self {
            Self::Triplet(keys) => keys.distance,
            Self::Contrastive(keys) => keys.distance,
        }
    }

    /// From a sum to one number.
    pub fn reduce(&self) -> Reduce {
        match self {
            Self::Triplet(keys) => keys.reduce,
            Self::Contrastive(keys) => keys.reduce,
        }
    }

    /// The margin, by which triplets are called hard, semi-hard or easy.
    pub fn margin(&self) -> Margin {
        match self {
            Self::Triplet(keys) => keys.margin,
            Self::Contrastive(keys) => Margin::Hard(keys.margin),
        }
    }

    /// The same loss with semi-hard negatives, where it mined the hardest: what a run that collapses goes
    /// on with under `train.on_collapse = "soften"`. `None` where there is nothing to soften.
    ///
    /// `hardest` becomes `semi-hard:nearest-above`: unlike the FaceNet window it selects something even
    /// where all embeddings are almost the same.
    pub fn softened(&self) -> Option<Self> {
        let Self::Triplet(keys) = *self else {
            return None;
        };
        let select = match keys.select {
            Select::Hardest => Select::SemiHard(SemiHard::NearestAbove),
            Select::EasyPositive(Negative::Hardest) => Select::EasyPositive(Negative::SemiHard),
            _ => return None,
        };
        Some(Self::Triplet(TripletRecipe { select, ..keys }))
    }
}

impl ContrastiveRecipe {
    fn loss(&self) -> Result<Contrastive, Error> {
        let (margin, positive) = (self.margin.get(), self.positive_margin.get());
        Ok(match self.form {
            Form::Squared => Contrastive::squared(margin)?,
            Form::Linear => Contrastive::linear(positive, margin)?,
        })
    }
}

/// The section as it is written: the keys of every kind, so that a wrong value is found at its own line.
#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<Distance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<Form>,
    #[serde(skip_serializing_if = "Option::is_none")]
    margin: Option<Margin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    positive_margin: Option<NonNegative>,
    #[serde(skip_serializing_if = "Option::is_none")]
    select: Option<Select>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reduce: Option<Reduce>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    #[default]
    Triplet,
    Contrastive,
}

/// A key that is no key of the chosen kind, named as serde names an unknown one, so that it is looked
/// for and reported in the same way.
fn stranger(key: &str, wanted: &[&str]) -> String {
    let wanted: Vec<String> = wanted.iter().map(|key| format!("`{key}`")).collect();
    format!(
        "unknown field `{key}`, expected one of {}",
        wanted.join(", ")
    )
}

impl TryFrom<Written> for LossRecipe {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written.kind {
            Kind::Triplet => written.triplet().map(Self::Triplet),
            Kind::Contrastive => written.contrastive().map(Self::Contrastive),
        }
    }
}

impl Written {
    fn triplet(self) -> Result<TripletRecipe, String> {
        let known = ["kind", "distance", "margin", "select", "reduce"];
        if self.form.is_some() {
            return Err(stranger("form", &known));
        }
        if self.positive_margin.is_some() {
            return Err(stranger("positive_margin", &known));
        }
        Ok(TripletRecipe {
            distance: self.distance.unwrap_or_default(),
            margin: self.margin.unwrap_or_default(),
            select: self.select.unwrap_or_default(),
            reduce: self.reduce.unwrap_or_default(),
        })
    }

    fn contrastive(self) -> Result<ContrastiveRecipe, String> {
        let default = ContrastiveRecipe::default();
        let form = self.form.unwrap_or_default();
        let mut known = vec!["kind", "distance", "form", "margin", "reduce"];
        if form == Form::Linear {
            known.push("positive_margin");
        }
        if self.select.is_some() {
            return Err(stranger("select", &known));
        }
        if self.positive_margin.is_some() && form != Form::Linear {
            return Err(stranger("positive_margin", &known));
        }
        let margin = match self.margin {
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
            positive_margin: self.positive_margin.unwrap_or_default(),
            reduce: self.reduce.unwrap_or_default(),
        })
    }
}

impl From<LossRecipe> for Written {
    fn from(recipe: LossRecipe) -> Self {
        match recipe {
            LossRecipe::Triplet(keys) => Self {
                kind: Kind::Triplet,
                distance: Some(keys.distance),
                margin: Some(keys.margin),
                select: Some(keys.select),
                reduce: Some(keys.reduce),
                ..Self::default()
            },
            LossRecipe::Contrastive(keys) => Self {
                kind: Kind::Contrastive,
                distance: Some(keys.distance),
                form: Some(keys.form),
                margin: Some(Margin::Hard(keys.margin)),
                positive_margin: (keys.form == Form::Linear).then_some(keys.positive_margin),
                reduce: Some(keys.reduce),
                ..Self::default()
            },
        }
    }
}

//! One thing that a recipe's network embeds.

use std::sync::Arc;

use tercet_nn::Tokens;

/// One thing that a recipe's network embeds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Input {
    /// `(size, size, 3)` numbers, row-major, channels last, already preprocessed.
    Image(Vec<f32>),
    /// The tokens of a text.
    Text(Tokens),
    /// A row of numbers.
    Vector(Arc<[f32]>),
    /// What a frozen encoder gives of an input, before the layers that are trained.
    Features(Arc<[f32]>),
}

impl Input {
    /// What it is, in words for errors.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Image(_) => "images",
            Self::Text(_) => "texts",
            Self::Vector(_) => "rows of numbers",
            Self::Features(_) => "features",
        }
    }
}

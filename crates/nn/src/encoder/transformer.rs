//! A transformer of any family.

use burn::module::Module;
use burn::tensor::Tensor;

use super::bert::Bert;
use super::config::Config;
use super::distilbert::DistilBert;
use super::modernbert::ModernBert;
use super::mpnet::MpNet;
use super::part::Names;
use super::pass::Pass;

/// A transformer of any family.
#[derive(Module, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a few per program, and a box is no module"
)]
pub(crate) enum Transformer {
    Bert(Bert),
    DistilBert(DistilBert),
    MpNet(MpNet),
    ModernBert(ModernBert),
}

impl Transformer {
    /// All parameters 0, or initial weights.
    pub(crate) fn new(config: &Config, names: &Names<'_>) -> Self {
        match config {
            Config::Bert(config) => Self::Bert(Bert::new(config, names)),
            Config::DistilBert(config) => Self::DistilBert(DistilBert::new(config, names)),
            Config::MpNet(config) => Self::MpNet(MpNet::new(config, names)),
            Config::ModernBert(config) => Self::ModernBert(ModernBert::new(config, names)),
        }
    }

    /// The last hidden states: `(tokens, hidden)`.
    pub(crate) fn forward(&self, pass: &Pass<'_>) -> Tensor<2> {
        match self {
            Self::Bert(network) => network.forward(pass),
            Self::DistilBert(network) => network.forward(pass),
            Self::MpNet(network) => network.forward(pass),
            Self::ModernBert(network) => network.forward(pass),
        }
    }
}

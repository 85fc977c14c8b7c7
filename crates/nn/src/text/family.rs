//! What a family of text encoders is: a network by the names of its files, and what its `config.json` says.

use std::fmt::Debug;

use burn::module::Module;
use burn::tensor::Tensor;

use super::pass::Pass;
use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::layers::Names;

/// A family of text encoders: one file, and one line of the table in [`super::families`].
pub(super) trait Family: Module {
    /// What the family's `config.json` says.
    type Config: Debug + Clone;

    /// What some files put before every name.
    const PREFIXES: &'static [&'static str];

    /// Whether positions are rotations, for which a head has an even number of features.
    const ROTATED: bool = false;

    /// The configuration in a file whose `model_type` is one of the family's.
    ///
    /// # Errors
    /// A key has another type than it should, or asks for what the family's network does not do.
    fn read(file: &ConfigFile<'_>) -> Result<Self::Config, Error>;

    fn sizes(config: &Self::Config) -> Sizes;

    /// All parameters 0, or initial weights, as `names` makes them.
    fn new(config: &Self::Config, names: &Names<'_>) -> Self;

    /// The last hidden states: `(tokens, hidden)`.
    fn forward(&self, pass: &Pass<'_>) -> Tensor<2>;
}

/// What every family's configuration says about its network.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Rows of the table of tokens.
    pub(super) vocabulary: usize,
    /// Features of a hidden state.
    pub(super) hidden: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    /// Tokens of the longest sequence there are positions for.
    pub(super) positions: usize,
}

/// Share that dropout drops, by place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rates {
    pub(super) embeddings: f32,
    pub(super) weights: f32,
    pub(super) attended: f32,
    pub(super) inner: f32,
    pub(super) fed: f32,
}

impl Sizes {
    /// Refuses sizes of which no network can be made.
    pub(super) fn check(&self, file: &ConfigFile<'_>, rotated: bool) -> Result<(), Error> {
        file.positive(&[
            ("hidden size", self.hidden),
            ("attention heads", self.heads),
            ("vocab_size", self.vocabulary),
            ("positions", self.positions),
        ])?;
        let odd = rotated && (self.hidden / self.heads) % 2 == 1;
        if !odd && self.hidden.is_multiple_of(self.heads) {
            return Ok(());
        }
        let mut wanted = format!("a divisor of the hidden size {}", self.hidden);
        if odd {
            wanted += ", even features each";
        }
        Err(file.wrong("attention heads", &wanted, &self.heads.to_string()))
    }
}

/// Refuses what no family here does and every family's file may ask for.
pub(super) fn check_common(file: &ConfigFile<'_>) -> Result<(), Error> {
    file.only(&["position_embedding_type"], "absolute")?;
    for layers in ["full_attention", "sliding_attention"] {
        file.only(&["rope_parameters", layers, "rope_type"], "default")?;
    }
    if !file.value["rope_scaling"].is_null() {
        let given = file.value["rope_scaling"].to_string();
        return Err(file.wrong("rope_scaling", "null", &given));
    }
    file.only(&["is_decoder"], false)
}

/// The table of families: a line per type, with the values of `model_type` that are its. Of it come the
/// configuration and the network of any family, `Config` and `Transformer`.
macro_rules! families {
    ($($module:ident::$family:ident = $($kind:literal)|+;)+) => {
        /// What `config.json` says, by family.
        #[derive(Debug, Clone)]
        pub(super) enum Config {
            $($family(<$module::$family as Family>::Config),)+
        }

        /// A transformer of any family.
        #[derive(Module, Debug)]
        #[allow(
            clippy::large_enum_variant,
            reason = "a few per program, and a box is no module"
        )]
        pub(super) enum Transformer {
            $($family($module::$family),)+
        }

        impl Config {
            /// The values of `model_type` that are known.
            const KINDS: &[&str] = &[$($($kind),+),+];

            /// The configuration in a file.
            ///
            /// # Errors
            /// The file is not what it should be, or asks for a family or a way that is not here.
            pub(super) fn of(file: &ConfigFile<'_>) -> Result<Self, Error> {
                let kind = file.value["model_type"].as_str().unwrap_or("none");
                let (config, rotated) = match kind {
                    $($($kind)|+ => {
                        let config = <$module::$family as Family>::read(file)?;
                        (Self::$family(config), <$module::$family as Family>::ROTATED)
                    })+
                    _ => return Err(file.wrong("model_type", &Self::KINDS.join(", "), kind)),
                };
                config.sizes().check(file, rotated)?;
                check_common(file)?;
                Ok(config)
            }

            pub(super) fn sizes(&self) -> Sizes {
                match self {
                    $(Self::$family(config) => <$module::$family as Family>::sizes(config),)+
                }
            }

            /// What some files put before every name.
            pub(super) fn prefixes(&self) -> &'static [&'static str] {
                match self {
                    $(Self::$family(_) => <$module::$family as Family>::PREFIXES,)+
                }
            }
        }

        impl Transformer {
            /// All parameters 0, or initial weights.
            pub(super) fn new(config: &Config, names: &Names<'_>) -> Self {
                match config {
                    $(Config::$family(config) => {
                        Self::$family(<$module::$family as Family>::new(config, names))
                    })+
                }
            }

            /// The last hidden states: `(tokens, hidden)`.
            pub(super) fn forward(&self, pass: &Pass<'_>) -> Tensor<2> {
                match self {
                    $(Self::$family(network) => network.forward(pass),)+
                }
            }
        }
    };
}
pub(super) use families;

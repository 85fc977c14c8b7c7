//! What a family of picture networks is: a network by the names of its files, and what its `config.json` says.

use std::fmt::Debug;

use burn::module::Module;
use burn::tensor::Tensor;

use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::layers::Names;
use crate::tensors::Tensors;

/// Mean and standard deviation of red, green and blue over ImageNet.
pub(super) const IMAGENET: [[f32; 3]; 2] = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]];

/// A family of picture networks: one file, and one line of the table in [`super::families`].
pub(super) trait Family: Module {
    /// What the family's `config.json` says.
    type Config: Debug + Clone + Copy;

    /// Whether pictures of other sizes than that of the configuration will do.
    const ANY_SIZE: bool = false;

    /// The configuration in a file whose `model_type` (or timm's `architecture`) is `kind`, one of the
    /// family's.
    ///
    /// # Errors
    /// A key has another type than it should, or asks for what the family's network does not do.
    fn read(kind: &str, file: &ConfigFile<'_>) -> Result<Self::Config, Error>;

    /// The configuration without the parts that the files do not have, and how they spell names.
    fn fit(config: Self::Config, _: &Tensors) -> (Self::Config, Spelling) {
        (config, Spelling::default())
    }

    fn sizes(config: &Self::Config) -> Sizes;

    /// What the family takes from red, green and blue in `[0, 1]` and what it divides them by, where no
    /// file says.
    fn levels(config: &Self::Config) -> [[f32; 3]; 2];

    /// The depth of a parameter by its name here: 0 for what comes before the first layer, the layer counted
    /// from 1, the number of layers for a normalisation after the last, else that and one.
    fn depth(config: &Self::Config, name: &str) -> usize;

    /// All parameters 0.
    fn new(config: &Self::Config, names: &Names<'_>) -> Self;

    /// `(n, height, width, 3)` to `(n, width)`.
    fn forward(&self, pictures: Tensor<4>) -> Tensor<2>;
}

/// What every family's configuration says about its network.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// Numbers that the network makes of a picture.
    pub(super) width: usize,
    /// Layers of a transformer, or blocks of a convolutional network.
    pub(super) layers: usize,
    /// Height and width of the pictures it is made for.
    pub(super) image: [usize; 2],
}

/// How the files spell names that begin with `here`: with `there` in its place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spelling {
    pub(super) here: &'static str,
    pub(super) there: &'static str,
}

impl Spelling {
    /// A parameter's name in the files.
    pub(super) fn of(self, name: &str) -> String {
        match name.strip_prefix(self.here) {
            Some(rest) => format!("{}{rest}", self.there),
            None => name.to_owned(),
        }
    }
}

/// The table of families: a line per type, with the values of `model_type` (and timm's of `architecture`)
/// that are its. Of it come the configuration and the network of any family, `Config` and `Network`.
macro_rules! families {
    ($($module:ident::$family:ident = $($kind:literal)|+;)+) => {
        /// What `config.json` says, by family.
        #[derive(Debug, Clone, Copy)]
        pub(super) enum Config {
            $($family(<$module::$family as Family>::Config),)+
        }

        /// A network of any family, from pictures to one row each.
        #[derive(Module, Debug)]
        #[allow(
            clippy::large_enum_variant,
            reason = "a few per program, and a box is no module"
        )]
        pub(super) enum Network {
            $($family($module::$family),)+
        }

        impl Config {
            /// The values of `model_type` and `architecture` that are known.
            pub(super) const KINDS: &[&str] = &[$($($kind),+),+];

            /// The configuration in a file.
            ///
            /// # Errors
            /// The file is not what it should be, or asks for a family or a way that is not here.
            pub(super) fn of(file: &ConfigFile<'_>) -> Result<Self, Error> {
                // timm's files say `architecture`.
                let kind = file.value["model_type"].as_str();
                let kind = kind.or(file.value["architecture"].as_str()).unwrap_or("none");
                match kind {
                    $($($kind)|+ => {
                        Ok(Self::$family(<$module::$family as Family>::read(kind, file)?))
                    })+
                    _ => Err(file.wrong("model_type", &Self::KINDS.join(", "), kind)),
                }
            }

            /// Without the parts that the files do not have, and how they spell names.
            pub(super) fn fit(self, tensors: &Tensors) -> (Self, Spelling) {
                match self {
                    $(Self::$family(config) => {
                        let (config, spelling) = <$module::$family as Family>::fit(config, tensors);
                        (Self::$family(config), spelling)
                    })+
                }
            }

            pub(super) fn sizes(&self) -> Sizes {
                match self {
                    $(Self::$family(config) => <$module::$family as Family>::sizes(config),)+
                }
            }

            /// Whether pictures of other sizes will do.
            pub(super) fn any_size(&self) -> bool {
                match self {
                    $(Self::$family(_) => <$module::$family as Family>::ANY_SIZE,)+
                }
            }

            /// What the family takes from red, green and blue in `[0, 1]` and what it divides them by, where
            /// no file says.
            pub(super) fn levels(&self) -> [[f32; 3]; 2] {
                match self {
                    $(Self::$family(config) => <$module::$family as Family>::levels(config),)+
                }
            }

            /// The depth of a parameter by its name here.
            pub(super) fn depth(&self, name: &str) -> usize {
                match self {
                    $(Self::$family(config) => <$module::$family as Family>::depth(config, name),)+
                }
            }
        }

        impl Network {
            /// All parameters 0.
            pub(super) fn new(config: &Config, names: &Names<'_>) -> Self {
                match config {
                    $(Config::$family(config) => {
                        Self::$family(<$module::$family as Family>::new(config, names))
                    })+
                }
            }

            /// `(n, height, width, 3)` to `(n, width)`.
            pub(super) fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
                match self {
                    $(Self::$family(network) => network.forward(pictures),)+
                }
            }
        }
    };
}
pub(super) use families;

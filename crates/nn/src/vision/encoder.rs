//! The network from pictures to embeddings.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::families::{Config, Network};
use crate::embedder::Embedder;
use crate::error::Error;
use crate::layers::{Linear, Names};
use crate::normalize::normalized;
use crate::parameter_place::{self, ParameterPlace};

/// A network that others have trained, perhaps a linear map to other dimensions, and Euclidean norm 1 if
/// asked for.
///
/// Pictures are `(n, height, width, 3)`, less [`mean`](super::PictureModel::mean) and over
/// [`std`](super::PictureModel::std). Every picture goes through alone, in training too: nothing is
/// dropped, and batch normalisation uses the statistics it came with, which stay as they are.
#[derive(Module, Debug)]
pub struct PictureEncoder {
    /// Called so in optimisers' and checkpoints' names of parameters.
    pub(super) tower: Network,
    pub(super) head: Option<Linear>,
    #[module(skip)]
    pub(super) normalize: bool,
    #[module(skip)]
    config: Config,
    #[module(skip)]
    dim: usize,
}

impl PictureEncoder {
    /// All parameters 0, to be replaced by those of files; a head to `dim` numbers if given.
    pub(super) fn new(
        config: Config,
        dim: Option<usize>,
        normalize: bool,
        device: &Device,
    ) -> Self {
        let head = |dim| Names::new("head", device).linear([dim, config.sizes().width], true);
        Self {
            tower: Network::new(&config, &Names::new("tower", device)),
            head: dim.map(head),
            normalize,
            dim: dim.unwrap_or(config.sizes().width),
            config,
        }
    }

    /// This encoder with a new linear map from [`Self::features`] to `dim` numbers, whose weights are a
    /// pure function of the seed.
    pub(super) fn with_head(self, dim: usize, seed: u64, device: &Device) -> Self {
        let names = Names::new("head", device).seeded(seed);
        Self {
            head: Some(names.head([dim, self.width()])),
            dim,
            ..self
        }
    }

    /// The embeddings of pictures: `(n, height, width, 3)` to `(n, d)`.
    ///
    /// # Errors
    /// There is no picture, or they are not of the size that the network reads.
    pub fn forward(&self, pictures: Tensor<4>) -> Result<Tensor<2>, Error> {
        Ok(self.head(self.features(pictures)?))
    }

    /// What the network makes of pictures, before the head: `(n, width)`.
    ///
    /// # Errors
    /// Those of [`Self::forward`].
    pub fn features(&self, pictures: Tensor<4>) -> Result<Tensor<2>, Error> {
        self.check(pictures.dims())?;
        Ok(self.tower.forward(pictures))
    }

    /// From what [`Self::features`] gives to embeddings: `(n, width)` to `(n, d)`.
    pub fn head(&self, features: Tensor<2>) -> Tensor<2> {
        let rows = match &self.head {
            Some(head) => head.forward(features),
            None => features,
        };
        if self.normalize {
            normalized(rows)
        } else {
            rows
        }
    }

    /// Whether the network reads pictures of this size.
    ///
    /// # Errors
    /// It does not: transformers have positions for one height and width only.
    pub fn check(&self, [n, height, width, channels]: [usize; 4]) -> Result<(), Error> {
        let [down, across] = self.size();
        let sized = match self.config.any_size() {
            true => height > 0 && width > 0,
            false => [height, width] == [down, across],
        };
        if n > 0 && sized && channels == 3 {
            return Ok(());
        }
        let wanted = match self.config.any_size() {
            true => "(n, height, width, 3), none 0".into(),
            false => format!("(n, {down}, {across}, 3) with n at least 1"),
        };
        Err(Error::Pictures {
            wanted,
            given: format!("({n}, {height}, {width}, {channels})"),
        })
    }

    /// Height and width of the pictures that the network is made for.
    pub fn size(&self) -> [usize; 2] {
        self.config.sizes().image
    }

    /// Numbers per row of [`Self::features`].
    pub fn width(&self) -> usize {
        self.config.sizes().width
    }

    /// Whether there is a linear map after the network.
    pub fn has_head(&self) -> bool {
        self.head.is_some()
    }

    /// Layers of a transformer, or blocks of a convolutional network.
    pub fn layers(&self) -> usize {
        self.config.sizes().layers
    }

    /// This encoder, in which the first `layers` layers and, if `embeddings`, what comes before them get
    /// no gradient; all others do.
    #[must_use]
    pub fn freeze(self, layers: usize, embeddings: bool) -> Self {
        let config = self.config;
        parameter_place::freeze(self, &|name| match depth(&config, name) {
            0 => embeddings,
            depth => depth <= layers.min(config.sizes().layers),
        })
    }

    /// Every parameter's place, in the order of [`weights`](crate::weights).
    pub fn places(&self) -> Vec<ParameterPlace> {
        parameter_place::places(self, &|name| depth(&self.config, name))
    }
}

/// The depth of a parameter's name: the head comes after all.
fn depth(config: &Config, name: &str) -> usize {
    match name.strip_prefix("tower.") {
        Some(name) => config.depth(name),
        None => config.sizes().layers + 1,
    }
}

impl Embedder for PictureEncoder {
    type Input = Tensor<4>;

    /// # Panics
    /// Where [`PictureEncoder::check`] refuses the pictures' size.
    fn embed(&self, pictures: Tensor<4>) -> Tensor<2> {
        match self.forward(pictures) {
            Ok(rows) => rows,
            Err(error) => panic!("{error}"),
        }
    }

    fn dim(&self) -> usize {
        self.dim
    }
}

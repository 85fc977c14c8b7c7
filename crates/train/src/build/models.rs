//! The networks of a recipe, with the weights that training begins with.

use burn::tensor::Device;
use tercet_data::Preprocess;
use tercet_nn::{PictureModel, SentenceModel, VectorNetwork, VectorNetworkConfig};

use crate::networks::{AnyModel, FrozenImages, ImageFormat, ImageModel, preprocess_of};
use crate::recipe::{Freeze, PictureRecipe, PreprocessRecipe, SentenceRecipe, TowerRecipe};
use crate::{Device as Place, Error};

/// Height and width of images where nothing says otherwise.
const SIZE: u32 = 32;

/// What is needed beside the keys of a network.
#[derive(Clone, Copy)]
pub(super) struct Opening<'a> {
    pub(super) seed: u64,
    pub(super) device: &'a Device,
    pub(super) preprocess: &'a PreprocessRecipe,
    /// Numbers per row of vectors.
    pub(super) width: usize,
}

/// A device whose tensors can have gradients.
pub(crate) fn device(place: Place) -> Device {
    match place {
        Place::Cpu => crate::cpu(),
    }
}

impl Opening<'_> {
    /// The network of one side.
    ///
    /// # Errors
    /// The folder is refused; sizes that make no sense; nothing is left to train.
    pub(super) fn model(&self, keys: &TowerRecipe) -> Result<AnyModel, Error> {
        match keys {
            TowerRecipe::Convnet(sizes) => self
                .images(ImageFormat::Convnet(sizes.clone()))
                .map(AnyModel::Images),
            TowerRecipe::Picture(keys) => {
                let format = ImageFormat::Published(Box::new(self.picture(keys)?));
                self.images(format).map(AnyModel::Images)
            }
            TowerRecipe::Sentence(keys) => self.text(keys).map(AnyModel::Texts),
            TowerRecipe::Mlp(keys) => self.mlp(keys).map(AnyModel::Vectors),
        }
    }

    fn images(&self, format: ImageFormat) -> Result<ImageModel, Error> {
        let preprocess = preprocess(self.preprocess, &format)?;
        Ok(ImageModel {
            network: format.network(self.seed, self.device)?,
            format,
            preprocess,
        })
    }

    fn picture(&self, keys: &PictureRecipe) -> Result<PictureModel, Error> {
        let mut model = PictureModel::open(&keys.path, self.device)?;
        if let Some(dim) = keys.dim {
            model = model.with_head(dim, self.seed)?;
        }
        model = model.with_norm(keys.normalize.unwrap_or(true));
        if keys.freeze == Freeze::Encoder && !model.encoder.has_head() {
            let path = keys.path.clone();
            return Err(Error::NoHead { path });
        }
        let layers = frozen_layers(keys.freeze, keys.frozen_layers, model.encoder.layers())?;
        if let Some(layers) = layers {
            model.encoder = model.encoder.freeze(layers, true);
        }
        Ok(model)
    }

    /// A text encoder with its tokenizer, as the keys want it.
    pub(super) fn text(&self, keys: &SentenceRecipe) -> Result<SentenceModel, Error> {
        let mut model = match keys.fresh {
            Some(sizes) => SentenceModel::fresh(&keys.path, sizes, self.seed, self.device)?,
            None => SentenceModel::open(&keys.path, self.device)?,
        };
        if let Some(max_length) = keys.max_length {
            model = model.cut_at(max_length)?;
        }
        if let Some(pooling) = keys.pooling {
            model = model.pooled_by(pooling);
        }
        if let Some(normalize) = keys.normalize {
            model = model.normalizing(normalize);
        }
        if let Some(dense) = keys.dense {
            model = model.with_dense(dense, self.seed, self.device);
        }
        if keys.freeze == Freeze::Encoder && !has_head(&model) {
            let path = keys.path.clone();
            return Err(Error::NothingToTrain { path });
        }
        let layers = frozen_layers(keys.freeze, keys.frozen_layers, model.encoder.layers())?;
        if let Some(layers) = layers {
            model.encoder = model.encoder.freeze(layers, true);
        }
        Ok(model)
    }

    /// Layers on rows as wide as those of the data.
    fn mlp(&self, keys: &VectorNetworkConfig) -> Result<VectorNetwork, Error> {
        let (wanted, given) = (self.width, keys.input);
        if given > 0 && given != wanted {
            return Err(Error::Width { wanted, given });
        }
        let sizes = VectorNetworkConfig {
            input: wanted,
            ..keys.clone()
        };
        Ok(sizes.init(self.seed, self.device)?)
    }
}

/// Whether every input goes through the encoder of these keys once, as it is.
pub(super) fn is_frozen(keys: &TowerRecipe) -> bool {
    match keys {
        TowerRecipe::Picture(keys) => keys.freeze == Freeze::Encoder,
        TowerRecipe::Sentence(keys) => keys.freeze == Freeze::Encoder,
        TowerRecipe::Convnet(_) | TowerRecipe::Mlp(_) => false,
    }
}

/// The encoder that images go through once, as it is.
pub(crate) fn frozen(model: &ImageModel, device: &Device) -> Option<FrozenImages> {
    match &model.format {
        ImageFormat::Published(model) => Some(FrozenImages::new(&model.encoder, device)),
        ImageFormat::Convnet(_) => None,
    }
}

/// Share of the numbers that the keys want dropped while training.
pub(super) fn dropout(keys: &TowerRecipe) -> Option<f32> {
    match keys {
        TowerRecipe::Sentence(keys) => keys.dropout,
        _ => None,
    }
}

/// Whether there is a dense layer after pooling.
fn has_head(model: &SentenceModel) -> bool {
    let last = model.encoder.layers() + 1;
    model.encoder.places().iter().any(|p| p.depth == last)
}

/// How many of the lowest layers stay as they are, what comes before them included; `None` where nothing does.
fn frozen_layers(freeze: Freeze, asked: usize, all: usize) -> Result<Option<usize>, Error> {
    match freeze {
        Freeze::Nothing => Ok(None),
        Freeze::Embeddings => Ok(Some(0)),
        Freeze::Layers if asked > all => Err(Error::FrozenLayers {
            layers: all,
            given: asked,
        }),
        Freeze::Layers => Ok(Some(asked)),
        Freeze::Encoder => Ok(Some(all)),
    }
}

/// From an image to numbers, for a network.
///
/// # Errors
/// [`Error::Data`] for a size of 0 or a deviation that is not above 0; [`Error::Nn`] for a size that the network
/// does not read.
fn preprocess(keys: &PreprocessRecipe, format: &ImageFormat) -> Result<Preprocess, Error> {
    let usual = match format {
        ImageFormat::Convnet(_) => Preprocess::square(SIZE)?,
        ImageFormat::Published(model) => preprocess_of(model)?,
    };
    let size = keys.size.unwrap_or(usual.size());
    let mean = keys.image_mean.unwrap_or(usual.image_mean());
    let std = keys.image_std.unwrap_or(usual.image_std());
    let resample = keys.resample.unwrap_or(usual.resample());
    let stretched = Preprocess::new(size, mean, std, resample)?;
    let edge = match keys.size {
        Some(_) => keys.shortest_edge,
        None => usual.shortest_edge(),
    };
    if let ImageFormat::Published(model) = format {
        model.encoder.check([1, size as usize, size as usize, 3])?;
    }
    match edge {
        Some(edge) => Ok(stretched.cropped(edge)?),
        None => Ok(stretched),
    }
}

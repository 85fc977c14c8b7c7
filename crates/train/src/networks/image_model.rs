//! A trained network of images as a folder that anything can open.

use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use tercet_data::{Preprocess, Resample};
use tercet_nn::{ConvNetConfig, Embedder, PictureModel, PictureNetwork};

use super::json::{json, kind, read_json};
use super::side::SideEncoder;
use crate::inputs::Input;
use crate::{Error, files};

/// What the folder of a network of images has besides weights and preprocessing.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ImageFormat {
    /// Ours, [`tercet_nn::ConvNet`]: its sizes.
    Convnet(ConvNetConfig),
    /// That of the program the network comes from, and the weights that training began with.
    Published(Box<PictureModel>),
}

/// What our own network is called in `config.json`.
const CONVNET: &str = "convnet";

/// `config.json` of our own format.
#[derive(Serialize, Deserialize)]
#[serde(tag = "model_type", rename_all = "kebab-case")]
enum Config {
    Convnet(ConvNetConfig),
}

impl ImageFormat {
    /// The network: with initial weights, a pure function of (seed, parameter name), or with those it has.
    ///
    /// # Errors
    /// Sizes that make no sense.
    pub fn network(&self, seed: u64, device: &Device) -> Result<PictureNetwork, Error> {
        Ok(match self {
            Self::Convnet(sizes) => PictureNetwork::Convnet(sizes.init(seed, device)?),
            Self::Published(model) => PictureNetwork::Encoder(model.encoder.clone()),
        })
    }
}

/// A network of images with the preprocessing it was trained with.
///
/// As a folder: `config.json` (sizes), `model.safetensors` (weights by name, row-major 32-bit floats),
/// `preprocessor_config.json` (size, mean, standard deviation, resampling as the ecosystem names them); what others
/// have trained keeps the names of its files and weights, and what was added to it has files of its own
/// ([`PictureModel::files`]). Equal models are equal bytes.
#[derive(Debug, Clone)]
pub struct ImageModel {
    /// The network.
    pub network: PictureNetwork,
    /// What its folder says of it.
    pub format: ImageFormat,
    /// From an image to numbers.
    pub preprocess: Preprocess,
}

impl ImageModel {
    /// Whether a folder with a `config.json` of this kind is one of a network of images.
    pub(super) fn reads(kind: &str) -> bool {
        kind == CONVNET || PictureModel::reads(kind)
    }

    /// Whether others have trained the network that training began with.
    pub(crate) fn is_published(&self) -> bool {
        matches!(self.format, ImageFormat::Published(_))
    }

    /// Reads a model folder; the network is put on `device`.
    ///
    /// # Errors
    /// A file is missing or is not what it should be; the error names it.
    pub fn open(folder: &Path, device: &Device) -> Result<Self, Error> {
        let config = folder.join("config.json");
        if !config.is_file() {
            return Err(Error::NoModel {
                folder: folder.to_owned(),
            });
        }
        if kind(&config)?.as_deref() != Some(CONVNET) {
            return Self::published(PictureModel::open(folder, device)?, device);
        }
        let Config::Convnet(sizes) = read_json(&config)?;
        let preprocess = read_json(&folder.join("preprocessor_config.json"))?;
        let format = ImageFormat::Convnet(sizes);
        let network = format.network(0, device)?;
        Ok(Self {
            network: tercet_nn::load(network, &folder.join("model.safetensors"))?,
            format,
            preprocess,
        })
    }

    /// A network that others have trained, prepared for as its folder says.
    fn published(model: PictureModel, device: &Device) -> Result<Self, Error> {
        let preprocess = preprocess_of(&model)?;
        let size = preprocess.size() as usize;
        model.encoder.check([1, size, size, 3])?;
        let format = ImageFormat::Published(Box::new(model));
        Ok(Self {
            network: format.network(0, device)?,
            format,
            preprocess,
        })
    }

    /// Writes the folder in one piece: it is there whole or not at all. An older one is replaced.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), Error> {
        files::write_folder(folder, &self.contents()?)
    }

    /// The files by name.
    pub(crate) fn contents(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let preprocessor = "preprocessor_config.json";
        let mut files = match (&self.format, &self.network) {
            (ImageFormat::Published(model), PictureNetwork::Encoder(encoder)) => {
                let mut model = model.clone();
                model.encoder = encoder.clone();
                model.files().map_err(Error::Weights)?
            }
            (ImageFormat::Convnet(sizes), network) => {
                let weights = tercet_nn::to_bytes(&tercet_nn::weights(network));
                vec![
                    (
                        "config.json".to_owned(),
                        json(&Config::Convnet(sizes.clone())),
                    ),
                    (
                        "model.safetensors".to_owned(),
                        weights.map_err(Error::Weights)?,
                    ),
                ]
            }
            (ImageFormat::Published(_), PictureNetwork::Convnet(_)) => {
                unreachable!("a published format comes with its encoder")
            }
        };
        files.retain(|(name, _)| name != preprocessor);
        files.push((preprocessor.to_owned(), json(&self.preprocess)));
        Ok(files)
    }

    /// Embeds images `(n, size, size, 3)`, already preprocessed: `(n, d)`, row-major.
    ///
    /// An image's embedding does not depend on the others.
    ///
    /// # Errors
    /// The network does not read images of this size.
    pub fn embed(&self, pixels: &[f32]) -> Result<Vec<f32>, Error> {
        let images = pixels.chunks(self.preprocess.numbers());
        let images: Vec<Input> = images.map(|image| Input::Image(image.to_vec())).collect();
        let network = SideEncoder::Images(self.network.clone());
        let device = network.devices().into_iter().next();
        let device = device.unwrap_or_else(crate::cpu).inner();
        network.encode(&images, &device)
    }

    /// Numbers per embedding, `d`.
    pub fn dim(&self) -> usize {
        self.network.dim()
    }
}

/// How images are prepared for a network, as its folder says or, where it says nothing, stretched to the size that
/// it is made for.
pub(crate) fn preprocess_of(model: &PictureModel) -> Result<Preprocess, Error> {
    if let Some((path, bytes)) = model.preprocessor() {
        let read = serde_json::from_slice(bytes);
        return read.map_err(|source| Error::Preprocessor { path, source });
    }
    let side = model.size()[0] as u32;
    let resample = Resample::Bicubic;
    Ok(Preprocess::new(side, model.mean(), model.std(), resample)?)
}

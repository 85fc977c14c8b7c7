//! A trained network as a folder that anything can open.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tercet_data::Preprocess;
use tercet_nn::{ConvNetConfig, SentenceModel};

use crate::bridge::{Network, device};
use crate::{Device as Place, Error, TowersModel, files};

/// The network's sizes, as in a recipe's `[model]` and a model's `config.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "model_type", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Config {
    /// [`tercet_nn::ConvNet`].
    Convnet(ConvNetConfig),
}

/// A network with the preprocessing it was trained with.
///
/// As a folder: `config.json` (sizes), `model.safetensors` (weights by name, row-major 32-bit floats),
/// `preprocessor_config.json` (size, mean, standard deviation, resampling as the ecosystem names them).
/// Equal models are equal bytes.
#[derive(Debug, Clone)]
pub struct Model {
    /// The network.
    pub network: Network,
    /// Its sizes.
    pub config: ConvNetConfig,
    /// From a picture to numbers.
    pub preprocess: Preprocess,
}

impl Model {
    /// Reads a model folder; the network is put on `device`.
    ///
    /// # Errors
    /// A file is missing or is not what it should be; the error names it.
    pub fn open(folder: &Path, device: Place) -> Result<Self, Error> {
        let config = folder.join("config.json");
        if !config.is_file() {
            return Err(Error::NoModel {
                folder: folder.to_owned(),
            });
        }
        let Config::Convnet(sizes) = read_json(&config)?;
        let preprocess = read_json(&folder.join("preprocessor_config.json"))?;
        let network = Network::new(&sizes, 0, device)?.load(&folder.join("model.safetensors"))?;
        Ok(Self {
            network,
            config: sizes,
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
    pub(crate) fn contents(&self) -> Result<Vec<(&'static str, Vec<u8>)>, Error> {
        Ok(vec![
            ("config.json", json(&Config::Convnet(self.config.clone()))),
            ("model.safetensors", weights(&self.network)?),
            ("preprocessor_config.json", json(&self.preprocess)),
        ])
    }

    /// Embeds pictures `(n, size, size, 3)`, already preprocessed: `(n, d)`, row-major.
    ///
    /// # Errors
    /// Those of [`Network::embed`].
    pub fn embed(&self, pixels: &[f32]) -> Result<Vec<f32>, Error> {
        self.network.embed(pixels, self.preprocess.size() as usize)
    }

    /// Numbers per embedding, `d`.
    pub fn dim(&self) -> usize {
        self.network.dim()
    }
}

/// A model of any kind.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "a few per program")]
#[non_exhaustive]
pub enum AnyModel {
    /// Of pictures.
    Pictures(Model),
    /// Of texts.
    Sentences(SentenceModel),
    /// Of both.
    Towers(Box<TowersModel>),
}

impl AnyModel {
    /// Reads a model's folder, ours or one in the layout of sentence-transformers or of Hugging Face's
    /// transformers; or fetches a text encoder by its name on the hub.
    ///
    /// # Errors
    /// A file is missing or is not what it should be; the error names it.
    pub fn open(folder: &Path, place: Place) -> Result<Self, Error> {
        let config = folder.join("config.json");
        if folder.is_dir() && !config.is_file() && !folder.join("modules.json").is_file() {
            let folder = folder.to_owned();
            return Err(Error::NoModel { folder });
        }
        let kind = match config.is_file() {
            true => read_json::<Kind>(&config)?.model_type,
            false => None,
        };
        match kind.as_deref() {
            Some("convnet") => return Ok(Self::Pictures(Model::open(folder, place)?)),
            Some(TowersModel::KIND) => {
                return Ok(Self::Towers(Box::new(TowersModel::open(folder, place)?)));
            }
            _ => {}
        }
        let model = SentenceModel::open(folder, &device(place))?;
        Ok(Self::Sentences(model))
    }
}

/// What every `config.json` says of its network.
#[derive(Deserialize)]
struct Kind {
    model_type: Option<String>,
}

/// A network's weights as a safetensors file.
pub(crate) fn weights(network: &Network) -> Result<Vec<u8>, Error> {
    tercet_nn::to_bytes(&network.weights()).map_err(Error::Weights)
}

/// Pretty JSON with a newline at the end.
pub(crate) fn json<T: Serialize>(value: &T) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).expect("plain data with string keys is JSON");
    text.push(b'\n');
    text
}

/// Reads a JSON file.
pub(crate) fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, Error> {
    let bytes = fs_err::read(path)?;
    serde_json::from_slice(&bytes).map_err(|source| Error::Format {
        path: path.to_owned(),
        source,
    })
}

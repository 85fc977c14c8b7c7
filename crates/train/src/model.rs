//! A trained network as a folder that anything can open.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tercet_data::{Preprocess, Resample};
use tercet_nn::{ConvNetConfig, PictureModel, PictureNetwork, SentenceModel};

use crate::bridge::{Features, Network, device as open_on};
use crate::run::TowerRecipe;
use crate::{Device as Place, Error, TowersModel, files};

/// What a model's folder has besides weights and preprocessing.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Layout {
    /// Ours, [`tercet_nn::ConvNet`]: its sizes.
    Convnet(ConvNetConfig),
    /// That of the program the network comes from, and the weights that training began with.
    Encoder(Box<PictureModel>),
}

impl Layout {
    /// The encoder of a recipe that leaves it as it is.
    pub(crate) fn frozen(&self, keys: &TowerRecipe, place: Place) -> Option<Features> {
        match self {
            Self::Encoder(model) if keys.is_frozen() => Some(Features::new(&model.encoder, place)),
            _ => None,
        }
    }
}

/// `config.json` of our own layout.
#[derive(Serialize, Deserialize)]
#[serde(tag = "model_type", rename_all = "kebab-case")]
enum Config {
    Convnet(ConvNetConfig),
}

/// A network with the preprocessing it was trained with.
///
/// As a folder: `config.json` (sizes), `model.safetensors` (weights by name, row-major 32-bit floats),
/// `preprocessor_config.json` (size, mean, standard deviation, resampling as the ecosystem names them); what others
/// have trained keeps the names of its files and weights, and what was added to it has files of its own
/// ([`PictureModel::files`]). Equal models are equal bytes.
#[derive(Debug, Clone)]
pub struct Model {
    /// The network.
    pub network: Network,
    /// What its folder says of it.
    pub layout: Layout,
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
        if kind(&config)?.as_deref() != Some(CONVNET) {
            return Self::encoder(PictureModel::open(folder, &open_on(device))?, device);
        }
        let Config::Convnet(sizes) = read_json(&config)?;
        let preprocess = read_json(&folder.join("preprocessor_config.json"))?;
        let layout = Layout::Convnet(sizes);
        let network = Network::new(&layout, 0, device)?.load(&folder.join("model.safetensors"))?;
        Ok(Self {
            network,
            layout,
            preprocess,
        })
    }

    /// A network that others have trained, prepared for as its folder says.
    fn encoder(model: PictureModel, place: Place) -> Result<Self, Error> {
        let preprocess = preprocess_of(&model)?;
        let size = preprocess.size() as usize;
        model.encoder.check([1, size, size, 3])?;
        let layout = Layout::Encoder(Box::new(model));
        Ok(Self {
            network: Network::new(&layout, 0, place)?,
            layout,
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
        let mut files = match (&self.layout, self.network.pictures()?) {
            (Layout::Encoder(model), PictureNetwork::Encoder(encoder)) => {
                let mut model = model.clone();
                model.encoder = encoder.clone();
                model.files().map_err(Error::Weights)?
            }
            (Layout::Convnet(sizes), _) => vec![
                (
                    "config.json".to_owned(),
                    json(&Config::Convnet(sizes.clone())),
                ),
                ("model.safetensors".to_owned(), weights(&self.network)?),
            ],
            (Layout::Encoder(_), _) => return Err(Error::Inputs { wanted: "texts" }),
        };
        files.retain(|(name, _)| name != preprocessor);
        files.push((preprocessor.to_owned(), json(&self.preprocess)));
        Ok(files)
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
            true => kind(&config)?,
            false => None,
        };
        match kind.as_deref() {
            Some(CONVNET) => return Ok(Self::Pictures(Model::open(folder, place)?)),
            Some(kind) if PictureModel::reads(kind) => {
                return Ok(Self::Pictures(Model::open(folder, place)?));
            }
            Some(TowersModel::KIND) => {
                return Ok(Self::Towers(Box::new(TowersModel::open(folder, place)?)));
            }
            _ => {}
        }
        let model = SentenceModel::open(folder, &open_on(place))?;
        Ok(Self::Sentences(model))
    }
}

/// What our own network is called in `config.json`.
const CONVNET: &str = "convnet";

/// What every `config.json` says of its network.
#[derive(Deserialize)]
struct Kind {
    model_type: Option<String>,
    /// timm's name.
    architecture: Option<String>,
}

fn kind(config: &Path) -> Result<Option<String>, Error> {
    let Kind {
        model_type,
        architecture,
    } = read_json(config)?;
    Ok(model_type.or(architecture))
}

/// How pictures are prepared for a network, as its folder says or, where it says nothing, stretched to the size that
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

//! The folder of a model of any kind.

use std::path::Path;

use burn::tensor::Device;
use tercet_nn::{SentenceModel, VectorNetwork};

use super::json::kind;
use super::{AnyEncoder, ImageModel, SideEncoder, TwoModel};
use crate::Error;

/// What a network of rows of numbers is called in `config.json`.
const VECTORS: &str = "tercet-mlp";

/// A model of any kind, as its folder is read and written.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "a few per program")]
#[non_exhaustive]
pub enum AnyModel {
    /// Of images.
    Images(ImageModel),
    /// Of texts.
    Texts(SentenceModel),
    /// Of rows of numbers.
    Vectors(VectorNetwork),
    /// One for each side.
    Two(Box<TwoModel>),
}

impl AnyModel {
    /// Reads a model's folder, ours or one in the layout of sentence-transformers or of Hugging Face's
    /// transformers; or fetches a text encoder by its name on the hub.
    ///
    /// # Errors
    /// A file is missing or is not what it should be; the error names it.
    pub fn open(folder: &Path, device: &Device) -> Result<Self, Error> {
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
            Some(kind) if ImageModel::reads(kind) => {
                Ok(Self::Images(ImageModel::open(folder, device)?))
            }
            Some(VECTORS) => Ok(Self::Vectors(VectorNetwork::open(folder, device)?)),
            Some(TwoModel::KIND) => Ok(Self::Two(Box::new(TwoModel::open(folder, device)?))),
            _ => Ok(Self::Texts(SentenceModel::open(folder, device)?)),
        }
    }

    /// The network as training has it.
    pub fn encoder(&self) -> AnyEncoder {
        match self {
            Self::Images(model) => AnyEncoder::one(SideEncoder::Images(model.network.clone())),
            Self::Texts(model) => AnyEncoder::one(SideEncoder::Texts(model.encoder.clone())),
            Self::Vectors(network) => AnyEncoder::one(SideEncoder::Vectors(network.clone())),
            Self::Two(model) => {
                let [first, second] = [&model.first, &model.second];
                AnyEncoder::two(first.side(), second.side())
            }
        }
    }

    /// The model of every side; itself where there is one for everything.
    pub fn sides(&self) -> Vec<&AnyModel> {
        match self {
            Self::Two(model) => vec![&model.first, &model.second],
            one => vec![one],
        }
    }

    /// This model with the weights of a trained network.
    pub(crate) fn trained(self, network: &AnyEncoder) -> Self {
        match self {
            Self::Two(model) => {
                let TwoModel {
                    sides,
                    first,
                    second,
                } = *model;
                Self::Two(Box::new(TwoModel {
                    sides,
                    first: first.with_weights(network.side(0)),
                    second: second.with_weights(network.side(1)),
                }))
            }
            one => one.with_weights(network.side(0)),
        }
    }

    fn side(&self) -> SideEncoder {
        self.encoder().side(0).clone()
    }

    /// This model with the weights of a side of a trained network.
    fn with_weights(mut self, side: &SideEncoder) -> Self {
        match (&mut self, side) {
            (Self::Images(model), SideEncoder::Images(network)) => {
                model.network = network.clone();
            }
            (Self::Texts(model), SideEncoder::Texts(encoder)) => model.encoder = encoder.clone(),
            (Self::Vectors(own), SideEncoder::Vectors(network)) => *own = network.clone(),
            _ => unreachable!("a network keeps its kind while it is trained"),
        }
        self
    }

    /// Its files by name.
    ///
    /// # Errors
    /// The weights cannot be written.
    pub(crate) fn contents(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        match self {
            Self::Images(model) => model.contents(),
            Self::Texts(model) => model.files().map_err(Error::Weights),
            Self::Vectors(network) => network.files().map_err(Error::Weights),
            Self::Two(model) => model.contents(),
        }
    }

    /// Numbers per embedding, `d`.
    pub fn dim(&self) -> usize {
        self.encoder().dim()
    }

    /// What it embeds, in words.
    pub fn reads(&self) -> &'static str {
        self.side().reads()
    }
}

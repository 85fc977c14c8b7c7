//! The trained pair as a folder.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tercet_nn::SentenceModel;

use crate::bridge::device;
use crate::model::{json, read_json};
use crate::{Device, Error, Model, files};

/// A network of pictures and a text encoder with one space.
///
/// As a folder: `config.json`, `picture/` (a [`Model`]'s folder) and `text/` (in sentence-transformers' layout), each
/// of use by itself.
#[derive(Debug, Clone)]
pub struct TowersModel {
    /// Embeds pictures.
    pub picture: Model,
    /// Embeds texts.
    pub text: SentenceModel,
}

/// `config.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Config {
    model_type: String,
    dim: usize,
}

impl TowersModel {
    /// What `config.json` calls it.
    pub(crate) const KIND: &str = "towers";

    /// Reads the folder.
    ///
    /// # Errors
    /// Those of its two parts; [`Error::Size`] where they embed into different spaces.
    pub fn open(folder: &Path, place: Device) -> Result<Self, Error> {
        let config: Config = read_json(&folder.join("config.json"))?;
        let model = Self {
            picture: Model::open(&folder.join("picture"), place)?,
            text: SentenceModel::open(folder.join("text"), &device(place))?,
        };
        for given in [model.picture.dim(), model.text.dim()] {
            if given != config.dim {
                let folder = folder.to_owned();
                return Err(Error::Towers {
                    folder,
                    wanted: config.dim,
                    given,
                });
            }
        }
        Ok(model)
    }

    /// Writes the folder in one piece: it is there whole or not at all. An older one is replaced.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), Error> {
        let config = Config {
            model_type: Self::KIND.to_owned(),
            dim: self.dim(),
        };
        let mut contents = vec![("config.json".to_owned(), json(&config))];
        let picture = self.picture.contents()?.into_iter();
        contents.extend(picture.map(|(name, bytes)| (format!("picture/{name}"), bytes)));
        let text = self.text.files().map_err(Error::Weights)?.into_iter();
        contents.extend(text.map(|(name, bytes)| (format!("text/{name}"), bytes)));
        files::write_folder(folder, &contents)
    }

    /// Numbers per embedding, `d`.
    pub fn dim(&self) -> usize {
        self.picture.dim()
    }
}

//! Two trained networks with one space, as a folder.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::any_model::AnyModel;
use super::json::{json, read_json};
use crate::{Error, files};

/// Two networks with one space: of images and captions, or of queries and documents.
///
/// As a folder: `config.json`, and a folder for each, `picture/` and `text/` or `query/` and `document/`, each of use by
/// itself.
#[derive(Debug, Clone)]
pub struct TwoModel {
    /// What the sides are.
    pub sides: TwoSides,
    /// Embeds images or queries.
    pub first: AnyModel,
    /// Embeds captions or documents.
    pub second: AnyModel,
}

/// What the two sides are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TwoSides {
    /// Images and their captions.
    #[default]
    PictureText,
    /// Queries and documents, of one kind.
    QueryDocument,
}

impl TwoSides {
    /// What the sides are called, in folders and in names of scores.
    pub fn names(self) -> [&'static str; 2] {
        match self {
            Self::PictureText => ["picture", "text"],
            Self::QueryDocument => ["query", "document"],
        }
    }
}

/// `config.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Config {
    model_type: String,
    dim: usize,
    #[serde(default)]
    sides: TwoSides,
}

impl TwoModel {
    /// What `config.json` calls it.
    pub(super) const KIND: &str = "towers";

    /// Reads the folder.
    ///
    /// # Errors
    /// Those of its two parts; [`Error::Towers`] where they embed into different spaces.
    pub fn open(folder: &Path, device: &Device) -> Result<Self, Error> {
        let config: Config = read_json(&folder.join("config.json"))?;
        let [first, second] = config.sides.names();
        let model = Self {
            sides: config.sides,
            first: AnyModel::open(&folder.join(first), device)?,
            second: AnyModel::open(&folder.join(second), device)?,
        };
        for given in [model.first.dim(), model.second.dim()] {
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
        files::write_folder(folder, &self.contents()?)
    }

    pub(super) fn contents(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let config = Config {
            model_type: Self::KIND.to_owned(),
            dim: self.first.dim(),
            sides: self.sides,
        };
        let mut contents = vec![("config.json".to_owned(), json(&config))];
        let models = [&self.first, &self.second];
        for (side, model) in self.sides.names().into_iter().zip(models) {
            let files = model.contents()?.into_iter();
            contents.extend(files.map(|(name, bytes)| (format!("{side}/{name}"), bytes)));
        }
        Ok(contents)
    }
}

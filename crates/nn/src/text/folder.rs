//! What stands where in a model's folder.

use std::path::{Path, PathBuf};

use super::dense::DenseConfig;
use super::encoder::Plan;
use super::families::Config;
use super::settings::{Cut, General, ModuleEntry, PoolingConfig};
use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::json;
use crate::ops::Pooling;

/// A model's folder, its settings read.
#[derive(Debug)]
pub(super) struct Folder {
    /// Folder of the transformer and the tokenizer.
    pub(super) root: PathBuf,
    /// Folder of each dense layer.
    pub(super) dense: Vec<PathBuf>,
    pub(super) plan: Plan,
    pub(super) general: General,
    pub(super) cut: Cut,
}

impl Folder {
    /// A folder with `modules.json`, or a transformer alone, whose hidden states are then averaged.
    ///
    /// # Errors
    /// A file is missing or broken, or asks for what is not here.
    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("modules.json");
        let mut modules = if path.is_file() {
            Modules::read(&path, folder)?
        } else {
            Modules::alone(folder)
        };
        let config = modules.root.join("config.json");
        let transformer = Config::of(&ConfigFile {
            value: &json::read(&config)?,
            path: &config,
        })?;
        modules.check(&path, transformer.sizes().hidden)?;
        let dense = modules.dense.iter();
        Ok(Self {
            plan: Plan {
                transformer,
                pooling: std::mem::take(&mut modules.pooling),
                dense: dense.map(|(_, config)| config.clone()).collect(),
                normalize: modules.normalize,
            },
            dense: modules.dense.into_iter().map(|(path, _)| path).collect(),
            general: json::read_if_there(&folder.join("config_sentence_transformers.json"))?,
            cut: json::read_if_there(&modules.root.join("sentence_bert_config.json"))?,
            root: modules.root,
        })
    }
}

/// The modules of `modules.json`.
#[derive(Debug)]
struct Modules {
    root: PathBuf,
    pooling: Vec<Pooling>,
    dense: Vec<(PathBuf, DenseConfig)>,
    normalize: bool,
}

impl Modules {
    fn alone(folder: &Path) -> Self {
        Self {
            root: folder.to_owned(),
            pooling: vec![Pooling::Mean],
            dense: Vec::new(),
            normalize: false,
        }
    }

    /// `Transformer`, `Pooling`, then any number of `Dense`, then perhaps `Normalize`.
    fn read(path: &Path, folder: &Path) -> Result<Self, Error> {
        let entries: Vec<ModuleEntry> = json::read(path)?;
        let mut modules = Self::alone(folder);
        modules.pooling.clear();
        for (place, entry) in entries.iter().enumerate() {
            let inside = folder.join(&entry.path);
            match entry.class() {
                "Transformer" if place == 0 => modules.root = inside,
                "Pooling" if place == 1 => modules.pooling = pooling(&inside)?,
                "Dense" if place > 1 && !modules.normalize => {
                    let config = json::read(&inside.join("config.json"))?;
                    modules.dense.push((inside, config));
                }
                "Normalize" if place > 1 && !modules.normalize => modules.normalize = true,
                _ => return Err(out_of_place(path, place, &entry.kind)),
            }
        }
        if modules.pooling.is_empty() {
            return Err(out_of_place(path, entries.len(), "none"));
        }
        Ok(modules)
    }

    /// Dense layers must fit on one another.
    fn check(&self, path: &Path, hidden: usize) -> Result<(), Error> {
        let mut width = hidden * self.pooling.len();
        for (dense, config) in &self.dense {
            if config.in_features != width {
                return Err(Error::Model {
                    path: dense.join("config.json"),
                    key: "in_features".into(),
                    wanted: format!("{width}, as what comes before by {}", path.display()),
                    given: config.in_features.to_string(),
                });
            }
            width = config.out_features;
        }
        Ok(())
    }
}

fn pooling(folder: &Path) -> Result<Vec<Pooling>, Error> {
    let path = folder.join("config.json");
    let config: PoolingConfig = json::read(&path)?;
    if !config.include_prompt {
        return Err(Error::Model {
            path,
            key: "include_prompt".into(),
            wanted: "true".into(),
            given: "false".into(),
        });
    }
    Ok(config.ways())
}

fn out_of_place(path: &Path, place: usize, given: &str) -> Error {
    let wanted = match place {
        0 => "Transformer",
        1 => "Pooling",
        _ => "Dense any number of times, then Normalize at most once",
    };
    Error::Model {
        path: path.to_owned(),
        key: format!("module {place}"),
        wanted: wanted.into(),
        given: given.into(),
    }
}

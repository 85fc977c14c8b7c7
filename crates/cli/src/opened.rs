//! Models and data sets as named on the command line.

use std::path::{Path, PathBuf};

use tercet::data::{Dataset, Report, Strict, emoji, folder, manifest};
use tercet::train::{AnyModel, Device, Recipe};

/// A model and, where it lies in the folder of a run, the recipe that it was trained by.
pub(crate) struct OpenedModel {
    pub(crate) model: AnyModel,
    pub(crate) recipe: Option<Recipe>,
}

impl OpenedModel {
    /// Opens the folder of a model, or of a run, whose model is in `model/`.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let inside = path.join("model");
        let is_model = |folder: &Path| {
            let has = |name: &str| folder.join(name).is_file();
            has("config.json") || has("modules.json")
        };
        let folder = if !is_model(path) && is_model(&inside) {
            inside
        } else {
            path.to_owned()
        };
        let model = AnyModel::open(&folder, Device::Cpu)?;
        Ok(Self {
            model,
            recipe: recipe_beside(&folder)?,
        })
    }
}

/// The recipe in the folder that holds the model's.
fn recipe_beside(model: &Path) -> anyhow::Result<Option<Recipe>> {
    if !model.is_dir() {
        return Ok(None);
    }
    let folder: PathBuf = fs_err::canonicalize(model)?;
    let recipe = folder.with_file_name("recipe.toml");
    if !recipe.is_file() {
        return Ok(None);
    }
    Ok(Some(Recipe::read(&recipe, &[])?))
}

/// A data set with what was learnt when it was opened.
pub(crate) struct OpenedData {
    pub(crate) dataset: Box<dyn Dataset>,
    pub(crate) report: Report,
    pub(crate) is_emoji: bool,
}

impl OpenedData {
    /// `emoji` is the embedded set (`./emoji` a folder of that name), a name that ends in `.csv` a
    /// manifest, anything else a folder.
    pub(crate) fn open(path: &Path, strict: bool) -> anyhow::Result<Self> {
        let strict = if strict { Strict::Yes } else { Strict::No };
        if path == Path::new("emoji") {
            let emoji = emoji()?;
            let report = emoji.report();
            return Ok(Self::new(emoji, report, true));
        }
        let is_table = path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("csv"));
        let (files, report) = if is_table {
            manifest(path, strict)?
        } else {
            folder(path, strict)?
        };
        Ok(Self::new(files, report, false))
    }

    fn new(dataset: impl Dataset + 'static, report: Report, is_emoji: bool) -> Self {
        Self {
            dataset: Box::new(dataset),
            report,
            is_emoji,
        }
    }
}

//! Models, recipes and data as named on the command line.

use std::path::{Path, PathBuf};

use anyhow::bail;
use tercet::train::{AnyModel, Recipe, TwoModel, TwoSides, cpu};

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
        let model = AnyModel::open(&folder, &cpu())?;
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

/// Whether a name is that of a recipe.
pub(crate) fn is_recipe(path: &Path) -> bool {
    let end = path.extension();
    end.is_some_and(|end| end.eq_ignore_ascii_case("toml"))
}

/// Whether a name is that of texts: a table of rows that images do not come in by themselves, or a folder in BEIR's
/// layout. Asked only of two networks of which one reads texts.
pub(crate) fn looks_like_texts(path: &Path) -> bool {
    let end = path.extension().and_then(|end| end.to_str());
    matches!(end, Some("jsonl" | "ndjson" | "tsv" | "txt")) || is_beir(path)
}

/// Whether a folder is in BEIR's layout.
pub(crate) fn is_beir(path: &Path) -> bool {
    path.join("corpus.jsonl").is_file()
}

/// A side of two networks, as `--side` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum SideName {
    /// That of pictures
    Picture,
    /// That of their captions
    Text,
    /// That of what is asked
    Query,
    /// That of what is found
    Document,
}

impl SideName {
    fn word(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Text => "text",
            Self::Query => "query",
            Self::Document => "document",
        }
    }
}

/// The network to use: the only one there is, or that of two that is asked for, or that fits what it is to read.
pub(crate) fn side(
    model: &AnyModel,
    asked: Option<SideName>,
    are_texts: bool,
) -> anyhow::Result<&AnyModel> {
    match (model, asked) {
        (AnyModel::Two(two), Some(asked)) => named(two, asked.word()),
        (AnyModel::Two(two), None) => match two.sides {
            TwoSides::PictureText => Ok(if are_texts { &two.second } else { &two.first }),
            TwoSides::QueryDocument => bail!(
                "--side: wanted query or document, of a model of two networks that read {}, given none",
                two.first.reads()
            ),
        },
        (one, None) => Ok(one),
        (_, Some(asked)) => bail!(
            "--side: wanted none, as the model is one network, given {}",
            asked.word()
        ),
    }
}

fn named<'a>(two: &'a TwoModel, asked: &str) -> anyhow::Result<&'a AnyModel> {
    match two.sides.names() {
        [first, _] if first == asked => Ok(&two.first),
        [_, second] if second == asked => Ok(&two.second),
        [first, second] => bail!("--side: wanted {first} or {second}, given {asked}"),
    }
}

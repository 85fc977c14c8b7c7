//! How relevant things are to each other, as a recipe says.

use std::collections::BTreeSet;
use std::sync::Arc;

use tercet_data::{
    Caption, CaptionedSet, CosineRelevance, DataLayout, DataSource, Grades, SparseRelevance, open,
};
use tercet_nn::SentenceModel;

use super::caption_cache::CaptionRows;
use super::models::device;
use crate::Error;
use crate::recipe::{ModelRecipe, Recipe, RelevanceFrom, RelevanceRecipe};

/// The relevance of a recipe's things, and how many things there are.
///
/// # Errors
/// The set, the table of pairs or the text encoder cannot be read; a source that the set does not have.
pub fn relevance(recipe: &Recipe) -> Result<(Grades, usize), Error> {
    match open(&recipe.data, recipe.seed)? {
        DataSource::Captioned(set) => Ok((grades(recipe, &set)?, set.captions.len())),
        _ => Err(Error::NoCaptions {
            set: recipe.data.set,
        }),
    }
}

pub(super) fn grades(recipe: &Recipe, source: &CaptionedSet) -> Result<Grades, Error> {
    let keys = &recipe.relevance;
    let otherwise = match recipe.data.set {
        DataLayout::EmojiCaptions => RelevanceFrom::Hierarchy,
        _ => RelevanceFrom::Captions,
    };
    match keys.from.unwrap_or(otherwise) {
        RelevanceFrom::Hierarchy => Ok(Grades::Kinship(known(source, "groups", |thing| {
            !thing.group.is_empty()
        })?)),
        RelevanceFrom::Keywords => {
            let things = known(source, "keywords", |thing| !thing.keywords.is_empty())?;
            let sets = things
                .iter()
                .map(|thing| thing.keywords.iter().cloned().collect());
            Ok(Grades::Keywords(sets.collect::<Vec<BTreeSet<_>>>().into()))
        }
        RelevanceFrom::Captions => {
            let cosines = captions(recipe, source)?;
            Ok(Grades::Texts(Arc::new(cosines)))
        }
        RelevanceFrom::File => {
            let path = keys.path.as_deref().ok_or(Error::NoRelevance)?;
            let names = source.dataset.classes();
            let pairs = SparseRelevance::read(path, names, keys.missing)?;
            Ok(Grades::Sparse(Arc::new(pairs)))
        }
    }
}

/// The things, if they say of where they belong what is needed.
fn known(
    source: &CaptionedSet,
    needed: &'static str,
    has: impl Fn(&Caption) -> bool,
) -> Result<Arc<[Caption]>, Error> {
    let things = source.things.clone();
    let things = things.filter(|things| things.iter().any(has));
    things.ok_or(Error::NoKinship { needed })
}

/// The mean of the embeddings of each thing's captions.
fn captions(recipe: &Recipe, source: &CaptionedSet) -> Result<CosineRelevance, Error> {
    let RelevanceRecipe { path, cache, .. } = &recipe.relevance;
    let path = match (path, &recipe.model) {
        (Some(path), _) => path,
        (None, ModelRecipe::Towers(keys)) => &keys.text.path,
        (None, _) => return Err(Error::NoRelevance),
    };
    let model = SentenceModel::open(path, &device(recipe.device))?.normalizing(true);
    let Some(cache) = cache else {
        return cosines(&embed(&model, source)?);
    };
    let of = CaptionRows::key(&model, &source.captions);
    if let Some(rows) = CaptionRows::read(cache, of)? {
        return cosines(&rows);
    }
    let rows = embed(&model, source)?;
    rows.write(cache, of)?;
    cosines(&rows)
}

fn cosines(rows: &CaptionRows) -> Result<CosineRelevance, Error> {
    Ok(CosineRelevance::new(&rows.rows, rows.dim)?)
}

fn embed(model: &SentenceModel, source: &CaptionedSet) -> Result<CaptionRows, Error> {
    let texts: Vec<&str> = source
        .captions
        .iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let embedded = model.embed(&texts)?;
    let dim = embedded.dim;
    let mut each = embedded.numbers.chunks_exact(dim);
    let mut rows = Vec::with_capacity(source.captions.len() * dim);
    for captions in source.captions.iter() {
        let mut sum = vec![0.0; dim];
        for row in each.by_ref().take(captions.len()) {
            sum.iter_mut()
                .zip(row)
                .for_each(|(sum, number)| *sum += number);
        }
        rows.extend(sum);
    }
    Ok(CaptionRows { rows, dim })
}

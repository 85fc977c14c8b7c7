//! All pictures of a set as rows of numbers.

use tercet::data::{Dataset, load};
use tercet::train::ImageModel;

use crate::show;

/// Pictures read and embedded at a time.
const CHUNK: usize = 256;

/// The embeddings of all pictures, `(n, d)`.
pub(crate) fn embed(model: &ImageModel, dataset: &dyn Dataset) -> anyhow::Result<Vec<f32>> {
    let count = dataset.items().len();
    let bar = show::bar(count as u64, "pictures");
    let items: Vec<usize> = (0..count).collect();
    let mut rows = Vec::with_capacity(count * model.dim());
    for chunk in items.chunks(CHUNK) {
        rows.extend(model.embed(&load(dataset, chunk, &model.preprocess)?)?);
        bar.inc(chunk.len() as u64);
    }
    bar.finish_and_clear();
    Ok(rows)
}

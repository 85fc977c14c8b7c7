//! Rows of numbers to rows of numbers.

use tercet::data::Vectors;
use tercet::nn::VectorNetwork;
use tercet::train::{AnyModel, Encoder, Input};

use super::Embed;
use crate::Ending;
use crate::arrays::Format;
use crate::show;
use crate::text::{counted, say};

/// Rows embedded between two movements of the bar.
const CHUNK: usize = 4096;

/// Writes the embeddings of all rows, in their order.
pub(super) fn run(
    asked: &Embed,
    network: &VectorNetwork,
    format: Format,
) -> anyhow::Result<Ending> {
    let vectors = Vectors::read(&asked.input)?;
    let (wanted, dim) = (network.config().input, network.config().dim);
    anyhow::ensure!(
        vectors.dim() == wanted,
        "{}: wanted rows of {wanted} numbers, which the model reads, given {}",
        asked.input.display(),
        vectors.dim()
    );
    let encoder = AnyModel::Vectors(network.clone()).encoder();
    let bar = show::bar(vectors.len() as u64, "rows");
    let mut rows = Vec::with_capacity(vectors.len() * dim);
    for chunk in vectors.numbers().chunks(CHUNK * wanted) {
        let inputs = chunk.chunks(wanted).map(|row| Input::Vector(row.into()));
        let inputs: Vec<Input> = inputs.collect();
        rows.extend(encoder.encode(&inputs)?);
        bar.inc(inputs.len() as u64);
    }
    bar.finish_and_clear();
    format.write(&asked.out, "embeddings", &rows, dim)?;
    say(&format!(
        "{}: {} embedded, {dim} numbers each",
        asked.out.display(),
        counted(vectors.len(), "row"),
    ))?;
    Ok(Ending::Done)
}

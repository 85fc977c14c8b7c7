//! The gradient of a batch, of any size, in bounded memory.

use burn::module::Module;
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::Tensor;
use tercet_kernels::{Cost, Rows};

use crate::batch::{Part, TrainingBatch};
use crate::tensor::{matrix, rows};
use crate::{Encoder, Error, Pass};

/// How the gradient of a batch is computed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passes {
    /// Inputs in the graph at once.
    pub(crate) micro_batch: usize,
    /// Key of dropout.
    pub(crate) seed: u64,
    /// Share of the numbers that is dropped on each side; `None`: as the network says.
    pub(crate) dropout: [Option<f32>; 2],
}

/// A batch's embeddings `(n, d)`, what they cost, and the gradients of the network's parameters.
pub(crate) struct Gradient {
    pub(crate) embeddings: Vec<f32>,
    pub(crate) dim: usize,
    pub(crate) cost: Cost<f32>,
    pub(crate) parameters: GradientsParams,
}

/// From embeddings `(n, d)` to what they cost.
pub(crate) type Price<'a> = &'a mut dyn FnMut(Rows<'_, f32>) -> Result<Cost<f32>, Error>;

impl Passes {
    /// The gradient of the whole batch.
    ///
    /// A batch larger than `micro_batch` goes through twice: embedded in chunks without a graph, then, once the
    /// criterion has seen all embeddings, chunk by chunk with the gradient of its rows (Gao et al. 2021,
    /// arXiv:2101.06983). The network embeds every input by itself, and what is dropped depends on the input's place
    /// in the batch, so both ways give the same gradient up to rounding.
    pub(crate) fn gradient<E: Encoder>(
        &self,
        encoder: &E,
        batch: &TrainingBatch<E::Input>,
        price: Price<'_>,
    ) -> Result<Gradient, Error> {
        batch.check()?;
        if self.micro_batch >= batch.len() {
            return self.at_once(encoder, batch, price);
        }
        let parts = batch.parts(self.micro_batch);
        let network = encoder.valid();
        let embedded = parts
            .iter()
            .map(|part| Ok(rows(network.embed(part.inputs, &self.pass(batch, part))?)));
        let embeddings = embedded.collect::<Result<Vec<_>, Error>>()?.concat();
        let dim = embeddings.len() / batch.len().max(1);
        let cost = price(Rows::new(&embeddings, dim)?)?;
        let mut sum = GradientsAccumulator::new();
        for part in &parts {
            let slopes = &cost.gradient[part.rows.start * dim..part.rows.end * dim];
            let embedded = encoder.embed(part.inputs, &self.pass(batch, part))?;
            sum.accumulate(encoder, backward(encoder, embedded, slopes));
        }
        Ok(Gradient {
            embeddings,
            dim,
            cost,
            parameters: sum.grads(),
        })
    }

    fn at_once<E: Encoder>(
        &self,
        encoder: &E,
        batch: &TrainingBatch<E::Input>,
        price: Price<'_>,
    ) -> Result<Gradient, Error> {
        let parts = batch.parts(usize::MAX);
        let sides = parts
            .iter()
            .map(|part| encoder.embed(part.inputs, &self.pass(batch, part)));
        let embedded = joined(sides.collect::<Result<_, _>>()?);
        let [_, dim] = embedded.dims();
        let embeddings = rows(embedded.clone());
        let cost = price(Rows::new(&embeddings, dim)?)?;
        let parameters = backward(encoder, embedded, &cost.gradient);
        Ok(Gradient {
            embeddings,
            dim,
            cost,
            parameters,
        })
    }

    fn pass<I>(&self, batch: &TrainingBatch<I>, part: &Part<'_, I>) -> Pass {
        Pass {
            seed: self.seed,
            step: batch.step,
            side: part.side,
            first: part.rows.start,
            dropout: self.dropout[part.side.min(1)],
        }
    }
}

/// Gradients of all parameters from the gradient `(n, d)` of the embeddings.
///
/// The surrogate `sum(E * G)`, with `G` held constant, has exactly `G` as its derivative in `E`.
fn backward<M: Module>(network: &M, embeddings: Tensor<2>, gradient: &[f32]) -> GradientsParams {
    let [_, dim] = embeddings.dims();
    let constant = matrix(gradient.to_vec(), dim, &embeddings.device());
    let gradients = (embeddings * constant).sum().backward();
    GradientsParams::from_grads(gradients, network)
}

/// The rows of all sides, one below the other.
fn joined(mut sides: Vec<Tensor<2>>) -> Tensor<2> {
    match sides.len() {
        1 => sides.remove(0),
        _ => Tensor::cat(sides, 0),
    }
}

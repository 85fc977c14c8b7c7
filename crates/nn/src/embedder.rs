//! What a network must do to be trained.

use burn::module::Module;
use burn::tensor::Tensor;

/// A network that maps a batch of inputs to rows of numbers.
pub trait Embedder: Module {
    /// A batch of inputs; pictures are `(n, height, width, 3)`.
    type Input;

    /// Embeds a batch: `(n, d)`.
    ///
    /// The embedding of an input must not depend on the batch it is in, or training in chunks
    /// would change the gradient: no live batch normalisation.
    fn embed(&self, input: Self::Input) -> Tensor<2>;

    /// Numbers per embedding, `d`.
    fn dim(&self) -> usize;
}

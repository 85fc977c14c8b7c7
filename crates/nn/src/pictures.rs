//! A network of pictures of any kind.

use burn::module::Module;
use burn::tensor::Tensor;

use crate::convnet::ConvNet;
use crate::embedder::Embedder;
use crate::vision::PictureEncoder;

/// A network from pictures `(n, height, width, 3)` to embeddings.
#[derive(Module, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a few per program, and a box is no module"
)]
pub enum PictureNetwork {
    /// A small one, trained from nothing.
    Convnet(ConvNet),
    /// One that others have trained.
    Encoder(PictureEncoder),
}

impl Embedder for PictureNetwork {
    type Input = Tensor<4>;

    /// # Panics
    /// Where [`PictureEncoder::check`] refuses the pictures' size.
    fn embed(&self, pictures: Tensor<4>) -> Tensor<2> {
        match self {
            Self::Convnet(network) => network.embed(pictures),
            Self::Encoder(encoder) => encoder.embed(pictures),
        }
    }

    fn dim(&self) -> usize {
        match self {
            Self::Convnet(network) => network.dim(),
            Self::Encoder(encoder) => encoder.dim(),
        }
    }
}

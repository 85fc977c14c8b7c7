//! Between plain rows of numbers and the framework's tensors.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use tercet_nn::{ConvNet, ConvNetConfig, Embedder, Weight};

use crate::Error;
use crate::lesson::Part;
use crate::run::Device as Place;

/// Pictures embedded at a time where no gradient is wanted.
const CHUNK: usize = 256;

/// A network on a device, with its parameters ready for gradients.
#[derive(Debug, Clone)]
pub struct Network {
    pub(crate) inner: ConvNet,
    device: Device,
}

impl Network {
    /// A network with initial weights, a pure function of (seed, parameter name), on a device.
    ///
    /// # Errors
    /// Sizes that make no sense.
    pub fn new(config: &ConvNetConfig, seed: u64, device: Place) -> Result<Self, Error> {
        let device = match device {
            Place::Cpu => Device::flex().autodiff(),
        };
        let inner = config.init(seed, &device)?;
        Ok(Self { inner, device })
    }

    /// The parameters by name.
    pub fn weights(&self) -> Vec<Weight> {
        tercet_nn::weights(&self.inner)
    }

    /// The same network with its parameters read from a safetensors file.
    ///
    /// # Errors
    /// Those of [`tercet_nn::load`].
    pub fn load(self, path: &std::path::Path) -> Result<Self, Error> {
        Ok(Self {
            inner: tercet_nn::load(self.inner, path)?,
            device: self.device,
        })
    }

    /// Numbers per embedding, `d`.
    pub fn dim(&self) -> usize {
        self.inner.dim()
    }

    /// Embeds pictures `(n, size, size, 3)` without a graph: `(n, d)`, row-major.
    ///
    /// A picture's embedding does not depend on the others.
    pub fn embed(&self, pixels: &[f32], size: usize) -> Vec<f32> {
        let network = self.inner.valid();
        let device = self.device.clone().inner();
        pixels
            .chunks(CHUNK * size * size * 3)
            .flat_map(|chunk| rows(network.embed(pictures(chunk, size, &device))))
            .collect()
    }

    /// Embeds inputs without a graph.
    pub(crate) fn look(&self, part: Part<'_>) -> Vec<f32> {
        let Part::Pictures { pixels, size } = part;
        self.embed(pixels, size)
    }

    /// Embeds inputs with a graph.
    pub(crate) fn forward(&self, part: Part<'_>) -> Tensor<2> {
        let Part::Pictures { pixels, size } = part;
        self.inner.embed(pictures(pixels, size, &self.device))
    }

    /// Gradients of all parameters from the gradient `(n, d)` of the embeddings.
    ///
    /// The surrogate `sum(E * G)`, with `G` held constant, has exactly `G` as its derivative in `E`.
    pub(crate) fn backward(&self, embeddings: Tensor<2>, gradient: &[f32]) -> GradientsParams {
        let shape = embeddings.dims();
        let data = TensorData::new(gradient.to_vec(), shape);
        let constant = Tensor::<2>::from_data(data, &self.device);
        let gradients = (embeddings * constant).sum().backward();
        GradientsParams::from_grads(gradients, &self.inner)
    }
}

/// The numbers of a tensor, row-major, on the host.
pub(crate) fn rows<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let data = tensor.into_data().convert::<f32>();
    data.try_into_vec::<f32>()
        .expect("converted to 32-bit floats")
}

fn pictures(pixels: &[f32], size: usize, device: &Device) -> Tensor<4> {
    let n = pixels.len() / (size * size * 3);
    let data = TensorData::new(pixels.to_vec(), [n, size, size, 3]);
    Tensor::from_data(data, device)
}

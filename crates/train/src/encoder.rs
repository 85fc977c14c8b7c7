//! What embeds: any network of the framework.

use burn::module::{Module, ParamId};
use burn::tensor::{Device, Tensor};

use crate::Error;
use crate::tensor::rows;

/// Inputs embedded at a time where no gradient is wanted.
const CHUNK: usize = 32;

/// A network that maps inputs to rows of numbers: any module of the framework with a forward pass.
///
/// The embedding of an input must not depend on the others it is embedded with, or training in chunks would change the
/// gradient: no live batch normalisation. What is random in a forward pass (dropout) must be a pure function of the
/// [`Pass`] and the input's place.
///
/// ```
/// use burn::module::Module;
/// use burn::nn::{Linear, LinearConfig};
/// use burn::tensor::{Device, Tensor, TensorData};
/// use tercet_train::{Encoder, Error, Pass};
///
/// #[derive(Module, Debug)]
/// struct Projection {
///     layer: Linear,
/// }
///
/// impl Encoder for Projection {
///     type Input = [f32; 2];
///
///     fn embed(&self, inputs: &[[f32; 2]], _: &Pass) -> Result<Tensor<2>, Error> {
///         let numbers = inputs.concat();
///         let data = TensorData::new(numbers, [inputs.len(), 2]);
///         Ok(self.layer.forward(Tensor::from_data(data, &self.device())))
///     }
/// }
///
/// let device = tercet_train::cpu();
/// let encoder = Projection { layer: LinearConfig::new(2, 3).init(&device) };
/// let rows = encoder.encode(&[[1.0, 0.0], [0.0, 1.0]])?;
/// assert_eq!(rows.len(), 2 * 3);
/// # Ok::<(), Error>(())
/// ```
pub trait Encoder: Module {
    /// One thing to embed: the pixels of an image, the tokens of a text, a row of numbers.
    type Input: Send + 'static;

    /// Embeds inputs of one side: `(n, d)`, on the device of the parameters.
    ///
    /// # Errors
    /// Inputs that the network cannot take.
    fn embed(&self, inputs: &[Self::Input], pass: &Pass) -> Result<Tensor<2>, Error>;

    /// Embeds inputs of the first side for use, without graph and without dropout: `(n, d)`, row-major.
    ///
    /// # Errors
    /// As [`embed`](Self::embed).
    fn encode(&self, inputs: &[Self::Input]) -> Result<Vec<f32>, Error> {
        self.encode_side(inputs, 0)
    }

    /// As [`encode`](Self::encode), of any side.
    ///
    /// # Errors
    /// As [`embed`](Self::embed).
    fn encode_side(&self, inputs: &[Self::Input], side: usize) -> Result<Vec<f32>, Error> {
        let (network, pass) = (self.valid(), Pass::without_dropout(side));
        let chunks = inputs.chunks(CHUNK);
        let embedded = chunks.map(|chunk| Ok(rows(network.embed(chunk, &pass)?)));
        Ok(embedded.collect::<Result<Vec<_>, Error>>()?.concat())
    }

    /// Where the parameters are; the CPU if there is none.
    fn device(&self) -> Device {
        let mut devices = self.devices().into_iter();
        devices.next().unwrap_or_else(crate::cpu)
    }

    /// How deep each parameter stands, from 0 for the first layer, and the greatest depth, for learning rates by layer;
    /// empty where the network has none to speak of.
    fn depths(&self) -> (Vec<(ParamId, usize)>, usize) {
        (Vec::new(), 0)
    }
}

/// Which forward pass it is: the key of everything random in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pass {
    /// The run's seed.
    pub seed: u64,
    /// The step, from 0.
    pub step: u64,
    /// The side of the batch: 0 for queries, images or everything; 1 for documents or captions.
    pub side: usize,
    /// The place of the first input in the whole batch, the sides one after another.
    pub first: usize,
    /// Share of the numbers that is dropped; `None`: as the network says.
    pub dropout: Option<f32>,
}

impl Pass {
    /// The pass of inputs as they are used.
    pub fn without_dropout(side: usize) -> Self {
        Self {
            seed: 0,
            step: 0,
            side,
            first: 0,
            dropout: Some(0.0),
        }
    }
}

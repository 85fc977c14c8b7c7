//! The network of one side.

use burn::module::{Module, ParamId};
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;
use tercet_nn::{
    Dropout, Embedder, ParameterPlace, PictureEncoder, PictureNetwork, SentenceEncoder, Tokens,
    VectorNetwork,
};

use crate::inputs::Input;
use crate::tensor::{matrix, rows};
use crate::{Error, Pass};

/// Images embedded at a time where no gradient is wanted.
const CHUNK: usize = 32;

/// A network of images, texts or rows of numbers.
#[derive(Module, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a few per program, and a box is no module"
)]
pub enum SideEncoder {
    /// Of images.
    Images(PictureNetwork),
    /// Of texts.
    Texts(SentenceEncoder),
    /// Of rows of numbers.
    Vectors(VectorNetwork),
}

impl SideEncoder {
    /// Numbers per embedding, `d`.
    pub(crate) fn dim(&self) -> usize {
        match self {
            Self::Images(network) => network.dim(),
            Self::Texts(encoder) => encoder.dim(),
            Self::Vectors(network) => network.dim(),
        }
    }

    /// What it embeds, in words for errors.
    pub(crate) fn reads(&self) -> &'static str {
        match self {
            Self::Images(_) => "images",
            Self::Texts(_) => "texts",
            Self::Vectors(_) => "rows of numbers",
        }
    }

    /// Embeds inputs of one kind: `(n, d)`.
    pub(super) fn forward(
        &self,
        inputs: &[Input],
        pass: &Pass,
        device: &Device,
    ) -> Result<Tensor<2>, Error> {
        if let Some(features) = features(inputs, device) {
            return self.head(features);
        }
        match self {
            Self::Images(network) => Ok(network.embed(self.images(inputs, device)?)),
            Self::Vectors(network) => Ok(network.forward(self.vectors(inputs, device)?)?),
            Self::Texts(encoder) => {
                let texts = self.texts(inputs)?;
                let ids: Vec<&[u32]> = texts.iter().map(|text| text.ids.as_slice()).collect();
                let slots: Vec<u64> = (pass.first as u64..).take(texts.len()).collect();
                let batch = encoder.batch(&ids, &slots)?;
                let dropout = Dropout {
                    seed: pass.seed,
                    step: pass.step,
                    rate: pass.dropout,
                };
                Ok(encoder.forward(&batch, Some(&dropout)))
            }
        }
    }

    /// Embeds inputs of one kind without graph and dropout, on all threads: `(n, d)`.
    pub(super) fn encode(&self, inputs: &[Input], device: &Device) -> Result<Vec<f32>, Error> {
        if let Some(features) = features(inputs, device) {
            return Ok(rows(self.valid().head(features)?));
        }
        match self {
            Self::Texts(encoder) => Ok(encoder.embed_all(&self.texts(inputs)?)?),
            _ => {
                let (network, pass) = (self.valid(), Pass::without_dropout(0));
                let chunks = inputs.par_chunks(CHUNK);
                let embedded = chunks.map(|chunk| Ok(rows(network.forward(chunk, &pass, device)?)));
                Ok(embedded.collect::<Result<Vec<_>, Error>>()?.concat())
            }
        }
    }

    /// From what a frozen encoder gives to embeddings.
    fn head(&self, features: Tensor<2>) -> Result<Tensor<2>, Error> {
        match self {
            Self::Texts(encoder) => Ok(encoder.head(features)),
            Self::Images(PictureNetwork::Encoder(encoder)) => Ok(encoder.head(features)),
            Self::Images(_) | Self::Vectors(_) => Err(self.unfit("features")),
        }
    }

    fn images(&self, inputs: &[Input], device: &Device) -> Result<Tensor<4>, Error> {
        let mut pixels = Vec::new();
        for input in inputs {
            match input {
                Input::Image(numbers) => pixels.extend_from_slice(numbers),
                other => return Err(self.unfit(other.kind())),
            }
        }
        Ok(images(pixels, inputs.len(), device))
    }

    fn vectors(&self, inputs: &[Input], device: &Device) -> Result<Tensor<2>, Error> {
        let mut numbers = Vec::new();
        for input in inputs {
            match input {
                Input::Vector(row) => numbers.extend_from_slice(row),
                other => return Err(self.unfit(other.kind())),
            }
        }
        let width = numbers.len() / inputs.len().max(1);
        Ok(matrix(numbers, width.max(1), device))
    }

    fn texts(&self, inputs: &[Input]) -> Result<Vec<Tokens>, Error> {
        let texts = inputs.iter().map(|input| match input {
            Input::Text(tokens) => Ok(tokens.clone()),
            other => Err(self.unfit(other.kind())),
        });
        texts.collect()
    }

    fn unfit(&self, given: &'static str) -> Error {
        let wanted = self.reads();
        Error::Inputs { wanted, given }
    }

    /// Every parameter's depth, from 0 for the first layer, and the greatest; empty where there is none to speak of.
    pub(super) fn depths(&self) -> (Vec<(ParamId, usize)>, usize) {
        match self {
            Self::Images(PictureNetwork::Encoder(encoder)) => {
                (by_id(encoder.places()), encoder.layers() + 1)
            }
            Self::Texts(encoder) => (by_id(encoder.places()), encoder.layers() + 1),
            Self::Images(_) | Self::Vectors(_) => (Vec::new(), 0),
        }
    }
}

/// A frozen picture encoder, for what it gives before its head.
#[derive(Debug)]
pub(crate) struct FrozenImages {
    encoder: PictureEncoder,
    device: Device,
}

impl FrozenImages {
    pub(crate) fn new(encoder: &PictureEncoder, device: &Device) -> Self {
        Self {
            encoder: encoder.valid(),
            device: device.clone().inner(),
        }
    }

    /// From images of `numbers` numbers each, one after another, to a row of features each.
    ///
    /// # Errors
    /// The encoder does not read images of this size.
    pub(crate) fn features(&self, pixels: &[f32], numbers: usize) -> Result<Vec<Vec<f32>>, Error> {
        let chunks = pixels.par_chunks(CHUNK * numbers);
        let features = chunks.map(|chunk| {
            let chunk = images(chunk.to_vec(), chunk.len() / numbers, &self.device);
            Ok(rows(self.encoder.features(chunk)?))
        });
        let features = features.collect::<Result<Vec<_>, Error>>()?.concat();
        let each = features.chunks(self.encoder.width());
        Ok(each.map(<[f32]>::to_vec).collect())
    }
}

/// Features of a frozen encoder as a matrix, if inputs are those.
fn features(inputs: &[Input], device: &Device) -> Option<Tensor<2>> {
    let mut numbers = Vec::new();
    let mut width = 0;
    for input in inputs {
        let Input::Features(row) = input else {
            return None;
        };
        width = row.len();
        numbers.extend_from_slice(row);
    }
    (width > 0).then(|| matrix(numbers, width, device))
}

/// Square images of three colours, `(n, size, size, 3)`.
fn images(pixels: Vec<f32>, n: usize, device: &Device) -> Tensor<4> {
    let size = (pixels.len() / n.max(1) / 3).isqrt();
    Tensor::from_data(TensorData::new(pixels, [n, size, size, 3]), device)
}

fn by_id(places: Vec<ParameterPlace>) -> Vec<(ParamId, usize)> {
    let places = places.into_iter();
    places.map(|place| (place.id, place.depth)).collect()
}

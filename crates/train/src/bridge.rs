//! Between plain rows of numbers and the framework's tensors.

use std::path::Path;

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;
use tercet_nn::{
    Dropout, Embedder, PictureEncoder, PictureNetwork, Place as NetworkPlace, SentenceEncoder,
    Tokens, Weight,
};

use crate::lesson::{Part, Side};
use crate::run::Device as Place;
use crate::{Error, Layout};

/// Pictures embedded at a time where no gradient is wanted.
const CHUNK: usize = 32;

/// A network on a device, with its parameters ready for gradients.
#[derive(Debug, Clone)]
pub struct Network {
    pub(crate) inner: Inner,
    device: Device,
}

/// A network of any kind.
#[derive(Module, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a few per program, and a box is no module"
)]
pub(crate) enum Inner {
    Pictures(PictureNetwork),
    Sentence(SentenceEncoder),
    Towers(Towers),
}

/// Two networks with one space.
#[derive(Module, Debug)]
pub(crate) struct Towers {
    picture: PictureNetwork,
    text: SentenceEncoder,
}

/// A device whose tensors can have gradients.
pub(crate) fn device(place: Place) -> Device {
    match place {
        Place::Cpu => Device::flex().autodiff(),
    }
}

impl Network {
    /// The network of pictures of a layout: with initial weights, a pure function of (seed, parameter name), or with
    /// those it has.
    ///
    /// # Errors
    /// Sizes that make no sense.
    pub fn new(layout: &Layout, seed: u64, place: Place) -> Result<Self, Error> {
        let network = match layout {
            Layout::Convnet(sizes) => PictureNetwork::Convnet(sizes.init(seed, &device(place))?),
            Layout::Encoder(model) => PictureNetwork::Encoder(model.encoder.clone()),
        };
        Ok(Self::of_pictures(network, place))
    }

    /// A network of pictures with the weights it has.
    pub(crate) fn of_pictures(network: PictureNetwork, place: Place) -> Self {
        Self {
            inner: Inner::Pictures(network),
            device: device(place),
        }
    }

    /// A text encoder with the weights it has.
    pub(crate) fn of_texts(encoder: SentenceEncoder, place: Place) -> Self {
        Self {
            inner: Inner::Sentence(encoder),
            device: device(place),
        }
    }

    /// A network of pictures and a text encoder, with the weights they have.
    pub(crate) fn of_both(picture: PictureNetwork, text: SentenceEncoder, place: Place) -> Self {
        Self {
            inner: Inner::Towers(Towers { picture, text }),
            device: device(place),
        }
    }

    /// The text encoder, if there is one.
    pub(crate) fn encoder(&self) -> Result<&SentenceEncoder, Error> {
        match &self.inner {
            Inner::Sentence(encoder) => Ok(encoder),
            Inner::Towers(towers) => Ok(&towers.text),
            Inner::Pictures(_) => Err(Error::Inputs { wanted: "pictures" }),
        }
    }

    /// The network of pictures, if there is one.
    pub(crate) fn pictures(&self) -> Result<&PictureNetwork, Error> {
        match &self.inner {
            Inner::Pictures(network) => Ok(network),
            Inner::Towers(towers) => Ok(&towers.picture),
            Inner::Sentence(_) => Err(Error::Inputs { wanted: "texts" }),
        }
    }

    /// The parameters by name.
    pub fn weights(&self) -> Vec<Weight> {
        tercet_nn::weights(&self.inner)
    }

    /// The same network with its parameters read from a safetensors file.
    ///
    /// # Errors
    /// Those of [`tercet_nn::load`].
    pub fn load(self, path: &Path) -> Result<Self, Error> {
        Ok(Self {
            inner: tercet_nn::load(self.inner, path)?,
            device: self.device,
        })
    }

    /// Numbers per embedding, `d`.
    pub fn dim(&self) -> usize {
        match &self.inner {
            Inner::Pictures(network) => network.dim(),
            Inner::Sentence(encoder) => encoder.dim(),
            Inner::Towers(towers) => towers.picture.dim(),
        }
    }

    /// Embeds pictures `(n, size, size, 3)` without a graph: `(n, d)`, row-major.
    ///
    /// A picture's embedding does not depend on the others.
    ///
    /// # Errors
    /// [`Error::Inputs`] if it embeds texts.
    pub fn embed(&self, pixels: &[f32], size: usize) -> Result<Vec<f32>, Error> {
        let network = self.pictures()?.valid();
        let device = self.device.clone().inner();
        let chunks = pixels.par_chunks(CHUNK * size * size * 3);
        let embedded = chunks.map(|chunk| rows(network.embed(pictures(chunk, size, &device))));
        Ok(embedded.collect::<Vec<_>>().concat())
    }

    /// Embeds texts without a graph: `(n, d)`, row-major.
    ///
    /// # Errors
    /// [`Error::Inputs`] if it embeds pictures; a text of more tokens than there are positions.
    pub fn embed_texts(&self, texts: &[Tokens]) -> Result<Vec<f32>, Error> {
        Ok(self.encoder()?.embed_all(texts)?)
    }

    /// From what a frozen encoder gives, `(n, width)`, to embeddings: `(n, d)`, without a graph.
    pub(crate) fn head(&self, of: Side, features: &[f32], width: usize) -> Result<Vec<f32>, Error> {
        let part = Part::Features {
            of,
            features,
            width,
        };
        let (seed, step, rate) = (0, 0, Some(0.0));
        self.look(part, &Dropout { seed, step, rate })
    }

    /// Embeds some inputs of a step without a graph, as [`forward`](Self::forward) does with one.
    pub(crate) fn look(&self, part: Part<'_>, dropout: &Dropout) -> Result<Vec<f32>, Error> {
        let without = Self {
            inner: self.inner.valid(),
            device: self.device.clone().inner(),
        };
        Ok(rows(without.forward(part, dropout)?))
    }

    /// Embeds some inputs of a step with a graph.
    pub(crate) fn forward(&self, part: Part<'_>, dropout: &Dropout) -> Result<Tensor<2>, Error> {
        match part {
            Part::Pictures { pixels, size } => {
                let pictures = pictures(pixels, size, &self.device);
                Ok(self.pictures()?.embed(pictures))
            }
            Part::Texts { texts, first } => {
                let encoder = self.encoder()?;
                let ids: Vec<&[u32]> = texts.iter().map(|text| text.ids.as_slice()).collect();
                let slots: Vec<u64> = (first as u64..).take(texts.len()).collect();
                let batch = encoder.batch(&ids, &slots)?;
                Ok(encoder.forward(&batch, Some(dropout)))
            }
            Part::Features {
                of,
                features,
                width,
            } => {
                let n = features.len() / width;
                let data = TensorData::new(features.to_vec(), [n, width]);
                let features = Tensor::from_data(data, &self.device);
                match (of, self.pictures()) {
                    (Side::Texts, _) => Ok(self.encoder()?.head(features)),
                    (Side::Pictures, Ok(PictureNetwork::Encoder(encoder))) => {
                        Ok(encoder.head(features))
                    }
                    (Side::Pictures, _) => Err(Error::Inputs { wanted: "texts" }),
                }
            }
        }
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

    /// Every parameter's depth, from 0 for the first layer, and the greatest; empty where the network has none to
    /// speak of.
    pub(crate) fn depths(&self) -> (Vec<(ParamId, usize)>, usize) {
        match &self.inner {
            Inner::Pictures(PictureNetwork::Encoder(encoder)) => {
                (by_id(encoder.places()), encoder.layers() + 1)
            }
            Inner::Sentence(encoder) => (by_id(encoder.places()), encoder.layers() + 1),
            Inner::Pictures(_) | Inner::Towers(_) => (Vec::new(), 0),
        }
    }

    /// The parameters of one dimension.
    pub(crate) fn vectors(&self) -> Vec<ParamId> {
        struct Vectors(Vec<ParamId>);
        impl ModuleVisitor for Vectors {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                if D == 1 {
                    self.0.push(param.id);
                }
            }
        }
        let mut vectors = Vectors(Vec::new());
        self.inner.visit(&mut vectors);
        vectors.0
    }
}

/// A frozen picture encoder, for what it gives before its head.
pub(crate) struct Features {
    encoder: PictureEncoder,
    device: Device,
}

impl Features {
    pub(crate) fn new(encoder: &PictureEncoder, place: Place) -> Self {
        Self {
            encoder: encoder.valid(),
            device: device(place).inner(),
        }
    }

    /// Numbers per picture.
    pub(crate) fn width(&self) -> usize {
        self.encoder.width()
    }

    /// From pictures `(n, size, size, 3)` to `(n, width)`.
    ///
    /// # Errors
    /// The encoder does not read pictures of this size.
    pub(crate) fn of(&self, pixels: &[f32], size: usize) -> Result<Vec<f32>, Error> {
        let chunks = pixels.par_chunks(CHUNK * size * size * 3);
        let features = chunks.map(|chunk| {
            let features = self.encoder.features(pictures(chunk, size, &self.device))?;
            Ok(rows(features))
        });
        Ok(features.collect::<Result<Vec<_>, Error>>()?.concat())
    }
}

fn by_id(places: Vec<NetworkPlace>) -> Vec<(ParamId, usize)> {
    let places = places.into_iter();
    places.map(|place| (place.id, place.depth)).collect()
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

//! A small convolutional network for pictures of 32 to 64 pixels.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::embedder::Embedder;
use crate::error::Error;
use crate::fused;
use crate::initial::{Initial, Spread};
use crate::normalize::normalized;
use crate::shape::Geometry;

/// Sizes of a [`ConvNet`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConvNetConfig {
    /// Filters of each stage; default `[48, 48, 96, 96, 192, 192]`.
    pub widths: Vec<usize>,
    /// Stride of each stage, as many as `widths`; default `[2, 1, 2, 1, 2, 1]`.
    pub strides: Vec<usize>,
    /// Height and width of every kernel, odd; default 3.
    pub kernel: usize,
    /// Groups of the group normalisation, a divisor of every width; default 8.
    pub groups: usize,
    /// Numbers per embedding; default 128.
    pub dim: usize,
    /// Whether embeddings have Euclidean norm 1; default true.
    pub normalize: bool,
}

impl Default for ConvNetConfig {
    fn default() -> Self {
        Self {
            widths: vec![48, 48, 96, 96, 192, 192],
            strides: vec![2, 1, 2, 1, 2, 1],
            kernel: 3,
            groups: 8,
            dim: 128,
            normalize: true,
        }
    }
}

impl ConvNetConfig {
    /// A network with initial weights that are a pure function of (seed, parameter name).
    ///
    /// # Errors
    /// Widths and strides of different length or empty, a zero, an even kernel, a width that the
    /// groups do not divide.
    pub fn init(&self, seed: u64, device: &Device) -> Result<ConvNet, Error> {
        self.check()?;
        let initial = Initial { seed, device };
        let channels = std::iter::once(3).chain(self.widths.iter().copied());
        let stages = channels
            .zip(self.widths.iter().zip(&self.strides))
            .enumerate()
            .map(|(index, (channels, (&filters, &stride)))| {
                self.stage(&initial, index, [channels, filters, stride])
            })
            .collect();
        let last = self.widths[self.widths.len() - 1];
        Ok(ConvNet {
            stages,
            head: Head {
                weight: initial.centred("head.weight", [last, self.dim], Spread::Linear),
                bias: initial.constant("head.bias", [self.dim], 0.0),
            },
            normalize: self.normalize,
            dim: self.dim,
        })
    }

    fn stage(&self, initial: &Initial<'_>, index: usize, sizes: [usize; 3]) -> Stage {
        let [channels, filters, stride] = sizes;
        let patch = self.kernel * self.kernel * channels;
        let name = |part: &str| format!("stages.{index}.{part}");
        let (weight, size) = (name("weight"), [patch, filters]);
        Stage {
            // Early stages need the mean, which is the brightness; in the late ones it only hides what
            // tells pictures apart.
            weight: if index < self.widths.len() / 2 {
                initial.plain(&weight, size, Spread::Rectified)
            } else {
                initial.centred(&weight, size, Spread::Rectified)
            },
            scale: initial.constant(&name("scale"), [filters], 1.0),
            shift: initial.constant(&name("shift"), [filters], 0.0),
            kernel: self.kernel,
            stride,
            groups: self.groups,
        }
    }

    fn check(&self) -> Result<(), Error> {
        let wrong = |key, wanted: &str, given: String| {
            Err(Error::Config {
                key,
                wanted: wanted.into(),
                given,
            })
        };
        if self.widths.is_empty() || self.widths.contains(&0) {
            return wrong(
                "widths",
                "one positive number or more",
                format!("{:?}", self.widths),
            );
        }
        if self.strides.len() != self.widths.len() || self.strides.contains(&0) {
            let wanted = format!("{} positive numbers, one per width", self.widths.len());
            return wrong("strides", &wanted, format!("{:?}", self.strides));
        }
        if self.kernel.is_multiple_of(2) {
            return wrong("kernel", "an odd number", self.kernel.to_string());
        }
        if self.groups == 0
            || self
                .widths
                .iter()
                .any(|width| !width.is_multiple_of(self.groups))
        {
            let wanted = format!("a divisor of every width {:?}", self.widths);
            return wrong("groups", &wanted, self.groups.to_string());
        }
        if self.dim == 0 {
            return wrong("dim", "a positive number", "0".into());
        }
        Ok(())
    }
}

/// Stages of convolution, group normalisation and rectifier; the mean over pixels; a linear map to
/// `dim`; Euclidean norm 1 if asked for.
///
/// Every image goes through alone, so chunks of a batch give the same embeddings as the batch.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use tercet_nn::{ConvNetConfig, Embedder, PictureNetwork, load, to_bytes, weights};
///
/// let config = ConvNetConfig { dim: 8, ..ConvNetConfig::default() };
/// let network = config.init(1, &Device::flex())?;
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("model.safetensors");
/// std::fs::write(&path, to_bytes(&weights(&network)).unwrap())?;
/// let again = load(config.init(2, &Device::flex())?, &path)?;
/// assert_eq!(weights(&again), weights(&network));
/// let network = PictureNetwork::Convnet(again);
/// let pictures = Tensor::ones([2, 32, 32, 3], &Device::flex());
/// assert_eq!(network.embed(pictures).dims(), [2, 8]);
/// # Ok::<(), tercet_nn::Error>(())
/// ```
#[derive(Module, Debug)]
pub struct ConvNet {
    stages: Vec<Stage>,
    head: Head,
    #[module(skip)]
    normalize: bool,
    #[module(skip)]
    dim: usize,
}

#[derive(Module, Debug)]
struct Stage {
    /// `(kernel * kernel * channels, filters)`.
    weight: Param<Tensor<2>>,
    /// `(filters)`.
    scale: Param<Tensor<1>>,
    /// `(filters)`.
    shift: Param<Tensor<1>>,
    #[module(skip)]
    kernel: usize,
    #[module(skip)]
    stride: usize,
    #[module(skip)]
    groups: usize,
}

impl Stage {
    /// `(n, h, w, channels)` to `(n, h', w', filters)`.
    fn forward(&self, images: Tensor<4>) -> Tensor<4> {
        let geometry = Geometry {
            kernel: self.kernel,
            stride: self.stride,
            groups: self.groups,
        };
        fused::stage(
            images,
            self.weight.val(),
            self.scale.val(),
            self.shift.val(),
            geometry,
        )
    }
}

#[derive(Module, Debug)]
struct Head {
    /// `(features, dim)`.
    weight: Param<Tensor<2>>,
    /// `(dim)`.
    bias: Param<Tensor<1>>,
}

impl Head {
    fn forward(&self, features: Tensor<2>) -> Tensor<2> {
        features.matmul(self.weight.val()) + self.bias.val().unsqueeze()
    }
}

impl Embedder for ConvNet {
    type Input = Tensor<4>;

    fn embed(&self, images: Tensor<4>) -> Tensor<2> {
        let images = self
            .stages
            .iter()
            .fold(images, |images, stage| stage.forward(images));
        let [n, height, width, channels] = images.dims();
        let features = images.reshape([n, height * width, channels]).mean_dim(1);
        let rows = self.head.forward(features.reshape([n, channels]));
        if self.normalize {
            normalized(rows)
        } else {
            rows
        }
    }

    fn dim(&self) -> usize {
        self.dim
    }
}

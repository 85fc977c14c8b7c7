//! A small network of rows of numbers: a linear map or a perceptron with hidden layers, for frozen
//! embeddings of any other program.

use std::path::Path;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::activation::Activation;
use crate::embedder::Embedder;
use crate::error::Error;
use crate::json;
use crate::layers::{Linear, Names};
use crate::normalize::normalized;
use crate::tensors::Tensors;
use crate::weights::{replace_by, to_bytes, weights};

/// `model_type` of its `config.json`.
const KIND: &str = "tercet-mlp";

/// Sizes of a [`VectorNetwork`].
///
/// Without hidden widths it is a linear map. An `input` of 0, the default, is for whoever fills it in from
/// the data; no network can be made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VectorNetworkConfig {
    /// Numbers per row that goes in.
    pub input: usize,
    /// Numbers per row between the maps; default none.
    pub hidden: Vec<usize>,
    /// Numbers per embedding; default 128.
    pub dim: usize,
    /// What stands after every map but the last; default [`VectorActivation::Gelu`].
    pub activation: VectorActivation,
    /// Whether embeddings have Euclidean norm 1; default true.
    pub normalize: bool,
}

/// What stands between the maps of a [`VectorNetwork`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VectorActivation {
    /// `x Phi(x)`, with the normal distribution function (Hendrycks and Gimpel 2016, arXiv:1606.08415).
    #[default]
    Gelu,
    /// `max(x, 0)`.
    Relu,
}

impl Default for VectorNetworkConfig {
    fn default() -> Self {
        Self {
            input: 0,
            hidden: Vec::new(),
            dim: 128,
            activation: VectorActivation::Gelu,
            normalize: true,
        }
    }
}

impl VectorNetworkConfig {
    /// A network with initial weights that are a pure function of (seed, parameter name): of variance
    /// `2 / inputs` before an activation (He et al. 2015, arXiv:1502.01852) and `1 / inputs` in the last map,
    /// whose outputs do not see what all inputs have in common; biases 0.
    ///
    /// # Errors
    /// A size is 0.
    pub fn init(&self, seed: u64, device: &Device) -> Result<VectorNetwork, Error> {
        self.check()?;
        Ok(self.build(Some(seed), device))
    }

    /// All parameters 0, or initial weights.
    fn build(&self, seed: Option<u64>, device: &Device) -> VectorNetwork {
        let widths = [&[self.input][..], &self.hidden, &[self.dim]].concat();
        let last = self.hidden.len();
        let layer = |(place, ends): (usize, &[usize])| {
            let names = Names::new(&format!("mlp.{}", 2 * place), device);
            let size = [ends[1], ends[0]];
            match seed {
                None => names.linear(size, true),
                Some(seed) if place == last => names.seeded(seed).head(size),
                Some(seed) => names.seeded(seed).rectified(size),
            }
        };
        VectorNetwork {
            layers: widths.windows(2).enumerate().map(layer).collect(),
            config: self.clone(),
        }
    }

    fn check(&self) -> Result<(), Error> {
        let sizes = [("input", self.input), ("dim", self.dim)].into_iter();
        let hidden = self.hidden.iter().map(|&width| ("hidden", width));
        match sizes.chain(hidden).find(|(_, size)| *size == 0) {
            None => Ok(()),
            Some((key, _)) => Err(Error::Config {
                key,
                wanted: "a positive number".into(),
                given: "0".into(),
            }),
        }
    }
}

/// Linear maps with an activation between: `y = W_k a(.. a(W_1 x + b_1) ..) + b_k`, then Euclidean norm 1 if
/// asked for.
///
/// Rows `(n, input)` to `(n, dim)`, each by itself.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use tercet_nn::{Embedder, VectorNetworkConfig};
///
/// let config = VectorNetworkConfig { input: 3, hidden: vec![8], dim: 2, ..Default::default() };
/// let network = config.init(1, &Device::flex())?;
/// let rows = network.embed(Tensor::from_data([[0.5, 1.0, -1.0]], &Device::flex()));
/// let [x, y]: [f32; 2] = rows.into_data().try_into_vec().unwrap().try_into().unwrap();
/// assert!((x * x + y * y - 1.0).abs() < 1e-6);
/// # Ok::<(), tercet_nn::Error>(())
/// ```
#[derive(Module, Debug)]
pub struct VectorNetwork {
    layers: Vec<Linear>,
    #[module(skip)]
    config: VectorNetworkConfig,
}

impl VectorNetwork {
    /// A network from a folder that [`Self::files`] wrote: `config.json`, whose `model_type` is `tercet-mlp`
    /// and whose other keys are those of [`VectorNetworkConfig`], and `model.safetensors`.
    ///
    /// # Errors
    /// A file is missing or broken, is of another kind of model, has a size of 0, or lacks a parameter in its
    /// size.
    pub fn open(folder: impl AsRef<Path>, device: &Device) -> Result<Self, Error> {
        let path = folder.as_ref().join("config.json");
        let mut value: Value = json::read(&path)?;
        let kind = value
            .as_object_mut()
            .and_then(|keys| keys.remove("model_type"));
        let kind = kind.unwrap_or_default();
        if kind != KIND {
            let given = kind.as_str().unwrap_or("none");
            return Err(Error::model(&path, "model_type", KIND, given));
        }
        let config: VectorNetworkConfig =
            serde_json::from_value(value).map_err(|source| Error::Json { path, source })?;
        config.check()?;
        let tensors = Tensors::read(&folder.as_ref().join("model.safetensors"))?;
        replace_by(config.build(None, device), &tensors, &in_files)
    }

    /// The complete folder: every file's path and its bytes. Equal networks are equal bytes.
    ///
    /// Parameters bear the names of PyTorch's `Sequential(Linear, GELU, Linear, ..)`: `0.weight`, `0.bias`,
    /// `2.weight`, ...
    ///
    /// # Errors
    /// The format of weights refuses them, which cannot come to pass.
    pub fn files(&self) -> Result<Vec<(String, Vec<u8>)>, safetensors::SafeTensorError> {
        let mut all = weights(self);
        for weight in &mut all {
            weight.name = in_files(&weight.name);
        }
        let mut config = json!(self.config);
        config["model_type"] = KIND.into();
        Ok(vec![
            ("config.json".into(), json::pretty(&config)),
            ("model.safetensors".into(), to_bytes(&all)?),
        ])
    }

    /// Its sizes.
    pub fn config(&self) -> &VectorNetworkConfig {
        &self.config
    }

    /// The embeddings of rows: `(n, input)` to `(n, dim)`.
    ///
    /// # Errors
    /// Rows have another number of numbers than the network reads.
    pub fn forward(&self, rows: Tensor<2>) -> Result<Tensor<2>, Error> {
        let [n, width] = rows.dims();
        if width != self.config.input {
            return Err(Error::Vectors {
                wanted: self.config.input,
                given: [n, width],
            });
        }
        let activation = match self.config.activation {
            VectorActivation::Gelu => Activation::Gelu,
            VectorActivation::Relu => Activation::Relu,
        };
        let mut layers = self.layers.iter();
        let first = layers.next().expect("a network has a last map at least");
        let rows = layers.fold(first.forward(rows), |x, layer| {
            layer.forward(activation.of(x))
        });
        Ok(if self.config.normalize {
            normalized(rows)
        } else {
            rows
        })
    }
}

/// How PyTorch's `Sequential`, which counts activations too, spells a parameter's name.
fn in_files(name: &str) -> String {
    let place = name.strip_prefix("layers.").and_then(|rest| {
        let (place, part) = rest.split_once('.')?;
        Some((place.parse::<usize>().ok()?, part))
    });
    let (place, part) = place.expect("all parameters are those of layers");
    format!("{}.{part}", 2 * place)
}

impl Embedder for VectorNetwork {
    type Input = Tensor<2>;

    /// # Panics
    /// Where [`VectorNetwork::forward`] refuses the rows.
    fn embed(&self, rows: Tensor<2>) -> Tensor<2> {
        match self.forward(rows) {
            Ok(rows) => rows,
            Err(error) => panic!("{error}"),
        }
    }

    fn dim(&self) -> usize {
        self.config.dim
    }
}

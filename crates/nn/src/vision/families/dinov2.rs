//! DINOv2 (Oquab et al. 2023, arXiv:2304.07193), as Hugging Face's `Dinov2Model`.

use burn::module::Module;
use burn::tensor::Tensor;

use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::layers::{Linear, Names, Norm};
use crate::tensors::Tensors;
use crate::vision::block::{Block, Feed, Scale, heads};
use crate::vision::family::{Family, IMAGENET, Sizes, Spelling};
use crate::vision::parts::{Attention, Embeddings, Mlp};
use crate::vision::patches::first;
use crate::vision::vit_config::{Variant, VitConfig};

/// The transformer. A picture's embedding is `layernorm(x_1)` of its token.
#[derive(Module, Debug)]
pub(crate) struct Dinov2 {
    embeddings: Embeddings,
    encoder: Encoder,
    layernorm: Norm,
    #[module(skip)]
    config: VitConfig,
}

#[derive(Module, Debug)]
struct Encoder {
    layer: Vec<Layer>,
}

#[derive(Module, Debug)]
struct Layer {
    norm1: Norm,
    attention: Attention,
    layer_scale1: Scale,
    norm2: Norm,
    mlp: FeedForward,
    layer_scale2: Scale,
}

#[derive(Module, Debug)]
enum FeedForward {
    Plain(Mlp),
    Gated(Gated),
}

#[derive(Module, Debug)]
struct Gated {
    weights_in: Linear,
    weights_out: Linear,
}

impl Family for Dinov2 {
    type Config = VitConfig;

    fn read(_: &str, file: &ConfigFile<'_>) -> Result<VitConfig, Error> {
        VitConfig::read(Variant::Dinov2, file)
    }

    fn fit(config: VitConfig, tensors: &Tensors) -> (VitConfig, Spelling) {
        config.fit(tensors, ("", ["", "dinov2."]), "embeddings.cls_token", "")
    }

    fn sizes(config: &VitConfig) -> Sizes {
        config.sizes()
    }

    fn levels(_: &VitConfig) -> [[f32; 3]; 2] {
        IMAGENET
    }

    fn depth(config: &VitConfig, name: &str) -> usize {
        config.depth(name)
    }

    fn new(config: &VitConfig, names: &Names<'_>) -> Self {
        let layer = |index| Layer::new(config, &names.at(&format!("encoder.layer.{index}")));
        Self {
            embeddings: Embeddings::new(config, &names.at("embeddings")),
            encoder: Encoder {
                layer: (0..config.layers).map(layer).collect(),
            },
            layernorm: names
                .at("layernorm")
                .norm(config.hidden, config.epsilon, true),
            config: *config,
        }
    }

    /// `(n, height, width, 3)` to `(n, hidden)`.
    fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let n = pictures.dims()[0];
        let x = self.embeddings.forward(pictures);
        let heads = heads(self.config.heads, n, x.dims()[0] / n);
        let layers = self.encoder.layer.iter();
        let x = layers.fold(x, |x, layer| layer.block(&self.config).forward(x, &heads));
        self.layernorm.forward(first(x, n))
    }
}

impl Layer {
    fn new(config: &VitConfig, names: &Names<'_>) -> Self {
        let norm = |part: &str| names.at(part).norm(config.hidden, config.epsilon, true);
        let scale = |part: &str| Scale {
            lambda1: names.at(part).zeros("lambda1", [config.hidden]),
        };
        Self {
            norm1: norm("norm1"),
            attention: Attention::new(config, &names.at("attention")),
            layer_scale1: scale("layer_scale1"),
            norm2: norm("norm2"),
            mlp: FeedForward::new(config, &names.at("mlp")),
            layer_scale2: scale("layer_scale2"),
        }
    }

    fn block(&self, config: &VitConfig) -> Block<'_> {
        Block {
            before: &self.norm1,
            query: &self.attention.attention.query,
            key: &self.attention.attention.key,
            value: &self.attention.attention.value,
            out: &self.attention.output.dense,
            attended: Some(&self.layer_scale1),
            after: &self.norm2,
            feed: self.mlp.feed(config),
            fed: Some(&self.layer_scale2),
        }
    }
}

impl FeedForward {
    fn new(config: &VitConfig, names: &Names<'_>) -> Self {
        if !config.gated {
            return Self::Plain(Mlp::new(config, names));
        }
        let (hidden, inner) = (config.hidden, config.inner);
        let map = |part: &str, size| names.at(part).linear(size, true);
        Self::Gated(Gated {
            weights_in: map("weights_in", [2 * inner, hidden]),
            weights_out: map("weights_out", [hidden, inner]),
        })
    }

    fn feed(&self, config: &VitConfig) -> Feed<'_> {
        match self {
            Self::Plain(mlp) => Feed::Plain {
                up: &mlp.fc1,
                down: &mlp.fc2,
                activation: config.activation,
            },
            Self::Gated(gated) => Feed::Gated {
                both: &gated.weights_in,
                down: &gated.weights_out,
            },
        }
    }
}

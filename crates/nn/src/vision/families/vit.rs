//! ViT (Dosovitskiy et al. 2020, arXiv:2010.11929), as Hugging Face's `ViTModel`.

use burn::module::Module;
use burn::tensor::{Tensor, activation};

use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::layers::{Linear, Names, Norm};
use crate::tensors::Tensors;
use crate::vision::block::{Block, Feed, heads};
use crate::vision::family::{Family, Sizes, Spelling};
use crate::vision::parts::{Attention, Embeddings, Output};
use crate::vision::patches::first;
use crate::vision::vit_config::{Variant, VitConfig};

/// The transformer. A picture's embedding is what the pooler makes of its token,
/// `tanh(W layernorm(x_1) + b)`, or `layernorm(x_1)` where the file has no pooler.
#[derive(Module, Debug)]
pub(crate) struct Vit {
    embeddings: Embeddings,
    encoder: Encoder,
    layernorm: Norm,
    pooler: Option<Output>,
    #[module(skip)]
    config: VitConfig,
}

#[derive(Module, Debug)]
struct Encoder {
    layer: Vec<Layer>,
}

#[derive(Module, Debug)]
struct Layer {
    attention: Attention,
    intermediate: Output,
    output: Output,
    layernorm_before: Norm,
    layernorm_after: Norm,
}

impl Family for Vit {
    type Config = VitConfig;

    fn read(_: &str, file: &ConfigFile<'_>) -> Result<VitConfig, Error> {
        VitConfig::read(Variant::Vit, file)
    }

    fn fit(config: VitConfig, tensors: &Tensors) -> (VitConfig, Spelling) {
        let first = "embeddings.cls_token";
        config.fit(tensors, ("", ["", "vit."]), first, "pooler.dense.weight")
    }

    fn sizes(config: &VitConfig) -> Sizes {
        config.sizes()
    }

    fn levels(_: &VitConfig) -> [[f32; 3]; 2] {
        [[0.5; 3]; 2]
    }

    fn depth(config: &VitConfig, name: &str) -> usize {
        config.depth(name)
    }

    fn new(config: &VitConfig, names: &Names<'_>) -> Self {
        let layer = |index| Layer::new(config, &names.at(&format!("encoder.layer.{index}")));
        let pooler = |pooled| {
            names
                .at("pooler.dense")
                .linear([pooled, config.hidden], true)
        };
        Self {
            embeddings: Embeddings::new(config, &names.at("embeddings")),
            encoder: Encoder {
                layer: (0..config.layers).map(layer).collect(),
            },
            layernorm: names
                .at("layernorm")
                .norm(config.hidden, config.epsilon, true),
            pooler: config.pooled.map(pooler).map(|dense| Output { dense }),
            config: *config,
        }
    }

    fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let n = pictures.dims()[0];
        let x = self.embeddings.forward(pictures);
        let heads = heads(self.config.heads, n, x.dims()[0] / n);
        let layers = self.encoder.layer.iter();
        let x = layers.fold(x, |x, layer| layer.block(&self.config).forward(x, &heads));
        let rows = self.layernorm.forward(first(x, n));
        match &self.pooler {
            Some(Output { dense }) => activation::tanh(dense.forward(rows)),
            None => rows,
        }
    }
}

impl Layer {
    fn new(config: &VitConfig, names: &Names<'_>) -> Self {
        let (hidden, inner) = (config.hidden, config.inner);
        let norm = |part: &str| names.at(part).norm(hidden, config.epsilon, true);
        let dense = |part: &str, size| -> Linear { names.at(part).at("dense").linear(size, true) };
        Self {
            attention: Attention::new(config, &names.at("attention")),
            intermediate: Output {
                dense: dense("intermediate", [inner, hidden]),
            },
            output: Output {
                dense: dense("output", [hidden, inner]),
            },
            layernorm_before: norm("layernorm_before"),
            layernorm_after: norm("layernorm_after"),
        }
    }

    fn block(&self, config: &VitConfig) -> Block<'_> {
        Block {
            before: &self.layernorm_before,
            query: &self.attention.attention.query,
            key: &self.attention.attention.key,
            value: &self.attention.attention.value,
            out: &self.attention.output.dense,
            attended: None,
            after: &self.layernorm_after,
            feed: Feed::Plain {
                up: &self.intermediate.dense,
                down: &self.output.dense,
                activation: config.activation,
            },
            fed: None,
        }
    }
}

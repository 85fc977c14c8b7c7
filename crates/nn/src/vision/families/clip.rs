//! The picture towers of CLIP (Radford et al. 2021, arXiv:2103.00020) and SigLIP (Zhai et al. 2023,
//! arXiv:2303.15343), as Hugging Face's `CLIPVisionModelWithProjection` and `SiglipVisionModel`.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::layers::{Linear, Names, Norm, Table};
use crate::tensors::Tensors;
use crate::vision::block::{Block, Feed, heads};
use crate::vision::family::{Family, Sizes, Spelling};
use crate::vision::parts::Mlp;
use crate::vision::patches::{Patches, first, sequences};
use crate::vision::probe::Probe;
use crate::vision::vit_config::{Variant, VitConfig};

/// The tower. A picture's embedding is `W post_layernorm(x_1)` of CLIP's token, without `W` where the file
/// has none, or what SigLIP's probe gathers from all rows.
#[derive(Module, Debug)]
pub(crate) struct ClipVision {
    vision_model: Model,
    visual_projection: Option<Linear>,
    #[module(skip)]
    config: VitConfig,
}

#[derive(Module, Debug)]
struct Model {
    embeddings: Embeddings,
    /// Spelt so in the files.
    pre_layrnorm: Option<Norm>,
    encoder: Encoder,
    post_layernorm: Norm,
    head: Option<Probe>,
}

#[derive(Module, Debug)]
struct Embeddings {
    /// `(hidden)`.
    class_embedding: Option<Param<Tensor<1>>>,
    patch_embedding: Patches,
    position_embedding: Table,
}

#[derive(Module, Debug)]
struct Encoder {
    layers: Vec<Layer>,
}

#[derive(Module, Debug)]
struct Layer {
    layer_norm1: Norm,
    self_attn: Attention,
    layer_norm2: Norm,
    mlp: Mlp,
}

#[derive(Module, Debug)]
struct Attention {
    q_proj: Linear,
    k_proj: Linear,
    v_proj: Linear,
    out_proj: Linear,
}

impl Family for ClipVision {
    type Config = VitConfig;

    fn read(kind: &str, file: &ConfigFile<'_>) -> Result<VitConfig, Error> {
        let siglip = kind.starts_with("siglip");
        VitConfig::read(
            if siglip {
                Variant::Siglip
            } else {
                Variant::Clip
            },
            file,
        )
    }

    fn fit(config: VitConfig, tensors: &Tensors) -> (VitConfig, Spelling) {
        let prefixes = ("vision_model.", ["vision_model.", ""]);
        let first = "embeddings.position_embedding.weight";
        config.fit(tensors, prefixes, first, "visual_projection.weight")
    }

    fn sizes(config: &VitConfig) -> Sizes {
        config.sizes()
    }

    fn levels(config: &VitConfig) -> [[f32; 3]; 2] {
        match config.variant {
            Variant::Siglip => [[0.5; 3]; 2],
            _ => [
                [0.481_454_66, 0.457_827_5, 0.408_210_73],
                [0.268_629_54, 0.261_302_6, 0.275_777_1],
            ],
        }
    }

    fn depth(config: &VitConfig, name: &str) -> usize {
        config.depth(name)
    }

    fn new(config: &VitConfig, names: &Names<'_>) -> Self {
        let projection = |dim| {
            let names = names.at("visual_projection");
            names.linear([dim, config.hidden], false)
        };
        Self {
            vision_model: Model::new(config, &names.at("vision_model")),
            visual_projection: config.pooled.map(projection),
            config: *config,
        }
    }

    fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let rows = self.vision_model.forward(pictures, &self.config);
        match &self.visual_projection {
            Some(projection) => projection.forward(rows),
            None => rows,
        }
    }
}

impl Model {
    fn new(config: &VitConfig, names: &Names<'_>) -> Self {
        let clip = config.variant == Variant::Clip;
        let norm = |part: &str| names.at(part).norm(config.hidden, config.epsilon, true);
        let layer = |index| Layer::new(config, &names.at(&format!("encoder.layers.{index}")));
        Self {
            embeddings: Embeddings::new(config, &names.at("embeddings"), clip),
            pre_layrnorm: clip.then(|| norm("pre_layrnorm")),
            encoder: Encoder {
                layers: (0..config.layers).map(layer).collect(),
            },
            post_layernorm: norm("post_layernorm"),
            head: (!clip).then(|| Probe::new(config, &names.at("head"))),
        }
    }

    fn forward(&self, pictures: Tensor<4>, config: &VitConfig) -> Tensor<2> {
        let n = pictures.dims()[0];
        let x = self.embeddings.forward(pictures);
        let x = match &self.pre_layrnorm {
            Some(norm) => norm.forward(x),
            None => x,
        };
        let heads = heads(config.heads, n, x.dims()[0] / n);
        let layers = self.encoder.layers.iter();
        let x = layers.fold(x, |x, layer| layer.block(config).forward(x, &heads));
        match &self.head {
            Some(probe) => probe.forward(self.post_layernorm.forward(x), n),
            None => self.post_layernorm.forward(first(x, n)),
        }
    }
}

impl Embeddings {
    fn new(config: &VitConfig, names: &Names<'_>, token: bool) -> Self {
        let positions = [usize::from(token) + config.patches(), config.hidden];
        Self {
            class_embedding: token.then(|| names.zeros("class_embedding", [config.hidden])),
            patch_embedding: Patches::new(config, &names.at("patch_embedding"), !token),
            position_embedding: names.at("position_embedding").table(positions),
        }
    }

    fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let token = self.class_embedding.as_ref().map(Param::val);
        let patches = self.patch_embedding.forward(pictures);
        sequences(patches, token, self.position_embedding.all())
    }
}

impl Layer {
    fn new(config: &VitConfig, names: &Names<'_>) -> Self {
        let norm = |part: &str| names.at(part).norm(config.hidden, config.epsilon, true);
        let attention = names.at("self_attn");
        let square = |part: &str| attention.at(part).linear([config.hidden; 2], true);
        Self {
            layer_norm1: norm("layer_norm1"),
            self_attn: Attention {
                q_proj: square("q_proj"),
                k_proj: square("k_proj"),
                v_proj: square("v_proj"),
                out_proj: square("out_proj"),
            },
            layer_norm2: norm("layer_norm2"),
            mlp: Mlp::new(config, &names.at("mlp")),
        }
    }

    fn block(&self, config: &VitConfig) -> Block<'_> {
        Block {
            before: &self.layer_norm1,
            query: &self.self_attn.q_proj,
            key: &self.self_attn.k_proj,
            value: &self.self_attn.v_proj,
            out: &self.self_attn.out_proj,
            attended: None,
            after: &self.layer_norm2,
            feed: Feed::Plain {
                up: &self.mlp.fc1,
                down: &self.mlp.fc2,
                activation: config.activation,
            },
            fed: None,
        }
    }
}

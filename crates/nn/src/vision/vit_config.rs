//! `config.json` of a vision transformer.

use serde::Deserialize;
use serde_json::Value;

use super::family::{Sizes, Spelling};
use crate::activation::Activation;
use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::tensors::Tensors;

/// Which way of building a vision transformer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    Vit,
    Dinov2,
    Clip,
    Siglip,
}

/// Sizes of a vision transformer.
#[derive(Debug, Clone, Copy)]
pub(super) struct VitConfig {
    pub(super) variant: Variant,
    pub(super) hidden: usize,
    pub(super) layers: usize,
    pub(super) heads: usize,
    /// Numbers between the two maps of a feed-forward part.
    pub(super) inner: usize,
    pub(super) activation: Activation,
    pub(super) epsilon: f64,
    /// Height and width of a picture.
    pub(super) image: [usize; 2],
    /// Height and width of a patch.
    pub(super) patch: [usize; 2],
    /// Whether queries, keys and values have biases.
    pub(super) biased: bool,
    /// Whether feed-forward parts are gated.
    pub(super) gated: bool,
    /// Numbers that ViT's pooler or CLIP's projection gives, where there is one.
    pub(super) pooled: Option<usize>,
}

/// The keys of `config.json` of all families, with Hugging Face's defaults where they agree.
#[derive(Debug, Deserialize)]
#[serde(default)]
struct Keys {
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    mlp_ratio: f64,
    hidden_act: Option<Activation>,
    layer_norm_eps: Option<f64>,
    image_size: Option<Sides>,
    patch_size: Option<Sides>,
    num_channels: usize,
    qkv_bias: bool,
    use_swiglu_ffn: bool,
    vision_use_head: bool,
    pooler_output_size: Option<usize>,
    pooler_act: String,
    projection_dim: usize,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            mlp_ratio: 4.0,
            hidden_act: None,
            layer_norm_eps: None,
            image_size: None,
            patch_size: None,
            num_channels: 3,
            qkv_bias: true,
            use_swiglu_ffn: false,
            vision_use_head: true,
            pooler_output_size: None,
            pooler_act: "tanh".into(),
            projection_dim: 512,
        }
    }
}

/// One number for height and width, or both.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Sides {
    Square(usize),
    Both([usize; 2]),
}

impl Sides {
    fn both(self) -> [usize; 2] {
        match self {
            Self::Square(side) => [side; 2],
            Self::Both(sides) => sides,
        }
    }
}

impl Variant {
    /// Activation, epsilon, side of a picture, side of a patch, where the file does not say.
    fn defaults(self) -> (Activation, f64, usize, usize) {
        match self {
            Self::Vit => (Activation::Gelu, 1e-12, 224, 16),
            Self::Dinov2 => (Activation::Gelu, 1e-6, 224, 14),
            Self::Clip => (Activation::QuickGelu, 1e-5, 224, 32),
            Self::Siglip => (Activation::GeluTanh, 1e-6, 224, 16),
        }
    }
}

impl VitConfig {
    /// The configuration in the value of a file; of text and pictures, what it says of pictures.
    ///
    /// # Errors
    /// A key has another type than it should, or asks for what is not here.
    pub(super) fn read(variant: Variant, file: &ConfigFile<'_>) -> Result<Self, Error> {
        let value = file.value;
        let inside = value.get("vision_config");
        let seen = ConfigFile {
            value: inside.unwrap_or(value),
            path: file.path,
        };
        let mut keys: Keys = seen.keys()?;
        if inside.is_some() {
            let both = value.get("projection_dim").and_then(Value::as_u64);
            keys.projection_dim = both.map_or(512, |dim| dim as usize);
        }
        let config = Self::new(variant, &keys);
        config.check(&keys, file)?;
        Ok(config)
    }

    fn new(variant: Variant, keys: &Keys) -> Self {
        let (activation, epsilon, image, patch) = variant.defaults();
        let inner = match variant {
            Variant::Dinov2 => (keys.hidden_size as f64 * keys.mlp_ratio) as usize,
            _ => keys.intermediate_size,
        };
        let gated = variant == Variant::Dinov2 && keys.use_swiglu_ffn;
        Self {
            variant,
            hidden: keys.hidden_size,
            layers: keys.num_hidden_layers,
            heads: keys.num_attention_heads,
            // Two thirds, as a gated part has three matrices, and a multiple of 8.
            inner: if gated {
                (inner as f64 * 2.0 / 3.0) as usize
            } else {
                inner
            }
            .next_multiple_of(if gated { 8 } else { 1 }),
            activation: keys.hidden_act.unwrap_or(activation),
            epsilon: keys.layer_norm_eps.unwrap_or(epsilon),
            image: keys.image_size.unwrap_or(Sides::Square(image)).both(),
            patch: keys.patch_size.unwrap_or(Sides::Square(patch)).both(),
            biased: keys.qkv_bias,
            gated,
            pooled: match variant {
                Variant::Vit => Some(keys.pooler_output_size.unwrap_or(keys.hidden_size)),
                Variant::Clip => Some(keys.projection_dim),
                _ => None,
            },
        }
    }

    fn check(&self, keys: &Keys, file: &ConfigFile<'_>) -> Result<(), Error> {
        file.positive(&[
            ("hidden_size", self.hidden),
            ("num_attention_heads", self.heads),
            ("intermediate size", self.inner),
            ("patch_size", self.patch[0].min(self.patch[1])),
            ("pooled size", self.pooled.unwrap_or(1)),
        ])?;
        if !self.hidden.is_multiple_of(self.heads) {
            let wanted = format!("a divisor of the hidden size {}", self.hidden);
            let given = self.heads.to_string();
            return Err(file.wrong("num_attention_heads", &wanted, &given));
        }
        if self.grid().contains(&0) {
            let wanted = format!("at least the patch's {:?}", self.patch);
            let given = format!("{:?}", self.image);
            return Err(file.wrong("image_size", &wanted, &given));
        }
        if keys.num_channels != 3 {
            let given = keys.num_channels.to_string();
            return Err(file.wrong("num_channels", "3", &given));
        }
        if self.variant == Variant::Siglip && !keys.vision_use_head {
            return Err(file.wrong("vision_use_head", "true", "false"));
        }
        if self.variant == Variant::Vit && keys.pooler_act != "tanh" {
            return Err(file.wrong("pooler_act", "tanh", &keys.pooler_act));
        }
        Ok(())
    }

    /// Patches of a picture, down and across; what is left over at the far edges is not seen.
    pub(super) fn grid(&self) -> [usize; 2] {
        [0, 1].map(|side| self.image[side] / self.patch[side])
    }

    /// Patches of a picture.
    pub(super) fn patches(&self) -> usize {
        self.grid().iter().product()
    }

    pub(super) fn sizes(&self) -> Sizes {
        Sizes {
            width: self.pooled.unwrap_or(self.hidden),
            layers: self.layers,
            image: self.image,
        }
    }

    pub(super) fn depth(&self, name: &str) -> usize {
        transformer_depth(name, self.layers)
    }

    /// The configuration without a pooler or projection, the parameter `pooler`, where the files have none,
    /// and how they spell names: `here` is what begins them here, `there` what may begin them in files, by
    /// the parameter `first`, which every file has.
    pub(super) fn fit(
        mut self,
        tensors: &Tensors,
        (here, theirs): (&'static str, [&'static str; 2]),
        first: &str,
        pooler: &str,
    ) -> (Self, Spelling) {
        let has = |name: &str| tensors.size(name).is_some();
        let mut found = theirs.into_iter();
        let there = found.find(|there| has(&format!("{there}{first}")));
        let there = there.unwrap_or(theirs[0]);
        let spelling = Spelling { here, there };
        self.pooled = self.pooled.filter(|_| has(&spelling.of(pooler)));
        (self, spelling)
    }
}

/// 0 for embeddings, the layer counted from 1, `layers` for the last normalisation, else that and one.
fn transformer_depth(name: &str, layers: usize) -> usize {
    let name = name.strip_prefix("vision_model.").unwrap_or(name);
    let mut parts = name.split('.');
    match parts.next() {
        Some("embeddings" | "pre_layrnorm") => 0,
        Some("encoder") => {
            let index = parts.nth(1).and_then(|index| index.parse::<usize>().ok());
            index.map_or(layers, |index| index + 1)
        }
        Some("layernorm" | "post_layernorm") => layers,
        _ => layers + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::transformer_depth;

    #[test]
    fn depths_by_hand() {
        for (name, wanted) in [
            ("embeddings.cls_token", 0),
            ("vision_model.pre_layrnorm.bias", 0),
            ("encoder.layer.0.norm1.weight", 1),
            ("vision_model.encoder.layers.3.mlp.fc1.weight", 4),
            ("layernorm.bias", 6),
            ("vision_model.post_layernorm.weight", 6),
            ("vision_model.head.layernorm.weight", 7),
            ("pooler.dense.weight", 7),
            ("visual_projection.weight", 7),
        ] {
            assert_eq!(transformer_depth(name, 6), wanted, "{name}");
        }
    }
}

//! `config.json` of a vision transformer.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::encoder::{Activation, wrong};
use crate::error::Error;

/// Which way of building a vision transformer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Vit,
    Dinov2,
    Clip,
    Siglip,
}

/// Sizes of a vision transformer.
#[derive(Debug, Clone, Copy)]
pub(super) struct VitConfig {
    pub(super) family: Family,
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

impl Family {
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
    pub(super) fn read(family: Family, value: &Value, path: &Path) -> Result<Self, Error> {
        let inside = value.get("vision_config");
        let json = |source| Error::Json {
            path: path.to_owned(),
            source,
        };
        let mut keys: Keys =
            serde_json::from_value(inside.unwrap_or(value).clone()).map_err(json)?;
        if inside.is_some() {
            let both = value.get("projection_dim").and_then(Value::as_u64);
            keys.projection_dim = both.map_or(512, |dim| dim as usize);
        }
        let config = Self::new(family, &keys);
        config.check(&keys, path)?;
        Ok(config)
    }

    fn new(family: Family, keys: &Keys) -> Self {
        let (activation, epsilon, image, patch) = family.defaults();
        let inner = match family {
            Family::Dinov2 => (keys.hidden_size as f64 * keys.mlp_ratio) as usize,
            _ => keys.intermediate_size,
        };
        let gated = family == Family::Dinov2 && keys.use_swiglu_ffn;
        Self {
            family,
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
            pooled: match family {
                Family::Vit => Some(keys.pooler_output_size.unwrap_or(keys.hidden_size)),
                Family::Clip => Some(keys.projection_dim),
                _ => None,
            },
        }
    }

    fn check(&self, keys: &Keys, path: &Path) -> Result<(), Error> {
        let sizes = [
            ("hidden_size", self.hidden),
            ("num_attention_heads", self.heads),
            ("intermediate size", self.inner),
            ("patch_size", self.patch[0].min(self.patch[1])),
            ("pooled size", self.pooled.unwrap_or(1)),
        ];
        if let Some((key, _)) = sizes.into_iter().find(|(_, size)| *size == 0) {
            return Err(wrong(path, key, "a positive number", "0"));
        }
        if !self.hidden.is_multiple_of(self.heads) {
            let wanted = format!("a divisor of the hidden size {}", self.hidden);
            let given = self.heads.to_string();
            return Err(wrong(path, "num_attention_heads", &wanted, &given));
        }
        if self.grid().contains(&0) {
            let wanted = format!("at least the patch's {:?}", self.patch);
            let given = format!("{:?}", self.image);
            return Err(wrong(path, "image_size", &wanted, &given));
        }
        if keys.num_channels != 3 {
            let given = keys.num_channels.to_string();
            return Err(wrong(path, "num_channels", "3", &given));
        }
        if self.family == Family::Siglip && !keys.vision_use_head {
            return Err(wrong(path, "vision_use_head", "true", "false"));
        }
        if self.family == Family::Vit && keys.pooler_act != "tanh" {
            return Err(wrong(path, "pooler_act", "tanh", &keys.pooler_act));
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

    /// Numbers per embedding.
    pub(super) fn dim(&self) -> usize {
        self.pooled.unwrap_or(self.hidden)
    }
}

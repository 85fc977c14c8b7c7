//! `config.json` of a picture network of any family.

use std::path::Path;

use serde_json::Value;

use super::efficientnet::EfficientNetConfig;
use super::resnet::ResNetConfig;
use super::vit_config::{Family, VitConfig};
use crate::encoder::wrong;
use crate::error::Error;
use crate::json;
use crate::tensors::Tensors;

/// The known values of `model_type`, and timm's of `architecture`.
pub(super) const KINDS: [&str; 11] = [
    "vit",
    "dinov2",
    "clip",
    "clip_vision_model",
    "siglip",
    "siglip_vision_model",
    "resnet18",
    "resnet34",
    "resnet50",
    "efficientnet-lite0",
    "tf_efficientnet_lite0",
];

/// Sizes of a network, by family.
#[derive(Debug, Clone, Copy)]
pub(super) enum Config {
    Transformer(VitConfig),
    ResNet(ResNetConfig),
    EfficientNet(EfficientNetConfig),
}

/// How the files spell names that begin with `here`: with `there` in its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spelling {
    here: &'static str,
    there: &'static str,
}

impl Spelling {
    /// A parameter's name in the files.
    pub(super) fn of(self, name: &str) -> String {
        match name.strip_prefix(self.here) {
            Some(rest) => format!("{}{rest}", self.there),
            None => name.to_owned(),
        }
    }
}

impl Config {
    /// The configuration in a file.
    ///
    /// # Errors
    /// The file is not what it should be, or asks for a family or a way that is not here.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let value: Value = json::read(path)?;
        // timm's files say `architecture`.
        let kind = value["model_type"].as_str();
        let kind = kind.or(value["architecture"].as_str()).unwrap_or("none");
        if let Some(config) = ResNetConfig::read(kind, &value, path)? {
            return Ok(Self::ResNet(config));
        }
        if let Some(config) = EfficientNetConfig::read(kind, &value, path)? {
            return Ok(Self::EfficientNet(config));
        }
        let family = match kind {
            "vit" => Family::Vit,
            "dinov2" => Family::Dinov2,
            "clip" | "clip_vision_model" => Family::Clip,
            "siglip" | "siglip_vision_model" => Family::Siglip,
            _ => return Err(wrong(path, "model_type", &KINDS.join(", "), kind)),
        };
        Ok(Self::Transformer(VitConfig::read(family, &value, path)?))
    }

    /// The same without the parts that the files do not have, and how they spell names.
    pub(super) fn fit(self, tensors: &Tensors) -> (Self, Spelling) {
        let Self::Transformer(mut config) = self else {
            let (here, there) = ("", "");
            return (self, Spelling { here, there });
        };
        let has = |name: &str| tensors.size(name).is_some();
        let (here, theirs, first, pooler) = match config.family {
            Family::Vit => (
                "",
                ["", "vit."],
                "embeddings.cls_token",
                "pooler.dense.weight",
            ),
            Family::Dinov2 => ("", ["", "dinov2."], "embeddings.cls_token", ""),
            Family::Clip | Family::Siglip => (
                "vision_model.",
                ["vision_model.", ""],
                "embeddings.position_embedding.weight",
                "visual_projection.weight",
            ),
        };
        let found = theirs
            .into_iter()
            .find(|there| has(&format!("{there}{first}")));
        let there = found.unwrap_or(theirs[0]);
        let spelling = Spelling { here, there };
        config.pooled = config.pooled.filter(|_| has(&spelling.of(pooler)));
        (Self::Transformer(config), spelling)
    }

    /// Numbers that the network makes of a picture.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Transformer(config) => config.dim(),
            Self::ResNet(config) => config.dim(),
            Self::EfficientNet(config) => config.dim(),
        }
    }

    pub(super) fn layers(&self) -> usize {
        match self {
            Self::Transformer(config) => config.layers,
            Self::ResNet(config) => config.layers(),
            Self::EfficientNet(config) => config.layers(),
        }
    }

    /// Height and width of the pictures it is made for.
    pub(super) fn image(&self) -> [usize; 2] {
        match self {
            Self::Transformer(config) => config.image,
            Self::ResNet(config) => [config.image; 2],
            Self::EfficientNet(config) => [config.image(); 2],
        }
    }

    /// Whether pictures of other sizes will do.
    pub(super) fn any_size(&self) -> bool {
        !matches!(self, Self::Transformer(_))
    }

    /// What the family takes from red, green and blue in `[0, 1]` and what it divides them by, where no
    /// file says.
    pub(super) fn levels(&self) -> [[f32; 3]; 2] {
        let imagenet = [[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]];
        let config = match self {
            Self::Transformer(config) => config,
            Self::ResNet(_) => return imagenet,
            // (v - 127) / 128 of bytes v.
            Self::EfficientNet(_) => return [[127.0 / 255.0; 3], [128.0 / 255.0; 3]],
        };
        match config.family {
            Family::Vit | Family::Siglip => [[0.5; 3]; 2],
            Family::Dinov2 => imagenet,
            Family::Clip => [
                [0.481_454_66, 0.457_827_5, 0.408_210_73],
                [0.268_629_54, 0.261_302_6, 0.275_777_1],
            ],
        }
    }

    /// The depth of a parameter by its name here.
    pub(super) fn depth(&self, name: &str) -> usize {
        match self {
            Self::Transformer(config) => transformer_depth(name, config.layers),
            Self::ResNet(config) => config.depth(name),
            Self::EfficientNet(config) => config.depth(name),
        }
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

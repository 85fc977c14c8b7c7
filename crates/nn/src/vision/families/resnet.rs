//! Residual networks (He et al. 2015, arXiv:1512.03385), as torchvision's `resnet18`, `resnet34` and
//! `resnet50`.

use burn::module::Module;
use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Tensor, activation, module};
use serde::Deserialize;

use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::layers::Names;
use crate::vision::convolution::{BatchNorm, Filters, mean};
use crate::vision::family::{Family, IMAGENET, Sizes};

/// Added to variances, PyTorch's.
const EPSILON: f64 = 1e-5;

/// Sizes of a residual network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResNetConfig {
    /// Blocks of each stage.
    pub(super) blocks: [usize; 4],
    /// Whether blocks have three convolutions, the middle one of a fourth of the channels.
    pub(super) bottleneck: bool,
    /// Channels of the first stage inside its blocks; each stage has twice as many as the one before.
    pub(super) width: usize,
    pub(super) image: usize,
}

/// The keys of `config.json`, which is ours: torchvision has none.
#[derive(Debug, Deserialize)]
#[serde(default)]
struct Keys {
    width: usize,
    image_size: usize,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            width: 64,
            image_size: 224,
        }
    }
}

impl ResNetConfig {
    /// Channels that a block gives for one of its own.
    fn expansion(&self) -> usize {
        if self.bottleneck { 4 } else { 1 }
    }

    /// 0 before the first block, the block counted from 1.
    fn depth(&self, name: &str) -> usize {
        let mut parts = name.split('.');
        let stage = parts.next().and_then(|part| part.strip_prefix("layer"));
        let stage = stage.and_then(|stage| stage.parse::<usize>().ok());
        let block = parts.next().and_then(|part| part.parse::<usize>().ok());
        match (stage, block) {
            (Some(stage @ 1..=4), Some(block)) => {
                self.blocks[..stage - 1].iter().sum::<usize>() + block + 1
            }
            _ => 0,
        }
    }
}

/// The network. A picture's embedding is the mean over the last stage's pixels, before `fc`.
#[derive(Module, Debug)]
pub(crate) struct ResNet {
    conv1: Filters,
    bn1: BatchNorm,
    layer1: Vec<Block>,
    layer2: Vec<Block>,
    layer3: Vec<Block>,
    layer4: Vec<Block>,
}

/// Two convolutions or three, and what they are added to.
#[derive(Module, Debug)]
struct Block {
    conv1: Filters,
    bn1: BatchNorm,
    conv2: Filters,
    bn2: BatchNorm,
    conv3: Option<Filters>,
    bn3: Option<BatchNorm>,
    downsample: Option<(Filters, BatchNorm)>,
    #[module(skip)]
    stride: usize,
}

impl Family for ResNet {
    type Config = ResNetConfig;

    const ANY_SIZE: bool = true;

    fn read(kind: &str, file: &ConfigFile<'_>) -> Result<ResNetConfig, Error> {
        let (blocks, bottleneck) = match kind {
            "resnet18" => ([2, 2, 2, 2], false),
            "resnet34" => ([3, 4, 6, 3], false),
            _ => ([3, 4, 6, 3], true),
        };
        let keys: Keys = file.keys()?;
        file.positive(&[("width", keys.width), ("image_size", keys.image_size)])?;
        Ok(ResNetConfig {
            blocks,
            bottleneck,
            width: keys.width,
            image: keys.image_size,
        })
    }

    fn sizes(config: &ResNetConfig) -> Sizes {
        Sizes {
            width: 8 * config.width * config.expansion(),
            layers: config.blocks.iter().sum(),
            image: [config.image; 2],
        }
    }

    fn levels(_: &ResNetConfig) -> [[f32; 3]; 2] {
        IMAGENET
    }

    fn depth(config: &ResNetConfig, name: &str) -> usize {
        config.depth(name)
    }

    fn new(config: &ResNetConfig, names: &Names<'_>) -> Self {
        let stage = |index: usize| {
            let names = names.at(&format!("layer{}", index + 1));
            let blocks = 0..config.blocks[index];
            let block =
                |place: usize| Block::new(config, &names.at(&place.to_string()), [index, place]);
            blocks.map(block).collect()
        };
        Self {
            conv1: Filters::new(&names.at("conv1"), [config.width, 3, 7, 7]),
            bn1: BatchNorm::new(&names.at("bn1"), config.width, EPSILON),
            layer1: stage(0),
            layer2: stage(1),
            layer3: stage(2),
            layer4: stage(3),
        }
    }

    fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let x = pictures.permute([0, 3, 1, 2]);
        let x = activation::relu(self.conv1.forward(x, &self.bn1, 2));
        let pool = MaxPoolOptions::new([3, 3]).with_stride([2, 2]);
        let x = module::max_pool2d(x, pool.with_padding([1, 1]));
        let stages = [&self.layer1, &self.layer2, &self.layer3, &self.layer4];
        let blocks = stages.into_iter().flatten();
        mean(blocks.fold(x, |x, block| block.forward(x)))
    }
}

impl Block {
    /// Block `place` of stage `stage`, both counted from 0.
    fn new(config: &ResNetConfig, names: &Names<'_>, [stage, place]: [usize; 2]) -> Self {
        let width = config.width << stage;
        let outputs = width * config.expansion();
        let inputs = match (stage, place) {
            (0, 0) => config.width,
            (_, 0) => outputs / 2,
            _ => outputs,
        };
        let stride = if stage > 0 && place == 0 { 2 } else { 1 };
        let filters = |part: &str, size| Filters::new(&names.at(part), size);
        let norm = |part: &str, size| BatchNorm::new(&names.at(part), size, EPSILON);
        let down = || {
            let filters = filters("downsample.0", [outputs, inputs, 1, 1]);
            (filters, norm("downsample.1", outputs))
        };
        let first = if config.bottleneck { 1 } else { 3 };
        Self {
            conv1: filters("conv1", [width, inputs, first, first]),
            bn1: norm("bn1", width),
            conv2: filters("conv2", [width, width, 3, 3]),
            bn2: norm("bn2", width),
            conv3: config
                .bottleneck
                .then(|| filters("conv3", [outputs, width, 1, 1])),
            bn3: config.bottleneck.then(|| norm("bn3", outputs)),
            downsample: (stride > 1 || inputs != outputs).then(down),
            stride,
        }
    }

    /// `relu(convolutions(x) + x)`, the `x` added by way of `downsample` where sizes differ.
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        // torchvision has the stride of three convolutions at the middle one, not at the first as the paper.
        let (first, second) = match self.conv3 {
            Some(_) => (1, self.stride),
            None => (self.stride, 1),
        };
        let y = activation::relu(self.conv1.forward(x.clone(), &self.bn1, first));
        let y = self.conv2.forward(y, &self.bn2, second);
        let y = match (&self.conv3, &self.bn3) {
            (Some(filters), Some(norm)) => filters.forward(activation::relu(y), norm, 1),
            _ => y,
        };
        let x = match &self.downsample {
            Some((filters, norm)) => filters.forward(x, norm, self.stride),
            None => x,
        };
        activation::relu(y + x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depths_by_hand() {
        let file = ConfigFile {
            value: &serde_json::json!({}),
            path: std::path::Path::new("config.json"),
        };
        let config = ResNet::read("resnet34", &file).expect("valid");
        for (name, wanted) in [
            ("conv1.weight", 0),
            ("bn1.running_mean", 0),
            ("layer1.0.conv1.weight", 1),
            ("layer2.0.downsample.1.bias", 4),
            ("layer4.2.bn2.weight", 16),
        ] {
            assert_eq!(config.depth(name), wanted, "{name}");
        }
        let sizes = ResNet::sizes(&config);
        assert_eq!((sizes.layers, sizes.width), (16, 512));
    }
}

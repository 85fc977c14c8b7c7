//! EfficientNet-Lite0 (Tan and Le 2019, arXiv:1905.11946, without squeeze and excitation and with rectifiers up to
//! 6), under the names of timm's `tf_efficientnet_lite0`.

use burn::module::Module;
use burn::tensor::{Tensor, activation};
use serde::Deserialize;

use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::layers::Names;
use crate::vision::convolution::{BatchNorm, Filters, mean};
use crate::vision::family::{Family, Sizes};

/// Added to variances, TensorFlow's.
const EPSILON: f64 = 1e-3;

/// Per stage: blocks, side of the kernel, stride of the first block, channels inside a block for one outside.
const STAGES: [[usize; 4]; 7] = [
    [1, 3, 1, 1],
    [2, 3, 2, 6],
    [2, 5, 2, 6],
    [3, 3, 2, 6],
    [3, 5, 1, 6],
    [4, 5, 2, 6],
    [1, 3, 1, 6],
];

/// Sizes of the network.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
pub(crate) struct EfficientNetConfig {
    /// Channels before the first block.
    stem: usize,
    /// Channels of each stage.
    channels: [usize; 7],
    /// Channels after the last block.
    head: usize,
    image_size: usize,
}

impl Default for EfficientNetConfig {
    fn default() -> Self {
        Self {
            stem: 32,
            channels: [16, 24, 40, 80, 112, 192, 320],
            head: 1280,
            image_size: 224,
        }
    }
}

impl EfficientNetConfig {
    /// 0 before the first block, the block counted from 1; what comes after the blocks is of the last.
    fn depth(name: &str) -> usize {
        let Some(place) = name.strip_prefix("blocks.") else {
            let first = name.starts_with("conv_stem.") || name.starts_with("bn1.");
            return if first { 0 } else { blocks() };
        };
        let mut places = place
            .split('.')
            .map_while(|part| part.parse::<usize>().ok());
        let (stage, block) = (places.next().unwrap_or(0), places.next().unwrap_or(0));
        let before = STAGES.iter().take(stage).map(|[blocks, ..]| blocks);
        before.sum::<usize>() + block + 1
    }
}

/// The network. A picture's embedding is the mean over the last pixels, before `classifier`.
#[derive(Module, Debug)]
pub(crate) struct EfficientNet {
    conv_stem: Filters,
    bn1: BatchNorm,
    blocks: Vec<Vec<Block>>,
    conv_head: Filters,
    bn2: BatchNorm,
}

/// A filter per channel between linear maps of channels: one after it, and one before it but in the first stage.
///
/// Which number a normalisation has depends on how many come before it, so the names do.
#[derive(Module, Debug)]
struct Block {
    conv_pw: Filters,
    bn1: BatchNorm,
    conv_dw: Filters,
    bn2: BatchNorm,
    conv_pwl: Option<Filters>,
    bn3: Option<BatchNorm>,
    #[module(skip)]
    stride: usize,
}

/// Sizes of one block.
#[derive(Debug, Clone, Copy)]
struct BlockSizes {
    inputs: usize,
    outputs: usize,
    kernel: usize,
    stride: usize,
    expansion: usize,
}

/// Blocks of all stages.
fn blocks() -> usize {
    STAGES.iter().map(|[blocks, ..]| blocks).sum()
}

impl Family for EfficientNet {
    type Config = EfficientNetConfig;

    const ANY_SIZE: bool = true;

    fn read(_: &str, file: &ConfigFile<'_>) -> Result<EfficientNetConfig, Error> {
        let keys: EfficientNetConfig = file.keys()?;
        file.positive(&keys.channels.map(|size| ("channels", size)))?;
        file.positive(&[
            ("stem", keys.stem),
            ("head", keys.head),
            ("image_size", keys.image_size),
        ])?;
        Ok(keys)
    }

    fn sizes(config: &EfficientNetConfig) -> Sizes {
        Sizes {
            width: config.head,
            layers: blocks(),
            image: [config.image_size; 2],
        }
    }

    /// `(v - 127) / 128` of bytes `v`.
    fn levels(_: &EfficientNetConfig) -> [[f32; 3]; 2] {
        [[127.0 / 255.0; 3], [128.0 / 255.0; 3]]
    }

    fn depth(_: &EfficientNetConfig, name: &str) -> usize {
        EfficientNetConfig::depth(name)
    }

    fn new(config: &EfficientNetConfig, names: &Names<'_>) -> Self {
        let stage = |stage: usize| {
            let [blocks, kernel, stride, expansion] = STAGES[stage];
            let outputs = config.channels[stage];
            let before = stage.checked_sub(1);
            let inputs = before.map_or(config.stem, |before| config.channels[before]);
            let block = |index: usize| {
                let (inputs, stride) = if index == 0 {
                    (inputs, stride)
                } else {
                    (outputs, 1)
                };
                let sizes = BlockSizes {
                    inputs,
                    outputs,
                    kernel,
                    stride,
                    expansion,
                };
                Block::new(sizes, &names.at(&format!("blocks.{stage}.{index}")))
            };
            (0..blocks).map(block).collect()
        };
        let last = config.channels[STAGES.len() - 1];
        Self {
            conv_stem: Filters::new(&names.at("conv_stem"), [config.stem, 3, 3, 3]),
            bn1: BatchNorm::new(&names.at("bn1"), config.stem, EPSILON),
            blocks: (0..STAGES.len()).map(stage).collect(),
            conv_head: Filters::new(&names.at("conv_head"), [config.head, last, 1, 1]),
            bn2: BatchNorm::new(&names.at("bn2"), config.head, EPSILON),
        }
    }

    fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let x = pictures.permute([0, 3, 1, 2]);
        let x = activation::relu6(self.conv_stem.same(x, &self.bn1, 2));
        let x = self.blocks.iter().flatten().fold(x, Block::forward);
        mean(activation::relu6(self.conv_head.same(x, &self.bn2, 1)))
    }
}

impl Block {
    fn new(sizes: BlockSizes, names: &Names<'_>) -> Self {
        let BlockSizes {
            inputs,
            outputs,
            kernel,
            stride,
            expansion,
        } = sizes;
        let inner = inputs * expansion;
        let filters = |part: &str, size| Filters::new(&names.at(part), size);
        let norm = |part: &str, size| BatchNorm::new(&names.at(part), size, EPSILON);
        let conv_dw = filters("conv_dw", [inner, 1, kernel, kernel]);
        if expansion == 1 {
            return Self {
                conv_pw: filters("conv_pw", [outputs, inner, 1, 1]),
                bn1: norm("bn1", inner),
                conv_dw,
                bn2: norm("bn2", outputs),
                conv_pwl: None,
                bn3: None,
                stride,
            };
        }
        Self {
            conv_pw: filters("conv_pw", [inner, inputs, 1, 1]),
            bn1: norm("bn1", inner),
            conv_dw,
            bn2: norm("bn2", inner),
            conv_pwl: Some(filters("conv_pwl", [outputs, inner, 1, 1])),
            bn3: Some(norm("bn3", outputs)),
            stride,
        }
    }

    /// `x` is added where it has the size of what comes out.
    fn forward(x: Tensor<4>, block: &Self) -> Tensor<4> {
        let y = match (&block.conv_pwl, &block.bn3) {
            (Some(conv_pwl), Some(bn3)) => {
                let y = activation::relu6(block.conv_pw.same(x.clone(), &block.bn1, 1));
                let y = activation::relu6(block.conv_dw.each(y, &block.bn2, block.stride));
                conv_pwl.same(y, bn3, 1)
            }
            _ => {
                let y = activation::relu6(block.conv_dw.each(x.clone(), &block.bn1, block.stride));
                block.conv_pw.same(y, &block.bn2, 1)
            }
        };
        if x.dims() == y.dims() { y + x } else { y }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depths_by_hand() {
        let config = EfficientNetConfig::default();
        for (name, wanted) in [
            ("conv_stem.weight", 0),
            ("bn1.running_mean", 0),
            ("blocks.0.0.conv_dw.weight", 1),
            ("blocks.2.1.bn2.weight", 5),
            ("blocks.6.0.conv_pwl.weight", 16),
            ("conv_head.weight", 16),
            ("bn2.bias", 16),
        ] {
            assert_eq!(EfficientNetConfig::depth(name), wanted, "{name}");
        }
        let sizes = EfficientNet::sizes(&config);
        assert_eq!((sizes.layers, sizes.width), (16, 1280));
    }
}

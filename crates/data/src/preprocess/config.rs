//! The layout of Hugging Face's `preprocessor_config.json`.

use serde::{Deserialize, Serialize};

use super::{Preprocess, Resample};
use crate::Error;

/// The file as it is written, and as much of it as matters when it is read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Config {
    /// Makes `AutoImageProcessor` choose a processor that does the same steps.
    #[serde(default = "processor", skip_deserializing)]
    image_processor_type: &'static str,
    #[serde(default = "yes")]
    do_resize: bool,
    size: Size,
    #[serde(default = "bilinear")]
    resample: u32,
    #[serde(default)]
    do_center_crop: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crop_size: Option<Size>,
    #[serde(default = "yes")]
    do_rescale: bool,
    #[serde(default = "per_255")]
    rescale_factor: f64,
    #[serde(default = "yes")]
    do_normalize: bool,
    #[serde(default = "half")]
    image_mean: [f32; 3],
    #[serde(default = "half")]
    image_std: [f32; 3],
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "size: wanted a whole number, height and width, or shortest_edge, as whole numbers"
)]
enum Size {
    Sides { height: u32, width: u32 },
    Shortest { shortest_edge: u32 },
    Side(u32),
}

fn processor() -> &'static str {
    "ViTImageProcessor"
}

fn yes() -> bool {
    true
}

fn bilinear() -> u32 {
    2
}

fn per_255() -> f64 {
    1.0 / 255.0
}

fn half() -> [f32; 3] {
    [0.5; 3]
}

impl From<Preprocess> for Config {
    fn from(preprocess: Preprocess) -> Self {
        let Preprocess {
            size,
            image_mean,
            image_std,
            resample,
            shortest_edge,
        } = preprocess;
        let resample = match resample {
            Resample::Lanczos => 1,
            Resample::Bilinear => 2,
            Resample::Bicubic => 3,
        };
        let square = Size::Sides {
            height: size,
            width: size,
        };
        let (image_processor_type, size, crop_size) = match shortest_edge {
            Some(shortest_edge) => (
                "CLIPImageProcessor",
                Size::Shortest { shortest_edge },
                Some(square),
            ),
            None => (processor(), square, None),
        };
        Self {
            image_processor_type,
            do_resize: true,
            size,
            resample,
            do_center_crop: crop_size.is_some(),
            crop_size,
            do_rescale: true,
            rescale_factor: per_255(),
            do_normalize: true,
            image_mean,
            image_std,
        }
    }
}

impl TryFrom<Config> for Preprocess {
    type Error = Error;

    fn try_from(config: Config) -> Result<Self, Error> {
        config.check()?;
        let (mean, deviation) = if config.do_normalize {
            (config.image_mean, config.image_std)
        } else {
            ([0.0; 3], [1.0; 3])
        };
        let (side, shortest_edge) = config.sides()?;
        let stretched = Self::new(side, mean, deviation, config.resample()?)?;
        match shortest_edge {
            Some(edge) => stretched.cropped(edge),
            None => Ok(stretched),
        }
    }
}

impl Config {
    /// Refuses steps that we do not do.
    fn check(&self) -> Result<(), Error> {
        let wrong = |key, wanted, given: String| Err(Error::Preprocessor { key, wanted, given });
        if !self.do_resize {
            return wrong("do_resize", "true", "false".to_owned());
        }
        if !self.do_rescale {
            return wrong("do_rescale", "true", "false".to_owned());
        }
        if (self.rescale_factor - per_255()).abs() > 1e-8 {
            return wrong("rescale_factor", "1/255", self.rescale_factor.to_string());
        }
        Ok(())
    }

    /// The side of the square that comes out, and the shorter side before a crop.
    fn sides(&self) -> Result<(u32, Option<u32>), Error> {
        let wrong = |key, wanted, given: &str| {
            let given = given.to_owned();
            Err(Error::Preprocessor { key, wanted, given })
        };
        // A number alone is the shorter side where a crop follows, as it was in older releases.
        let edge = match (self.size, self.do_center_crop) {
            (
                Size::Shortest {
                    shortest_edge: edge,
                }
                | Size::Side(edge),
                true,
            ) => edge,
            (Size::Shortest { .. }, false) => {
                return wrong("do_center_crop", "true with size.shortest_edge", "false");
            }
            (Size::Sides { .. }, true) => {
                return wrong(
                    "size",
                    "shortest_edge with do_center_crop",
                    "height and width",
                );
            }
            (size, false) => return Ok((square("size", size)?, None)),
        };
        match self.crop_size {
            Some(size) => Ok((square("crop_size", size)?, Some(edge))),
            None => wrong("crop_size", "the size of the crop", "none"),
        }
    }

    fn resample(&self) -> Result<Resample, Error> {
        match self.resample {
            1 => Ok(Resample::Lanczos),
            2 => Ok(Resample::Bilinear),
            3 => Ok(Resample::Bicubic),
            other => {
                let wanted = "1 (lanczos), 2 (bilinear) or 3 (bicubic)";
                Err(Error::Preprocessor {
                    key: "resample",
                    wanted,
                    given: other.to_string(),
                })
            }
        }
    }
}

fn square(key: &'static str, size: Size) -> Result<u32, Error> {
    let wrong = |given| {
        let wanted = "a square";
        Err(Error::Preprocessor { key, wanted, given })
    };
    match size {
        Size::Side(side) => Ok(side),
        Size::Sides { height, width } if height == width => Ok(height),
        Size::Sides { height, width } => wrong(format!("height {height}, width {width}")),
        Size::Shortest { shortest_edge } => wrong(format!("shortest_edge {shortest_edge}")),
    }
}

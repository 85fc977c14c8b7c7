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
    expecting = "size: wanted a whole number, or height and width as whole numbers"
)]
enum Size {
    Sides { height: u32, width: u32 },
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
        } = preprocess;
        let resample = match resample {
            Resample::Lanczos => 1,
            Resample::Bilinear => 2,
            Resample::Bicubic => 3,
        };
        Self {
            image_processor_type: processor(),
            do_resize: true,
            size: Size::Sides {
                height: size,
                width: size,
            },
            resample,
            do_center_crop: false,
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
        Self::new(config.side()?, mean, deviation, config.resample()?)
    }
}

impl Config {
    /// Refuses steps that we do not do.
    fn check(&self) -> Result<(), Error> {
        let wrong = |key, wanted, given: String| Err(Error::Preprocessor { key, wanted, given });
        if !self.do_resize {
            return wrong("do_resize", "true", "false".to_owned());
        }
        if self.do_center_crop {
            return wrong("do_center_crop", "false", "true".to_owned());
        }
        if !self.do_rescale {
            return wrong("do_rescale", "true", "false".to_owned());
        }
        if (self.rescale_factor - per_255()).abs() > 1e-8 {
            return wrong("rescale_factor", "1/255", self.rescale_factor.to_string());
        }
        Ok(())
    }

    fn side(&self) -> Result<u32, Error> {
        match self.size {
            Size::Side(side) => Ok(side),
            Size::Sides { height, width } if height == width => Ok(height),
            Size::Sides { height, width } => {
                let given = format!("height {height}, width {width}");
                Err(Error::Preprocessor {
                    key: "size",
                    wanted: "a square",
                    given,
                })
            }
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

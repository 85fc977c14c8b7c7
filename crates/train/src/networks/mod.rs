//! The networks of recipes, and their folders.
//!
//! `side` is a network of images, texts or rows of numbers, `any` one for everything or one for each of two sides;
//! `image_model`, `two_model` are the folders they are written as, `any_model` a folder of any kind.

mod any;
mod any_model;
mod image_model;
mod json;
mod side;
mod two_model;

pub use any::AnyEncoder;
pub use any_model::AnyModel;
pub(crate) use image_model::preprocess_of;
pub use image_model::{ImageFormat, ImageModel};
pub(crate) use json::json;
pub(crate) use side::FrozenImages;
pub use side::SideEncoder;
pub use two_model::{TwoModel, TwoSides};

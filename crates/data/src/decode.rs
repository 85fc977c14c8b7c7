use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits, Rgb, RgbImage};

use crate::{Error, jpeg};

/// Decodes a PNG, JPEG or WebP to RGB; `path` is named in messages, the format is told from the
/// bytes.
///
/// The picture is turned upright as its EXIF orientation says. Transparent parts lie on white.
/// Deeper channels are brought to 8 bits, grey to three equal ones.
///
/// # Errors
///
/// [`Error::Decode`] for bytes that are no picture of these formats, or one that would take more
/// than 512 MiB once decoded; [`Error::Truncated`] for a JPEG without its end.
pub fn decode(bytes: &[u8], path: &Path) -> Result<RgbImage, Error> {
    if jpeg::is_jpeg(bytes) && !jpeg::is_whole(bytes) {
        return Err(Error::Truncated {
            path: path.to_owned(),
            bytes: bytes.len(),
        });
    }
    upright(bytes).map(flat).map_err(|source| Error::Decode {
        path: path.to_owned(),
        source,
    })
}

fn upright(bytes: &[u8]) -> Result<DynamicImage, ImageError> {
    let mut decoder = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()?
        .into_decoder()?;
    // `into_decoder` leaves this to its caller, unlike `ImageReader::decode`.
    let mut limits = Limits::default();
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    let orientation = decoder.orientation()?;
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn flat(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let rgba = image.into_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [red, green, blue, alpha] = rgba.get_pixel(x, y).0;
        Rgb([red, green, blue].map(|value| on_white(value, alpha)))
    })
}

/// `(a v + (255 - a) 255) / 255`, rounded.
fn on_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((alpha * value + (255 - alpha) * 255 + 127) / 255) as u8
}

//! A contact sheet: pictures in rows, nearest first.

use std::io::Cursor;
use std::path::Path;

use anyhow::Context;
use image::imageops::{FilterType, overlay, resize};
use image::{ImageFormat, Rgb, RgbImage};
use tercet::data::{Dataset, decode};
use tercet::train::write_file;

/// Pixels along a side of a picture on the sheet.
const SIDE: u32 = 96;
/// Pixels between pictures.
const GAP: u32 = 8;
/// Pictures in a row.
const COLUMNS: usize = 10;

/// The sheet is a .png file.
pub(super) fn check(path: &Path) -> anyhow::Result<()> {
    let end = path.extension().and_then(|end| end.to_str());
    anyhow::ensure!(
        end.is_some_and(|end| end.eq_ignore_ascii_case("png")),
        "--sheet: wanted a file that ends in .png, given {}",
        path.display()
    );
    Ok(())
}

/// A picture from a file.
pub(super) fn read(path: &Path) -> anyhow::Result<RgbImage> {
    Ok(decode(&fs_err::read(path)?, path)?)
}

/// Draws pictures of a gallery, row by row; the one that was asked about stands above.
pub(super) fn draw(
    path: &Path,
    dataset: &dyn Dataset,
    items: &[usize],
    asked: Option<&Path>,
) -> anyhow::Result<()> {
    let step = SIDE + GAP;
    let above = u32::from(asked.is_some());
    let rows = items.len().div_ceil(COLUMNS) as u32 + above;
    let columns = items.len().min(COLUMNS) as u32;
    let size = (columns * step + GAP, rows * step + GAP);
    let mut sheet = RgbImage::from_pixel(size.0, size.1, Rgb([255; 3]));
    let mut put = |picture: &RgbImage, column: u32, row: u32| {
        let small = fit(picture);
        let left = GAP + column * step + (SIDE - small.width()) / 2;
        let top = GAP + row * step + (SIDE - small.height()) / 2;
        overlay(&mut sheet, &small, left.into(), top.into());
    };
    if let Some(asked) = asked {
        put(&read(asked)?, 0, 0);
    }
    for (place, &item) in items.iter().enumerate() {
        let (row, column) = ((place / COLUMNS) as u32, (place % COLUMNS) as u32);
        put(&dataset.image(item)?, column, row + above);
    }
    let mut bytes = Cursor::new(Vec::new());
    sheet
        .write_to(&mut bytes, ImageFormat::Png)
        .context("cannot draw the sheet")?;
    Ok(write_file(path, &bytes.into_inner())?)
}

/// The picture inside a square, its proportions kept.
fn fit(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let longest = width.max(height).max(1);
    let side = |length: u32| (length * SIDE / longest).max(1);
    resize(picture, side(width), side(height), FilterType::CatmullRom)
}

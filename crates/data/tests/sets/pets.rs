//! A folder of pets to open.
#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]

use std::fs;
use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};
use tempfile::TempDir;

pub fn picture(number: u8) -> RgbImage {
    RgbImage::from_fn(40, 30, |x, y| {
        Rgb([
            (x * 6) as u8 ^ number,
            (y * 8) as u8,
            number.wrapping_mul(31),
        ])
    })
}

/// Writes a picture in the format of the extension, and returns its bytes.
pub fn write(root: &Path, name: &str, number: u8) -> Vec<u8> {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    picture(number).save(&path).unwrap();
    fs::read(path).unwrap()
}

/// Leaves this part of a file.
pub fn cut(root: &Path, name: &str, part: f64) {
    let bytes = fs::read(root.join(name)).unwrap();
    fs::write(
        root.join(name),
        &bytes[..(bytes.len() as f64 * part) as usize],
    )
    .unwrap();
}

pub fn pets() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (name, number) in [
        ("dogs/spaniel/2.jpg", 1),
        ("dogs/spaniel/1.PNG", 2),
        ("dogs/9.webp", 3),
        ("cats/tabby/b.jpeg", 4),
        ("cats/tabby/a.png", 5),
        ("at the root.png", 6),
        (".hidden/1.png", 7),
        ("cats/.1.png", 8),
    ] {
        write(root.path(), name, number);
    }
    fs::write(root.path().join("cats/readme.txt"), "no picture").unwrap();
    root
}

pub fn table(root: &Path, text: &str) -> PathBuf {
    let path = root.join("table.csv");
    fs::write(&path, text).unwrap();
    path
}

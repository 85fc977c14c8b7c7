//! Bad input: what is skipped, what is refused, and what is said.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use image::{DynamicImage, ImageError, ImageFormat, Rgba, RgbaImage};
use tercet_data::{Dataset, Error, Strict, folder, manifest, trainable};

#[path = "sets/pets.rs"]
mod pets;
use pets::{cut, pets, picture, table, write};

#[test]
fn a_picture_that_went_missing_names_itself() {
    let root = pets();
    let (files, _) = folder(root.path(), Strict::Yes).unwrap();
    fs::remove_file(root.path().join("dogs/9.webp")).unwrap();
    let error = files.image(3).unwrap_err();
    assert!(matches!(error, Error::Read { .. }));
    assert!(
        error.to_string().ends_with("9.webp: wanted to read it"),
        "{error}"
    );
}

#[test]
fn truncated_pictures_are_skipped_and_counted_or_refused() {
    for name in [
        "cats/tabby/b.jpeg",
        "dogs/spaniel/2.jpg",
        "dogs/9.webp",
        "cats/tabby/a.png",
    ] {
        for part in [0.0, 0.05, 0.5, 0.95] {
            let root = pets();
            cut(root.path(), name, part);
            let (files, report) = folder(root.path(), Strict::No).unwrap();
            assert_eq!(files.items().len(), 5, "{name} at {part}");
            assert_eq!(report.unreadable()[0].name, name);
            assert!(!report.unreadable()[0].reason.is_empty());
            let error = folder(root.path(), Strict::Yes).unwrap_err();
            assert!(matches!(
                error,
                Error::Truncated { .. } | Error::Decode { .. }
            ));
            assert!(
                error
                    .to_string()
                    .contains(Path::new(name).file_name().unwrap().to_str().unwrap()),
                "{error}"
            );
        }
    }
}

/// A chunk of a PNG: length, name, bytes, and the CRC-32 of name and bytes.
fn chunk(name: &[u8; 4], bytes: &[u8]) -> Vec<u8> {
    let body = [name.as_slice(), bytes].concat();
    let crc = body.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    });
    let length = (bytes.len() as u32).to_be_bytes();
    [length.as_slice(), &body, &(!crc).to_be_bytes()].concat()
}

/// A PNG whose header promises `side` x `side` RGB pixels, and that holds none of them.
fn promise(side: u32) -> Vec<u8> {
    let side = side.to_be_bytes();
    let header = [side.as_slice(), &side, &[8, 2, 0, 0, 0]].concat();
    let parts = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"IDAT", &[]),
        chunk(b"IEND", &[]),
    ];
    parts.concat()
}

#[test]
fn a_picture_too_large_to_decode_is_refused_before_its_memory_is_taken() {
    let limited = |side| {
        let error = tercet_data::decode(&promise(side), Path::new("a.png")).unwrap_err();
        let Error::Decode { source, .. } = error else {
            panic!("{error}");
        };
        matches!(source, ImageError::Limits(_))
    };
    assert!(limited(60_000));
    assert!(limited(13_378), "3 * 13,378^2 is above 512 MiB");
    assert!(!limited(100), "small, and wrong for another reason");
}

#[test]
fn a_jpeg_cut_anywhere_is_noticed() {
    let root = tempfile::tempdir().unwrap();
    let bytes = write(root.path(), "1.jpg", 1);
    for length in 0..bytes.len() {
        assert!(
            tercet_data::decode(&bytes[..length], Path::new("1.jpg")).is_err(),
            "cut to {length}"
        );
    }
    assert!(tercet_data::decode(&bytes, Path::new("1.jpg")).is_ok());
}

#[test]
fn a_truncated_jpeg_says_so() {
    let root = tempfile::tempdir().unwrap();
    let bytes = write(root.path(), "1.jpg", 1);
    let half = bytes.len() * 95 / 100;
    let error = tercet_data::decode(&bytes[..half], Path::new("a/1.jpg")).unwrap_err();
    let wanted = format!(
        "a/1.jpg: wanted a whole jpeg, given one that ends after {half} bytes without its end marker"
    );
    assert_eq!(error.to_string(), wanted);
}

/// A JPEG with a whole one inside an APP1 segment, as cameras write thumbnails.
fn with_thumbnail(bytes: &[u8]) -> Vec<u8> {
    let length = (bytes.len() as u16 + 2).to_be_bytes();
    [
        &[0xFF, 0xD8, 0xFF, 0xE1],
        length.as_slice(),
        bytes,
        &bytes[2..],
    ]
    .concat()
}

#[test]
fn the_end_of_a_thumbnail_is_not_the_end_of_the_picture() {
    let root = tempfile::tempdir().unwrap();
    let bytes = with_thumbnail(&write(root.path(), "1.jpg", 1));
    let decode = |bytes: &[u8]| tercet_data::decode(bytes, Path::new("1.jpg"));
    assert!(decode(&bytes).is_ok());
    assert!(matches!(
        decode(&bytes[..bytes.len() - 20]).unwrap_err(),
        Error::Truncated { .. }
    ));
}

#[test]
fn what_follows_a_jpeg_and_fills_its_gaps_is_legal() {
    let root = tempfile::tempdir().unwrap();
    let bytes = write(root.path(), "1.jpg", 1);
    let decode = |bytes: &[u8]| tercet_data::decode(bytes, Path::new("1.jpg"));
    let trailing = [bytes.as_slice(), b"trailing bytes \xFF\xD8\xFF"].concat();
    assert_eq!(decode(&trailing).unwrap(), decode(&bytes).unwrap());
    let end = bytes.len() - 2;
    let filled = [&bytes[..end], &[0xFF, 0xFF], &bytes[end..]].concat();
    assert!(decode(&filled).is_ok());
}

#[test]
fn transparent_parts_lie_on_white() {
    let image = RgbaImage::from_fn(3, 1, |x, _| Rgba([100, 0, 200, [0, 128, 255][x as usize]]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::from(image)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    let flat = tercet_data::decode(bytes.get_ref(), Path::new("1.png")).unwrap();
    let pixels: Vec<[u8; 3]> = flat.pixels().map(|pixel| pixel.0).collect();
    assert_eq!(pixels, [[255, 255, 255], [177, 127, 227], [100, 0, 200]]);
}

#[test]
fn bytes_and_not_names_tell_the_format() {
    let root = tempfile::tempdir().unwrap();
    let bytes = write(root.path(), "1.png", 1);
    fs::write(root.path().join("2.jpg"), bytes).unwrap();
    let (files, report) = folder(root.path(), Strict::Yes).unwrap();
    assert_eq!(files.image(1).unwrap(), picture(1));
    assert_eq!(report.pictures()[0], report.pictures()[1]);
}

fn refused(path: impl AsRef<Path>) -> (Error, String) {
    let error = folder(path, Strict::No).unwrap_err();
    let message = error.to_string();
    (error, message)
}

#[test]
fn folders_without_pictures_are_refused_by_name() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().display();
    let (error, message) = refused(root.path().join("nowhere"));
    assert!(matches!(error, Error::Missing { .. }));
    assert_eq!(
        message,
        format!("{path}/nowhere: wanted a folder, given a path where nothing is")
    );

    let (error, message) = refused(root.path());
    assert!(matches!(error, Error::NoImages { .. }));
    let none = "wanted pictures (png, jpg, jpeg, webp), given none that can be read";
    assert_eq!(
        message,
        format!("{path}: {none}: 0 unreadable, 0 files of other kinds")
    );

    fs::write(root.path().join("a.txt"), "text").unwrap();
    fs::write(root.path().join("b.png"), "text").unwrap();
    let (_, message) = refused(root.path());
    assert_eq!(
        message,
        format!("{path}: {none}: 1 unreadable, 1 files of other kinds")
    );

    let (error, message) = refused(root.path().join("a.txt"));
    assert!(matches!(error, Error::NotAFolder { .. }));
    assert_eq!(
        message,
        format!("{path}/a.txt: wanted a folder, given a file")
    );
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_or_in_circles_are_unreadable() {
    let root = pets();
    std::os::unix::fs::symlink(root.path(), root.path().join("cats/again")).unwrap();
    std::os::unix::fs::symlink("nowhere", root.path().join("dogs/gone.png")).unwrap();
    let (files, report) = folder(root.path(), Strict::No).unwrap();
    assert_eq!(files.items().len(), 6);
    let unreadable: Vec<&str> = report
        .unreadable()
        .iter()
        .map(|picture| picture.name.as_str())
        .collect();
    assert_eq!(unreadable, ["cats/again", "dogs/gone.png"]);
    assert!(matches!(
        folder(root.path(), Strict::Yes).unwrap_err(),
        Error::Read { .. }
    ));
}

#[test]
fn what_gives_no_triplet_is_refused() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "cat/1.png", 1);
    write(root.path(), "cat/2.png", 2);
    let open = || folder(root.path(), Strict::Yes).unwrap().0;
    let path = root.path().display();
    let error = trainable(&open(), root.path()).unwrap_err();
    assert!(matches!(error, Error::OneClass { .. }));
    assert_eq!(
        error.to_string(),
        format!("{path}: wanted at least two classes, given one (cat)")
    );

    write(root.path(), "dog/1.png", 3);
    assert!(trainable(&open(), root.path()).is_ok());
    fs::remove_file(root.path().join("cat/2.png")).unwrap();
    let error = trainable(&open(), root.path()).unwrap_err();
    assert!(matches!(error, Error::NoPairs { classes: 2, .. }));
    assert_eq!(
        error.to_string(),
        format!(
            "{path}: wanted classes with at least two samples, given 2 classes of one sample each"
        )
    );
}

#[test]
fn pictures_that_a_manifest_names_in_vain_are_skipped_or_refused() {
    let root = pets();
    let text = "path,label\ncats/tabby/a.png,cat\nnowhere.png,cat\ncats/readme.txt,dog\n";
    let path = table(root.path(), text);
    let (files, report) = manifest(&path, Strict::No).unwrap();
    assert_eq!((files.items().len(), files.classes().len()), (1, 1));
    let unreadable: Vec<&str> = report
        .unreadable()
        .iter()
        .map(|picture| picture.name.as_str())
        .collect();
    assert_eq!(unreadable, ["nowhere.png", "cats/readme.txt"]);
    assert!(
        manifest(&path, Strict::Yes)
            .unwrap_err()
            .to_string()
            .contains("nowhere.png")
    );
    let none = manifest(table(root.path(), "path,label\n"), Strict::No).unwrap_err();
    assert!(matches!(none, Error::NoImages { .. }));
}

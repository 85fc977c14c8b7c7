//! The variation of pictures.
#![allow(clippy::unwrap_used, reason = "tests")]

use image::{Rgb, RgbImage};
use tercet_data::{Augment, Degrees, Fraction, Span};
use xxhash_rust::xxh3::xxh3_64;

/// A picture that Pillow can be given as well.
fn pattern(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([37 * x * x + 11 * y, 90 * x + 50 * y * y, 29 * x * y].map(|value| (value % 256) as u8))
    })
}

fn fraction(value: f32) -> Fraction {
    Fraction::new(value).unwrap()
}

fn everything() -> Augment {
    Augment {
        crop: Span::new(0.7, 1.2).unwrap(),
        rotate: Degrees::new(30.0).unwrap(),
        flip: true,
        hue: fraction(0.3),
        grey: fraction(0.1),
        erase: fraction(0.5),
        ..Augment::gentle()
    }
}

#[test]
fn views_are_pinned() {
    let view = |key| everything().apply(&pattern(20, 17), 16, key);
    let hashes = [1, 2, 3].map(|key| xxh3_64(view(key).as_raw()));
    assert_eq!(
        hashes,
        [
            11_906_494_337_449_834_881,
            13_004_968_362_963_071_843,
            6_528_372_901_417_833_724
        ]
    );
}

#[test]
fn no_strength_changes_nothing() {
    for key in 0..20 {
        let image = pattern(19, 19);
        assert_eq!(Augment::default().apply(&image, 19, key), image);
    }
    let stretched = Augment::default().apply(
        &RgbImage::from_fn(4, 2, |x, _| Rgb([50 * x as u8; 3])),
        2,
        1,
    );
    // Each pixel of the view is half-way between two of the picture.
    assert_eq!(
        stretched.into_raw(),
        [25, 25, 25, 125, 125, 125, 25, 25, 25, 125, 125, 125]
    );
}

#[test]
fn a_flip_mirrors_half_of_the_views() {
    let image = pattern(9, 9);
    let mirrored = image::imageops::flip_horizontal(&image);
    let flip = Augment {
        flip: true,
        ..Augment::default()
    };
    let views: Vec<RgbImage> = (0..400).map(|key| flip.apply(&image, 9, key)).collect();
    let count = views.iter().filter(|&view| *view == mirrored).count();
    assert!((160..240).contains(&count), "{count}");
    assert!(views.iter().all(|view| *view == mirrored || *view == image));
}

#[test]
fn a_half_turn_turns_both_axes() {
    // A crop of the whole, turned by an angle that the key draws: look for one near 180 degrees.
    let image = pattern(33, 33);
    let turned = image::imageops::rotate180(&image);
    let rotate = Augment {
        rotate: Degrees::new(180.0).unwrap(),
        ..Augment::default()
    };
    let difference = |key| {
        let view = rotate.apply(&image, 33, key);
        view.iter()
            .zip(turned.iter())
            .map(|(&one, &other)| u64::from(one.abs_diff(other)))
            .sum::<u64>()
    };
    let (nearest, others) = (0..400)
        .map(difference)
        .fold((u64::MAX, 0), |(least, sum), next| {
            (least.min(next), sum + next)
        });
    assert!(
        nearest < others / 400 / 4,
        "{nearest} of a mean of {}",
        others / 400
    );
}

#[test]
fn colours_change_as_their_definition_says() {
    let colours = [[200, 40, 90], [10, 220, 130]];
    let image = RgbImage::from_fn(2, 1, |x, _| Rgb(colours[x as usize]));
    let luma = |[red, green, blue]: [u8; 3]| {
        0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)
    };
    let grey = Augment {
        grey: fraction(1.0),
        ..Augment::default()
    }
    .apply(&image, 2, 5);
    for (pixel, colour) in grey.pixels().zip(colours) {
        assert!(
            pixel
                .0
                .iter()
                .all(|&value| (f32::from(value) - luma(colour)).abs() <= 1.0),
            "{pixel:?}"
        );
    }
    let turned = Augment {
        hue: fraction(1.0),
        ..Augment::default()
    };
    let dull = RgbImage::from_pixel(1, 1, Rgb([140, 110, 120]));
    for key in 0..20 {
        let view = turned.apply(&dull, 1, key).get_pixel(0, 0).0;
        assert!((luma(view) - luma([140, 110, 120])).abs() < 1.5, "{view:?}");
    }
    let brighter = Augment {
        brightness: fraction(0.5),
        ..Augment::default()
    };
    for key in 0..20 {
        let [red, green, blue] = brighter
            .apply(&dull, 1, key)
            .get_pixel(0, 0)
            .0
            .map(f32::from);
        let factor = red / 140.0;
        assert!((0.49..1.51).contains(&factor));
        assert!((green - factor * 110.0).abs() < 1.5 && (blue - factor * 120.0).abs() < 1.5);
    }
    let contrast = Augment {
        contrast: fraction(1.0),
        ..Augment::default()
    };
    let views = (0..40).map(|key| contrast.apply(&image, 2, key));
    let mean = (luma(colours[0]) + luma(colours[1])) / 2.0;
    let dullest = views.min_by_key(|view| {
        view.iter()
            .map(|&value| (f32::from(value) - mean).abs() as u32)
            .sum::<u32>()
    });
    assert!(
        dullest
            .unwrap()
            .iter()
            .all(|&value| (f32::from(value) - mean).abs() < 25.0)
    );
}

#[test]
fn an_erased_rectangle_has_one_colour_and_the_area_asked_for() {
    let image = RgbImage::from_pixel(50, 50, Rgb([1, 2, 3]));
    let erase = Augment {
        erase: fraction(1.0),
        erase_area: Span::new(0.1, 0.2).unwrap(),
        ..Augment::default()
    };
    for key in 0..50 {
        let view = erase.apply(&image, 50, key);
        let painted: Vec<&Rgb<u8>> = view.pixels().filter(|pixel| pixel.0 != [1, 2, 3]).collect();
        assert!((200..560).contains(&painted.len()), "{}", painted.len());
        assert!(painted.windows(2).all(|pair| pair[0] == pair[1]));
    }
}

#[test]
fn strengths_do_not_influence_each_other() {
    let image = pattern(16, 16);
    let shift = Augment {
        shift: fraction(0.2),
        ..Augment::default()
    };
    let both = Augment {
        erase: fraction(1.0),
        ..shift
    };
    for key in 0..20 {
        let (one, two) = (shift.apply(&image, 16, key), both.apply(&image, 16, key));
        let same = one
            .pixels()
            .zip(two.pixels())
            .filter(|(one, two)| one == two)
            .count();
        assert!(same >= 16 * 16 / 2, "{same}");
    }
}

#[test]
fn augmentation_reads_from_a_recipe() {
    let text = "crop = [0.8, 1.0]\nrotate = 10\nflip = true\nerase_area = [0.05, 0.1]";
    let given: Augment = toml::from_str(text).unwrap();
    let span = |low, high| Span::new(low, high).unwrap();
    let rotate = Degrees::new(10.0).unwrap();
    let wanted = Augment {
        crop: span(0.8, 1.0),
        rotate,
        flip: true,
        erase_area: span(0.05, 0.1),
        ..Augment::default()
    };
    assert_eq!(given, wanted);
    let wrong = toml::from_str::<Augment>("flip = true\nspin = 3")
        .unwrap_err()
        .to_string();
    assert!(
        wrong.contains("spin") && wrong.contains("line 2"),
        "{wrong}"
    );
    let wrong = toml::from_str::<Augment>("brightness = -0.1")
        .unwrap_err()
        .to_string();
    assert!(
        wrong.contains("wanted a number in [0, 1], given -0.1"),
        "{wrong}"
    );
    let wrong = toml::from_str::<Augment>("crop = [2.0, 1.0]")
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("low <= high"), "{wrong}");
}

#[test]
fn without_pixels_nothing_panics() {
    assert_eq!(
        everything().apply(&RgbImage::new(0, 3), 2, 1).dimensions(),
        (2, 2)
    );
    assert_eq!(
        everything().apply(&pattern(3, 3), 0, 1).dimensions(),
        (0, 0)
    );
}

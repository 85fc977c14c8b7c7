//! From pictures to numbers.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use image::{Rgb, RgbImage};
use serde_json::json;
use tercet_data::{
    Augment, Dataset, Degrees, Error, Feed, Fraction, Item, Plan, Preprocess, Resample, Sampler,
    Span,
};

/// A picture that Pillow can be given as well.
fn pattern(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([37 * x * x + 11 * y, 90 * x + 50 * y * y, 29 * x * y].map(|value| (value % 256) as u8))
    })
}

/// The numbers as they were in `0..=255`.
fn values(preprocess: &Preprocess, image: &RgbImage) -> Vec<f32> {
    let mut numbers = vec![0.0; preprocess.numbers()];
    preprocess.apply(image, &mut numbers);
    numbers.into_iter().map(|number| number * 255.0).collect()
}

#[test]
fn sizes_change_as_in_pillow() {
    // Pillow 13.0.0: Image.resize((3, 3), 1 | 2 | 3) of the same pattern of 7 x 5 pixels, first
    // row.
    for (resample, wanted) in [
        (Resample::Lanczos, [48, 93, 5, 111, 127, 37, 102, 129, 68]),
        (Resample::Bilinear, [53, 98, 11, 102, 110, 37, 108, 136, 64]),
        (Resample::Bicubic, [49, 95, 7, 106, 117, 36, 105, 133, 65]),
    ] {
        let preprocess = Preprocess::new(3, [0.0; 3], [1.0; 3], resample).unwrap();
        let given = values(&preprocess, &pattern(7, 5));
        for (given, wanted) in given.into_iter().zip(wanted) {
            assert!(
                (given - wanted as f32).abs() < 1.01,
                "{resample:?}: {given} and {wanted}"
            );
        }
    }
}

#[test]
fn channels_are_normalised_each_for_itself() {
    let preprocess =
        Preprocess::new(1, [0.1, 0.2, 0.3], [0.5, 0.25, 2.0], Resample::Bilinear).unwrap();
    let mut numbers = [0.0; 3];
    preprocess.apply(
        &RgbImage::from_pixel(1, 1, Rgb([51, 102, 255])),
        &mut numbers,
    );
    for (given, wanted) in numbers.into_iter().zip([0.2, 0.8, 0.35]) {
        assert!((given - wanted as f32).abs() < 1e-6);
    }
}

#[test]
fn a_picture_without_pixels_does_not_panic() {
    let numbers = values(&Preprocess::square(2).unwrap(), &RgbImage::new(0, 3));
    assert_eq!(numbers, [-255.0; 12]);
}

#[test]
#[should_panic(expected = "the place for a picture's numbers")]
fn a_place_of_another_length_is_a_broken_promise() {
    Preprocess::square(2)
        .unwrap()
        .apply(&pattern(2, 2), &mut [0.0; 11]);
}

#[test]
fn numbers_out_of_range_are_refused() {
    for (error, message) in [
        (
            Preprocess::square(0),
            "size: wanted 1 to 4096 pixels, given 0",
        ),
        (
            Preprocess::new(8, [f32::NAN; 3], [1.0; 3], Resample::Bilinear),
            "image_mean: wanted finite numbers, given [NaN, NaN, NaN]",
        ),
        (
            Preprocess::new(8, [0.0; 3], [1.0, 0.0, 1.0], Resample::Bilinear),
            "image_std: wanted positive finite numbers, given [1.0, 0.0, 1.0]",
        ),
    ] {
        assert_eq!(error.unwrap_err().to_string(), message);
    }
    assert_eq!(
        Fraction::new(f32::NAN).unwrap_err().to_string(),
        "fraction: wanted a number in [0, 1], given NaN"
    );
    assert_eq!(
        Degrees::new(181.0).unwrap_err().to_string(),
        "angle: wanted degrees in [0, 180], given 181"
    );
    let span = Span::new(0.0, 1.0).unwrap_err();
    assert_eq!(
        span.to_string(),
        "span: wanted [low, high] with 0.01 <= low <= high <= 10, given [0, 1]"
    );
}

#[test]
fn the_configuration_is_that_of_the_ecosystem() {
    let preprocess = Preprocess::new(
        32,
        [0.485, 0.456, 0.406],
        [0.229, 0.224, 0.225],
        Resample::Bicubic,
    )
    .unwrap();
    let json = serde_json::to_value(preprocess).unwrap();
    assert_eq!(json["size"], json!({"height": 32, "width": 32}));
    assert_eq!(json["resample"], 3);
    assert_eq!(json["do_normalize"], true);
    assert_eq!(json["image_processor_type"], "ViTImageProcessor");
    let text = serde_json::to_string(&preprocess).unwrap();
    assert!(
        text.contains("\"image_mean\":[0.485,0.456,0.406]"),
        "{text}"
    );
    assert_eq!(
        serde_json::from_str::<Preprocess>(&text).unwrap(),
        preprocess
    );
}

#[test]
fn configurations_of_others_are_read_or_refused() {
    let read = |value: serde_json::Value| serde_json::from_value::<Preprocess>(value);
    let plain =
        read(json!({"size": 8, "feature_extractor_type": "x", "do_normalize": false})).unwrap();
    assert_eq!(
        plain,
        Preprocess::new(8, [0.0; 3], [1.0; 3], Resample::Bilinear).unwrap()
    );
    for (value, message) in [
        (
            json!({"size": {"height": 8, "width": 9}}),
            "size: wanted a square, given height 8, width 9",
        ),
        (
            json!({"size": 8, "do_resize": false}),
            "do_resize: wanted true, given false",
        ),
        (
            json!({"size": 8, "do_rescale": false}),
            "do_rescale: wanted true, given false",
        ),
        (
            json!({"size": 8, "do_center_crop": true}),
            "crop_size: wanted the size of the crop, given none",
        ),
        (
            json!({"size": {"shortest_edge": 8}}),
            "do_center_crop: wanted true with size.shortest_edge, given false",
        ),
        (
            json!({"size": {"height": 8, "width": 8}, "do_center_crop": true, "crop_size": 8}),
            "size: wanted shortest_edge with do_center_crop, given height and width",
        ),
        (
            json!({"size": 8, "do_center_crop": true, "crop_size": {"height": 8, "width": 6}}),
            "crop_size: wanted a square, given height 8, width 6",
        ),
        (
            json!({"size": 8, "rescale_factor": 0.5}),
            "rescale_factor: wanted 1/255, given 0.5",
        ),
        (
            json!({"size": 8, "resample": 0}),
            "resample: wanted 1 (lanczos), 2 (bilinear) or 3 (bicubic), given 0",
        ),
    ] {
        assert_eq!(
            read(value).unwrap_err().to_string(),
            format!("preprocessor_config.json, {message}")
        );
    }
    let sides = read(json!({"size": {"longest_edge": 8}})).unwrap_err();
    assert_eq!(
        sides.to_string(),
        "size: wanted a whole number, height and width, or shortest_edge, as whole numbers"
    );
    assert!(
        read(json!({"image_mean": [0.5, 0.5, 0.5]}))
            .unwrap_err()
            .to_string()
            .contains("size")
    );
}

#[test]
fn the_middle_is_cut_out_as_by_clips_processor() {
    let read = |value: serde_json::Value| serde_json::from_value::<Preprocess>(value).unwrap();
    let preprocess = read(json!({"size": {"shortest_edge": 4}, "do_center_crop": true,
        "crop_size": {"height": 3, "width": 3}, "resample": 3, "do_normalize": false}));
    let by_hand = Preprocess::new(3, [0.0; 3], [1.0; 3], Resample::Bicubic).unwrap();
    assert_eq!(preprocess, by_hand.cropped(4).unwrap());
    let json = serde_json::to_value(preprocess).unwrap();
    assert_eq!(json["size"], json!({"shortest_edge": 4}));
    assert_eq!(json["image_processor_type"], "CLIPImageProcessor");
    assert_eq!(read(json), preprocess);
    assert!(by_hand.cropped(2).is_err());
    // transformers 5.24.0: CLIPImageProcessor(size={"shortest_edge": 4}, crop_size=3, ..) of the pattern, red.
    for ((width, height), wanted) in [
        ((7, 5), [105, 91, 118, 118, 104, 131, 132, 118, 145]),
        ((5, 9), [31, 115, 141, 45, 129, 155, 59, 143, 169]),
    ] {
        let given = values(&preprocess, &pattern(width, height));
        let red = given.iter().step_by(3);
        for (given, wanted) in red.zip(wanted) {
            assert!((given - wanted as f32).abs() < 1.01, "{given} and {wanted}");
        }
    }
    // A thread of pixels costs no more than another picture, and its middle is the same as of a shorter one.
    let clip = Preprocess::new(224, [0.0; 3], [1.0; 3], Resample::Bicubic).unwrap();
    let clip = clip.cropped(256).unwrap();
    let thread = |length| RgbImage::from_pixel(length, 1, Rgb([9, 80, 200]));
    assert_eq!(values(&clip, &thread(60_000)), values(&clip, &thread(7)));
    // A picture that is no larger than the crop, and one without pixels.
    values(&preprocess, &pattern(1, 3));
    values(&preprocess, &RgbImage::new(0, 0));
}

/// One wide picture: blue in the middle, red on both sides.
struct Wide(Vec<Item>);

impl Dataset for Wide {
    fn items(&self) -> &[Item] {
        &self.0
    }

    fn classes(&self) -> &[String] {
        &[]
    }

    fn image(&self, _: usize) -> Result<RgbImage, Error> {
        let colour = |x| {
            if (10..20).contains(&x) {
                [0, 0, 255]
            } else {
                [255, 0, 0]
            }
        };
        Ok(RgbImage::from_fn(30, 10, |x, _| Rgb(colour(x))))
    }
}

#[test]
fn a_view_is_of_the_middle_square_too() {
    let item = Item {
        name: "wide".into(),
        class: 0,
        group: None,
        source: None,
        split: None,
    };
    let rows = Sampler::Rows {
        batch: 1,
        shuffle: true,
    };
    let stretched = Preprocess::new(4, [0.0; 3], [1.0; 3], Resample::Bilinear).unwrap();
    let flip = Augment {
        flip: true,
        ..Augment::default()
    };
    let red = |preprocess, augment| {
        let feed = Feed {
            dataset: Arc::new(Wide(vec![item.clone()])),
            plan: Arc::new(Plan::new(&rows, &[0], 1).unwrap()),
            items: Arc::new([0]),
            preprocess,
            augment,
            seed: 1,
        };
        let pixels = feed.minibatch(0).unwrap().pixels;
        pixels.iter().step_by(3).sum::<f32>()
    };
    for augment in [None, Some(flip)] {
        // Smoothing before the crop brings in a little of what stands beside.
        assert!(red(stretched.cropped(4).unwrap(), augment) < 1.0);
        assert!(red(stretched, augment) > 4.0);
    }
}

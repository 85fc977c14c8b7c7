//! The loader: order, bits on any number of threads, errors, ending.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use image::{Rgb, RgbImage};
use tercet_data::{
    Augment, Dataset, Error, Feed, Fraction, Item, Loader, Minibatch, Plan, Preprocess, Sampler,
    load, view_key,
};

/// Twelve classes of four one-coloured pictures.
struct Tiles {
    items: Vec<Item>,
    classes: Vec<String>,
    asked: AtomicUsize,
    trouble: Trouble,
}

#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    No,
    Slow,
    /// This item cannot be read.
    Unreadable(usize),
    /// This item panics.
    Panics(usize),
}

impl Tiles {
    fn new(trouble: Trouble) -> Arc<Self> {
        let item = |place: u32| Item {
            name: format!("{place}"),
            class: place / 4,
            group: None,
            source: None,
            split: None,
        };
        let classes = (0..12).map(|class| format!("class {class}")).collect();
        Arc::new(Self {
            items: (0..48).map(item).collect(),
            classes,
            asked: AtomicUsize::new(0),
            trouble,
        })
    }
}

impl Dataset for Tiles {
    fn items(&self) -> &[Item] {
        &self.items
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn image(&self, index: usize) -> Result<RgbImage, Error> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        match self.trouble {
            Trouble::Slow => std::thread::sleep(Duration::from_millis(2)),
            Trouble::Unreadable(bad) if index == bad => {
                return Err(Error::Index {
                    wanted: 48,
                    given: 1_009,
                });
            }
            Trouble::Panics(bad) if index == bad => panic!("a broken data set"),
            _ => {}
        }
        let item = self.items.get(index).ok_or(Error::Index {
            wanted: 48,
            given: index,
        })?;
        Ok(RgbImage::from_fn(6, 5, |x, y| {
            Rgb([
                item.class as u8 * 20,
                40 * x as u8,
                5 * y as u8 + index as u8,
            ])
        }))
    }
}

fn feed(dataset: Arc<Tiles>) -> Feed {
    let items: Arc<[usize]> = (4..48).collect();
    let labels: Vec<u32> = items
        .iter()
        .map(|&item| dataset.items()[item].class)
        .collect();
    let plan = Plan::new(
        &Sampler::Pk {
            classes: 5,
            samples: 3,
        },
        &labels,
        3,
    )
    .unwrap();
    let augment = Some(Augment {
        flip: true,
        erase: Fraction::new(0.5).unwrap(),
        ..Augment::gentle()
    });
    let preprocess = Preprocess::square(8).unwrap();
    Feed {
        dataset,
        plan: Arc::new(plan),
        items,
        preprocess,
        augment,
        seed: 11,
    }
}

#[test]
fn order_and_bits_do_not_depend_on_threads() {
    let feed = feed(Tiles::new(Trouble::No));
    let plain: Vec<Minibatch> = (2..31).map(|step| feed.minibatch(step).unwrap()).collect();
    assert!(
        plain
            .windows(2)
            .all(|pair| pair[0].pixels != pair[1].pixels)
    );
    for (threads, ahead) in [(0, 0), (1, 1), (1, 4), (2, 2), (3, 8), (8, 3), (8, 64)] {
        let loader = Loader::with_threads(feed.clone(), 2..31, ahead, threads).unwrap();
        assert_eq!(loader.size_hint(), (29, Some(29)));
        let loaded: Vec<Minibatch> = loader.map(Result::unwrap).collect();
        assert!(loaded == plain, "{threads} threads, {ahead} ahead");
    }
}

#[test]
fn a_minibatch_says_what_it_holds() {
    let feed = feed(Tiles::new(Trouble::No));
    let batch = feed.minibatch(7).unwrap();
    let places = feed.plan.batch(7);
    assert_eq!(batch.step, 7);
    assert_eq!(batch.pixels.len(), 15 * 8 * 8 * 3);
    for ((place, &index), &label) in places.into_iter().zip(&batch.indices).zip(&batch.labels) {
        assert_eq!(feed.items[place], index);
        assert_eq!(label, index as i64 / 4);
    }
}

#[test]
fn an_item_drawn_twice_gets_two_views() {
    let dataset = Tiles::new(Trouble::No);
    let mut feed = feed(dataset.clone());
    feed.items = Arc::new([0, 1, 4, 5]);
    feed.plan = Arc::new(
        Plan::new(
            &Sampler::Pk {
                classes: 2,
                samples: 4,
            },
            &[0, 0, 1, 1],
            1,
        )
        .unwrap(),
    );
    let batch = feed.minibatch(0).unwrap();
    assert_eq!(batch.indices[0], batch.indices[2]);
    let views: Vec<&[f32]> = batch.pixels.chunks_exact(8 * 8 * 3).collect();
    assert_ne!(views[0], views[2]);
    assert_ne!(view_key(1, 2, 3), view_key(1, 2, 4));
    assert_ne!(view_key(1, 2, 3), view_key(2, 1, 3));
}

#[test]
fn without_augmentation_it_equals_plain_loading() {
    let dataset = Tiles::new(Trouble::No);
    let feed = Feed {
        augment: None,
        ..feed(dataset.clone())
    };
    let batch = feed.minibatch(3).unwrap();
    assert_eq!(
        load(dataset.as_ref(), &batch.indices, &feed.preprocess).unwrap(),
        batch.pixels
    );
    let error = load(dataset.as_ref(), &[3, 99, 98], &feed.preprocess).unwrap_err();
    assert_eq!(
        error.to_string(),
        "item: wanted an index below 48, given 99"
    );
}

/// An item that is first drawn in step 2.
fn first_drawn_in_step_two() -> usize {
    let feed = feed(Tiles::new(Trouble::No));
    let indices = |step| feed.minibatch(step).unwrap().indices;
    let before: Vec<usize> = [indices(0), indices(1)].concat();
    indices(2)
        .into_iter()
        .find(|index| !before.contains(index))
        .unwrap()
}

#[test]
fn an_unreadable_picture_ends_the_work_at_its_step() {
    let feed = feed(Tiles::new(Trouble::Unreadable(first_drawn_in_step_two())));
    for threads in 1..5 {
        let loader = Loader::with_threads(feed.clone(), 0..100, 4, threads).unwrap();
        let outcomes: Vec<Result<Minibatch, Error>> = loader.collect();
        assert_eq!(outcomes.len(), 3);
        assert!(outcomes[..2].iter().all(Result::is_ok));
        assert!(matches!(
            outcomes[2],
            Err(Error::Index { given: 1_009, .. })
        ));
    }
}

#[test]
fn a_panicking_data_set_is_an_error_and_no_silent_end() {
    let feed = feed(Tiles::new(Trouble::Panics(first_drawn_in_step_two())));
    let outcomes: Vec<Result<Minibatch, Error>> =
        Loader::with_threads(feed, 0..100, 2, 2).unwrap().collect();
    assert_eq!(outcomes.len(), 3);
    let last = outcomes[2].as_ref().unwrap_err();
    assert!(matches!(last, Error::Stopped { step: 2 }));
    assert!(
        last.to_string()
            .starts_with("loader: wanted the minibatch of step 2")
    );
}

#[test]
fn dropping_it_ends_its_threads_soon() {
    let dataset = Tiles::new(Trouble::Slow);
    let mut loader = Loader::with_threads(feed(dataset.clone()), 0..1_000_000, 4, 4).unwrap();
    loader.next().unwrap().unwrap();
    let from = Instant::now();
    drop(loader);
    assert!(from.elapsed() < Duration::from_millis(500));
    assert_eq!(Arc::strong_count(&dataset), 1);
    // One step out, four in hand and in the queues.
    assert!(dataset.asked.load(Ordering::Relaxed) <= 15 * 10);
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let whole = feed(Tiles::new(Trouble::No));
    let short = Feed {
        items: Arc::new([1, 2, 3]),
        ..whole.clone()
    };
    let error = Loader::start(short, 0..1, 1).unwrap_err();
    assert_eq!(error.to_string(), "labels: wanted 3, given 44");
    let wild = Feed {
        items: (5..49).collect(),
        ..whole
    };
    assert!(matches!(
        wild.minibatch(0).unwrap_err(),
        Error::Index {
            wanted: 48,
            given: 48
        }
    ));
}

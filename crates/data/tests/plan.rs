//! Samplers bound to labels: pinned batches, laws, and what they refuse.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use tercet_data::{Error, Plan, Sampler};

/// Classes of 1, 2, 3, 4, 5, 1, 2, ... samples, shuffled a little by striding.
fn labels(classes: u32) -> Vec<u32> {
    let sorted: Vec<u32> = (0..classes)
        .flat_map(|class| vec![class; class as usize % 5 + 1])
        .collect();
    let stride = 7;
    (0..stride)
        .flat_map(|start| sorted.iter().skip(start).step_by(stride).copied())
        .collect()
}

fn pk(classes: usize, samples: usize) -> Sampler {
    Sampler::Pk { classes, samples }
}

#[test]
fn batches_are_pinned() {
    let labels = labels(12);
    let batch = |sampler, step| Plan::new(&sampler, &labels, 42).unwrap().batch(step);
    let batches = (
        batch(pk(3, 2), 5),
        batch(
            Sampler::Facenet {
                classes: 2,
                samples: 2,
                random: 4,
            },
            5,
        ),
        batch(Sampler::Triplets { triplets: 2 }, 5),
    );
    let wanted = (
        vec![1, 6, 12, 17, 18, 13],
        vec![28, 32, 24, 19, 18, 12, 0, 27],
        vec![8, 3, 15, 9, 28, 25],
    );
    assert_eq!(batches, wanted);
}

#[test]
fn a_pk_batch_is_p_classes_of_k_samples() {
    let labels = labels(40);
    let plan = Plan::new(&pk(7, 3), &labels, 1).unwrap();
    assert_eq!(
        (plan.batch_size(), plan.left_out(), plan.short()),
        (21, 8, 8)
    );
    for step in 0..50 {
        let batch = plan.batch(step);
        let classes: Vec<u32> = batch.iter().step_by(3).map(|&item| labels[item]).collect();
        assert_eq!(classes.iter().collect::<HashSet<_>>().len(), 7);
        for (samples, class) in batch.chunks_exact(3).zip(classes) {
            assert!(samples.iter().all(|&item| labels[item] == class));
            let different = samples.iter().collect::<HashSet<_>>().len();
            assert_eq!(different, (class as usize % 5 + 1).min(3));
        }
    }
}

#[test]
fn an_epoch_shows_every_class_and_fills_its_last_step() {
    let labels = labels(40);
    let plan = Plan::new(&pk(7, 2), &labels, 1).unwrap();
    assert_eq!(plan.steps_per_epoch(), 5); // 32 classes of two or more
    for epoch in 0..4 {
        let mut seen: HashMap<u32, usize> = HashMap::new();
        for step in epoch * 5..(epoch + 1) * 5 {
            assert_eq!(plan.epoch_of(step), epoch);
            for item in plan.batch(step).into_iter().step_by(2) {
                *seen.entry(labels[item]).or_default() += 1;
            }
        }
        assert_eq!(seen.len(), 32);
        assert_eq!(seen.values().filter(|&&times| times == 2).count(), 3); // 5 * 7 - 32
        assert!(seen.values().all(|&times| times <= 2));
    }
}

#[test]
fn a_short_class_gives_its_samples_in_turn() {
    let labels = [0, 0, 1, 1, 1];
    let plan = Plan::new(&pk(2, 4), &labels, 1).unwrap();
    for step in 0..20 {
        let batch = plan.batch(step);
        assert_eq!(batch.iter().filter(|&&item| item == 0).count(), 2);
        assert_eq!(batch.iter().filter(|&&item| item == 1).count(), 2);
        assert!((2..5).all(|item| (1..=2).contains(&batch.iter().filter(|&&other| other == item).count())));
    }
}

#[test]
fn facenet_adds_others_of_other_classes_without_repetition() {
    let labels = labels(40);
    let sampler = Sampler::Facenet {
        classes: 5,
        samples: 4,
        random: 60,
    };
    let plan = Plan::new(&sampler, &labels, 1).unwrap();
    let mut single = false;
    for step in 0..20 {
        let batch = plan.batch(step);
        let classes: HashSet<u32> = batch[..20].iter().map(|&item| labels[item]).collect();
        let others: HashSet<usize> = batch[20..].iter().copied().collect();
        assert_eq!((batch.len(), others.len()), (80, 60));
        assert!(others.iter().all(|&item| !classes.contains(&labels[item])));
        single |= others.iter().any(|&item| labels[item].is_multiple_of(5));
    }
    assert!(single, "classes of one sample serve as negatives");
    assert_eq!(Sampler::facenet().batch_size(), 1_800);
}

#[test]
fn triplets_are_uniform_over_all_triplets() {
    // Class 0 has 2 items, class 1 has 3, class 2 has 1: 2*1*4 + 3*2*3 = 26 triplets.
    let labels = [0, 0, 1, 1, 1, 2];
    let plan = Plan::new(&Sampler::Triplets { triplets: 1_000 }, &labels, 1).unwrap();
    let mut seen: HashMap<Vec<usize>, usize> = HashMap::new();
    for step in 0..26 {
        for triplet in plan.batch(step).chunks_exact(3) {
            let [a, p, n] = [0, 1, 2].map(|place| triplet[place]);
            assert!(a != p && labels[a] == labels[p] && labels[a] != labels[n]);
            *seen.entry(triplet.to_vec()).or_default() += 1;
        }
    }
    assert_eq!(seen.len(), 26);
    assert!(
        seen.values().all(|&times| (850..1_150).contains(&times)),
        "{seen:?}"
    );
}

#[test]
fn a_batch_depends_on_seed_and_step_alone() {
    let labels = labels(40);
    for sampler in [
        pk(6, 3),
        Sampler::Facenet {
            classes: 3,
            samples: 2,
            random: 9,
        },
        Sampler::Triplets { triplets: 8 },
    ] {
        let plan = Plan::new(&sampler, &labels, 1).unwrap();
        let backwards: Vec<Vec<usize>> = (0..20).rev().map(|step| plan.batch(step)).collect();
        let again = Plan::new(&sampler, &labels, 1).unwrap();
        let other = Plan::new(&sampler, &labels, 2).unwrap();
        for (step, batch) in (0..20).rev().zip(backwards) {
            assert_eq!(again.batch(step), batch);
            assert_eq!(batch.len(), plan.batch_size());
            assert_ne!(other.batch(step), batch);
        }
    }
}

/// Seconds of the fastest of some runs of twenty steps, over so many classes of two.
fn seconds(sampler: &Sampler, classes: u32) -> f64 {
    let labels: Vec<u32> = (0..2 * classes).map(|item| item / 2).collect();
    let plan = Plan::new(sampler, &labels, 1).unwrap();
    plan.batch(0); // shuffles the epoch
    let run = |at: u64| {
        let from = Instant::now();
        (0..20).for_each(|step| assert_eq!(plan.batch(20 * at + step).len(), plan.batch_size()));
        from.elapsed().as_secs_f64()
    };
    (0..10).map(run).fold(f64::INFINITY, f64::min)
}

#[test]
fn a_step_costs_what_its_batch_costs() {
    let facenet = Sampler::Facenet {
        classes: 20,
        samples: 2,
        random: 60,
    };
    for sampler in [pk(20, 2), facenet] {
        let (few, many) = (seconds(&sampler, 5_000), seconds(&sampler, 1_000_000));
        // 200 times as many; memory that no cache holds makes each of the few numbers slower.
        assert!(many < 20.0 * few, "{sampler:?}: {few} s, {many} s");
    }
}

#[test]
fn epochs_that_are_walked_by_turns_stay_what_they_are() {
    let labels = labels(40);
    let plan = Plan::new(&pk(7, 2), &labels, 1).unwrap();
    let fresh = |step| Plan::new(&pk(7, 2), &labels, 1).unwrap().batch(step);
    for step in [0, 4, 5, 3, 6, 14, 2, 99, 0] {
        assert_eq!(plan.batch(step), fresh(step), "{step}");
    }
}

#[test]
fn what_cannot_be_sampled_is_refused() {
    let refuse = |sampler, labels: &[u32]| Plan::new(&sampler, labels, 1).unwrap_err();
    let triplets = Sampler::Triplets { triplets: 1 };
    for (error, message) in [
        (
            refuse(pk(1, 2), &[0, 0]),
            "sampler.classes: wanted 2 to 1,048,576, given 1",
        ),
        (
            refuse(pk(2, 1), &[0, 0]),
            "sampler.samples: wanted 2 to 1,048,576, given 1",
        ),
        (
            refuse(Sampler::Triplets { triplets: 0 }, &[0, 0]),
            "sampler.triplets: wanted 1 to 1,048,576, given 0",
        ),
        (
            refuse(pk(2, 32_769), &[0, 0, 1, 1]),
            "sampler.classes * sampler.samples: wanted at most 65,536 items in a batch, given 65538",
        ),
        (
            refuse(
                Sampler::Facenet {
                    classes: 2,
                    samples: 2,
                    random: 65_533,
                },
                &[0, 0, 1, 1],
            ),
            "sampler.classes * sampler.samples + sampler.random: wanted at most 65,536 items in a \
             batch, given 65537",
        ),
        (
            refuse(Sampler::Triplets { triplets: 21_846 }, &[0, 0, 1, 1]),
            "3 * sampler.triplets: wanted at most 65,536 items in a batch, given 65538",
        ),
        (
            refuse(pk(2, 2), &[0, 0, 0, 1]),
            "sampler: wanted at least 2 training classes with two samples or more, given 1",
        ),
        (
            refuse(pk(2, 2), &[]),
            "sampler: wanted at least 2 training classes with two samples or more, given 0",
        ),
        (
            refuse(triplets, &[0, 0, 0]),
            "sampler: wanted at least 2 training classes with two samples or more, given 1",
        ),
        (
            refuse(triplets, &[0, 1, 2]),
            "sampler: wanted at least 2 training classes with two samples or more, given 0",
        ),
        (
            refuse(
                Sampler::Facenet {
                    classes: 2,
                    samples: 2,
                    random: 3,
                },
                &[0, 0, 0, 1, 1, 2, 2],
            ),
            "sampler.random: wanted at most 2 pictures of other classes, given 3",
        ),
        (
            refuse(
                Sampler::Facenet {
                    classes: 3,
                    samples: 2,
                    random: 0,
                },
                &[0, 0, 1, 1],
            ),
            "sampler: wanted at least 3 training classes with two samples or more, given 2",
        ),
    ] {
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn the_size_of_a_batch_does_not_overflow() {
    let (classes, samples, random) = (usize::MAX, usize::MAX, 1);
    let facenet = Sampler::Facenet {
        classes,
        samples,
        random,
    };
    let triplets = Sampler::Triplets { triplets: classes };
    for sampler in [pk(classes, samples), facenet, triplets] {
        assert_eq!(sampler.batch_size(), usize::MAX);
        assert!(Plan::new(&sampler, &[0, 0, 1, 1], 1).is_err());
    }
    assert!(Plan::new(&pk(2, 32_768), &[0, 0, 1, 1], 1).is_ok());
}

#[test]
fn full_names_the_first_short_class() {
    let names = ["cat", "dog"].map(str::to_owned);
    let plan = Plan::new(&pk(2, 3), &[0, 0, 0, 1, 1], 1).unwrap();
    let error = plan.full(&names).unwrap_err();
    assert!(matches!(
        error,
        Error::ClassShort {
            wanted: 3,
            given: 2,
            ..
        }
    ));
    assert_eq!(
        error.to_string(),
        "class dog: wanted at least 3 samples, given 2"
    );
    assert!(
        Plan::new(&pk(2, 2), &[0, 0, 0, 1, 1], 1)
            .unwrap()
            .full(&names)
            .is_ok()
    );
}

#[test]
fn samplers_read_from_a_recipe() {
    let read = |text: &str| toml::from_str::<Sampler>(text);
    assert_eq!(
        read("kind = 'pk'\nclasses = 8\nsamples = 4").unwrap(),
        pk(8, 4)
    );
    assert_eq!(read("kind = 'facenet'").unwrap(), Sampler::facenet());
    assert_eq!(
        read("kind = 'triplets'\ntriplets = 9").unwrap(),
        Sampler::Triplets { triplets: 9 }
    );
    let wrong = read("kind = 'pk'\nclasses = 8\nsamples = 4\nrandom = 1")
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("random"), "{wrong}");
    assert!(read("kind = 'kp'").unwrap_err().to_string().contains("kp"));
}

//! Affinities beside the tables.

use crate::truth::{listed, mark, path, relevance, set, shared};
use crate::{M, N};
use tercet_kernels::{Affinity, Mark, Masked, Pairs, Paths, Relevance, Sets};

/// An affinity says of every pair what a batch makes of it, itself and duplicates aside.
#[test]
fn affinities_agree_with_the_tables() {
    fn check(affinity: &Affinity<'_>, shift: usize, alike: &dyn Fn(usize, usize) -> bool) {
        let (n, m) = affinity.shape();
        for a in 0..n {
            let wanted: Vec<usize> = (0..m).filter(|&c| alike(a, c + shift)).collect();
            assert_eq!(affinity.positives(a), wanted);
            for c in 0..m {
                assert_eq!(affinity.is_positive(a, c), wanted.contains(&c));
            }
        }
    }
    let sets = |from| (from..from + M).map(set).collect::<Sets>();
    let paths = |from| Paths::new((from..from + M).map(path)).unwrap();
    let classes = |from: usize| (from..from + M).map(|i| i as i64 % 4).collect::<Vec<_>>();
    let (one, two) = (sets(0), sets(2));
    let alike = |a: usize, c: usize| shared(&set(a), &set(c)).0 > 0.0;
    check(&Affinity::within(&one), 0, &alike);
    check(&Affinity::between(&one, &two).unwrap(), 2, &alike);
    assert_eq!(
        Affinity::between(&one, &two).unwrap().grade(3, 4),
        (shared(&set(3), &set(6)).0 / shared(&set(3), &set(6)).1) as f32
    );
    let (one, two) = (paths(0), paths(2));
    let alike = |a: usize, c: usize| path(a) == path(c);
    check(&Affinity::within(&one), 0, &alike);
    check(&Affinity::between(&one, &two).unwrap(), 2, &alike);
    let (one, two) = (classes(0), classes(2));
    let alike = |a: usize, c: usize| a % 4 == c % 4;
    check(&Affinity::within(&one), 0, &alike);
    check(&Affinity::between(&one, &two).unwrap(), 2, &alike);
    let labels = Relevance::function((N, M), &relevance)
        .positive_from(0.5)
        .unwrap();
    check(&Affinity::within(labels), 0, &|a, c| relevance(a, c) >= 0.5);
    assert_eq!(Affinity::within(labels).shape(), (N, M));
    assert_eq!(Affinity::within(labels).grade(3, 4), relevance(3, 4));
    let pairs = (0..N).flat_map(|a| (0..M).map(move |c| (a, c)));
    let pairs = Pairs::new((N, M), pairs.filter(|&(a, c)| listed(a, c))).unwrap();
    check(&Affinity::within(&pairs), 0, &listed);
    let masked = Masked::between((N, M), mark);
    check(&Affinity::within(&masked), 0, &|a, c| {
        mark(a, c) == Mark::Positive
    });
    assert_eq!(Affinity::within(&masked).grade(6, 1), 1.0);
}

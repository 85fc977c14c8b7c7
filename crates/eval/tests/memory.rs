//! Memory grows with the rows, not with their pairs. Alone in its binary: it reads the process's peak.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests")]

use tercet_eval::{
    Exclude, Labelled, TestCollection, closest_pairs, coherence, cross_modal, neighbors, retrieval,
    search,
};
use tercet_kernels::{Distance, Rows};

/// The greatest resident size of this process so far, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
    kilobytes.parse::<usize>().unwrap() * 1024
}

#[test]
fn grows_with_rows() {
    let n = 6_000;
    let data: Vec<f32> = (0..n * 2).map(|i| (i * 7919 % 10_007) as f32).collect();
    let labels: Vec<i64> = (0..n as i64).map(|i| i % 1500).collect();
    let rows = Rows::new(&data, 2).unwrap();
    let before = peak();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2);
    let found = pool.build().unwrap().install(|| {
        let near = neighbors(rows, rows, Distance::SquaredEuclidean, 5, &Exclude::Itself);
        let items = Labelled::new(rows, &labels, None).unwrap();
        let close = closest_pairs(rows, Distance::SquaredEuclidean, 100);
        let asked = Rows::new(&data[..1_000], 2).unwrap();
        let relevance = vec![vec![(0, 1.0)]; 500];
        let far = Distance::SquaredEuclidean;
        let searched = search(asked, rows, &relevance, far, &Exclude::Nothing);
        assert!(close.is_ok() && searched.is_ok());
        let groups: Vec<u32> = (0..n as u32).map(|i| i % 1500).collect();
        let collection = TestCollection::grouped(rows, rows, (&groups, &groups)).unwrap();
        assert!(
            cross_modal(&collection, far).is_ok() && coherence(&collection, far, &[10, n]).is_ok()
        );
        (near, retrieval(&items, Distance::SquaredEuclidean))
    });
    assert!(found.0.is_ok() && found.1.is_ok());
    // All pairs would be 144 MB; two tiles are 3 MB, those of all pairs 1 MB each.
    let grown = peak() - before;
    assert!(grown < 40_000_000, "{grown} bytes");
}

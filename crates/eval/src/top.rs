//! The nearest of a stream of candidates, in memory that does not grow with the stream.

use crate::order::{Seen, nearer};

/// The `k` nearest seen so far, and up to `k` more that were nearer when they came.
#[derive(Debug, Clone)]
pub(crate) struct Top<I> {
    k: usize,
    kept: Vec<Seen<I>>,
    /// The farthest of `k` that are kept: what is not nearer need not be.
    limit: Option<Seen<I>>,
}

impl<I: Ord + Copy> Top<I> {
    /// Of nothing yet; `k` is at least 1.
    pub(crate) fn new(k: usize) -> Self {
        let (kept, limit) = (Vec::new(), None);
        Self { k, kept, limit }
    }

    /// Takes one more into account, in constant time on average.
    pub(crate) fn see(&mut self, seen: Seen<I>) {
        if self
            .limit
            .is_some_and(|limit| nearer(&seen, &limit).is_ge())
        {
            return;
        }
        self.kept.push(seen);
        if self.kept.len() / 2 >= self.k {
            self.cut();
        }
    }

    /// Takes all that another one kept.
    pub(crate) fn join(mut self, other: Self) -> Self {
        other.kept.into_iter().for_each(|seen| self.see(seen));
        self
    }

    /// The `k` nearest, or all where there were fewer, nearest first.
    pub(crate) fn sorted(mut self) -> Vec<Seen<I>> {
        if self.kept.len() > self.k {
            self.cut();
        }
        self.kept.sort_unstable_by(nearer);
        self.kept
    }

    fn cut(&mut self) {
        self.kept.select_nth_unstable_by(self.k - 1, nearer);
        self.kept.truncate(self.k);
        self.limit = self.kept.last().copied();
    }
}

#[cfg(test)]
mod tests {
    use super::Top;

    #[test]
    fn keeps_what_sorting_gives() {
        let stream: Vec<(f32, usize)> = (0..500).map(|i| ((i * 37 % 23) as f32, i)).collect();
        for k in [1, 2, 7, 499, 500, 501] {
            let (mut one, mut other) = (Top::new(k), Top::new(k));
            for (place, &seen) in stream.iter().enumerate() {
                let top = if place % 3 == 0 { &mut one } else { &mut other };
                top.see(seen);
                assert!(top.kept.len() <= 2 * k);
            }
            let mut wanted = stream.clone();
            wanted.sort_by(|a, b| a.partial_cmp(b).expect("finite"));
            wanted.truncate(k);
            assert_eq!(one.join(other).sorted(), wanted, "k {k}");
        }
    }
}

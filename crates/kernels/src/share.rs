//! When to share work among threads.

/// Multiply-adds that are done on one thread before another could begin: up to here, work is not shared.
const WORTH: usize = 1 << 22;

/// How many pieces, each of so many multiply-adds, belong together at least.
pub(crate) fn least(each: usize) -> usize {
    (WORTH + 1).div_ceil(each.max(1))
}

/// Work that can be cut in two.
pub(crate) trait Cut: Sized + Send {
    /// The part of the first `pieces`, of so many multiply-adds, and the rest.
    fn cut(self, pieces: usize) -> (Self, Self);
    /// How many pieces there are.
    fn pieces(&self) -> usize;
}

/// Runs every piece, in order or, if there are more than `least`, shared.
pub(crate) fn each<C: Cut>(work: C, least: usize, run: &(impl Fn(C) + Sync)) {
    let pieces = work.pieces();
    if pieces <= 1 {
        if pieces == 1 {
            run(work);
        }
        return;
    }
    let (one, two) = work.cut(pieces / 2);
    if pieces < 2 * least {
        each(one, least, run);
        each(two, least, run);
    } else {
        rayon::join(|| each(one, least, run), || each(two, least, run));
    }
}

//! Are two lists in the same order?

/// Kendall's rank correlation tau-b, in `[-1, 1]`; `None` where it is not defined: for lists of different lengths, of
/// fewer than two numbers, with a number that is not finite, or of equal numbers.
///
/// Of all pairs of places, `C` are in the same order in both lists and `D` in the opposite one; `X` are tied in the
/// first list, `Y` in the second, of `N = n (n - 1) / 2`:
///
/// ```text
/// tau-b = (C - D) / sqrt((N - X) (N - Y))
/// ```
///
/// In `O(n log n)` time: sorted by the first list, the second is merge-sorted and its exchanges counted (Knight,
/// *A Computer Method for Calculating Kendall's Tau with Ungrouped Data*, JASA 1966, doi:10.2307/2282833). Agrees with
/// `scipy.stats.kendalltau`.
///
/// ```
/// use tercet_eval::kendall;
/// assert_eq!(kendall(&[1.0, 2.0, 3.0], &[0.1, 0.2, 9.0]), Some(1.0));
/// // Six pairs, one tied in the second list, one in the opposite order: (4 - 1) / sqrt(6 * 5).
/// let tied = kendall(&[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 3.0]);
/// assert!((tied.expect("they differ") - 3.0 / 30.0_f64.sqrt()).abs() < 1e-12);
/// assert_eq!(kendall(&[1.0, 2.0], &[5.0, 5.0]), None);
/// ```
pub fn kendall(x: &[f64], y: &[f64]) -> Option<f64> {
    let finite = |list: &[f64]| list.iter().all(|number| number.is_finite());
    if x.len() != y.len() || !finite(x) || !finite(y) {
        return None;
    }
    // No sign of zero, or a tie would be an order.
    let both = x.iter().zip(y).map(|(&x, &y)| (x + 0.0, y + 0.0));
    let mut both: Vec<(f64, f64)> = both.collect();
    both.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let all = pairs(both.len());
    let tied_x = tied(&both, |a, b| a.0 == b.0);
    let tied_both = tied(&both, |a, b| a == b);
    let mut second: Vec<f64> = both.into_iter().map(|(_, y)| y).collect();
    let opposite = exchanges(&mut second);
    let tied_y = tied(&second, |a, b| a == b);
    if tied_x == all || tied_y == all {
        return None;
    }
    // Same order and opposite: all pairs but those tied in either.
    let ordered = all + tied_both - tied_x - tied_y;
    let difference = ordered as f64 - 2.0 * opposite as f64;
    // One root: of two equal factors it is exact, so that lists in the same order have 1 and not almost 1.
    let length = ((all - tied_x) as f64 * (all - tied_y) as f64).sqrt();
    Some((difference / length).clamp(-1.0, 1.0))
}

fn pairs(n: usize) -> u64 {
    let n = n as u64;
    n * n.saturating_sub(1) / 2
}

/// Pairs of a sorted list that are equal.
fn tied<T>(sorted: &[T], equal: impl Fn(&T, &T) -> bool) -> u64 {
    let runs = sorted.chunk_by(equal);
    runs.map(|run| pairs(run.len())).sum()
}

/// Sorts a list, and counts its pairs in descending order.
fn exchanges(list: &mut [f64]) -> u64 {
    let mut room = vec![0.0; list.len()];
    let mut count = 0;
    let mut width = 1;
    while width < list.len() {
        for (part, room) in list.chunks_mut(2 * width).zip(room.chunks_mut(2 * width)) {
            count += merge(part, width, room);
        }
        width *= 2;
    }
    count
}

/// Merges two sorted parts, and counts the pairs in which one of the second is below one of the first.
fn merge(part: &mut [f64], width: usize, room: &mut [f64]) -> u64 {
    let (first, second) = part.split_at(width.min(part.len()));
    let (mut i, mut j, mut count) = (0, 0, 0);
    for place in room.iter_mut() {
        let from_second = i == first.len() || (j < second.len() && second[j] < first[i]);
        if from_second {
            *place = second[j];
            j += 1;
            count += (first.len() - i) as u64;
        } else {
            *place = first[i];
            i += 1;
        }
    }
    part.copy_from_slice(room);
    count
}

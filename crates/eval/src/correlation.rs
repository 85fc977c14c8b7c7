//! Do two lists of numbers rise together?

/// Pearson's correlation, in `[-1, 1]`; `None` where it is not defined: for lists of different lengths,
/// of fewer than two numbers, with a number that is not finite, or of equal numbers.
///
/// ```text
/// r = sum (x - mean x) (y - mean y) / sqrt(sum (x - mean x)^2 sum (y - mean y)^2)
/// ```
///
/// ```
/// use tercet_eval::pearson;
/// assert_eq!(pearson(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]), Some(1.0));
/// assert_eq!(pearson(&[1.0, 2.0], &[5.0, 5.0]), None);
/// ```
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let finite = |list: &[f64]| list.iter().all(|number| number.is_finite());
    if x.len() != y.len() || is_constant(x) || is_constant(y) || !finite(x) || !finite(y) {
        return None;
    }
    let (x, y) = (centred(x), centred(y));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let length = (dot(&x, &x) * dot(&y, &y)).sqrt();
    let r = dot(&x, &y) / length;
    r.is_finite().then_some(r.clamp(-1.0, 1.0))
}

/// Spearman's rank correlation: [`pearson`] of the ranks, equal numbers sharing the mean of theirs; `None` as
/// there. Agrees with `scipy.stats.spearmanr`.
///
/// ```
/// use tercet_eval::spearman;
/// assert_eq!(spearman(&[1.0, 10.0, 100.0], &[0.1, 0.2, 0.3]), Some(1.0));
/// // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5).
/// let tied = spearman(&[1.0, 2.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]);
/// assert!((tied.expect("they differ") - 0.9_f64.sqrt()).abs() < 1e-12);
/// ```
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    let finite = |list: &[f64]| list.iter().all(|number| number.is_finite());
    if !finite(x) || !finite(y) {
        return None;
    }
    pearson(&ranks(x), &ranks(y))
}

/// Whether there are no two different numbers.
pub(crate) fn is_constant(list: &[f64]) -> bool {
    list.windows(2).all(|two| two[0] == two[1])
}

/// Less their mean, and divided by the largest of them, so that no square is 0 or infinite.
fn centred(list: &[f64]) -> Vec<f64> {
    let mean = list.iter().map(|x| x / list.len() as f64).sum::<f64>();
    let largest = list.iter().map(|x| (x - mean).abs()).fold(0.0, f64::max);
    list.iter().map(|x| (x - mean) / largest).collect()
}

/// The rank of each number, from 1; equal ones share the mean of their ranks.
fn ranks(list: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_unstable_by(|&one, &other| list[one].total_cmp(&list[other]));
    let mut ranks = vec![0.0; list.len()];
    let mut begin = 0;
    // `==` and not `total_cmp`, for -0 and 0 are equal; in order they are neighbours.
    for equal in order.chunk_by(|&one, &other| list[one] == list[other]) {
        let shared = begin as f64 + (equal.len() + 1) as f64 / 2.0;
        equal.iter().for_each(|&place| ranks[place] = shared);
        begin += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::{pearson, ranks, spearman};

    #[test]
    fn equal_numbers_share_their_ranks() {
        assert_eq!(
            ranks(&[3.0, -0.0, 0.0, 3.0, 3.0, 9.0]),
            [4.0, 1.5, 1.5, 4.0, 4.0, 6.0]
        );
    }

    #[test]
    fn what_is_not_defined_is_none() {
        for (x, y) in [
            (&[][..], &[][..]),
            (&[1.0], &[2.0]),
            (&[1.0, 2.0], &[1.0]),
            (&[1.0, f64::NAN], &[1.0, 2.0]),
            (&[1.0, 2.0], &[1.0, f64::INFINITY]),
            (&[0.0, -0.0], &[1.0, 2.0]),
        ] {
            assert_eq!((pearson(x, y), spearman(x, y)), (None, None));
        }
    }

    #[test]
    fn small_and_large_numbers_correlate_as_others_do() {
        for scale in [1e-300, 1.0, 1e300] {
            let x = [scale, 3.0 * scale, 2.0 * scale];
            let found = pearson(&x, &[1.0, 2.0, 3.0]).expect("they differ");
            assert!((found - 0.5).abs() < 1e-12);
        }
    }
}

//! Lists by distance.

use crate::Real;

/// Sorts by distance, then by place.
pub(crate) fn sort_plain<T: Real>(near: &mut [(T, u32)]) {
    near.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
}

/// [`sort_plain`] for `f32`: distance and place in one whole number each, which sort without a branch.
pub(crate) fn sort_f32(near: &mut [(f32, u32)]) {
    /// Whole numbers on the stack; longer lists are sorted as they are.
    const MOST: usize = 256;
    if near.len() > MOST {
        return sort_plain(near);
    }
    let mut keys = [0u64; MOST];
    let keys = &mut keys[..near.len()];
    for (key, &(distance, place)) in keys.iter_mut().zip(near.iter()) {
        *key = u64::from(ordered(distance.to_bits())) << 32 | u64::from(place);
    }
    keys.sort_unstable();
    for (near, &key) in near.iter_mut().zip(keys.iter()) {
        *near = (f32::from_bits(bits((key >> 32) as u32)), key as u32);
    }
}

/// The nearest distance of every bin and its place, the first of several: `bins[k]` is that of distance `k`.
pub(crate) fn least_plain<T: Real>(distances: &[T], bins: &[u16], least: &mut [(T, usize)]) {
    least.fill((T::INFINITY, 0));
    for (place, (&distance, &bin)) in distances.iter().zip(bins).enumerate() {
        let least = &mut least[usize::from(bin)];
        if distance < least.0 {
            *least = (distance, place);
        }
    }
}

/// [`least_plain`] for `f32`: distance and place in one whole number, so that there is no branch.
pub(crate) fn least_f32(distances: &[f32], bins: &[u16], least: &mut [(f32, usize)]) {
    /// Bins on the stack.
    const MOST: usize = 256;
    if least.len() > MOST {
        return least_plain(distances, bins, least);
    }
    let mut keys = [u64::MAX; MOST];
    for ((&distance, &bin), place) in distances.iter().zip(bins).zip(0u64..) {
        let key = u64::from(ordered(distance.to_bits())) << 32 | place;
        let least = &mut keys[usize::from(bin) % MOST];
        *least = key.min(*least);
    }
    for (least, &key) in least.iter_mut().zip(&keys) {
        *least = match key {
            u64::MAX => (f32::INFINITY, 0),
            _ => (
                f32::from_bits(bits((key >> 32) as u32)),
                key as u32 as usize,
            ),
        };
    }
}

/// Bits that are in the order of the numbers they stand for: the sign is turned round, and with it all
/// others of a negative number.
fn ordered(bits: u32) -> u32 {
    bits ^ ((bits as i32 >> 31) as u32 | 1 << 31)
}

/// Back again.
fn bits(ordered: u32) -> u32 {
    ordered ^ (!(ordered as i32 >> 31) as u32 | 1 << 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_of_every_bin() {
        let distances: Vec<f32> = (0..500)
            .map(|k| ((k * 37 % 91) as f32 - 40.0) / 8.0)
            .collect();
        for count in [1, 7, 40, 256, 300] {
            let bins: Vec<u16> = (0..500).map(|k| (k * k % count) as u16).collect();
            let mut fast = vec![(0.0, 9); count + 1];
            let mut plain = vec![(1.0, 8); count + 1];
            least_f32(&distances, &bins, &mut fast);
            least_plain(&distances, &bins, &mut plain);
            assert_eq!(fast, plain);
        }
    }

    #[test]
    fn fast_is_plain() {
        let numbers = [0.5, -1.0, 0.0, -0.0, 3.0, -7.5, 0.5, f32::INFINITY, 1e-30];
        for len in [0, 1, 9, 100, 256, 300] {
            let near: Vec<(f32, u32)> = (0..len)
                .map(|k| {
                    (
                        numbers[k * 5 % 9] * ((k / 9) as f32 + 1.0),
                        (k * 7 % 301) as u32,
                    )
                })
                .collect();
            let (mut fast, mut plain) = (near.clone(), near);
            sort_f32(&mut fast);
            sort_plain(&mut plain);
            let bits = |near: &[(f32, u32)]| -> Vec<(u32, u32)> {
                near.iter()
                    .map(|&(x, place)| (x.to_bits(), place))
                    .collect()
            };
            assert_eq!(bits(&fast), bits(&plain));
        }
    }
}

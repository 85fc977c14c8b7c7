//! Positives by distance.

use crate::Real;

/// Sorts by distance, then by place.
pub(crate) fn sort_plain<T: Real>(near: &mut [(T, u32)]) {
    near.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
}

/// The same for `f32`: distance and place in one whole number each, which sort without a branch.
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

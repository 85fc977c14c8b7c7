//! Group normalisation of one image, followed by the rectifier, with its backward pass.
//!
//! `y = max(0, scale * (z - mean) / sqrt(variance + epsilon) + shift)`, where mean and variance are
//! taken over all pixels of one image and the channels of one group (Wu and He, ECCV 2018). Every
//! image is normalised by itself, so the result does not depend on the batch it was in.

/// Added to the variance.
pub(crate) const EPSILON: f32 = 1e-5;

/// Scale and shift of a stage: one number per channel each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Affine<'a> {
    pub(crate) scale: &'a [f32],
    pub(crate) shift: &'a [f32],
    pub(crate) groups: usize,
}

impl Affine<'_> {
    fn channels(&self) -> usize {
        self.scale.len()
    }

    /// Mean and inverse standard deviation of every channel's group, each `(channels)`.
    fn statistics(&self, z: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let mut mean = sums(z, self.channels(), |v, _| v, &[]);
        self.pool(&mut mean, z.len());
        let mut deviation = sums(z, self.channels(), |v, m| (v - m) * (v - m), &mean);
        self.pool(&mut deviation, z.len());
        deviation
            .iter_mut()
            .for_each(|v| *v = 1.0 / (*v + EPSILON).sqrt());
        (mean, deviation)
    }

    /// Turns sums per channel into means per group, written to each channel of the group.
    fn pool(&self, sums: &mut [f32], numbers: usize) {
        let size = self.channels() / self.groups;
        let count = (numbers / self.groups) as f32;
        for group in sums.chunks_exact_mut(size) {
            let mean = group.iter().sum::<f32>() / count;
            group.fill(mean);
        }
    }

    /// Normalises and rectifies one image `z (pixels, channels)` into `y`.
    pub(crate) fn forward(&self, z: &[f32], y: &mut [f32]) {
        let (mean, inverse) = self.statistics(z);
        let (gain, offset) = self.line(&mean, &inverse);
        let channels = self.channels();
        for (y, z) in y.chunks_exact_mut(channels).zip(z.chunks_exact(channels)) {
            let (y, z) = (&mut y[..channels], &z[..channels]);
            let (gain, offset) = (&gain[..channels], &offset[..channels]);
            for c in 0..channels {
                y[c] = (z[c] * gain[c] + offset[c]).max(0.0);
            }
        }
    }

    /// The normalisation as a line per channel: `z * gain + offset`.
    fn line(&self, mean: &[f32], inverse: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let gain: Vec<f32> = self.scale.iter().zip(inverse).map(|(s, i)| s * i).collect();
        let offset = (0..gain.len())
            .map(|c| self.shift[c] - mean[c] * gain[c])
            .collect();
        (gain, offset)
    }

    /// Gradient of one image: from `slope` of `y` to `dz`; adds to the gradients of scale and shift.
    pub(crate) fn backward(
        &self,
        z: &[f32],
        slope: &[f32],
        dz: &mut [f32],
        sums: &mut AffineGradient,
    ) {
        let channels = self.channels();
        let (mean, inverse) = self.statistics(z);
        let (gain, offset) = self.line(&mean, &inverse);
        let mut by_shift = vec![0.0; channels];
        let mut by_scale = vec![0.0; channels];
        for ((d, z), slope) in rows(dz, z, slope, channels) {
            // Slices of one known length, so that the loop has no bounds to check and is vectorised.
            let (d, z, slope) = (&mut d[..channels], &z[..channels], &slope[..channels]);
            let (by_shift, by_scale) = (&mut by_shift[..channels], &mut by_scale[..channels]);
            let (gain, offset) = (&gain[..channels], &offset[..channels]);
            let (mean, inverse) = (&mean[..channels], &inverse[..channels]);
            for c in 0..channels {
                let open = z[c] * gain[c] + offset[c] > 0.0;
                let g = if open { slope[c] } else { 0.0 };
                d[c] = g;
                by_shift[c] += g;
                by_scale[c] += g * (z[c] - mean[c]) * inverse[c];
            }
        }
        sums.add(&by_scale, &by_shift);
        by_shift
            .iter_mut()
            .zip(self.scale)
            .for_each(|(v, s)| *v *= s);
        by_scale
            .iter_mut()
            .zip(self.scale)
            .for_each(|(v, s)| *v *= s);
        self.pool(&mut by_shift, z.len());
        self.pool(&mut by_scale, z.len());
        for ((d, z), _) in rows(dz, z, slope, channels) {
            let (d, z, scale) = (&mut d[..channels], &z[..channels], &self.scale[..channels]);
            let (by_shift, by_scale) = (&by_shift[..channels], &by_scale[..channels]);
            let (mean, inverse) = (&mean[..channels], &inverse[..channels]);
            for c in 0..channels {
                let unit = (z[c] - mean[c]) * inverse[c];
                d[c] = inverse[c] * (d[c] * scale[c] - by_shift[c] - unit * by_scale[c]);
            }
        }
    }
}

/// Gradients of scale and shift, summed over images.
#[derive(Debug, Clone)]
pub(crate) struct AffineGradient {
    pub(crate) scale: Vec<f32>,
    pub(crate) shift: Vec<f32>,
}

impl AffineGradient {
    pub(crate) fn zero(channels: usize) -> Self {
        Self {
            scale: vec![0.0; channels],
            shift: vec![0.0; channels],
        }
    }

    pub(crate) fn add(&mut self, scale: &[f32], shift: &[f32]) {
        self.scale.iter_mut().zip(scale).for_each(|(a, b)| *a += b);
        self.shift.iter_mut().zip(shift).for_each(|(a, b)| *a += b);
    }
}

/// Sum over pixels of `f(value, centre)` per channel; no centre means zero.
fn sums(z: &[f32], channels: usize, f: impl Fn(f32, f32) -> f32, centre: &[f32]) -> Vec<f32> {
    let zero = vec![0.0; channels];
    let centre = if centre.is_empty() { &zero } else { centre };
    let mut total = vec![0.0; channels];
    for pixel in z.chunks_exact(channels) {
        let (pixel, centre) = (&pixel[..channels], &centre[..channels]);
        let total = &mut total[..channels];
        for c in 0..channels {
            total[c] += f(pixel[c], centre[c]);
        }
    }
    total
}

/// Walks three images pixel by pixel.
fn rows<'a>(
    d: &'a mut [f32],
    z: &'a [f32],
    slope: &'a [f32],
    channels: usize,
) -> impl Iterator<Item = ((&'a mut [f32], &'a [f32]), &'a [f32])> {
    d.chunks_exact_mut(channels)
        .zip(z.chunks_exact(channels))
        .zip(slope.chunks_exact(channels))
}

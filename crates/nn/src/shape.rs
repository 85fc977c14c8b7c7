//! The sizes of one convolution, and of one stage.

/// Sizes of a square convolution over images stored channels last.
///
/// A batch of inputs is `(n, height, width, channels)`, a batch of outputs
/// `(n, out_height(), out_width(), filters)`; the kernel is `kernel x kernel` with zero padding
/// `kernel / 2`, so that stride 1 keeps the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels: usize,
    pub(crate) filters: usize,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
}

impl Shape {
    /// Numbers in one input image.
    pub(crate) fn input(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// Numbers in one patch: what one output pixel sees.
    pub(crate) fn patch(&self) -> usize {
        self.kernel * self.kernel * self.channels
    }

    /// Output pixels of one image.
    pub(crate) fn pixels(&self) -> usize {
        self.out(self.height) * self.out(self.width)
    }

    /// Numbers in one output image.
    pub(crate) fn output(&self) -> usize {
        self.pixels() * self.filters
    }

    /// Output rows (or columns) for `size` input rows (or columns).
    pub(crate) fn out(&self, size: usize) -> usize {
        (size + 2 * (self.kernel / 2) - self.kernel) / self.stride + 1
    }
}

/// What a stage's tensors do not say: kernel size, stride, normalisation groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Geometry {
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    pub(crate) groups: usize,
}

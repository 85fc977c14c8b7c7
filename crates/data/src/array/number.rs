/// A number that the floats of an array become: `f32` or `f64`, rounded to the nearest.
pub trait ArrayNumber: Copy + sealed::Number {
    #[doc(hidden)]
    fn of_f32(number: f32) -> Self;
    #[doc(hidden)]
    fn of_f64(number: f64) -> Self;
}

mod sealed {
    pub trait Number {}
    impl Number for f32 {}
    impl Number for f64 {}
}

impl ArrayNumber for f32 {
    fn of_f32(number: f32) -> Self {
        number
    }

    fn of_f64(number: f64) -> Self {
        number as f32
    }
}

impl ArrayNumber for f64 {
    fn of_f32(number: f32) -> Self {
        number.into()
    }

    fn of_f64(number: f64) -> Self {
        number
    }
}

//! Ctrl-C.

use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;

use crate::text::note;

/// The exit code of an interrupted program: 128 and the number of the signal.
pub(crate) const CODE: u8 = 130;

/// A flag that the first Ctrl-C raises; the second one ends the program at once.
pub(crate) fn flag() -> anyhow::Result<Arc<AtomicBool>> {
    let raised = Arc::new(AtomicBool::new(false));
    let flag = raised.clone();
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            exit(CODE.into());
        }
        note!("\nstopping as soon as nothing is lost; Ctrl-C again ends at once");
    })
    .context("cannot listen to Ctrl-C")?;
    Ok(raised)
}

//! The training loop: batches, objective, optimiser, checkpoints, events.

//! Train, judge and use embeddings with the triplet loss and its family.

//! How deep in the network a parameter is.

/// The depth of a parameter's name in a network of `layers` layers.
pub(super) fn depth(name: &str, layers: usize) -> usize {
    let mut parts = name.split('.');
    match parts.next() {
        Some("transformer") => {}
        _ => return layers + 1,
    }
    let index = |mut parts: std::str::Split<'_, char>| {
        parts.find(|part| matches!(*part, "layer" | "layers"))?;
        parts.next()?.parse::<usize>().ok()
    };
    match index(parts.clone()) {
        Some(layer) => layer + 1,
        None if parts.next() == Some("final_norm") => layers,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn depths_by_hand() {
        for (name, wanted) in [
            ("transformer.embeddings.LayerNorm.bias", 0),
            ("transformer.encoder.relative_attention_bias.weight", 0),
            ("transformer.encoder.layer.0.output.dense.weight", 1),
            ("transformer.transformer.layer.5.ffn.lin1.weight", 6),
            ("transformer.layers.3.attn.Wqkv.weight", 4),
            ("transformer.final_norm.weight", 6),
            ("dense.0.linear.weight", 7),
        ] {
            assert_eq!(depth(name, 6), wanted, "{name}");
        }
    }
}

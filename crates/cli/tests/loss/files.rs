//! Files of every kind hold the same numbers.

use super::{ALL, DIM, close, doubles, json, npy, raw, singles, six, tensors, value};

#[test]
fn embeddings_in_every_form_are_the_same() {
    let place = six();
    let rows = raw();
    let wanted = value(&place, &format!("rows.npy labels.txt {ALL}"));
    let columns: Vec<u8> = (0..24)
        .flat_map(|k| rows[k % 6 * DIM + k / 6].to_le_bytes())
        .collect();
    place.write("columns.npy", npy("<f8", true, "(6, 4)", &columns));
    let big: Vec<u8> = rows.iter().flat_map(|x| x.to_be_bytes()).collect();
    place.write("big.npy", npy(">f8", false, "(6, 4)", &big));
    let little: Vec<u8> = rows.iter().flat_map(|x| x.to_le_bytes()).collect();
    place.write(
        "only.safetensors",
        tensors(&[("x", "F64", "[6,4]", &little)]),
    );
    let two = [
        ("embeddings", "F64", "[6,4]", &little[..]),
        ("other", "U8", "[1]", &[7]),
    ];
    place.write("two.safetensors", tensors(&two));
    for name in [
        "columns.npy",
        "big.npy",
        "only.safetensors",
        "two.safetensors",
    ] {
        assert_eq!(
            value(&place, &format!("{name} labels.txt {ALL}")),
            wanted,
            "{name}"
        );
    }
    place.write("single.npy", singles(&rows));
    let seen = json(
        &place,
        &format!("single.npy labels.txt {ALL} --gradient out.npy"),
    );
    close(seen["value"].as_f64().unwrap(), wanted, 1e-6);
    assert_eq!(seen["data"]["bits"], 32);
    let bytes = place.bytes("out.npy");
    assert_eq!(
        npyz::NpyFile::new(&bytes[..])
            .unwrap()
            .into_vec::<f32>()
            .unwrap()
            .len(),
        24
    );
    // Halves are read, and computed in 32 bits.
    let halves = [[0x3e00_u16, 0xc000], [0xc000, 0x3e00]].concat();
    let halves: Vec<u8> = halves.iter().flat_map(|x| x.to_le_bytes()).collect();
    place.write("half.npy", npy("<f2", false, "(2, 2)", &halves));
    place.write("two.txt", "a\na\n");
    let seen = json(&place, "half.npy two.txt --loss contrastive --reduce sum");
    assert_eq!(seen["data"]["bits"], 32);
    close(seen["value"].as_f64().unwrap(), 24.5, 1e-5);
    place
        .run(&format!(
            "loss only.safetensors labels.txt {ALL} --gradient out.safetensors"
        ))
        .ends(0);
    let bytes = place.bytes("out.safetensors");
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(file.tensor("gradient").unwrap().shape(), [6, 4]);
}

#[test]
fn labels_in_every_form_are_the_same() {
    let place = six();
    let wanted = value(&place, &format!("rows.npy labels.txt {ALL}"));
    // The largest and the smallest number of each width, so that no bit is lost.
    for (descr, size) in [
        ("i1", 1),
        ("i2", 2),
        ("i4", 4),
        ("i8", 8),
        ("u1", 1),
        ("u2", 2),
        ("u4", 4),
        ("u8", 8),
    ] {
        for big in [false, true] {
            let bytes: Vec<u8> = [0x00u8, 0x00, 0x7f, 0x7f, 0x80, 0x80]
                .iter()
                .flat_map(|&high| {
                    let mut number = vec![0x01; size];
                    number[size - 1] = high;
                    if big {
                        number.reverse()
                    }
                    number
                })
                .collect();
            let order = if big { '>' } else { '<' };
            let order = if size == 1 { '|' } else { order };
            let shape = if big { "(6, 1)" } else { "(6,)" };
            place.write(
                "labels.npy",
                npy(&format!("{order}{descr}"), false, shape, &bytes),
            );
            let seen = json(&place, &format!("rows.npy labels.npy {ALL}"));
            assert_eq!(seen["value"], wanted, "{order}{descr}");
            let label = seen["worst"][0]["label"].as_str().unwrap();
            let negative = seen["worst"]
                .as_array()
                .unwrap()
                .iter()
                .any(|worst| worst["label"].as_str().unwrap().starts_with('-'));
            assert_eq!(negative, descr.starts_with('i'), "{descr}: {label}");
        }
    }
    let bytes: Vec<u8> = [5i64, 5, 6, 6, 7, 7]
        .iter()
        .flat_map(|x| x.to_le_bytes())
        .collect();
    place.write(
        "labels.safetensors",
        tensors(&[
            ("labels", "I64", "[6]", &bytes),
            ("z", "I64", "[6]", &bytes),
        ]),
    );
    place.write(
        "names.txt",
        "\u{feff}cat\r\ncat\r\n dog \r\ndog\r\nfox\r\nfox",
    );
    for name in ["labels.safetensors", "names.txt"] {
        assert_eq!(
            value(&place, &format!("rows.npy {name} {ALL}")),
            wanted,
            "{name}"
        );
    }
    place.write("sets.txt", "a,x\nx\nb\nc,b\nd\ne,d,e\n");
    // Equal up to rounding: a loss sums pairs of classes both ways at once.
    let given = format!("rows.npy sets.txt --labels-are sets {ALL}");
    close(value(&place, &given), wanted, 1e-12);
    place.write("paths.txt", "a/b\na/b\na/c\na/c\na/b/c\na/b/c\n");
    let given = format!("rows.npy paths.txt --labels-are paths {ALL}");
    close(value(&place, &given), wanted, 1e-12);
}

#[test]
fn labels_of_both_sides_mean_the_same_in_any_file() {
    let place = six();
    let numbers: Vec<u8> = [2i16, 2, 1, 1, 0, 0]
        .iter()
        .flat_map(|x| x.to_le_bytes())
        .collect();
    place.write("labels.npy", npy("<i2", false, "(6,)", &numbers));
    place.write("same.txt", "2\n2\n1\n1\n0\n0\n");
    let between = |labels: &str| {
        let words = format!("rows.npy labels.npy {ALL} --candidates rows.npy --candidate-labels");
        value(&place, &format!("{words} {labels}"))
    };
    assert_eq!(between("labels.npy"), between("same.txt"));
    assert_ne!(between("labels.npy"), between("labels.txt"));
}

#[test]
fn broken_files_never_panic() {
    let place = six();
    let (array, file) = (
        doubles(&raw()),
        tensors(&[("embeddings", "F64", "[6,4]", &doubles(&raw())[128..])]),
    );
    for (name, bytes) in [("broken.npy", array), ("broken.safetensors", file)] {
        for at in (0..bytes.len().min(128)).step_by(5) {
            let mut broken = bytes.clone();
            broken[at] ^= 0x15;
            place.write(name, &broken);
            let ran = place.run(&format!("loss {name} labels.txt"));
            assert!(matches!(ran.code, Some(0 | 2)), "byte {at}: {}", ran.err);
            assert!(!ran.err.contains("panicked"), "byte {at}: {}", ran.err);
        }
    }
}

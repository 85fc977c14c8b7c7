use super::vendor::VENDORS;
use crate::Error;

/// One line per class.
pub(super) const TABLE: &str = include_str!("../../../../assets/emoji/classes.tsv");

/// The names of the classes, and the (class, vendor) of each drawing.
pub(super) type Table = (Vec<String>, Vec<(u32, u32)>);

/// Reads the table; its classes are numbered without a gap.
pub(super) fn table(text: &str) -> Result<Table, Error> {
    let (mut classes, mut cells) = (Vec::new(), Vec::new());
    for (line, row) in (2_u64..).zip(text.lines().skip(1)) {
        let wrong = |column: &str, wanted: &str, given: &str| Error::Cell {
            path: "assets/emoji/classes.tsv".into(),
            line,
            column: column.to_owned(),
            wanted: wanted.to_owned(),
            given: given.to_owned(),
        };
        let fields: Vec<&str> = row.split('\t').collect();
        let &[index, class, .., vendors] = fields.as_slice() else {
            return Err(wrong("index", "seven columns", row));
        };
        let number = classes.len() as u32;
        if index != number.to_string() {
            return Err(wrong("index", &number.to_string(), index));
        }
        for name in vendors.split(',') {
            let place = VENDORS.iter().position(|vendor| vendor.name == name);
            let place = place.ok_or_else(|| wrong("vendors", "a known vendor", name))?;
            cells.push((number, place as u32));
        }
        classes.push(class.to_owned());
    }
    Ok((classes, cells))
}

#[cfg(test)]
mod tests {
    use super::table;

    const HEAD: &str = "index\tclass\tchar\tname\tgroup\tsubgroup\tvendors\n";

    #[test]
    fn a_damaged_table_is_refused() {
        for (row, complaint) in [
            (
                "0\tsmile",
                "line 2, index: wanted seven columns, given 0\tsmile",
            ),
            (
                "1\tsmile\tc\tn\tg\ts\tnoto",
                "line 2, index: wanted 0, given 1",
            ),
            (
                "0\tsmile\tc\tn\tg\ts\tnoto,nobody",
                "line 2, vendors: wanted a known vendor, given nobody",
            ),
        ] {
            let message = table(&format!("{HEAD}{row}\n"))
                .err()
                .map(|error| error.to_string());
            assert_eq!(
                message,
                Some(format!("assets/emoji/classes.tsv, {complaint}"))
            );
        }
    }
}

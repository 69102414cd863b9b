//! The report's rows as a DOCX by a library that keeps the document in memory: `docx-peers docx-rs|docx-rust ROWS`.
//! Prints seconds, peak MB and file MB.

use std::{
    env,
    error::Error,
    fs,
    io::{Cursor, Seek, SeekFrom},
    time::Instant,
};

const HEAD: [&str; 5] = ["Recipient", "Student", "Delivery Device", "Status", "Time"];

const FAMILIES: [&str; 10] = [
    "Anderson",
    "Nguyễn Thị",
    "Xyooj, Paj",
    "Cabdullaahi",
    "محمد علي",
    "王小明",
    "Johnson",
    "Olson",
    "García",
    "Vang",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let library = arguments.next().ok_or("which library?")?;
    let rows: usize = arguments.next().ok_or("how many rows?")?.parse()?;
    let start = Instant::now();
    let cells = std::iter::once(HEAD.map(str::to_owned)).chain((0..rows).map(row));
    let mut file = Cursor::new(Vec::new());
    match library.as_str() {
        "docx-rs" => by_docx_rs(cells, &mut file)?,
        "docx-rust" => by_docx_rust(cells, &mut file)?,
        _ => return Err("docx-rs or docx-rust".into()),
    }
    let seconds = start.elapsed().as_secs_f64();
    let bytes = file.seek(SeekFrom::End(0))?;
    println!("{seconds:.2} {:.0} {:.1}", peak()?, bytes as f64 / 1e6);
    Ok(())
}

/// The cells of a row like no other in its name and address.
fn row(number: usize) -> [String; 5] {
    let family = FAMILIES[number % FAMILIES.len()];
    let device = match number % 3 {
        0 => format!("+1612555{:04} (Voice)", number % 10_000),
        _ => format!("parent.{number}@families.example.org"),
    };
    let status = ["Sent", "Live Person", "Busy", "Answering Machine"][number % 4];
    [
        format!("{family}, Parent {number}"),
        format!("{family}, Student {}", number / 2),
        device,
        status.to_owned(),
        format!("12/02/2019 8:{:02} AM", number / 200 % 60),
    ]
}

fn by_docx_rs(
    rows: impl Iterator<Item = [String; 5]>,
    file: &mut Cursor<Vec<u8>>,
) -> Result<(), Box<dyn Error>> {
    use docx_rs::{Docx, Paragraph, Run, Table, TableCell, TableRow};
    let cell = |text: String| {
        let words = Paragraph::new().add_run(Run::new().add_text(text));
        TableCell::new().add_paragraph(words)
    };
    let rows = rows.map(|cells| TableRow::new(cells.map(cell).into()));
    let table = Table::new(rows.collect());
    Docx::new().add_table(table).build().pack(file)?;
    Ok(())
}

fn by_docx_rust(
    rows: impl Iterator<Item = [String; 5]>,
    file: &mut Cursor<Vec<u8>>,
) -> Result<(), Box<dyn Error>> {
    use docx_rust::{
        Docx,
        document::{Paragraph, Table, TableCell, TableRow},
    };
    let mut table = Table::default();
    for cells in rows {
        let mut row = TableRow::default();
        for text in cells {
            row = row.push_cell(TableCell::paragraph(Paragraph::default().push_text(text)));
        }
        table = table.push_row(row);
    }
    let mut docx = Docx::default();
    docx.document.push(table);
    docx.write(file).map_err(|error| format!("{error:?}"))?;
    Ok(())
}

/// The most memory that this process had, in MB.
fn peak() -> Result<f64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.ok_or("no peak")?.trim().trim_end_matches(" kB");
    Ok(kilobytes.parse::<f64>()? * 1024.0 / 1e6)
}

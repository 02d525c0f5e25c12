//! The table: medians, ratios, spreads.

pub struct Measured {
    pub ours: Vec<u64>,
    pub theirs: Option<Vec<u64>>,
    pub floor: f64,
}

pub struct Row {
    name: &'static str,
    ours: Vec<f64>,
    theirs: Vec<f64>,
    floor: Vec<f64>,
}

impl Row {
    pub const fn new(name: &'static str) -> Self {
        Self { name, ours: Vec::new(), theirs: Vec::new(), floor: Vec::new() }
    }

    /// Adds the figures of one block.
    pub fn add(&mut self, block: Measured) {
        let median = |times: Vec<u64>| {
            let mut times: Vec<f64> = times.into_iter().map(|ns| ns as f64).collect();
            quantile(&mut times, 0.5)
        };
        self.ours.push(median(block.ours));
        self.theirs.extend(block.theirs.map(median));
        self.floor.push(block.floor);
    }
}

fn quantile(values: &mut [f64], at: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * at).round() as usize]
}

fn median(values: &[f64]) -> f64 {
    quantile(&mut values.to_vec(), 0.5)
}

/// The ratio of the medians, and the spread of the blocks' ratios.
fn ratio(ours: &[f64], other: &[f64]) -> String {
    if other.is_empty() {
        return "not measured".to_owned();
    }
    let mut each: Vec<f64> = ours.iter().zip(other).map(|(ours, other)| ours / other).collect();
    let (low, high) = (quantile(&mut each, 0.1), quantile(&mut each, 0.9));
    format!("{:.2} ({low:.2} to {high:.2})", median(ours) / median(other))
}

fn micros(values: &[f64]) -> String {
    if values.is_empty() { "-".to_owned() } else { format!("{:.2}", median(values) / 1_000.0) }
}

pub fn print(
    rows: &[Row],
    blocks: usize,
    restored: [Vec<u64>; 2],
    (ours, theirs): (usize, Option<usize>),
) {
    println!("{blocks} blocks; microseconds; profile v4-spqr; 200 bytes of plaintext\n");
    println!("| step | ours | libsignal | floor | ours / libsignal | ours / floor |");
    println!("|---|---|---|---|---|---|");
    for Row { name, ours, theirs, floor } in rows {
        println!(
            "| {name} | {} | {} | {} | {} | {} |",
            micros(ours),
            micros(theirs),
            micros(floor),
            ratio(ours, theirs),
            ratio(ours, floor)
        );
    }
    let [encrypt, decrypt] = restored.map(|times| {
        let times: Vec<f64> = times.into_iter().map(|ns| ns as f64).collect();
        micros(&times)
    });
    println!("| encrypt, same chain, session restored from its bytes | {encrypt} | | | | |");
    println!("| decrypt, same chain, session restored from its bytes | {decrypt} | | | | |");
    let (bytes, share) = theirs.map_or(("-".to_owned(), "not measured".to_owned()), |theirs| {
        (format!("{theirs} B"), format!("{:.2}", ours as f64 / theirs as f64))
    });
    println!("| largest session over 174 messages | {ours} B | {bytes} | | {share} | |");
}

pub fn print_costs(costs: &crate::floor::Costs) {
    println!("\n| operation | microseconds |\n|---|---|");
    for (name, ns) in costs.named() {
        println!("| {name} | {:.2} |", ns / 1_000.0);
    }
}

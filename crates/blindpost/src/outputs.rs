//! What runs are written as beside their reports: which files, and whether they can be of so many.

use std::path::Path;

use simulator::export::{
    Target, Wanted,
    diagram::{self, Form},
};

use crate::args::Sim;

/// What is wanted of runs, or why it cannot be.
pub(crate) fn wanted(asked: &Sim) -> Result<Wanted, String> {
    let outputs = &asked.outputs;
    let of_one = [("--diagram", &outputs.diagram), ("--perfetto", &outputs.perfetto)];
    if asked.paths.len() > 1
        && let Some((flag, _)) = of_one.into_iter().find(|(_, file)| file.is_some())
    {
        let several = asked.paths.len();
        return Err(format!("{flag}: expected one scenario, of which it is made; got {several}"));
    }
    let target = |path: &Path| Target::file(path.to_owned());
    let pictures = outputs.diagram.as_deref().zip(outputs.conversation.clone());
    Ok(Wanted {
        log: asked.log.as_deref().map(target),
        perfetto: outputs.perfetto.as_deref().map(target),
        pcap: outputs.pcap.as_deref().map(target),
        pcap_keys: outputs.pcap_keys.as_deref().map(target),
        diagram: pictures.map(|(path, between)| diagram::Wanted {
            target: target(path),
            form: form(path),
            between,
        }),
        depths: asked.html.is_some() || asked.json.is_some() || outputs.metrics.is_some(),
    })
}

fn form(path: &Path) -> Form {
    if path.extension().is_some_and(|end| end == "mmd") { Form::Mermaid } else { Form::Svg }
}

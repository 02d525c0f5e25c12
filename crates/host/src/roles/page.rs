//! The reference of all settings, from the tables that they are read by.

use std::fmt::Write as _;

use super::Role;
use crate::settings::{Setting, Unless};

/// docs/reference/configuration.md.
pub fn page() -> String {
    let mut page = String::from(
        "# Configuration of single roles\n\
         \n\
         `blindpost transport`, `cloud-api`, `business`, `client` and `meta` run one role each. \
         Every setting can be given in four places; the first that says it counts:\n\
         \n\
         1. a flag: `--listen 127.0.0.1:8710` (one of which there can be several is repeated),\n\
         2. the environment: `BLINDPOST_LISTEN=127.0.0.1:8710` (several with spaces between),\n\
         3. the file that `--config FILE` names: TOML, a table for each role, `listen = \
         \"127.0.0.1:8710\"` below `[transport]` (several as an array),\n\
         4. the default.\n\
         \n\
         `--check` reads all of it, says what is wrong and where, and starts nothing. \
         `--print-key` prints the key of a role, for the settings of those that talk to it. \
         `--ready-file FILE` writes the addresses and the key of the role as JSON once it \
         listens. Keys are 64 hexadecimal digits: the public half of the static Noise key that a \
         role drew at its first start and keeps in its folder.\n\
         \n\
         Roles run by the machine's clock. `--clock virtual` is refused: a virtual clock moves \
         once nothing is under way any more, and no process knows what is under way in another; \
         `blindpost up --clock virtual` has all of them in one.\n",
    );
    for role in Role::ALL {
        let (name, about) = (role.name(), role.about());
        // Writing to a String cannot fail.
        let _ = write!(page, "\n## {name}\n\n{about}\n\n");
        page.push_str("| setting | value | where nothing is said | what it is for |\n");
        page.push_str("|---|---|---|---|\n");
        // The page is that of the default build.
        let settings = role.settings().iter().filter(|setting| setting.name != "otlp");
        for Setting { name, value, unless, many, doc } in settings {
            let value = value.replace('|', "\\|");
            let several = if *many { ", any number" } else { "" };
            let unless = match unless {
                Unless::Refused => "has to be said".to_owned(),
                Unless::Absent => "none".to_owned(),
                Unless::Default(default) => format!("`{default}`"),
            };
            let _ = writeln!(page, "| `{name}` | {value}{several} | {unless} | {doc} |");
        }
    }
    page
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_reference_says_what_the_settings_are() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/configuration.md");
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        if std::env::var_os("BLINDPOST_WRITE_REFERENCE").is_some() {
            std::fs::write(path, super::page()).unwrap();
        } else {
            assert_eq!(kept, super::page(), "BLINDPOST_WRITE_REFERENCE=1 writes it anew");
        }
    }
}

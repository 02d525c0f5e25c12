//! What `blindpost up` tells whoever started it: every address, id, token and secret.

use std::{fmt, net::SocketAddr, path::PathBuf};

use serde::{Deserialize, Serialize};

/// Everything that is needed to use what was started.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ready {
    /// Where the Cloud API answers.
    pub base_url: String,
    /// The bearer token of the sample business.
    pub token: String,
    /// The id of its app.
    pub app_id: String,
    /// What webhooks are signed with.
    pub app_secret: String,
    /// What is said when a webhook is verified.
    pub verify_token: String,
    /// The id of its WhatsApp Business Account.
    pub waba_id: String,
    /// The id of its number.
    pub phone_number_id: String,
    /// Its number, as people see it.
    pub display_phone_number: String,
    /// Numbers of the simulated people.
    pub users: Vec<String>,
    /// Where the control API is.
    pub control_url: String,
    /// Where devices connect.
    pub transport_addr: String,
    /// The static Noise key that the transport proves there, as hexadecimal digits.
    pub transport_key: String,
    /// Where metrics, health and readiness are.
    pub operations_url: String,
    /// Where Business Manager is: a business adds and removes optional services there.
    pub business_manager_url: String,
    /// Where the automatic-reply service is told what to answer; it is off until it is added.
    pub auto_reply_url: String,
    /// Where webhooks go.
    pub webhook_url: String,
    /// The HTTPS proxy that stands in for Meta's hosts, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_url: Option<String>,
    /// The certificate that its users trust, as PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Whether that folder goes when the process ends.
    pub data_is_temporary: bool,
    /// The processes.
    pub pids: Vec<u32>,
}

/// The URL of a server.
pub(super) fn url(at: SocketAddr) -> String {
    format!("http://{at}")
}

impl fmt::Display for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = if self.data_is_temporary { "  (temporary: use --data to keep it)" } else { "" };
        let lines = [
            ("Cloud API", self.base_url.as_str()),
            ("token", &self.token),
            ("phone number id", &self.phone_number_id),
            ("phone number", &self.display_phone_number),
            ("WABA id", &self.waba_id),
            ("app id", &self.app_id),
            ("app secret", &self.app_secret),
            ("verify token", &self.verify_token),
            ("webhooks go to", &self.webhook_url),
            ("control API", &self.control_url),
            ("operations", &self.operations_url),
            ("Business Manager", &self.business_manager_url),
            ("automatic replies", &self.auto_reply_url),
            ("devices connect to", &self.transport_addr),
            ("transport's key", &self.transport_key),
        ];
        for (name, value) in lines {
            writeln!(f, "{name:<19} {value}")?;
        }
        if let (Some(proxy), Some(ca)) = (&self.proxy_url, &self.ca_file) {
            writeln!(f, "{:<19} {proxy}", "HTTPS proxy")?;
            writeln!(f, "{:<19} {}", "CA of the proxy", ca.display())?;
        }
        writeln!(f, "{:<19} {}{kept}", "data", self.data_dir.display())?;
        for (index, user) in self.users.iter().enumerate() {
            let name = if index == 0 { "people" } else { "" };
            writeln!(f, "{name:<19} {user}")?;
            if index == 9 && self.users.len() > 10 {
                let more = self.users.len().saturating_sub(10);
                return writeln!(f, "{:<19} and {more} more", "");
            }
        }
        Ok(())
    }
}

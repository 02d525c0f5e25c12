//! A flow as the app of a person has it open: what it says to the endpoint, and what an answer
//! means (facts, cloud-api.md section 4).

use cloud_api::{flows::SUCCESS, wamid};
use serde_json::{Map, Value, json};
use vocab::MessageId;

/// A flow that is open.
#[derive(Clone, Debug)]
pub(super) struct Form {
    /// The message in which it was shown.
    pub(super) shown: MessageId,
    /// Its id or name.
    pub(super) named: String,
    pub(super) token: String,
    /// Whether the endpoint says which screen is the first one.
    pub(super) asks_first: bool,
    pub(super) screen: String,
    /// What the screen shows.
    pub(super) data: Value,
    pub(super) screens: Vec<String>,
    /// The business's public key.
    pub(super) key: Option<String>,
    version: Option<String>,
    signature: Option<String>,
}

/// What comes next.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// This screen, with this data.
    Screen(String, Value),
    /// The flow is done and returns this.
    Done(Value),
    /// The flow is closed; by the endpoint, which said why.
    Closed(Option<String>),
    /// The answer was none: what the endpoint is told, and what the person is shown.
    Wrong(&'static str, String),
}

impl Form {
    /// The flow of a button that was shown: its token, and what the business said of it.
    pub(super) fn new(shown: MessageId, (token, said): &(String, Value)) -> Option<Self> {
        let named = said.get("flow_id").or_else(|| said.get("flow_name"))?;
        let payload = said.get("flow_action_payload");
        let screen = payload.and_then(|payload| payload.get("screen")).and_then(Value::as_str);
        let data = payload.and_then(|payload| payload.get("data"));
        Some(Self {
            shown,
            named: named.as_str().map_or_else(|| named.to_string(), str::to_owned),
            token: token.clone(),
            asks_first: said.get("flow_action").is_some_and(|action| action == "data_exchange"),
            screen: screen.unwrap_or_default().to_owned(),
            data: data.cloned().unwrap_or_else(|| json!({})),
            screens: Vec::new(),
            key: None,
            version: None,
            signature: None,
        })
    }

    /// What the platform's servers say of it.
    pub(super) fn learns(&mut self, environment: &Value) {
        let text = |name: &str| environment.get(name).and_then(Value::as_str).map(str::to_owned);
        self.key = text("public_key");
        self.version = text("data_api_version");
        self.signature = text("flow_token_signature");
        let json = text("flow_json").unwrap_or_default();
        let flow: Value = serde_json::from_str(&json).unwrap_or_default();
        let screens = flow.get("screens").and_then(Value::as_array);
        let ids = screens.into_iter().flatten().filter_map(|screen| screen.get("id")?.as_str());
        self.screens = ids.map(str::to_owned).collect();
        if self.screen.is_empty() {
            self.screen = self.screens.first().cloned().unwrap_or_default();
        }
    }

    /// A request to the endpoint. What opens a flow says nothing of a screen.
    pub(super) fn says(&self, action: &str, data: Value) -> Value {
        let mut said = json!({
            "version": self.version.as_deref().unwrap_or("3.0"),
            "action": action,
            "flow_token": self.token,
        });
        if let Some(said) = said.as_object_mut() {
            let mut put = |name: &str, value: Value| {
                said.insert(name.to_owned(), value);
            };
            if let Some(signature) = &self.signature {
                put("flow_token_signature", signature.as_str().into());
            }
            if action != "INIT" {
                put("screen", self.screen.as_str().into());
            }
            if !data.is_null() {
                put("data", data);
            }
        }
        said
    }

    /// What the endpoint is told of an answer that was none.
    pub(super) fn notice(&self, action: &str, error: &str) -> Value {
        let message = "The answer of the endpoint cannot be used.";
        self.says(action, json!({ "error": error, "error_message": message }))
    }

    /// What an answer means: its status, and what it says once it is opened.
    pub(super) fn comes(&self, (status, opened): (Option<u16>, Option<Value>)) -> Next {
        let text = |name: &str| {
            opened.as_ref().and_then(|said| said.get(name)?.as_str()).map(str::to_owned)
        };
        match status {
            Some(200) => {}
            Some(427) => {
                let why = text("error_msg").unwrap_or_else(|| "The flow has been used.".to_owned());
                return Next::Closed(Some(why));
            }
            Some(status) => {
                return Next::Wrong(
                    "unexpected_http_status_code",
                    format!("Something went wrong (the endpoint answered {status})."),
                );
            }
            None => {
                let why = "Something went wrong (the endpoint did not answer).";
                return Next::Wrong("timeout_error", why.to_owned());
            }
        }
        let wrong = |error, why: &str| Next::Wrong(error, format!("Something went wrong ({why})."));
        let Some(said) = &opened else {
            return wrong("cannot_decrypt_response", "the answer cannot be opened");
        };
        let Some(screen) = text("screen") else {
            return wrong("cannot_decode_response", "the answer names no screen");
        };
        let data = said.get("data").cloned().unwrap_or_else(|| json!({}));
        if screen == SUCCESS {
            let params = data.pointer("/extension_message_response/params").cloned();
            return Next::Done(params.unwrap_or_else(|| json!({})));
        }
        if !self.screens.contains(&screen) {
            return wrong("invalid_screen_transition", "the flow has no such screen");
        }
        Next::Screen(screen, data)
    }

    /// The message that says what the flow returns.
    pub(super) fn answer(&self, params: Value) -> Map<String, Value> {
        let Value::Object(mut params) = params else { return Map::new() };
        params.entry("flow_token").or_insert_with(|| self.token.as_str().into());
        let reply = json!({
            "name": "flow", "body": "Sent", "response_json": Value::Object(params).to_string(),
        });
        let message = json!({
            "type": "interactive",
            "context": { "id": wamid(self.shown) },
            "interactive": { "type": "nfm_reply", "nfm_reply": reply },
        });
        message.as_object().cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use vocab::MessageId;

    use super::{Form, Next};

    fn form() -> Form {
        let said = json!({ "flow_id": "1", "flow_action": "data_exchange" });
        let mut form = Form::new(MessageId([1; 16]), &("t".to_owned(), said)).unwrap();
        let flow = json!({ "screens": [{ "id": "A" }, { "id": "B" }] }).to_string();
        form.learns(&json!({ "flow_json": flow, "data_api_version": "4.0" }));
        form
    }

    #[test]
    fn what_is_said_names_the_screen_only_where_one_is_shown() {
        let form = form();
        let said = form.says("INIT", Value::Null);
        assert_eq!(said, json!({ "version": "4.0", "action": "INIT", "flow_token": "t" }));
        let said = form.says("data_exchange", json!({ "a": 1 }));
        assert_eq!((&said["screen"], &said["data"]), (&json!("A"), &json!({ "a": 1 })));
    }

    #[test]
    fn an_answer_leads_to_a_screen_of_the_flow_to_its_end_or_is_none() {
        let form = form();
        let comes = |status: u16, said: Value| form.comes((Some(status), Some(said)));
        let screen = comes(200, json!({ "screen": "B", "data": { "x": 1 } }));
        assert_eq!(screen, Next::Screen("B".to_owned(), json!({ "x": 1 })));
        let end = json!({ "extension_message_response": { "params": { "a": 1 } } });
        let end = comes(200, json!({ "screen": "SUCCESS", "data": end }));
        assert_eq!(end, Next::Done(json!({ "a": 1 })));
        let used = comes(427, json!({ "error_msg": "Again?" }));
        assert_eq!(used, Next::Closed(Some("Again?".to_owned())));
        let none = [
            (comes(200, json!({ "screen": "C" })), "invalid_screen_transition"),
            (comes(200, json!({})), "cannot_decode_response"),
            (comes(432, json!({})), "unexpected_http_status_code"),
            (form.comes((Some(200), None)), "cannot_decrypt_response"),
            (form.comes((None, None)), "timeout_error"),
        ];
        for (next, expected) in none {
            assert!(matches!(next, Next::Wrong(error, _) if error == expected), "{expected}");
        }
    }

    #[test]
    fn what_a_flow_returns_bears_its_token() {
        let message = form().answer(json!({ "a": 1 }));
        let reply = &message["interactive"]["nfm_reply"]["response_json"];
        assert_eq!(reply, r#"{"a":1,"flow_token":"t"}"#);
    }
}

//! What a Flow JSON must look like before its flow can be published: its frame, its screens, where
//! they lead, and the kinds of what stands on them. Properties of single components are not looked
//! at.

use serde_json::{Map, Value, json};

use super::SUCCESS;

/// Versions of Flow JSON (pywa 4.5.0 names the first and the last one).
const VERSIONS: [&str; 14] = [
    "2.1", "3.0", "3.1", "4.0", "5.0", "5.1", "6.0", "6.1", "6.2", "6.3", "7.0", "7.1", "7.2",
    "7.3",
];
/// Versions of what is said to an endpoint.
const DATA_VERSIONS: [&str; 2] = ["3.0", "4.0"];
/// Kinds of components (pywa 4.5.0).
const COMPONENTS: [&str; 24] = [
    "Form",
    "TextHeading",
    "TextSubheading",
    "TextBody",
    "TextCaption",
    "RichText",
    "TextInput",
    "TextArea",
    "CheckboxGroup",
    "RadioButtonsGroup",
    "Footer",
    "OptIn",
    "Dropdown",
    "EmbeddedLink",
    "DatePicker",
    "CalendarPicker",
    "Image",
    "ImageCarousel",
    "PhotoPicker",
    "DocumentPicker",
    "If",
    "Switch",
    "NavigationList",
    "ChipsSelector",
];
/// What a press can do.
const ACTIONS: [&str; 5] = ["navigate", "complete", "data_exchange", "update_data", "open_url"];
/// Faults that one answer lists.
const MOST: usize = 100;

/// A Flow JSON that was looked at.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) version: Option<String>,
    /// That of a flow with an endpoint.
    pub(crate) data_api_version: Option<String>,
    /// As Graph shows them under `validation_errors`.
    pub(crate) faults: Vec<Value>,
}

/// Looks at it.
pub(crate) fn check(text: &str) -> Checked {
    let mut checker =
        Checker { text, faults: Vec::new(), screens: Vec::new(), has_endpoint: false };
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(flow)) => checker.flow(&flow),
        Ok(_) => {
            checker.fault("INVALID_FLOW_JSON", "The Flow JSON is no object.", "$root", "");
            Checked { faults: checker.faults, ..Checked::default() }
        }
        Err(why) => checker.syntax(&why),
    }
}

struct Checker<'t> {
    text: &'t str,
    faults: Vec<Value>,
    /// The ids of screens.
    screens: Vec<String>,
    has_endpoint: bool,
}

impl Checker<'_> {
    fn syntax(mut self, why: &serde_json::Error) -> Checked {
        let at = (why.line(), why.column());
        self.faults.push(fault("INVALID_FLOW_JSON", &why.to_string(), "$root", at, at.1));
        Checked { faults: self.faults, ..Checked::default() }
    }

    /// Notes what is wrong at `path`; it stands where `near` does for the first time.
    fn fault(&mut self, error: &str, message: &str, path: &str, near: &str) {
        if self.faults.len() >= MOST {
            return;
        }
        let quoted = format!("\"{near}\"");
        let before = self.text.find(&quoted).and_then(|at| self.text.get(..at));
        let line = before.map_or(0, |text| text.matches('\n').count()).saturating_add(1);
        let start = before.and_then(|text| text.rsplit('\n').next()).unwrap_or_default();
        let column = start.chars().count().saturating_add(1);
        let length = if before.is_some() { quoted.chars().count() } else { 0 };
        self.faults.push(fault(
            error,
            message,
            path,
            (line, column),
            column.saturating_add(length),
        ));
    }

    /// A member that must be one of these texts; `None` if it is none or not there.
    fn one_of(
        &mut self,
        map: &Map<String, Value>,
        (path, name): (&str, &str),
        fits: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let at = format!("{path}.{name}");
        match map.get(name) {
            None => {
                let message = format!("Required property '{name}' is missing.");
                self.fault("REQUIRED_PROPERTY_MISSING", &message, &at, "");
                None
            }
            Some(Value::String(text)) if fits(text) => Some(text.clone()),
            Some(value) => {
                let message = format!("Invalid value found for property '{name}'.");
                let near = value.as_str().unwrap_or(name);
                self.fault("INVALID_PROPERTY_VALUE", &message, &at, near);
                None
            }
        }
    }
}

impl Checker<'_> {
    fn flow(mut self, flow: &Map<String, Value>) -> Checked {
        let version = self.one_of(flow, ("$root", "version"), |text| VERSIONS.contains(&text));
        self.has_endpoint = flow.contains_key("data_api_version");
        let data_api_version = if self.has_endpoint {
            self.one_of(flow, ("$root", "data_api_version"), |text| DATA_VERSIONS.contains(&text))
        } else {
            None
        };
        let screens = flow.get("screens").and_then(Value::as_array).map(Vec::as_slice);
        let screens = screens.unwrap_or_default();
        if screens.is_empty() {
            let message = "Required property 'screens' is missing or empty.";
            self.fault("REQUIRED_PROPERTY_MISSING", message, "$root.screens", "screens");
        }
        for (index, screen) in screens.iter().enumerate() {
            self.id(index, screen);
        }
        for (index, screen) in screens.iter().enumerate() {
            self.layout(&format!("$root.screens[{index}]"), screen);
        }
        let is_terminal = |screen: &Value| screen.get("terminal") == Some(&Value::Bool(true));
        if !screens.is_empty() && !screens.iter().any(is_terminal) {
            let message = "At least one screen must be terminal.";
            self.fault("MISSING_TERMINAL_SCREEN", message, "$root.screens", "screens");
        }
        self.routes(flow);
        Checked { version, data_api_version, faults: self.faults }
    }

    fn id(&mut self, index: usize, screen: &Value) {
        let path = format!("$root.screens[{index}]");
        let Some(screen) = screen.as_object() else {
            return self.fault("INVALID_PROPERTY_VALUE", "A screen is no object.", &path, "");
        };
        let is_id = |text: &str| {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            !text.is_empty() && text != SUCCESS && text.bytes().all(fits)
        };
        let Some(id) = self.one_of(screen, (&path, "id"), is_id) else { return };
        if self.screens.contains(&id) {
            self.fault("DUPLICATE_SCREEN_ID", "Two screens have one id.", &path, &id);
        }
        self.screens.push(id);
    }

    fn layout(&mut self, path: &str, screen: &Value) {
        let path = format!("{path}.layout");
        let Some(layout) = screen.get("layout").and_then(Value::as_object) else {
            let message = "Required property 'layout' is missing.";
            return self.fault("REQUIRED_PROPERTY_MISSING", message, &path, "");
        };
        self.one_of(layout, (&path, "type"), |text| text == "SingleColumnLayout");
        self.children(&path, layout.get("children"));
    }

    /// Components, and those within them. The depth is bounded by serde_json.
    fn children(&mut self, path: &str, children: Option<&Value>) {
        let path = format!("{path}.children");
        let Some(children) = children.and_then(Value::as_array) else {
            let message = "Required property 'children' is missing.";
            return self.fault("REQUIRED_PROPERTY_MISSING", message, &path, "");
        };
        for (index, child) in children.iter().enumerate() {
            self.component(&format!("{path}[{index}]"), child);
        }
    }

    fn component(&mut self, path: &str, component: &Value) {
        let Some(component) = component.as_object() else {
            return self.fault("INVALID_PROPERTY_VALUE", "A component is no object.", path, "");
        };
        self.one_of(component, (path, "type"), |text| COMPONENTS.contains(&text));
        if component.contains_key("children") {
            self.children(path, component.get("children"));
        }
        for (name, value) in component {
            if name.starts_with("on-") && name.ends_with("-action") {
                self.action(&format!("{path}.{name}"), value);
            }
        }
    }

    fn action(&mut self, path: &str, action: &Value) {
        let Some(action) = action.as_object() else {
            return self.fault("INVALID_PROPERTY_VALUE", "An action is no object.", path, "");
        };
        let name = self.one_of(action, (path, "name"), |text| ACTIONS.contains(&text));
        match name.as_deref() {
            Some("data_exchange") if !self.has_endpoint => {
                let message = "An action asks an endpoint, and there is no 'data_api_version'.";
                self.fault("MISSING_DATA_API_VERSION", message, path, "data_exchange");
            }
            Some("navigate") => {
                let to = action.get("next").and_then(|next| next.get("name"));
                self.leads(path, to.and_then(Value::as_str).unwrap_or_default());
            }
            _ => {}
        }
    }

    /// Somewhere the screen `to` is named.
    fn leads(&mut self, path: &str, to: &str) {
        if !self.screens.iter().any(|screen| screen == to) {
            self.fault(
                "INVALID_NAVIGATE_ACTION_NEXT_SCREEN_NAME",
                "There is no such screen.",
                path,
                to,
            );
        }
    }

    /// From which screen others are reached; a flow with an endpoint has to say it.
    fn routes(&mut self, flow: &Map<String, Value>) {
        let path = "$root.routing_model";
        let Some(model) = flow.get("routing_model") else {
            if self.has_endpoint {
                let message = "Required property 'routing_model' is missing.";
                self.fault("REQUIRED_PROPERTY_MISSING", message, path, "");
            }
            return;
        };
        let Some(model) = model.as_object() else {
            return self.fault("INVALID_ROUTING_MODEL", "It is no object.", path, "routing_model");
        };
        for (from, to) in model {
            self.leads(path, from);
            for to in to.as_array().into_iter().flatten() {
                self.leads(path, to.as_str().unwrap_or_default());
            }
        }
    }
}

fn fault(
    error: &str,
    message: &str,
    path: &str,
    (line, column): (usize, usize),
    column_end: usize,
) -> Value {
    let place = json!({
        "line_start": line, "line_end": line, "column_start": column, "column_end": column_end,
    });
    let with = |more: Value| {
        let mut both = place.as_object().cloned().unwrap_or_default();
        both.extend(more.as_object().cloned().unwrap_or_default());
        Value::Object(both)
    };
    let pointer = with(json!({ "path": path }));
    with(json!({
        "error": error, "error_type": "FLOW_JSON_ERROR", "message": message,
        "pointers": [pointer],
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::check;

    fn flow() -> Value {
        let footer = json!({
            "type": "Footer", "label": "Send", "on-click-action": { "name": "complete" },
        });
        let layout = json!({ "type": "SingleColumnLayout", "children": [footer] });
        let screen = json!({ "id": "FIRST", "title": "First", "terminal": true, "layout": layout });
        json!({ "version": "7.3", "screens": [screen] })
    }

    /// The faults of a flow in which the value at `pointer` is another one.
    fn errors(pointer: &str, value: Value) -> Vec<String> {
        let mut flow = flow();
        *flow.pointer_mut(pointer).unwrap() = value;
        let name = |fault: &Value| fault["error"].as_str().unwrap().to_owned();
        check(&flow.to_string()).faults.iter().map(name).collect()
    }

    #[test]
    fn a_whole_flow_has_no_fault_and_each_broken_part_has_its_own() {
        let checked = check(&flow().to_string());
        assert_eq!((checked.faults.len(), checked.version.as_deref()), (0, Some("7.3")));
        let children = "/screens/0/layout/children";
        for (pointer, value, expected) in [
            ("/version", json!("1.0"), "INVALID_PROPERTY_VALUE"),
            ("/screens", json!([]), "REQUIRED_PROPERTY_MISSING"),
            ("/screens/0/id", json!("SUCCESS"), "INVALID_PROPERTY_VALUE"),
            ("/screens/0/terminal", json!(false), "MISSING_TERMINAL_SCREEN"),
            ("/screens/0/layout/type", json!("Two"), "INVALID_PROPERTY_VALUE"),
            (children, json!(1), "REQUIRED_PROPERTY_MISSING"),
            ("/screens/0/layout/children/0/type", json!("Foot"), "INVALID_PROPERTY_VALUE"),
            (
                "/screens/0/layout/children/0/on-click-action/name",
                json!("data_exchange"),
                "MISSING_DATA_API_VERSION",
            ),
            (
                "/screens/0/layout/children/0/on-click-action",
                json!({ "name": "navigate", "next": { "type": "screen", "name": "NO" } }),
                "INVALID_NAVIGATE_ACTION_NEXT_SCREEN_NAME",
            ),
        ] {
            assert_eq!(errors(pointer, value), [expected], "{pointer}");
        }
        assert_eq!(errors("", json!([])), ["INVALID_FLOW_JSON"]);
        let twice = json!([flow()["screens"][0], flow()["screens"][0]]);
        assert_eq!(errors("/screens", twice), ["DUPLICATE_SCREEN_ID"]);
    }

    #[test]
    fn a_flow_with_an_endpoint_says_where_its_screens_lead() {
        let mut flow = flow();
        flow["data_api_version"] = json!("3.0");
        assert_eq!(check(&flow.to_string()).faults.len(), 1);
        flow["routing_model"] = json!({ "FIRST": ["SECOND"] });
        let checked = check(&flow.to_string());
        assert_eq!(checked.faults.len(), 1);
        assert_eq!(checked.data_api_version.as_deref(), Some("3.0"));
        flow["routing_model"] = json!({ "FIRST": [] });
        assert_eq!(check(&flow.to_string()).faults, Vec::<Value>::new());
    }

    #[test]
    fn a_fault_says_where_it_stands() {
        let text = "{\n  \"version\": \"1.0\",\n  \"screens\": []\n}";
        let fault = &check(text).faults[0];
        assert_eq!((&fault["line_start"], &fault["column_start"]), (&json!(2), &json!(14)));
        assert_eq!(fault["column_end"], 19);
        assert_eq!(fault["pointers"][0]["path"], "$root.version");
        let fault = &check("{\n \"version\"").faults[0];
        assert_eq!(fault["line_start"], 2);
    }
}

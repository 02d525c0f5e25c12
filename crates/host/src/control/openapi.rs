//! The description of the control API, from the table that it is served from.

use serde_json::{Map, Value, json};

use super::{
    ROOT, schemas,
    table::{CALLS, Call},
};

/// The description, in OpenAPI 3.1.
pub(super) fn document() -> Value {
    let mut paths = Map::new();
    for call in CALLS {
        let path = paths.entry(call.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(call.method.to_lowercase(), operation(call));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Blindpost's control API",
            "description": "What a test does to the simulated people, the clock and the network.",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "servers": [{ "url": ROOT }],
        "paths": paths,
        "components": { "schemas": { "Error": schemas::error() } },
    })
}

fn operation(call: &Call) -> Value {
    let query = call.query.iter().map(|parameter| {
        json!({
            "name": parameter.name, "in": "query", "description": parameter.doc,
            "schema": { "type": parameter.kind },
        })
    });
    let user = call.path.contains("{user}").then(|| {
        json!({ "name": "user", "in": "path", "required": true, "schema": { "type": "string" } })
    });
    let parameters: Vec<Value> = user.into_iter().chain(query).collect();
    let content = |schema: Value| json!({ "application/json": { "schema": schema } });
    let refused = |why: &str| {
        json!({
            "description": why,
            "content": content(json!({ "$ref": "#/components/schemas/Error" })),
        })
    };
    let mut operation = json!({
        "operationId": format!("{:?}", call.does),
        "summary": call.summary,
        "parameters": parameters,
        "responses": {
            "200": { "description": "It is done.", "content": content((call.answer)()) },
            "400": refused("The call means nothing."),
            "403": refused("The caller is not on this machine."),
            "404": refused("There is no such user, number or message."),
            "409": refused("It cannot be done now."),
            "503": refused("The process is about to end."),
        },
    });
    if let (Some(body), Some(operation)) = (call.body, operation.as_object_mut()) {
        operation.insert("requestBody".to_owned(), json!({ "content": content(body()) }));
    }
    operation
}

#[cfg(test)]
mod tests {
    use super::{CALLS, document};

    #[test]
    fn every_call_is_described_once_and_explained_on_the_page() {
        let document = document();
        let page = include_str!("../../../../docs/reference/control.md");
        let mut operations = 0;
        for path in document["paths"].as_object().unwrap().values() {
            operations += path.as_object().unwrap().len();
        }
        assert_eq!(operations, CALLS.len());
        for call in CALLS {
            let method = call.method.to_lowercase();
            let operation = &document["paths"][call.path][method];
            assert_eq!(operation["summary"], call.summary);
            let named = format!("`{} {}`", call.method, call.path);
            assert!(page.contains(&named), "docs/reference/control.md lacks {named}");
        }
    }
}

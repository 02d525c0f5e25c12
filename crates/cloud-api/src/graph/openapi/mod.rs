//! The description of the Graph interface in OpenAPI 3.1, from the routes that are served and the
//! operations that are not.
//!
//! It says what answers look like, exactly: an answer with a member that it does not name is a
//! mistake of one of the two. What a request may hold it says loosely, since clients send more than
//! anybody reads (facts, cloud-api.md section 2).

use hop::http::Route;
use serde_json::{Map, Value, json};

use self::table::{Body, Parameter, Shape};
use super::{
    GRANTS_CHANGED, ROUTES,
    operations::{OPERATIONS, State},
};

mod answers;
mod bodies;
mod schema;
mod table;

/// HTTP statuses of refusals and when there is one of them: those of the error catalogue, and those
/// of the server in front of it.
const REFUSED: &[(&str, &str)] = &[
    ("400", "The call means nothing, or a rule does not allow it."),
    ("401", "No token, or one that is nobody's."),
    ("403", "The caller has no right to this, or it is not there."),
    ("404", "The template, or the file at this address, is not there."),
    ("408", "The body came too slowly."),
    ("413", "The body is too long."),
    ("500", "An error of the server, also one that is produced on purpose."),
    ("503", "Nobody can say now: the call may be made again."),
    ("504", "The answer took too long."),
];

/// The description. What is not served is in it too, with refusals alone.
pub fn document() -> Value {
    let mut paths = Map::new();
    let mut add = |method: &str, pattern: &str, operation: Value| {
        let path = paths.entry(pattern).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(method.to_lowercase(), operation);
        }
    };
    for route in ROUTES.iter().filter(|route| route.pattern != GRANTS_CHANGED) {
        add(route.method, route.pattern, served(route));
    }
    for one in OPERATIONS.iter().filter(|one| one.state == State::Out) {
        let mut operation = operation(one.method, one.pattern, one.note);
        operation.insert("responses".to_owned(), Value::Object(refused()));
        add(one.method, one.pattern, Value::Object(operation));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Blindpost's Graph interface",
            "description": "The WhatsApp Business Cloud API, as far as it is here. Paths may begin \
                            with any version, such as /v24.0.",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "schemas": { "Error": answers::error() },
            "responses": refusals(),
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    })
}

/// The description as the file in `docs/reference` has it.
pub fn page() -> String {
    format!("{:#}\n", document())
}

/// What every operation has, served or not.
fn operation(method: &str, pattern: &str, summary: &str) -> Map<String, Value> {
    let words: Vec<&str> =
        pattern.split(['/', '{', '}', '_']).filter(|word| !word.is_empty()).collect();
    let parameters: Vec<Value> = pattern
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({ "name": name, "in": "path", "required": true, "schema": schema::text() })
        })
        .collect();
    let mut operation = Map::new();
    let id = format!("{}_{}", method.to_lowercase(), words.join("_"));
    operation.insert("operationId".to_owned(), id.into());
    operation.insert("summary".to_owned(), summary.into());
    operation.insert("parameters".to_owned(), parameters.into());
    operation
}

/// An operation that there is.
fn served(route: &Route) -> Value {
    let shape = table::shape(route);
    let mut operation = operation(route.method, route.pattern, route.doc);
    if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
        parameters.extend(shape.query.iter().map(query));
    }
    let (media_type, content) = answer(shape);
    let done = json!({
        "description": "It is done.", "content": { media_type: { "schema": content } },
    });
    let mut responses = refused();
    responses.insert("200".to_owned(), done);
    if let Some(schema) = shape.refused {
        // Some say more about a call that was only done in part.
        responses.insert("400".to_owned(), refusal("Not all of it could be done.", schema()));
    }
    operation.insert("responses".to_owned(), Value::Object(responses));
    if let Some(body) = body(shape) {
        operation.insert("requestBody".to_owned(), body);
    }
    if shape.is_open {
        operation.insert("security".to_owned(), json!([]));
    }
    Value::Object(operation)
}

fn query(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name, "in": "query", "description": parameter.doc,
        "schema": (parameter.schema)(),
    })
}

fn answer(shape: &Shape) -> (&'static str, Value) {
    match shape.answer {
        Some(schema) => ("application/json", schema()),
        None => ("*/*", json!({})), // A file.
    }
}

fn body(shape: &Shape) -> Option<Value> {
    let content = match shape.body {
        Body::None => return None,
        Body::Json(schema) => json!({ "application/json": { "schema": schema() } }),
        Body::Multipart(schema) => json!({ "multipart/form-data": { "schema": schema() } }),
        Body::JsonOrBytes(schema) => json!({
            "application/json": { "schema": schema() },
            "application/octet-stream": { "schema": {} },
        }),
    };
    Some(json!({ "content": content }))
}

/// The refusals that every operation can answer, where they are described.
fn refused() -> Map<String, Value> {
    let described = |status: &str| json!({ "$ref": format!("#/components/responses/{status}") });
    REFUSED.iter().map(|(status, _)| ((*status).to_owned(), described(status))).collect()
}

/// Their descriptions.
fn refusals() -> Map<String, Value> {
    let error = || json!({ "$ref": "#/components/schemas/Error" });
    REFUSED.iter().map(|(status, why)| ((*status).to_owned(), refusal(why, error()))).collect()
}

fn refusal(why: &str, schema: Value) -> Value {
    json!({ "description": why, "content": { "application/json": { "schema": schema } } })
}

#[cfg(test)]
mod tests {
    use super::{GRANTS_CHANGED, OPERATIONS, ROUTES, State, document, table};
    use crate::errors::CATALOGUE;

    #[test]
    fn every_operation_is_described_once() {
        let document = document();
        let mut described = 0;
        for path in document["paths"].as_object().unwrap().values() {
            described += path.as_object().unwrap().len();
        }
        assert_eq!(described, OPERATIONS.len());
        for one in OPERATIONS {
            let operation = &document["paths"][one.pattern][one.method.to_lowercase()];
            let answers = operation["responses"]["200"].is_object();
            assert_eq!(answers, one.state != State::Out, "{one:?}");
        }
    }

    #[test]
    fn every_shape_is_that_of_a_route() {
        let routes: Vec<(&str, &str)> = ROUTES
            .iter()
            .filter(|route| route.pattern != GRANTS_CHANGED)
            .map(|route| (route.method, route.pattern))
            .collect();
        for shape in table::SHAPES {
            assert!(routes.contains(&(shape.method, shape.pattern)), "{}", shape.pattern);
        }
    }

    #[test]
    fn every_status_of_the_catalogue_is_described() {
        for row in CATALOGUE {
            let status = row.status.to_string();
            let is_described = super::REFUSED.iter().any(|(known, _)| *known == status);
            assert!(is_described, "{row:?}");
        }
    }

    #[test]
    fn the_page_is_what_the_routes_say() {
        let found = include_str!("../../../../../docs/reference/graph.openapi.json");
        let command = "cargo run -q -p cloud-api --example graph_openapi > \
                       docs/reference/graph.openapi.json";
        assert!(found == super::page(), "the page is not what the routes say; run `{command}`");
    }
}

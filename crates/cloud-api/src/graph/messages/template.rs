//! Template messages as a call names them; whether the template exists and takes these parameters
//! is judged where it is known.

use wire::content::MediaKind;

use super::{Fields, MediaCall, plain};
use crate::errors::{GraphError, codes};

/// A template and what fills its places.
#[derive(Clone, Debug)]
pub(crate) struct TemplateCall {
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) components: Vec<Component>,
}

/// What fills the places of one component.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    /// `header`, `body`, `button` and so on, in lower case.
    pub(crate) kind: String,
    /// Of a button: `url`, `quick_reply` and so on.
    pub(crate) sub_type: String,
    /// Of a button: which.
    pub(crate) index: usize,
    pub(crate) parameters: Vec<Parameter>,
}

/// What fills one place.
#[derive(Clone, Debug)]
pub(crate) enum Parameter {
    /// Words; named where the template's places have names.
    Text {
        name: Option<String>,
        text: String,
    },
    /// What a quick reply returns.
    Payload(String),
    Media(MediaCall),
    /// A place, a product, a coupon: handed on as it is.
    Other,
}

pub(super) fn read(template: &Fields<'_>) -> Result<TemplateCall, GraphError> {
    let language = template.object("language")?;
    if language.get("policy").is_some() {
        language.constant("policy", "deterministic")?;
    }
    let components = template.objects("components", (0, 20))?;
    Ok(TemplateCall {
        name: template.text("name", 512)?,
        language: language.text("code", 16)?,
        components: components.iter().map(component).collect::<Result<_, _>>()?,
    })
}

fn component(component: &Fields<'_>) -> Result<Component, GraphError> {
    let kind = component.text("type", 32)?.to_ascii_lowercase();
    let (sub_type, index) = if kind == "button" {
        (component.text("sub_type", 32)?.to_ascii_lowercase(), index(component)?)
    } else {
        (String::new(), 0)
    };
    let parameters = component.objects("parameters", (0, 100))?;
    Ok(Component {
        sub_type,
        index,
        kind,
        parameters: parameters.iter().map(parameter).collect::<Result<_, _>>()?,
    })
}

/// Clients write it as a number or as text.
fn index(component: &Fields<'_>) -> Result<usize, GraphError> {
    let text = component.text("index", 2)?;
    text.parse().map_err(|_| component.wrong("index", "must be a number from 0 to 9"))
}

fn parameter(parameter: &Fields<'_>) -> Result<Parameter, GraphError> {
    let kind = parameter.text("type", 32)?.to_ascii_lowercase();
    let media = |kind, name| plain::media(&parameter.object(name)?, kind).map(Parameter::Media);
    match kind.as_str() {
        "text" => Ok(Parameter::Text {
            name: parameter.optional_text("parameter_name", 64)?,
            text: parameter.text("text", 32_768)?,
        }),
        "payload" => parameter.text("payload", 1_000).map(Parameter::Payload),
        "currency" => fallback(&parameter.object("currency")?),
        "date_time" => fallback(&parameter.object("date_time")?),
        "image" => media(MediaKind::Image, "image"),
        "video" => media(MediaKind::Video, "video"),
        "document" => media(MediaKind::Document, "document"),
        "location" | "product" | "coupon_code" | "limited_time_offer" | "action" => {
            Ok(Parameter::Other)
        }
        _ => Err(GraphError::with(
            codes::TEMPLATE_FORMAT,
            format!("{} is no type of parameter.", parameter.path("type")),
        )),
    }
}

/// Amounts and dates are shown as the business wrote them for readers that format none.
fn fallback(value: &Fields<'_>) -> Result<Parameter, GraphError> {
    let text = value.text("fallback_value", 1_000)?;
    Ok(Parameter::Text { name: None, text })
}

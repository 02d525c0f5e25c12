//! A person fills in a flow. The app shows its screens, and asks the endpoint of the business over
//! the platform's servers: it makes the key of each exchange, so that nobody between them reads
//! what is entered (docs/decisions/0014).
//!
//! Knows: what an app knows of a flow that its person was shown. Does not know: how a screen looks,
//! or what belongs on it; whoever drives the person says that.

use cloud_api::{flows::Exchange, wamid};
use hop::http::{Request, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use vocab::MessageId;

use super::{Kind, People, Person, locked};
use crate::node::{Ended, Handle};

mod form;

use form::{Form, Next};

/// What a person does with a flow.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    does: Does,
    /// Which one is opened: the message in which it was shown. The newest, if nothing is said.
    wamid: Option<String>,
    /// Where a person goes by a button that asks nobody.
    screen: Option<String>,
    /// What was entered.
    data: Option<Map<String, Value>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Does {
    Open,
    Submit,
    Back,
    Navigate,
    Complete,
    Close,
}

/// Why a person cannot do that.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfilled {
    /// It means nothing.
    #[error("{0}")]
    Form(&'static str),
    /// Not now.
    #[error("{0}")]
    NotNow(String),
    /// The process is about to end.
    #[error("the process is about to end")]
    Ended,
}

impl From<Ended> for Unfilled {
    fn from(Ended: Ended) -> Self {
        Self::Ended
    }
}

fn not_now(why: impl Into<String>) -> Unfilled {
    Unfilled::NotNow(why.into())
}

/// The way of the apps to the platform's servers.
#[derive(Debug)]
pub(crate) struct Servers {
    pub(crate) cloud_api: Handle<cloud_api::Command>,
    /// What shows that an app asks.
    pub(crate) token: String,
}

/// What an app has open, and what it will not open again.
#[derive(Debug, Default)]
pub(crate) struct Forms {
    open: Option<Form>,
    /// Messages whose token the endpoint called used.
    spent: Vec<MessageId>,
}

impl Servers {
    async fn ask(&self, path: &str, body: &Value) -> Result<Value, Unfilled> {
        let request = Request::new("cloud-api", "POST", &format!("/flows_client/{path}"));
        let request = request.bearer(&self.token).json(body.to_string().into_bytes());
        let answer: Response = self.cloud_api.request(request).await.ok_or(Unfilled::Ended)?;
        let read: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.is_success() {
            return Ok(read);
        }
        let why = read.pointer("/error/error_data/details").or(read.pointer("/error/message"));
        Err(not_now(why.and_then(Value::as_str).unwrap_or("the flow cannot be opened")))
    }
}

impl People {
    /// A person does something with a flow that they were shown: what they see then, and what was
    /// said between the app and the endpoint.
    ///
    /// # Errors
    ///
    /// [`Unfilled`].
    pub(crate) async fn fills(
        &self,
        servers: &Servers,
        person: &Person,
        step: Step,
    ) -> Result<Value, Unfilled> {
        let Step { does, wamid, screen, data } = step;
        let data = Value::Object(data.unwrap_or_default());
        let mut said = Vec::new();
        if does == Does::Open {
            let form = self.opened(servers, person, wamid.as_deref()).await?;
            let asks = form.asks_first;
            locked(&person.forms).open = Some(form);
            if !asks {
                return Ok(seen(person, said, None));
            }
            let next = self.asks(servers, person, ("INIT", Value::Null), &mut said).await?;
            return self.goes_on(person, next, said).await;
        }
        let here = locked(&person.forms).open.clone();
        let here = here.ok_or_else(|| not_now("this person has no flow open"))?;
        let next = match does {
            Does::Open | Does::Close => Next::Closed(None),
            Does::Submit => self.asks(servers, person, ("data_exchange", data), &mut said).await?,
            Does::Back => self.asks(servers, person, ("BACK", Value::Null), &mut said).await?,
            Does::Navigate => {
                let screen = screen.ok_or(Unfilled::Form("screen says where to"))?;
                if !here.screens.contains(&screen) {
                    return Err(not_now("the flow has no such screen"));
                }
                Next::Screen(screen, data)
            }
            Does::Complete => Next::Done(data),
        };
        self.goes_on(person, next, said).await
    }

    /// The app reads what it has to know before it shows a flow.
    async fn opened(
        &self,
        servers: &Servers,
        person: &Person,
        wamid: Option<&str>,
    ) -> Result<Form, Unfilled> {
        let shown = match wamid {
            Some(wamid) => {
                let id = cloud_api::message_id(wamid);
                Some(id.ok_or(Unfilled::Form("wamid is none of this server"))?)
            }
            None => None,
        };
        let (shown, button) = self
            .0
            .journal
            .flow_offered(&person.phone, shown)
            .ok_or_else(|| not_now("this person was shown no flow to open"))?;
        if locked(&person.forms).spent.contains(&shown) {
            return Err(not_now("the business says that this flow has been used"));
        }
        let mut form = Form::new(shown, &button).ok_or_else(|| not_now("the flow has no id"))?;
        let environment = servers.ask("environment", &self.about(&form)).await?;
        form.learns(&environment);
        Ok(form)
    }

    fn about(&self, form: &Form) -> Value {
        let (phone_number_id, _) = &self.0.business;
        json!({
            "phone_number_id": phone_number_id, "flow": form.named, "flow_token": form.token,
        })
    }

    /// The app asks the endpoint about the flow that is open. Where the endpoint cannot decrypt,
    /// the app fetches the business's key anew and asks once more; of an answer that is none the
    /// endpoint is told.
    async fn asks(
        &self,
        servers: &Servers,
        person: &Person,
        (action, data): (&str, Value),
        said: &mut Vec<Value>,
    ) -> Result<Next, Unfilled> {
        let form = locked(&person.forms).open.clone();
        let mut form = form.ok_or_else(|| not_now("this person has no flow open"))?;
        let request = form.says(action, data);
        let mut came = self.exchanged(servers, &form, &request, said).await?;
        if came.0 == Some(421) {
            form.learns(&servers.ask("environment", &self.about(&form)).await?);
            came = self.exchanged(servers, &form, &request, said).await?;
        }
        let next = form.comes(came);
        if let Next::Wrong(error, _) = &next {
            let notice = form.notice(action, error);
            self.exchanged(servers, &form, &notice, said).await?;
        }
        Ok(next)
    }

    /// One exchange: the status of the answer, and what it says once it is opened.
    async fn exchanged(
        &self,
        servers: &Servers,
        form: &Form,
        request: &Value,
        said: &mut Vec<Value>,
    ) -> Result<(Option<u16>, Option<Value>), Unfilled> {
        let key = form.key.as_deref().ok_or_else(|| not_now("the business has no public key"))?;
        let sealed = {
            let mut rng = locked(&self.0.randomness).next(Kind::Command);
            Exchange::seal(key, request, &mut rng)
        };
        let (opens, sealed) = sealed.ok_or_else(|| not_now("the public key is none"))?;
        let mut asked = self.about(form);
        if let Some(asked) = asked.as_object_mut() {
            asked.insert("sealed".to_owned(), sealed);
        }
        let answer = servers.ask("exchange", &asked).await?;
        let status = answer.get("status").and_then(Value::as_u64);
        let status = status.and_then(|status| u16::try_from(status).ok());
        let body = answer.get("body").and_then(Value::as_str);
        let opened = body.and_then(|body| opens.open(body.as_bytes()));
        said.push(json!({ "request": request, "status": status, "answer": opened }));
        Ok((status, opened))
    }

    /// The app shows what comes next, or sends what the flow returns.
    async fn goes_on(
        &self,
        person: &Person,
        next: Next,
        said: Vec<Value>,
    ) -> Result<Value, Unfilled> {
        let forms = || locked(&person.forms);
        match next {
            Next::Screen(screen, data) => {
                if let Some(form) = &mut forms().open {
                    (form.screen, form.data) = (screen, data);
                }
                Ok(seen(person, said, None))
            }
            Next::Done(params) => {
                let form = forms().open.take();
                let form = form.ok_or_else(|| not_now("this person has no flow open"))?;
                let says = self.means(&person.phone, &form.answer(params));
                let says = says.map_err(|why| not_now(why.to_string()))?;
                let id = self.says(person, says).await?;
                Ok(seen(person, said, Some(json!({ "wamid": wamid(id) }))))
            }
            Next::Closed(why) => {
                let form = forms().open.take();
                let spent = form.filter(|_| why.is_some());
                forms().spent.extend(spent.map(|form| form.shown));
                Ok(seen(person, said, Some(json!({ "error": why }))))
            }
            Next::Wrong(_, why) => Ok(seen(person, said, Some(json!({ "error": why })))),
        }
    }
}

/// What a person sees, and what was said to come there.
fn seen(person: &Person, said: Vec<Value>, more: Option<Value>) -> Value {
    let forms = locked(&person.forms);
    let form = forms.open.as_ref();
    let mut seen = Map::new();
    let mut put = |name: &str, value: Value| {
        seen.insert(name.to_owned(), value);
    };
    put("open", form.is_some().into());
    put("screen", form.map_or(Value::Null, |form| form.screen.as_str().into()));
    put("data", form.map_or(Value::Null, |form| form.data.clone()));
    put("exchanges", said.into());
    if let Some(Value::Object(more)) = more {
        seen.extend(more.into_iter().filter(|(_, value)| !value.is_null()));
    }
    Value::Object(seen)
}

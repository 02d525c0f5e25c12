//! whatsapp 0.8.1, unmodified from its registry, against a live Blindpost:
//!
//!     whatsapp BLINDPOST [--plant]
//!
//! It knows Meta's address by heart, so that its requests go through the proxy of `--intercept`,
//! whose certificate it is told to trust. It verifies no signatures; what webhooks tell is read
//! with its models. With --plant it trusts nobody, so that nothing may go out.

use std::{
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
};

use axum::{Router, extract::Query, routing::get};
use blindpost_sdk_rust::{Checks, Done, Seen, World, ensure};
use serde_json::json;
use tokio::net::TcpListener;
use whatsapp::{
    WhatsappClient, WhatsappError,
    models::{
        CodeMethod, Context, Image, Interactive, InteractiveActionButton, InteractiveActionSection,
        InteractiveActionSectionRow, Message, ProductSection, Template, Text,
        webhooks::{NotificationMessage, NotificationPayload, Status, VerificationRequest},
    },
};

const WORDS: &str = "Grüße 😀 to a@b, 5% </p> \\ \"quoted\"";

/// The SDK, and what its models made of webhooks.
struct Bot<'w> {
    world: &'w World,
    client: WhatsappClient,
    seen: Seen<NotificationPayload>,
    to: String,
}

impl Bot<'_> {
    /// What was told about a message of the person.
    async fn hears(&self, wamid: &str) -> Done<NotificationMessage> {
        let fits = |told: &NotificationPayload| {
            let changes = told.entry.iter().flat_map(|entry| &entry.changes);
            let mut messages =
                changes.filter_map(|change| change.value.messages.as_ref()).flatten();
            messages.find(|message| message.id == wamid).cloned()
        };
        self.seen.wait(&format!("message {wamid}"), fits).await
    }

    /// What was told when a message of the bot got this status.
    async fn status(&self, wamid: &str, status: &str) -> Done<Status> {
        let is_meant = |one: &&Status| {
            one.id == wamid && serde_json::to_value(&one.status).is_ok_and(|found| found == status)
        };
        let fits = |told: &NotificationPayload| {
            let changes = told.entry.iter().flat_map(|entry| &entry.changes);
            let mut statuses =
                changes.filter_map(|change| change.value.statuses.as_ref()).flatten();
            statuses.find(is_meant).cloned()
        };
        self.seen.wait(&format!("{status} of {wamid}"), fits).await
    }

    async fn send(&self, message: Message) -> Done<String> {
        let answer = self.client.send_message(&message).await?;
        Ok(answer.messages.into_iter().next().ok_or("no message")?.id)
    }

    /// A message is shown with this type and these words in it, and its statuses go as far as read.
    async fn arrives(&self, message: Message, kind: &str, words: &str) -> Done {
        let wamid = self.send(message).await?;
        let shown = self.world.passed(&wamid, "shown").await?;
        ensure(shown["type"] == kind && shown[kind].to_string().contains(words), &shown)?;
        for status in ["sent", "delivered", "read"] {
            self.status(&wamid, status).await?;
        }
        Ok(())
    }
}

fn buttons() -> Interactive {
    Interactive::for_button(
        vec![InteractiveActionButton::new("Yes, I want that", "yes")],
        "Bread or a cake?",
    )
}

fn list() -> Interactive {
    let cake = InteractiveActionSectionRow::new("cake", "Cake");
    Interactive::for_list(
        "Choose",
        vec![InteractiveActionSection::new(vec![cake])],
        "What do you take?",
    )
}

async fn outbound(checks: &mut Checks, bot: &Bot<'_>) {
    let interactive = |what| Message::from_interactive(&bot.to, what, None);
    let section = ProductSection::new("All that there is", &["a"]);
    let products = Interactive::for_product_list("H", "1", vec![section], "Bread or a cake?");
    let link = Interactive::for_cta_url("Go", "https://example.com/a", "Bread or a cake?");
    let hello = Template::new("hello_world", "en_US");
    let text = Message::from_text(&bot.to, Text::with_preview_url(WORDS), None);
    for (name, message, kind, words) in [
        ("text", text, "text", "Grüße"),
        ("template", Message::from_template(&bot.to, hello, None), "template", "hello_world"),
        ("buttons", interactive(buttons()), "interactive", "yes"),
        ("list", interactive(list()), "interactive", "cake"),
        ("link button", interactive(link), "interactive", "display_text"),
        (
            "product",
            interactive(Interactive::for_product("1", "bread-of-this-day")),
            "interactive",
            "product_retailer_id",
        ),
        ("products", interactive(products), "interactive", "product_items"),
        (
            "catalog",
            interactive(Interactive::for_catalog("All that there is", Some("a"))),
            "interactive",
            "catalog_message",
        ),
    ] {
        let arrives = bot.arrives(message, kind, words);
        checks.check(&format!("out: {name}"), arrives).await;
    }
    let fails = async {
        let image = Image::new("https://example.com/a.png", None);
        let wamid = bot.send(Message::from_image(&bot.to, image, None)).await?;
        let told = bot.status(&wamid, "failed").await?;
        let code = told.errors.iter().flatten().next().map(|error| error.code);
        ensure(code == Some(131_053), &told)
    };
    checks.check("out: image by a link that may not be fetched fails with 131053", fails).await;
}

async fn inbound(checks: &mut Checks, bot: &Bot<'_>) {
    let world = bot.world;
    let text = async {
        let wamid = world.says("text", json!({ "body": WORDS })).await?;
        let heard = bot.hears(&wamid).await?;
        ensure(heard.from == bot.to, &heard)?;
        let body = heard.text.as_ref().map(|text| serde_json::to_value(text));
        ensure(body.transpose()?.is_some_and(|text| text["body"] == WORDS), &heard)?;
        let read = bot.client.mark_message_as_read(&wamid).await?;
        ensure(read.success == Some(true), &read)?;
        world.passed(&wamid, "read").await?;
        let answer = Message::from_text(&bot.to, Text::new(WORDS), Some(Context::new(&wamid)));
        let shown = world.passed(&bot.send(answer).await?, "shown").await?;
        ensure(shown["context"]["id"] == wamid && shown["text"]["body"] == WORDS, shown)
    };
    checks.check("in: text, marked as read, answered", text).await;
    let location = async {
        let place = json!({ "latitude": 52.5, "longitude": 13.4, "name": "Here, at a corner" });
        let heard = bot.hears(&world.says("location", place).await?).await?;
        ensure(heard.location.is_some(), &heard)
    };
    checks.check("in: location", location).await;
    let button = async {
        let asks = Message::from_interactive(&bot.to, buttons(), None);
        bot.arrives(asks, "interactive", "yes").await?;
        let reply = json!({ "type": "button_reply", "button_reply": { "id": "yes" } });
        let heard = bot.hears(&world.says("interactive", reply).await?).await?;
        let pressed = heard.interactive.as_ref().and_then(|one| one.button_reply.as_ref());
        ensure(pressed.is_some_and(|pressed| pressed.title == "Yes, I want that"), &heard)
    };
    checks.check("in: a button that is pressed", button).await;
}

async fn managed(checks: &mut Checks, bot: &Bot<'_>) {
    let refused = async {
        let unknown = Template::new("unknown", "en_US");
        let answer = bot.client.send_message(&Message::from_template(&bot.to, unknown, None)).await;
        match answer {
            Err(WhatsappError::ApiError(error)) => ensure(error.code == 132_001, error),
            other => Err(format!("{other:?}").into()),
        }
    };
    checks.check("an unknown template is the SDK's error", refused).await;
    let code = async {
        let asked = bot.client.request_code(CodeMethod::SMS, "en_US").await?;
        ensure(asked.success == Some(true), asked)
    };
    checks.check("a verification code is asked for", code).await;
}

/// A server as somebody writes it with the SDK's models.
async fn serve(world: &World, listener: TcpListener, seen: Seen<NotificationPayload>) {
    let known = world.text("verify_token");
    let verify = async move |Query(request): Query<VerificationRequest>| {
        if request.verify_token == known { request.challenge } else { String::new() }
    };
    let take = async move |body: String| {
        // Other fields than messages have other values, which the SDK does not read.
        if let Ok(told) = serde_json::from_str(&body) {
            seen.add(told);
        }
    };
    let router = Router::new().route("/webhook", get(verify).post(take));
    tokio::spawn(async move { axum::serve(listener, router).await });
}

async fn run(world: &World, listener: TcpListener, plant: bool) -> Done<bool> {
    let client = WhatsappClient::new(&world.text("token"), &world.text("phone_number_id"));
    let bot = Bot { world, client, seen: Seen::default(), to: world.user(0) };
    serve(world, listener, bot.seen.clone()).await;
    let mut checks = Checks::new("whatsapp", if plant { 1 } else { usize::MAX })?;
    world.control(&format!("/users/{}", world.user(0)), Some(json!({ "reads": true }))).await?;
    if plant {
        let text = Message::from_text(&world.user(1), Text::new("Hello"), None);
        checks.check("out: text", async { bot.send(text).await.map(drop) }).await;
        return Ok(!checks.failed());
    }
    inbound(&mut checks, &bot).await;
    outbound(&mut checks, &bot).await;
    managed(&mut checks, &bot).await;
    Ok(checks.end())
}

fn main() -> Done<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let blindpost = arguments.next().ok_or("which binary?")?;
    let plant = arguments.any(|argument| argument == "--plant");
    let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    listener.set_nonblocking(true)?;
    let webhook = format!("http://{}/webhook", listener.local_addr()?);
    let world = World::start(&blindpost, &webhook, &["--intercept", "0"])?;
    // SAFETY: no other thread has been started yet.
    unsafe {
        std::env::set_var("HTTPS_PROXY", world.text("proxy_url"));
        let trusted = if plant { "/dev/null".to_owned() } else { world.text("ca_file") };
        std::env::set_var("SSL_CERT_FILE", trusted);
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let listener = runtime.block_on(async { TcpListener::from_std(listener) })?;
    let holds = runtime.block_on(run(&world, listener, plant))?;
    runtime.block_on(world.keep())?;
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

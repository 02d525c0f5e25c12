//! whatsapp-business-rs 0.5.0, unmodified from its registry, against a live Blindpost:
//!
//!     whatsapp-business-rs BLINDPOST [--plant]
//!
//! With --plant the bot has another app secret, so that no webhook may pass its verification.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::ExitCode,
};

use blindpost_sdk_rust::{Checks, Done, Seen, World, ensure};
use futures::TryStreamExt as _;
use serde_json::{Value, json};
use whatsapp_business_rs::{
    Auth, Client, Fields, Server,
    app::SubscriptionField,
    catalog::ProductRef,
    message::{
        Button, CatalogDisplayOptions, Content, Draft, InteractiveAction, InteractiveContent,
        InteractiveMessage, IntoDraft, Location, Media, MediaSource, OptionButton, OptionList,
        ProductList, Reaction, Section, UrlButton,
    },
    server::{Event, EventContext, IncomingMessage, MessageUpdate},
};

const WORDS: &str = "Grüße 😀 to a@b, 5% </p> \\ \"quoted\"";

/// What webhooks told.
enum Told {
    Message(Box<IncomingMessage>),
    Status(Box<MessageUpdate>),
}

/// The SDK, and what its handler was called with.
struct Bot<'w> {
    world: &'w World,
    client: Client,
    seen: Seen<Told>,
    id: String,
}

impl Bot<'_> {
    /// What was told about a message of the person.
    async fn hears(&self, wamid: &str) -> Done<IncomingMessage> {
        let fits = |told: &Told| match told {
            Told::Message(message) if message.id == wamid => Some((**message).clone()),
            _ => None,
        };
        self.seen.wait(&format!("message {wamid}"), fits).await
    }

    /// What was told when a message of the bot got this status.
    async fn status(&self, wamid: &str, status: &str) -> Done<MessageUpdate> {
        let fits = |told: &Told| match told {
            Told::Status(update)
                if update.message.message_id() == wamid
                    && format!("{:?}", update.status).eq_ignore_ascii_case(status) =>
            {
                Some((**update).clone())
            }
            _ => None,
        };
        self.seen.wait(&format!("{status} of {wamid}"), fits).await
    }

    async fn send_to(&self, user: usize, draft: impl IntoDraft) -> Done<String> {
        let to = self.world.user(user);
        let sent = self.client.message(self.id.clone()).send(to, draft).await?;
        Ok(sent.message_id().to_owned())
    }

    /// A message is shown with this type and these words in it, and its statuses go as far as read.
    async fn arrives(&self, draft: impl IntoDraft, kind: &str, words: &str) -> Done<Value> {
        let wamid = self.send_to(0, draft).await?;
        let shown = self.world.passed(&wamid, "shown").await?;
        ensure(shown["type"] == kind, &shown)?;
        ensure(shown[kind].to_string().contains(words), &shown)?;
        for status in ["sent", "delivered", "read"] {
            self.status(&wamid, status).await?;
        }
        Ok(shown)
    }
}

async fn inbound(checks: &mut Checks, bot: &Bot<'_>) {
    let (world, messages) = (bot.world, bot.client.message(bot.id.clone()));
    let text = async {
        let wamid = world.says("text", json!({ "body": WORDS })).await?;
        let heard = bot.hears(&wamid).await?;
        ensure(heard.content.text_body() == Some(WORDS), &heard.content)?;
        ensure(heard.sender.phone_id == world.user(0), &heard.sender)?;
        messages.set_read(&heard).await?;
        world.passed(&wamid, "read").await?;
        let sent = bot.send_to(0, Draft::text(WORDS).reply_to(wamid.clone())).await?;
        let shown = world.passed(&sent, "shown").await?;
        ensure(shown["context"]["id"] == wamid && shown["text"]["body"] == WORDS, shown)
    };
    checks.check("in: text, marked as read, answered", text).await;
    let location = async {
        let place = json!({ "latitude": 52.5, "longitude": 13.4, "name": "Here, at a corner" });
        let heard = bot.hears(&world.says("location", place).await?).await?;
        ensure(matches!(&heard.content, Content::Location(_)), &heard.content)
    };
    checks.check("in: location", location).await;
    let order = async {
        let item = json!({
            "product_retailer_id": "a", "quantity": 1, "item_price": 2, "currency": "EUR",
        });
        let order =
            json!({ "catalog_id": "1", "product_items": [item], "text": "Please, be quick" });
        let heard = bot.hears(&world.says("order", order).await?).await?;
        ensure(matches!(&heard.content, Content::Order(_)), &heard.content)
    };
    checks.check("in: order", order).await;
    let reaction = async {
        let sent = bot.send_to(0, "React to this message").await?;
        world.passed(&sent, "shown").await?;
        let heard = world.says("reaction", json!({ "message_id": sent, "emoji": "👍" })).await?;
        let heard = bot.hears(&heard).await?;
        ensure(matches!(&heard.content, Content::Reaction(_)), &heard.content)
    };
    checks.check("in: reaction", reaction).await;
    let image = async {
        // Base64 of "not much of a picture".
        let data = "bm90IG11Y2ggb2YgYSBwaWN0dXJl";
        let caption = "Bread of this day";
        let file = json!({ "data": data, "mime_type": "image/png", "caption": caption });
        let heard = world.says("image", file).await?;
        ensure(bot.hears(&heard).await?.content.media().is_some(), "a file")
    };
    checks.check("in: image", image).await;
}

fn product() -> ProductRef {
    ProductRef::from_product_retailer_id("bread-of-this-day").with_catalog("1")
}

fn options() -> OptionList {
    let cake = OptionButton::new("sweet, and creamy", "Cake", "cake");
    OptionList::new_section(Section::new("All that there is", [cake]), "Choose")
}

fn reply_buttons() -> InteractiveMessage {
    InteractiveMessage::new(
        [Button::reply("yes", "Yes, I want that"), Button::reply("no", "No")],
        "Bread or a cake?",
    )
}

async fn outbound(checks: &mut Checks, bot: &Bot<'_>) {
    let url = "https://example.com/a";
    let message = |action: InteractiveAction| InteractiveMessage::new(action, "Bread or a cake?");
    let products = ProductList::new_section(Section::new("All that there is", [product()]), "1");
    let link: InteractiveAction = UrlButton::new(url, "Go").into();
    let place = Location::new(52.5, 13.4).name("Here").address("Street 1, Court 2");
    let drafts: [(&str, Draft, &str, &str); 9] = [
        ("text", Draft::text(WORDS).preview_url(true), "text", "Grüße"),
        ("location", Content::from(place).into_draft(), "location", "Street 1, Court 2"),
        ("buttons", reply_buttons().footer("F").into_draft(), "interactive", "yes"),
        ("link button", message(link).into_draft(), "interactive", "display_text"),
        ("list", message(options().into()).into_draft(), "interactive", "sweet, and creamy"),
        (
            "location request",
            message(InteractiveAction::LocationRequest).into_draft(),
            "interactive",
            "send_location",
        ),
        (
            "catalog",
            message(CatalogDisplayOptions::from_thumbnail(product()).into()).into_draft(),
            "interactive",
            "catalog_message",
        ),
        ("product", message(product().into()).into_draft(), "interactive", "product_retailer_id"),
        (
            "products",
            message(products.into()).header("H").into_draft(),
            "interactive",
            "product_items",
        ),
    ];
    for (name, draft, kind, words) in drafts {
        let arrives = async { bot.arrives(draft, kind, words).await.map(drop) };
        checks.check(&format!("out: {name}"), arrives).await;
    }
    reactions(checks, bot).await;
    files(checks, bot).await;
}

async fn reactions(checks: &mut Checks, bot: &Bot<'_>) {
    let world = bot.world;
    let reaction = async {
        let heard = world.says("text", json!({ "body": "Is this not a nice one?" })).await?;
        bot.hears(&heard).await?;
        let reaction = Content::from(Reaction::new('👍', heard));
        bot.arrives(reaction, "reaction", "👍").await.map(drop)
    };
    checks.check("out: reaction", reaction).await;
    let typing = async {
        let heard = world.says("text", json!({ "body": "Are you there today?" })).await?;
        bot.hears(&heard).await?;
        bot.client.message(bot.id.clone()).set_replying(heard.clone()).await?;
        world.passed(&heard, "read").await.map(drop)
    };
    checks.check("typing indicator", typing).await;
}

async fn files(checks: &mut Checks, bot: &Bot<'_>) {
    let link = "https://example.com/file";
    for (name, file) in [
        ("image", Media::png(MediaSource::link(link))),
        ("video", Media::mp4(MediaSource::link(link))),
        ("document", Media::pdf(MediaSource::link(link), "a-long-letter.pdf")),
        ("sticker", Media::sticker(MediaSource::link(link))),
    ] {
        let fails = async {
            let wamid = bot.send_to(0, Draft::media(file)).await?;
            let update = bot.status(&wamid, "failed").await?;
            let code = update.context.errors.first().map(|error| error.code);
            ensure(code == Some(131_053), &update)
        };
        let title = format!("out: {name} by a link that may not be fetched fails with 131053");
        checks.check(&title, fails).await;
    }
    let uploaded = async {
        let file = Media::png(png()).caption("Caption of this file");
        bot.arrives(Draft::media(file), "image", "Caption of this file").await.map(drop)
    };
    checks.check("out: image that is uploaded", uploaded).await;
}

fn png() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0".to_vec();
    png.extend(b"\x1f\x15\xc4\x89\0\0\0\0IEND\xaeB`\x82");
    png
}

async fn pressed(checks: &mut Checks, bot: &Bot<'_>) {
    let world = bot.world;
    let button = async {
        bot.arrives(reply_buttons(), "interactive", "yes").await?;
        let reply = json!({ "type": "button_reply", "button_reply": { "id": "yes" } });
        let heard = bot.hears(&world.says("interactive", reply).await?).await?;
        let clicked = heard.content.button_click().and_then(Button::callback_id);
        ensure(clicked == Some("yes"), &heard.content)
    };
    checks.check("in: a button that is pressed", button).await;
    let row = async {
        bot.arrives(InteractiveMessage::new(options(), "What do you take?"), "interactive", "cake")
            .await?;
        let reply = json!({ "type": "list_reply", "list_reply": { "id": "cake" } });
        let heard = bot.hears(&world.says("interactive", reply).await?).await?;
        let is_row = matches!(
            &heard.content,
            Content::Interactive(InteractiveContent::Click(Button::Option(option)))
                if option.description == "sweet, and creamy"
        );
        ensure(is_row, &heard.content)
    };
    checks.check("in: a row that is chosen", row).await;
}

async fn statuses(checks: &mut Checks, bot: &Bot<'_>) {
    let world = bot.world;
    let outside = async {
        let wamid = bot.send_to(1, "Hello, are you there?").await?;
        let update = bot.status(&wamid, "failed").await?;
        let code = update.context.errors.first().map(|error| error.code);
        ensure(code == Some(131_047), &update)
    };
    checks.check("out of the window: 131047 in a status", outside).await;
    let opaque = async {
        let draft = Draft::text("A text, no more.").with_biz_opaque_callback_data("my data");
        let update = bot.status(&bot.send_to(0, draft).await?, "delivered").await?;
        ensure(update.callback() == Some("my data"), &update)
    };
    checks.check("callback data comes back in statuses", opaque).await;
    let fault = async {
        world.control("/faults", Some(json!({ "sends": { "code": 131_056, "times": 1 } }))).await?;
        let refused = bot.send_to(0, "Too many").await;
        let why = refused.err().map(|why| why.to_string()).unwrap_or_default();
        ensure(why.contains("131056"), why)
    };
    checks.check("a fault of the control API is the SDK's error", fault).await;
    let nobody = async {
        let client = Client::new("nobody's").await?;
        let refused = client.message(bot.id.clone()).send(world.user(0), "Hello").await;
        let why = refused.err().map(|why| why.to_string()).unwrap_or_default();
        ensure(why.contains("code: 190"), why)
    };
    checks.check("an unknown token is the SDK's error", nobody).await;
}

async fn managed(checks: &mut Checks, bot: &Bot<'_>) {
    let (world, client) = (bot.world, &bot.client);
    let media = async {
        let messages = client.message(bot.id.clone());
        let id = messages.upload_media(png(), "image/png".parse()?, "a.png").await?;
        ensure(messages.get_media_info(&id).await?.url().contains(&id), &id)?;
        let mut bytes = Vec::new();
        let file = Content::from(Media::png(MediaSource::id(id.clone())));
        file.download_media(&mut bytes, client).ok_or("no file")?.await?;
        ensure(bytes == png(), bytes.len())?;
        Ok(messages.delete_media(&id).await?)
    };
    checks.check("media: upload, metadata, download, delete", media).await;
    let waba = client.waba(world.text("waba_id"));
    let numbers = async {
        let found: Vec<_> = waba.list_phone_numbers().into_stream().try_collect().await?;
        ensure(found.iter().any(|number| number.id == bot.id), found)
    };
    checks.check("phone numbers of an account", numbers).await;
    let apps = async {
        let found: Vec<_> = waba.list_subcribed_apps().into_stream().try_collect().await?;
        ensure(found.len() == 1, found)
    };
    checks.check("subscribed apps of an account", apps).await;
    let flows = async {
        let found: Vec<_> = waba.list_flows().into_stream().try_collect().await?;
        ensure(found.is_empty(), found)
    };
    checks.check("flows of an account", flows).await;
    let catalogs = async {
        let found: Vec<_> = waba.list_catalogs().into_stream().try_collect().await?;
        ensure(found.is_empty(), found)
    };
    checks.check("catalogues of an account", catalogs).await;
}

/// A server as somebody writes it with the SDK: it subscribes the app to webhooks as it starts, and
/// then passes everything on.
fn serve(bot: &Bot<'_>, port: u16, app_secret: String) -> tokio::task::JoinHandle<()> {
    let world = bot.world;
    let app = world.text("app_id");
    let url = format!("http://127.0.0.1:{port}/webhook");
    let subscription = bot
        .client
        .app(app.clone())
        .configure_webhook((world.text("verify_token"), url))
        .events(Fields::new().with(SubscriptionField::Messages))
        .with_auth(Auth::secret((app, world.text("app_secret"))));
    let seen = bot.seen.clone();
    let handler = move |_: EventContext, event: Event| {
        let seen = seen.clone();
        async move {
            match event {
                Event::IncomingMessage(message) => seen.add(Told::Message(Box::new(message))),
                Event::MessageUpdate(update) => seen.add(Told::Status(Box::new(update))),
                _ => {}
            }
        }
    };
    let server = Server::builder()
        .endpoint(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .route("/webhook")
        .verify_payload(app_secret)
        .build();
    tokio::spawn(async move {
        if let Err(why) = server.serve(handler).register_webhook(subscription).await {
            println!("FAILED  the SDK's server: {why}");
        }
    })
}

async fn run(world: &World, port: u16, plant: bool) -> Done<bool> {
    let bot = Bot {
        world,
        client: Client::new(world.text("token")).await?,
        seen: Seen::default(),
        id: world.text("phone_number_id"),
    };
    let secret = if plant { "another".to_owned() } else { world.text("app_secret") };
    let server = serve(&bot, port, secret);
    let mut checks = Checks::new("whatsapp-business-rs", if plant { 1 } else { usize::MAX })?;
    world.control(&format!("/users/{}", world.user(0)), Some(json!({ "reads": true }))).await?;
    inbound(&mut checks, &bot).await;
    if !plant {
        outbound(&mut checks, &bot).await;
        pressed(&mut checks, &bot).await;
        statuses(&mut checks, &bot).await;
        managed(&mut checks, &bot).await;
    }
    server.abort();
    Ok(if plant { !checks.failed() } else { checks.end() })
}

fn main() -> Done<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let blindpost = arguments.next().ok_or("which binary?")?;
    let plant = arguments.any(|argument| argument == "--plant");
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let world = World::start(&blindpost, &format!("http://127.0.0.1:{port}/webhook"), &[])?;
    // SAFETY: no other thread has been started yet.
    unsafe { std::env::set_var("API_BASE_URL_FOR_TESTING", world.text("base_url")) };
    let runtime = tokio::runtime::Runtime::new()?;
    let holds = runtime.block_on(run(&world, port, plant))?;
    runtime.block_on(world.keep())?;
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

//! Who sent it, and what kind of entry it is.

use super::*;

#[test]
fn the_name_ends_at_the_first_colon_with_a_blank_behind_it() {
    assert_eq!(android("Ada: at 21:41: home"), message("Ada", "at 21:41: home"));
    assert_eq!(android("Dr:Who: hi"), message("Dr:Who", "hi"));
    assert_eq!(android("+44 7700 900123: hi"), message("+44 7700 900123", "hi"));
    assert_eq!(android("Ada: https://example.org/a:b"), message("Ada", "https://example.org/a:b"));
    assert_eq!(android("Ada:"), message("Ada", ""));
    assert_eq!(android("Ada:\nsecond"), message("Ada", "second"));
}

#[test]
fn a_name_with_a_colon_and_a_blank_is_read_if_it_is_known() {
    let text = "31/12/2023, 21:41 - Ada: Work: Sales: hi\n31/12/2023, 21:42 - Ada: Note: hi\n";
    assert_eq!(kinds(text)[0], message("Ada", "Work: Sales: hi"));
    let names = ["Ada", "Ada: Work"].map(str::to_owned).to_vec();
    let export = parse(text, &Settings { names, ..Settings::default() }).unwrap();
    assert_eq!(export.entries[0].kind, message("Ada: Work", "Sales: hi"));
    assert_eq!(export.entries[1].kind, message("Ada", "Note: hi"));
}

#[test]
fn marks_and_odd_spaces_around_names_are_no_part_of_them() {
    assert_eq!(android("\u{202a}+44 7700 900123\u{202c}: hi"), message("+44 7700 900123", "hi"));
    assert_eq!(android("\u{2067}ليلى\u{2069}: نعم"), message("ليلى", "نعم"));
    assert_eq!(android("\u{200f}דנה\u{200f}: \u{200f}כן\u{200f}"), message("דנה", "כן"));
    assert_eq!(ios("~\u{202f}Ada\u{a0}Lee: hi"), message("~ Ada Lee", "hi"));
}

#[test]
fn a_line_without_a_name_is_a_system_line() {
    for text in [
        "Messages and calls are end-to-end encrypted. No one outside of this chat can read them.",
        "Ada changed their phone number to a new number. Tap to message or add the new number.",
        "Ada created group \"Lunch\"",
        "Ada created group \"Lunch: Friday\"",
        "Ada hat die Gruppe „Essen: Freitag“ erstellt.",
        "Ada ha creato il gruppo «Cena: venerdì»",
        "田中さんがグループ「昼食: 金曜」を作成しました",
        "הודעות ושיחות מוצפנות מקצה לקצה: אף אחד מחוץ לצ'אט הזה",
    ] {
        assert_eq!(android(text), system(text));
    }
}

#[test]
fn quotes_in_a_name_do_not_make_it_a_system_line() {
    for name in ["Robert \"Bo\" Lee", "ד\"ר כהן", "„Bo“", "Bo “the boss”"] {
        assert_eq!(android(&format!("{name}: hi")), message(name, "hi"));
    }
}

#[test]
fn a_name_longer_than_any_contact_is_no_name() {
    let text = format!("{}: hi", "a".repeat(401));
    assert_eq!(android(&text), system(&text));
}

#[test]
fn on_ios_the_words_of_the_app_stand_behind_a_name_and_a_mark() {
    assert_eq!(ios("Lunch: \u{200e}Ada created this group"), system("Ada created this group"));
    assert_eq!(ios("Ada: \u{200e}Missed voice call"), system("Missed voice call"));
    assert_eq!(ios("Ada: Missed voice call"), message("Ada", "Missed voice call"));
    assert_eq!(android("Ada: \u{200e}hm"), message("Ada", "hm"));
    let notice = "Messages and calls are end-to-end encrypted. No one can read them.";
    assert_eq!(ios(&format!("Ada: {notice}")), system(notice));
    let poll = "POLL:\nCake?\nOPTION: yes (2 votes)";
    assert_eq!(ios(&format!("Ada: \u{200e}{poll}")), message("Ada", poll));
}

#[test]
fn a_placeholder_in_any_known_language_is_an_attachment() {
    for text in [
        "<Media omitted>",
        "<Media omessi>",
        "<Multimedia omitido>",
        "<Medien ausgeschlossen>",
        "<Mídia oculta>",
        "<メディアなし>",
        "<تم استبعاد الوسائط>",
        "<המדיה לא נכללה>",
        "image omitted",
        "\u{200e}audio omitted",
        "\u{200e}GIF omitted",
        "\u{200e}Contact card omitted",
        "\u{200e}immagine omessa",
        "\u{200e}imagen omitida",
        "\u{200e}Bild weggelassen",
        "\u{200e}imagem ocultada",
        "\u{200e}画像は含まれていません",
    ] {
        assert_eq!(android(&format!("Ada: {text}")), attachment("Ada", ""), "{text}");
        assert_eq!(ios(&format!("Ada: {text}")), attachment("Ada", ""), "{text}");
    }
}

#[test]
fn an_attachment_shows_its_caption_or_else_its_file() {
    for (body, text) in [
        ("IMG-2023.jpg (file attached)", "IMG-2023.jpg"),
        ("\u{200e}IMG-2023.jpg (file attached)", "IMG-2023.jpg"),
        ("\u{200e}IMG-2023.jpg (file attached)\nour cat\nagain", "our cat\nagain"),
        ("my notes.pdf (Datei angehängt)", "my notes.pdf"),
        ("foto.jpg (file allegato)", "foto.jpg"),
        ("foto.jpg (archivo adjunto)", "foto.jpg"),
        ("foto.jpg (arquivo anexado)", "foto.jpg"),
        ("<Media omitted>\nour cat", "our cat"),
        ("\u{200e}<attached: 0001-PHOTO.jpg>", "0001-PHOTO.jpg"),
        ("\u{200e}<Anhang: 0001-PHOTO.jpg>", "0001-PHOTO.jpg"),
        ("our cat \u{200e}<attached: 0001-PHOTO.jpg>", "our cat"),
        ("our cat \u{200e}image omitted", "our cat"),
        (
            "\u{200e}list.pdf • \u{200e}2 pages \u{200e}document omitted",
            "list.pdf • \u{200e}2 pages",
        ),
        ("our cat \u{200e}<attached: a.jpg> \u{200e}<This message was edited>", "our cat"),
    ] {
        assert_eq!(ios(&format!("Ada: {body}")), attachment("Ada", text), "{body}");
    }
}

#[test]
fn talking_about_an_attachment_is_not_sending_one() {
    for text in ["it says image omitted", "why <Media omitted>?", "the (file attached) thing"] {
        assert_eq!(android(&format!("Ada: {text}")), message("Ada", text));
    }
}

#[test]
fn a_deleted_message_is_known_in_the_same_languages() {
    for text in [
        "This message was deleted",
        "\u{200e}This message was deleted.",
        "You deleted this message",
        "\u{200e}This message was deleted by admin Bo.",
        "Questo messaggio è stato eliminato",
        "Se eliminó este mensaje.",
        "Diese Nachricht wurde gelöscht.",
        "Esta mensagem foi apagada",
        "このメッセージは削除されました",
        "تم حذف هذه الرسالة",
        "הודעה זו נמחקה",
    ] {
        assert_eq!(android(&format!("Ada: {text}")), deleted("Ada"), "{text}");
        assert_eq!(ios(&format!("Ada: {text}")), deleted("Ada"), "{text}");
    }
    let text = "This message was deleted, wasn't it?";
    assert_eq!(android(&format!("Ada: {text}")), message("Ada", text));
}

#[test]
fn an_edited_message_has_its_text_without_the_marker() {
    let marked = "at 14:10 <This message was edited>";
    assert_eq!(android(&format!("Ada: {marked}")), edited("Ada", "at 14:10"));
    let marked = "at 14:10\nplatform 2 \u{200e}<This message was edited>";
    assert_eq!(ios(&format!("Ada: {marked}")), edited("Ada", "at 14:10\nplatform 2"));
    let marked = "um 14:10 <Diese Nachricht wurde bearbeitet.>";
    assert_eq!(ios(&format!("Ada: {marked}")), edited("Ada", "um 14:10"));
    let marked = "\u{200e}@Bo at 14:10 \u{200e}<This message was edited>";
    assert_eq!(ios(&format!("Ada: {marked}")), edited("Ada", "@Bo at 14:10"));
    let quoted = "it says <This message was edited> there";
    assert_eq!(android(&format!("Ada: {quoted}")), message("Ada", quoted));
}

#[test]
fn joined_emoji_and_blank_lines_inside_a_message_stay_as_they_are() {
    let text = "a\n\n  b 👩\u{200d}🍳\nc";
    assert_eq!(android(&format!("Ada: {text}\n\n")), message("Ada", text));
    assert_eq!(android(&format!("Ada: {}", text.replace('\n', "\r\n"))), message("Ada", text));
}

#[test]
fn senders_count_everything_but_system_lines() {
    let text = "31/12/2023, 21:41 - Ada: hi\n31/12/2023, 21:41 - Bo: <Media omitted>\n\
                31/12/2023, 21:42 - Ada left\n31/12/2023, 21:43 - Ada: This message was deleted\n";
    let export = read(text).unwrap();
    let senders: Vec<_> = export.senders().into_iter().collect();
    assert_eq!(senders, [("Ada".to_owned(), 2), ("Bo".to_owned(), 1)]);
    assert_eq!(export.first().map(|entry| entry.line), Some(1));
    let deleted_last = Entry { line: 4, at: export.entries[3].at, kind: deleted("Ada") };
    assert_eq!(export.last(), Some(&deleted_last));
}

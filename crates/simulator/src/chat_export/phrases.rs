//! Words that the app writes into an export, in the languages that we know them in.
//!
//! English, Italian, Spanish, German, Portuguese, French, Japanese, Arabic, Hebrew. In any other
//! language a placeholder is read as a message with that text; nothing is lost.

/// Half of the day on a 12-hour clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    /// Before noon.
    Am,
    /// After noon.
    Pm,
}

/// Lower case; of two that start alike, the longer one first.
pub(super) const DAY_HALVES: &[(&str, Half)] = &[
    ("a. m.", Half::Am),
    ("a.m.", Half::Am),
    ("a m", Half::Am),
    ("am", Half::Am),
    ("p. m.", Half::Pm),
    ("p.m.", Half::Pm),
    ("p m", Half::Pm),
    ("pm", Half::Pm),
    ("午前", Half::Am),
    ("午後", Half::Pm),
    ("上午", Half::Am),
    ("下午", Half::Pm),
    ("오전", Half::Am),
    ("오후", Half::Pm),
    ("ص", Half::Am),
    ("م", Half::Pm),
    ("לפנה\"צ", Half::Am),
    ("לפנה״צ", Half::Am),
    ("אחה\"צ", Half::Pm),
    ("אחה״צ", Half::Pm),
];

/// Words between date and time. `às` stands before `à`: it starts alike.
pub(super) const CONNECTORS: &[&str] = &["klo", "kl.", "um", "às", "à", "alle", "at", "om"];

/// A whole line, in lower case, in place of a file.
pub(super) const OMITTED: &[&str] = &[
    // Android.
    "<media omitted>",
    "<view once voice message omitted>",
    "<media omessi>",
    "<media omesso>",
    "<multimedia omitido>",
    "<archivo omitido>",
    "<medien ausgeschlossen>",
    "<medien weggelassen>",
    "<mídia oculta>",
    "<mídia omitida>",
    "<arquivo de mídia oculto>",
    "<ficheiro não revelado>",
    "<médias omis>",
    "<メディアなし>",
    "<メディアは含まれていません>",
    "<メディアが含まれていません>",
    "<تم استبعاد الوسائط>",
    "<המדיה לא נכללה>",
    "<המדיה הושמטה>",
    // iOS.
    "image omitted",
    "video omitted",
    "video note omitted",
    "audio omitted",
    "sticker omitted",
    "gif omitted",
    "document omitted",
    "contact card omitted",
    "immagine omessa",
    "video omesso",
    "audio omesso",
    "sticker omesso",
    "sticker non incluso",
    "gif omessa",
    "gif esclusa",
    "documento omesso",
    "scheda contatto omessa",
    "imagen omitida",
    "video omitido",
    "vídeo omitido",
    "audio omitido",
    "sticker omitido",
    "gif omitido",
    "documento omitido",
    "tarjeta de contacto omitida",
    "bild weggelassen",
    "video weggelassen",
    "audio weggelassen",
    "sticker weggelassen",
    "gif weggelassen",
    "dokument weggelassen",
    "kontaktkarte ausgelassen",
    "kontaktkarte weggelassen",
    "imagem ocultada",
    "imagem não revelada",
    "imagem omitida",
    "vídeo ocultado",
    "vídeo não revelado",
    "áudio ocultado",
    "áudio não revelado",
    "áudio omitido",
    "figurinha omitida",
    "sticker não revelado",
    "gif ocultado",
    "gif não revelada",
    "documento ocultado",
    "documento não revelado",
    "image absente",
    "vidéo absente",
    "audio omis",
    "sticker omis",
    "gif retiré",
    "document manquant",
    "画像は含まれていません",
    "画像が省略されました",
    "動画は含まれていません",
    "動画が省略されました",
    "音声は含まれていません",
    "音声が省略されました",
    "スタンプは含まれていません",
    "gifは含まれていません",
    "ドキュメントは含まれていません",
    "لم يتم إدراج الصورة",
    "لم يتم إدراج الفيديو",
    "لم يتم إدراج مقطع الصوت",
    "لم يتم إدراج صورة gif",
    "תמונה הושמטה",
    "סרטון הושמט",
    "שמע הושמט",
    "סטיקר הושמט",
    "מסמך הושמט",
];

/// Behind the name of a file (Android).
pub(super) const ATTACHED_SUFFIX: &[&str] = &[
    " (file attached)",
    " (file allegato)",
    " (archivo adjunto)",
    " (Datei angehängt)",
    " (arquivo anexado)",
    " (ficheiro anexado)",
    " (fichier joint)",
    " (添付ファイル)",
    " (ファイル添付)",
    " (الملف مرفق)",
    " (קובץ מצורף)",
];

/// Before the name of a file, between `<` and `>` (iOS).
pub(super) const ATTACHED_OPEN: &[&str] = &[
    "attached: ",
    "allegato: ",
    "adjunto: ",
    "archivo adjunto: ",
    "Anhang: ",
    "anexado: ",
    "pièce jointe : ",
    "pièce jointe: ",
    "添付ファイル: ",
    "مرفق: ",
    "مُرفق: ",
    "מצורף: ",
];

/// A whole text, in lower case and without its full stop, in place of a deleted message.
pub(super) const DELETED: &[&str] = &[
    "this message was deleted",
    "you deleted this message",
    "questo messaggio è stato eliminato",
    "hai eliminato questo messaggio",
    "se eliminó este mensaje",
    "este mensaje fue eliminado",
    "eliminaste este mensaje",
    "diese nachricht wurde gelöscht",
    "du hast diese nachricht gelöscht",
    "esta mensagem foi apagada",
    "essa mensagem foi apagada",
    "mensagem apagada",
    "você apagou esta mensagem",
    "apagou esta mensagem",
    "eliminou esta mensagem",
    "ce message a été supprimé",
    "vous avez supprimé ce message",
    "このメッセージは削除されました",
    "このメッセージを削除しました",
    "تم حذف هذه الرسالة",
    "لقد حذفت هذه الرسالة",
    "حذفت هذه الرسالة",
    "הודעה זו נמחקה",
    "מחקת הודעה זו",
];

/// How the text of a message that an administrator deleted starts, in lower case.
pub(super) const DELETED_BY_ADMIN: &[&str] = &["this message was deleted by admin "];

/// At the end of a text that was changed after it was sent.
pub(super) const EDITED: &[&str] = &[
    "<This message was edited>",
    "<Questo messaggio è stato modificato>",
    "<Se editó este mensaje.>",
    "<Se editó este mensaje>",
    "<Diese Nachricht wurde bearbeitet.>",
    "<Diese Nachricht wurde bearbeitet>",
    "<Mensagem editada>",
    "<Esta mensagem foi editada>",
    "<Ce message a été modifié>",
    "<このメッセージは編集されました>",
    "<تم تعديل هذه الرسالة>",
    "<הודעה זו נערכה>",
];

/// How the notice at the top of a chat starts. On iOS a name stands before it; in some languages
/// it contains a colon.
pub(super) const NOTICES: &[&str] = &[
    "Messages and calls are end-to-end encrypted",
    "Messages to this chat and calls are now secured",
    "Messages to this group are now secured",
    "Messages you send to this",
    "I messaggi e le chiamate sono crittografati",
    "Los mensajes y las llamadas están cifrados",
    "Nachrichten und Anrufe sind Ende-zu-Ende",
    "As mensagens e as chamadas são protegidas",
    "As mensagens e chamadas são protegidas",
    "Les messages et les appels sont chiffrés",
    "メッセージと通話はエンドツーエンド",
    "الرسائل والمكالمات مشفرة",
    "الرسائل والمكالمات مشفّرة",
    "ההודעות והשיחות מוצפנות מקצה לקצה",
    "הודעות ושיחות מוצפנות מקצה לקצה",
];

/// Marked on iOS as the app's own words, but sent by a person.
pub(super) const SHARED: &[&str] = &[
    "Location: ",
    "Live location shared",
    "POLL:",
    "Posizione: ",
    "SONDAGGIO:",
    "Ubicación: ",
    "ENCUESTA:",
    "Standort: ",
    "UMFRAGE:",
    "Localização: ",
    "ENQUETE:",
];

//! One end of a conversation, whoever runs it.

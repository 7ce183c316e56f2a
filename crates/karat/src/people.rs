//! Who may enter: people, their sessions, invites and tokens, kept in the catalog; secrets only as hashes.

pub mod secret;

pub mod rules;

pub mod attempts;

pub mod kept;

pub mod enter;

pub mod manage;

pub mod tokens;

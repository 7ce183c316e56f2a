//! Everything that can be wrong before the first call, looked for at once.

pub mod check;

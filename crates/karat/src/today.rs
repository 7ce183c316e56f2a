//! Today: what is true about every feature, and what to do next. One composition for the page, the terminal and all others.

pub mod show;

pub mod facts;

pub mod steps;

pub mod words;

pub mod strip;

pub mod state;

mod gather;

//! What the project is connected to: providers and their keys, and what tokens cost.

pub mod providers;

pub mod connection;

pub mod keys;

pub mod prices;

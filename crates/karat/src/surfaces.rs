//! Surfaces: ways to call the operations. They contain no decisions.

pub mod problem;

pub mod openapi;

pub mod http;

pub mod mcp;

pub mod web;

pub mod cli;

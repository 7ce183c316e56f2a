//! Commands of a server: who may enter, and where it listens.

use clap::{Args, Subcommand, ValueEnum};

/// `karat people …`
#[derive(Debug, Args)]
pub struct PeopleArgs {
    /// What to do; without it people are listed.
    #[command(subcommand)]
    pub command: Option<PeopleCommand>,
    /// The address that invites begin with; `http://127.0.0.1:7878` where absent.
    #[arg(long, value_name = "URL", global = true, conflicts_with = "server")]
    pub at: Option<String>,
}

/// What to do with people.
#[derive(Debug, Subcommand)]
pub enum PeopleCommand {
    /// Make a link that lets one person in.
    Invite {
        /// What who joins may do.
        #[arg(long, value_enum)]
        role: RoleName,
        /// For whom the link is.
        #[arg(long)]
        note: Option<String>,
    },
    /// Change what a person may do.
    SetRole {
        /// The person's id.
        person: String,
        /// What the person may do from now on.
        #[arg(value_enum)]
        role: RoleName,
    },
    /// Remove a person and end all sessions.
    Remove {
        /// The person's id.
        person: String,
    },
}

/// `karat token …`
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// List keys of programs.
    List,
    /// Make a key with which a program acts; it is shown once.
    Create {
        /// What it is for.
        name: String,
        /// What the program may do.
        #[arg(long, value_enum)]
        role: TokenRoleName,
        /// What answers may cost in 24 hours, in US dollars.
        #[arg(long, value_name = "USD")]
        budget_usd_per_day: Option<f64>,
        /// Most requests in a minute.
        #[arg(long, value_name = "N")]
        requests_per_minute: Option<u64>,
        /// Most tokens in a minute, read and written.
        #[arg(long, value_name = "N")]
        tokens_per_minute: Option<u64>,
    },
    /// Revoke a key at once.
    Revoke {
        /// Its id.
        id: String,
    },
}

/// What somebody may do; each role may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// Look at things.
    Viewer,
    /// Label cases.
    Labeller,
    /// Run evals and change files of the project.
    Editor,
    /// Invite people and keep keys.
    Admin,
}

impl RoleName {
    /// The role of that name.
    pub fn role(self) -> karat_records::Role {
        match self {
            Self::Viewer => karat_records::Role::Viewer,
            Self::Labeller => karat_records::Role::Labeller,
            Self::Editor => karat_records::Role::Editor,
            Self::Admin => karat_records::Role::Admin,
        }
    }
}

/// What a program may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TokenRoleName {
    /// Send signals and nothing else; may stand in a web page.
    Signals,
    /// Ask features for answers, and send signals.
    Infer,
    /// Look at things.
    Viewer,
    /// Label cases.
    Labeller,
    /// Run evals and change files of the project; ask features for answers as well.
    Editor,
    /// Invite people and keep keys.
    Admin,
}

impl TokenRoleName {
    /// The role of that name.
    pub fn role(self) -> karat_records::TokenRole {
        match self {
            Self::Signals => karat_records::TokenRole::Signals,
            Self::Infer => karat_records::TokenRole::Infer,
            Self::Viewer => karat_records::TokenRole::Viewer,
            Self::Labeller => karat_records::TokenRole::Labeller,
            Self::Editor => karat_records::TokenRole::Editor,
            Self::Admin => karat_records::TokenRole::Admin,
        }
    }
}

/// `karat serve`
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 7878)]
    pub port: u16,
    /// The address to listen at; one that others can reach needs people or a key.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub bind: std::net::IpAddr,
    /// A further name under which browsers reach the server, for example behind a proxy; may be repeated.
    #[arg(long = "allow-host", value_name = "NAME")]
    pub allow_hosts: Vec<String>,
    /// Whether to print a link that signs you in.
    #[arg(long, value_enum, default_value_t = OpenLink::Print)]
    pub open_link: OpenLink,
}

/// Whether `karat serve` prints a link that signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OpenLink {
    /// Print one that works once.
    Print,
    /// Make none: whoever signed in before stays so.
    Quiet,
}

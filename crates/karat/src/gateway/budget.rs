//! Pure. What a feature or a key may use up: reserved before a call, settled after it, so that a burst cannot overspend.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::guess::Guess;

#[cfg(test)]
mod tests;

/// What may be used up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// US dollars in 24 hours.
    pub usd_per_day: Option<f64>,
    /// Requests in a minute.
    pub requests_per_minute: Option<u64>,
    /// Tokens in a minute, read and written.
    pub tokens_per_minute: Option<u64>,
}

/// Whose limits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A feature, by its name.
    Feature(String),
    /// A key of a program, by its id.
    Key(String),
}

/// A key with which a program asks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyUse {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What may be used up with it.
    pub limits: Limits,
}

/// What was used up and what is reserved.
#[derive(Clone, Debug, Default)]
pub struct Spending {
    owners: HashMap<Owner, Spent>,
    n_made: u64,
}

/// A place in the limits for one request; it has to be settled.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Reservation {
    owner: Owner,
    number: u64,
    amount: Amount,
}

/// A limit is used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// Which, and what to do.
    pub message: String,
    /// When there is room again, as far as that is known.
    pub retry_after: Duration,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Amount {
    micro_usd: u64,
    tokens: u64,
}

#[derive(Clone, Debug, Default)]
struct Spent {
    /// When requests began, oldest first; those of the last minute.
    requests: VecDeque<i64>,
    /// Tokens of the last minute, oldest first.
    tokens: VecDeque<(i64, u64)>,
    n_tokens: u64,
    /// Amounts of the last day, in whole minutes, oldest first.
    amounts: VecDeque<(i64, u64)>,
    micro_usd: u64,
    reserved: HashMap<u64, Amount>,
    n_reserved: Amount,
    /// The last requests: what the next may need where it does not say.
    usual: VecDeque<Amount>,
}

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
const MICRO: f64 = 1_000_000.0;

/// So many requests tell what the next may need.
const USUAL: usize = 32;

impl Spending {
    /// What was spent before this process began, so that a restart is no new budget.
    pub fn remember(&mut self, owner: &Owner, at_ms: i64, usd: f64) {
        self.owners.entry(owner.clone()).or_default().spend(at_ms, micro(usd));
    }

    /// Takes a place for one request; `called` is how messages call the owner.
    ///
    /// A request that says how long its answer may become is reckoned with that.
    /// Any other is reckoned with the dearest of the last ones, and with no less than the guess.
    pub fn reserve(
        &mut self,
        now_ms: i64,
        owner: &Owner,
        called: &str,
        limits: Limits,
        guess: Guess,
    ) -> Result<Reservation, Exceeded> {
        let spent = self.owners.entry(owner.clone()).or_default();
        spent.forget(now_ms);
        let amount = spent.expected(guess, limits);
        let asking = Asking { called, owner, now_ms };
        asking.requests(spent, limits.requests_per_minute)?;
        asking.tokens(spent, limits.tokens_per_minute, amount.tokens)?;
        asking.money(spent, limits.usd_per_day, amount.micro_usd)?;
        let number = self.n_made;
        spent.requests.push_back(now_ms);
        spent.reserved.insert(number, amount);
        spent.n_reserved.micro_usd += amount.micro_usd;
        spent.n_reserved.tokens += amount.tokens;
        self.n_made += 1;
        Ok(Reservation { owner: owner.clone(), number, amount })
    }

    /// Puts what a request did need in the place of what was reserved; what is unknown counts as what was reserved.
    pub fn settle(
        &mut self,
        now_ms: i64,
        reservation: Reservation,
        cost_usd: Option<f64>,
        n_tokens: Option<u64>,
    ) {
        let Some(spent) = self.owners.get_mut(&reservation.owner) else { return };
        spent.let_go(reservation.number);
        let actual = Amount {
            micro_usd: cost_usd.map_or(reservation.amount.micro_usd, micro),
            tokens: n_tokens.unwrap_or(reservation.amount.tokens),
        };
        spent.spend(now_ms, actual.micro_usd);
        if actual.tokens > 0 {
            spent.tokens.push_back((now_ms, actual.tokens));
            spent.n_tokens += actual.tokens;
        }
        if cost_usd.is_some_and(|usd| usd > 0.0) || n_tokens.is_some_and(|n| n > 0) {
            spent.usual.push_back(actual);
            if spent.usual.len() > USUAL {
                spent.usual.pop_front();
            }
        }
    }

    /// Gives a place back whose request was not begun after all.
    pub fn release(&mut self, reservation: Reservation) {
        if let Some(spent) = self.owners.get_mut(&reservation.owner) {
            spent.let_go(reservation.number);
            spent.requests.pop_back();
        }
    }

    /// US dollars of the last 24 hours.
    pub fn spent_usd(&mut self, now_ms: i64, owner: &Owner) -> f64 {
        let Some(spent) = self.owners.get_mut(owner) else { return 0.0 };
        spent.forget(now_ms);
        spent.micro_usd as f64 / MICRO
    }
}

/// One request at one limit after the other.
struct Asking<'a> {
    called: &'a str,
    owner: &'a Owner,
    now_ms: i64,
}

impl Asking<'_> {
    fn requests(&self, spent: &Spent, most: Option<u64>) -> Result<(), Exceeded> {
        let Some(most) = most.filter(|most| spent.requests.len() as u64 >= *most) else {
            return Ok(());
        };
        let oldest = spent.requests.front().copied().unwrap_or(self.now_ms);
        let what = format!("may answer {most} requests a minute, and has");
        Err(self.exceeded(&what, "requests_per_minute", oldest + MINUTE_MS))
    }

    fn tokens(&self, spent: &Spent, most: Option<u64>, n: u64) -> Result<(), Exceeded> {
        let committed = spent.n_tokens + spent.n_reserved.tokens;
        let Some(most) = most.filter(|most| committed + n > *most) else { return Ok(()) };
        if n > most {
            let called = self.called;
            return Err(Exceeded {
                message: format!(
                    "{called} may use {most} tokens a minute, and this request may take {n}\n  next: ask for less with `max_tokens`, or raise `tokens_per_minute`"
                ),
                retry_after: span(MINUTE_MS),
            });
        }
        let oldest = spent.tokens.front().map_or(self.now_ms, |(at, _)| *at);
        let what = format!("may use {most} tokens a minute, and {committed} are used or reserved");
        Err(self.exceeded(&what, "tokens_per_minute", oldest + MINUTE_MS))
    }

    fn money(&self, spent: &Spent, most: Option<f64>, micro_usd: u64) -> Result<(), Exceeded> {
        let Some(most) = most else { return Ok(()) };
        let committed = spent.micro_usd + spent.n_reserved.micro_usd;
        // A request that costs nothing needs no room, but none is left for one that costs anything.
        if committed + micro_usd <= micro(most) && committed < micro(most) {
            return Ok(());
        }
        let oldest = spent.amounts.front().map_or(self.now_ms, |(at, _)| *at);
        let what = format!(
            "may spend ${most} in 24 hours, ${:.4} are spent or reserved, and this request may cost ${:.4}",
            committed as f64 / MICRO,
            micro_usd as f64 / MICRO
        );
        // What is only reserved comes back when its requests end.
        let until = if spent.n_reserved.micro_usd > 0 && spent.micro_usd + micro_usd <= micro(most)
        {
            self.now_ms + MINUTE_MS
        } else {
            oldest + DAY_MS
        };
        Err(self.exceeded(&what, "budget_usd_per_day", until))
    }

    fn exceeded(&self, what: &str, field: &str, until_ms: i64) -> Exceeded {
        let next = match self.owner {
            Owner::Feature(_) => format!("raise `{field}`"),
            Owner::Key(_) => format!(
                "ask an admin for a key with more, `karat token create NAME --role infer --{}`",
                field.replace('_', "-")
            ),
        };
        Exceeded {
            message: format!("{} {what}\n  next: wait, or {next}", self.called),
            retry_after: span(until_ms - self.now_ms),
        }
    }
}

impl Spent {
    /// What a request may need.
    fn expected(&self, guess: Guess, limits: Limits) -> Amount {
        let guessed = Amount { micro_usd: guess.usd.map_or(0, micro), tokens: guess.tokens };
        if guess.is_most {
            return guessed;
        }
        let usual_usd = self.usual.iter().map(|it| it.micro_usd).max().unwrap_or(0);
        let usual_tokens = self.usual.iter().map(|it| it.tokens).max().unwrap_or(0);
        let tokens = guessed.tokens.max(usual_tokens);
        Amount {
            micro_usd: guessed.micro_usd.max(usual_usd),
            // Who does not say how much it will be gets the whole minute at most.
            tokens: tokens.min(limits.tokens_per_minute.unwrap_or(u64::MAX)),
        }
    }

    fn let_go(&mut self, number: u64) {
        if let Some(reserved) = self.reserved.remove(&number) {
            self.n_reserved.micro_usd -= reserved.micro_usd;
            self.n_reserved.tokens -= reserved.tokens;
        }
    }

    fn spend(&mut self, at_ms: i64, micro_usd: u64) {
        if micro_usd == 0 {
            return;
        }
        let minute = at_ms - at_ms.rem_euclid(MINUTE_MS);
        match self.amounts.back_mut() {
            Some((at, amount)) if *at == minute => *amount += micro_usd,
            _ => self.amounts.push_back((minute, micro_usd)),
        }
        self.micro_usd += micro_usd;
    }

    fn forget(&mut self, now_ms: i64) {
        while self.requests.front().is_some_and(|at| now_ms - at >= MINUTE_MS) {
            self.requests.pop_front();
        }
        while let Some((_, n)) = self.tokens.front().filter(|(at, _)| now_ms - at >= MINUTE_MS) {
            self.n_tokens -= n;
            self.tokens.pop_front();
        }
        while let Some((_, amount)) = self.amounts.front().filter(|(at, _)| now_ms - at >= DAY_MS) {
            self.micro_usd -= amount;
            self.amounts.pop_front();
        }
    }
}

fn micro(usd: f64) -> u64 {
    (usd.max(0.0) * MICRO).round() as u64
}

fn span(ms: i64) -> Duration {
    Duration::from_millis(ms.max(1).unsigned_abs())
}

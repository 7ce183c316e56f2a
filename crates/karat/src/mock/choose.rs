//! Pure. What happens to a request: the fault whose turn it is, and the answer that it gets or would have got.

use std::time::Duration;

use karat_providers::chat::{Part, ToolCall};
use karat_providers::embeddings::EmbeddingRequest;
use karat_providers::{ChatAnswer, ChatRequest, FinishReason, Message, Role, Usage};

use super::counters::Counters;
use super::dice::{Dice, Purpose, identity};
use super::script::{Answer, Content, FaultKind, Match, Script};
use super::seen::Rule;
use super::template::Fill;

/// What the rules look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Asked {
    pub(super) model: String,
    pub(super) last_user: String,
    system: String,
    is_after_tool: bool,
    identity: u64,
    pub(super) n_input_tokens: u64,
}

impl Asked {
    /// A conversation.
    pub(super) fn of_chat(request: &ChatRequest) -> Self {
        let system = request.messages.iter().filter(|message| message.role == Role::System);
        Self {
            model: request.model.clone(),
            last_user: request.last_user_text().unwrap_or_default(),
            system: system.map(Message::text).collect::<Vec<_>>().join("\n"),
            is_after_tool: request.messages.last().is_some_and(|last| last.role == Role::Tool),
            identity: identity(&request.model, &request.messages),
            n_input_tokens: request.messages.iter().map(message_tokens).sum(),
        }
    }

    /// Texts to embed; the last of them stands for the user's words.
    pub(super) fn of_embeddings(request: &EmbeddingRequest) -> Self {
        let as_messages: Vec<_> =
            request.inputs.iter().map(|input| Message::from_text(Role::User, input)).collect();
        Self {
            model: request.model.clone(),
            last_user: request.inputs.last().cloned().unwrap_or_default(),
            system: String::new(),
            is_after_tool: false,
            identity: identity(&request.model, &as_messages),
            n_input_tokens: request.inputs.iter().map(|input| count_tokens(input)).sum(),
        }
    }

    /// Whether all conditions hold.
    pub(super) fn fits(&self, conditions: &Match) -> bool {
        conditions.model.as_ref().is_none_or(|name| name.fits(&self.model))
            && conditions.user.iter().all(|pattern| pattern.is_match(&self.last_user))
            && conditions.system.as_ref().is_none_or(|pattern| pattern.is_match(&self.system))
            && conditions.after_tool.is_none_or(|wanted| wanted == self.is_after_tool)
    }
}

/// Four characters are a token here, and each message costs four tokens more.
fn message_tokens(message: &Message) -> u64 {
    4 + parts_tokens(&message.content)
}

fn parts_tokens(parts: &[Part]) -> u64 {
    let tokens = parts.iter().map(|part| match part {
        Part::Text(text) => count_tokens(text),
        Part::Image(_) => 1000,
        Part::ToolCall(call) => count_tokens(&call.name) + count_tokens(&call.arguments),
        Part::ToolResult(result) => parts_tokens(&result.content),
        Part::Other(value) => count_tokens(&value.to_string()),
    });
    tokens.sum()
}

/// The tokens of a text, four characters each.
pub(super) fn count_tokens(text: &str) -> u64 {
    (text.chars().count() as u64).div_ceil(4)
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice<'a> {
    pub(super) rule: Rule,
    /// Until the response begins.
    pub(super) wait: Duration,
    pub(super) fault: Option<&'a FaultKind>,
    /// The answer; a fault may spoil it.
    pub(super) answer: ChatAnswer,
}

/// Decides about the n-th request of a server, and counts it.
pub(super) fn choose<'a>(
    script: &'a Script,
    counters: &mut Counters,
    asked: &Asked,
    n: u64,
) -> Choice<'a> {
    let repetitions = counters.arrive(asked.identity);
    let arrival = Dice::new(script.seed, asked.identity, repetitions.asked);
    let drift = counters.drift(script, &asked.model);
    let fault_index = counters.first_fault(script, asked, repetitions, |index, probability| {
        arrival.happens(Purpose::Fault(index), probability)
    });
    let fault = fault_index.map(|index| &script.faults[index]);
    let occurrence = match fault.map(|fault| &fault.kind) {
        None | Some(FaultKind::SlowDrip { .. }) => counters.answer(asked.identity),
        Some(_) => repetitions.answered + 1,
    };
    let dice = Dice::new(script.seed, asked.identity, occurrence);
    let found = script.answers.iter().enumerate().find_map(|(index, answer)| {
        let value = answer.lookup.as_ref().map(|lookup| lookup.find(&asked.last_user));
        (asked.fits(&answer.to) && value != Some(None)).then_some((index, answer, value.flatten()))
    });
    let value = found.and_then(|(_, _, value)| value);
    let fill =
        Fill { last_user: &asked.last_user, model: &asked.model, n, occurrence, found: value };
    let (rule, answer) = match found {
        Some((index, answer, _)) => {
            (Rule::Answer(index + 1), say(answer, asked, dice, drift, fill))
        }
        None => (Rule::Echo, echo(asked)),
    };
    let latency = found.and_then(|(_, answer, _)| answer.latency).unwrap_or(script.pace.latency);
    Choice {
        rule: fault_index.map_or(rule, |index| Rule::Fault(index + 1)),
        wait: dice.latency(latency).saturating_add(fault.map_or(Duration::ZERO, |f| f.delay)),
        fault: fault.map(|fault| &fault.kind),
        answer,
    }
}

/// What is said where the script has no other words for a wrong answer or for a silent user.
const NO_WORDS: &str = "I do not know.";

fn echo(asked: &Asked) -> ChatAnswer {
    let text = match asked.last_user.as_str() {
        "" => NO_WORDS.to_owned(),
        words => words.to_owned(),
    };
    finished(ChatAnswer { text, ..ChatAnswer::default() }, None, asked)
}

fn say(answer: &Answer, asked: &Asked, dice: Dice, drift: f64, fill: Fill<'_>) -> ChatAnswer {
    let write = |content: &Content| match content {
        Content::Text(template) => fill.text(template),
        Content::Json(template) => fill.json(template).to_string(),
    };
    let right = || dice.pick(Purpose::Content, &answer.contents).map(write);
    if dice.happens(Purpose::Wrong, answer.wrong.max(drift)) {
        let text = answer.wrong_content.as_ref().map_or_else(|| NO_WORDS.to_owned(), write);
        let wrong = ChatAnswer { text, usage: answer.usage, ..ChatAnswer::default() };
        return finished(wrong, answer.finish.as_ref(), asked);
    }
    let tool_calls = answer.tool_calls.iter().enumerate().map(|(index, (name, arguments))| {
        let id = format!("call_{:016x}_{}_{index}", asked.identity, fill.occurrence);
        ToolCall { id, name: name.clone(), arguments: fill.json(arguments).to_string() }
    });
    let said = ChatAnswer {
        text: right().unwrap_or_default(),
        tool_calls: tool_calls.collect(),
        refusal: answer.refusal.as_ref().map(|words| fill.text(words)),
        usage: answer.usage,
        ..ChatAnswer::default()
    };
    finished(said, answer.finish.as_ref(), asked)
}

/// Adds why it stopped and, where the script does not say it, what it cost.
fn finished(mut answer: ChatAnswer, finish: Option<&FinishReason>, asked: &Asked) -> ChatAnswer {
    answer.finish = match finish {
        Some(finish) => finish.clone(),
        None if !answer.tool_calls.is_empty() => FinishReason::ToolCalls,
        None if answer.refusal.is_some() => FinishReason::Refusal,
        None => FinishReason::Stop,
    };
    let calls = answer.tool_calls.iter().flat_map(|call| [&call.name, &call.arguments]);
    let texts = [&answer.text].into_iter().chain(&answer.refusal).chain(calls);
    let n_output_tokens: u64 = texts.map(|text| count_tokens(text)).sum();
    answer.usage = Usage {
        input_tokens: Some(answer.usage.input_tokens.unwrap_or(asked.n_input_tokens)),
        output_tokens: Some(answer.usage.output_tokens.unwrap_or(n_output_tokens)),
        ..answer.usage
    };
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(text: &str) -> Script {
        Script::parse(text).unwrap()
    }

    fn asked(model: &str, text: &str) -> Asked {
        let messages = vec![Message::from_text(Role::User, text)];
        Asked::of_chat(&ChatRequest { model: model.into(), messages, ..ChatRequest::default() })
    }

    /// The rules or texts of some requests in a row.
    fn told(script: &Script, requests: &[Asked]) -> Vec<String> {
        let mut counters = Counters::default();
        let tell = |(n, asked): (usize, &Asked)| {
            let choice = choose(script, &mut counters, asked, n as u64 + 1);
            match choice.rule {
                Rule::Fault(_) => choice.rule.to_string(),
                _ => choice.answer.text,
            }
        };
        requests.iter().enumerate().map(tell).collect()
    }

    #[test]
    fn the_first_answer_that_matches_is_given_and_otherwise_the_echo() {
        let script = script(
            "[[answer]]\nmodel = \"a*\"\ncontains = \"x\"\ntext = \"one\"\n[[answer]]\nregex = '^\\d+$'\ntext = \"two {{ n }}\"",
        );
        let requests = [asked("ab", "an X"), asked("b", "an X"), asked("b", "12")];
        assert_eq!(told(&script, &requests), ["one", "an X", "two 3"]);
    }

    #[test]
    fn a_table_answers_for_the_texts_that_it_knows() {
        let script = script(
            "[lookups.queues]\n\"Charged twice\" = \"billing\"\n\"parcel\" = \"shipping\"\n[[answer]]\nlookup = \"queues\"\njson = { queue = \"{{ found }}\" }\n[[answer]]\ntext = \"other\"",
        );
        let requests = [asked("m", "I was CHARGED TWICE"), asked("m", "a parcel"), asked("m", "x")];
        assert_eq!(
            told(&script, &requests),
            [r#"{"queue":"billing"}"#, r#"{"queue":"shipping"}"#, "other"]
        );
    }

    #[test]
    fn instructions_and_tools_answers_are_conditions() {
        let script = script(
            "[[answer]]\nsystem_contains = \"BRIEF\"\nafter_tool = true\ntext = \"done\"\n[[answer]]\ntext = \"other\"",
        );
        let mut messages = vec![
            Message::from_text(Role::System, "Be brief."),
            Message::from_text(Role::User, "x"),
        ];
        let say = |messages: &[Message]| {
            let request = ChatRequest { messages: messages.to_vec(), ..ChatRequest::default() };
            told(&script, &[Asked::of_chat(&request)]).remove(0)
        };
        assert_eq!(say(&messages), "other");
        messages.push(Message::from_text(Role::Tool, "42"));
        assert_eq!(say(&messages), "done");
    }

    #[test]
    fn the_same_request_gets_the_same_sequence_whatever_comes_between() {
        let script = script(
            "seed = 4\n[[answer]]\ntexts = [\"a\", \"b\", \"c\"]\nwrong = 0.2\nwrong_text = \"w\"",
        );
        let (one, two) = (asked("m", "one"), asked("m", "two"));
        let alone = told(&script, &vec![one.clone(); 20]);
        let mixed: Vec<_> =
            (0..40).map(|n| if n % 2 == 0 { &two } else { &one }).cloned().collect();
        let mixed = told(&script, &mixed);
        let of_one: Vec<_> = mixed.iter().skip(1).step_by(2).cloned().collect();
        assert_eq!(alone, of_one);
        assert!(["a", "b", "c", "w"].iter().all(|text| alone.contains(&(*text).to_owned())));
    }

    #[test]
    fn a_fault_does_not_shift_the_answers_that_follow() {
        let answers = "[[answer]]\ntexts = [\"a\", \"b\", \"c\"]\n";
        let faulty = script(&format!("{answers}[[fault]]\nkind = \"hang\"\nevery = 3"));
        let requests = vec![asked("m", "x"); 30];
        let with_faults = told(&faulty, &requests);
        let answered: Vec<_> = with_faults.iter().filter(|text| *text != "fault 1").collect();
        assert_eq!(answered.len(), 20);
        let without = told(&script(answers), &requests);
        assert!(answered.into_iter().eq(without.iter().take(20)));
    }

    #[test]
    fn faults_keep_their_turns() {
        let turns = |trigger: &str| {
            let script = script(&format!("[[fault]]\nkind = \"hang\"\n{trigger}\n"));
            let told = told(&script, &vec![asked("m", "x"); 12]);
            let turns = told.iter().enumerate().filter(|(_, text)| *text == "fault 1");
            turns.map(|(index, _)| index + 1).collect::<Vec<_>>()
        };
        assert_eq!(turns("always = true").len(), 12);
        assert_eq!(turns("every = 5"), [5, 10]);
        assert_eq!(turns("first = 2"), [1, 2]);
        assert_eq!(turns("nth = [2, 7]"), [2, 7]);
        assert_eq!(turns("after = 10"), [11, 12]);
        assert_eq!(turns("after = 4\nfirst = 2"), [5, 6]);
        assert_eq!(turns("probability = 0.0").len(), 0);
        assert_eq!(turns("probability = 1.0").len(), 12);
    }

    #[test]
    fn a_fault_can_count_each_request_apart() {
        let script = script("[[fault]]\nkind = \"hang\"\nfirst = 1\nper_request = true");
        let requests = ["x", "y", "x", "y"].map(|text| asked("m", text));
        assert_eq!(told(&script, &requests), ["fault 1", "fault 1", "x", "y"]);
    }

    #[test]
    fn quality_drifts_only_at_its_model_and_only_after_its_time() {
        let script = script(
            "[[answer]]\ntext = \"right\"\nwrong_text = \"wrong\"\n[[drift]]\nmodel = \"good\"\nafter = 5\nwrong = 1.0",
        );
        let told_of = |model| told(&script, &vec![asked(model, "x"); 10]);
        let good = told_of("good");
        assert!(good[..5].iter().all(|text| text == "right"));
        assert!(good[5..].iter().all(|text| text == "wrong"));
        assert!(told_of("other").iter().all(|text| text == "right"));
    }

    #[test]
    fn usage_is_estimated_unless_the_script_says_it() {
        let script = script(
            "[[answer]]\ncontains = \"set\"\ntext = \"ok\"\nusage = { input_tokens = 7, cached_input_tokens = 3 }",
        );
        let mut counters = Counters::default();
        let set = choose(&script, &mut counters, &asked("m", "set"), 1).answer.usage;
        assert_eq!(
            (set.input_tokens, set.cached_input_tokens, set.output_tokens),
            (Some(7), Some(3), Some(1))
        );
        let echoed = choose(&script, &mut counters, &asked("m", "12345678"), 2).answer.usage;
        assert_eq!((echoed.input_tokens, echoed.output_tokens), (Some(6), Some(2)));
    }

    #[test]
    fn tools_are_called_and_refusals_given() {
        let script = script(
            "[[answer]]\ncontains = \"find\"\ntool_calls = [{ name = \"find\", arguments = { what = \"{{ last_user }}\" } }]\n[[answer]]\nrefusal = \"No.\"",
        );
        let mut counters = Counters::default();
        let called = choose(&script, &mut counters, &asked("m", "find me"), 1).answer;
        assert_eq!(called.finish, FinishReason::ToolCalls);
        assert_eq!(called.tool_calls[0].arguments, r#"{"what":"find me"}"#);
        let refused = choose(&script, &mut counters, &asked("m", "x"), 2).answer;
        assert_eq!(
            (refused.finish, refused.refusal.as_deref()),
            (FinishReason::Refusal, Some("No."))
        );
    }
}

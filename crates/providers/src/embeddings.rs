//! Pure. Texts to vectors, in `OpenAI`'s dialect, which every server of embeddings speaks.

use serde_json::{Value, json};

use crate::chat::Usage;
use crate::chat::json::{ShapeError, text_of};
use crate::decode::{count_at, text_at};
use crate::error::{ErrorClass, ProviderError, success_json};
use crate::http::{HttpRequest, HttpResponse, json_request};
use crate::parse::object;

/// A batch of texts to embed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmbeddingRequest {
    /// The model's name at its provider.
    pub model: String,
    /// The texts, in order.
    pub inputs: Vec<String>,
    /// The length that the vectors should have, where the model can shorten them.
    pub dimensions: Option<u32>,
}

/// The vectors of a batch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EmbeddingAnswer {
    /// One vector for each text, in the order of the texts, all of the same length.
    pub vectors: Vec<Vec<f32>>,
    /// What was consumed.
    pub usage: Usage,
    /// The model that answered, as the provider names it.
    pub model_served: Option<String>,
}

/// Writes the request, without the key.
pub fn encode_embeddings(request: &EmbeddingRequest) -> HttpRequest {
    let mut body =
        json!({"model": request.model, "input": request.inputs, "encoding_format": "float"});
    if let Some(dimensions) = request.dimensions {
        body["dimensions"] = dimensions.into();
    }
    json_request("/embeddings", &body)
}

/// Reads the response to a request of `n_inputs` texts.
pub fn decode_embeddings(
    response: &HttpResponse<'_>,
    n_inputs: usize,
) -> Result<EmbeddingAnswer, ProviderError> {
    let body = success_json(response)?;
    read(&body, n_inputs).map_err(|mut error| {
        error.status = Some(response.status);
        error
    })
}

/// What an answer cost and which model gave it, for somebody who passes the vectors on as they are.
pub fn usage_of_embeddings(
    response: &HttpResponse<'_>,
) -> Result<(Usage, Option<String>), ProviderError> {
    let body = success_json(response)?;
    if body.get("data").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        return Err(ProviderError::new(ErrorClass::Empty, "the answer holds no vector"));
    }
    Ok((usage(&body), text_at(&body, "/model")))
}

fn usage(body: &Value) -> Usage {
    Usage { input_tokens: count_at(body, "/usage/prompt_tokens"), ..Usage::default() }
}

fn read(body: &Value, n_inputs: usize) -> Result<EmbeddingAnswer, ProviderError> {
    let Some(data) = body.get("data").and_then(Value::as_array) else {
        return Err(ProviderError::malformed("the answer has no list named data"));
    };
    if data.is_empty() && n_inputs > 0 {
        return Err(ProviderError::new(ErrorClass::Empty, "the answer holds no vector"));
    }
    let mut vectors = vec![None; n_inputs];
    for (position, entry) in data.iter().enumerate() {
        let index = entry.get("index").and_then(Value::as_u64).unwrap_or(position as u64);
        let slot = usize::try_from(index).ok().and_then(|index| vectors.get_mut(index));
        let vector = entry.get("embedding").and_then(read_vector);
        match (slot, vector) {
            (Some(slot @ None), Some(vector)) => *slot = Some(vector),
            (Some(None), None) => {
                let message = format!("the vector of text {index} is no list of finite numbers");
                return Err(ProviderError::malformed(&message));
            }
            _ => {
                let message = format!("there is a vector too many, for text {index}");
                return Err(ProviderError::malformed(&message));
            }
        }
    }
    let Some(vectors) = vectors.into_iter().collect::<Option<Vec<Vec<f32>>>>() else {
        let message = format!("{n_inputs} texts got {} vectors", data.len());
        return Err(ProviderError::malformed(&message));
    };
    if vectors.windows(2).any(|pair| pair[0].len() != pair[1].len()) {
        return Err(ProviderError::malformed("the vectors differ in length"));
    }
    Ok(EmbeddingAnswer { vectors, usage: usage(body), model_served: text_at(body, "/model") })
}

fn read_vector(value: &Value) -> Option<Vec<f32>> {
    let numbers = value.as_array()?.iter().map(|number| {
        let number = number.as_f64()? as f32;
        number.is_finite().then_some(number)
    });
    numbers.collect::<Option<Vec<_>>>().filter(|vector| !vector.is_empty())
}

/// Reads the body of a request, for a server; token lists are kept as their JSON text.
pub fn parse_embeddings(body: &[u8]) -> Result<EmbeddingRequest, ShapeError> {
    let fields = object(body)?;
    let model = text_of(&fields, "model")
        .ok_or_else(|| ShapeError::new("model", "missing; name the model to ask"))?;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let inputs = match fields.get("input") {
        Some(Value::Array(items)) if items.iter().all(Value::is_number) && !items.is_empty() => {
            vec![Value::Array(items.clone()).to_string()]
        }
        Some(Value::Array(items)) => items.iter().map(text).collect(),
        Some(Value::String(input)) => vec![input.clone()],
        _ => return Err(ShapeError::new("input", "expected a string or a list of strings")),
    };
    let dimensions = fields.get("dimensions").and_then(Value::as_u64);
    let dimensions = dimensions.and_then(|count| u32::try_from(count).ok());
    Ok(EmbeddingRequest { model, inputs, dimensions })
}

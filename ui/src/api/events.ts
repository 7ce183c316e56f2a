// Server-sent events out of a stream of bytes, as the HTML standard cuts them.

export interface StreamEvent {
  event: string;
  data: string;
}

export async function* eventsIn(
  body: ReadableStream<Uint8Array> | null,
): AsyncGenerator<StreamEvent> {
  if (!body) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const { events, left } = cut(rest);
      rest = left;
      yield* events;
      if (done) return;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Whole events of a text, and what is left of the last one. */
export function cut(text: string): { events: StreamEvent[]; left: string } {
  const pieces = text.split(/\r\n\r\n|\n\n|\r\r/);
  const left = pieces.pop() ?? "";
  return { events: pieces.flatMap((piece) => eventOf(piece) ?? []), left };
}

function eventOf(piece: string): StreamEvent | null {
  let event = "message";
  const data: string[] = [];
  for (const line of piece.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    if (field === "data") data.push(value);
  }
  return data.length > 0 ? { event, data: data.join("\n") } : null;
}

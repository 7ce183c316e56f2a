import { expect, test } from "vitest";
import { cut, eventsIn } from "./events.ts";

test("an event that has not ended stays for later", () => {
  const { events, left } = cut('event: part\ndata: {"n":1}\n\nevent: res');
  expect(events).toEqual([{ event: "part", data: '{"n":1}' }]);
  expect(left).toBe("event: res");
});

test("comments keep a connection alive and are no events", () => {
  expect(cut(": still here\n\ndata: 1\n\n").events).toEqual([{ event: "message", data: "1" }]);
});

test("data over several lines is one text", () => {
  expect(cut("data: a\ndata: b\r\n\r\n").events).toEqual([{ event: "message", data: "a\nb" }]);
});

test("an event cut anywhere, even inside a letter, comes out whole", async () => {
  const bytes = new TextEncoder().encode('event: result\ndata: "Größe"\n\n');
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const seen = [];
  for await (const event of eventsIn(body)) seen.push(event);
  expect(seen).toEqual([{ event: "result", data: '"Größe"' }]);
});

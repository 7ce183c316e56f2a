// Through the doors: signing in, inviting, joining, and calling an operation as the browser that is signed in does.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join as path } from "node:path";

import { Person } from "./person.mjs";
import { startServer } from "./start.mjs";

/** A server on a folder and the people who come; afterwards all are calm and gone. Where it fails, what each saw is written to the folder FAILED. */
export async function inCompany(browser, Hands, folder, journey) {
  const people = [];
  const arrive = async (options) => people[people.push(await Person.arrive(browser, Hands, options)) - 1];
  let server;
  try {
    server = await startServer(folder);
    await journey(server, arrive);
    for (const person of people) person.calm();
  } catch (error) {
    if (process.env.FAILED) {
      mkdirSync(process.env.FAILED, { recursive: true });
      for (const [index, { page, troubles }] of people.entries()) {
        await page.screenshot({ path: path(process.env.FAILED, `${Hands.called}-${index}.png`), fullPage: true });
        console.error(index, page.url(), troubles);
      }
    }
    throw error;
  } finally {
    for (const person of people) await person.leave();
    await server?.end();
    folder.remove();
  }
}

/** Opens the link that the server printed. */
export async function signIn(person, server) {
  await person.page.goto(server.link);
  await person.page.getByRole("navigation", { name: "Pages" }).waitFor();
}

/** Invites through Settings; answers with the link. */
export async function invite(person, role, note) {
  const { page, hands } = person;
  await page.goto(new URL("/settings/people", page.url()).href);
  await hands.press(page.getByRole("button", { name: "Invite somebody" }));
  const dialog = page.getByRole("dialog", { name: "Invite somebody" });
  if (role !== "labeller") await hands.choose(dialog.getByLabel("Role"), role);
  await hands.fill(dialog.getByLabel("For whom, so that you know later"), note);
  await hands.press(dialog.getByRole("button", { name: "Make a link" }));
  const link = await dialog.getByLabel("The invite link").textContent();
  await hands.press(dialog.getByRole("button", { name: "Done" }));
  await dialog.waitFor({ state: "detached" });
  return link;
}

/** Redeems an invite under a name. */
export async function join(person, link, name) {
  const { page, hands } = person;
  await page.goto(link);
  await hands.fill(page.getByLabel("Your name"), name);
  await hands.press(page.getByRole("button", { name: "Join" }));
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
  // A link that does not say that it is an invite is tried without a name first, and refused.
  if (!new URL(link).searchParams.has("invite")) person.expectRefusal(400);
}

/** POST with the session's cookie and CSRF token, beside the page, so that a refusal is no error of the page. */
export async function call(person, operation, input = {}) {
  const { origin } = new URL(person.page.url());
  const session = await person.context.request.get(`${origin}/session`);
  assert.equal(session.status(), 200);
  const { csrf } = await session.json();
  const answer = await person.context.request.post(`${origin}/api/v1/${operation}`, {
    headers: { "x-karat-csrf": csrf, "content-type": "application/json", accept: "application/json", origin },
    data: input,
  });
  return { status: answer.status(), body: await answer.json() };
}

/** The same where it must work. */
export async function done(person, operation, input) {
  const { status, body } = await call(person, operation, input);
  assert.equal(status, 200, `${operation}: ${JSON.stringify(body)}`);
  return body;
}

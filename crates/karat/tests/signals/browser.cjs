// Runs karat.js in a page of stubs: node browser.cjs karat.js < fixtures.json; prints what was sent.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const vm = require('node:vm');
const zlib = require('node:zlib');

const source = fs.readFileSync(process.argv[2], 'utf8');
const fixtures = JSON.parse(fs.readFileSync(0, 'utf8'));
const ID = '0193e5a2-7b1c-7d4e-9c00-6a2f5d3b8e11';
const sent = [];

/** A page whose clock stands still until it is moved. */
function page(options = {}) {
  const timers = [];
  const listeners = {};
  const nodes = options.nodes || [];
  const world = {
    clock: 1795428000000, beacons: [], posts: [], answers: options.answers || [], warned: [],
    Date: { now: () => world.clock },
    setTimeout: (run, ms) => timers.push({ run, at: world.clock + ms }),
    clearTimeout: n => { if (n) timers[n - 1].run = null; },
    fetch: (url, request) => {
      world.posts.push({ url, request, signals: JSON.parse(request.body) });
      const status = world.answers.length ? world.answers.shift() : 202;
      if (status === 0) return Promise.reject(new Error('no network'));
      const text = status < 300 ? '{"results":[]}' : '{"message":"no"}';
      return Promise.resolve({ status, ok: status < 300, text: () => Promise.resolve(text) });
    },
    navigator: { sendBeacon: (url, blob) => { world.beacons.push({ url, signals: JSON.parse(blob.text) }); return true; } },
    Blob: function (parts, about) { this.text = parts.join(''); this.type = about.type; },
    IntersectionObserver: function (seen) {
      this.seen = seen;
      this.watched = new Set();
      this.observe = element => this.watched.add(element);
      this.unobserve = element => this.watched.delete(element);
      world.eye = this;
    },
    MutationObserver: function (changed) { this.observe = () => { world.changed = changed; }; },
    addEventListener: (name, run) => { listeners[name] = run; },
    console: { warn: (...words) => world.warned.push(words.join(' ')) },
    crypto: options.insecure ? {} : { randomUUID: () => require('node:crypto').randomUUID() },
    getSelection: () => 'twelve chars', innerHeight: 800, URL,
    document: {
      visibilityState: 'visible', currentScript: options.script,
      querySelectorAll: () => nodes, addEventListener: (name, run) => { listeners[name] = run; }
    }
  };
  world.window = world;
  vm.runInNewContext(source, world);
  return Object.assign(world, {
    fire: (name, event) => listeners[name](event || {}),
    /** Moves the clock and lets everything happen that is due, in order. */
    async pass(ms) {
      const end = world.clock + ms;
      for (;;) {
        await new Promise(setImmediate);
        const due = timers.filter(timer => timer.run && timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        world.clock = Math.max(world.clock, due.at);
        const run = due.run;
        due.run = null;
        run();
      }
      world.clock = end;
      sent.push(...world.posts.flatMap(post => post.signals), ...world.beacons.flatMap(beacon => beacon.signals));
    }
  });
}

function element(attributes, parent) {
  return {
    isConnected: true, attributes, textContent: '',
    getAttribute(name) { return this.attributes[name] ?? null; },
    closest(selector) {
      const name = selector.slice(1, -1);
      return name in this.attributes ? this : parent ? parent.closest(selector) : null;
    }
  };
}

const types = world => world.posts.flatMap(post => post.signals.map(signal => signal.type));

async function all() {
  const { karat } = page();
  for (const [a, b, c, contained, kept, distance] of fixtures) {
    const close = (found, wanted, what) =>
      assert.ok(Math.abs(found - wanted) < 1e-9, `${what} of ${JSON.stringify([a, b, c])}: ${found}, not ${wanted}`);
    close(karat.containment(a, b), contained, 'containment');
    close(karat.noRevert(a, b, c), kept, 'noRevert');
    close(karat.editDistance(a, b), distance, 'editDistance');
  }

  { // Everything that can be said, in one batch after a second, under the key, as text/plain.
    const world = page();
    const api = world.karat({ key: 'k&1', url: 'https://karat.test/v1/signals', feature: 'draft', user: 'u' });
    api.shown(ID);
    api.shown(ID);
    world.clock += 500;
    api.thumb(ID, false, { reason: 'tone', comment: 'too stiff' });
    api.accept('chatcmpl-1', { accepted_chars: 10, shown_chars: 40 });
    api.accept(ID);
    api.reject(ID);
    api.undo(ID);
    api.copy(ID, { chars: 4 });
    api.retry(ID);
    api.followup(ID, 'refine');
    api.edited(ID, 'please send the file', 'please send the report');
    await world.pass(1500);
    assert.equal(world.posts.length, 1);
    const { url, request, signals } = world.posts[0];
    assert.equal(url, 'https://karat.test/v1/signals?key=k%261');
    assert.equal(request.headers['Content-Type'], 'text/plain');
    assert.deepEqual(types(world), ['response.shown', 'feedback.thumb', 'response.partially_accepted',
      'response.accepted', 'response.rejected', 'response.undone', 'response.copied', 'response.retried',
      'message.followup', 'response.edited']);
    assert.deepEqual(signals[1].target, { inference_id: ID });
    assert.deepEqual(signals[2].target, { response_id: 'chatcmpl-1' });
    assert.equal(signals[1].data.time_to_action_ms, 500);
    assert.equal(signals[9].data.edit_distance, 0.25);
    assert.ok(!request.body.includes('report'), 'text left the page');
    assert.equal(new Set(signals.map(signal => signal.id)).size, signals.length);
  }

  { // Text only where it is wanted, and ids without https.
    const world = page({ insecure: true });
    const api = world.karat({ key: 'k', sendText: true });
    api.edited(ID, 'a', 'b');
    api.edited(ID, 'a', 'c');
    await world.pass(1500);
    const signals = world.posts[0].signals;
    assert.equal(signals[0].data.final_text, 'b');
    assert.ok(signals[0].id.length > 20 && signals[0].id !== signals[1].id);
  }

  { // A server that is away: the same signals again, later and later, and no more than 200.
    const world = page({ answers: [0, 503, 429] });
    const api = world.karat({ key: 'k' });
    api.copy(ID);
    await world.pass(20000);
    assert.equal(world.posts.length, 4);
    assert.equal(new Set(world.posts.map(post => post.signals[0].id)).size, 1);
    world.answers.push(...Array(100).fill(503));
    for (let n = 0; n < 300; n++) api.copy(ID);
    await world.pass(1000);
    assert.equal(api.lost, 100);
    world.answers.length = 0;
    const before = world.posts.length;
    await world.pass(120000);
    const ids = new Set(world.posts.slice(before).flatMap(post => post.signals.map(signal => signal.id)));
    assert.equal(ids.size, 200);
    assert.ok(world.posts.every(post => post.signals.length <= 50));
  }

  { // A refusal is said and not repeated.
    const world = page({ answers: [401] });
    const api = world.karat({ key: 'wrong' });
    api.copy(ID);
    await world.pass(60000);
    assert.equal(world.posts.length, 1);
    assert.equal(api.lost, 1);
    assert.match(world.warned[0], /not taken/);
  }

  { // Whoever leaves sends what is left at once.
    const world = page();
    const api = world.karat({ key: 'k' });
    for (let n = 0; n < 60; n++) api.undo(ID);
    world.document.visibilityState = 'hidden';
    world.fire('visibilitychange');
    world.fire('pagehide');
    await world.pass(0);
    assert.deepEqual(world.beacons.map(beacon => beacon.signals.length), [50, 10]);
  }

  { // In view: half of it for 750 ms, or half a window of a long one.
    const box = element({ 'data-karat': ID });
    const long = element({ 'data-karat': 'long' });
    const world = page({ nodes: [box, long] });
    world.karat({ key: 'k' });
    assert.ok(world.eye.watched.has(box));
    const seen = (target, intersectionRatio, height) =>
      world.eye.seen([{ target, intersectionRatio, intersectionRect: { height } }]);
    seen(box, 0.6, 100);
    await world.pass(700);
    seen(box, 0.2, 30);
    await world.pass(5000);
    assert.equal(world.posts.length, 0);
    seen(box, 0.5, 90);
    seen(long, 0.1, 400);
    await world.pass(400);
    seen(box, 0.8, 120);
    await world.pass(2000);
    assert.deepEqual(types(world), ['response.shown', 'response.shown']);
    assert.ok(!world.eye.watched.has(box));
    box.attributes['data-karat'] = 'next';
    world.changed();
    await world.pass(300);
    assert.ok(world.eye.watched.has(box), 'another answer in the same place');
  }

  { // Buttons and the clipboard, without a line of code.
    const box = element({ 'data-karat': ID });
    const script = { src: 'https://karat.test/karat.js', dataset: { key: 'k', feature: 'draft' } };
    const world = page({ nodes: [box], script });
    for (const [name, value] of [['thumb', 'up'], ['thumb', 'down'], ['accept', ''], ['undo', '']]) {
      const button = element({ ['data-karat-' + name]: value }, box);
      world.fire('click', { target: element({}, button) });
    }
    world.fire('copy', { target: box });
    world.fire('click', { target: element({}) });
    world.fire('copy', { target: {} });
    await world.pass(1500);
    const signals = world.posts[0].signals;
    assert.equal(world.posts[0].url, 'https://karat.test/v1/signals?key=k');
    assert.deepEqual(signals.map(signal => signal.data.up), [true, false, undefined, undefined, undefined]);
    assert.equal(signals[4].data.chars, 12);
    assert.equal(signals[0].feature, 'draft');
  }

  { // Survival: three looks, none once the element is gone, and no text.
    const world = page();
    const api = world.karat({ key: 'k' });
    const field = element({});
    field.textContent = 'Dear all, please find the report below.';
    api.applied(ID, 'please find the report below', field, 'Dear all,');
    await world.pass(31000);
    field.textContent = 'Dear all,';
    await world.pass(300000);
    field.isConnected = false;
    await world.pass(900000);
    const looks = world.posts.flatMap(post => post.signals).filter(signal => signal.type === 'response.survival');
    assert.deepEqual(looks.map(look => look.data.t_ms), [30000, 300000]);
    assert.deepEqual(looks.map(look => look.data.containment4), [1, 0]);
    assert.deepEqual(looks.map(look => look.data.no_revert), [1, 0]);
    assert.ok(!JSON.stringify(world.posts.map(post => post.signals)).includes('report'));
  }

  return { gzip: zlib.gzipSync(source, { level: 6 }).length, sent };
}

all().then(done => console.log(JSON.stringify(done)), error => { console.error(error); process.exit(1); });

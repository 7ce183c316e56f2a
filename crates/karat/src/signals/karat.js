// karat.js: what people do with an answer. No text leaves the page unless `sendText` says so.
(root => {
  'use strict';
  const doc = root.document;
  const after = (run, ms) => root.setTimeout(run, ms);

  // Containment, no_revert and the distance of an edit, as in signals/survive.rs; a test holds the two together.
  const even = text => Array.from(String(text).replace(/[\t-\r \u00a0]+/g, ' ').replace(/^ | $/g, ''));
  const grams = (chars, size) => {
    const counts = new Map();
    for (let at = 0; at + size <= chars.length; at++) {
      const gram = chars.slice(at, at + size).join('');
      counts.set(gram, (counts.get(gram) || 0) + 1);
    }
    return counts;
  };
  const overlap = (a, b, size) => {
    let n = 0;
    const others = grams(b, size);
    grams(a, size).forEach((count, gram) => { n += Math.min(count, others.get(gram) || 0); });
    return n;
  };
  const containment = (part, whole) => {
    const a = even(part), size = Math.min(4, a.length);
    return size ? overlap(a, even(whole), size) / (a.length - size + 1) : 1;
  };
  const similarity = (a, b) => {
    a = even(a);
    b = even(b);
    const size = Math.min(4, a.length, b.length);
    if (!size) return a.length === b.length ? 1 : 0;
    return 2 * overlap(a, b, size) / (a.length + b.length - 2 * size + 2);
  };
  const noRevert = (before, applied, now) => {
    const was = similarity(applied, before);
    return was < 1 ? Math.min(1, (1 - similarity(now, before)) / (1 - was)) : 1;
  };
  const tokens = text => String(text).match(/[^\t-\r \u00a0!-/:-@[-`{-~\u2e80-\u{10ffff}]+|[^\t-\r \u00a0]/gu) || [];
  const editDistance = (before, now) => {
    let a = tokens(before), b = tokens(now), from = 0;
    const longer = Math.max(a.length, b.length);
    while (from < longer && a[from] === b[from]) from++;
    a = a.slice(from);
    b = b.slice(from);
    while (a.length && b.length && a[a.length - 1] === b[b.length - 1]) { a.pop(); b.pop(); }
    if (a.length * b.length > 4e6) return 1 - similarity(before, now);
    let row = [0].concat(b.map((_, at) => at + 1));
    a.forEach((left, at) => {
      const next = [at + 1];
      b.forEach((right, j) => {
        next.push(Math.min(row[j] + (left !== right), row[j + 1] + 1, next[j] + 1));
      });
      row = next;
    });
    return longer && row[b.length] / longer;
  };

  // Pages without https have no randomUUID.
  const newId = () => root.crypto && root.crypto.randomUUID ? root.crypto.randomUUID()
    : 'k' + Date.now() + String(Math.random()).slice(2) + String(Math.random()).slice(2);
  // An element that left the page says nothing about its text.
  const textOf = from => typeof from === 'function' ? from()
    : from && from.isConnected ? ('value' in from ? from.value : from.textContent) : null;

  const karat = options => {
    const shownAt = new Map(), armed = new Map(), session = options.session || newId();
    const url = (options.url || home) + '?key=' + encodeURIComponent(options.key);
    let queue = [], wait = 0, timer = 0, busy = false;

    const later = ms => { timer = timer || after(() => { timer = 0; flush(); }, ms); };
    const without = batch => { queue = queue.filter(signal => !batch.includes(signal)); };
    const flush = () => {
      const batch = queue.slice(0, 50);
      if (busy || !batch.length) return;
      busy = true;
      // text/plain asks no other site for permission first.
      root.fetch(url, { method: 'POST', body: JSON.stringify(batch), headers: { 'Content-Type': 'text/plain' } })
        .then(answer => {
          if (answer.status === 429 || answer.status >= 500) throw 0;
          without(batch);
          wait = 0;
          if (!answer.ok) api.lost += batch.length;
          return answer.text();
        })
        .then(text => /"message"/.test(text) && root.console.warn('karat: not taken:', text))
        .catch(() => { wait = Math.min(wait * 2 || 1e3, 6e4); })
        .then(() => {
          busy = false;
          if (queue.length) later(wait * (1 + Math.random() / 4));
        });
    };
    // Sent twice is taken once, so what is under way goes, too.
    const leave = () => {
      while (queue.length) {
        const batch = queue.slice(0, 50);
        const body = new root.Blob([JSON.stringify(batch)], { type: 'text/plain' });
        if (!root.navigator.sendBeacon(url, body)) return;
        without(batch);
      }
    };
    const add = (type, id, data) => {
      if (!id) return;
      const time = Date.now(), seen = shownAt.get(id);
      queue.push({
        id: newId(), type, time, feature: options.feature, session_id: session, source: 'karat.js@1',
        target: /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(id) ? { inference_id: id } : { response_id: id },
        user: options.user, release: options.release, variant: options.variant,
        data: Object.assign(seen ? { time_to_action_ms: time - seen } : {}, data)
      });
      if (queue.length > 200) {
        queue.shift();
        api.lost++;
      }
      later(queue.length < 50 ? 1e3 : 0);
    };
    const plain = type => (id, data) => add(type, id, data);

    const eye = root.IntersectionObserver && new root.IntersectionObserver(entries => {
      entries.forEach(entry => {
        const element = entry.target, height = entry.intersectionRect.height;
        // An answer that is taller than the window never shows half of itself.
        if (height && (entry.intersectionRatio >= 0.5 || height >= root.innerHeight / 2)) {
          if (!armed.has(element)) arm(element);
        } else {
          root.clearTimeout(armed.get(element));
          armed.delete(element);
        }
      });
    }, { threshold: [0, 0.1, 0.3, 0.5] });
    const arm = element => armed.set(element, after(() => {
      if (doc.visibilityState === 'hidden') return arm(element);
      armed.delete(element);
      eye.unobserve(element);
      api.shown(element.getAttribute('data-karat'));
    }, 750));

    const api = {
      lost: 0,
      shown: what => {
        if (typeof what !== 'string') return eye && eye.observe(what);
        if (shownAt.has(what)) return;
        add('response.shown', what);
        shownAt.set(what, Date.now());
      },
      thumb: (id, up, more) => add('feedback.thumb', id, Object.assign({ up: !!up }, more)),
      accept: (id, data) => add('response.' + (data && data.accepted_chars < data.shown_chars ? 'partially_' : '')
        + 'accepted', id, data),
      reject: plain('response.rejected'),
      undo: plain('response.undone'),
      copy: plain('response.copied'),
      retry: plain('response.retried'),
      followup: (id, kind) => add('message.followup', id, { class: kind }),
      edited: (id, before, now) => add('response.edited', id, {
        edit_distance: editDistance(before, now), final_chars: now.length,
        final_text: options.sendText ? now : undefined
      }),
      applied: (id, text, from, before) => {
        const start = Date.now(), applied = textOf(from);
        add('response.applied', id, { final_chars: text.length });
        [3e4, 3e5, 9e5].forEach(ms => after(() => {
          const now = textOf(from);
          if (typeof now === 'string') add('response.survival', id, {
            t_ms: Date.now() - start, containment4: containment(text, now),
            no_revert: before == null ? undefined : noRevert(before, applied, now)
          });
        }, ms));
      },
      flush
    };

    if (doc) {
      const idOf = element => {
        const box = element.closest && element.closest('[data-karat]');
        return box && box.getAttribute('data-karat');
      };
      let due = 0;
      const look = () => {
        due = 0;
        doc.querySelectorAll('[data-karat]').forEach(element => {
          if (!shownAt.has(idOf(element))) api.shown(element);
        });
      };
      look();
      new root.MutationObserver(() => { due = due || after(look, 200); }).observe(doc, {
        subtree: true, childList: true, attributes: true, attributeFilter: ['data-karat']
      });
      doc.addEventListener('click', event => {
        ['thumb', 'accept', 'reject', 'undo', 'copy', 'retry'].forEach(act => {
          const name = 'data-karat-' + act, button = event.target.closest && event.target.closest(`[${name}]`);
          if (button) api[act](idOf(button), act === 'thumb' ? button.getAttribute(name) !== 'down' : {});
        });
      });
      doc.addEventListener('copy', event => {
        api.copy(idOf(event.target), { chars: String(root.getSelection()).length });
      });
      doc.addEventListener('visibilitychange', () => { if (doc.visibilityState === 'hidden') leave(); });
      root.addEventListener('pagehide', leave);
    }
    return api;
  };

  const tag = doc && doc.currentScript;
  const home = tag && tag.src ? new root.URL('/v1/signals', tag.src).href : '/v1/signals';
  root.karat = Object.assign(karat, { containment, noRevert, editDistance });
  if (tag && tag.dataset.key) root.karatSignals = karat(tag.dataset);
})(typeof window === 'undefined' ? globalThis : window);

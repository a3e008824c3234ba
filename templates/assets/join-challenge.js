/**
 * Solves the proof of work of a join form, ours or one on any website, by one tag:
 *
 *   <script src="https://join.example.org/embed/join-challenge.js" defer></script>
 *
 * It looks for forms that post to the server it came from, fetches a challenge when somebody begins
 * to fill one in, reckons for a second or two beside them, and puts the solution into the post. What
 * goes wrong stops nobody: the post then goes without, and a person looks at it first.
 */
(() => {
  'use strict';
  const script = document.currentScript;
  if (!script) return;
  const server = new URL('..', script.src);
  const target = new URL('v1/join', server);
  /** A solution is used within this time; challenges last an hour. */
  const FRESH_MS = 45 * 60_000;
  /** Nobody is kept waiting for longer after they have pressed the button. */
  const PATIENCE_MS = 30_000;
  /** No challenge of ours takes as many. */
  const MOST_TRIES = 100_000;

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();

  function start() {
    for (const form of document.querySelectorAll('form')) {
      const action = new URL(form.getAttribute('action') ?? '', document.baseURI);
      if (action.origin === target.origin && action.pathname === target.pathname) watch(form);
    }
  }

  function watch(form) {
    let solving;
    let startedAt = 0;
    let state = 'idle';
    const begin = () => {
      if (solving && Date.now() - startedAt < FRESH_MS) return solving;
      startedAt = Date.now();
      solving = solve(idOf(form)).catch(() => {
        solving = undefined;
        return undefined;
      });
      return solving;
    };
    form.addEventListener('focusin', begin, { once: true });
    form.addEventListener('input', begin, { once: true });
    form.addEventListener('submit', async (event) => {
      if (state === 'sending') return;
      event.preventDefault();
      // Whoever presses twice has asked once.
      if (state === 'waiting') return;
      state = 'waiting';
      const notice = element('p', { role: 'status' }, 'One moment, please…');
      form.append(notice);
      const solution = await Promise.race([begin(), pause(PATIENCE_MS)]);
      notice.remove();
      fieldOf(form).value = solution ?? '';
      // While its event is still under way a form does not let itself be sent again.
      await pause(0);
      state = 'sending';
      if (event.submitter) form.requestSubmit(event.submitter);
      else form.requestSubmit();
      state = 'idle';
    });
    // Whoever comes back to the page has spent the solution.
    addEventListener('pageshow', (event) => {
      if (event.persisted) solving = undefined;
    });
  }

  function idOf(form) {
    const field = form.querySelector('[name="formId"]');
    return field ? field.value : '';
  }

  function fieldOf(form) {
    const present = form.querySelector('input[name="altcha"]');
    if (present) return present;
    const field = element('input', { type: 'hidden', name: 'altcha' });
    form.append(field);
    return field;
  }

  function element(name, attributes, ...inside) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  }

  async function solve(formId) {
    const address = new URL('v1/join/challenge', server);
    if (formId) address.searchParams.set('formId', formId);
    const answer = await fetch(address, { headers: { Accept: 'application/json' } });
    if (!answer.ok) return undefined;
    const challenge = await answer.json();
    const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
    const beginning = bytesOf(nonce);
    const password = new Uint8Array(beginning.length + 4);
    password.set(beginning);
    const counting = new DataView(password.buffer, beginning.length);
    const rule = {
      name: 'PBKDF2',
      hash: challenge.parameters.algorithm.replace('PBKDF2/', ''),
      salt: bytesOf(salt),
      iterations: cost,
    };
    for (let counter = 0; counter < MOST_TRIES; counter++) {
      counting.setUint32(0, counter);
      const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
      const derived = await crypto.subtle.deriveBits(rule, key, keyLength * 8);
      const derivedKey = hexOf(new Uint8Array(derived));
      if (derivedKey.startsWith(keyPrefix)) {
        return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
      }
    }
    return undefined;
  }

  function bytesOf(hex) {
    return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  }

  function hexOf(bytes) {
    return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  function pause(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }
})();

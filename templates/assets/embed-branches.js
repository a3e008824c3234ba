/**
 * “Find your branch” for any website, by one tag:
 *
 *   <script src="https://join.example.org/embed/branches.js" defer></script>
 *
 * It draws a form where the tag stands, or in place of what is inside the element that `data-into`
 * names by its id: a plain form there serves visitors without JavaScript, and stays if this script
 * does not arrive. `data-join` is the address of a join page of your own, `data-limit` how many of
 * the nearest branches are shown (1 to 20, default 3).
 *
 * Plain elements with classes that begin with `branchline-`, for your own style sheet. It needs no
 * inline style, no inline script and no `eval`, writes no HTML from texts, keeps nothing, sends no
 * cookie, and asks nobody but the server that it came from.
 */
(() => {
  'use strict';
  const script = document.currentScript;
  if (!script) return;
  const { into, join, limit } = script.dataset;
  const address = (path) => new URL(`../${path}`, script.src);
  const PATIENCE_MS = 10_000;
  /** Filled in by the server. */
  const ATTRIBUTION = '{{ attribution }}';
  const WORDS = {
    empty: 'Please give a postcode, such as M14 5RX or M14.',
    away: 'We cannot look this up just now. Please try again in a minute, or ',
    busy: 'That was a little too quick for us. Please wait a minute and try again.',
    elsewhere: 'look on our own page',
    looking: 'Looking…',
  };

  if (into && document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', start);
  } else {
    start();
  }

  function start() {
    const place = into ? document.getElementById(into) : null;
    const root = element('div', 'branchline');
    build(root);
    if (place) place.replaceChildren(root);
    else script.after(root);
  }

  /** An element with a class, attributes, and texts or elements inside; texts stay texts. */
  function element(name, className, attributes = {}, ...inside) {
    const made = document.createElement(name);
    if (className) made.className = className;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside.filter((one) => one !== null));
    return made;
  }

  function build(root) {
    // Ids have to differ from those of the page, and from another form of this kind on it.
    let number = 1;
    while (document.getElementById(`branchline-postcode-${number}`)) number++;
    const id = `branchline-postcode-${number}`;
    const input = element('input', 'branchline-input', {
      id,
      name: 'postcode',
      type: 'text',
      maxlength: '100',
      autocomplete: 'postal-code',
      autocapitalize: 'characters',
      spellcheck: 'false',
      'aria-required': 'true',
      'aria-describedby': `${id}-hint ${id}-fault`,
    });
    const fault = element('p', 'branchline-fault', { id: `${id}-fault`, role: 'alert' });
    const status = element('p', 'branchline-status', { role: 'status', tabindex: '-1' });
    const answer = element('div', 'branchline-answer');
    const form = element(
      'form',
      'branchline-form',
      { action: address('branches').href, method: 'get', novalidate: '' },
      element('label', 'branchline-label', { for: id }, 'Your postcode'),
      element(
        'p',
        'branchline-hint',
        { id: `${id}-hint` },
        'The first half alone, like M14, works too.',
      ),
      fault,
      input,
      element('button', 'branchline-button', { type: 'submit' }, 'Find your branch'),
    );
    const parts = { input, fault, status, answer };
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void look(parts);
    });
    root.append(form, status, answer);
  }

  /** The question on its way; a new one takes its place. */
  let asking = new AbortController();

  async function look(parts) {
    const postcode = parts.input.value.trim();
    asking.abort();
    asking = new AbortController();
    const mine = asking;
    clear(parts);
    if (postcode === '') {
      refuse(parts, WORDS.empty);
      return;
    }
    parts.status.textContent = WORDS.looking;
    const { status, body } = await ask(postcode, mine);
    if (mine !== asking) return;
    parts.status.textContent = '';
    if (status === 200) show(parts, body);
    else if (status === 422) refuse(parts, body.detail);
    else if (status === 429) parts.status.textContent = WORDS.busy;
    else apologise(parts, postcode);
  }

  async function ask(postcode, controller) {
    const url = address('v1/branches/nearest');
    const wanted = Math.min(20, Math.max(1, Math.trunc(Number(limit)) || 3));
    url.search = new URLSearchParams({ postcode, limit: String(wanted) }).toString();
    const patience = setTimeout(() => controller.abort(), PATIENCE_MS);
    try {
      const response = await fetch(url, {
        signal: controller.signal,
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        headers: { accept: 'application/json' },
      });
      return { status: response.status, body: await response.json() };
    } catch {
      return { status: 0 };
    } finally {
      clearTimeout(patience);
    }
  }

  function clear({ input, fault, status, answer }) {
    input.removeAttribute('aria-invalid');
    fault.textContent = '';
    status.textContent = '';
    answer.replaceChildren();
  }

  function refuse({ input, fault }, words) {
    input.setAttribute('aria-invalid', 'true');
    fault.textContent = words;
    input.focus();
  }

  function apologise({ status }, postcode) {
    const page = address('branches');
    page.search = new URLSearchParams({ postcode }).toString();
    status.append(
      WORDS.away,
      element('a', 'branchline-link', { href: page.href }, WORDS.elsewhere),
      '.',
    );
  }

  /** The status is read out; who wants to know more finds it behind it. */
  function show(parts, found) {
    const { status, answer } = parts;
    const again = (postcode) => {
      parts.input.value = postcode;
      void look(parts);
      // The button that was pressed is gone; where it had the focus, the new answer begins.
      parts.status.focus();
    };
    const { branch, region, organiser, postcode } = found;
    status.textContent = leadWords(found);
    const others = found.nearest.filter(({ slug }) => slug !== branch?.slug);
    const joinPage = new URL(join || address('join').href, document.baseURI);
    joinPage.searchParams.set('postcode', postcode);
    answer.append(
      ...doubt(found, again),
      ...ending(found),
      ...(branch ? [branchBlock(branch, 'branchline-branch')] : []),
      element(
        'p',
        'branchline-organiser',
        {},
        region ? 'Regional organiser: ' : 'National office: ',
        ...contactParts(organiser),
      ),
      ...(others.length > 0
        ? [
            element('p', 'branchline-others-title', {}, 'Other branches nearby'),
            element(
              'ul',
              'branchline-others',
              {},
              ...others.map((one) => element('li', '', {}, branchBlock(one, 'branchline-other'))),
            ),
          ]
        : []),
      ...roughness(found),
      element(
        'p',
        'branchline-join',
        {},
        element('a', 'branchline-link', { href: joinPage.href }, 'Join us'),
      ),
      element('p', 'branchline-attribution', {}, element('small', '', {}, ATTRIBUTION)),
    );
  }

  function leadWords({ branch, region, organiser, postcode }) {
    if (branch) return `${branch.name} looks after ${postcode}.`;
    if (region) return `There is no branch for ${postcode} yet. ${region.name} looks after you.`;
    return `No branch of ours covers ${postcode}. ${organiser.name} looks after you.`;
  }

  function branchBlock({ slug, name, distanceKm, meets, contact }, className) {
    const page = address(`branches/${slug}`).href;
    return element(
      'div',
      className,
      {},
      element('a', 'branchline-link branchline-name', { href: page }, name),
      distanceKm === null ? null : line('branchline-distance', `${miles(distanceKm)} away`),
      meets === null ? null : line('branchline-meets', meets),
      element('p', 'branchline-contact', {}, ...contactParts(contact)),
    );
  }

  function line(className, text) {
    return element('p', className, {}, text);
  }

  function contactParts({ name, phone, email }) {
    const tel = phone && element('a', 'branchline-link', { href: telOf(phone) }, phone);
    const mail = email && element('a', 'branchline-link', { href: `mailto:${email}` }, email);
    return [name, ...(tel ? [', ', tel] : []), ...(mail ? [', ', mail] : [])];
  }

  function telOf(phone) {
    return `tel:${phone.replaceAll(' ', '')}`;
  }

  function miles(km) {
    const whole = Math.round(km / 1.609344);
    if (whole < 1) return `less than a mile (${km} km)`;
    return `about ${whole === 1 ? 'a mile' : `${whole} miles`} (${km} km)`;
  }

  /** What else may have been meant; pressing it looks that up. */
  function doubt({ postcode, didYouMean = [] }, again) {
    if (didYouMean.length === 0) return [];
    const choices = didYouMean.flatMap((other, index) => {
      const button = element('button', 'branchline-other-reading', { type: 'button' }, other);
      button.addEventListener('click', () => again(other));
      return index === 0 ? [button] : [' or ', button];
    });
    const words = `We read this as ${postcode}. Did you mean `;
    return [element('p', 'branchline-reading', {}, words, ...choices, '?')];
  }

  /** That there is no such postcode any more. */
  function ending({ postcode, terminated }) {
    if (terminated === null) return [];
    const month = new Date(`${terminated}-01`).toLocaleDateString('en-GB', {
      month: 'long',
      year: 'numeric',
      timeZone: 'UTC',
    });
    const words = `Royal Mail ended the postcode ${postcode} in ${month}. We went by where it was; if you have a new one, please try that, too.`;
    return [line('branchline-terminated', words)];
  }

  /** Where a distance is measured from, when that is not the postcode itself. */
  function roughness({ postcode, precision }) {
    const from = {
      sector: `the middle of ${postcode.replace(/[A-Z]{2}$/, '')}`,
      outcode: 'the middle of its district',
      area: 'the middle of a large area',
    }[precision];
    if (from === undefined) return [];
    return [
      line('branchline-precision', `Distances are measured from ${from}, so they are rough.`),
    ];
  }
})();

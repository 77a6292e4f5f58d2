/* psabridge: what the page can do beyond HTML. Everything here is a comfort: reading and every form work without it. */
(() => {
  'use strict';
  const root = document.documentElement;
  root.dataset.scripted = ''; // what only works with this script is shown only with it
  const $ = (s, e = document) => e.querySelector(s);
  const all = (s, e = document) => [...e.querySelectorAll(s)];

  // Theme: auto, light, dark. Kept in this browser only.
  const themes = ['auto', 'light', 'dark'];
  const theme = () => { try { return localStorage.getItem('theme') || 'auto'; } catch { return 'auto'; } };
  const paint = (t) => {
    if (t === 'auto') delete root.dataset.theme; else root.dataset.theme = t;
    all('[data-theme-word]').forEach((e) => { e.textContent = t; });
  };
  paint(theme());

  // Relative times grow old on an open page; the absolute one stays in the title.
  const ago = (s) => {
    const a = Math.abs(s), m = Math.floor(a / 60), h = Math.floor(a / 3600), d = Math.floor(a / 86400);
    const t = a < 60 ? Math.floor(a) + ' s' : m < 60 ? m + ' min' : h < 48 ? h + ' h' + (m % 60 && h < 10 ? ' ' + (m % 60) + ' min' : '') : d + ' d';
    return s >= 0 ? t + ' ago' : 'in ' + t;
  };
  const tick = () => all('time[data-rel]').forEach((e) => {
    const t = Date.parse(e.dateTime);
    const text = ago((Date.now() - t) / 1000);
    if (!Number.isNaN(t) && e.textContent !== text) e.textContent = text;
  });
  // A demo or a test shows canned times; the page says so and they stay as they were rendered.
  if (!('still' in root.dataset)) setInterval(tick, 5000);

  // The number of things that need somebody stands in front of the title, and follows the health line.
  const count = () => {
    const e = $('#health');
    if (!e) return;
    const n = Number(e.dataset.needs || 0);
    const bare = document.title.replace(/^\(\d+\) /, '');
    document.title = n > 0 ? '(' + n + ') ' + bare : bare;
  };
  document.addEventListener('htmx:after:swap', count);
  // Nothing polls in a tab nobody looks at.
  document.addEventListener('htmx:before:request', (e) => {
    const src = e.detail && e.detail.ctx && e.detail.ctx.sourceElement;
    if (document.hidden && src && (src.getAttribute('hx-trigger') || '').startsWith('every')) e.preventDefault();
  });

  // A part of the page that does not come says so, in the words that came instead, until it comes; one poll that fails does not.
  let missed = 0, from;
  const lost = (ctx, page) => {
    const e = $('#lost');
    missed = ctx.sourceElement?.getAttribute('hx-trigger')?.startsWith('every') ? missed + 1 : 2;
    if (!e || missed < 2) return;
    const doc = new DOMParser().parseFromString(page || '', 'text/html');
    const said = ['h1', 'h1 ~ p'].map((w) => $(w, doc)?.textContent).join(' ').trim();
    from = ctx.sourceElement;
    $('p', e).textContent = said || e.dataset.silent;
    e.hidden = false;
  };
  document.addEventListener('htmx:error', (e) => { if (e.detail.ctx) lost(e.detail.ctx); });
  document.addEventListener('htmx:response:error', (e) => lost(e.detail.ctx, e.detail.ctx.text));
  document.addEventListener('htmx:after:request', (e) => {
    if (e.detail.ctx.response.status >= 400 || from?.isConnected && from !== e.detail.ctx.sourceElement) return;
    missed = 0;
    const w = $('#lost');
    if (w) w.hidden = true;
  });

  const copy = async (b) => {
    const src = document.getElementById(b.dataset.copy);
    if (!src) return;
    try {
      await navigator.clipboard.writeText(src.value || src.textContent);
      const w = $('[data-word]', b) || b, old = w.textContent;
      w.textContent = 'Copied';
      setTimeout(() => { w.textContent = old; }, 2000);
    } catch { src.hidden = false; if (src.select) src.select(); else getSelection().selectAllChildren(src); } // Ctrl C does the rest
  };

  // A variable goes where the cursor was in the templates of an alert.
  let slot;
  document.addEventListener('focusin', (e) => { if ('slot' in e.target.dataset) slot = e.target; });
  const insert = (text) => {
    const t = slot && slot.isConnected ? slot : $('[data-slot]');
    t.setRangeText(text, t.selectionStart, t.selectionEnd, 'end');
    t.focus();
    t.dispatchEvent(new Event('input', { bubbles: true }));
  };
  // What was computed from a form is of that form as it was; a button names how many are ticked.
  document.addEventListener('input', (e) => {
    const f = e.target.form, s = $('[data-stale]'), n = f && $('[data-n]', f);
    if (s && f && f.id === 'alert-form') s.hidden = false;
    if (n) n.textContent = all(':checked', f).length;
  });

  document.addEventListener('click', (e) => {
    const b = e.target.closest('button');
    if (!b) return;
    if ('themeNext' in b.dataset) {
      const t = themes[(themes.indexOf(theme()) + 1) % 3];
      try { localStorage.setItem('theme', t); } catch { /* a private window forgets it */ }
      paint(t);
    } else if (b.dataset.copy) copy(b);
    else if (b.dataset.insert) insert(b.dataset.insert);
  });

  // A form is sent once: a second click while the first is under way does nothing.
  document.addEventListener('submit', (e) => {
    const f = e.target;
    if (f.method !== 'post') return;
    if (f.dataset.sent) { e.preventDefault(); return; }
    f.dataset.sent = '1';
    if (e.submitter) e.submitter.setAttribute('aria-busy', 'true');
  });
  addEventListener('pageshow', () => all('form[data-sent]').forEach((f) => {
    delete f.dataset.sent;
    all('[aria-busy]', f).forEach((b) => b.removeAttribute('aria-busy'));
  }));

  const start = () => { paint(theme()); count(); const s = $('[data-focus]'); if (s) s.focus(); };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start); else start();
})();

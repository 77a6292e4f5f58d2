/* psabridge: what the keys can do, and where the focus goes. Each key is a short way to what Tab and Enter reach as well. */
(() => {
  'use strict';
  const $ = (s, e = document) => e.querySelector(s);
  const all = (s, e = document) => [...e.querySelectorAll(s)];
  const seen = (e) => e.getClientRects().length > 0;
  const kept = (k) => { try { return localStorage.getItem(k); } catch { return null; } };

  // The tree of organizations: one row of it is a stop for Tab, the arrows do the rest.
  const inTree = '[role=treegrid] tbody tr';
  const level = (r) => Number(r.getAttribute('aria-level'));
  const isOpen = (r) => r.getAttribute('aria-expanded');
  const rows = () => all(inTree).filter((r) => !r.hidden);
  const go = (r) => {
    if (!r) return;
    all(inTree + '[tabindex="0"]').forEach((n) => { n.tabIndex = -1; });
    r.tabIndex = 0;
    r.focus();
  };
  const fold = (r, open) => {
    if (!isOpen(r)) return;
    r.setAttribute('aria-expanded', String(open));
    const b = $('.twist', r);
    if (b) b.setAttribute('aria-label', b.getAttribute('aria-label').replace(/^(Fold|Unfold)/, open ? 'Fold' : 'Unfold'));
    let shut = 0, lost = false;
    for (let n = r.nextElementSibling; n && level(n) > level(r); n = n.nextElementSibling) {
      if (shut && level(n) > shut) { n.hidden = true; continue; }
      shut = open && isOpen(n) === 'false' ? level(n) : 0;
      n.hidden = !open;
      lost ||= !open && (n.tabIndex === 0 || n.contains(document.activeElement));
    }
    if (lost) go(r); // what had the focus, or would have got it, is folded away
  };
  const parent = (list, i) => list.slice(0, i).findLast((r) => level(r) < level(list[i]));

  // Typing the first letters of a name goes to it. A letter that is a key by itself begins a name when it is a capital.
  let typed = '', at = 0;
  const typing = () => Date.now() - at < 1000;
  const ahead = (key, list, i) => {
    typed = (typing() ? typed : '') + key.toLowerCase();
    at = Date.now();
    const from = typed.length > 1 ? i : i + 1;
    go([...list.slice(from), ...list.slice(0, from)].find((r) => $('.tl', r).textContent.trim().toLowerCase().startsWith(typed)));
  };
  const treeKey = (e, r) => {
    const list = rows(), i = list.indexOf(r), k = e.key;
    if (/^[\p{L}\p{N}]$/u.test(k) && (typing() || quiet() || !'egjkpr'.includes(k)) || k === ' ' && typing()) ahead(k, list, i);
    else if (k === 'ArrowDown') go(list[i + 1]);
    else if (k === 'ArrowUp') go(list[i - 1]);
    else if (k === 'Home') go(list[0]);
    else if (k === 'End') go(list.at(-1));
    else if (k === 'ArrowRight') { if (isOpen(r) === 'false') fold(r, true); else if (isOpen(r)) go(list[i + 1]); }
    else if (k === 'ArrowLeft') { if (isOpen(r) === 'true') fold(r, false); else go(parent(list, i)); }
    else if (k === 'Enter') $('a', r)?.click();
    else return;
    e.preventDefault();
  };

  // j and k go from row to row of whatever the page lists, each at what opens it.
  const stops = () => all('main :is(tbody tr:not(.why,.detail),.rows>li,.tasks>li)')
    .filter((r) => !r.parentElement.closest('tr,li'))
    .map((r) => (r.matches(inTree) ? r : $('a.tl', r) || $('a[href],button,input:not([type=hidden]),summary', r)))
    .filter((e) => e && seen(e));
  const walk = (key) => {
    const where = (e) => document.activeElement.compareDocumentPosition(e);
    const to = key === 'j' ? stops().find((e) => where(e) & 4) : stops().findLast((e) => where(e) & 2);
    if (to?.matches(inTree)) go(to); else to?.focus();
  };
  // e opens or closes a branch, or what a row folds away, also in the rows that belong to it.
  const unfold = (t) => {
    const r = t.closest('main :is(tr,li)');
    if (!r) return;
    if (r.matches(inTree)) { fold(r, isOpen(r) !== 'true'); return; }
    let d = t.closest('details');
    if (!r.contains(d)) d = $('details', r);
    for (let n = r.nextElementSibling; !d && n && n.matches('.why,.detail'); n = n.nextElementSibling) d = $('details', n);
    if (d) { d.open = !d.open; $('summary', d).focus(); }
  };
  const nextRetry = () => {
    const list = all('main form[action*="/retry"] button').filter(seen);
    (list.find((e) => document.activeElement.compareDocumentPosition(e) & 4) || list[0])?.focus();
  };

  // Esc closes what is open and gives the focus back; a popover does that by itself.
  let back;
  const seek = (find) => { if (document.activeElement !== find) back = document.activeElement; find.focus(); find.select(); };
  const leave = (t, find) => {
    if ($(':popover-open')) return;
    if (t === find) { if (back?.isConnected && back !== document.body) back.focus(); else find.blur(); return; }
    const d = t.closest('details.ev[open]') || $('details.ev[open]');
    if (!d) return;
    d.open = false;
    if (d.contains(t) || t === document.body) $('summary', d).focus();
  };

  // Whoever speaks to the computer, or hits keys by accident, can switch the single keys off (WCAG 2.1.4).
  const quiet = () => kept('keys') === 'off';
  const word = () => all('[data-keys-word]').forEach((e) => { e.textContent = quiet() ? 'off' : 'on'; });

  const pages = { o: '/organizations', b: '/billing', d: '/deliveries', s: '/sources', t: '/tickets', h: '/' };
  let g = 0;
  const single = (e, find) => {
    const k = e.key;
    if (k === '?') document.getElementById('keys')?.togglePopover();
    else if ($(':popover-open')) return;
    else if (k === '/' && find) seek(find);
    else if (k === 'g') g = Date.now();
    else if (k === 'j' || k === 'k') walk(k);
    else if (k === 'e') unfold(e.target);
    else if (k === 'r') nextRetry();
    else if (k === 'p') $('main [data-key=p]')?.click();
    else return;
    e.preventDefault();
  };
  document.addEventListener('keydown', (e) => {
    const find = $('.find input'), t = e.target;
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k' && find) { e.preventDefault(); seek(find); return; }
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (e.key === 'Escape') { leave(t, find); return; }
    if (t.closest('input:not([type=checkbox],[type=radio]),select,textarea,[contenteditable]')) return;
    const went = Date.now() - g < 1500 && pages[e.key];
    g = 0;
    if (went) { location.assign(went); return; }
    if (t.matches(inTree)) treeKey(e, t);
    if (!e.defaultPrevented && !quiet()) single(e, find);
  });
  // The Enter that follows a link of the summary of errors is not also one in the field it leads to, which would send the form.
  let pressed;
  document.addEventListener('keydown', (e) => { pressed = e.target; }, true);
  document.addEventListener('keypress', (e) => { if (e.key === 'Enter' && e.target !== pressed) e.preventDefault(); }, true);

  document.addEventListener('click', (e) => {
    const b = e.target.closest('button');
    if (!b) return;
    if ('keysNext' in b.dataset) { try { localStorage.setItem('keys', quiet() ? 'on' : 'off'); } catch { /* a private window forgets it */ } word(); }
    else if (b.classList.contains('twist')) { const r = b.closest('tr'); fold(r, isOpen(r) !== 'true'); }
  });

  // The list of keys is read where it opens; a popover gives the focus back by itself.
  document.addEventListener('toggle', (e) => { if (e.newState === 'open' && e.target.matches('[popover][tabindex]')) e.target.focus(); }, true);

  // A part that comes anew may take away what had the focus: it goes to the heading of that part.
  const toHeading = (within) => { const h = $('h1,h2,h3,h4', within); if (h) { h.tabIndex = -1; h.focus(); } return !!h; };
  let held = [];
  document.addEventListener('htmx:before:swap', () => {
    held = [];
    for (let e = document.activeElement; e && e !== document.body; e = e.parentElement) if (e.id) held.push(e.id);
  });
  document.addEventListener('htmx:after:swap', () => {
    if (document.activeElement === document.body) held.some((id) => { const e = document.getElementById(id); return e && toHeading(e); });
    held = [];
  });
  // The same when the whole page comes anew because what it showed has ended.
  document.addEventListener('htmx:after:request', (e) => {
    try { if (e.detail.ctx.hx.refresh && document.activeElement !== document.body) sessionStorage.setItem('ended', location.pathname); } catch { /* the focus begins at the top */ }
  });
  // What stays in place hides nothing that gets the focus, however many lines it has (WCAG 2.4.11).
  const bars = { '.health': 'scrollPaddingTop', '.tot': 'scrollPaddingBottom' };
  const room = () => Object.entries(bars).forEach(([s, side]) => {
    const e = $(s);
    if (e) document.documentElement.style[side] = getComputedStyle(e).position === 'sticky' ? e.offsetHeight + 16 + 'px' : '';
  });
  const start = () => {
    word();
    const bar = new ResizeObserver(room);
    all(Object.keys(bars).join()).forEach((e) => bar.observe(e));
    try {
      if (sessionStorage.getItem('ended') === location.pathname && !$('[data-focus]')) toHeading($('main'));
      sessionStorage.removeItem('ended');
    } catch { /* the same */ }
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start); else start();
})();

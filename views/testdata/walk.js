// walk goes through a page as the Tab key does and returns what is wrong on the way: a control that cannot be reached or is
// reached out of order, shows no focus, lies under the bars that stay in place when it has the focus, or is too small to hit.
// Tab follows the document's order as long as no tabindex is above zero, so no key has to be pressed for it.
// Not whole, it leaves out what is the same on every page, the rail and the top line, and looks at two controls of each kind.
((whole) => {
  const wrong = [], most = 120;
  const say = (what, e) => wrong.push(what + ': ' + e.outerHTML.replace(/\s+/g, ' ').slice(0, 140));
  const all = (s, e = document) => [...e.querySelectorAll(s)];
  const native = 'a[href],area[href],button,input:not([type=hidden]),select,textarea,summary';
  const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
  const inGrid = (e) => e.closest('[role=treegrid] tbody tr'); // one stop, the arrows do the rest
  const stops = (within) => all(native + ',[tabindex]', within).filter((e) => seen(e) && !e.matches(':disabled,main,[aria-hidden=true]') &&
    (within !== document || !e.closest(':popover-open')));
  // A radio group is one stop.
  const tabbed = (list) => list.filter((e) => e.tabIndex >= 0 && !(e.type === 'radio' && !e.checked && all('input[type=radio]', e.form || document).some((r) => r.name === e.name && (r.checked || r.compareDocumentPosition(e) & 4))));

  const look = (e) => { const c = getComputedStyle(e); return [c.outlineStyle === 'none' ? '' : c.outlineStyle + c.outlineWidth + c.outlineColor, c.boxShadow, c.borderColor, c.textDecorationLine].join('|'); };
  const face = (e) => (e.matches('input[type=radio],input[type=checkbox],input[type=file]') && !seen(e) ? e.closest('label') : e);
  const under = (e) => {
    for (const r of e.getClientRects()) {
      const x0 = Math.max(r.left, 0), x1 = Math.min(r.right, innerWidth), y0 = Math.max(r.top, 0), y1 = Math.min(r.bottom, innerHeight);
      if (x1 <= x0 || y1 <= y0) continue;
      for (const [fx, fy] of [[.5, .5], [.02, .02], [.98, .98], [.02, .98], [.98, .02]]) {
        const at = document.elementFromPoint(x0 + (x1 - x0) * fx, y0 + (y1 - y0) * fy);
        if (at && (e.contains(at) || at.contains(e) && !at.matches('html,body') || at.closest('label')?.control === e)) return false;
      }
    }
    return true;
  };
  // Forward every stop is looked at, backward only whether the bar above hides it.
  const focus = (e, before) => {
    e.focus({ focusVisible: true });
    if (document.activeElement !== e) return say('cannot have the focus', e);
    if (before !== undefined && look(face(e)) === before) say('shows no focus', e);
    if (under(e)) say('is hidden when it has the focus', e);
  };

  // What a finger or an unsteady hand has to hit (WCAG 2.5.8): 24 px, or as much room around it, or a word of a sentence.
  const box = (e) => {
    const l = e.matches('input') && e.closest('label');
    const r = (l || e).getBoundingClientRect();
    return { e, x: r.left, y: r.top, w: r.width, h: r.height, cx: r.left + r.width / 2, cy: r.top + r.height / 2 };
  };
  const sentence = (e) => getComputedStyle(e).display === 'inline' && e.getClientRects().length > 0 && e.parentElement.textContent.trim() !== e.textContent.trim();
  const tooSmall = (list) => {
    const boxes = list.map(box), small = (b) => b.w < 23.9 || b.h < 23.9;
    boxes.filter((b) => small(b) && !sentence(b.e)).forEach((b) => {
      const close = boxes.some((o) => {
        if (o.e === b.e || o.e.contains(b.e) || b.e.contains(o.e)) return false;
        if (small(o) && Math.hypot(o.cx - b.cx, o.cy - b.cy) < 24) return true;
        const dx = Math.max(o.x - b.cx, 0, b.cx - o.x - o.w), dy = Math.max(o.y - b.cy, 0, b.cy - o.y - o.h);
        return Math.hypot(dx, dy) < 12;
      });
      if (close) say('is ' + Math.round(b.w) + ' × ' + Math.round(b.h) + ' px and close to another', b.e);
    });
  };

  const through = (within) => {
    const list = stops(within), way = tabbed(list);
    list.filter((e) => e.tabIndex < 0 && e.matches(native) && !inGrid(e)).forEach((e) => say('cannot be reached', e));
    way.filter((e) => e.tabIndex > 0).forEach((e) => say('is reached out of order', e));
    way.filter((e) => e.matches('[tabindex]:not(' + native + ')') && !e.getAttribute('role') && !e.matches('pre,[tabindex="0"][aria-label]')).forEach((e) => say('has the focus and no role', e));
    const kinds = new Map();
    const mine = whole ? way : way.filter((e) => {
      const kind = [e.tagName, e.type, e.className, e.parentElement.tagName, e.parentElement.className].join();
      kinds.set(kind, (kinds.get(kind) || 0) + 1);
      return !e.closest('.shell > :not(main)') && kinds.get(kind) <= 2 || e === way.at(-1);
    });
    const some = mine.length > most ? mine.filter((_, i) => i < most / 2 || i >= mine.length - most / 2) : mine;
    document.activeElement.blur();
    const before = some.map((e) => look(face(e)));
    some.forEach((e, i) => focus(e, before[i]));
    if (document.documentElement.scrollHeight > innerHeight) some.slice().reverse().forEach((e) => focus(e));
    tooSmall(mine.length < way.length ? way.filter((e) => e.closest('main')) : mine);
    return way;
  };

  // What is wrong with a form is told where the focus is, and each line of it leads to its field.
  const errors = () => {
    const fields = all('[aria-invalid=true]'), top = document.querySelector('[data-focus]');
    if (fields.length > 0 && !top && document.activeElement !== fields[0]) say('is wrong and no summary says so', fields[0]);
    if (top && !(top.matches('[role=alert],[role=status]') && top.tabIndex === -1)) say('is not announced', top);
    if (top && document.activeElement !== top) say('does not get the focus', top);
    fields.filter((e) => !document.getElementById(e.getAttribute('aria-describedby'))?.textContent.trim()).forEach((e) => say('is wrong and does not say why', e));
    all('[data-focus] a[href^="#"]').forEach((a) => {
      const to = document.getElementById(a.hash.slice(1));
      if (!to || !to.matches(native) && !to.querySelector(native)) say('leads to no field', a);
    });
  };
  if (!window.walked && !location.pathname.startsWith('/ui/')) errors(); // not where components stand alone
  window.walked = true;

  // What folds is open meanwhile; what lies over the page when it is open is opened one after the other.
  const over = all('details.ev:not([open])');
  const folded = all('details:not([open])').filter((d) => !over.includes(d));
  const names = all('details[name]').map((d) => [d, d.getAttribute('name')]);
  names.forEach(([d]) => d.removeAttribute('name'));
  folded.forEach((d) => { d.open = true; });
  all('main *').filter((e) => seen(e) && (/^(row|column)-reverse$/.test(getComputedStyle(e).flexDirection) || Number(getComputedStyle(e).order) !== 0)).forEach((e) => say('stands elsewhere than it is read', e));
  const way = through(document);
  const skip = document.querySelector('.skip');
  if (skip && way[0] !== skip) say('comes before the skip link', way[0]);
  if (skip && !document.querySelector(skip.hash)?.matches('main[tabindex="-1"]')) say('leads nowhere', skip);
  over.filter((d, i) => seen(d) && (i < 2 || i >= over.length - 2)).forEach((d) => { d.open = true; through(d); d.open = false; });
  if (whole) all('[popover]').forEach((p) => {
    if (getComputedStyle(p).position !== 'fixed' && seen(p)) return; // a bar of the page at this width
    p.showPopover();
    through(p);
    p.hidePopover();
  });
  folded.forEach((d) => { d.open = false; });
  names.forEach(([d, n]) => d.setAttribute('name', n));
  document.activeElement.blur();
  scrollTo(0, 0);
  return JSON.stringify({ wrong, stops: way.length, bare: !skip });
})(WHOLE)

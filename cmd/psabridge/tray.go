//go:build !darwin || cgo

package main

import (
	"context"
	"fmt"
	"log"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"fyne.io/systray"

	"psabridge/app"
)

// How often the icon looks by itself, how long a system may take to show it, and how long to take it away.
const (
	trayEvery = 15 * time.Second
	trayReady = 10 * time.Second
	trayGone  = 2 * time.Second
)

// trayNoPlace is said where the system was asked for a place and gave none.
const trayNoPlace = "this desktop has no place for it"

// run shows the icon until ctx ends or the person quits, and returns at once where there can be none. macOS wants it on the
// program's first thread, so it has to be called from there.
func (t *tray) run(ctx context.Context, quit func()) {
	if t.opts.flags.NoTray {
		t.none("switched off by --no-tray")
		return
	}
	if why := trayMissing(); why != "" {
		t.none(why)
		return
	}
	defer quiet(t)()
	m := &trayMenu{tray: t, quit: quit, ready: make(chan struct{}), clicks: make(chan func(context.Context), 8)}
	m.last = t.look(ctx)
	m.before()
	go func() {
		select { // to end what has not begun would be forgotten
		case <-m.ready:
			<-ctx.Done()
			systray.Quit()
		case <-ctx.Done():
		}
	}()
	if runtime.GOOS == "darwin" {
		systray.Run(func() { m.show(ctx) }, quit) // an end of the session ends us too
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // a window belongs to the thread that made it
		defer m.survive()
		systray.Run(func() { m.show(ctx) }, quit) // an end of the session ends us too
	}()
	m.wait(ctx, done)
}

// wait returns when the program is to end. A desktop that never takes the icon away does not keep it.
func (m *trayMenu) wait(ctx context.Context, done <-chan struct{}) {
	late := time.NewTimer(trayReady)
	defer late.Stop()
	select {
	case <-m.ready:
	case <-ctx.Done():
	case <-late.C:
		m.none(trayNoPlace)
	}
	<-ctx.Done()
	select {
	case <-done:
	case <-time.After(trayGone):
	}
}

// survive keeps a defect of the desktop's from ending the bridge.
func (m *trayMenu) survive() {
	if v := recover(); v != nil {
		m.none("it failed")
		m.log.Error("tray failed", "error", fmt.Sprint(v))
	}
}

// quiet sends what the library prints into the log, where it cannot be taken for an answer.
func quiet(t *tray) (undo func()) {
	was, flags := log.Writer(), log.Flags()
	log.SetFlags(0)
	log.SetOutput(trayLog{t})
	return func() { log.SetOutput(was); log.SetFlags(flags) }
}

// trayLog is the library's log.
type trayLog struct{ *tray }

// Write notes a line. One that says that Windows gave no place is why there is no icon.
func (l trayLog) Write(p []byte) (int, error) {
	line := strings.TrimSpace(string(p))
	l.log.Debug("tray", "said", line)
	if strings.Contains(line, "unable to init instance") {
		l.none(trayNoPlace)
	}
	return len(p), nil
}

// trayMenu is the icon while it is shown. One goroutine changes it.
type trayMenu struct {
	*tray
	quit   func()
	ready  chan struct{}
	clicks chan func(context.Context)
	last   trayLook

	open, pause, check, failed, login, leave *systray.MenuItem

	once sync.Once
}

// before sets what the system asks for as soon as the icon is there.
func (m *trayMenu) before() {
	if runtime.GOOS != "darwin" { // there a click shows the menu, as everywhere else on that system
		systray.SetOnTapped(func() { m.click(m.openPage) })
	}
	if runtime.GOOS != "darwin" && runtime.GOOS != "windows" { // these can be told only afterwards
		systray.SetTitle("psabridge")
		m.picture()
	}
}

// show builds the menu; the system calls it when the icon is there.
func (m *trayMenu) show(ctx context.Context) {
	m.picture()
	m.open = m.item("Open", "Open the page, signed in", m.openPage)
	systray.AddSeparator()
	m.pause = m.item("", "", m.togglePause)
	m.check = m.item("Check now", "Read every source now", m.checkNow)
	m.failed = m.item("", "", m.openFailed)
	systray.AddSeparator()
	m.login = systray.AddMenuItemCheckbox(loginTitle(), "", m.last.login.On)
	m.follow(m.login, m.toggleLogin)
	systray.AddSeparator()
	m.leave = m.item("Quit – nothing is read or sent until psabridge is started again", "", func(context.Context) { m.quit() })
	m.draw(trayLook{}, m.last)
	m.once.Do(func() { close(m.ready) })
	m.say(trayShown)
	go m.loop(ctx)
}

func loginTitle() string {
	if runtime.GOOS == "windows" {
		return "Start with Windows"
	}
	return "Start at login"
}

func (m *trayMenu) item(title, tip string, f func(context.Context)) *systray.MenuItem {
	one := systray.AddMenuItem(title, tip)
	m.follow(one, f)
	return one
}

// follow waits for clicks: the library drops one that nobody waits for.
func (m *trayMenu) follow(one *systray.MenuItem, f func(context.Context)) {
	go func() {
		for range one.ClickedCh {
			m.click(f)
		}
	}()
}

func (m *trayMenu) click(f func(context.Context)) {
	select {
	case m.clicks <- f:
	default: // eight clicks wait already
	}
}

// loop keeps the icon right, and does what is clicked beside that: none of it may keep the next click waiting.
func (m *trayMenu) loop(ctx context.Context) {
	defer m.survive()
	go trayWatch(ctx, m.tray)
	tick := time.NewTicker(trayEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-m.clicks:
			go func() {
				defer m.survive()
				f(ctx)
				m.refresh()
			}()
			continue
		case <-tick.C:
		case <-m.stale:
		case <-systray.TrayOpenedCh:
		}
		if next := m.look(ctx); ctx.Err() == nil {
			m.draw(m.last, next)
			m.last = next
		}
	}
}

// picture sets icon and tooltip.
func (m *trayMenu) picture() {
	systray.SetIcon(icon(m.last.icon))
	systray.SetTooltip(m.last.tip)
}

// draw changes what differs: every call goes to the desktop.
func (m *trayMenu) draw(was, is trayLook) {
	if was.icon != is.icon {
		systray.SetIcon(icon(is.icon))
	}
	if was.tip != is.tip {
		systray.SetTooltip(is.tip)
	}
	if was.icon == "" || was.paused != is.paused {
		m.pause.SetTitle(pauseTitle(is.paused))
	}
	if was.icon == "" || was.err != is.err {
		m.failed.SetTitle(failedTitle(is.err))
		able(m.failed, is.err != "")
	}
	if was.icon == "" || was.login.On != is.login.On || was.login.Cannot != is.login.Cannot {
		tick(m.login, is.login.On)
		m.login.SetTooltip(is.login.Cannot)
		able(m.login, is.login.On || is.login.Cannot == "")
	}
}

func pauseTitle(paused bool) string {
	if paused {
		return "Resume"
	}
	return "Pause 1 h"
}

func failedTitle(err string) string {
	if err == "" {
		return "Last error…"
	}
	return "Last error: " + err
}

func able(one *systray.MenuItem, yes bool) {
	if yes {
		one.Enable()
	} else {
		one.Disable()
	}
}

func tick(one *systray.MenuItem, yes bool) {
	if yes {
		one.Check()
	} else {
		one.Uncheck()
	}
}

func (m *trayMenu) openPage(ctx context.Context) { m.showPage(ctx, "") }

func (m *trayMenu) openFailed(ctx context.Context) {
	look := m.look(ctx)
	m.showPage(ctx, look.page)
}

// showPage opens a page of ours, signed in.
func (m *trayMenu) showPage(ctx context.Context, page string) {
	if err := openBrowser(ctx, m.opts.Dir, m.launchTo(page)); err != nil {
		m.log.Warn("no browser could be opened", "error", err)
	}
}

// pauseFor is how long the menu pauses; the page offers other lengths.
const pauseFor = time.Hour

func (m *trayMenu) togglePause(ctx context.Context) {
	g, err := m.pages.Glance(ctx)
	switch {
	case err != nil:
	case g.Paused():
		err = m.resume(ctx)
	default:
		err = m.bridge.pause(ctx, time.Now().Add(pauseFor), "from the tray")
	}
	m.failedTo("pause", err)
}

func (m *trayMenu) checkNow(ctx context.Context) {
	doc, err := m.document(ctx)
	m.failedTo("check", err)
	var all sync.WaitGroup
	for _, src := range slices.DeleteFunc(slices.Clone(doc.Sources), app.SourceSettings.Pushed) {
		all.Go(func() {
			_, err := m.sync(ctx, src.Name)
			m.failedTo("check", err)
		})
	}
	all.Wait()
}

func (m *trayMenu) toggleLogin(context.Context) {
	item, _, err := m.opts.flags.loginItem(m.opts.Demo)
	if err == nil {
		_, err = m.opts.flags.startAtLogin(!item.On, m.opts.Demo)
	}
	m.failedTo("start at login", err)
}

func (m *trayMenu) failedTo(what string, err error) {
	if err != nil {
		m.log.Warn("the tray could not do it", "what", what, "error", err)
	}
}

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"psabridge/app/sandbox/sample"
)

// Running are the vendors on loopback ports, with a mail server and a chat. The
// look pages are on ConnectWise's port, below /_look/.
type Running struct {
	ConnectWiseURL, X360SyncURL, AxcientURL, LookURL string
	// WebhookURL is where the chat takes posts, with the part that is secret.
	WebhookURL string

	MSP         *sample.MSP
	ConnectWise *ConnectWise
	X360Sync    *X360Sync
	Axcient     *Axcient
	Mailbox     *Mailbox
	Chat        *Chat

	servers []*http.Server
	live    sync.Once
	move    func(changed func(sample.Change)) // until Stop or the end of Start's context, whichever is first
	stop    context.CancelFunc
}

// Start serves the vendors on 127.0.0.1 until Stop is called or ctx ends.
func Start(ctx context.Context, opts Options) (*Running, error) {
	quirks := opts.initialQuirks()
	sync := opts.initialSyncQuirks()
	if err := errors.Join(quirks.Validate(), sync.Validate(), opts.AxcientQuirks.Validate()); err != nil {
		return nil, err
	}
	now := opts.clock()
	msp := opts.MSP
	if msp == nil {
		msp = sample.New(max(1, opts.Seed), now())
		if opts.Trouble {
			sample.WithTrouble(msp)
		}
	}
	cw, x, ax, chat := NewConnectWise(msp, opts), NewX360Sync(msp, opts), NewAxcient(msp, opts), NewChat(opts)
	ctx, stop := context.WithCancel(ctx)
	r := &Running{MSP: msp, ConnectWise: cw, X360Sync: x, Axcient: ax, Chat: chat, stop: stop}
	r.move = func(changed func(sample.Change)) { go sample.NewLive(msp, now()).Run(ctx, now, changed) }

	var err error
	if r.Mailbox, err = StartMailbox(ctx, opts.mail()); err != nil {
		return nil, errors.Join(err, r.Stop())
	}
	mux := http.NewServeMux()
	mux.Handle("/", cw)
	look := Look(cw, x, ax, r.Mailbox, chat)
	mux.Handle("/_look/", look)
	mux.Handle("/v4_6_release/services/", look)
	mux.Handle("/v4_6_release/ConnectWise.aspx", look)
	if r.ConnectWiseURL, err = r.listen(ctx, opts.ConnectWisePort, mux); err != nil {
		return nil, errors.Join(err, r.Stop())
	}
	if r.X360SyncURL, err = r.listen(ctx, opts.X360SyncPort, x); err != nil {
		return nil, errors.Join(err, r.Stop())
	}
	if r.AxcientURL, err = r.listen(ctx, opts.AxcientPort, ax); err != nil {
		return nil, errors.Join(err, r.Stop())
	}
	if r.WebhookURL, err = r.listen(ctx, opts.ChatPort, chat); err != nil {
		return nil, errors.Join(err, r.Stop())
	}
	r.WebhookURL += sample.ChatPath
	r.LookURL = r.ConnectWiseURL + "/_look/"
	if opts.Live {
		r.GoLive(nil)
	}
	context.AfterFunc(ctx, func() { _ = r.Stop() })
	return r, nil
}

func (r *Running) listen(ctx context.Context, port int, h http.Handler) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return "", fmt.Errorf("sandbox: %w", err)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	r.servers = append(r.servers, s)
	go func() { _ = s.Serve(l) }() // ends with ErrServerClosed
	return "http://" + l.Addr().String(), nil
}

// GoLive lets the world move from now on; each change is told to changed, which
// may be nil. Calling it twice moves it no faster.
func (r *Running) GoLive(changed func(sample.Change)) {
	r.live.Do(func() { r.move(changed) })
}

// Settings is the settings document for ConnectWise and x360Sync alone.
func (r *Running) Settings() []byte { return r.MSP.Settings(r.ConnectWiseURL, r.X360SyncURL) }

// AllSettings is the settings document with a source of every kind, and with
// the mail server and the chat to tell people by.
func (r *Running) AllSettings() []byte {
	return r.MSP.AllSettings(r.ConnectWiseURL, r.X360SyncURL, r.AxcientURL, r.Mailbox.Host(), r.Mailbox.Port())
}

// AllSecrets are the credentials that belong to AllSettings. The webhook's
// address is among them, because it names a port.
func (r *Running) AllSecrets() []sample.Secret {
	return append(sample.AllSecrets(), sample.Secret{Name: sample.SecretWebhook, Value: r.WebhookURL})
}

// mail is how the mail server of Start behaves.
func (o Options) mail() MailOptions {
	m := o.Mail
	m.Now = o.clock()
	if m.User == "" {
		m.User, m.Password = sample.MailUser, sample.MailPassword
	}
	return m
}

// Stop ends the servers and the moving. It may be called more than once.
func (r *Running) Stop() error {
	r.stop()
	var errs []error
	if r.Mailbox != nil {
		errs = append(errs, r.Mailbox.Stop())
	}
	for _, s := range r.servers {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

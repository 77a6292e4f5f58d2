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

// Running are the vendors on loopback ports. The look pages are on
// ConnectWise's port, below /_look/.
type Running struct {
	ConnectWiseURL, X360SyncURL, AxcientURL, LookURL string

	MSP         *sample.MSP
	ConnectWise *ConnectWise
	X360Sync    *X360Sync
	Axcient     *Axcient

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
	cw, x, ax := NewConnectWise(msp, opts), NewX360Sync(msp, opts), NewAxcient(msp, opts)
	ctx, stop := context.WithCancel(ctx)
	r := &Running{MSP: msp, ConnectWise: cw, X360Sync: x, Axcient: ax, stop: stop}
	r.move = func(changed func(sample.Change)) { go sample.NewLive(msp, now()).Run(ctx, now, changed) }

	mux := http.NewServeMux()
	mux.Handle("/", cw)
	look := Look(cw, x, ax)
	mux.Handle("/_look/", look)
	mux.Handle("/v4_6_release/services/", look)
	mux.Handle("/v4_6_release/ConnectWise.aspx", look)
	var err error
	if r.ConnectWiseURL, err = r.listen(ctx, opts.ConnectWisePort, mux); err != nil {
		return nil, errors.Join(err, r.Stop())
	}
	if r.X360SyncURL, err = r.listen(ctx, opts.X360SyncPort, x); err != nil {
		return nil, errors.Join(err, r.Stop())
	}
	if r.AxcientURL, err = r.listen(ctx, opts.AxcientPort, ax); err != nil {
		return nil, errors.Join(err, r.Stop())
	}
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

// AllSettings is the settings document with a source of every kind.
func (r *Running) AllSettings() []byte {
	return r.MSP.AllSettings(r.ConnectWiseURL, r.X360SyncURL, r.AxcientURL)
}

// Stop ends the servers and the moving. It may be called more than once.
func (r *Running) Stop() error {
	r.stop()
	var errs []error
	for _, s := range r.servers {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

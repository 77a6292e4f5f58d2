package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"psabridge/app/sandbox/sample"
)

// Running is a pair of vendors on loopback ports. The look pages are on
// ConnectWise's port, below /_look/.
type Running struct {
	ConnectWiseURL, X360SyncURL, LookURL string

	MSP         *sample.MSP
	ConnectWise *ConnectWise
	X360Sync    *X360Sync

	servers []*http.Server
	live    context.CancelFunc
	ctx     context.Context
	now     func() time.Time
	done    chan struct{}
}

// Start serves both vendors on 127.0.0.1 until Stop is called or ctx ends.
func Start(ctx context.Context, opts Options) (*Running, error) {
	now := opts.clock()
	msp := opts.MSP
	if msp == nil {
		msp = sample.New(max(1, opts.Seed), now())
	}
	cw, x := NewConnectWise(msp, opts), NewX360Sync(msp, opts)
	r := &Running{MSP: msp, ConnectWise: cw, X360Sync: x, ctx: ctx, now: now, done: make(chan struct{})}

	mux := http.NewServeMux()
	mux.Handle("/", cw)
	mux.Handle("/_look/", Look(cw, x))
	var err error
	if r.ConnectWiseURL, err = r.listen(opts.ConnectWisePort, mux); err != nil {
		return nil, err
	}
	if r.X360SyncURL, err = r.listen(opts.X360SyncPort, x); err != nil {
		return nil, errors.Join(err, r.close())
	}
	r.LookURL = r.ConnectWiseURL + "/_look/"
	if opts.Live {
		r.GoLive(nil)
	}
	go func() {
		select {
		case <-ctx.Done():
			_ = r.close()
		case <-r.done:
		}
	}()
	return r, nil
}

func (r *Running) listen(port int, h http.Handler) (string, error) {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
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
	if r.live != nil {
		return
	}
	ctx, cancel := context.WithCancel(r.ctx)
	r.live = cancel
	go sample.NewLive(r.MSP, r.now()).Run(ctx, r.now, changed)
}

// Settings is the settings document for these two addresses.
func (r *Running) Settings() []byte { return r.MSP.Settings(r.ConnectWiseURL, r.X360SyncURL) }

// Stop ends the servers. It may be called more than once.
func (r *Running) Stop() error {
	select {
	case <-r.done:
		return nil
	default:
		close(r.done)
	}
	return r.close()
}

func (r *Running) close() error {
	if r.live != nil {
		r.live()
	}
	var errs []error
	for _, s := range r.servers {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

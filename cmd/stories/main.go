// Command stories shows every component and every page in all the states it can be in, with canned data, on a loopback port.
// It is for those who build the pages; nothing of it is in the program.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"time"

	"psabridge/views/stories"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("stories", flag.ContinueOnError)
	port := set.Int("port", 7372, "port to listen on (0: any free one)")
	if err := set.Parse(args); err != nil {
		return err
	}
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		return err
	}
	fmt.Printf("The stories are at http://%s/ (Ctrl C ends them)\n", l.Addr())
	srv := &http.Server{Handler: stories.Handler(), ReadHeaderTimeout: 10 * time.Second} //nolint:contextcheck // a story is rendered with its request's
	defer context.AfterFunc(ctx, func() { _ = srv.Close() })()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

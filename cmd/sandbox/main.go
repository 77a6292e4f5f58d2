// Command sandbox serves a ConnectWise, an x360Sync and an Axcient API on loopback
// ports, with a mail server and a chat to be told by, for trying psabridge, or a script, against something it cannot tell from the real
// thing. Nothing outside this machine is reached and nothing is kept.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// flags are what the command line can say.
type flags struct {
	port, syncPort int
	axcientPort    int
	mailPort       int
	chatPort       int
	all            bool
	settings       string
	secrets        bool
	live           bool
	seed           uint64
	lag            time.Duration
	limit          int
	cloud          bool
	authCode       bool
	trouble        bool
	quirks         sandbox.Quirks
	sync           sandbox.SyncQuirks
	axcient        sandbox.AxcientQuirks
}

func parse(args []string, errs io.Writer) (flags, error) {
	var f flags
	set := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	set.SetOutput(errs)
	set.IntVar(&f.port, "port", 7370, "port of ConnectWise; x360Sync takes the next one, then come Axcient, the mail server and the chat (0: any free ports)")
	set.IntVar(&f.syncPort, "sync-port", 0, "port of x360Sync, where it is not the next one")
	set.IntVar(&f.axcientPort, "axcient-port", 0, "port of Axcient, where it is not the second next one")
	set.IntVar(&f.mailPort, "mail-port", 0, "port of the mail server, where it is not the third next one")
	set.IntVar(&f.chatPort, "chat-port", 0, "port of the chat, where it is not the fourth next one")
	set.BoolVar(&f.all, "all-sources", false, "settings and credentials of x360Cloud, an inbox, the mail server and the chat too, not of x360Sync alone")
	set.StringVar(&f.settings, "write-settings", "", "write the settings document for psabridge to this `file`")
	set.BoolVar(&f.secrets, "print-secrets", false, "print the credentials as name=value lines")
	set.BoolVar(&f.live, "live", false, "let the world move: servers disconnect, people join, quotas fill")
	set.Uint64Var(&f.seed, "seed", 1, "the sample provider's seed")
	set.DurationVar(&f.lag, "search-lag", 0, "how long a ConnectWise search does not see what was just created")
	set.IntVar(&f.limit, "requests-per-minute", 0, "ConnectWise's rate limit (0: none)")
	set.BoolVar(&f.cloud, "cloud", false, "behave as the hosted ConnectWise: versioned codebase, 404 for wrong keys")
	set.BoolVar(&f.authCode, "auth-code", false, "x360Sync asks for the two-step code "+sample.SyncAuthCode)
	set.BoolVar(&f.trouble, "trouble", false, "add twins, near misses and odd names to ConnectWise's companies, agreements, products and boards")
	quirkFlags(set, &f.quirks)
	sourceFlags(set, &f.sync, &f.axcient)
	if err := set.Parse(args); err != nil {
		return f, err
	}
	if err := errors.Join(f.quirks.Validate(), f.sync.Validate(), f.axcient.Validate()); err != nil {
		fmt.Fprintln(errs, err)
		return f, err
	}
	if set.NArg() > 0 {
		fmt.Fprintf(errs, "sandbox takes no arguments: %q\n", set.Args())
		return f, flag.ErrHelp
	}
	f.ports()
	return f, nil
}

// ports gives everything that was not given a port the next one in the row.
func (f *flags) ports() {
	if f.port == 0 {
		return
	}
	for i, port := range []*int{&f.syncPort, &f.axcientPort, &f.mailPort, &f.chatPort} {
		if *port == 0 {
			*port = f.port + 1 + i
		}
	}
}

// run serves until ctx ends. 0 is done, 1 something is wrong and said, 2 wrong usage.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	f, err := parse(args, errs)
	if err != nil {
		return 2
	}
	r, err := sandbox.Start(ctx, sandbox.Options{
		Seed: f.seed, ConnectWisePort: f.port, X360SyncPort: f.syncPort, AxcientPort: f.axcientPort, Mail: sandbox.MailOptions{Port: f.mailPort}, ChatPort: f.chatPort, SearchLag: f.lag, RequestsPerMinute: f.limit, Cloud: f.cloud, AuthCode: f.authCode,
		Trouble: f.trouble, Quirks: f.quirks, SyncQuirks: f.sync, AxcientQuirks: f.axcient,
	})
	if err != nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	defer func() { _ = r.Stop() }()
	if f.settings != "" {
		doc := r.Settings()
		if f.all {
			doc = r.AllSettings()
		}
		if err := os.WriteFile(f.settings, doc, 0o600); err != nil {
			fmt.Fprintln(errs, err)
			return 1
		}
	}
	announce(out, r, f)
	if f.live {
		r.GoLive(func(c sample.Change) { fmt.Fprintf(out, "%s  %s\n", c.At.Local().Format("15:04:05"), c.Text) })
	}
	<-ctx.Done()
	return 0
}

func announce(out io.Writer, r *sandbox.Running, f flags) {
	fmt.Fprintf(out, "ConnectWise at %s (company %s, client id %s)\n", r.ConnectWiseURL, sample.CompanyID, sample.ClientID)
	fmt.Fprintf(out, "x360Sync at %s (user %s, client id %s, organization %d)\n", r.X360SyncURL, sample.SyncUsername, sample.SyncClientID, sample.MasterID)
	fmt.Fprintf(out, "Axcient at %s (for a source of the kind axcient)\n", r.AxcientURL)
	fmt.Fprintf(out, "mail server at %s:%d (user %s, starttls or none), chat at its webhook\n", r.Mailbox.Host(), r.Mailbox.Port(), sample.MailUser)
	fmt.Fprintln(out, "type these addresses into psabridge as they are, and allow private networks; --print-secrets shows passwords and keys")
	fmt.Fprintf(out, "look at %s\n", r.LookURL)
	if f.settings != "" {
		fmt.Fprintf(out, "settings written to %s\n", f.settings)
	}
	if f.secrets {
		secrets := sample.Secrets()
		if f.all {
			secrets = r.AllSecrets()
		}
		for _, s := range secrets {
			fmt.Fprintf(out, "%s=%s\n", s.Name, s.Value)
		}
	}
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"psabridge/app"
	"psabridge/app/inbox"
	"psabridge/app/web"
)

// version is set by the build (-ldflags -X main.version=…).
var version = "dev"

// clientID is the vendor's ConnectWise clientId a release build may carry; a connection's own field overrides it.
var clientID = ""

// Exit codes of the command line.
const (
	exitDone  = 0
	exitWrong = 1 // something is wrong and was said
	exitUsage = 2
)

// globals are the flags every command takes.
type globals struct {
	DataDir        string `help:"Where the database, the log and the run file are kept." placeholder:"DIR"`
	Port           *int   `help:"Port of the local page (default ${port}; the next free one when it is taken). 0 = any free one. Loopback only." placeholder:"PORT"`
	NoBrowser      bool   `help:"Do not open a browser."`
	NoTray         bool   `help:"No tray icon."`
	Keys           string `help:"Where secrets are kept: the operating system's keychain, or an encrypted file for machines without one." enum:"os,file" default:"os"`
	PassphraseFile string `help:"File with the passphrase of --keys file; else PSABRIDGE_PASSPHRASE." placeholder:"FILE"`
	PageHost       string `help:"Serve the page under its own name, or under 127.0.0.1 for browsers that do not resolve *.localhost." enum:"label,ip" default:"label"`
	LogLevel       string `help:"What is logged." enum:"debug,info,warn,error" default:"info"`
	JSON           bool   `help:"Print JSON."`

	ShowVersion kong.VersionFlag `name:"version" help:"Print the version, as the command version does."`
}

// serving is the one command that a login waits for.
type serving struct {
	Serve serveCmd `cmd:"" default:"withargs" help:"Run the bridge (the default). A second start opens the page of the running one."`
}

// commands is the command line.
type commands struct {
	globals
	serving

	Demo       demoCmd       `cmd:"" help:"Run the bridge on a built-in fake ConnectWise and x360Sync, in a throw-away folder."`
	Open       openCmd       `cmd:"" help:"Open the page of the running bridge, signed in."`
	Status     statusCmd     `cmd:"" help:"Say what the bridge is doing."`
	Check      checkCmd      `cmd:"" help:"Run every check. Exit code 1 when something is wrong."`
	Sync       syncCmd       `cmd:"" help:"Read the sources now."`
	Usage      usageCmd      `cmd:"" help:"Import and show usage."`
	Event      eventCmd      `cmd:"" help:"Send events to an inbox."`
	Token      tokenCmd      `cmd:"" help:"Tokens of the inboxes."`
	Billing    billingCmd    `cmd:"" help:"The billing run."`
	Mapping    mappingCmd    `cmd:"" help:"Which company each organization is."`
	Alerts     alertsCmd     `cmd:"" help:"Alert rules, and what holds."`
	Deliveries deliveriesCmd `cmd:"" help:"What ConnectWise is or was told."`
	Notify     notifyCmd     `cmd:"" help:"How you are told when something needs you."`
	Settings   settingsCmd   `cmd:"" help:"Export and import the settings document."`
	Secret     secretCmd     `cmd:"" help:"Store secrets."`
	Keys       keysCmd       `cmd:"" help:"Where the keys are kept: list them, move them, change the passphrase of the file."`
	Backup     backupCmd     `cmd:"" help:"Back the database up, and list the backups."`
	Restore    restoreCmd    `cmd:"" help:"Put a backup in the place of the database, which is kept. psabridge must not be running."`
	Autostart  autostartCmd  `cmd:"" help:"Start the bridge at login, or not."`
	Log        logCmd        `cmd:"" help:"Show the log, and log more for a while."`
	Support    supportCmd    `cmd:"" help:"Write a file for whoever helps: state, checks, settings and log, without keys."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

// console is what a command prints to and reads from; tests give their own.
type console struct {
	in       io.Reader
	out, err io.Writer
}

// errPrinted is returned by a command that has already said what is wrong.
var errPrinted = errors.New("said")

// grammarOf returns what a command line is parsed by, and where its global flags land. To read the shape of all commands is a fifth
// of a start, and serve needs none of the others.
func grammarOf(args []string) (grammar any, flags *globals) {
	if len(args) == 0 || args[0] == "serve" {
		var only struct {
			globals
			serving
		}
		return &only, &only.globals
	}
	var all commands
	return &all, &all.globals
}

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, args []string, c console) int {
	grammar, flags := grammarOf(args)
	code := -1
	parser, err := kong.New(grammar,
		kong.Name("psabridge"),
		kong.Description("Turns Axcient x360Sync alerts into ConnectWise tickets and monthly usage into agreement quantities."),
		kong.Writers(c.out, c.err),
		kong.Vars{"version": "psabridge " + version, "port": strconv.Itoa(web.DefaultPort), "fields": strings.Join(inbox.Fields(), ", "), "moment": momentHelp, "organization": organizationHelp},
		kong.Exit(func(n int) { code = n }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(flags, c),
	)
	if err != nil {
		_, _ = fmt.Fprintln(c.err, err)
		return exitUsage
	}
	run, err := parser.Parse(args)
	if code >= 0 { // --help printed itself
		return code
	}
	if err != nil {
		_, _ = fmt.Fprintf(c.err, "psabridge: %v\nRun psabridge --help for the commands.\n", err)
		return exitUsage
	}
	return report(c, flags.JSON, run.Run())
}

// report says what went wrong, in the person's words, and picks the exit code.
func report(c console, asJSON bool, err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errPrinted):
		return exitWrong
	case asJSON:
		e, _ := errors.AsType[*app.Error](err)
		out := problem{Detail: app.ErrorMessage(err), Code: app.ErrorCode(err)}
		if e != nil {
			out.Field = e.Field
		}
		if rows, ok := errors.AsType[wrongRowsError](err); ok {
			out.Rows = rows
		}
		_ = json.NewEncoder(c.err).Encode(out)
	default:
		_, _ = fmt.Fprintln(c.err, "psabridge: "+personal(err))
	}
	return exitWrong
}

// personal adds the field at fault, which on a command line has no place beside it to be shown at.
func personal(err error) string {
	msg := app.ErrorMessage(err)
	if e, ok := errors.AsType[*app.Error](err); ok && e.Field != "" && e.Code == app.Invalid && !strings.HasPrefix(msg, e.Field+": ") {
		return e.Field + ": " + msg
	}
	if app.ErrorCode(err) == app.Internal {
		return msg + " " + err.Error()
	}
	return msg
}

// dir returns the data folder, made if need be.
func (g *globals) dir() (string, error) {
	dir := g.DataDir
	if dir == "" {
		var err error
		if dir, err = defaultDataDir(); err != nil {
			return "", err
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return dir, prepareDataDir(dir)
}

// passphrase returns what opens the secrets file; only --keys file asks for it.
func (g *globals) passphrase() (app.Secret, error) {
	if g.PassphraseFile == "" {
		return app.Secret(os.Getenv("PSABRIDGE_PASSPHRASE")), nil
	}
	b, err := os.ReadFile(g.PassphraseFile)
	if err != nil {
		return "", app.Wrap(err, app.Invalid, "The passphrase file cannot be read.")
	}
	return app.Secret(trimLine(b)), nil
}

// withBridge runs f against the running bridge or, when none runs, against one that lives only for this command,
// under the same lock. Either way f speaks the same API. One that lives only for the command sends nothing of what waits:
// whoever stopped the bridge and looks at what it would do must not set it going by that.
func (g *globals) withBridge(ctx context.Context, c console, f func(*client) error) error {
	return g.bridged(ctx, c, false, f)
}

// withSending is withBridge for a command that is asked to tell ConnectWise something.
func (g *globals) withSending(ctx context.Context, c console, f func(*client) error) error {
	return g.bridged(ctx, c, true, f)
}

func (g *globals) bridged(ctx context.Context, c console, sends bool, f func(*client) error) error {
	dir, err := g.dir()
	if err != nil {
		return err
	}
	unlock, other, err := takeData(ctx, dir)
	if err != nil {
		return err
	}
	if unlock == nil {
		cl, err := runningClient(dir, other)
		if err != nil {
			return err
		}
		return f(cl)
	}
	defer unlock()
	sockets, err := web.Listen(ctx, 0, true)
	if err != nil {
		return err
	}
	terminal := c
	if g.JSON { // what goes wrong is then one JSON object; lines of the log would stand before it
		terminal.err = io.Discard
	}
	o := g.bridgeOptions(dir, terminal)
	o.Port, o.Listening = sockets.Port, sockets.Addresses()
	b, err := newBridge(ctx, o)
	if err != nil {
		sockets.Close()
		return err
	}
	defer b.stopSoon(ctx)
	b.startBriefly(ctx, sockets, sends)
	cl := newClient(b.api(), b.token)
	cl.brief = true
	return f(cl)
}

// runningClient speaks to the bridge that holds the data folder.
func runningClient(dir string, r running) (*client, error) {
	token, err := loadToken(dir, func() string { return "" })
	if err != nil {
		return nil, err
	}
	return newClient(r.API, token), nil
}

// print writes v as JSON when asked to, else calls text.
func (g *globals) print(c console, v any, text func(io.Writer)) error {
	if g.JSON {
		enc := json.NewEncoder(c.out)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	}
	text(c.out)
	return nil
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(g *globals, c console) error {
	return g.print(c, map[string]string{"version": version}, func(w io.Writer) { _, _ = fmt.Fprintln(w, "psabridge "+version) })
}

// trimLine is one line of a file or of standard input, without its end. Windows marks what it writes as text with an invisible
// character, which is none of a key or passphrase.
func trimLine(b []byte) string {
	s := strings.TrimPrefix(string(b), "\ufeff")
	for len(s) > 0 && (s[len(s)-1] == '\n' || s[len(s)-1] == '\r') {
		s = s[:len(s)-1]
	}
	return s
}

func shortTime(t time.Time) string {
	if t.IsZero() {
		return "not since it was started"
	}
	return t.Local().Format("2 Jan 15:04:05 MST")
}

package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	system "os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
)

// The disk's own faults, put in at single calls to the system by strace: what a test double of SQLite's would only pretend.

// part names what the traced copy of this test program does, in the folder it is started in.
const part = "PSABRIDGE_STORE_PART"

// writing are the calls that change a disk.
const writing = "pwrite64,fdatasync,fsync,ftruncate,renameat,unlinkat,linkat"

// traced runs one part under strace and returns what it printed and whether it came to its end.
func traced(t *testing.T, name, dir string, args ...string) (out string, ended bool) {
	t.Helper()
	argv := append([]string{"-f", "-qq"}, args...)
	if !slices.Contains(args, "-o") {
		argv = append(argv, "-o", os.DevNull)
	}
	cmd := system.CommandContext(t.Context(), "strace", append(argv, os.Args[0], "-test.run=^TestThePartThatIsTraced$", "-test.v")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), part+"="+name, "GOMAXPROCS=1")
	b, err := cmd.CombinedOutput()
	return string(b), err == nil && strings.Contains(string(b), "\nended\n")
}

// calls counts how often each of writing is made by a part that nothing goes wrong for.
func calls(t *testing.T, name, dir string) map[string]int {
	t.Helper()
	if _, err := system.LookPath("strace"); err != nil {
		t.Skip("SKIP: strace is not installed")
	}
	record := filepath.Join(t.TempDir(), "calls")
	if out, ended := traced(t, name, dir, "-e", "trace="+writing, "-o", record); !ended {
		if strings.Contains(out, "ptrace") || strings.Contains(out, "PTRACE") {
			t.Skipf("SKIP: nothing can be traced here: %.200s", out)
		}
		t.Fatalf("without a fault: %s", out)
	}
	file, err := os.Open(record)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	n := map[string]int{}
	call := regexp.MustCompile(`^\d+ +(\w+)\(`)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if m := call.FindStringSubmatch(lines.Text()); m != nil {
			n[m[1]]++
		}
	}
	return n
}

// spread is some of 1 to n, both ends among them; all of them where long tests run.
func spread(n, some int) (at []int) {
	if os.Getenv("PSABRIDGE_ALL") != "" || n <= some {
		some = n
	}
	for i := range some {
		at = append(at, 1+i*(n-1)/max(some-1, 1))
	}
	return at
}

// TestThePartThatIsTraced is no test of its own: it is what the others run under strace.
func TestThePartThatIsTraced(t *testing.T) {
	runtime.LockOSThread() // strace counts the calls of each thread by themselves
	switch os.Getenv(part) {
	case "":
		t.Skip("a part of other tests")
	case "migrate":
		s, err := open(t.Context(), ".", at(monday), migrations)
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Close()
	case "store":
		stores(t)
	}
	fmt.Print("\nended\n")
}

// stores writes ten records and says which of them are stored. On trouble it tries to claim a delivery, which is how sending
// begins, then what the program tries every few seconds.
func stores(t *testing.T) {
	ctx := t.Context()
	s, err := open(ctx, ".", at(monday), migrations)
	if err != nil {
		fmt.Printf("\nnot opened: %s\n", app.ErrorMessage(err))
		return
	}
	for i := range 10 {
		if err := s.SaveSecretRecord(ctx, app.SecretRecord{Name: fmt.Sprint("record ", i), BoundHost: strings.Repeat("h", 9000), SetAt: monday}); err == nil {
			fmt.Printf("\nstored record %d\n", i)
			continue
		} else if trouble, is := s.Trouble(); !is || app.ErrorCode(err) != app.Unavailable || app.ErrorMessage(err) != trouble.Message {
			fmt.Printf("\nwrong: record %d: %v, trouble %+v\n", i, err, trouble)
		} else {
			fmt.Printf("\ntrouble: %s\n", trouble.Message)
			claimed(ctx, s, trouble)
		}
		if err := s.Recover(ctx, monday); err == nil {
			fmt.Print("\nrecovered\n")
		}
	}
	_ = s.Close()
}

// claimed says when something can be sent from a disk that fails.
func claimed(ctx context.Context, s *Store, trouble app.DiskTrouble) {
	if !trouble.Broken {
		return
	}
	if _, _, err := s.Claim(ctx, monday, nil); app.ErrorCode(err) != app.Unavailable {
		fmt.Printf("\nwrong: claimed from a failing disk (%v)\n", err)
	}
}

// TestEachWriteMeetsAFullDisk is the store's part of RELIABILITY F29: the disk is full from one write on, at each of them. What
// was said to be stored is there, the person reads why nothing is, and the file is whole.
func TestEachWriteMeetsAFullDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	lived(t, dir, migrations)
	n := calls(t, "store", copied(t, dir))["pwrite64"]
	told := 0
	for _, at := range spread(n, 8) {
		once := copied(t, dir)
		out, ended := traced(t, "store", once, "-e", "trace=pwrite64", "-e", fmt.Sprintf("inject=pwrite64:error=ENOSPC:when=%d+", at))
		told += wholeAfter(t, fmt.Sprint("full from write ", at), once, out, ended, diskFull)
	}
	if told == 0 {
		t.Error("nobody was told")
	}
}

// TestAFailingSyncStopsEverything is RELIABILITY F30: one fdatasync answers with an error, at each of them. Nothing is claimed
// or stored until the file was opened and checked again; then it goes on.
func TestAFailingSyncStopsEverything(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	lived(t, dir, migrations)
	all, told := calls(t, "store", copied(t, dir)), 0
	for _, call := range []string{"fdatasync", "fsync"} {
		for _, at := range spread(all[call], 6) {
			once := copied(t, dir)
			out, ended := traced(t, "store", once, "-e", "trace="+call, "-e", fmt.Sprintf("inject=%s:error=EIO:when=%d", call, at))
			n := wholeAfter(t, fmt.Sprintf("%s %d fails", call, at), once, out, ended, diskFails)
			if told += n; n > 0 && !strings.Contains(out, "\nrecovered\n") {
				t.Errorf("%s %d: it did not go on: %s", call, at, out)
			}
		}
	}
	if told == 0 {
		t.Error("nobody was told")
	}
}

// wholeAfter opens what a part left, without any fault, and reports 1 when the part told a person of the trouble.
func wholeAfter(t *testing.T, what, dir, out string, ended bool, words string) (told int) {
	t.Helper()
	if !ended || strings.Contains(out, "\nwrong: ") {
		t.Errorf("%s: %s", what, out)
		return 0
	}
	s := mustOpen(t, dir, migrations)
	for i := range 10 {
		name := fmt.Sprint("record ", i)
		if _, err := s.SecretRecord(t.Context(), name); err != nil && strings.Contains(out, "\nstored "+name+"\n") {
			t.Errorf("%s: %s was stored and is not there: %v", what, name, err)
		}
	}
	if err := s.Verify(t.Context()); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	if strings.Contains(out, "\ntrouble: "+words) {
		return 1
	}
	return 0
}

// TestMigrationKilledAnywhere is RELIABILITY F34's kill: at each call that changes the disk while the first schema becomes
// today's. The next start has the same rows, an unbroken ledger and a good copy of how it was.
func TestMigrationKilledAnywhere(t *testing.T) {
	t.Parallel()
	dir, ctx := t.TempDir(), t.Context()
	lived(t, dir, migrations[:1])
	old := openRaw(t, files{dir: dir}.database())
	columns := columnsOf(ctx, t, old)
	for _, rebuilt := range []string{"additions", "source_starts", "organization_starts", "events"} {
		delete(columns, rebuilt)
	}
	rows := rowsOf(t, old, columns)
	_ = old.Close()
	killed := 0
	for call, n := range calls(t, "migrate", copied(t, dir)) {
		for _, at := range spread(n, 3) {
			once := copied(t, dir)
			if _, ended := traced(t, "migrate", once, "-e", "trace="+call, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, at)); !ended {
				killed++
			}
			s := mustOpen(t, once, migrations)
			if diff := cmp.Diff(rows, rowsOf(t, s.db, columns)); diff != "" {
				t.Errorf("%s %d: rows (-before +after):\n%s", call, at, diff)
			}
			if err := s.Verify(ctx); err != nil {
				t.Errorf("%s %d: %v", call, at, err)
			}
			for _, b := range Backups(files{dir: once}.backups()) {
				if _, err := Inspect(ctx, b.Path); err != nil {
					t.Errorf("%s %d: the copy %s: %v", call, at, b.Name, err)
				}
			}
			_ = s.Close()
		}
	}
	if killed < 8 {
		t.Errorf("killed %d times", killed)
	}
}

// copied is a folder of its own with the same database.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

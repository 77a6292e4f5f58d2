package upkeep

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"psabridge/app"
)

// Bounds of a support bundle.
const (
	bundleMost = 20 << 20 // of the file
	bundleDays = 7 * 24 * time.Hour
	bundleLog  = 64 << 20 // of the log, before it is packed
)

// Support makes the file a person may send to whoever helps. It holds no key, password or token: none is ever in what it is made of.
type Support struct {
	// Parts are what goes in besides the log, by name. Each is asked when a bundle is made.
	Parts []SupportPart
	// Names lists what tells who somebody is; it is replaced unless a person says otherwise.
	Names func(ctx context.Context) ([]Name, error)
	// Install is the install's id, which makes the pseudonyms its own.
	Install string
	LogPath string
	Now     func() time.Time
}

// SupportPart is one file of a bundle.
type SupportPart struct {
	Name  string // e.g. settings.yaml
	About string // what it is, for the person who is to agree to it
	// Make answers a text, or a value that is written as JSON.
	Make func(ctx context.Context) (any, error)
}

// BundleFile is one file of a bundle that was made.
type BundleFile struct {
	Name, About string
	Bytes       int64 // before it is packed
}

// Bundle is a bundle that was made.
type Bundle struct {
	Name      string // of the file
	Files     []BundleFile
	WithNames bool
	Content   []byte // the ZIP
}

const bundleReadMe = `This file was made by psabridge for whoever helps with it.

It holds no key, no password, no token and no content of ConnectWise or of a source beyond what stands in the log.
%NAMES%
Times are UTC. What each file is:

`

// Make makes a bundle. withNames leaves the names of organizations, companies, people and computers as they are.
func (s *Support) Make(ctx context.Context, withNames bool) (Bundle, error) {
	var hide *Pseudonyms
	if !withNames {
		names, err := s.Names(ctx)
		if err != nil {
			return Bundle{}, err
		}
		hide = NewPseudonyms(s.Install, names)
	}
	now := s.Now()
	out := Bundle{Name: "psabridge-support-" + now.UTC().Format("2006-01-02-1504") + ".zip", WithNames: withNames}
	texts, err := s.texts(ctx, hide)
	if err != nil {
		return Bundle{}, err
	}
	for room := int64(bundleLog); ; room /= 2 {
		out.Files = nil
		if out.Content, err = s.pack(now, hide, texts, room, &out.Files); err != nil {
			return Bundle{}, app.Wrap(err, app.Internal, "The support bundle could not be made.")
		}
		if len(out.Content) <= bundleMost {
			return out, nil
		}
		if room < 1<<20 {
			return Bundle{}, app.Errorf(app.Internal, "The support bundle would be larger than 20 MB even without a log.")
		}
	}
}

// text is a part that was made.
type text struct{ name, about, content string }

func (s *Support) texts(ctx context.Context, hide *Pseudonyms) ([]text, error) {
	out := []text{{}} // the read-me, which lists the others
	for _, p := range s.Parts {
		content, err := p.Make(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var t string
		switch v := content.(type) {
		case string:
			t = v
		default:
			b, jerr := json.MarshalIndent(v, "", "  ")
			if jerr != nil {
				return nil, jerr
			}
			t = string(b) + "\n"
		}
		if err != nil { // a part that cannot be had says why: what is broken is what the bundle is about
			t = "This part could not be made: " + err.Error() + "\n"
		}
		out = append(out, text{p.Name, p.About, hide.Hide(t)})
	}
	out[0] = text{"README.txt", "What this is", readMe(out[1:], hide)}
	return out, nil
}

func readMe(parts []text, hide *Pseudonyms) string {
	names := "Names of organizations, companies, people and computers stand in it as they are."
	if hide != nil {
		names = "Names of organizations, companies, people and computers were replaced. The same word stands for the same name\nin every bundle of this install, e.g. organization-3f9a2c."
	}
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(bundleReadMe, "%NAMES%", names))
	for _, p := range parts {
		b.WriteString(p.name + " – " + p.about + "\n")
	}
	b.WriteString("log/ – " + logAbout + "\n")
	return b.String()
}

const logAbout = "The log of the last seven days"

// pack writes the ZIP, with at most room bytes of log, the newest.
func (s *Support) pack(now time.Time, hide *Pseudonyms, texts []text, room int64, files *[]BundleFile) ([]byte, error) {
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	add := func(name, about string, write func(io.Writer) error) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: now.UTC()})
		if err != nil {
			return err
		}
		c := &counter{to: w}
		if err := write(c); err != nil {
			return err
		}
		*files = append(*files, BundleFile{Name: name, About: about, Bytes: c.n})
		return nil
	}
	for _, t := range texts {
		if err := add(t.name, t.about, func(w io.Writer) error { _, err := io.WriteString(w, t.content); return err }); err != nil {
			return nil, err
		}
	}
	for _, name := range s.logs(room) {
		err := add(path.Join("log", filepath.Base(name)), logAbout, func(w io.Writer) error {
			return since(name, now.Add(-bundleDays), hide.Hide, w)
		})
		if err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func size(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// logs are the newest files of the log that fit, oldest first.
func (s *Support) logs(room int64) (out []string) {
	for _, name := range LogFiles(s.LogPath) {
		if room -= size(name); room < 0 {
			break
		}
		out = append(out, name)
	}
	slices.Reverse(out)
	return out
}

// counter counts what goes through it.
type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}

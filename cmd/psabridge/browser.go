package main

import (
	"context"
	"html"
	"net/url"
	"path/filepath"
	"strings"
)

// openBrowser shows a page signed in. The launch token goes through a file only its owner can read, never through a
// command line, which every user of the machine can list. The bridge removes the file when the token is used.
func openBrowser(ctx context.Context, dir, address string) error {
	path := filepath.Join(dir, redirectFile)
	page := strings.ReplaceAll(redirectPage, "ADDRESS", html.EscapeString(address))
	if err := writeBriefly(path, []byte(page)); err != nil {
		return err
	}
	return showFile(ctx, fileURL(path))
}

// fileURL turns a path of this machine into a file address, drive letters included.
func fileURL(path string) string {
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Path: p}).String()
}

const redirectPage = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=ADDRESS"><title>psabridge</title></head>
<body><p>Opening psabridge… <a href="ADDRESS">Open it</a></p></body></html>
`

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"psabridge/app"
)

type supportCmd struct {
	File      string `arg:"" help:"The ZIP file to write; it must not exist yet."`
	WithNames bool   `help:"Leave the names of organizations, companies, people and computers as they are."`
}

// Run writes a support bundle. It is for its owner's eyes first: nobody else may read the file.
func (s supportCmd) Run(ctx context.Context, g *globals, c console) error {
	path, err := filepath.Abs(s.File)
	if err != nil {
		return err
	}
	query := ""
	if s.WithNames {
		query = "?names=true"
	}
	return g.withBridge(ctx, c, func(cl *client) error {
		content, err := cl.raw(ctx, http.MethodGet, "/support"+query, "", "application/zip", nil)
		if err != nil {
			return err
		}
		if err := writeNew(path, content); err != nil {
			return err
		}
		return g.print(c, map[string]any{"file": path, "bytes": len(content), "with_names": s.WithNames}, func(w io.Writer) {
			_, _ = fmt.Fprintf(w, "%s\n%s. Look into it before you send it: it holds no key, and README.txt says what it holds.\n", path, size(int64(len(content))))
		})
	})
}

// writeNew writes a file that must not exist yet, for its owner alone.
func writeNew(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the person named it
	switch {
	case errors.Is(err, fs.ErrExist):
		return app.FieldErrorf("file", "%s exists already. Name another file.", path)
	case err != nil:
		return app.Wrap(err, app.Invalid, path+" cannot be written. Does its folder exist?")
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(path)
		return app.Wrap(err, app.Unavailable, path+" could not be written. Is the disk full?")
	}
	return nil
}

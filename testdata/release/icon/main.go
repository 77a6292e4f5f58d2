// Command icon draws the product's mark in every size and form an installer wants: PNG, ICO for Windows, ICNS for macOS.
// The lines are those of static/img/icon.svg, so the mark is changed in one place: go run ./testdata/release/icon OUT.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// sizes are the pictures every desktop asks for; the small ones are drawn with a heavier line, or they would be grey.
var sizes = []int{16, 24, 32, 48, 64, 128, 256, 512, 1024}

func main() {
	if len(os.Args) != 2 {
		fail(errors.New("usage: icon OUT-FOLDER"))
	}
	out := os.Args[1]
	svg, err := os.ReadFile(filepath.Join("static", "img", "icon.svg"))
	if err != nil {
		fail(err)
	}
	lines, err := pathLines(string(svg))
	if err != nil {
		fail(err)
	}
	pictures := map[int][]byte{}
	for _, px := range sizes {
		pictures[px] = encode(draw(lines, px))
		write(out, fmt.Sprintf("psabridge-%d.png", px), pictures[px])
	}
	write(out, "psabridge.ico", ico(pictures, 16, 24, 32, 48, 64, 256))
	write(out, "psabridge.icns", icns(pictures))
}

func write(dir, name string, content []byte) {
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil { //nolint:gosec // pictures for everybody
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "icon:", err)
	os.Exit(1)
}

//go:build ignore

// Command draw makes the tray's icons: one for each state, told apart by its outline and not by its colour alone. Run it with
// `go generate ./cmd/psabridge` after a change; a test holds the files to it.
package main

import (
	"bytes"
	"encoding/binary"
	"flag"
	"image"
	"image/color"
	"image/png"
	"log"
	"math"
	"os"
	"path/filepath"
)

// Sizes: one picture for the trays that scale, and those Windows asks for.
const pngSize = 64

var icoSizes = []int{16, 20, 24, 32, 40, 48}

// A picture is an outline in one colour and a sign on it in white. Both are given as distances from their edge, in a square from
// -1 to 1; negative is inside.
type picture struct {
	name          string
	fill          color.NRGBA
	outline, sign func(x, y float64) float64
}

var pictures = []picture{
	{"ok", color.NRGBA{0x1a, 0x5f, 0xbf, 0xff}, roundedSquare, bridge},
	{"needs", color.NRGBA{0xb4, 0x53, 0x09, 0xff}, triangle, exclamation},
	{"paused", color.NRGBA{0x5b, 0x61, 0x6e, 0xff}, disc, bars},
	{"offline", color.NRGBA{0xb9, 0x1c, 0x1c, 0xff}, diamond, cross},
}

func roundedSquare(x, y float64) float64 { return box(x, y, 0.94, 0.94) - 0.22 }

func disc(x, y float64) float64 { return math.Hypot(x, y) - 0.97 }

func diamond(x, y float64) float64 {
	return (math.Abs(x)+math.Abs(y))/math.Sqrt2 - 0.62 - 0.06
}

// triangle points up; its corners are rounded a little.
func triangle(x, y float64) float64 {
	const lean = 0.44
	side := (math.Abs(x) - (y+0.84)*(0.76/1.62)) * math.Cos(lean)
	return math.Max(side, y-0.76) - 0.12
}

// box is a rectangle around the middle, less the corner that is added as a radius outside.
func box(x, y, w, h float64) float64 {
	const r = 0.22
	dx, dy := math.Abs(x)-(w-r), math.Abs(y)-(h-r)
	return math.Hypot(math.Max(dx, 0), math.Max(dy, 0)) + math.Min(math.Max(dx, dy), 0)
}

// line is the distance to a stretch, with round ends.
func line(x, y, x1, y1, x2, y2, half float64) float64 {
	dx, dy := x2-x1, y2-y1
	t := math.Min(1, math.Max(0, ((x-x1)*dx+(y-y1)*dy)/(dx*dx+dy*dy)))
	return math.Hypot(x-x1-t*dx, y-y1-t*dy) - half
}

// bridge is the program's own mark: an arch over a deck, with three hangers.
func bridge(x, y float64) float64 {
	d := line(x, y, -0.74, 0.40, 0.74, 0.40, 0.09)
	if y <= 0.40 {
		d = math.Min(d, math.Abs(math.Hypot(x, y-0.40)-0.64)*0.9-0.09)
	}
	for _, at := range []float64{-0.32, 0, 0.32} {
		d = math.Min(d, line(x, y, at, 0.40, at, 0.42-math.Sqrt(0.64*0.64-at*at), 0.06))
	}
	return d
}

func exclamation(x, y float64) float64 {
	return math.Min(line(x, y, 0, -0.28, 0, 0.28, 0.11), math.Hypot(x, y-0.62)-0.13)
}

func bars(x, y float64) float64 {
	return math.Min(line(x, y, -0.27, -0.36, -0.27, 0.36, 0.14), line(x, y, 0.27, -0.36, 0.27, 0.36, 0.14))
}

func cross(x, y float64) float64 {
	return math.Min(line(x, y, -0.30, -0.30, 0.30, 0.30, 0.11), line(x, y, 0.30, -0.30, -0.30, 0.30, 0.11))
}

// draw takes many samples a pixel, so that edges are smooth at 16 pixels too.
func (p picture) draw(size int) *image.NRGBA {
	const samples = 8
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for py := range size {
		for px := range size {
			in, on := 0, 0
			for s := range samples * samples {
				x := (float64(px)+(float64(s%samples)+0.5)/samples)/float64(size)*2 - 1
				y := (float64(py)+(float64(s/samples)+0.5)/samples)/float64(size)*2 - 1
				if p.outline(x, y) <= 0 {
					in++
					if p.sign(x, y) <= 0 {
						on++
					}
				}
			}
			if in == 0 {
				continue
			}
			mix := func(c uint8) uint8 { return uint8((int(c)*(in-on) + 255*on) / in) }
			img.SetNRGBA(px, py, color.NRGBA{mix(p.fill.R), mix(p.fill.G), mix(p.fill.B), uint8(in * 255 / (samples * samples))})
		}
	}
	return img
}

// ico packs pictures as Windows has read them since XP: 32 bits a pixel, bottom up, each followed by a mask nobody looks at.
func ico(images []*image.NRGBA) []byte {
	var head, body bytes.Buffer
	put := func(b *bytes.Buffer, v any) { _ = binary.Write(b, binary.LittleEndian, v) }
	put(&head, [3]uint16{0, 1, uint16(len(images))})
	for _, img := range images {
		n := img.Rect.Dx()
		mask := (n + 31) / 32 * 4 * n
		bytes := 40 + 4*n*n + mask
		put(&head, [4]uint8{uint8(n), uint8(n)})
		put(&head, [2]uint16{1, 32})
		put(&head, [2]uint32{uint32(bytes), uint32(6 + 16*len(images) + body.Len())})
		put(&body, [3]uint32{40, uint32(n), uint32(2 * n)})
		put(&body, [2]uint16{1, 32})
		put(&body, [6]uint32{0, uint32(4*n*n + mask)})
		for y := n - 1; y >= 0; y-- {
			for x := range n {
				c := img.NRGBAAt(x, y)
				body.Write([]byte{c.B, c.G, c.R, c.A})
			}
		}
		body.Write(make([]byte, mask))
	}
	return append(head.Bytes(), body.Bytes()...)
}

func main() {
	out := flag.String("o", "icons", "folder the files are written to")
	flag.Parse()
	write := func(name string, b []byte) {
		if err := os.WriteFile(filepath.Join(*out, name), b, 0o644); err != nil {
			log.Fatal(err)
		}
	}
	for _, p := range pictures {
		var b bytes.Buffer
		if err := png.Encode(&b, p.draw(pngSize)); err != nil {
			log.Fatal(err)
		}
		write(p.name+".png", b.Bytes())
		var all []*image.NRGBA
		for _, size := range icoSizes {
			all = append(all, p.draw(size))
		}
		write(p.name+".ico", ico(all))
	}
}

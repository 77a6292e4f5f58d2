package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

// line is a straight piece of the drawing, in the picture's own 16 × 16 units.
type line struct{ x1, y1, x2, y2 float64 }

var (
	pathData = regexp.MustCompile(` d="([^"]*)"`)
	tokens   = regexp.MustCompile(`[A-Za-z]|-?[0-9]*\.?[0-9]+`)
)

// pathLines reads the one path of an SVG picture. It knows the letters our drawing uses and refuses every other, so that
// a new drawing is never shown wrong.
func pathLines(svg string) ([]line, error) {
	d := pathData.FindStringSubmatch(svg)
	if d == nil {
		return nil, errors.New("icon.svg has no path")
	}
	p := pen{rest: tokens.FindAllString(d[1], -1)}
	for len(p.rest) > 0 && p.err == nil {
		p.step()
	}
	return p.lines, p.err
}

// pen walks along a path.
type pen struct {
	rest   []string
	letter string
	x, y   float64
	hx, hy float64 // the second handle of the last curve
	lines  []line
	err    error
}

func (p *pen) step() {
	if c := p.rest[0][0]; c >= 'A' && c <= 'z' {
		p.letter, p.rest = p.rest[0], p.rest[1:]
	}
	switch p.letter {
	case "M":
		p.x, p.y, p.letter = p.number(), p.number(), "L"
	case "L":
		p.to(p.number(), p.number())
	case "h":
		p.to(p.x+p.number(), p.y)
	case "v":
		p.to(p.x, p.y+p.number())
	case "V":
		p.to(p.x, p.number())
	case "c":
		p.curve(p.x+p.number(), p.y+p.number(), p.x+p.number(), p.y+p.number(), p.x+p.number(), p.y+p.number())
	case "s":
		// The first handle mirrors the last one of the curve before.
		p.curve(2*p.x-p.hx, 2*p.y-p.hy, p.x+p.number(), p.y+p.number(), p.x+p.number(), p.y+p.number())
	default:
		p.err = fmt.Errorf("icon.svg: the letter %q is not known here", p.letter)
	}
}

func (p *pen) number() float64 {
	if len(p.rest) == 0 {
		p.err = errors.New("icon.svg: the path ends too soon")
		return 0
	}
	n, err := strconv.ParseFloat(p.rest[0], 64)
	if err != nil {
		p.err = err
	}
	p.rest = p.rest[1:]
	return n
}

func (p *pen) to(x, y float64) {
	p.lines = append(p.lines, line{p.x, p.y, x, y})
	p.x, p.y = x, y
}

// curve draws a Bézier curve as straight pieces too short to see.
func (p *pen) curve(x1, y1, x2, y2, x3, y3 float64) {
	const pieces = 24
	x0, y0 := p.x, p.y
	p.hx, p.hy = x2, y2
	for i := 1; i <= pieces; i++ {
		t := float64(i) / pieces
		u := 1 - t
		a, b, c, d := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
		p.to(a*x0+b*x1+c*x2+d*x3, a*y0+b*y1+c*y2+d*y3)
	}
}

package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// Colours of the mark: the product's blue plate and the bridge on it.
var (
	plate  = color.NRGBA{R: 0x1a, G: 0x5f, B: 0xbf, A: 0xff}
	bridge = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
)

// draw paints the bridge in white on a rounded plate. Each dot asks how far the shapes are and is covered accordingly,
// which gives smooth edges at any size without a rasterizer.
func draw(lines []line, px int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, px, px))
	unit := 16 / float64(px) // one dot in the drawing's units
	width, shrink := 1.25, 0.8
	if px <= 32 {
		width, shrink = 1.4, 0.88
	}
	for y := range px {
		for x := range px {
			at := [2]float64{(float64(x) + 0.5) * unit, (float64(y) + 0.5) * unit}
			inPlate := cover(plateDistance(at), unit)
			in := [2]float64{(at[0]-8)/shrink + 8, (at[1]-8)/shrink + 8}
			inLine := cover(linesDistance(lines, in)-width/2, unit/shrink)
			img.SetNRGBA(x, y, mix(inPlate, inLine))
		}
	}
	return img
}

// plateDistance is how far a point is outside the rounded square; negative inside.
func plateDistance(p [2]float64) float64 {
	const half, radius = 7.75, 3.25
	dx, dy := math.Abs(p[0]-8)-(half-radius), math.Abs(p[1]-8)-(half-radius)
	return math.Hypot(math.Max(dx, 0), math.Max(dy, 0)) + math.Min(math.Max(dx, dy), 0) - radius
}

// linesDistance is how far a point is from the nearest line.
func linesDistance(lines []line, p [2]float64) float64 {
	nearest := math.Inf(1)
	for _, l := range lines {
		dx, dy := l.x2-l.x1, l.y2-l.y1
		t := 0.0
		if sq := dx*dx + dy*dy; sq > 0 {
			t = math.Max(0, math.Min(1, ((p[0]-l.x1)*dx+(p[1]-l.y1)*dy)/sq))
		}
		nearest = math.Min(nearest, math.Hypot(p[0]-l.x1-t*dx, p[1]-l.y1-t*dy))
	}
	return nearest
}

// cover is how much of a dot is inside, by the distance of its middle.
func cover(distance, dot float64) float64 {
	return math.Max(0, math.Min(1, 0.5-distance/dot))
}

func mix(inPlate, inLine float64) color.NRGBA {
	between := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (float64(b)-float64(a))*inLine)) }
	return color.NRGBA{
		R: between(plate.R, bridge.R), G: between(plate.G, bridge.G), B: between(plate.B, bridge.B),
		A: uint8(math.Round(255 * inPlate)),
	}
}

func encode(img image.Image) []byte {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
		fail(err)
	}
	return b.Bytes()
}

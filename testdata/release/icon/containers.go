package main

import (
	"bytes"
	"encoding/binary"
)

// ico packs pictures into a Windows icon. All are PNG inside, which Windows reads since Vista.
func ico(pictures map[int][]byte, sizes ...int) []byte {
	var head, body bytes.Buffer
	little(&head, uint16(0), uint16(1), uint16(len(sizes)))
	offset := 6 + 16*len(sizes)
	for _, px := range sizes {
		p := pictures[px]
		edge := uint8(px % 256) // 0 stands for 256
		little(&head, edge, edge, uint8(0), uint8(0), uint16(1), uint16(32), uint32(len(p)), uint32(offset+body.Len()))
		body.Write(p)
	}
	return append(head.Bytes(), body.Bytes()...)
}

// icnsTypes are the four letters under which macOS looks for a PNG of each size; @2x pictures have letters of their own.
var icnsTypes = []struct {
	letters string
	px      int
}{
	{"icp4", 16}, {"icp5", 32}, {"ic11", 32}, {"ic12", 64}, {"ic07", 128}, {"ic13", 256}, {"ic08", 256}, {"ic14", 512}, {"ic09", 512}, {"ic10", 1024},
}

// icns packs pictures into a macOS icon.
func icns(pictures map[int][]byte) []byte {
	var body bytes.Buffer
	for _, t := range icnsTypes {
		body.WriteString(t.letters)
		_ = binary.Write(&body, binary.BigEndian, uint32(8+len(pictures[t.px])))
		body.Write(pictures[t.px])
	}
	head := append([]byte("icns"), 0, 0, 0, 0)
	binary.BigEndian.PutUint32(head[4:], uint32(8+body.Len()))
	return append(head, body.Bytes()...)
}

func little(b *bytes.Buffer, values ...any) {
	for _, v := range values {
		_ = binary.Write(b, binary.LittleEndian, v)
	}
}

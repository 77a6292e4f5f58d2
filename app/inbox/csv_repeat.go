package inbox

import (
	"fmt"
	"hash/maphash"

	"psabridge/app"
)

// repeats finds rows that stand in a file twice, letter by letter: two exports pasted together, or one row per thing that
// has no name of its own. Nobody but a person knows which.
type repeats struct {
	seed        maphash.Seed
	lines       map[uint64]int // by hash of the row
	first, line int            // of the first row that came again
	count       int
}

// note looks at a row that counts. Of a huge file the first rows are remembered: a second copy begins with them too.
func (p *repeats) note(cells []string, line int) {
	if p.lines == nil {
		p.seed, p.lines = maphash.MakeSeed(), map[uint64]int{}
	}
	var h maphash.Hash
	h.SetSeed(p.seed)
	for _, c := range cells {
		_, _ = h.WriteString(c)
		_ = h.WriteByte(0)
	}
	first, again := p.lines[h.Sum64()]
	switch {
	case again:
		if p.count++; p.count == 1 {
			p.first, p.line = first, line
		}
	case len(p.lines) < maxItems:
		p.lines[h.Sum64()] = line
	}
}

// askRepeated asks about repeated rows, unless somebody has said what rows mean that come twice.
func (r *run) askRepeated() {
	p := r.repeats
	if p.count == 0 || r.m.Duplicates != "" {
		return
	}
	text := fmt.Sprintf("This row is the same as line %d, letter by letter", p.first)
	if p.count > 1 {
		text += fmt.Sprintf(", and %s more than once", plural(p.count-1, "other row comes", "other rows come"))
	}
	r.unusable = true
	r.note(p.line, "duplicates", text+". If the file is two that were put together, import one of them. Else say whether rows that come twice are added up ("+
		app.DuplicatesSum+") or the last one counts ("+app.DuplicatesLast+").")
}

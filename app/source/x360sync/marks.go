package x360sync

import "psabridge/app"

type markKey struct{ stream, id string }

// marks are how far the last pull came.
type marks map[markKey]string

func indexMarks(list []app.Mark) marks {
	m := marks{}
	for _, one := range list {
		m[markKey{one.Stream, one.ExternalID}] = one.Value
	}
	return m
}

func (m marks) get(stream, id string) string { return m[markKey{stream, id}] }

// changed leaves out the marks that stand already, so that a quiet pull writes nothing.
func (m marks) changed(list []app.Mark) []app.Mark {
	var out []app.Mark
	for _, one := range list {
		if m.get(one.Stream, one.ExternalID) != one.Value {
			out = append(out, one)
		}
	}
	return out
}

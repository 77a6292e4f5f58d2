package x360sync

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"

	"psabridge/app"
	"psabridge/app/source"
)

// What is asked and kept of organization/<id>/metrics/usage.
const (
	metricsWhat    = "metrics/usage"
	metricsProofs  = 10       // organizations that can be counted, to compare with
	metricsSamples = 2        // besides the top, when there is nothing to find out
	metricsKeep    = 64 << 10 // bytes of an answer that are worth keeping
	metricsFields  = 2000
	metricsDepth   = 32
)

// answer is what the server says of one organization's usage.
type answer struct {
	id     string
	raw    json.RawMessage
	fields map[string]int64 // path → number, where it is a sensible one
}

// metrics asks for the server's own usage figures, whose fields nobody has written down. They are kept as they come.
// Where lists could not be read, and what a field stands for can be proven by organizations whose lists could, the
// server's figure takes the place of the incomplete count. Nothing here makes the readings fail: it is only more.
func (s *Source) metrics(ctx context.Context, b *book) ([]app.RawRecord, error) {
	targets, proofs := b.questions()
	answers := s.askMetrics(ctx, b, slices.Concat(targets, proofs))
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if len(answers) == 0 {
		return nil, nil
	}
	found := b.understand(answers)
	used := b.apply(answers, found)
	note := noteOf(found)
	text := "Usage endpoint: kept from " + count(len(answers), "organization", "organizations")
	if used > 0 {
		text += ", used for " + count(used, "reading", "readings")
	}
	source.Step(ctx, text)
	understood := slices.ContainsFunc(found, func(f finding) bool { return f.path != "" })
	out := make([]app.RawRecord, 0, len(answers))
	for _, a := range answers {
		out = append(out, app.RawRecord{
			Source: b.source, OrganizationID: a.id, What: metricsWhat, ReadAt: b.now, Body: a.raw, Understood: understood, Note: note,
		})
	}
	return out, nil
}

// questions are the organizations to ask besides the top: those whose lists are incomplete in a way that the figures of
// others could mend, and those others.
func (b *book) questions() (targets, proofs []string) {
	want := map[string]bool{}
	for _, m := range b.meters {
		var open []string
		distinct, whole := map[string]bool{}, 0
		for _, id := range b.tree.order {
			r := b.of(id, m, app.BasisOwn)
			if !r.Complete {
				open = append(open, id)
				continue
			}
			whole++
			if !r.Quantity.IsZero() {
				distinct[r.Quantity.String()] = true
			}
		}
		if whole < proofsLeast || len(distinct) < proofsValues {
			continue // nobody to prove it by
		}
		for _, id := range open {
			want[id] = true
		}
	}
	most := metricsSamples
	if len(want) > 0 {
		most = metricsProofs
	}
	for _, id := range b.byTelling() {
		switch {
		case want[id]:
			targets = append(targets, id)
		case len(proofs) < most:
			proofs = append(proofs, id)
		}
	}
	return targets, proofs
}

// byTelling are the organizations below the top, those first whose figures tell most: with others below them, because
// they tell own from inclusive, and with many accounts.
func (b *book) byTelling() []string {
	ids := slices.Clone(b.tree.order[1:])
	weight := func(id string) int64 {
		n := b.of(id, app.MeterAccounts, app.BasisOwn).Quantity.IntPart()
		if len(b.tree.nodes[id].children) > 0 {
			n += 1 << 40
		}
		return n
	}
	slices.SortStableFunc(ids, func(x, y string) int { return int(min(1, max(-1, weight(y)-weight(x)))) })
	return ids
}

// askMetrics asks the top first: where that does not have the figures, nobody has.
func (s *Source) askMetrics(ctx context.Context, b *book, ids []string) []answer {
	first, err := s.askUsage(ctx, b.tree.top)
	if err != nil && (fatal(err) || app.ErrorCode(err) == app.NotFound) {
		return nil
	}
	answers := make([]answer, len(ids)+1)
	answers[0] = first
	var mu sync.Mutex
	failures := 0
	_ = each(ctx, ids, func(ctx context.Context, i int, id string) error { // what was answered until then is what there is
		a, err := s.askUsage(ctx, id)
		mu.Lock()
		defer mu.Unlock()
		if err != nil && (fatal(err) || tooMany(&failures, err)) {
			return err
		}
		answers[i+1] = a
		return nil
	})
	return slices.DeleteFunc(answers, func(a answer) bool { return a.raw == nil })
}

func (s *Source) askUsage(ctx context.Context, id string) (answer, error) {
	var raw json.RawMessage
	if err := s.session.get(ctx, "organization/"+id+"/"+metricsWhat, nil, &raw); err != nil {
		return answer{}, err
	}
	if len(raw) > metricsKeep {
		return answer{}, errors.New("the usage figures are too long to be kept")
	}
	return answer{id: id, raw: raw, fields: numbers(raw)}, nil
}

// numbers are the figures in an answer by their path, e.g. "accounts.active" or "plans[0].used". Text that looks like a
// number is none, nor is what is negative, broken or beyond all measure.
func numbers(raw json.RawMessage) map[string]int64 {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var value any
	out := map[string]int64{}
	if d.Decode(&value) == nil {
		collect(out, "", value, 0)
	}
	return out
}

func collect(out map[string]int64, path string, value any, depth int) {
	if depth > metricsDepth || len(out) >= metricsFields {
		return
	}
	switch v := value.(type) {
	case json.Number:
		if n := wholeNumber(v.String()); path != "" && n.known && n.bytes >= 0 && n.bytes <= 1<<53 {
			out[path] = n.bytes
		}
	case []any:
		for i, one := range v {
			collect(out, path+"["+strconv.Itoa(i)+"]", one, depth+1)
		}
	case map[string]any:
		for name, one := range v {
			collect(out, strings.TrimPrefix(path+"."+name, "."), one, depth+1)
		}
	}
}

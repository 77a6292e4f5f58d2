package sandbox

import (
	"encoding/json"
	"io"
	"strings"
)

// patchOp is one checked operation of a PATCH.
type patchOp struct {
	field *field
	value any // nil removes
}

func (op patchOp) apply(o object) {
	if op.value == nil {
		delete(o, op.field.name)
		return
	}
	o[op.field.name] = op.field.kept(op.value)
}

// readPatch reads the array of operations. A path into a reference and a path
// to a field the server sets are dropped without a word: that is the false 200
// the vendor's guide warns of.
func (cw *ConnectWise) readPatch(c call, s *schema) ([]patchOp, *answer) {
	data, err := io.ReadAll(io.LimitReader(c.Body, maxBody))
	if err != nil {
		return nil, badRequest("InvalidObject", "The request body could not be read.")
	}
	var raw []struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	if err := json.Unmarshal(data, &raw); err != nil || raw == nil {
		return nil, badRequest("InvalidObject", "The request body must be an array of patch operations.")
	}
	var ops []patchOp
	var problems []problem
	for _, one := range raw {
		if one.Op != "add" && one.Op != "replace" && one.Op != "remove" {
			return nil, badRequest("InvalidObject", "The patch operation is not valid: "+one.Op)
		}
		head, _, deep := strings.Cut(strings.TrimPrefix(one.Path, "/"), "/")
		f := s.fields[strings.ToLower(head)]
		if f == nil || f.name != head || head == "lastUpdated" || head == "dateEntered" || head == notify && cw.quirks.NoNotifyPatch {
			return nil, badRequest("InvalidObject", "The path "+one.Path+" is not valid.")
		}
		if deep || f.readOnly || writeOnly[f.name] && f.name != notify {
			continue
		}
		if one.Op == "remove" {
			one.Value = nil
		}
		if p := cw.quirks.checkValue(s, f, one.Value); p != nil {
			problems = append(problems, *p)
			continue
		}
		ops = append(ops, patchOp{f, one.Value})
	}
	if len(problems) > 0 {
		return nil, invalid(s.resource, problems...)
	}
	return ops, nil
}

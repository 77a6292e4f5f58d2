package sandbox

import (
	"strings"
	"unicode/utf16"
)

// newLimits are the texts that may be longer since 2026.4 (section 5): what a
// newer tenant takes, an older one refuses.
var newLimits = map[string]int{"company.identifier": 156, "company.name": 156, "ticket.siteName": 156}

// limit is the longest text of a field, in UTF-16 units; 0: no limit.
func (q *Quirks) limit(s *schema, f *field) int {
	name := s.resource + "." + f.name
	if limit, ok := q.Limits[name]; ok {
		return limit
	}
	if limit, ok := newLimits[name]; ok && q.NewLimits {
		return limit
	}
	return f.max
}

// length is how long ConnectWise, a .NET program, takes a text to be: in UTF-16
// units, of which an emoji has two.
func length(text string) int { return len(utf16.Encode([]rune(text))) }

// isText tells whether "resource.field" names a text that can be written.
func isText(name string) bool {
	resource, field, _ := strings.Cut(name, ".")
	for _, s := range []*schema{ticketSchema, noteSchema, companySchema, additionSchema, catalogSchema} {
		if f := s.fields[strings.ToLower(field)]; s.resource == resource && f != nil && f.name == field && f.kind == kindText {
			return true
		}
	}
	return false
}

package axcient

import (
	"strings"

	"github.com/shopspring/decimal"

	"psabridge/app"
)

// sizeNames are names of fields that hold how much of an item is protected, without their unit; the surest first. "Data
// Protected (GB)" is the portal report's, the usages are x360Recover's.
var sizeNames = []string{
	"dataprotected", "protecteddata", "protecteddatasize", "protectedsize", "protectedstorage", "protected", "backupdatasize", "backupsize", "backedupsize",
	"backedupdata", "datasize", "totaldatasize", "totalsize", "storageused", "usedstorage", "storageusage", "storagesize", "cloudusage", "datausage", "storage", "size", "usage",
}

// units are the ends of such names. 1 GB is 1024³ bytes, as the vendor prints it.
var units = []struct {
	ends  string
	bytes int64
}{
	{"bytes", 1}, {"byte", 1}, {"kib", 1 << 10}, {"kb", 1 << 10}, {"mib", 1 << 20}, {"mb", 1 << 20}, {"gib", 1 << 30}, {"gb", 1 << 30}, {"tib", 1 << 40}, {"tb", 1 << 40},
}

// mostBytes is more than any item can hold; what is above it is a mistake.
var mostBytes = decimal.New(1, 17)

// size is how much of an item is protected.
type size struct {
	given bool // there is a field for it
	known bool // and it says how much
	bare  bool // it is 0 of no unit
	bytes app.Quantity
	name  string // of the field
}

// sizeOf reads the size of an item. Its unit is in the name of the field or in the text; a bare number is no size, unless
// it is 0 and no other field says more, because nobody can tell bytes from gigabytes.
func sizeOf(o object) size {
	var zero, doubt, empty size
	for _, name := range sizeNames {
		for _, f := range sizeFields(o, name) {
			switch one := measured(f.value, f.unit); {
			case one.known && !one.bare:
				return one
			case one.known:
				zero = surer(zero, one)
			case f.null():
				empty = surer(empty, one)
			default:
				doubt = surer(doubt, one)
			}
		}
	}
	return surer(doubt, surer(zero, empty))
}

// sizeField is a field that holds a size, in a unit; 0: its name says none.
type sizeField struct {
	value
	unit int64
}

// sizeFields finds a size under a name, those first whose name says the unit.
func sizeFields(o object, name string) (list []sizeField) {
	for _, u := range units {
		for _, key := range []string{name + u.ends, name + "in" + u.ends, u.ends + name} {
			if v, ok := o.fields[key]; ok {
				list = append(list, sizeField{v, u.bytes})
			}
		}
	}
	if v, ok := o.fields[name]; ok && name != "protected" { // which says whether, not how much
		list = append(list, sizeField{v, 0})
	}
	return list
}

func surer(a, b size) size {
	if a.given {
		return a
	}
	return b
}

// measured reads a number in the unit, or a text that names its own: "12.5 GB". unit 0 is not known.
func measured(v value, unit int64) size {
	s := size{given: true, name: v.name}
	n, ok := v.number()
	s.bare = unit == 0 && ok && n.IsZero()
	if _, named := parse(v.raw); named || !ok {
		n, unit, ok = withUnit(v)
	}
	switch {
	case !ok || n.IsNegative():
		return s
	case unit == 0 && !n.IsZero():
		return s
	}
	n = n.Mul(decimal.NewFromInt(unit)).Round(0)
	if n.GreaterThan(mostBytes) {
		return s
	}
	s.known, s.bytes = true, app.Quantity{Decimal: n}
	return s
}

// withUnit reads "12.5 GB" and {"value": 12.5, "unit": "GB"}.
func withUnit(v value) (n decimal.Decimal, unit int64, ok bool) {
	text := v.text()
	if o, isObject := parse(v.raw); isObject {
		text += " " + o.fields["unit"].text()
	}
	number, word, _ := strings.Cut(strings.TrimSpace(text), " ")
	for _, u := range units {
		if word == "" && strings.HasSuffix(fold(number), u.ends) {
			cut := len(number) - len(u.ends)
			number, word = number[:max(cut, 0)], u.ends
		}
		if fold(word) != u.ends {
			continue
		}
		if !plainDecimal(number) {
			return n, 0, false
		}
		n, err := decimal.NewFromString(number)
		return n, u.bytes, err == nil
	}
	return n, 0, false
}

// plainDecimal refuses thousands separators and exponents: "1,000 GB" means different things to different people.
func plainDecimal(s string) bool {
	_, err := app.ParseQuantity(s)
	return err == nil
}

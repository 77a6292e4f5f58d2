package inbox

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"psabridge/app"
)

// cloudFile is how x360Cloud names its Usage and Protection Insights Report. Browsers add " (1)" to a name they have already.
var cloudFile = regexp.MustCompile(`^(\S+)[ _](.+?)[ _]Usage[ _]and[ _]Protection[ _]Insights[ _]Report(?: ?\(\d+\))?(?:\.csv)?$`)

// prepareCloud reads a Usage and Protection Insights Report: whose it is and of which day stands in its name, seats are the
// rows that are charged, and storage is what is protected in all of them.
func (r *run) prepareCloud() func([]string, int) {
	who, at := r.cloudName()
	r.columns = columns{customerID: -1, customerName: -1, meter: -1, quantity: -1, unit: -1, asOf: -1, covers: -1, itemID: -1, itemName: -1, only: -1}
	place := map[string]int{}
	for _, name := range []string{cloudType, cloudItem, cloudID, cloudProtection, cloudCharged, cloudData} {
		if place[name] = indexOf(r.t.columns, name); place[name] < 0 {
			r.missing(name, "There is no column %q, so this is not x360Cloud's Usage and Protection Insights Report.", name)
		}
	}
	if r.unusable {
		return func([]string, int) {}
	}
	external, ok := r.customer(who, r.t.header)
	if !ok {
		return func([]string, int) {}
	}
	base := part{external: external, asOf: at, covers: r.m.Fixed.Covers}
	if !base.covers.IsZero() {
		var x app.Reading
		if wrong := cover(&x, base.covers, r.now); wrong != "" {
			r.missing("covers", "%s", wrong)
		}
		base.asOf = x.AsOf
	}
	seats, storage := base, base
	seats.meter, seats.unit = app.MeterProtectedSeats, app.UnitEach
	storage.meter, storage.unit = app.MeterProtectedStorage, app.UnitGB
	r.begin(seats)
	r.begin(storage)
	decimal := r.sign(place[cloudData])
	return func(cells []string, line int) { r.cloudRow(cells, line, place, seats, storage, decimal) }
}

// begin makes a reading of 0 that rows may add to.
func (r *run) begin(x part) {
	x.quantity = app.Q(0)
	key := x.external + "\x00" + string(x.meter) + "\x00" + period(x.covers)
	r.tallies[key] = &tally{part: x, line: r.t.header}
	r.order = append(r.order, key)
}

func (r *run) cloudRow(cells []string, line int, place map[string]int, seats, storage part, decimal byte) {
	get := func(name string) string { return cell(cells, place[name]) }
	fail := func(name, message string) {
		r.wrong(line, name, message)
		r.spoilt[seats.external] = fmt.Sprintf("Line %d of %s is wrong: %s", line, r.file.Name, message)
	}
	id, _ := cleanName(get(cloudID))
	name, _ := cleanName(get(cloudItem))
	kind := get(cloudType)
	// The same mailbox may stand in the report once per type of item.
	seats.itemID, seats.itemName = strings.Trim(kind+" "+firstOf(id, name), " "), name
	storage.itemID, storage.itemName = seats.itemID, name
	switch charged := fold(get(cloudCharged)); charged {
	case "yes":
		seats.quantity = app.Q(1)
		r.count(seats, line)
	case "no":
		r.counts.Left++
	default:
		fail(cloudCharged, fmt.Sprintf("%q is neither Yes nor No.", short(get(cloudCharged))))
		return
	}
	data := get(cloudData)
	if noData(data) && fold(get(cloudProtection)) != "protected" {
		return
	}
	q, err := r.number(data, decimal)
	if err != nil {
		fail(cloudData, err.Error())
		return
	}
	storage.quantity = q
	r.count(storage, line)
}

// noData reports a cell in which an item that is not protected says so.
func noData(s string) bool {
	s = fold(s)
	return s == "" || s == "-" || s == "n/a"
}

// cloudName reads whose the report is and of which day, from its name or from what a person said.
func (r *run) cloudName() (Customer, time.Time) {
	f := r.m.Fixed
	who := Customer{ID: f.CustomerID, Name: f.CustomerName}
	name := r.file.Name[strings.LastIndexAny(r.file.Name, `/\`)+1:]
	found := cloudFile.FindStringSubmatch(name)
	if who.ID == "" && found != nil {
		who.ID = found[1]
	}
	if who.ID == "" && who.Name == "" {
		r.missing("customer_id", "The file's name does not say whose report it is (<organization ID> <date> Usage and Protection Insights Report.csv). Say which customer it is about.")
	}
	switch {
	case !f.Covers.IsZero():
		return who, time.Time{}
	case !f.AsOf.IsZero():
		return who, f.AsOf.UTC()
	case found == nil:
		r.missing("as_of", "The file's name does not say of which day it is. Say on which day the report was made.")
		return who, time.Time{}
	}
	at, wrong := day(strings.ReplaceAll(found[2], "_", "-"), r.now)
	if wrong != "" {
		r.missing("as_of", "The day in the file's name is not clear: %s Say on which day the report was made.", wrong)
	}
	return who, at
}

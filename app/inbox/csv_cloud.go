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
	r.begin(seats, r.t.header)
	r.begin(storage, r.t.header)
	decimal := r.sign(place[cloudData])
	seen := map[string]cloudItemRow{}
	return func(cells []string, line int) {
		if !r.cloudAgain(seen, cells, line, place) {
			r.cloudRow(cells, line, place, seats, storage, decimal)
		}
	}
}

// cloudItemRow is the first row of an item of the report, as far as it counts.
type cloudItemRow struct {
	line          int
	charged, data string
}

// cloudAgain handles a row of an item that came before: pages of a report that overlap say the same, and it counts once.
// Where they say something else, or the item has no id, nobody can tell which is right.
func (r *run) cloudAgain(seen map[string]cloudItemRow, cells []string, line int, place map[string]int) bool {
	id := cell(cells, place[cloudID])
	key := fold(cell(cells, place[cloudType])) + "\x00" + firstOf(id, "\x00"+fold(cell(cells, place[cloudItem])))
	now := cloudItemRow{line, fold(cell(cells, place[cloudCharged])), fold(cell(cells, place[cloudData]))}
	first, again := seen[key]
	if !again {
		seen[cloned(key)] = cloudItemRow{line, cloned(now.charged), cloned(now.data)}
		return false
	}
	if id != "" && first.charged == now.charged && first.data == now.data {
		r.counts.Duplicate++
		return true
	}
	message := fmt.Sprintf("This item stands in line %d too, with other values. Make the report again, or delete the row that is wrong.", first.line)
	if id == "" {
		message = fmt.Sprintf("An item of this name stands in line %d too, and without an id nobody can tell whether it is the same. Make the report again, or delete one of them.", first.line)
	}
	r.cloudWrong(line, cloudID, message)
	return true
}

// cloudWrong notes a wrong row of the report, which is about one customer.
func (r *run) cloudWrong(line int, column, message string) {
	r.wrong(line, column, message)
	r.spoilt[r.customers.order[0]] = fmt.Sprintf("Line %d of %s is wrong: %s", line, r.file.Name, message)
}

func (r *run) cloudRow(cells []string, line int, place map[string]int, seats, storage part, decimal byte) {
	get := func(name string) string { return cell(cells, place[name]) }
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
		r.cloudWrong(line, cloudCharged, fmt.Sprintf("%q is neither Yes nor No.", short(get(cloudCharged))))
		return
	}
	data := get(cloudData)
	if noData(data) && fold(get(cloudProtection)) != "protected" {
		return
	}
	q, err := r.number(data, decimal)
	if err != nil {
		r.cloudWrong(line, cloudData, err.Error())
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

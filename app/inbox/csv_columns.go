package inbox

import (
	"slices"
	"strings"

	"psabridge/app"
)

// The ready-made mappings.
const (
	// ShapePSABridge is psabridge's own form: the columns are named as the API names the fields.
	ShapePSABridge = "psabridge"
	// ShapeCloudUsage is x360Cloud's Usage and Protection Insights Report: one file per organization, a row per item.
	ShapeCloudUsage = "x360cloud_usage"
)

// The columns of x360Cloud's report.
const (
	cloudType       = "Item Type"
	cloudItem       = "Item Name"
	cloudID         = "Item ID"
	cloudProtection = "Protection Status"
	cloudCharged    = "Charged"
	cloudData       = "Data Protected (GB)"
)

// fields are the columns a mapping can name, by the name a person gives them on a command line.
var fields = []struct {
	name  string
	of    func(*app.CSVMapping) *string
	words []string // headers that mean it, folded; in English, German, French, Spanish, Dutch
}{
	{"customer_id", func(m *app.CSVMapping) *string { return &m.CustomerID }, []string{
		"customer id", "customer_id", "customerid", "client id", "client_id", "account id", "account_id", "organization id", "organisation id", "company id", "tenant id", "tenant uuid",
		"partner id", "partnerid", "kundennummer", "kunden-nr.", "kunden-nr", "kundennr", "kunden-id", "kunden id", "mandantennummer", "numéro client", "id client", "id cliente", "klantnummer", "klant id",
	}},
	{"customer_name", func(m *app.CSVMapping) *string { return &m.CustomerName }, []string{
		"customer name", "customer_name", "customer", "client name", "client", "company name", "company", "organization name", "organisation name", "organization", "organisation", "tenant name", "tenant",
		"account name", "kunde", "kundenname", "firma", "mandant", "nom du client", "société", "entreprise", "cliente", "nombre del cliente", "empresa", "klant", "klantnaam", "bedrijf",
	}},
	{"meter", func(m *app.CSVMapping) *string { return &m.Meter }, []string{
		"meter", "service", "service name", "product", "product name", "sku", "metric", "usage name", "usage_name", "item type", "dienst", "leistung", "produkt", "artikel", "produit", "servicio", "producto", //nolint:misspell // Spanish
	}},
	{"quantity", func(m *app.CSVMapping) *string { return &m.Quantity }, []string{
		"quantity", "qty", "count", "usage", "used", "seats", "licenses", "licences", "value", "absolute_value", "menge", "anzahl", "verbrauch", "stückzahl", "lizenzen", "quantité", "nombre", "cantidad",
		"aantal", "hoeveelheid",
	}},
	{"unit", func(m *app.CSVMapping) *string { return &m.Unit }, []string{
		"unit", "unit of measure", "uom", "measurement_unit", "measurement unit", "einheit", "unité", "unidad", "eenheid",
	}},
	{"as_of", func(m *app.CSVMapping) *string { return &m.AsOf }, []string{"as_of", "as of", "date", "report date", "stichtag", "datum", "fecha"}},
	{"covers", func(m *app.CSVMapping) *string { return &m.Covers }, []string{
		"covers", "period", "month", "billing period", "billing month", "monat", "zeitraum", "abrechnungsmonat", "période", "mois", "periodo", "mes", "periode", "maand",
	}},
	{"item_id", func(m *app.CSVMapping) *string { return &m.ItemID }, []string{"item_id", "item id", "device id", "user id", "machine id", "geräte-id"}},
	{"item_name", func(m *app.CSVMapping) *string { return &m.ItemName }, []string{
		"item_name", "item name", "device", "device name", "user", "user name", "username", "machine", "machine name", "hostname", "computer", "gerät", "benutzer", "appareil", "utilisateur", "apparaat", //nolint:misspell // French
	}},
	{"only", func(m *app.CSVMapping) *string { return &m.Only }, nil},
}

// Fields lists the names of the columns a mapping can name, in the order a person fills them in.
func Fields() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

// Field returns the column a mapping names for a field; empty when it names none.
func Field(m app.CSVMapping, field string) string {
	for _, f := range fields {
		if f.name == field {
			return *f.of(&m)
		}
	}
	return ""
}

// wantedColumns are the columns a mapping names.
func wantedColumns(m *app.CSVMapping) (names []string) {
	if m == nil {
		return nil
	}
	for _, f := range fields {
		if name := *f.of(m); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// readyMade names the ready-made mapping a header belongs to; "" when there is none.
func readyMade(columns []string) string {
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return indexOf(columns, n) < 0 })
	}
	switch {
	case has(cloudType, cloudItem, cloudID, cloudCharged, cloudData):
		return ShapeCloudUsage
	case has("meter", "quantity") && (has("customer_id") || has("customer_name")) && ownColumns(columns):
		return ShapePSABridge
	}
	return ""
}

// ownColumns reports that every column is one of psabridge's own: another one could change what the numbers mean.
func ownColumns(columns []string) bool {
	return !slices.ContainsFunc(columns, func(c string) bool { return !slices.Contains(Fields(), fold(c)) })
}

// mapping finds the mapping of a file: the given one, the remembered one, a ready-made one, or a guess.
func (t *table) mapping(remembered Remembered, given *app.CSVMapping) (m app.CSVMapping, known, guessed bool) {
	if given != nil && (len(wantedColumns(given)) > 0 || given.Shape != "") {
		return t.complete(*given), false, false
	}
	if remembered != nil {
		if found := remembered(t.hash()); found != nil {
			return t.complete(merge(*found, given)), true, false
		}
	}
	if shape := readyMade(t.columns); shape != "" {
		return t.complete(merge(app.CSVMapping{Shape: shape}, given)), false, false
	}
	return merge(guess(t.columns), given), false, true
}

// merge adds what a person said besides columns.
func merge(m app.CSVMapping, given *app.CSVMapping) app.CSVMapping {
	if given == nil {
		return m
	}
	meter, unit := m.Fixed.Meter, m.Fixed.Unit
	m.Fixed = given.Fixed
	if m.Fixed.Meter == "" {
		m.Fixed.Meter = meter
	}
	if m.Fixed.Unit == "" {
		m.Fixed.Unit = unit
	}
	m.Duplicates, m.Decimal = firstOf(given.Duplicates, m.Duplicates), firstOf(given.Decimal, m.Decimal)
	m.Complete, m.Partial = m.Complete || given.Complete, given.Partial
	return m
}

// complete names the columns of psabridge's own form, so that a page shows them.
func (t *table) complete(m app.CSVMapping) app.CSVMapping {
	if m.Shape != ShapePSABridge || len(wantedColumns(&m)) > 0 {
		return m
	}
	for _, f := range fields {
		if i := indexOf(t.columns, f.name); i >= 0 && f.words != nil {
			*f.of(&m) = t.columns[i]
		}
	}
	return m
}

// guess names the columns by what their headers say. It is shown to a person before anything is made of it.
func guess(columns []string) app.CSVMapping {
	var m app.CSVMapping
	taken := map[string]bool{}
	for _, f := range fields {
		for _, word := range f.words {
			i := slices.IndexFunc(columns, func(c string) bool { return guessable(c) == word })
			if i >= 0 && !taken[columns[i]] {
				*f.of(&m), taken[columns[i]] = columns[i], true
				break
			}
		}
	}
	return m
}

// guessable is a header without what stands in brackets behind it: "Menge (Stück)".
func guessable(header string) string {
	name, _, _ := strings.Cut(fold(header), " (")
	return strings.Trim(name, " :*")
}

// Describe says a mapping's columns in words a person can type: customer_name=Kunde quantity=Menge.
func Describe(m app.CSVMapping) string {
	var parts []string
	for _, f := range fields {
		if column := *f.of(&m); column != "" {
			parts = append(parts, f.name+"="+column)
		}
	}
	if len(parts) == 0 {
		return "none of the columns is known"
	}
	return strings.Join(parts, ", ")
}
